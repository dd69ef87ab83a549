"""`assessor fleet`: which repositories are meant, a row for each whatever happens, and one report over all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assessor.__main__ import main
from assessor.catalog.practices import load_practices
from assessor.cli.fleet_worker import report_name
from assessor.errors import UserError
from assessor.fleet import confined
from assessor.fleet.engines import Local
from assessor.fleet.running import Terms, rows_of
from assessor.fleet.sources import find_sources
from assessor.overview import overview
from assessor.portfolio import Named, Row, json_schema, read_rows
from assessor.rubric.loading import shipped_rubric
from tests.conftest import commit_files, write_files

TRAIN = "import joblib\nfrom sklearn.linear_model import LogisticRegression\n\nmodel = LogisticRegression().fit([[1], [2]], [0, 1])\njoblib.dump(model, 'model.pkl')\n"
CI = "on: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ruff check .\n"
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "plain")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five repositories that train, of which every other one has CI, and one without machine learning."""
    top = tmp_path_factory.mktemp("fleet")
    for number, name in enumerate(NAMES):
        folder = top / name
        folder.mkdir()
        files = {"train.py": TRAIN, "README.md": f"# {name}\n"}
        if number % 2 == 0:
            files[".github/workflows/ci.yml"] = CI
        if name == "plain":
            files = {"app.py": "print('hello')\n"}
        commit = {"author": "Ada <a@b.org>", "date": "2024-01-02T03:04:05Z", "message": "m", "files": "all"}
        commit_files(write_files(folder, files), {"commits": [commit]})
    return top


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["fleet", *map(str, words), "-q"])
    said = capsys.readouterr()
    return code, said.out, said.err


