"""`assessor gate --fleet`: one exit code, one table, new failures, a policy for each profile."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assessor.__main__ import main
from assessor.portfolio import Named, Row, fault_of, row_of
from assessor.render.data import lines
from tests.audited import audited_sample


def row(name: str, *, profile: str = "", **rungs: str) -> Row:
    """The sample's record (level 3) under a name, some practices on other rungs (`__` for the point)."""
    seen = row_of(Named(f"/r/{name}", name=name, profile=profile), audited_sample())
    assert seen.standing
    changed = {key.replace("__", "."): rung for key, rung in rungs.items()}
    return seen.model_copy(
        update={"standing": seen.standing.model_copy(update={"practices": seen.standing.practices | changed})}
    )


def plain(name: str) -> Row:
    seen = row(name)
    assert seen.standing
    standing = seen.standing.model_copy(update={"level": None, "index": None, "subject": "none"})
    return seen.model_copy(update={"standing": standing})


def write(path: Path, *rows: Row) -> str:
    path.write_text(lines.render(rows))
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["gate", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_one_table_and_one_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "r.jsonl", row("good"), row("bad", testing__unit="absent"), plain("site"))
    code, out, _ = run(capsys, "--fleet", file, "--require", "testing.unit=used")
    assert code == 1
    assert out.splitlines()[0].split() == ["failed", "bad", "require", "testing.unit=used:", "absent"]
    assert out.splitlines()[-1] == (
        "FAILED: 2 judged, 1 failed, 1 of them new (at most 0), 0 undecided, 1 without machine learning left out"
    )
    assert run(capsys, "--fleet", file, "--require", "training.scripted=used")[0] == 0


def test_levels_are_scored_again_from_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = row("good")
    assert seen.level == 3
    file = write(tmp_path / "r.jsonl", seen)
    assert run(capsys, "--fleet", file, "--min-level", "3")[0] == 0
    assert run(capsys, "--fleet", file, "--min-level", "4")[0] == 1


def test_new_failures_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.jsonl", row("a", testing__unit="absent"), row("b"), row("c"))
    new = [row(name, testing__unit="absent") for name in "abc"]
    file = write(tmp_path / "new.jsonl", *new)
    words = ["--fleet", file, "--require", "testing.unit=used", "--baseline", old]
    code, out, _ = run(capsys, *words)
    assert code == 1
    assert [line.split()[:2] for line in out.splitlines()[:-1]] == [["failed", "b"], ["failed", "c"], ["known", "a"]]
    assert run(capsys, *words, "--max-new", "1")[0] == 1
    assert run(capsys, *words, "--max-new", "2")[0] == 0


def test_each_profile_has_its_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "org.yaml"
    policy.write_text("gate: {min_level: 1}\nprofiles:\n  regulated: {min_level: 5}\nmax_new_failures: 1\n")
    file = write(tmp_path / "r.jsonl", row("a", profile="internal"), row("b", profile="regulated"))
    code, out, _ = run(capsys, "--fleet", file, "--policy", str(policy), "--format", "json")
    found = json.loads(out)
    assert (code, found["new"], found["most"]) == (0, 1, 1)
    assert {one["name"]: one["outcome"] for one in found["repositories"]} == {"a": "passed", "b": "failed"}
    more = [row(name, profile="regulated") for name in "bc"]
    assert run(capsys, "--fleet", write(tmp_path / "m.jsonl", *more), "--policy", str(policy))[0] == 1
    code, _, _ = run(capsys, "--fleet", str(tmp_path / "m.jsonl"), "--policy", str(policy), "--max-new", "9")
    assert code == 1, "the policy locks how many"


def test_what_was_not_audited_is_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "r.jsonl", row("good"), fault_of(Named("/gone", name="gone"), "no such folder"))
    code, out, _ = run(capsys, "--fleet", file, "--min-level", "1")
    assert (code, re.search(r"^undecided +gone ", out, re.M) is not None, "no such folder" in out) == (4, True, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fleet", "/nowhere.jsonl", "--min-level", "1"], "there is no such file"),
        (["--fleet", "{file}"], "no condition"),
        (["--fleet", "{file}", "--min-level", "9"], "min-level 9"),
        (["--fleet", "{file}", "--min-level", "1", "--rubric", "google"], "the rows are by stages"),
        (["--fleet", "{file}", "--min-level", "1", "--format", "sarif"], "a fleet's gate speaks terminal and json"),
        (["--max-new", "1"], "give --fleet"),
    ],
)
def test_wrong_use_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    file = write(tmp_path / "r.jsonl", row("good"))
    code, _, err = run(capsys, *(word.replace("{file}", file) for word in words))
    assert (code, err.count("\n")) == (2, 1)
    assert said in err
