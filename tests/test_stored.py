"""Reports from a stored JSON: the same as from the audit, and one clear line for what cannot be read."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from assessor.__main__ import main
from assessor.cli.formats import FORMATS, Manner, formats_of
from assessor.errors import UserError
from assessor.render.data import json_report
from assessor.stored import read_assessment
from tests.conftest import write_files
from tests.test_render_terminal import EVIL, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assessor.assessment import Assessment

TREE: dict[str, Any] = json.loads(json_report.render(WHOLE))
QUICK = [name for name, form in formats_of("audit").items() if not form.is_binary]


def changed(value: Any, *path: str | int) -> bytes:
    """The whole assessment as JSON with one value put in another's place."""
    tree = copy.deepcopy(TREE)
    inner: Any = tree
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(tree).encode()


@pytest.mark.parametrize("assessment", [WHOLE, EVIL], ids=["whole", "evil"])
def test_what_was_written_is_read(assessment: Assessment) -> None:
    assert read_assessment("a.json", json_report.render(assessment).encode()) == assessment


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_shell_may_have_changed_the_encoding(encoding: str) -> None:
    assert read_assessment("a.json", json_report.render(WHOLE).encode(encoding)) == WHOLE


@pytest.mark.parametrize(
    "path",
    [("later",), ("tool", "later"), ("scorecards", "stages", "gaps", 0, "newer"), ("practices", "ci.lint", "later")],
)
def test_fields_of_a_later_version_are_left_out(path: tuple[str | int, ...]) -> None:
    assert read_assessment("a.json", changed({"x": 1}, *path)) == WHOLE


WRONG = [
    (b"", "a.json:1: no JSON"),
    (b"{\n]", "a.json:2: no JSON"),
    (b"\xff\xff\xff\xff", "a.json:1: no JSON"),
    (b"[" * 100_000, "a.json:1: no JSON"),
    (b'{"a": NaN}', "NaN is no number of JSON"),
    (b'{"a": 1e999}', "1e999 is no number of JSON"),
    (b"[]", "not the JSON of an audit"),
    (b'{"runs": []}', "not the JSON of an audit"),
    (b'{"schema_version": "1", "verdicts": []}', "is the JSON of a gate's verdict"),
    (b'{"schema_version": "1", "kind": "comparison"}', "is the JSON of a comparison"),
    (changed("2", "schema_version"), "has schema version 2 (mlops-assessor 1.2.3), this assessor reads 1; audit"),
    (changed(1, "schema_version"), "has schema version 1"),
    (changed("high", "practices", "ci.lint", "rung"), "practices.ci.lint.rung: input should be"),
    (changed(101, "scorecards", "stages", "dimensions", "ci", "score"), "less than or equal to 100"),
    (changed("own", "primary"), "primary: no scorecard 'own'"),
    (changed("genai", "practices", "ci.lint", "dimension"), "practices.ci.lint: no dimension 'genai'"),
    (changed("ci.none", "scorecards", "stages", "gaps", 0, "practice"), "stages: no practice 'ci.none'"),
    (changed(9, "scorecards", "stages", "next_level"), "stages: no level 9"),
    (changed(10**9, "scorecards", "stages", "dimensions", "ci", "level"), "stages: no level 1000000000"),
    (changed(10**9, "scorecards", "google", "top"), "google: its levels are not 0 to 1000000000"),
]


@pytest.mark.parametrize(("data", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_is_wrong_is_one_line(data: bytes, told: str) -> None:
    with pytest.raises(UserError) as caught:
        read_assessment("a.json", data)
    assert told in str(caught.value)
    assert str(caught.value).startswith("a.json")
    assert len(str(caught.value).splitlines()) == 1


def paths(value: Any, *before: str | int) -> Iterator[tuple[str | int, ...]]:
    """Where each value of a tree lies."""
    if before:
        yield before
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from paths(inner, *before, key)


def test_whatever_is_damaged_is_told_or_can_be_shown() -> None:
    chosen = random.Random(4)
    places = list(paths(TREE))
    odd: tuple[Any, ...] = (None, "", "odd", -1, 10**9, 1.5, True, [], {}, ["odd"], {"odd": "odd"})
    for place in chosen.sample(places, 300):
        try:
            found = read_assessment("a.json", changed(chosen.choice(odd), *place))
        except UserError:
            continue
        for name in QUICK:
            audit = FORMATS[name].audit
            assert audit and audit(found, Manner(verbose=True)), place


@pytest.mark.parametrize("form", QUICK)
def test_a_report_is_that_of_the_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    project = write_files(
        tmp_path / "churn", {"train.py": "import mlflow\n\nmlflow.start_run()\n", "bad.py": "def (:\n"}
    )
    stored = tmp_path / "audit.json"
    assert (
        main(["audit", str(project), "--output", str(stored), "--format", "json", "--format", form, "--output", "-"])
        == 0
    )
    audited = capsys.readouterr().out
    assert main(["report", str(stored), "--format", form]) == 0
    assert capsys.readouterr().out == audited


def test_another_model_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = tmp_path / "audit.json"
    stored.write_text(json_report.render(WHOLE), "utf-8")
    assert main(["report", str(stored), "--rubric", "google"]) == 0
    assert "Level 0: Manual process" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{folder}/none.json"], "cannot be read: No such file"),
        (["{folder}"], "is a folder"),
        (["{folder}/a.json", "--rubric", "stagse"], "no model 'stagse' in this assessment; did you mean 'stages'?"),
        (["{folder}/a.json", "--rubric", "x"], "there are "),
        (["{folder}/bad.json"], "bad.json:1: no JSON"),
        ([], "ASSESSMENT.json"),
    ],
)
def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    (tmp_path / "a.json").write_text(json_report.render(WHOLE), "utf-8")
    (tmp_path / "bad.json").write_text("no", "utf-8")
    code = main(["report", *(word.format(folder=tmp_path) for word in arguments)])
    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert told in captured.err
    assert captured.err.count("\n") == 1