def parsed(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# ---- rows ----


def test_a_row_for_each_with_what_an_audit_says(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, fleet / "*", "--workers", "2", "--format", "jsonl")
    rows = parsed(out)
    assert code == 0
    assert [row["name"] for row in rows] == sorted(NAMES)
    for row in rows:
        jsonschema.validate(row, json_schema())
        main(["audit", row["source"], "--format", "json", "-q"])
        audit = json.loads(capsys.readouterr().out)
        card = audit["scorecards"]["stages"]
        assert (row["standing"]["level"], row["standing"]["index"]) == (card["level"], card["index"])
        assert row["standing"]["practices"] == {name: info["rung"] for name, info in audit["practices"].items()}
        assert (row["commit"], row["files"]) == (audit["repository"]["commit"], audit["statistics"]["files"])
    plain = next(row for row in rows if row["name"] == "plain")
    assert (plain["status"], plain["standing"]["level"], plain["gaps"]) == ("audited", None, [])


@pytest.mark.parametrize("form", ["terminal", "jsonl", "csv", "parquet", "html", "pdf"])
def test_the_same_bytes_whatever_the_workers(fleet: Path, tmp_path: Path, form: str) -> None:
    made = []
    for workers in (1, 3):
        place = tmp_path / f"{workers}"
        words = ["fleet", f"{fleet}/*", "--workers", str(workers), "--format", form, "--output", str(place), "-q"]
        assert main(words) == 0
        made.append(place.read_bytes())
    assert made[0] == made[1]


def test_faults_are_rows_and_the_rest_finishes(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unborn = tmp_path / "unborn"
    subprocess.run(["git", "init", "--quiet", "--bare", str(unborn)], check=True)
    wrong = tmp_path / "wrong"
    write_files(wrong, {"train.py": TRAIN, "assessor.yaml": "gate: {min_lvel: 3}\n"})
    (tmp_path / "list.csv").write_text(
        f"name,path,ref\ngone,file:///nowhere/at/all,\nunborn,{unborn},\nno-ref,{fleet / 'alpha'},v9\n"
        f"wrong,{wrong},\ngood,{fleet / 'beta'},\n"
    )
    code, out, _ = run(capsys, tmp_path / "list.csv", "--format", "jsonl")
    rows = {row["name"]: row for row in parsed(out)}
    assert code == 0
    assert {name: row["status"] for name, row in rows.items()} == {
        "gone": "fault", "unborn": "fault", "no-ref": "fault", "wrong": "fault", "good": "audited",
    }  # fmt: skip
    assert "cannot clone" in rows["gone"]["reason"]
    assert "has no commit at HEAD" in rows["unborn"]["reason"]
    assert "no revision 'v9'" in rows["no-ref"]["reason"]
    assert rows["wrong"]["reason"].startswith("assessor.yaml:1: ")
    _, out, _ = run(capsys, tmp_path / "list.csv")
    assert "5 repositories: 1 with machine learning, 4 not audited" in out


def test_what_takes_too_long_is_a_fault(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_GRACE", 0.0)
    engine = Local(2)
    try:
        terms = Terms("stages", seconds=0.01)
        rows = list(rows_of([Named(str(fleet / name), name=name) for name in NAMES[:3]], terms, engine))
    finally:
        engine.close()
    assert {row.reason for row in rows} == {"it took longer than 0.01 s (--timeout)"}
    assert len(rows) == 3


def test_what_killed_runs_left_is_removed(fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    old, young, alive = (
        tmp_path / f"assessor-fleet-{n}" for n in (f"{ended.pid}-a", f"{ended.pid}-b", f"{os.getpid()}-c")
    )
    for folder in (old, young, alive):
        folder.mkdir()
    for folder in (old, alive):
        os.utime(folder, (1, 1))
    confined.Confined(0).close()
    assert [folder.exists() for folder in (old, young, alive)] == [False, True, True]


def test_what_needs_too_much_memory_is_a_fault(fleet: Path) -> None:
    engine = Local(1)
    try:
        rows = list(rows_of([Named(str(fleet / "alpha"), name="alpha")], Terms("stages", memory=1_000_000), engine))
    finally:
        engine.close()
    assert rows[0].status == "fault"
    assert "more memory than 1 MB (--memory)" in rows[0].reason


def started(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "assessor", "fleet", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def children(process: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found.append(int(entry.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("after", [1, 3])
def test_a_run_that_is_killed_goes_on_and_nothing_is_lost_or_done_twice(
    fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], after: int
) -> None:
    whole, results = tmp_path / "whole.jsonl", tmp_path / "results.jsonl"
    run(capsys, fleet / "*", "--output", whole, "--no-cache")
    first = started(fleet / "*", "--output", results, "--no-cache", "--workers", "1")
    assert first.stderr
    for _ in range(after):
        first.stderr.readline()
    workers = children(first.pid)
    first.send_signal(signal.SIGKILL)
    first.wait()
    part = tmp_path / "results.jsonl.part"
    kept = len(parsed(part.read_text()))
    assert after <= kept < len(NAMES)
    assert not results.exists()
    for _ in range(50):
        if not [one for one in workers if Path(f"/proc/{one}").exists()]:
            break
        time.sleep(0.1)
    else:
        pytest.fail("a worker outlived its run")
    with part.open("a") as file:
        file.write('{"schema_version":"1","kind":"repo')  # half a row
    second = started(fleet / "*", "--output", results, "--no-cache", "--resume")
    said = second.communicate(timeout=120)[1]
    assert second.returncode == 0
    assert len(re.findall(r"^ *\d+/6  ", said, re.MULTILINE)) == len(NAMES) - kept
    assert results.read_bytes() == whole.read_bytes()
    assert not part.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_that_is_killed_is_replaced(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, results = tmp_path / "whole.jsonl", tmp_path / "results.jsonl"
    run(capsys, fleet / "*", "--output", whole)
    process = started(fleet / "*", "--output", results, "--no-cache", "--workers", "2")
    assert process.stderr
    process.stderr.readline()
    for worker in children(process.pid):
        os.kill(worker, signal.SIGKILL)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert results.read_bytes() == whole.read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="bounds the size of files")
def test_a_full_disk_is_told_and_gone_on_from(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, results = tmp_path / "whole.jsonl", tmp_path / "results.jsonl"
    run(capsys, fleet / "*", "--output", whole)
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.RLIM_INFINITY));"
        "from assessor.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ["fleet", f"{fleet}/*", "--output", str(results), "--no-cache", "-q"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "cannot be written" in done.stderr and "--resume" in done.stderr
    assert 0 < len(read_rows("part", (tmp_path / "results.jsonl.part").read_bytes().rpartition(b"\n")[0])) < len(NAMES)
    assert run(capsys, fleet / "*", "--output", results, "--resume")[0] == 0
    assert results.read_bytes() == whole.read_bytes()


def test_resuming_takes_no_row_by_other_rules(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.jsonl"
    run(capsys, fleet / "*", "--output", results)
    right = results.read_bytes()
    old = re.sub(rb'"rules":"[0-9a-f]+"', b'"rules":"000000000000"', right)
    (tmp_path / "results.jsonl.part").write_bytes(old)
    run(capsys, fleet / "*", "--output", results, "--resume")
    assert results.read_bytes() == right


# ---- sources ----


def test_sources_of_all_kinds(fleet: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"# mine\n\n{fleet / 'alpha'}\nhttps://example.org/team/one.git\n")
    (tmp_path / "list.csv").write_text(
        "Name, URL, Ref, Owner, Criticality, Profile, Notes\n"
        "Two, https://user:secret@example.org/team/two, main, Ada, high, internal, x\n"
    )
    (tmp_path / "gh.json").write_text(
        json.dumps([
            {"nameWithOwner": "org/three", "url": "https://github.com/org/three", "owner": {"login": "org"}},
            {"nameWithOwner": "org/old", "url": "https://github.com/org/old", "isArchived": True},
        ])
    )  # fmt: skip
    (tmp_path / "gitlab.json").write_text(
        json.dumps([{
            "path_with_namespace": "group/sub/four", "http_url_to_repo": "https://gitlab.com/group/sub/four.git",
            "namespace": {"full_path": "group/sub"}, "default_branch": "main", "archived": False,
        }])
    )  # fmt: skip
    words = ["list.txt", "list.csv", "gh.json", "gitlab.json"]
    found = find_sources([*(str(tmp_path / word) for word in words), str(fleet / "b*")])
    assert [(one.name, one.owner, one.profile) for one in found.named] == [
        ("alpha", "", ""), ("one", "", ""), ("Two", "Ada", "internal"), ("org/three", "org", ""),
        ("group/sub/four", "group/sub", ""), ("beta", "", ""),
    ]  # fmt: skip
    assert found.named[2].ref == "main"
    assert "secret" not in repr([(one.name, one.source, one.key) for one in found.named])
    assert any("1 archived" in line for line in found.left_out)


def test_names_are_as_long_as_they_must_be(tmp_path: Path) -> None:
    for name in ("a/x/repo", "b/x/repo", "c/y"):
        (tmp_path / name).mkdir(parents=True)
    found = find_sources([str(tmp_path / name) for name in ("a/x/repo", "b/x/repo", "c/y", "c/y")])
    assert [one.name for one in found.named] == ["a/x/repo", "b/x/repo", "y"]
    assert found.left_out == ("1 repositories are named twice and audited once",)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.txt", "\nnowhere\n", "l.txt:2: nowhere is no folder beside the list and no clone URL"),
        ("l.csv", "name,owner\nx,y\n", "l.csv:1: no column path, url"),
        ("l.csv", "path,profile\n.,custmer-facing\n", "l.csv:2: no profile 'custmer-facing'; did you mean"),
        ("l.json", "{", "l.json:1: no JSON"),
        ("l.json", "{}", "l.json:1: no list of repositories"),
        ("l.json", '[{"name": "x"}]', "l.json:1: entry 1 has no url"),
        ("l.jsonl", '{"kind": "x"}\n', "l.jsonl:1: no repository of a fleet"),
        ("l.txt", "# nothing\n", "no repository; give folders"),
    ],
)
def test_wrong_lists_are_told_with_their_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError) as raised:
        find_sources([str(tmp_path / name)])
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume"], "--resume goes on from the rows beside the results"),
        (["--scheduler", "tcp://127.0.0.1:1"], "give --engine dask too"),
        (["--engine", "dask"], "--engine dask needs --scheduler"),
        (["--since", "/nowhere.jsonl"], "there is no such file"),
        (["--rubric", "stagse"], "did you mean"),
    ],
)
def test_wrong_use_is_one_line(fleet: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    code, _, err = run(capsys, fleet / "alpha", *words)
    assert (code, err.count("\n")) == (2, 1)
    assert said in err


# ---- hostile ----

HOSTILE = "\x1b[31m::error::\u202e##vso[x]<script>alert(1)</script>=cmd|' /C calc'!A0"


def test_what_lists_say_is_shown_and_not_obeyed(
    fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["name", "path", "owner", "criticality"])
    writer.writerow([HOSTILE, str(fleet / "alpha"), "=1+1", HOSTILE])
    (tmp_path / "l.csv").write_text(file.getvalue())
    results = tmp_path / "r.jsonl"
    words = [tmp_path / "l.csv", "--output", results, "--format", "jsonl", "--format", "terminal"]
    _, out, err = run(capsys, *words, "--reports", tmp_path / "own")
    table = run(capsys, results, "--format", "csv")[1]
    whole = run(capsys, results, "--format", "html")[1]
    assert "<script>alert" not in whole and "&lt;script&gt;alert" in whole
    for text in (out, err, table, whole):
        assert "\x1b" not in text and "\u202e" not in text and "##vso[" not in text
    assert all(not re.match(r"[=+\-@]", cell) for line in csv.reader(io.StringIO(table)) for cell in line)
    assert json.loads(results.read_text())["name"] == HOSTILE
    (page,) = (tmp_path / "own").iterdir()
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.html", page.name)


def test_reports_have_names_of_their_own() -> None:
    names = [report_name(Named(target, name=name)) for target, name in (("/a", "../x"), ("/b", "../x"), ("/c", ""))]
    assert len(set(names)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html", name) for name in names)


# ---- the whole ----


def rows_of_file(fleet: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> list[Row]:
    (tmp_path / "l.csv").write_text(
        "path,owner,criticality,profile\n"
        + "".join(f"{fleet / name},{'ml' if number % 2 else 'web'},{'high' if number < 2 else ''},internal\n" for number, name in enumerate(NAMES))
    )  # fmt: skip
    return read_rows("x", run(capsys, tmp_path / "l.csv", "--format", "jsonl")[1].encode())


def test_what_the_fleet_has_in_common(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of_file(fleet, capsys, tmp_path)
    found = overview(rows, shipped_rubric("stages"), load_practices())
    assert (len(found.rated), len(found.plain), len(found.faults)) == (5, 1, 0)
    assert sum(found.spread.values()) == 5, "what has no machine learning is in no mean"
    assert found.index == round(sum(row.standing.index or 0 for row in found.rated if row.standing) / 5, 2)
    assert [group.name for group in found.criticalities] == ["high", ""]
    assert found.criticalities[0].aimed == 2 and found.criticalities[0].reached == 0
    assert found.gaps and all(gap.count <= 5 and gap.blocking <= gap.count for gap in found.gaps)
    assert [gap.count for gap in found.gaps] == sorted((gap.count for gap in found.gaps), reverse=True)
    run_ = next(change for change in found.changes if change.id == "training-run")
    assert (run_.count, run_.raised >= 5) == (5, True)


def test_what_one_gap_alone_lifts_is_scored(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repository whose only blocking gap is closed reaches the next level by the rubric itself, or is not counted."""
    rows = rows_of_file(fleet, capsys, tmp_path)
    rubric = shipped_rubric("stages")
    near = next(row for row in rows if row.is_rated)
    assert near.standing
    wanted = {gap.practice: gap.wanted for gap in near.gaps if gap.blocking}
    first, *others = wanted
    lifted = near.standing.model_copy(
        update={"practices": near.standing.practices | {name: wanted[name] for name in others}}
    )
    row = near.model_copy(update={"standing": lifted, "gaps": tuple(gap for gap in near.gaps if gap.practice == first)})
    found = overview([row], rubric, load_practices())
    assert next(gap.lifts for gap in found.gaps if gap.practice == first) == 1
    fooled = row.model_copy(update={"standing": near.standing})
    if others:
        found = overview([fooled], rubric, load_practices())
        assert next(gap.lifts for gap in found.gaps if gap.practice == first) == 0


def test_what_changed_since_the_last_run(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of_file(fleet, capsys, tmp_path)
    assert rows[0].standing
    lower = rows[0].standing.model_copy(update={"index": 0.5, "level": 0})
    before = [rows[0].model_copy(update={"standing": lower}), *rows[2:], rows[1].model_copy(update={"source": "/gone"})]
    found = overview(rows, shipped_rubric("stages"), load_practices(), before=before, compared="old.jsonl")
    assert [(shift.name, shift.by > 0) for shift in found.shifts] == [("alpha", True)]
    assert (found.came, found.went) == (("beta",), ("beta",))


def test_anonymous_reports_name_nobody(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows_of_file(fleet, capsys, tmp_path)
    for form in ("terminal", "jsonl", "csv", "html"):
        _, out, _ = run(capsys, tmp_path / "l.csv", "--anonymous", "--format", form)
        out = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", out, flags=re.DOTALL)
        assert not re.search(r"alpha|beta|gamma|\bweb\b|" + re.escape(str(fleet)), out), form
        assert "#1" in out


def test_results_can_be_shown_again_and_joined(
    fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    run(capsys, fleet / "alpha", fleet / "beta", "--output", one)
    run(capsys, fleet / "gamma", "--output", two)
    monkeypatch.setattr("assessor.fleet.running.run_task", lambda task: pytest.fail("audited again"))
    _, out, _ = run(capsys, one, two)
    assert "3 repositories: 3 with machine learning" in out


def test_rows_of_two_models_are_not_mixed(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    run(capsys, fleet / "alpha", "--output", one)
    run(capsys, fleet / "beta", "--output", two, "--rubric", "google")
    code, _, err = run(capsys, one, two)
    assert (code, "cannot be shown together" in err) == (2, True)


def test_parquet_has_the_columns_of_csv(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pyarrow = pytest.importorskip("pyarrow.parquet")
    words = [fleet / "*", "--output", tmp_path / "f.parquet", "--output", tmp_path / "f.csv"]
    assert run(capsys, *words)[0] == 0
    table = pyarrow.read_table(tmp_path / "f.parquet")
    rows = list(csv.DictReader((tmp_path / "f.csv").open(newline="")))
    assert list(rows[0]) == table.column_names
    assert [row["name"] for row in rows] == table["name"].to_pylist()
    assert [float(row["index"]) if row["index"] else None for row in rows] == table["index"].to_pylist()


def test_a_task_is_small(fleet: Path) -> None:
    task = Terms("stages").task(Named(str(fleet / "alpha"), name="alpha"))
    assert len(json.dumps(task)) < 1_000
    assert replace(Terms("stages"), seconds=1.0).task(Named("/x"))["seconds"] == 1.0
