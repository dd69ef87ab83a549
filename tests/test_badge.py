"""The badge: a picture that tells its level to everybody, and the JSON for shields with the same words."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from assessor.assessment import Assessment
from assessor.render.data.badge import _COLOURS, colour_of, render, render_endpoint
from tests.test_render_terminal import HOSTILE, WHOLE

SVG = "{http://www.w3.org/2000/svg}"


def with_level(level: int, **more: object) -> Assessment:
    card = WHOLE.scorecards["stages"].model_copy(update={"level": level, **more})
    return WHOLE.model_copy(update={"scorecards": WHOLE.scorecards | {"stages": card}})


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_level_is_told_in_text_title_and_endpoint(level: int) -> None:
    assessment = with_level(level, title="Name of the level")
    root = ET.fromstring(render(assessment))
    shown = [text.text for text in root.iter(f"{SVG}text")]
    endpoint = json.loads(render_endpoint(assessment))
    title = f"MLOps maturity: level {level} of 5 (Five stages of MLOps maturity: Name of the level)"
    assert shown == [endpoint["label"], endpoint["message"]] == ["MLOps maturity", f"level {level} of 5"]
    assert root.find(f"{SVG}title") is not None and root.findtext(f"{SVG}title") == title
    assert (root.get("role"), root.get("aria-label")) == ("img", title)
    assert endpoint["schemaVersion"] == 1
    assert f"#{endpoint['color']}" in render(assessment)


def test_the_words_of_a_model_are_escaped() -> None:
    root = ET.fromstring(render(with_level(1, name=f'<script>"{HOSTILE}', title="</title><script>")))
    assert {child.tag.removeprefix(SVG) for child in root.iter()} == {"svg", "title", "clipPath", "g", "rect", "text"}


@pytest.mark.parametrize(("level", "number"), [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)])
def test_colours_rise_with_the_level(level: int, number: int) -> None:
    assert colour_of(with_level(level).scorecards["stages"]) == _COLOURS[number]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", [*_COLOURS, "#3b4252"])
def test_white_text_can_be_read_on_it(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_another_model() -> None:
    assert json.loads(render_endpoint(WHOLE, rubric="google"))["message"] == "level 0 of 2"


def test_in_german() -> None:
    assert json.loads(render_endpoint(WHOLE, language="de"))["message"] == "Stufe 1 von 5"
