"""`assessor history`: past revisions from git's objects, what moved between them, and what is read anew."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest

from assessor.__main__ import main
from assessor.errors import UserError
from assessor.render.views.history import thinned
from assessor.snapshot.clone import clone
from assessor.snapshot.limits import Limits
from assessor.snapshot.revisions import Past, Revision, every, since, since_time, span_seconds
from assessor.snapshot.snapshot import Snapshot
from assessor.trend import json_schema, read_points, standing_falls
from tests.conftest import commit_files, write_files

TRAIN = "import joblib\nfrom sklearn.linear_model import LogisticRegression\n\nmodel = LogisticRegression().fit([[1], [2]], [0, 1])\njoblib.dump(model, 'model.pkl')\n"
CI = "on: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ruff check .\n"
WHO: dict[str, object] = {"author": "Ada <ada@example.org>"}


def git(folder: Path, *words: str, day: str = "2024-06-01") -> str:
    when = {f"GIT_{role}_DATE": f"{day}T12:00:00Z" for role in ("AUTHOR", "COMMITTER")}
    who = {f"GIT_{role}_{key}": "ada@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", **when, **who},
    )  # fmt: skip
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str], message: str, day: str) -> str:
    write_files(folder, files)
    git(folder, "add", "--all", day=day)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message, day=day)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Training in January, CI with a linter in February, the linter gone in March, documents in April."""
    root = tmp_path / "models"
    root.mkdir()
    commit_files(
        write_files(root, {"train.py": TRAIN, "requirements.txt": "scikit-learn\n"}),
        {"commits": [WHO | {"date": "2024-01-10T12:00:00Z", "message": "Train", "files": "all"}]},
    )
    commit(root, {".github/workflows/ci.yml": CI}, "Lint in CI", "2024-02-10")
    commit(root, {".github/workflows/ci.yml": CI.replace("ruff check .", "true")}, "Too noisy", "2024-03-10")
    commit(root, {"README.md": "# Models\n"}, "Say what it is", "2024-04-10")
    return root


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["history", *map(str, words), "-q"])
    said = capsys.readouterr()
    return code, said.out, said.err


