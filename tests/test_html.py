"""The HTML report: one file, inert, the numbers of the JSON, the same bytes twice."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assessor.render import html

if TYPE_CHECKING:
    from assessor.assessment import Assessment

SAMPLES = Path(__file__).parents[1] / "sample_repos"
_EMPTY = {"meta", "link", "input", "br"}


class Document(HTMLParser):
    """Elements with their attributes and texts; notes tags that close nothing or are never closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> in {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str, name: str = "") -> list[dict[str, str]]:
        """Attributes of the elements of a tag that have the class `name`."""
        return [
            own for kind, own in self.elements if kind == tag and (not name or name in own.get("class", "").split())
        ]


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    from assessor.audit import audit
    from assessor.rubric.loading import shipped_names, shipped_rubric

    return audit(
        str(SAMPLES / "stage3_cicd"),
        None,
        [shipped_rubric(name) for name in sorted(shipped_names(), key="stages".__ne__)],
    )


@pytest.fixture(scope="module")
def text(assessment: Assessment) -> str:
    return html.render(assessment)


@pytest.fixture(scope="module")
def document(text: str) -> Document:
    return Document(text)


def test_is_well_formed(document: Document) -> None:
    assert document.wrong == []
    assert document.open == []


def test_ids_are_unique_and_links_inside_lead_somewhere(document: Document) -> None:
    ids = [own["id"] for _, own in document.elements if "id" in own]
    assert len(ids) == len(set(ids))
    inside = {own["href"][1:] for own in document.all("a") if own["href"].startswith("#")}
    assert inside <= set(ids)


def test_fetches_nothing(document: Document) -> None:
    assert [own for _, own in document.elements if "src" in own or "srcset" in own or "style" in own] == []
    assert [own["href"] for own in document.all("link")] == ["data:,"]
    assert not any("url(" in part and "data:" not in part for part in document.texts["style"])


def test_the_policy_names_the_one_style_and_the_one_script(document: Document) -> None:
    policy = next(own["content"] for own in document.all("meta") if own.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        digest = hashlib.sha256("".join(document.texts[tag]).encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}';" in policy
    assert "unsafe" not in policy


def test_each_practice_has_a_row(document: Document, assessment: Assessment) -> None:
    rows = document.all("details", "practice")
    assert [(own["data-dimension"], own["data-rung"]) for own in rows] == [
        (practice.dimension, practice.rung) for practice in assessment.practices.values()
    ]


def test_the_same_bytes_twice(text: str, assessment: Assessment) -> None:
    html.environment.cache_clear()
    assert html.render(assessment) == text


def test_another_model(assessment: Assessment) -> None:
    card = assessment.scorecards["google"]
    assert re.search(rf'class="level-number"[^>]*>{card.level}<', html.render(assessment, rubric="google"))


def test_an_unknown_model(assessment: Assessment) -> None:
    with pytest.raises(KeyError):
        html.render(assessment, rubric="gogle")
