"""Which reports the command line asks for: pairs of format and output, guessed formats, places, opening a page."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from assessor.__main__ import main
from assessor.cli.formats import FORMATS, Manner
from assessor.cli.output import paired, write_output
from assessor.cli.reports import asked_reports, guessed_format
from assessor.errors import UserError
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Sequence

TRAINS = "from sklearn.linear_model import LinearRegression\n\nLinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])\n"
GUESS = partial(guessed_format, "audit")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("reports") / "churn", {"train.py": TRAINS})


@pytest.mark.parametrize(
    ("formats", "outputs", "wanted"),
    [
        ([], [], [("terminal", "-")]),
        (["json"], [], [("json", "-")]),
        (["json"], ["a"], [("json", "a")]),
        (["json", "csv"], ["a", "b"], [("json", "a"), ("csv", "b")]),
        (["json", "csv"], ["a"], [("json", "a"), ("csv", "-")]),
        (["csv", "csv"], ["a", "b"], [("csv", "a"), ("csv", "b")]),
        (["csv", "json"], ["-", "a.csv"], [("csv", "-"), ("json", "a.csv")]),
        ([], ["a.json", "b.svg", "-"], [("json", "a.json"), ("badge", "b.svg"), ("terminal", "-")]),
    ],
)
def test_pairs(formats: Sequence[str], outputs: Sequence[str], wanted: list[tuple[str, str]]) -> None:
    assert paired(formats, outputs, guess=GUESS) == wanted


@pytest.mark.parametrize(
    ("formats", "outputs", "told"),
    [
        (["json"], ["a", "b"], "2 --output, but 1 --format; give a format for each"),
        (["json", "csv", "badge"], ["a"], "only one can go to standard output"),
        (["json", "csv"], ["a", "a"], "two formats go to a;"),
        (["json", "csv"], ["-"], "two formats go to standard output"),
        ([], ["a.docx"], "a.docx: its ending says no format"),
        ([], ["report"], "give --format"),
        (["json"], ["no/such/a"], "there is no folder no/such"),
        (["json"], ["."], "is a folder"),
    ],
)
def test_wrong_pairs(formats: Sequence[str], outputs: Sequence[str], told: str) -> None:
    with pytest.raises(UserError, match=told):
        paired(formats, outputs, guess=GUESS)


def test_each_ending_says_one_format() -> None:
    audits = {name: form for name, form in FORMATS.items() if form.audit}
    endings = [ending for form in FORMATS.values() for ending in form.endings]
    assert len(set(endings)) == len(endings)
    for name, form in audits.items():
        assert all(GUESS(f"a/Report{ending.upper()}") == name for ending in form.endings)


def test_opening_needs_a_page() -> None:
    with pytest.raises(UserError, match="--open opens an HTML or PDF report"):
        asked_reports("audit", ["json"], ["a.json"], Manner(), is_opened=True)


def test_several_reports_of_one_audit(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = [tmp_path / name for name in ("a.json", "a.csv", "a.svg", "a.txt")]
    outputs = [word for place in places for word in ("--output", str(place))]
    assert main(["audit", str(project), *outputs]) == 0
    assert main(["audit", str(project), "--format", "csv", *outputs[:2], "--format", "shields"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert json.loads(captured.out)["message"] == "level 1.1 of 5"
    assert places[0].read_bytes() == places[1].read_bytes()
    assert "<svg" in places[2].read_text("utf-8")
    assert "Level 1: Manual process" in places[3].read_text("utf-8")


def test_a_wrong_place_is_told_before_the_audit(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.setattr("assessor.audit.audit", lambda *_: pytest.fail("audited"))
    assert main(["audit", str(project), "--format", "json", "--output", "no/such/a.json"]) == 2


def test_what_is_no_file_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_output("a text", str(pipe))
    assert os.read(reader, 100) == b"a text"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(("code", "told"), [(0, ""), (1, "assessor: {page} is written, but nothing here opens it\n")])
def test_the_page_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, code: int, told: str
) -> None:
    from assessor.cli.reports import _open

    opened: list[str] = []

    def launch(path: str) -> int:
        opened.append(path)
        return code

    monkeypatch.setattr(click, "launch", launch)
    page = str(tmp_path / "a.html")
    _open(page)
    assert opened == [page]
    assert capsys.readouterr().err == told.format(page=page)