def points(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_rise_and_fall_names_its_commit_and_proof(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, repository, "--format", "jsonl")
    found = points(out)
    assert code == 0
    assert [one["revision"]["day"] for one in found] == ["2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10"]
    february = {move["practice"]: move for move in found[1]["moves"]}
    march = {move["practice"]: move for move in found[2]["moves"]}
    lint = february["ci.lint"]
    assert (lint["way"], lint["proof"]["gone"], lint["proof"]["place"]["path"]) == (
        "rose",
        False,
        ".github/workflows/ci.yml",
    )
    assert [entry["subject"] for entry in lint["commits"]] == ["Lint in CI"]
    fall = march["ci.lint"]
    assert (fall["way"], fall["proof"]["gone"], fall["of"], fall["commits"][0]["subject"]) == (
        "fell",
        True,
        1,
        "Too noisy",
    )
    assert found[3]["moves"] == []
    for one in found:
        jsonschema.validate(one, json_schema())


def test_every_point_is_what_an_audit_of_that_revision_says(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, repository, "--format", "jsonl")
    for one in points(out):
        assert main(["audit", str(repository), "--ref", one["revision"]["commit"], "--format", "json", "-q"]) == 0
        audit = json.loads(capsys.readouterr().out)
        assert {name: info["rung"] for name, info in audit["practices"].items()} == one["standing"]["practices"]
        assert audit["scorecards"]["stages"]["index"] == one["standing"]["index"]


def test_the_terminal_has_a_line_per_revision_and_a_sparkline_per_dimension(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, repository)
    assert "by today's rules" in out
    assert len(re.findall(r"^  2024-\d\d-\d\d  [0-9a-f]{10}", out, re.MULTILINE)) == 4
    assert re.search(r"^  Continuous integration +[▁▂▃▄▅▆▇█]{4}  ", out, re.MULTILINE)
    assert "Too noisy" in out and "Lint in CI" in out


def test_csv_has_the_keys_of_an_audit_and_a_row_for_each_point_and_practice(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, repository, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    main(["audit", str(repository), "--ref", "HEAD", "--format", "csv", "-q"])
    audit = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0].keys() == audit[0].keys()
    assert len(rows) == 4 * len(audit)
    assert rows[-len(audit) :] == audit


@pytest.mark.parametrize("form", ["terminal", "jsonl", "csv", "html", "pdf"])
def test_the_same_bytes_again_with_and_without_a_cache(repository: Path, tmp_path: Path, form: str) -> None:
    for name, more in (("one", []), ("two", []), ("three", ["--no-cache"])):
        place = str(tmp_path / name)
        assert main(["history", str(repository), "--format", form, "--output", place, "-q", *more]) == 0
    kept = [(tmp_path / name).read_bytes() for name in ("one", "two", "three")]
    assert kept[0] == kept[1] == kept[2]


def test_the_working_tree_does_not_matter(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = run(capsys, repository, "--format", "jsonl")[1]
    (repository / "train.py").unlink()
    (repository / "new.py").write_text(TRAIN)
    assert run(capsys, repository, "--format", "jsonl")[1] == before
    assert not (repository / "train.py").exists()


def test_appending_reads_only_what_is_new(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "trend.jsonl"
    run(capsys, repository, "--append", file)
    first = file.read_text()
    commit(repository, {".github/workflows/ci.yml": CI}, "Quiet again", "2024-05-10")
    asked: list[str] = []
    whole = Past.snapshot

    def noted(self: Past, one: Revision) -> Snapshot:
        asked.append(one.day)
        return whole(self, one)

    monkeypatch.setattr(Past, "snapshot", noted)
    run(capsys, repository, "--append", file)
    assert file.read_text().startswith(first)
    assert points(file.read_text())[-1]["revision"]["subject"] == "Quiet again"
    assert sorted(set(asked)) == ["2024-04-10", "2024-05-10"], "the newest known one is read to compare with"
    again = file.read_bytes()
    asked.clear()
    run(capsys, repository, "--append", file)
    assert file.read_bytes() == again
    assert asked == ["2024-05-10"], "for its configuration alone"
    fresh = tmp_path / "fresh.jsonl"
    run(capsys, repository, "--append", fresh)
    assert fresh.read_bytes() == again


def test_points_by_other_rules_are_rated_anew(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trend.jsonl"
    run(capsys, repository, "--append", file)
    right = file.read_text()
    file.write_text(re.sub(r'"rules":"[0-9a-f]+"', '"rules":"000000000000"', right).replace('"level":1', '"level":5'))
    _, out, _ = run(capsys, repository, "--append", file)
    assert file.read_text() == right
    assert "4 revisions of" in out and "rated anew" in out


def test_a_rewritten_history_is_told(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trend.jsonl"
    run(capsys, repository, "--append", file)
    git(repository, "reset", "--quiet", "--hard", "HEAD~2")
    commit(repository, {"NOTES.md": "other\n"}, "Another way", "2024-06-01")
    _, out, _ = run(capsys, repository, "--append", file)
    assert "2 revisions of" in out and "rewritten" in out
    days = [one["revision"]["day"] for one in points(file.read_text())]
    assert days == ["2024-01-10", "2024-02-10", "2024-06-01"]


def test_a_broken_file_to_append_to_is_told_with_its_line(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trend.jsonl"
    run(capsys, repository, "--append", file)
    kept = file.read_text() + '{"kind": "revision"}\n'
    file.write_text(kept)
    code, _, err = run(capsys, repository, "--append", file)
    assert code == 2
    assert err.startswith(f"assessor: {file}:5: no revision of a history: ")
    assert file.read_text() == kept


@pytest.mark.parametrize(
    ("within", "code", "said"), [("60d", 1, "ci.lint fell from automated to absent"), ("20d", 0, "")]
)
def test_a_fall_that_stands_fails(
    repository: Path, capsys: pytest.CaptureFixture[str], within: str, code: int, said: str
) -> None:
    found, _, err = run(capsys, repository, "--fail-if-fell-within", within)
    assert found == code
    assert said in err


def test_a_fall_that_was_mended_does_not(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, {".github/workflows/ci.yml": CI}, "Quiet again", "2024-05-10")
    _, out, _ = run(capsys, repository, "--format", "jsonl")
    found = read_points("x", out.encode())
    assert [fall.move.practice for fall in standing_falls(found, 0) if fall.move.practice == "ci.lint"] == []
    assert [fall.move.practice for fall in standing_falls(found[:-1], 0) if fall.move.practice == "ci.lint"]


def test_a_shallow_clone_is_told(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "2", f"file://{repository}", "shallow")
    _, out, _ = run(capsys, tmp_path / "shallow")
    assert "This is a shallow clone: nothing before 10 March 2024 is here." in out
    assert len(re.findall(r"^  2024-\d\d-\d\d  [0-9a-f]{10}", out, re.MULTILINE)) == 2
    code, _, err = run(capsys, tmp_path / "shallow", "--at", "HEAD~3")
    assert (code, "no such revision" in err, err.count("\n")) == (2, True, 1)


def test_an_unborn_branch_and_a_plain_folder_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "unborn").mkdir()
    git(tmp_path / "unborn", "init", "--quiet")
    code, _, err = run(capsys, tmp_path / "unborn")
    assert (code, "has no commit at HEAD" in err, err.count("\n")) == (2, True, 1)
    (tmp_path / "plain").mkdir()
    code, _, err = run(capsys, tmp_path / "plain")
    assert (code, "is in no git repository" in err, err.count("\n")) == (2, True, 1)


def test_a_root_that_had_another_name_begins_where_it_got_this_one(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "mv", "train.py", "old.py")
    (repository / "model").mkdir()
    git(repository, "mv", "old.py", "model/train.py")
    commit(repository, {}, "Move", "2024-05-10")
    code, out, _ = run(capsys, repository / "model")
    assert code == 0
    assert "before 10 May 2024 there is none of this name" in " ".join(out.split()), out
    assert len(re.findall(r"^  2024-\d\d-\d\d  [0-9a-f]{10}", out, re.MULTILINE)) == 1


def test_merges_are_followed_by_their_first_parent(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "checkout", "--quiet", "-b", "side")
    commit(repository, {"tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"}, "Test a", "2024-05-02")
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "-m", "Merge side", "side", day="2024-05-20")
    _, out, _ = run(capsys, repository, "--every", "1", "--format", "jsonl")
    found = points(out)
    assert [one["revision"]["subject"] for one in found][-2:] == ["Say what it is", "Merge side"]
    rise = next(move for move in found[-1]["moves"] if move["practice"] == "testing.unit")
    assert rise["commits"][0]["subject"] == "Test a", "the commit that brought the file, not the merge"


def test_tags_and_named_revisions(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "tag", "v1", "HEAD~2")
    git(repository, "tag", "-m", "one", "v1.0", "HEAD~2")
    _, out, _ = run(capsys, repository, "--every", "tag", "--format", "jsonl")
    assert [one["names"] for one in points(out)] == [["v1", "v1.0"], []]
    _, out, _ = run(capsys, repository, "--at", "HEAD,v1,HEAD~3", "--format", "jsonl")
    assert [one["names"] for one in points(out)] == [["HEAD~3"], ["v1"], ["HEAD"]]


HOSTILE = "\x1b[31m::error::x\u202e##vso[task.complete]<script>alert(1)</script>{{ 7*7 }}"


def test_what_commits_say_is_shown_and_not_obeyed(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = ":(glob)*\u202e<b>.py"
    commit(repository, {name: TRAIN, f".github/workflows/{name}.yml": CI}, HOSTILE, "2024-07-10")
    git(repository, "tag", "-m", "x", "v\u202e1")
    page, text = tmp_path / "h.html", tmp_path / "h.txt"
    assert main(["history", str(repository), "--every", "1", "--output", str(page), "--output", str(text), "-q"]) == 0
    for content in (page.read_text(), text.read_text()):
        assert "\u202e" not in content and "\x1b" not in content and "##vso[" not in content
    assert "<script>alert" not in page.read_text()
    _, out, _ = run(capsys, repository, "--every", "1", "--format", "jsonl")
    assert "\u202e" not in out and "\x1b" not in out
    move = next(move for move in points(out)[-1]["moves"] if move["practice"] == "ci.lint")
    assert move["commits"][0]["subject"] == HOSTILE, "the pathspec is literal, and JSON keeps what was said"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--every", "year"], "--every year: expected month, week, tag or a number"),
        (["--every", "0"], "--every 0: expected"),
        (["--since", "soon"], "--since soon: expected 90d"),
        (["--since", "2024-02-31"], "no day of the calendar"),
        (["--at", "HEAD", "--since", "2y"], "keep one"),
        (["--at", "nowhere"], "no such revision"),
        (["--at", "--all"], "is no revision"),
        (["--fail-if-fell-within", "3"], "--fail-if-fell-within 3: expected a number"),
        (["--append", "/nowhere/x.jsonl"], "--append /nowhere/x.jsonl: there is no folder"),
        (["--rubric", "stagse"], "did you mean"),
    ],
)
def test_wrong_use_is_one_line(
    repository: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, _, err = run(capsys, repository, *words)
    assert (code, err.count("\n")) == (2, 1)
    assert said in err


def test_a_clone_url_is_cloned_once(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    whole = clone

    def noted(url: str, limits: Limits) -> tuple[Path, TemporaryDirectory[str]]:
        made.append(url)
        return whole(url, limits)

    monkeypatch.setattr("assessor.snapshot.opening.clone", noted)
    code, out, _ = run(capsys, f"file://{repository}", "--format", "jsonl")
    assert code == 0
    assert len(points(out)) == 4
    assert len(made) == 1


def test_an_unreadable_revision_is_told_and_left_out(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = git(repository, "rev-parse", "HEAD~2^{tree}")
    copy = tmp_path / "damaged"
    shutil.copytree(repository, copy)
    lost = copy / ".git" / "objects" / tree[:2] / tree[2:]
    lost.unlink()
    code, out, _ = run(capsys, copy)
    assert code == 0
    assert "cannot be read and is left out" in out
    assert len(re.findall(r"^  2024-\d\d-\d\d  [0-9a-f]{10}", out, re.MULTILINE)) == 3


# ---- which revisions ----


def line(*days: int) -> list[Revision]:
    return [Revision(f"{number:040x}", day * 86_400) for number, day in enumerate(days)]


@pytest.mark.parametrize(
    ("word", "days", "chosen"),
    [
        ("month", [70, 65, 40, 33, 10], [0, 2, 4]),
        ("month", [40, 100, 10], [0, 2]),  # a clock that went ahead
        ("week", [14, 13, 12, 11, 10], [0, 4]),
        ("2", [9, 8, 7, 6], [0, 2]),
    ],
)
def test_revisions_are_chosen(word: str, days: list[int], chosen: list[int]) -> None:
    found = every(word)(line(*days))
    assert [int(one.commit, 16) for one in found] == chosen


def test_since_keeps_the_one_before() -> None:
    found = since(line(100, 90, 50, 10), since_time("30d", line(100)[0]))
    assert [one.time // 86_400 for one in found] == [100, 90, 50]


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("2w", 14), ("1y", 365.25), ("12m", 365.25)])
def test_spans(text: str, days: float) -> None:
    assert span_seconds("--since", text) == days * 86_400


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "1h", "999999d"])
def test_no_spans(text: str) -> None:
    with pytest.raises(UserError, match="--since"):
        span_seconds("--since", text)


def test_a_long_line_is_thinned_for_a_narrow_page() -> None:
    assert thinned(range(100), 5) == [0, 25, 50, 74, 99]
    assert list(thinned(range(3), 5)) == [0, 1, 2]
