"""Markdown reports: what they show, that nothing of a repository acts in them, and that they fit GitHub's limits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assessor.assessment import Assessment, RepositoryInfo
from assessor.facts.place import BlindSpot, Place
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.render.data import json_report
from assessor.render.markdown import audit as markdown
from assessor.render.markdown import audit_long as markdown_document
from assessor.render.markdown.text import COMMENT_BYTES, SUMMARY_BYTES, Block, code, escaped, fitted, prose, row
from assessor.render.views.hostile import visible
from assessor.stored import read_assessment
from tests.test_render_terminal import WHOLE, assessment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.token import Token

RENDERERS = pytest.mark.parametrize("render", [markdown.render, markdown_document.render], ids=["short", "long"])
OWN_TAGS = re.compile(r"</?(details|summary|br|sub|code)>|<!-- mlops-assessor report -->")
ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></summary><h1>own</h1>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example me@evil.example",
    "@team please look, see #12 and !34 of owner/repo#56",
    "a | b || c \\| d",
    "`code` ``more`` `` ` ``",
    "**bold** _em_ ~~gone~~ $x^2$ [^1]",
    "- item",
    "1. item",
    "# heading",
    "> quote",
    "=====",
    "---",
    "\x1b[31mred\u202egnp.exe\n\n# new",
    "&lt;b&gt; &#64;all",
    "\\",
    "[x]: https://evil.example",
)


def parsed(text: str) -> list[Token]:
    """The tokens of GitHub's Markdown, inline ones in the place of their block. Addresses count with a scheme or www."""
    reader = MarkdownIt("gfm-like")
    assert reader.linkify is not None
    reader.linkify.set({"fuzzy_link": False})
    return [inner for token in reader.parse(text) for inner in (token.children or [token])]


def evil() -> Assessment:
    """Each attack in each text that a repository can set, over as many practices."""
    findings = []
    for (name, _), attack in zip(WHOLE.practices.items(), ATTACKS * 4, strict=False):
        place = Place(attack, 3)
        proof = Evidence(name, Rung.AUTOMATED, place, attack, attack, (Hop(attack, place), Hop(f"{attack}.", place)))
        spot = BlindSpot(place, attack, (name,))
        findings.append(
            Finding(name, Rung.AUTOMATED, attack, (proof, proof), (NearMiss(place, attack, attack),), (spot,))
        )
    remote = "https://github.com/example/churn.git"
    repository = RepositoryInfo(name=ATTACKS[0], commit="0" * 40, branch=ATTACKS[3], date=ATTACKS[5], remote=remote)
    spots = tuple(spot for info in assessment_of(findings).practices.values() for spot in info.blind_spots)
    return assessment_of(findings).model_copy(update={"repository": repository, "blind_spots": spots})


EVIL = evil()


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(ATTACKS), max_size=3).map(" ".join)))
@example("\\|")
@example("a\\")
@pytest.mark.parametrize("around", ["{}", "- {}", "1. {}", "| head |\n| --- |\n| {} |", "*{}*"])
def test_text_is_shown_and_not_obeyed(around: str, text: str) -> None:
    tokens = parsed(around.format(escaped(text)))
    own = {token.type for token in parsed(around.format("x"))}
    kinds = {token.type for token in tokens} - own - {"text", "text_special", "inline"}
    assert not kinds or not visible(text).strip(), kinds
    shown = "".join(token.content for token in tokens if token.type in ("text", "text_special"))
    if around != "*{}*" and visible(text).strip():
        assert shown.replace("\u200b", "").removeprefix("head") == visible(text).strip().replace("\u200b", "")
    assert not re.search(r"[@#]\w|://|www\.", shown)


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=60))
@example("`")
@example("a|b`")
@example("\\")
def test_code_is_shown_as_it_is(text: str) -> None:
    tokens = parsed(f"| head | x |\n| --- | --- |\n| {code(text)} | y |")
    cells = sum(token.type == "td_open" for token in tokens)
    assert cells == 2
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<code>", "</code>"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Run `dvc push` after `train.py`.", "Run `dvc push` after `train.py`."),
        ("`a|b` is <b>", "<code>a&#124;b</code> is &lt;b&gt;"),
        ("one ` alone", "one \\` alone"),
        ("a `b` `c`", "a `b` `c`"),
    ],
)
def test_code_in_a_sentence_stays_code(text: str, shown: str) -> None:
    assert prose(text) == shown


@RENDERERS
def test_nothing_of_a_repository_acts(render: Callable[..., str]) -> None:
    for token in parsed(render(EVIL)):
        assert token.type not in ("image", "s_open", "fence", "code_block", "hr", "lheading_open"), token
        if token.type in ("html_inline", "html_block"):
            assert "<" not in OWN_TAGS.sub("", token.content), token
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith("https://github.com/example/churn/"), token
        if token.type == "text":
            assert not re.search(r"[@#]\w|://|www\.", token.content), token


