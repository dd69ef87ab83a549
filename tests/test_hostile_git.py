"""Nothing special in a git directory holds an audit, shows another repository, or is told as an empty history."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from assessor.__main__ import main
from assessor.audit import findings
from assessor.cache.codec import Codec
from assessor.cache.store import FILE_NAME, Store
from assessor.findings import Rung
from assessor.snapshot import SnapshotError, open_snapshot
from assessor.snapshot.clone import CloneFailed, clone
from assessor.snapshot.git_folder import GitFailed
from assessor.snapshot.git_process import Watch, git_program
from assessor.snapshot.limits import Limits
from assessor.snapshot.repository import GitSource
from assessor.snapshot.safe_git import Git
from tests.conftest import commit_files, write_files

FILES = {
    "train.py": "import sklearn\nfrom sklearn.linear_model import LogisticRegression\nLogisticRegression().fit([[1]], [1])\n",
    "src/a.py": "x = 1\n",
}
_COMMIT: dict[str, object] = {"author": "A <a@b.org>", "message": "m"}
COMMITS: dict[str, list[dict[str, object]]] = {
    "commits": [
        _COMMIT | {"date": "2024-01-01T03:04:05Z", "files": ["train.py"]},
        _COMMIT | {"date": "2024-01-02T03:04:05Z", "files": "all"},
    ]
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    return commit_files(write_files(root, FILES), COMMITS)


def git(folder: Path, *words: str, given: str | None = None) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.org")
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True, input=given)
    return done.stdout.strip()


PLACES = [
    "HEAD", "config", "index", "packed-refs", "shallow", "commondir", "info/exclude", "info/grafts", "refs/heads/evil",
    "objects/info/alternates", "objects/info/commit-graph", "objects/pack/multi-pack-index", "objects/pack/pack-a.idx",
    "sharedindex.a", "objects/aa/bbbb",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["pipe", "link", "sparse"])
def test_what_git_would_open_is_looked_at_first(repository: Path, place: str, kind: str) -> None:
    if kind == "sparse" and place.startswith(("objects/", "refs/")) and "alternates" not in place:
        pytest.skip("packs and objects may be large; git maps them")
    path = repository / ".git" / place
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(4 << 30)
    begun = time.monotonic()
    with open_snapshot(str(repository)) as snapshot:
        assert {"train.py", "src/a.py"} <= set(snapshot.by_path)
        assert [spot.practices for spot in snapshot.problems if spot.place.path == ".git"] or place in (
            "HEAD",
            "commondir",
        )
    assert time.monotonic() - begun < 30
    assert findings(str(repository))["versioning.code"].rung in (Rung.UNKNOWN, Rung.ABSENT)


def test_git_that_sleeps_on_a_pipe_is_ended(repository: Path) -> None:
    os.mkfifo(repository / "src" / ".gitignore")
    begun = time.monotonic()
    with open_snapshot(str(repository)) as snapshot:
        assert "train.py" in snapshot.by_path
    assert time.monotonic() - begun < 40


def test_git_that_works_without_end_is_ended(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand million empty folders, in ten objects: git prints nothing while it walks them."""
    tree = git(repository, "mktree", "--missing", given="")
    for _ in range(10):
        tree = git(repository, "mktree", given="".join(f"040000 tree {tree}\td{number}\n" for number in range(10)))
    commit = git(repository, "commit-tree", "-m", "m", tree, given="")
    monkeypatch.setattr(Watch, "PROCESSOR_SECONDS", 1.0)
    with pytest.raises(SnapshotError, match="of the processor"):
        open_snapshot(str(repository), commit)


def test_a_tree_of_very_many_copies_is_read_in_part(repository: Path) -> None:
    """A commit of ten thousand million files in eleven objects: each tree names the one below ten times."""
    tree = git(repository, "rev-parse", "HEAD^{tree}")
    for _ in range(4):
        tree = git(repository, "mktree", given="".join(f"040000 tree {tree}\td{number}\n" for number in range(10)))
    git(repository, "update-ref", "refs/heads/evil", git(repository, "commit-tree", "-m", "m", tree))
    with open_snapshot(str(repository), "evil", Limits(max_copies=50)) as snapshot:
        read = [entry for entry in snapshot.files if not entry.unreadable]
        reasons = {spot.reason for spot in snapshot.listing_problems}
    assert len(snapshot.files) == 20_000
    assert len(read) == 2 * 20 + 50
    assert any("copies" in reason for reason in reasons)
    assert main(["audit", str(repository), "--ref", "evil", "--no-cache", "--format", "json", "-o", os.devnull]) == 0


