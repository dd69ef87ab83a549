"""The cache makes audits quicker and never changes what they say: damaged, shared, killed, full or of another version."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessor import reading
from assessor.__main__ import main
from assessor.assembling import rules_digest
from assessor.audit import audit_snapshot
from assessor.cache import store as store_module
from assessor.cache.cache import Cache, open_cache
from assessor.cache.codec import Codec
from assessor.cache.location import cache_folder
from assessor.cache.store import FILE_NAME, Store
from assessor.cache.version import parser_releases, rules_version
from assessor.facts.commands import Target
from assessor.facts.file import FileFacts
from assessor.facts.project_files import Requirements, Resource
from assessor.facts.python import Call
from assessor.facts.role import Role
from assessor.facts.workflow import Workflow
from assessor.findings import Finding
from assessor.kept_facts import FileCodec, Texts
from assessor.looks import look
from assessor.project.model import ProjectFile
from assessor.render.data import json_report
from assessor.rubric.loading import find_rubric
from assessor.snapshot import open_snapshot
from assessor.snapshot import repository as repository_module
from assessor.snapshot.snapshot import FileEntry
from tests.conftest import NO_CACHES, commit_files, write_files

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_repos" / "stage4_ci"
HISTORY = {"commits": [{"author": "Ada <ada@x.org>", "date": "2026-01-01T00:00:00Z", "message": "all", "files": "all"}]}
ROWS = [(bytes([n]) * 16, bytes([n]) * 1000) for n in range(200)]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample as a git repository."""
    folder = tmp_path_factory.mktemp("cached") / "credit"
    shutil.copytree(SAMPLE, folder, ignore=NO_CACHES)
    return commit_files(folder, HISTORY)


def report(target: Path, folder: Path | None, ref: str | None = None) -> str:
    """The JSON of an audit with the cache in `folder`, or without one."""
    store = Store(folder) if folder else None
    with open_snapshot(str(target), ref) as snapshot:
        seen = audit_snapshot(snapshot, [find_rubric("stages")], cache=open_cache(store) if store else None)
    if store:
        store.close()
    return json_report.render(seen)


@pytest.fixture(scope="module")
def plain(repository: Path) -> str:
    return report(repository, None)


def answers(folder: Path) -> int:
    store = Store(folder)
    found = store.contents().answers
    store.close()
    return found


# ---- the same answer ----


@pytest.mark.parametrize("ref", [None, "HEAD"])
def test_cold_and_warm_say_the_same(repository: Path, tmp_path: Path, ref: str | None) -> None:
    expected = report(repository, None, ref)
    assert report(repository, tmp_path, ref) == expected
    kept = answers(tmp_path)
    assert report(repository, tmp_path, ref) == expected
    with open_snapshot(str(repository), ref) as snapshot:
        wanted = len(reading.wanted_files(snapshot).entries)
    assert kept == wanted + 2 == answers(tmp_path), "every file, the rating and what was asked are kept, once"