@RENDERERS
@pytest.mark.parametrize("assessment", [WHOLE, EVIL], ids=["whole", "evil"])
def test_each_table_row_has_the_cells_of_its_head(render: Callable[..., str], assessment: Assessment) -> None:
    text = render(assessment)
    lines = text.splitlines()
    width = 0
    for line in lines:
        if not line.startswith("|"):
            width = 0
        else:
            width = width or line.count("|")
            assert line.count("|") == width, line
    read = parsed(text)
    assert sum(token.type == "tr_open" for token in read) == sum(
        line.startswith("|") and not line.startswith("| ---") for line in lines
    )


def tables(text: str) -> Iterator[list[str]]:
    """The cells of each table row, as a reader sees them."""
    cells: list[str] = []
    for token in parsed(text):
        if token.type in ("td_open", "th_open"):
            cells.append("")
        elif token.type == "tr_close":
            yield cells
            cells = []
        elif cells and token.content and token.type in ("text", "text_special", "code_inline"):
            cells[-1] += token.content


@RENDERERS
def test_numbers_are_those_of_the_json(render: Callable[..., str]) -> None:
    whole: dict[str, Any] = json.loads(json_report.render(WHOLE))
    card = whole["scorecards"]["stages"]
    text = render(WHOLE)
    rows = {cells[0]: cells[1:] for cells in tables(text)}
    from assessor.render.views.texts import load_texts

    words = load_texts()
    for name, result in card["dimensions"].items():
        points, standing = rows[words(f"dimension.{name}")]
        assert float(points) == result["score"]
        assert standing == (f"{result['holds']} of {result['asked']}" if result["asked"] else "–")
    assert f"Level {card['level']} of {card['top']}: {card['title']}" in text
    assert f"{round(100 * card['share'])}% of it is in place" in text
    counts = whole["statistics"]
    assert f"{counts['files']} files, {counts['read']} read, {counts['parsed']} parsed as Python" in text


def test_the_short_one_names_every_practice_with_its_rung() -> None:
    rows = [cells for cells in tables(markdown.render(WHOLE)) if len(cells) == 4]
    assert [(cells[0], cells[2]) for cells in rows[1:]] == [
        (info.title.replace("`", ""), {"not_applicable": "does not apply"}.get(info.rung, info.rung))
        for info in WHOLE.practices.values()
    ]


@pytest.mark.parametrize(
    "shown",
    [
        "- automated: `tests/test_model.py:9` asserts on the model (`pytest`)",
        "  3. `make check` (`.github/workflows/ci.yml:12`)",
        "- `src/watch.py:3` only imported",
        "- `dvc.yaml:8` no YAML",
        "Measured: mean complexity 2.5",
        "| `dvc.yaml:8` | no YAML | No practice rests on it alone |",
        "●●●○ **automated** · `testing.unit`",
        "???? **unknown**",
        "···· **does not apply**",
    ],
)
def test_the_long_one_has_all_proofs(shown: str) -> None:
    assert shown in markdown_document.render(WHOLE)


def test_every_item_of_the_model_is_there() -> None:
    text = markdown_document.render(WHOLE)
    assert all(f"(`{item.id}`)" in text for item in WHOLE.scorecards["stages"].items)


def grown(factor: int) -> Assessment:
    """Paths and sentences as long as they may get, and `factor` times as many proofs."""
    data = json.loads(EVIL.model_dump_json().replace('"path":"', '"path":"' + "ü" * 300))
    for info in data["practices"].values():
        info["evidence"] *= factor
        info["near_misses"] *= factor
    return read_assessment("a.json", json.dumps(data).encode())


@pytest.mark.parametrize(
    ("render", "limit", "told"),
    [
        (markdown.render, COMMENT_BYTES, "since a comment may have 65,536 characters"),
        (markdown_document.render, SUMMARY_BYTES, "since a job summary may have 1 MiB"),
    ],
)
def test_what_does_not_fit_is_cut_and_told(render: Callable[..., str], limit: int, told: str) -> None:
    assert told not in render(WHOLE)
    text = render(grown(12))
    assert len(text.encode()) <= limit
    assert told in text
    lines = text.splitlines()
    assert sum(line.startswith("<details>") for line in lines) == lines.count("</details>")
    assert "Level " in text


BLOCKS = (
    Block(("head",), ("a" * 50, "b" * 50, "c" * 50), rank=0),
    Block(("second",), ("d" * 50, "e" * 50), ("end",), rank=1),
)


@pytest.mark.parametrize(
    ("limit", "kept", "left"),
    [
        (1000, "abcde", []),
        (270, "abcd", [1]),
        (220, "abc", [2]),
        (170, "ab", [2, 1]),
        (60, "", [3, 3]),
    ],
)
def test_rows_of_the_highest_rank_go_first(limit: int, kept: str, left: list[int]) -> None:
    text = fitted(BLOCKS, limit, lambda number: f"{number} left")
    assert len(text) <= limit
    assert "".join(line[0] for line in text.splitlines() if len(line) == 50) == kept
    assert sorted(map(int, re.findall(r"^(\d+) left", text, re.MULTILINE)), reverse=True) == left


def test_same_assessment_same_text() -> None:
    assert markdown.render(EVIL) == markdown.render(EVIL)
    assert row(("a", "b")) == "| a | b |"
