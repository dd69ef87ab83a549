"""The practices as CSV: what a spreadsheet reads is what the JSON says, and no cell runs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from assessor.render.data import json_report
from assessor.render.data.csv import COLUMNS, cell, render
from tests.test_markdown import EVIL
from tests.test_render_terminal import WHOLE

HEIGHTS = {"absent": 0, "declared": 1, "used": 2, "automated": 3, "enforced": 4}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_numbers_are_those_of_the_json() -> None:
    whole: dict[str, Any] = json.loads(json_report.render(WHOLE))
    found = rows(render(WHOLE))
    gaps = {gap["practice"]: gap for gap in reversed(whole["scorecards"]["stages"]["gaps"])}
    assert [entry["practice"] for entry in found] == list(whole["practices"])
    for entry in found:
        info, gap = whole["practices"][entry["practice"]], gaps.get(entry["practice"])
        counted = [int(entry[name]) for name in ("evidence", "near_misses", "blind_spots")]
        assert counted == [len(info[name]) for name in ("evidence", "near_misses", "blind_spots")]
        assert entry["rung"] == info["rung"]
        assert entry["height"] == str(HEIGHTS.get(info["rung"], ""))
        assert entry["level"] == (str(gap["level"]) if gap else "")
        assert entry["blocking"] == ({True: "yes", False: "no"}[gap["blocking"]] if gap else "")
        if info["evidence"]:
            place = info["evidence"][0]["place"]
            assert (entry["best_path"], int(entry["best_line"])) == (place["path"], place["line"])


def test_each_row_has_every_column_and_ends_as_rfc_4180_says() -> None:
    text = render(EVIL)
    assert text.count("\r\n") == len(EVIL.practices) + 1 == text.count("\n")
    assert all(set(entry) == set(COLUMNS) and None not in entry.values() for entry in rows(text))


def test_the_gaps_are_those_of_the_model_asked_for() -> None:
    levels = {name: [entry["level"] for entry in rows(render(WHOLE, rubric=name))] for name in ("stages", "google")}
    assert levels["stages"] != levels["google"]
    assert render(WHOLE) == render(WHOLE, rubric="stages")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain, with a comma", "plain, with a comma"),
        ("cmd || true", "cmd || true"),
        ("a - b = c", "a - b = c"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("＝1", "'＝1"),
        ("\t=1", "' =1"),
        ("\n=1", "' =1"),
        ("'=1", "''=1"),
        ('"=1', "'\"=1"),
        ("a;=1", "a;'=1"),
        ("a; -1", "a; '-1"),
        ("a,@x", "a,'@x"),
        ("\x1b[31m\u202e", "\\x1b[31m\\u202e"),
        (-3, "-3"),
        (None, ""),
    ],
)
def test_cell(value: object, shown: str) -> None:
    assert cell(value) == shown