def test_working_tree_and_revision_share_what_was_read(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(repository, tmp_path)
    monkeypatch.setattr(reading, "read_file", lambda task: pytest.fail(f"reads {task[0]}"))
    report(repository, tmp_path, "HEAD")


def test_only_what_changed_is_read(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(repository, folder)
    report(folder, tmp_path / "cache")
    write_files(folder, {"new.py": "import mlflow\n\nmlflow.log_metric('a', 1)\n", "README.md": "# Other\n"})
    read: list[str] = []
    original = reading.read_file

    def noted(task: tuple[str, Role, int, bytes]) -> ProjectFile:
        read.append(task[0])
        return original(task)

    monkeypatch.setattr(reading, "read_file", noted)
    changed = report(folder, tmp_path / "cache")
    assert sorted(read) == ["README.md", "new.py"]
    assert changed == report(folder, None)


def test_many_files_read_in_several_processes_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PARALLEL_FROM", 20)
    files = {f"package/module{n}.py": f"import os\n\n\ndef f{n}(x):\n    return x + {n}\n" for n in range(60)}
    files["package/odd.py"] = 'TEXT = "\\ud800 is alone"\nNUMBER = 99999999999999999999999\n'
    folder = commit_files(write_files(tmp_path / "many", files), HISTORY)
    expected = report(folder, None, "HEAD")
    assert report(folder, tmp_path / "cache", "HEAD") == expected
    assert report(folder, tmp_path / "cache", "HEAD") == expected
    assert answers(tmp_path / "cache") == 62, "all but the odd one, the rating and what was asked"


@pytest.mark.parametrize(
    "change",
    [
        ("tag", "v1.0.0"),
        ("branch", "feature/drift"),
        ("commit", "--quiet", "--allow-empty", "--message", "Two"),
        ("commit", "--quiet", "--allow-empty", "--amend", "--author", "Kim <kim@example.org>", "--no-edit"),
    ],
    ids=["tag", "branch", "commit", "author"],
)
def test_what_history_says_is_part_of_the_question(tmp_path: Path, change: tuple[str, ...]) -> None:
    folder = commit_files(write_files(tmp_path / "one", {"train.py": "x = 1\n"}), HISTORY)
    with open_snapshot(str(folder)) as before:
        key = before.history_key()
    report(folder, tmp_path / "cache")
    identity = ("-c", "user.name=Kim", "-c", "user.email=kim@example.org")
    subprocess.run(["git", "-C", folder, *identity, *change], check=True)
    assert report(folder, tmp_path / "cache") == report(folder, None)
    with open_snapshot(str(folder)) as after:
        assert after.history_key() != key


def test_a_kept_rating_needs_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = commit_files(write_files(tmp_path / "one", {"train.py": "x = 1\n"}), HISTORY)
    expected = report(folder, tmp_path / "cache")
    monkeypatch.setattr(repository_module, "read_history", lambda *_, **__: pytest.fail("reads the history"))
    assert report(folder, tmp_path / "cache") == expected


def test_a_rating_is_kept_beside_files_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"train.py": "x = 1\n", "node_modules/left/index.js": "module.exports = 1\n"}
    folder = commit_files(write_files(tmp_path / "one", files), HISTORY)
    expected = report(folder, tmp_path / "cache")
    monkeypatch.setattr("assessor.audit._rate", lambda *_: pytest.fail("rates what it knows"))
    assert report(folder, tmp_path / "cache") == expected


def test_a_shallow_clone_is_asked_for_its_history(tmp_path: Path) -> None:
    origin = commit_files(write_files(tmp_path / "one", {"train.py": "x = 1\n"}), HISTORY)
    identity = ("-c", "user.name=Kim", "-c", "user.email=kim@example.org")
    subprocess.run(["git", "-C", origin, *identity, "commit", "-q", "--allow-empty", "-m", "Two"], check=True)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{origin}", clone], check=True)
    report(clone, tmp_path / "cache")
    subprocess.run(["git", "-C", clone, "fetch", "--quiet", "--unshallow"], check=True)
    assert report(clone, tmp_path / "cache") == report(clone, None)


# ---- what the files say, whatever their bytes ----

_EDITS: dict[str, Callable[[str, int], str]] = {
    "comment": lambda text, n: f"{text}\n# remark {n}\n",
    "comment before": lambda text, n: f"# remark {n}\n{text}",
    "call": lambda text, n: f"{text}\nimport mlflow\n\nmlflow.log_metric('m{n}', {n})\n",
    "branches": lambda text, n: (
        text + "\n\ndef f(x):\n" + "".join(f"    if x == {k}:\n        x += 1\n" for k in range(n))
    ),
    "nothing": lambda text, n: "",
    "broken": lambda text, n: f"{text}\ndef (\n",
}


@pytest.mark.parametrize("seed", range(4))
def test_any_edits_say_the_same_as_without_a_cache(repository: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "repository"
    shutil.copytree(repository, folder)
    identity = ("-c", "user.name=Kim", "-c", "user.email=kim@example.org")
    for number in range(8):
        for path in chance.sample(sorted(folder.rglob("*.py")), k=3):
            edit = _EDITS[chance.choice(["comment", "comment before", *_EDITS])]
            path.write_text(edit(path.read_text("utf-8"), number), "utf-8")
        if chance.random() < 0.3:
            (folder / "README.md").write_text(f"# Other {number}\n", "utf-8")
        if chance.random() < 0.7:
            date = {"GIT_AUTHOR_DATE": f"2025-03-0{number + 1}T03:04:05Z"}
            words = ("git", "-C", folder, *identity, "commit", "-q", "-a", "--allow-empty", "-m", f"{number}")
            subprocess.run(words, check=True, env=os.environ | date)
        if chance.random() < 0.2:
            subprocess.run(["git", "-C", folder, "tag", "-f", f"v1.{number}"], check=True, capture_output=True)
        assert report(folder, tmp_path / "cache") == report(folder, None), f"after edit {number}"


def test_a_comment_costs_no_rating(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(repository, folder)
    commit = ("git", "-C", folder, "-c", "user.name=K", "-c", "user.email=k@e.org", "commit", "-q", "-a", "-m", "m")
    subprocess.run((*commit, "--allow-empty"), check=True)
    before = report(folder, tmp_path / "cache")
    for path in sorted(folder.rglob("*.py"))[:10]:
        path.write_text(path.read_text("utf-8") + "\n# by the way\n", "utf-8")
    subprocess.run(commit, check=True)
    expected = report(folder, None)
    assert "2 commits" in before and "3 commits" in expected
    monkeypatch.setattr("assessor.audit._rate", lambda *_: pytest.fail("rates what it knows"))
    assert report(folder, tmp_path / "cache") == expected
    assert report(folder, tmp_path / "cache") == expected, "by the bytes, too"


def test_files_say_what_they_say_with_and_without_their_index() -> None:
    codec = FileCodec()
    task = ("a.py", Role.FIRST_PARTY, 3, b"def f(x):\n    # why\n    return x\n")
    file = reading.read_file(task)
    other = reading.read_file((*task[:3], task[3].replace(b"# why", b"# for this reason")))
    third = reading.read_file((*task[:3], task[3].replace(b"return x", b"return g(x)")))
    kept, kept_other, kept_third = (codec.encode(one) for one in (file, other, third))
    assert kept and kept_other and kept_third
    assert [codec.decode(one) for one in (kept, kept_other, kept_third)] == [file, other, third]
    assert look(kept).digest == look(kept_other).digest != look(kept_third).digest
    assert codec.decode(b"") is codec.decode(b"short") is None


# ---- keys ----


def test_a_files_facts_belong_to_content_path_and_role(tmp_path: Path) -> None:
    text = "on: push\njobs: {t: {runs-on: x, steps: [{run: pytest}]}}\n"
    paths = {".github/workflows/ci.yml": text, "ci.yml": text, "docs/ci.py": "x = 1\n", "ci.py": "x = 1\n"}
    folder = write_files(tmp_path / "folder", paths)
    report(folder, tmp_path / "cache")
    assert report(folder, tmp_path / "cache") == report(folder, None)
    assert answers(tmp_path / "cache") == 6


@pytest.mark.parametrize(
    ("blob", "data", "expected"),
    [
        ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", b"changed", "blake2b:"),
        ("", b"", "blake2b:"),
        ("473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813", b"", "473a0f4c3be8a93681a267e3b1e9a7d"),
    ],
    ids=["git's id", "an index that is wrong", "no index", "a repository of SHA-256"],
)
def test_content_id_is_of_the_bytes(blob: str, data: bytes, expected: str) -> None:
    assert reading.content_id(FileEntry("a", len(data), blob, Role.DATA), data).startswith(expected)


def test_another_version_knows_nothing(tmp_path: Path) -> None:
    codec, store = Codec(Finding), Store(tmp_path)
    value = codec.encode(Finding("testing.unit", "used", "x"))  # type: ignore[arg-type]
    assert value
    old, new = Cache(store, b"1"), Cache(store, b"2")
    old.keep([(old.key("rating", "a"), value)])
    assert old.load(codec, [old.key("rating", "a")])
    assert not new.load(codec, [new.key("rating", "a")])
    assert len({old.key("rating", "a", "b"), old.key("rating", "ab"), old.key("file", "a", "b")}) == 3


def test_version_covers_sources_and_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "assessor"
    shutil.copytree(ROOT / "assessor" / "readers", package / "readers", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("assessor.cache.version._PACKAGE", package)
    fresh = rules_version.__wrapped__
    before = fresh()
    assert before == fresh() and len(before) == 16
    with (package / "readers" / "tox.py").open("a") as file:
        file.write("# one more line\n")
    after = fresh()
    monkeypatch.setattr(sys, "version", "4.0")
    assert len({before, after, fresh()}) == 3
    shutil.rmtree(package)
    assert fresh() == b"", "without sources nothing is kept"


def test_another_release_of_a_parser_is_another_version_and_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules_version.__wrapped__(), rules_digest()
    monkeypatch.setattr("assessor.cache.version.version", lambda name: "7.3.1" if name == "python-hcl2" else "1")
    monkeypatch.setattr("assessor.cache.version.parser_releases", parser_releases.__wrapped__)
    monkeypatch.setattr("assessor.assembling.parser_releases", parser_releases.__wrapped__)
    assert rules_version.__wrapped__() != before[0] and rules_digest() != before[1]


# ---- damage ----


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(0, len(data), 97):
        data[place] ^= 0x5A
    path.write_bytes(data)


def scribble_values(path: Path) -> None:
    """Rows that SQLite finds whole and that are not."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answer SET value = substr(value, 1, 20) || x'00' || substr(value, 22)")
    connection.close()


def swap_values(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE answer SET value = (SELECT value FROM answer AS o WHERE o.id = 1 + answer.id % (SELECT max(id) FROM answer))"
        )
    connection.close()


def other_table(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE answer (name TEXT)")
    connection.close()


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "scribbled": scribble,
    "head scribbled": lambda path: path.write_bytes(b"\0" * 100 + path.read_bytes()[100:]),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "cut in a page": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no database\n" * 100),
    "values scribbled": scribble_values,
    "values swapped": swap_values,
    "another table": other_table,
    "a folder": as_folder,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_never_changes_the_answer(
    damage: Callable[[Path], Any], repository: Path, plain: str, tmp_path: Path
) -> None:
    report(repository, tmp_path)
    assert not (tmp_path / f"{FILE_NAME}-wal").exists()
    damage(tmp_path / FILE_NAME)
    assert report(repository, tmp_path) == plain
    assert report(repository, tmp_path) == plain
    if damage is not as_folder:
        report(repository, tmp_path)
        assert answers(tmp_path) > 10, "it is kept anew"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_passed_over(repository: Path, plain: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert report(repository, tmp_path / "cache") == plain
    tmp_path.chmod(0o700)


def test_a_file_where_the_folder_should_be(repository: Path, plain: str, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file\n")
    assert report(repository, tmp_path / "cache") == plain


# ---- several processes ----


@pytest.mark.slow
def test_processes_at_once(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assessor", "audit", str(repository), "--format", "json", "--quiet"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MLOPS_ASSESSOR_CACHE": str(tmp_path)}
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    outputs = {process.communicate(timeout=120)[0] for process in started}
    assert len(outputs) == 1 and [process.returncode for process in started] == [0] * 4
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert answers(tmp_path) > 10


def test_a_kill_in_the_middle_leaves_what_was_committed(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from assessor.cache.store import Store
store = Store(Path({str(tmp_path)!r}))
number = 0
while True:
    store.keep([(b"%016d" % (number * 100 + n), b"value %d" % (number * 100 + n)) for n in range(100)])
    number += 1
    print(number, flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    )
    assert process.stdout
    said = [process.stdout.readline() for _ in range(5)]
    time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    told = int(said[-1])
    store = Store(tmp_path)
    kept = store.load([b"%016d" % n for n in range(told * 100)])
    assert kept == {b"%016d" % n: b"value %d" % n for n in range(told * 100)}
    assert store.contents().answers % 100 == 0, "all rows of a transaction or none"
    store.close()


def test_a_locked_store_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_BUSY_SECONDS", 0.05)
    store = Store(tmp_path)
    store.keep(ROWS[:1])
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.load([ROWS[0][0]]) == dict(ROWS[:1]), "readers do not wait"
    store.keep(ROWS[1:2])
    other.execute("ROLLBACK")
    other.close()
    again = Store(tmp_path)
    assert again.load([key for key, _ in ROWS]) == dict(ROWS[:1])
    again.close()


# ---- size ----


def test_the_oldest_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path, max_bytes=100_000)
    for row in ROWS:
        store.keep([row])
    kept = store.load([key for key, _ in ROWS])
    assert 30 < len(kept) < 100
    assert list(dict(ROWS))[-len(kept) :] == sorted(kept), "the newest are there, without a hole"
    store.close()
    assert (tmp_path / FILE_NAME).stat().st_size < 200_000


# ---- the codec ----

KINDS = [Call, Workflow, Target, Requirements, Resource, FileFacts, Finding]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_value_comes_back_exactly(kind: type[Any], data: st.DataObject) -> None:
    codec = Codec(kind)
    value = data.draw(st.from_type(kind))
    encoded = codec.encode(value)
    if encoded is not None:
        assert repr(codec.decode(encoded)) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        Call("a\ud800", 1, 0),
        Call("a", 2**70, 0),
        Call("a", 1.0, 0),  # type: ignore[arg-type]
        Call(None, 1, 0),  # type: ignore[arg-type]
        Call("a", 1, 0, args=(1j,)),  # type: ignore[arg-type]
    ],
    ids=["surrogate", "huge", "float for int", "none", "foreign"],
)
def test_what_would_not_come_back_is_not_encoded(value: Call) -> None:
    decoded = Codec(Call).encode(value)
    assert decoded is None or repr(Codec(Call).decode(decoded)) == repr(value)


def test_numbers_keep_their_kind() -> None:
    codec = Codec(Call)
    value = Call("f", 1, 0, args=(1, 1.0, True, -0.0, float("inf"), None, "1", (1, 1.0)))
    encoded = codec.encode(value)
    assert encoded and repr(codec.decode(encoded)) == repr(value)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200))
def test_foreign_bytes_are_no_value(data: bytes) -> None:
    codec = Codec(ProjectFile)
    assert codec.decode(data) is None
    found = codec.decode(zlib.compress(data))
    assert found is None or isinstance(found, ProjectFile)


def test_a_readers_failure_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assessor.readers.code import python

    def fail(path: str, text: str) -> FileFacts:
        raise MemoryError

    folder = write_files(tmp_path / "folder", {"train.py": "x = 1\n", "README.md": "# A\n"})
    monkeypatch.setattr(python, "read", fail)
    assert "reader failed" in report(folder, tmp_path / "cache")
    assert answers(tmp_path / "cache") == 1, "the README alone"


# ---- the command line ----


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.fixture()
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLOPS_ASSESSOR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("command", [["audit"], ["gate", "--min-level", "1"]])
def test_no_cache_leaves_nothing(
    command: list[str], folder: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = command
    without = run(capsys, name, str(repository), "--no-cache", *options)
    assert not folder.exists()
    assert run(capsys, name, str(repository), *options) == without
    assert (folder / FILE_NAME).exists()
    assert run(capsys, name, str(repository), *options) == without


def test_info_and_clear(folder: Path, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "cache", "info") == (0, "the cache is empty\n")
    assert not folder.exists(), "describing the cache makes none"
    run(capsys, "audit", str(repository))
    kept = answers(folder)
    assert f"{kept} answers" in run(capsys, "cache", "info")[1]
    assert run(capsys, "cache", "clear") == (0, f"{kept} answers forgotten\n")
    assert "0 answers" in run(capsys, "cache", "info")[1]


def test_a_store_that_cannot_be_opened_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / FILE_NAME).mkdir(parents=True)
    for name in ("info", "clear"):
        code, said = run(capsys, "cache", name)
        assert code == 2 and "cannot be opened" in said


def test_a_cache_inside_a_working_tree_is_no_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = commit_files(write_files(tmp_path / "one", {"train.py": "x = 1\n"}), HISTORY)
    without = report(folder, None)
    monkeypatch.setenv("MLOPS_ASSESSOR_CACHE", str(folder / ".assessor"))
    run(capsys, "audit", str(folder))
    assert report(folder, None) == without


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.cache/mlops-assessor"),
        ("linux", {"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}, "/c/mlops-assessor"),
        ("linux", {"HOME": "/home/a", "XDG_CACHE_HOME": "relative"}, "/home/a/.cache/mlops-assessor"),
        ("linux", {"HOME": "/home/a", "MLOPS_ASSESSOR_CACHE": "/own"}, "/own"),
        ("linux", {}, None),
        ("darwin", {"HOME": "/Users/a"}, "/Users/a/Library/Caches/mlops-assessor"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/mlops-assessor/Cache"),
        ("win32", {"HOME": "/home/a"}, None),
    ],
)
def test_location(platform: str, environment: dict[str, str], expected: str | None) -> None:
    assert cache_folder(environment, platform) == (Path(expected) if expected else None)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_shared_texts_are_equal_ones(data: st.DataObject) -> None:
    """1, 1.0 and True are equal and no texts; what holds them stays what it was."""
    plain, sharing = Codec(FileFacts), Texts()
    for _ in range(2):
        encoded = plain.encode(data.draw(st.from_type(FileFacts)))
        if encoded is not None:
            value = plain.decode(encoded)
            sharing.share(value)
            assert value is not None and plain.encode(value) == encoded


def test_a_text_of_many_files_is_held_once() -> None:
    codec = FileCodec(shares=True)
    tasks = [(f"{name}.py", Role.FIRST_PARTY, 3, b"import mlflow\nmlflow.log_metric('accuracy', 1)\n") for name in "ab"]
    encoded = [codec.encode(reading.read_file(task)) for task in tasks]
    first, second = (codec.decode(one) for one in encoded if one)
    assert first and second and first.facts.python and second.facts.python
    assert first == reading.read_file(tasks[0])
    assert first.facts.python.calls[0].name is second.facts.python.calls[0].name
