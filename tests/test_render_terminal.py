"""The text for a terminal: what it shows, how it fits, and that it obeys nothing that a repository says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from assessor.assembling import measured, practice_info, scored, stacks
from assessor.assessment import (
    Assessment,
    BlindSpotInfo,
    PlaceInfo,
    RepositoryInfo,
    Statistics,
    ToolInfo,
)
from assessor.catalog.practices import load_practices
from assessor.facts.place import BlindSpot, Place
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.render.data import json_report
from assessor.render.terminal.audit import MOST_LINES, render
from assessor.render.terminal.page import MAX_WIDTH, MIN_WIDTH
from assessor.render.views.columns import cells, wrap
from assessor.render.views.hostile import visible
from assessor.render.views.texts import load_texts
from assessor.render.views.view import way_of
from assessor.rubric.loading import shipped_names, shipped_rubric

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKFLOW = ".github/workflows/ci.yml"
ROUTE = (
    Hop("on: push", Place(WORKFLOW, 3), ("push",)),
    Hop("job test", Place(WORKFLOW, 7)),
    Hop("make check", Place(WORKFLOW, 12)),
    Hop("target check", Place("Makefile", 4)),
    Hop("pytest", Place("Makefile", 5)),
)
TESTED = Finding(
    "testing.unit",
    Rung.AUTOMATED,
    "pytest runs on each push",
    (
        Evidence(
            "testing.unit", Rung.AUTOMATED, Place("tests/test_model.py", 9), "asserts on the model", "pytest", ROUTE
        ),
    ),
)
DRIFT = Finding(
    "monitoring.drift",
    Rung.ABSENT,
    "nothing found",
    near_misses=(NearMiss(Place("src/watch.py", 3), "only imported", "evidently"),),
)
HIDDEN = Finding(
    "training.pipeline",
    Rung.UNKNOWN,
    "dvc.yaml could not be read",
    blind_spots=(BlindSpot(Place("dvc.yaml", 8), "no YAML", ("training.pipeline",)),),
)
NO_NOTEBOOKS = Finding("quality.notebooks", Rung.NOT_APPLICABLE, "no notebooks")
SIZE = Finding("quality.complexity", Rung.USED, "simple", values=(("mean_complexity", 2.5),))
HOSTILE = "a\x1b]0;own\x07b\u202ecod.py\nc"


def assessment_of(findings: Iterable[Finding] = (), name: str = "churn", primary: str = "stages") -> Assessment:
    """An assessment by the shipped rubrics; what is not given is absent."""
    given = {finding.practice: finding for finding in findings}
    practices = load_practices()
    found = {p.id: given.get(p.id, Finding(p.id, Rung.ABSENT, "nothing found")) for p in practices}
    rubrics = [shipped_rubric(rubric) for rubric in shipped_names()]
    return Assessment(
        tool=ToolInfo(name="mlops-assessor", version="1.2.3", rules="0123456789ab"),
        repository=RepositoryInfo(name=name, commit="0123456789abcdef", date="2024-05-06T07:08:09Z", branch="main"),
        primary=primary,
        practices={p.id: practice_info(p, found[p.id]) for p in practices},
        scorecards={rubric.id: scored(rubric, found, {}) for rubric in rubrics},
        metrics=measured(found),
        blind_spots=(BlindSpotInfo(place=PlaceInfo(path="dvc.yaml", line=8), reason="no YAML"),),
        statistics=Statistics(files=40, read=38, parsed=12),
    )


WHOLE = assessment_of([TESTED, DRIFT, HIDDEN, NO_NOTEBOOKS, SIZE])
EVIL = assessment_of(
    [
        Finding(
            "testing.unit",
            Rung.AUTOMATED,
            HOSTILE,
            (
                Evidence(
                    "testing.unit", Rung.AUTOMATED, Place(HOSTILE), HOSTILE, HOSTILE, (Hop(HOSTILE, Place(HOSTILE)),)
                ),
            ),
            (NearMiss(Place(HOSTILE), HOSTILE),),
            (BlindSpot(Place("bad-\udc80.py"), HOSTILE),),
        )
    ],
    name=HOSTILE,
)


def row(text: str, name: str) -> str:
    """The line of a practice by the last word of its id."""
    return next(line for line in text.splitlines() if re.search(rf"  {name} +\w", line))


@pytest.mark.parametrize(
    "shown",
    [
        "churn",
        "main · 0123456789 · 2024-05-06",
        "40 files · 38 read · 12 parsed as Python",
        "Level 1: Manual process",
        "The cheapest way to level 2",
        "(estimate)",
        "Make the training a pipeline of steps",
        "could not be judged: dvc.yaml:8",
        "1 place not read or not understood: dvc.yaml:8 no YAML",
        "-v all practices, -vv every proof",
        "mlops-assessor 1.2.3, rules 0123456789ab",
    ],
)
def test_what_is_shown(shown: str) -> None:
    assert shown in render(WHOLE)


@pytest.mark.parametrize(
    "shown",
    [
        "▶ 1  Manual process",
        "5  Continuous delivery",
        "on: push › ci.yml › job test › make check › target check › pytest",
        "Google Cloud MLOps levels: level 0 of 2, Manual process",
    ],
)
def test_what_verbose_shows_besides(shown: str) -> None:
    assert shown in render(WHOLE, verbose=1)
    assert shown not in render(WHOLE)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [MIN_WIDTH, 80, MAX_WIDTH])
@pytest.mark.parametrize("rubric", shipped_names())
@pytest.mark.parametrize("assessment", [WHOLE, EVIL], ids=["whole", "evil"])
def test_an_audit_is_one_screen_and_ends_with_the_answer(
    assessment: Assessment, rubric: str, width: int, language: str
) -> None:
    lines = render(assessment, rubric=rubric, width=width, language=language).splitlines()
    assert len(lines) <= MOST_LINES
    card = assessment.scorecards[rubric]
    titles = [load_texts(language).tr(step.title) for step in way_of(card).steps[:3]]
    level = next(at for at, line in enumerate(lines) if re.match(rf"(Level|Stufe) {card.level}\b", line))
    shown = " ".join(" ".join(lines[level:]).split())
    assert all(title in re.sub(r" [\d.,]+ (to|bis) .{3,20}\((estimate|geschätzt)\)", "", shown) for title in titles)
    assert lines[-1].strip().endswith(("page", "Seite"))


@pytest.mark.parametrize("verbose", [1, 2])
def test_the_whole_ends_with_the_answer_too(verbose: int) -> None:
    tail = render(WHOLE, verbose=verbose).split("Level 1: Manual process")[1]
    assert "The cheapest way to level 2" in tail
    assert "testing\n" not in tail


@pytest.mark.parametrize(
    ("name", "starts", "holds"),
    [
        ("unit", "  ●●●○  unit", "tests/test_model.py:9 asserts on the model"),
        ("drift", "  ○○○○  drift", "src/watch.py:3 does not count: only imported"),
        ("complexity", "  ●●·○  complexity", "used"),
        ("notebooks", "  ····  notebooks", "no notebooks"),
        ("pipeline", "  ○○○·  pipeline", "absent"),
    ],
)
def test_a_practice_is_one_row(name: str, starts: str, holds: str) -> None:
    line = row(render(WHOLE, verbose=1), name)
    assert line.startswith(starts)
    assert holds in line


def test_unknown_is_told_apart_from_absent() -> None:
    assert "  ????  pipeline           unknown" in render(WHOLE, verbose=1)


def test_an_item_that_hangs_on_what_could_not_be_read_is_unknown() -> None:
    by_the_clock = Finding("training.schedule", Rung.AUTOMATED, "each night")
    assert "r unknown" in render(assessment_of([HIDDEN, by_the_clock]), verbose=2)


@pytest.mark.parametrize(
    "shown",
    [
        f"{WORKFLOW}:12 make check",
        "near miss src/watch.py:3 only imported",
        "hidden    dvc.yaml:8 no YAML",
        "measured  mean complexity 2.5",
        "w still there",
        "(automated-training)",
    ],
)
def test_verbose_shows_every_proof_and_item(shown: str) -> None:
    assert shown in render(WHOLE, verbose=2)
    assert shown not in render(WHOLE, verbose=1)


@pytest.mark.parametrize("width", [1, MIN_WIDTH, 80, 100, 1000])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("assessment", [WHOLE, EVIL], ids=["whole", "evil"])
def test_no_line_is_wider_than_the_terminal(assessment: Assessment, width: int, unicode: bool) -> None:
    text = render(assessment, width=width, unicode=unicode)
    wide = [line for line in text.splitlines() if cells(line) > max(MIN_WIDTH, min(width, MAX_WIDTH))]
    assert not wide


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_another_language(verbose: int) -> None:
    text = render(WHOLE, language="de", verbose=verbose)
    assert "Stufe 1: " in text
    assert "war nicht zu beurteilen: dvc.yaml:8" in text
    wide = [line for line in text.splitlines() if cells(line) > 100]
    assert not wide
    assert render(WHOLE, language="de", unicode=False, verbose=verbose).isascii()


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_ascii_where_nothing_else_can_be_shown(verbose: int) -> None:
    assert render(WHOLE, unicode=False, verbose=verbose).isascii()
    assert render(EVIL, unicode=False, verbose=verbose).isascii()


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_what_a_repository_says_is_shown_and_not_obeyed(verbose: int) -> None:
    text = render(EVIL, verbose=verbose)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert r"a\x1b]0;own\x07b\u202ecod.py c" in text


def test_colour_only_where_asked() -> None:
    assert "\x1b[" not in render(WHOLE)
    coloured = render(WHOLE, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(WHOLE)


def test_same_assessment_same_text() -> None:
    assert render(WHOLE, verbose=2) == render(WHOLE, verbose=2)


def test_another_model_can_be_shown() -> None:
    text = render(WHOLE, rubric="google", verbose=1)
    assert "Level 0: Manual process" in text
    assert "Five stages of MLOps maturity: level 1 of 5" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("über 漢字", "über 漢字"),
        ("a\tb\r\nc", "a b  c"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u200bzero", r"\u200bzero"),
        ("\u2066iso\u2069", r"\u2066iso\u2069"),
        ("\x9b31m", r"\x9b31m"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("abcdefghij k", 4, ["abcd", "efgh", "ij k"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
    ],
)
def test_wrap(text: str, room: int, lines: list[str]) -> None:
    assert wrap(text, room) == lines


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("", 0)])
def test_cells(text: str, columns: int) -> None:
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("paths", "remote", "found"),
    [
        ([".github/workflows/ci.yml"], "", ("github",)),
        ([".gitlab-ci.yml", ".github/workflows/ci.yml"], "", ("github", "gitlab")),
        (["Jenkinsfile"], "https://gitlab.example/a", ("jenkins",)),
        (["README.md"], "https://gitlab.example/a", ("gitlab",)),
        ([".github/CODEOWNERS", "src/.gitlab-ci.yml"], "", ()),
    ],
)
def test_stacks(paths: list[str], remote: str, found: tuple[str, ...]) -> None:
    assert stacks(paths, remote) == found


def test_bytes_that_are_no_utf8_can_be_written_as_json() -> None:
    assert r"bad-\\udc80.py" in json_report.render(EVIL)
