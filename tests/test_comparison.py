"""Two assessments side by side: what moved, by which proof, at whose door; and each form in which that is told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape, unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any

import jsonschema
import pypdf
import pytest

from assessor.__main__ import main
from assessor.assessment import Assessment
from assessor.catalog.practices import load_practices
from assessor.comparison import GROUPS, Comparison, compare, json_schema
from assessor.facts.place import Place
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.render.data import json_report
from assessor.render.html import comparison as comparison_html
from assessor.render.markdown import comparison as comparison_markdown
from assessor.render.markdown.text import COMMENT_BYTES
from assessor.render.pdf import comparison as comparison_pdf
from assessor.render.terminal import comparison as comparison_terminal
from assessor.render.terminal.page import MAX_WIDTH, MIN_WIDTH
from assessor.render.views import charts
from assessor.render.views.columns import cells
from assessor.render.views.texts import LANGUAGES, load_texts
from tests.test_markdown import EVIL, OWN_TAGS, parsed, tables
from tests.test_render_terminal import ROUTE, TESTED, WHOLE, assessment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assessor.render.pdf.audit import Paper

BY_HAND = Evidence("testing.unit", Rung.USED, Place("tests/test_model.py", 9), "asserts on the model", "pytest")
ON_PUSH = replace(BY_HAND, rung=Rung.AUTOMATED, route=ROUTE)


def unit(*evidence: Evidence, rung: Rung | None = None, misses: tuple[NearMiss, ...] = ()) -> Finding:
    """The rating of unit tests by these proofs."""
    best = max((item.rung for item in evidence), key=lambda each: each.height, default=Rung.ABSENT)
    return Finding("testing.unit", rung or best, "summary", evidence, misses)


def state(
    *findings: Finding, commit: str = "1" * 40, rules: str = "r1", dirty: bool = False, **more: str
) -> Assessment:
    made = assessment_of(findings)
    repository = made.repository.model_copy(update={"commit": commit, "dirty": dirty, **more})
    return made.model_copy(update={"repository": repository, "tool": made.tool.model_copy(update={"rules": rules})})


NEXT = "2" * 40
ELSEWHERE = replace(BY_HAND, place=Place("tests/test_data.py", 3))
MOVED = replace(ON_PUSH, place=Place("tests/test_model.py", 99), route=(*ROUTE, Hop("line 99", Place("a.py", 99))))
BEFORE_MOVE = replace(ON_PUSH, route=(*ROUTE, Hop("line 9", Place("a.py", 9))))
REWORDED = replace(BY_HAND, text="asserts on the model twice")
NEAR = NearMiss(Place("tox.ini", 2), "is declared", "pytest")

CHANGES = [
    ("rises", [unit(BY_HAND)], [unit(ON_PUSH)], "rose", (0, 0, 1)),
    ("falls", [unit(ON_PUSH)], [unit(BY_HAND)], "fell", (0, 0, 1)),
    ("falls without proof", [unit(BY_HAND)], [unit()], "fell", (0, 1, 0)),
    ("first proof", [unit()], [unit(BY_HAND)], "rose", (1, 0, 0)),
    ("one more proof", [unit(BY_HAND)], [unit(BY_HAND, ELSEWHERE)], "same", (1, 0, 0)),
    ("one proof twice", [unit(BY_HAND)], [unit(BY_HAND, BY_HAND)], "same", (1, 0, 0)),
    ("other words", [unit(BY_HAND)], [unit(REWORDED)], "same", (0, 0, 1)),
    ("another file", [unit(BY_HAND)], [unit(ELSEWHERE)], "same", (1, 1, 0)),
    ("unknown now", [unit(BY_HAND)], [unit(rung=Rung.UNKNOWN)], "other", (0, 1, 0)),
    ("no longer unknown", [unit(rung=Rung.UNKNOWN)], [unit(BY_HAND)], "other", (1, 0, 0)),
]


@pytest.mark.parametrize(("about", "old", "new", "group", "proofs"), CHANGES, ids=[case[0] for case in CHANGES])
def test_change_of_a_practice(
    about: str, old: list[Finding], new: list[Finding], group: str, proofs: tuple[int, int, int]
) -> None:
    found = compare(state(*old), state(*new, commit=NEXT))
    change = next(iter(found.practices))
    assert [entry.practice for entry in found.practices] == ["testing.unit"]
    assert (change.group, change.cause) == (group, "repository")
    assert (len(change.appeared), len(change.vanished), len(change.regraded)) == proofs
    assert found.unchanged == len(WHOLE.practices) - 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([unit(BEFORE_MOVE)], [unit(MOVED)]),
        ([unit(BY_HAND, ELSEWHERE)], [unit(ELSEWHERE, BY_HAND)]),
    ],
    ids=["lines moved", "another order"],
)
def test_what_is_no_change(old: list[Finding], new: list[Finding]) -> None:
    assert compare(state(*old), state(*new, commit=NEXT)).is_empty


CAUSES = [
    ("same rules", {"commit": NEXT}, unit(ON_PUSH), "repository"),
    ("same commit, other rules", {"rules": "r2"}, unit(ON_PUSH), "rules"),
    (
        "both differ, same proof rated otherwise",
        {"rules": "r2", "commit": NEXT},
        unit(BY_HAND, rung=Rung.ABSENT),
        "rules",
    ),
    ("both differ, other proof", {"rules": "r2", "commit": NEXT}, unit(ON_PUSH), "either"),
    ("same commit, but not committed changes", {"rules": "r2", "dirty": True}, unit(ON_PUSH), "either"),
    (
        "both differ, other near misses",
        {"rules": "r2", "commit": NEXT},
        unit(BY_HAND, rung=Rung.ABSENT, misses=(NEAR,)),
        "either",
    ),
]


@pytest.mark.parametrize(("about", "more", "after", "cause"), CAUSES, ids=[case[0] for case in CAUSES])
def test_at_whose_door(about: str, more: dict[str, Any], after: Finding, cause: str) -> None:
    found = compare(state(unit(BY_HAND)), state(after, **more))
    assert [change.cause for change in found.practices] == [cause]
    assert len(found.of("rules")) == (cause == "rules")


def test_a_practice_that_one_side_does_not_rate_is_the_rules_doing() -> None:
    old = state(unit(BY_HAND))
    fewer = {name: info for name, info in old.practices.items() if name != "testing.unit"}
    found = compare(old.model_copy(update={"practices": fewer}), state(unit(BY_HAND), rules="r2", commit=NEXT))
    assert [(change.practice, change.old, change.new, change.group) for change in found.practices] == [
        ("testing.unit", None, "used", "rules")
    ]


def test_each_change_is_in_one_group() -> None:
    found = compare(EVIL, WHOLE)
    assert sum(len(found.of(group)) for group in GROUPS) == len(found.practices)
    assert found.unchanged + len(found.practices) == len(WHOLE.practices)


def test_gaps_close_only_where_the_practice_rose() -> None:
    low, high = state(), state(unit(ON_PUSH), commit=NEXT)
    asked = {gap.practice for gap in low.scorecards["stages"].gaps}
    assert {gap.practice for gap in compare(low, high).closed} == asked & {"testing.unit"}
    assert compare(high, low).closed == ()


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({"commit": NEXT}, True),
        ({"commit": NEXT, "name": "fork"}, False),
        ({"commit": "1" * 40, "name": "folder"}, True),
        ({"commit": NEXT, "name": "folder", "remote": "https://h.example/a/b"}, False),
    ],
)
def test_two_repositories_are_told(more: dict[str, Any], same: bool) -> None:
    found = compare(state(), state(**more))
    assert found.same_repository is same
    assert ("two repositories" in comparison_terminal.render(found)) is not same


def test_levels_points_and_answers_are_those_of_the_assessments() -> None:
    found = compare(WHOLE, EVIL)
    for side, assessment in (("old", WHOLE), ("new", EVIL)):
        cards = assessment.scorecards
        assert {change.model: getattr(change, side) for change in found.models} == {
            k: c.level for k, c in cards.items()
        }
        card = cards[found.model]
        points = {change.dimension: getattr(change, f"{side}_score") for change in found.dimensions}
        assert points == {name: result.score for name, result in card.dimensions.items()}
        status = {item.id: item.status for item in card.items}
        assert all(getattr(change, side) == status[change.id] for change in found.items)


def test_another_model() -> None:
    assert compare(WHOLE, EVIL, model="google").model == "google"
    with pytest.raises(KeyError):
        compare(WHOLE, EVIL, model="own")


FOUND = compare(
    state(unit(BY_HAND), remote="https://github.com/example/churn"),
    state(unit(ON_PUSH), commit=NEXT, rules="r2", remote="https://github.com/example/churn"),
)
FORMS = pytest.mark.parametrize(
    "render", [comparison_terminal.render, comparison_markdown.render], ids=["terminal", "md"]
)


@FORMS
@pytest.mark.parametrize(
    "shown",
    [
        "What changed in churn",
        f"1 practice rose, {len(load_practices()) - 1} are as before",
        "The rules differ too: 1.2.3, r1 before, 1.2.3, r2 after",
        "used → automated (or the rules)",
        "a route now leads there: on: push › job test › make check",
    ],
)
def test_what_is_told(render: Callable[..., str], shown: str) -> None:
    assert shown in re.sub(r"\s+", " ", render(FOUND))


def test_markdown_links_each_proof_to_its_side() -> None:
    links = [
        str(token.attrs["href"]) for token in parsed(comparison_markdown.render(FOUND)) if token.type == "link_open"
    ]
    assert links == [f"https://github.com/example/churn/blob/{NEXT}/tests/test_model.py#L9"]
    gone = compare(state(unit(BY_HAND), remote="https://github.com/example/churn"), state(commit=NEXT))
    assert f"blob/{'1' * 40}/tests" in comparison_markdown.render(gone)


def test_points_are_those_of_the_json() -> None:
    found = compare(WHOLE, EVIL)
    whole: dict[str, Any] = json.loads(json_report.render(found))
    rows = [cells_ for cells_ in tables(comparison_markdown.render(found)) if len(cells_) == 4][1:]
    for cells_, change in zip(rows, whole["dimensions"], strict=True):
        assert [float(cells_[1]), float(cells_[2])] == [change["old_score"], change["new_score"]]
        difference = cells_[3].replace("−", "-") or "0"
        assert float(difference) == round(change["new_score"] - change["old_score"], 1)


@FORMS
def test_nothing_differs(render: Callable[..., str]) -> None:
    text = render(compare(WHOLE, WHOLE))
    assert "Nothing differs." in text
    assert f"{len(load_practices())} are as before" in text


@FORMS
@pytest.mark.parametrize("language", ["en", "de"])
def test_same_bytes_twice(render: Callable[..., str], language: str) -> None:
    assert render(FOUND, language=language) == render(FOUND, language=language)
    assert ("Was sich in churn" in render(FOUND, language=language)) is (language == "de")


@pytest.mark.parametrize("width", [1, MIN_WIDTH, 100])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("verbose", [True, False])
def test_the_text_fits_the_terminal_and_obeys_nothing(width: int, unicode: bool, verbose: bool) -> None:
    for found in (compare(WHOLE, EVIL), compare(EVIL, WHOLE)):
        text = comparison_terminal.render(found, width=width, unicode=unicode, verbose=verbose)
        assert not [line for line in text.splitlines() if cells(line) > max(MIN_WIDTH, min(width, MAX_WIDTH))]
        assert unicode or text.isascii()
        assert not set("\x1b\u202e") & set(text)


@pytest.mark.parametrize("sides", [(WHOLE, EVIL), (EVIL, WHOLE)], ids=["new", "old"])
def test_nothing_of_a_repository_acts_in_markdown(sides: tuple[Assessment, Assessment]) -> None:
    text = comparison_markdown.render(compare(*sides))
    assert len(text.encode()) <= COMMENT_BYTES
    for token in parsed(text):
        assert token.type not in ("image", "s_open", "fence", "code_block", "hr"), token
        if token.type in ("html_inline", "html_block"):
            assert "<" not in OWN_TAGS.sub("", token.content.replace(comparison_markdown.MARKER, "")), token
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith("https://github.com/example/churn/"), token
        if token.type == "text":
            assert not re.search(r"[@#]\w|://|www\.", token.content), token


def test_json_fits_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    text = json_report.render(compare(WHOLE, EVIL))
    jsonschema.validate(json.loads(text), json_schema())
    assert Comparison.model_validate_json(text) == compare(WHOLE, EVIL)
    assert main(["schema", "comparison"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "old.json").write_text(json_report.render(WHOLE), "utf-8")
    (tmp_path / "new.json").write_text(json_report.render(assessment_of([TESTED])), "utf-8")
    (tmp_path / "both.json").write_text(json_report.render(FOUND), "utf-8")
    return tmp_path


def test_the_command(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = [str(files / "old.json"), str(files / "new.json")]
    assert main(["compare", *sides]) == 0
    assert "rated on one side only" in capsys.readouterr().out
    assert main(["compare", *sides, "--rubric", "google", "--output", str(files / "c.json"), "--format", "json"]) == 0
    assert json.loads((files / "c.json").read_text("utf-8"))["model"] == "google"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["old.json"], "NEW.json"),
        (["old.json", "none.json"], "cannot be read"),
        (["both.json", "new.json"], "is the JSON of a comparison"),
        (["old.json", "new.json", "--rubric", "gogle"], "did you mean 'google'?"),
        (["old.json", "new.json", "--format", "csv"], "'csv' is not one of"),
        (["-", "-"], "only one of the two"),
    ],
)
def test_wrong_use(files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    words = [str(files / word) if word.endswith(".json") else word for word in arguments]
    assert main(["compare", *words]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert (captured.out, captured.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_tells_what_markdown_tells_and_shows_no_key(language: str) -> None:
    page = comparison_html.render(FOUND, language=language)
    assert not re.search(r"\b(compare|cut|rung)\.\w+", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    for change in FOUND.practices:
        assert f"<h3>{escape(load_texts(language).tr(change.title))}</h3>" in page
        for proof in (*change.appeared, *change.vanished, *(pair.new for pair in change.regraded)):
            assert f"</bdi>:{proof.place.line}" in page


@pytest.mark.parametrize("sides", [(WHOLE, EVIL), (EVIL, WHOLE)], ids=["new", "old"])
def test_nothing_of_a_repository_acts_in_html(sides: tuple[Assessment, Assessment]) -> None:
    page = comparison_html.render(compare(*sides))
    assert "script-src 'none'" in unescape(page)
    assert not set("\x1b\u202e") & set(page)
    assert not re.search(r"<(script|img|iframe|object|form|link rel=.stylesheet)|<\w[^>]*\son\w+=", page)
    addresses = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert {address for address in addresses if not address.startswith("https://github.com/example/churn/")} <= {
        "data:,"
    }


@pytest.mark.parametrize(("paper", "language"), [("a4", "en"), ("letter", "de")])
def test_pdf_is_one_document_with_the_json_inside(paper: Paper, language: str) -> None:
    made = comparison_pdf.render(FOUND, paper=paper, language=language)
    assert made == comparison_pdf.render(FOUND, paper=paper, language=language)
    reader = pypdf.PdfReader(BytesIO(made))
    assert reader.attachments["comparison.json"] == [json_report.render(FOUND).encode()]
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for change in FOUND.practices:
        assert load_texts(language).tr(change.title) in text
    assert all(len(page.extract_text()) > 80 for page in reader.pages), "a page is empty"
    assert reader.outline


def test_pdf_of_an_attack_is_written() -> None:
    assert comparison_pdf.render(compare(WHOLE, EVIL)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("old", "new", "way"), [(10.0, 60.0, " rose"), (60.0, 10.0, " fell"), (50.0, 50.0, ""), (None, 50.0, "")]
)
def test_a_dimension_is_drawn_from_where_it_was_to_where_it_is(old: float | None, new: float, way: str) -> None:
    drawn = charts.shift(old, new, label="a < b")
    assert f'class="shift-new{way}"' in drawn
    assert ("shift-way" in drawn, "shift-old" in drawn) == (bool(way), old is not None)
    assert "a &lt; b" in drawn