def test_few_copies_are_read(tmp_path: Path) -> None:
    files = {f"part{number}/__init__.py": "# Licensed to whom it may concern\n" for number in range(300)}
    root = commit_files(
        write_files(tmp_path, files), {"commits": [_COMMIT | {"date": "2024-01-01T03:04:05Z", "files": "all"}]}
    )
    with open_snapshot(str(root), "HEAD") as snapshot:
        assert not snapshot.listing_problems
        assert len(list(snapshot.read_all(files))) == 300


@pytest.mark.skipif(sys.platform != "linux", reason="memory of another process is limited on Linux alone")
@pytest.mark.parametrize("is_late", [False, True])
def test_git_that_takes_too_much_memory_is_ended(
    repository: Path, monkeypatch: pytest.MonkeyPatch, is_late: bool
) -> None:
    """A tree of four million entries is one object of 150 MB, which git holds whole."""
    blob = bytes.fromhex(git(repository, "rev-parse", "HEAD:train.py"))
    raw = b"100644 a.py\0%b" % blob * 4_000_000
    tree = hashlib.sha1(b"tree %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
    path = repository / ".git/objects" / tree[:2] / tree[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(b"tree %d\0" % len(raw) + raw, 1))
    git(repository, "update-ref", "refs/heads/evil", git(repository, "commit-tree", "-m", "m", tree))
    assert main(["audit", str(repository), "--ref", "evil", "--no-cache", "--format", "json", "-o", os.devnull]) == 0
    if is_late:  # git has taken it before we set the limit
        monkeypatch.setattr("assessor.snapshot.gitpython.limit_memory", lambda pid: None)
    monkeypatch.setattr("assessor.snapshot.git_process.MOST_BYTES", 60_000_000)
    with pytest.raises(SnapshotError, match="git cannot read the files of evil"):
        open_snapshot(str(repository), "evil")
    with open_snapshot(str(repository), "main") as snapshot:
        assert len(snapshot.files) == 2, "a small tree fits"


def test_configuration_of_the_repository_includes_nothing(repository: Path) -> None:
    os.mkfifo(repository / "x.cfg")
    with (repository / ".git/config").open("a") as config:
        config.write(
            '[include]\n\tpath = ../x.cfg\n[include]\n\tpath = /dev/zero\n[remote "origin"]\n\turl = https://x.invalid/a/b\n'
        )
    with open_snapshot(str(repository)) as snapshot:
        assert snapshot.remote == "https://x.invalid/a/b"
        assert snapshot.history() is not None


# ---- another repository ----


@pytest.fixture
def private(tmp_path: Path) -> Path:
    root = tmp_path / "private"
    root.mkdir()
    commit_files(write_files(root, {"TOPSECRET.py": "x = 1\n"}), {"commits": [COMMITS["commits"][1]]})
    git(root, "tag", "private-9.9")
    return root


@pytest.mark.parametrize("how", ["pointer", "link", "commondir", "alternates", "refs"])
def test_another_repository_is_not_shown(
    capsys: pytest.CaptureFixture[str], repository: Path, private: Path, how: str
) -> None:
    dot_git = repository / ".git"
    if how in ("pointer", "link"):
        shutil.rmtree(dot_git)
        if how == "pointer":
            dot_git.write_text(f"gitdir: {private}/.git\n")
        else:
            dot_git.symlink_to(private / ".git")
    elif how == "commondir":
        (dot_git / "commondir").write_text(f"{private}/.git\n")
    elif how == "alternates":
        (dot_git / "objects/info").mkdir(exist_ok=True)
        (dot_git / "objects/info/alternates").write_text(f"{private}/.git/objects\n")
        (dot_git / "HEAD").write_text(git(private, "rev-parse", "HEAD") + "\n")
    else:
        shutil.rmtree(dot_git / "refs")
        (dot_git / "refs").symlink_to(private / ".git/refs")
    for words in ([], ["--ref", "HEAD"]):
        code = main(["audit", str(repository), "--format", "json", *words])
        told = capsys.readouterr()
        assert code in (0, 2)
        assert "TOPSECRET" not in told.out + told.err
        assert "private-9.9" not in told.out + told.err
        if code == 0:
            assert '"path": ".git"' in told.out


def test_worktrees_and_submodules_know_of_their_folder(repository: Path, private: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(private), "sub")
    for folder in (tmp_path / "tree", repository / "sub"):
        with open_snapshot(str(folder)) as snapshot:
            assert snapshot.commit
            assert not [spot for spot in snapshot.problems if spot.place.path == ".git"]


# ---- the program ----


@pytest.mark.parametrize("path", [":{path}", ".:{path}", "{path}:", "bin:{path}"])
def test_a_program_of_the_repository_is_not_git(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    for place in (repository / "git", repository / "bin/git"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\ntouch {tmp_path}/fired\nexit 1\n")
        place.chmod(0o755)
    monkeypatch.setenv("PATH", path.format(path=os.environ["PATH"]))
    monkeypatch.chdir(repository)
    assert findings(".")["versioning.code"].rung is Rung.USED
    assert not (tmp_path / "fired").exists()
    monkeypatch.setenv("PATH", ".:bin")
    with pytest.raises(GitFailed, match="absolute"):
        git_program()


def test_no_program_of_the_repository_runs_as_gitpython_is_imported(repository: Path, tmp_path: Path) -> None:
    """GitPython starts `git version` as it is imported, by the name in a variable, else by PATH."""
    program = repository / "git"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/fired\nexit 1\n")
    program.chmod(0o755)
    for variables in ({"PATH": f".:{os.environ['PATH']}"}, {"GIT_PYTHON_GIT_EXECUTABLE": "./git"}):
        code = "from assessor.audit import findings; print(findings('.')['versioning.code'].rung.name)"
        done = subprocess.run(
            [sys.executable, "-I", "-c", code],
            cwd=repository,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
        )
        assert (done.stdout.strip(), done.returncode) == ("USED", 0), done.stderr
        assert not (tmp_path / "fired").exists()


def test_git_sees_our_variables_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nenv -0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    foreign = {
        "GIT_EXTERNAL_DIFF": "x",
        "GIT_TRACE": "/x",
        "GIT_EXEC_PATH": "/x",
        "GIT_INDEX_FILE": "x",
        "HOUSE_TOKEN": "x",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    seen = Git(tmp_path, variables={"GIT_OBJECT_DIRECTORY": "o"}).run("status").decode().split("\0")
    assert dict(os.environ) == before
    names = {entry.partition("=")[0] for entry in seen}
    assert {"GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NO_LAZY_FETCH", "PATH"} <= names
    assert not names & set(foreign)


@pytest.mark.parametrize("name", ["$HOME", "~root", "${PATH}", "-C", "a b"])
def test_names_of_folders_are_letters(repository: Path, name: str) -> None:
    there = repository.rename(repository.parent / name)
    with open_snapshot(str(there)) as snapshot:
        history = snapshot.history()
        assert snapshot.commit and history and history.commits == 2


def test_complaints_of_git_do_not_hold_it(repository: Path) -> None:
    blob = git(repository, "rev-parse", "HEAD:train.py")
    path = repository / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    with open_snapshot(str(repository), "HEAD") as snapshot:
        assert isinstance(snapshot.source, GitSource)
        reader = snapshot.source.repository.glass.git()
        assert list(reader.blobs([blob] * 3_000)) == [None] * 3_000  # a megabyte of complaints


# ---- cloning ----


@pytest.mark.parametrize("url", ["ext::sh -c 'touch fired'", "fd::3"])
def test_a_url_that_starts_a_program_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SnapshotError):
        open_snapshot(url)
    with pytest.raises(CloneFailed, match="suspicious"):
        clone(url, Limits())
    assert not list(tmp_path.iterdir())


def test_a_server_that_never_answers_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        begun = time.monotonic()
        with pytest.raises(SnapshotError, match="longer than 1 seconds"):
            open_snapshot(f"git://127.0.0.1:{server.getsockname()[1]}/a", limits=Limits(clone_seconds=1))
        assert time.monotonic() - begun < 30


def test_the_words_of_a_server_may_be_of_any_encoding(tmp_path: Path) -> None:
    with pytest.raises(CloneFailed, match="no\ufffd"):
        clone(f"file://{os.fsencode(tmp_path).decode()}/no\udcff", Limits())


# ---- what cannot be read is not told as nothing ----


def test_a_history_that_cannot_be_read_is_unknown(repository: Path) -> None:
    tip = git(repository, "rev-parse", "HEAD~1")
    lost = repository / ".git/objects" / tip[:2] / tip[2:]
    lost.unlink()
    found = findings(str(repository))["versioning.code"]
    assert found.rung is Rung.UNKNOWN
    assert "history unreadable" in found.blind_spots[0].reason
    assert findings(str(repository))["versioning.releases"].rung in (Rung.UNKNOWN, Rung.DECLARED)


def test_names_that_differ_in_bytes_are_two_files(tmp_path: Path) -> None:
    for name in (b"bad\xff.py", b"bad\xfe.py"):
        (tmp_path / os.fsdecode(name)).write_text("x = 1\n")
    with open_snapshot(str(tmp_path)) as snapshot:
        assert sorted(snapshot.by_path) == ["bad\\xfe.py", "bad\\xff.py"]
        assert snapshot.read("bad\\xff.py") == b"x = 1\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_requirements_with_a_byte_order_mark_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "train.py").write_text(FILES["train.py"])
    (tmp_path / "requirements.txt").write_bytes("scikit-learn==1.4.0\n".encode(encoding))
    assert findings(str(tmp_path))["versioning.dependencies"].rung is not Rung.ABSENT


TOKEN = "ghp_k3JdQm7RtZx9VbN2cL5wYp8HsAf4Ge6Ui0To"
HOOK = "repos:\n- repo: https://github.com/gitleaks/gitleaks\n  rev: v8.18.0\n  hooks: [{id: gitleaks}]\n"


@pytest.mark.parametrize("hidden", ["none", "long", "utf-16", "nul", "document", "unread"])
def test_secrets_do_not_hide(tmp_path: Path, hidden: str) -> None:
    body = "x = 1\n" * 20 + "def f(a):\n    return a + 1\nprint(f(2))\n"
    write_files(tmp_path, {"train.py": FILES["train.py"] + body, ".pre-commit-config.yaml": HOOK})
    contents = {
        "long": ("a.yaml", ("a: 1\n" * 100_000 + f"k: {TOKEN}\n").encode()),
        "utf-16": ("a.yaml", f"k: {TOKEN}\n".encode("utf-16")),
        "nul": ("a.yaml", b"\0" + f"k: {TOKEN}\n".encode()),
        "document": ("docs/a.md", f"# A\n{TOKEN}\n".encode()),
        "unread": ("a.yaml", b"a: 1\n" * 1_100_000 + TOKEN.encode()),
    }
    if hidden in contents:
        name, data = contents[hidden]
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    wanted = {"none": Rung.ENFORCED, "unread": Rung.UNKNOWN}.get(hidden, Rung.DECLARED)
    assert findings(str(tmp_path))["governance.secrets"].rung is wanted


# ---- a damaged cache ----

DAMAGES = ["cut", "zeros", "noise", "schema", "text", "number", "null", "bomb", "folder", "unreadable"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_costs_time_alone(
    capsys: pytest.CaptureFixture[str], repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setenv("MLOPS_ASSESSOR_CACHE", str(tmp_path / "cache"))
    words = ["audit", str(repository), "--format", "json"]
    assert main(words) == 0
    right = capsys.readouterr().out
    file = tmp_path / "cache" / FILE_NAME
    harm(file, damage)
    for _ in range(2):
        assert main(words) == 0
        assert capsys.readouterr() == (right, "")
    for command in ("info", "clear"):
        assert main(["cache", command]) in (0, 2)
        assert "Traceback" not in capsys.readouterr().err


def harm(file: Path, damage: str) -> None:
    data = file.read_bytes()
    if damage in ("text", "number", "null", "bomb"):
        values = {"text": "'x'", "number": "17", "null": "x''", "bomb": "?"}
        bomb = [zlib.compress(bytes(300_000_000), 9)] if damage == "bomb" else []
        with sqlite3.connect(file) as connection:
            connection.execute(f"UPDATE answer SET value = {values[damage]}", bomb)
    elif damage == "folder":
        file.unlink()
        file.mkdir()
    elif damage == "schema":
        file.write_bytes(data.replace(b"CREATE TABLE answer", b"CREATE TABLE \xff\xfe\xff\xfe\xff"))
    else:
        cut, noise = len(data) // 2, bytes(range(7, 256, 3)) * 50
        made = {"cut": data[:cut], "zeros": bytes(len(data)), "noise": data[:200] + noise + data[200 + len(noise) :]}
        file.write_bytes(made.get(damage, data))
        file.chmod(0 if damage == "unreadable" else 0o600)


def test_a_value_unpacks_to_a_bounded_size() -> None:
    assert Codec(bytes).decode(zlib.compress(bytes(200_000_000), 9)) is None


def test_any_bytes_are_no_store(tmp_path: Path) -> None:
    Store(tmp_path).close()
    data = bytearray((tmp_path / FILE_NAME).read_bytes())
    for at in range(0, 400, 7):
        harmed = data.copy()
        harmed[at : at + 5] = b"\xff\xfe\x00\xfe\xff"
        (tmp_path / FILE_NAME).write_bytes(harmed)
        store = Store(tmp_path)
        store.load([b"k"])
        store.keep([(b"k", b"v")])
        store.close()
    assert Store(tmp_path).path.name == FILE_NAME


def test_a_revision_of_an_odd_repository_is_one_line(repository: Path) -> None:
    os.mkfifo(repository / ".git/packed-refs")
    with pytest.raises(SnapshotError, match="packed-refs is no regular file"):
        open_snapshot(str(repository), "HEAD")
