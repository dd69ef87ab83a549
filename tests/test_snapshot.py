"""Which files a snapshot lists, what it says of them, and that opening one never starts what the repository names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.audit import findings
from assessor.snapshot import (
    Limits,
    Role,
    Snapshot,
    SnapshotError,
    UnreadableFile,
    blob_id,
    open_snapshot,
    refine_role,
    role_of,
)
from assessor.snapshot.clone import is_url, repository_name, without_credentials
from assessor.snapshot.history import is_bot

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *words: str, **variables: str) -> str:
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada"}
    who |= {"GIT_COMMITTER_EMAIL": "ada@example.org", "GIT_AUTHOR_DATE": "2024-01-01T10:00:00Z"}
    who |= {"GIT_COMMITTER_DATE": variables.get("GIT_AUTHOR_DATE", "2024-01-01T10:00:00Z")}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=_ENVIRONMENT | who | variables, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Two commits on main, a tag on the first, one ignored file."""
    folder = write(
        tmp_path / "proj", {"src/train.py": "import mlflow\n", "README.md": "# A\n", ".gitignore": "*.log\n"}
    )
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "tag", "v1")
    write(folder, {"src/train.py": "import wandb\n", "data/x.csv": "a,b\n"})
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "two", GIT_AUTHOR_DATE="2024-01-03T10:00:00Z")
    write(folder, {"run.log": "ignored"})
    return folder


def paths(snapshot: Snapshot) -> list[str]:
    return [entry.path for entry in snapshot.files]


def reasons(snapshot: Snapshot) -> dict[str, str]:
    return {problem.place.path: problem.reason for problem in snapshot.problems}


# ---- roles ----


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/train.py", Role.FIRST_PARTY),
        ("train.py", Role.FIRST_PARTY),
        ("test.py", Role.FIRST_PARTY),
        ("src/data/load.py", Role.FIRST_PARTY),
        ("data/make_dataset.py", Role.FIRST_PARTY),
        ("data/raw.csv.dvc", Role.FIRST_PARTY),
        ("data/.gitignore", Role.FIRST_PARTY),
        ("data/schema.json", Role.FIRST_PARTY),
        ("Dockerfile", Role.FIRST_PARTY),
        ("poetry.lock", Role.FIRST_PARTY),
        (".github/workflows/test_model.yml", Role.FIRST_PARTY),
        (".github/workflows/docs.yml", Role.FIRST_PARTY),
        ("src/contest/a.py", Role.FIRST_PARTY),
        ("src/latest_model.py", Role.FIRST_PARTY),
        ("deploy/env/prod.yaml", Role.FIRST_PARTY),
        ("analysis.Rmd", Role.FIRST_PARTY),
        ("tests/test_a.py", Role.TEST),
        ("tests/data/x.csv", Role.TEST),
        ("src/pkg/tests/helper.py", Role.TEST),
        ("src/test_model.py", Role.TEST),
        ("src/model_test.py", Role.TEST),
        ("conftest.py", Role.TEST),
        ("tests/testthat/test-fit.R", Role.TEST),
        ("pkg/a_test.go", Role.TEST),
        ("src/java/ModelTest.java", Role.TEST),
        ("docs/conf.py", Role.DOCUMENTATION),
        ("README.md", Role.DOCUMENTATION),
        ("README.txt", Role.DOCUMENTATION),
        ("data/README.md", Role.DOCUMENTATION),
        ("model_card.rst", Role.DOCUMENTATION),
        ("examples/train.py", Role.EXAMPLE),
        ("sample_repos/churn/train.py", Role.EXAMPLE),
        ("demo-app/serve.py", Role.EXAMPLE),
        ("sample_weights/train.py", Role.FIRST_PARTY),
        ("sdk/samples/a.yaml", Role.EXAMPLE),
        ("{{cookiecutter.name}}/src/train.py", Role.TEMPLATE),
        ("{{ cookiecutter.repo }}/tests/test_a.py", Role.TEMPLATE),
        ("src/settings.py.jinja", Role.TEMPLATE),
        ("ci/Dockerfile.tmpl", Role.TEMPLATE),
        ("roles/web/nginx.conf.j2", Role.FIRST_PARTY),
        ("app/page.html.jinja2", Role.FIRST_PARTY),
        ("vendor/lib/x.go", Role.VENDORED),
        ("third_party/examples/x.py", Role.VENDORED),
        ("frontend/node_modules/a/index.js", Role.VENDORED),
        ("venv/lib/python3.10/site-packages/mlflow/a.py", Role.VENDORED),
        ("env/lib/python3.10/os.py", Role.VENDORED),
        ("src/_vendor/a.py", Role.VENDORED),
        ("proto/model_pb2.py", Role.GENERATED),
        ("static/app.min.js", Role.GENERATED),
        ("pkg.egg-info/PKG-INFO", Role.GENERATED),
        ("mlruns/0/meta.yaml", Role.GENERATED),
        ("notebooks/.ipynb_checkpoints/a.ipynb", Role.GENERATED),
        ("data/train.csv", Role.DATA),
        ("data/test/x.json", Role.DATA),
        ("models/model.pkl", Role.DATA),
        ("artifacts/model.onnx", Role.DATA),
    ],
)
def test_role_of(path: str, role: Role) -> None:
    assert role_of(path) is role


@pytest.mark.parametrize(
    ("role", "path", "head", "refined"),
    [
        (Role.FIRST_PARTY, "a.py", "# Code generated by openapi. DO NOT EDIT.\nx = 1\n", Role.GENERATED),
        (Role.FIRST_PARTY, "a.go", "// @generated\n", Role.GENERATED),
        (Role.TEST, "test_a.py", '"""\n  Generated by: https://openapi-generator.tech\n"""\n', Role.GENERATED),
        (Role.FIRST_PARTY, "app.js", "x" * 6000, Role.GENERATED),
        (Role.FIRST_PARTY, "a.py", 'HEADER = "DO NOT EDIT"\n', Role.FIRST_PARTY),
        (Role.FIRST_PARTY, "a.py", "x = 1\n" * 40 + "# @generated\n", Role.FIRST_PARTY),
        (Role.FIRST_PARTY, "requirements.txt", "# autogenerated by pip-compile\n", Role.FIRST_PARTY),
        (Role.FIRST_PARTY, ".github/workflows/a.yml", "# DO NOT EDIT\n", Role.FIRST_PARTY),
        (Role.VENDORED, "a.py", "# @generated\n", Role.VENDORED),
        (Role.FIRST_PARTY, "a.py", "", Role.FIRST_PARTY),
    ],
)
def test_refine_role(role: Role, path: str, head: str, refined: Role) -> None:
    assert refine_role(role, path, head) is refined


@given(st.text(max_size=80), st.text(max_size=400))
@settings(max_examples=50)
def test_roles_answer_for_any_text(path: str, head: str) -> None:
    assert refine_role(role_of(path), path, head) in set(Role)


# ---- targets ----


def test_working_tree_lists_tracked_and_untracked_files_that_are_not_ignored(repo: Path) -> None:
    write(repo, {"new.py": "x = 1\n", "src/train.py": "import comet\n"})
    with open_snapshot(str(repo)) as snapshot:
        assert paths(snapshot) == [".gitignore", "README.md", "data/x.csv", "new.py", "src/train.py"]
        assert snapshot.read("src/train.py") == b"import comet\n"
        assert (snapshot.name, snapshot.branch, snapshot.dirty) == ("proj", "main", True)
        assert snapshot.commit == git(repo, "rev-parse", "HEAD")
        assert snapshot.commit_time == 1704276000
        blobs = {entry.path: entry.blob for entry in snapshot.files}
        assert blobs["src/train.py"] == "" and blobs["new.py"] == ""
        assert blobs["README.md"] == blob_id(b"# A\n") == git(repo, "rev-parse", "HEAD:README.md")


@pytest.mark.parametrize(
    ("change", "dirty"),
    [
        ("nothing", False),
        ("touch", False),
        ("ignored", False),
        ("edit", True),
        ("stage", True),
        ("delete", True),
        ("untracked", True),
        ("crlf", False),
        ("mode", False),
    ],
)
def test_dirty(repo: Path, change: str, dirty: bool) -> None:
    file = repo / "src/train.py"
    if change == "touch":
        os.utime(file, (1, 1))
    elif change == "ignored":
        write(repo, {"b.log": ""})
    elif change in ("edit", "stage"):
        file.write_text("import other\n")
        git(repo, "add", ".") if change == "stage" else None
    elif change == "delete":
        file.unlink()
    elif change == "untracked":
        write(repo, {"new.py": ""})
    elif change == "crlf":
        file.write_bytes(b"import wandb\r\n")
    elif change == "mode":
        file.chmod(0o755)
    with open_snapshot(str(repo)) as snapshot:
        assert snapshot.dirty is dirty


def test_clean_tree_and_its_revision_say_the_same(repo: Path) -> None:
    with open_snapshot(str(repo)) as tree, open_snapshot(str(repo), "main") as revision:
        assert [(e.path, e.size, e.blob, e.role) for e in tree.files] == [
            (e.path, e.size, e.blob, e.role) for e in revision.files
        ]
        assert list(tree.read_all(paths(tree))) == list(revision.read_all(paths(tree)))


@pytest.mark.parametrize("ref", ["v1", "main~1", "HEAD^"])
def test_revision_is_read_without_checkout(repo: Path, ref: str) -> None:
    write(repo, {"src/train.py": "changed"})
    with open_snapshot(str(repo), ref) as snapshot:
        assert paths(snapshot) == [".gitignore", "README.md", "src/train.py"]
        assert snapshot.read("src/train.py") == b"import mlflow\n"
        assert not snapshot.dirty


def test_bare_repository_worktree_and_git_folder(repo: Path, tmp_path: Path) -> None:
    git(repo, "clone", "-q", "--bare", ".", str(tmp_path / "store.git"))
    git(repo, "worktree", "add", "-q", str(tmp_path / "linked"), "v1")
    for target, files in [("store.git", 4), ("proj/.git", 4), ("linked", 3)]:
        with open_snapshot(str(tmp_path / target)) as snapshot:
            assert len(snapshot.files) == files, target
            assert snapshot.commit and not snapshot.dirty
    with open_snapshot(str(tmp_path / "store.git")) as snapshot:
        assert snapshot.name == "store"


def test_shallow_clone_says_so(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", "shallow")
    with open_snapshot(str(tmp_path / "shallow")) as snapshot:
        history = snapshot.history()
        assert history and history.is_shallow and history.commits == 1


@pytest.mark.parametrize(("left_out", "rung"), [("tests/rows.csv", "used"), ("settings.json", "unknown")])
def test_rows_that_a_partial_clone_leaves_out_hide_no_secret(
    repo: Path, tmp_path: Path, left_out: str, rung: str
) -> None:
    (repo / left_out).parent.mkdir(exist_ok=True)
    (repo / left_out).write_text("a,b\n" * 5_000, "utf-8")
    (repo / "app.py").write_text("import csv\n\nprint(len(list(csv.reader(open('x')))))\nprint(2)\n", "utf-8")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "rows")
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:limit=1k", f"file://{repo}", "partial.git")
    assert findings(str(tmp_path / "partial.git"))["governance.secrets"].rung.value == rung


def test_partial_clone_lists_what_is_missing_and_fetches_nothing(repo: Path, tmp_path: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{repo}", "partial.git")
    before = sorted(p.name for p in (tmp_path / "partial.git/objects").rglob("*"))
    with open_snapshot(str(tmp_path / "partial.git")) as snapshot:
        assert len(snapshot.files) == 4
        assert "not in this clone" in reasons(snapshot)["src/train.py"]
        assert "data/x.csv" not in reasons(snapshot)
        assert list(snapshot.read_all(paths(snapshot))) == []
        with pytest.raises(UnreadableFile, match="not in this clone"):
            snapshot.read("src/train.py")
    assert sorted(p.name for p in (tmp_path / "partial.git/objects").rglob("*")) == before


def test_sub_folder_has_the_files_and_the_history_of_its_repository(repo: Path) -> None:
    with open_snapshot(str(repo)) as snapshot:
        whole = snapshot.history()
    for folder, ref in (("src", None), ("src", "main"), ("data", None)):
        with open_snapshot(str(repo / folder), ref) as snapshot:
            assert {"src/train.py", "README.md"} <= set(paths(snapshot))
            assert snapshot.name == f"proj/{folder}"
            history = snapshot.history()
            assert history and whole and history.commits == whole.commits == 2


def test_plain_folder_skips_what_tools_fill(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "plain",
        {
            "a.py": "x",
            "env/pyvenv.cfg": "",
            "env/b.py": "",
            "node_modules/c.js": "",
            "__pycache__/d.pyc": "",
            ".dvc/config": "",
            ".dvc/cache/aa/bb": "",
            "src/.dvc/tmp/x": "",
            "other/.git/HEAD": "ref: x",
            "other/e.py": "",
        },
    )
    with open_snapshot(str(folder)) as snapshot:
        assert paths(snapshot) == [".dvc/config", "a.py"]
        assert "repository inside" in reasons(snapshot)["other"]
        assert snapshot.history() is None and snapshot.commit == "" and not snapshot.dirty


def test_folder_that_the_repository_ignores_stands_for_itself(repo: Path) -> None:
    write(repo, {".gitignore": "*.log\nout/\n", "out/a.py": "x"})
    with open_snapshot(str(repo / "out")) as snapshot:
        assert paths(snapshot) == ["a.py"] and snapshot.commit == ""


def test_repository_before_its_first_commit(tmp_path: Path) -> None:
    folder = write(tmp_path / "fresh", {"a.py": "x"})
    git(folder, "init", "-q")
    with open_snapshot(str(folder)) as snapshot:
        assert paths(snapshot) == ["a.py"] and snapshot.commit == "" and snapshot.dirty
        history = snapshot.history()
        assert history and history.commits == 0


def test_url_is_cloned_and_removed(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with open_snapshot(f"file://{repo}") as snapshot:
        assert snapshot.name == "proj" and snapshot.branch == "main" and len(snapshot.files) == 4
        history = snapshot.history()
        assert history and [tag.name for tag in history.tags] == ["v1"]
    with open_snapshot(f"file://{repo}", "v1") as snapshot:
        assert len(snapshot.files) == 3
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize(
    ("target", "ref", "message"),
    [
        ("proj/src/train.py", None, "is a file; give the folder"),
        ("prj", None, "did you mean .*/proj?"),
        ("nothing/like/it", None, "does not exist"),
        ("", None, "no target"),
        ("proj", "mian", "no revision 'mian' in proj; did you mean main?"),
        ("proj", "v2", "did you mean v1?"),
        ("proj", "--upload-pack=x", "is no revision"),
        ("proj", "", "is no revision"),
        ("plain", "main", "is in no git repository"),
        ("proj/old", "v1", "there is no folder old in v1"),
        ("file:///no/such/repository", None, "cannot clone file:///no/such/repository"),
        ("ext::sh -c touch% /tmp/x", None, "does not exist"),
        ("foo://host/repo", None, "URLs start with"),
    ],
)
def test_wrong_input_is_told_in_one_line(
    repo: Path, tmp_path: Path, target: str, ref: str | None, message: str
) -> None:
    write(tmp_path / "plain", {"a.py": ""})
    write(repo, {"old/a.py": ""})
    absolute = target if "://" in target or not target else str(tmp_path / target)
    with pytest.raises(SnapshotError, match=message.replace("?", r"\?").replace("+", r"\+")) as caught:
        open_snapshot(absolute, ref)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "clean", "name"),
    [
        ("https://user:secret@host.org/a/b.git", "https://host.org/a/b.git", "b"),
        ("https://token@host.org:8443/a/b?x=1", "https://host.org:8443/a/b", "b"),
        ("ssh://git:pw@host/a/b.git", "ssh://git@host/a/b.git", "b"),
        ("git@host.org:a/b.git", "git@host.org:a/b.git", "b"),
    ],
)
def test_urls(url: str, clean: str, name: str) -> None:
    assert is_url(url) and without_credentials(url) == clean and repository_name(clean) == name


@pytest.mark.parametrize("text", ["ext::sh -c x", "fd::3", "a/b", "C:\\x", "-oProxyCommand=x@host:p", "host:path", ""])
def test_not_urls(text: str) -> None:
    assert not is_url(text)


# ---- safety ----

_HOSTILE = """
[core]
    fsmonitor = {evil}
    hooksPath = {hooks}
    pager = {evil}
    editor = {evil}
    sshCommand = {evil}
    askPass = {evil}
    alternateRefsCommand = {evil}
[filter "x"]
    clean = {evil}
    smudge = {evil}
    process = {evil}
    required = true
[diff]
    external = {evil}
[diff "x"]
    textconv = {evil}
    command = {evil}
[alias]
    ls-files = !{evil}
    rev-list = !{evil}
    log = !{evil}
[credential]
    helper = !{evil}
[log]
    showSignature = true
[gpg]
    program = {evil}
[pager]
    rev-list = {evil}
    ls-tree = {evil}
[uploadpack]
    packObjectsHook = {evil}
[remote "origin"]
    url = ext::{evil}
    promisor = true
    partialclonefilter = blob:none
[extensions]
    partialClone = origin
"""


def test_nothing_that_the_repository_names_is_started(repo: Path, tmp_path: Path) -> None:
    marker, evil, hooks = tmp_path / "marker", tmp_path / "evil", tmp_path / "hooks"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    evil.chmod(0o755)
    hooks.mkdir()
    for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        for folder in (hooks, repo / ".git/hooks"):
            (folder / name).write_text(evil.read_text())
            (folder / name).chmod(0o755)
    write(repo, {".gitattributes": "* filter=x diff=x\n", "src/train.py": "changed\n"})
    with (repo / ".git/config").open("a") as config:
        config.write(_HOSTILE.format(evil=evil, hooks=hooks))
    (repo / ".git/objects" / _loose(git_blob(b"# A\n"))).unlink()  # an absent object would be fetched lazily
    for ref in (None, "main", "v1", "absent"):
        try:
            with open_snapshot(str(repo), ref) as snapshot:
                assert list(snapshot.read_all(paths(snapshot)))
                assert snapshot.history()
        except SnapshotError:
            assert ref == "absent"
    assert not marker.exists()
    subprocess.run(["git", "status"], cwd=repo, env=_ENVIRONMENT, check=False, capture_output=True)
    assert marker.exists(), "the trap itself must work"


def git_blob(data: bytes) -> str:
    return blob_id(data)


def _loose(name: str) -> str:
    return f"{name[:2]}/{name[2:]}"


def test_opening_writes_nothing_into_the_repository(repo: Path) -> None:
    os.utime(repo / "src/train.py", (1, 1))
    before = {p: p.stat().st_mtime_ns for p in repo.rglob("*")}
    for ref in (None, "v1"):
        with open_snapshot(str(repo), ref) as snapshot:
            list(snapshot.read_all(paths(snapshot)))
            snapshot.history()
    assert {p: p.stat().st_mtime_ns for p in repo.rglob("*")} == before


def test_variables_of_the_caller_do_not_redirect_git(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "none"))
    with open_snapshot(str(repo)) as snapshot:
        assert len(snapshot.files) == 4 and not snapshot.dirty
        history = snapshot.history()
        assert history and history.commits == 2


def test_symlinks_are_not_followed_out_of_the_tree(repo: Path, tmp_path: Path) -> None:
    write(tmp_path, {"secret.txt": "secret", "outside/a.py": "secret"})
    (repo / "out.txt").symlink_to(tmp_path / "secret.txt")
    (repo / "up.txt").symlink_to("../secret.txt")
    (repo / "folder").symlink_to(tmp_path / "outside")
    (repo / "inside.md").symlink_to("README.md")
    (repo / "config.md").symlink_to(".git/config")
    (repo / "loop").symlink_to("loop")
    (repo / "broken").symlink_to("none")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "links")
    for ref in (None, "HEAD"):
        with open_snapshot(str(repo), ref) as snapshot:
            read = dict(snapshot.read_all(paths(snapshot)))
            assert b"secret" not in b"".join(read.values())
            assert {"out.txt", "up.txt", "folder"} <= set(reasons(snapshot))
            assert read["inside.md"] == b"# A\n"
            assert {e.path for e in snapshot.files if e.is_symlink and e.path not in read} == {
                "out.txt", "up.txt", "folder", "config.md", "loop", "broken"
            }  # fmt: skip


def test_tracked_folder_replaced_by_a_symlink_is_not_followed(repo: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside/train.py": "secret"})
    (repo / "src/train.py").unlink()
    (repo / "src").rmdir()
    (repo / "src").symlink_to(tmp_path / "outside")
    with open_snapshot(str(repo)) as snapshot:
        assert "src/train.py" not in paths(snapshot)
        assert b"secret" not in b"".join(data for _, data in snapshot.read_all(paths(snapshot)))


def test_fifos_are_not_opened(tmp_path: Path) -> None:
    folder = write(tmp_path / "plain", {"a.py": "x"})
    os.mkfifo(folder / "train.py")
    with open_snapshot(str(folder)) as snapshot:
        assert paths(snapshot) == ["a.py"] and "FIFO" in reasons(snapshot)["train.py"]


def test_fifo_in_place_of_a_tracked_file_and_as_gitignore(repo: Path) -> None:
    (repo / "src/train.py").unlink()
    os.mkfifo(repo / "src/train.py")
    with open_snapshot(str(repo)) as snapshot:
        assert "src/train.py" not in paths(snapshot) and "src/train.py" in reasons(snapshot)
    (repo / ".gitignore").unlink()
    os.mkfifo(repo / ".gitignore")
    with open_snapshot(str(repo)) as snapshot:
        assert "README.md" in paths(snapshot)
        assert ".gitignore is no regular file" in reasons(snapshot)[".git"]


def test_damaged_repository_is_read_as_a_plain_folder(repo: Path) -> None:
    (repo / ".git/index").write_bytes(b"DIRC damaged")
    with open_snapshot(str(repo)) as snapshot:
        assert "README.md" in paths(snapshot) and ".git" in reasons(snapshot)
    (repo / ".git/config").write_text("[core\n")
    with open_snapshot(str(repo)) as snapshot:
        assert "README.md" in paths(snapshot) and ".git" in reasons(snapshot)
    with open_snapshot(str(repo), "main") as snapshot:  # its own configuration is not needed
        assert "README.md" in paths(snapshot)
    (repo / ".git/HEAD").write_bytes(b"\0" * 100_000)
    with pytest.raises(SnapshotError, match="git cannot read"):
        open_snapshot(str(repo), "main")


def test_names_that_are_no_utf8_or_hold_line_ends(repo: Path) -> None:
    Path(os.fsdecode(os.fsencode(repo) + b"/caf\xe9.py")).write_text("x = 1\n")
    (repo / "two\nlines.py").write_text("x = 2\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "names")
    for ref in (None, "HEAD"):
        with open_snapshot(str(repo), ref) as snapshot:
            assert snapshot.read("caf\\xe9.py") == b"x = 1\n"
            assert snapshot.read("two\nlines.py") == b"x = 2\n"


# ---- what else git can hold ----


def test_submodules_and_nested_repositories_are_told(repo: Path) -> None:
    nested = write(repo / "nested", {"a.py": "x"})
    git(nested, "init", "-q")
    git(nested, "add", ".")
    git(nested, "commit", "-qm", "n")
    with open_snapshot(str(repo)) as snapshot:
        assert "repository inside" in reasons(snapshot)["nested"]
    git(repo, "-c", "advice.addEmbeddedRepo=false", "add", "nested")
    git(repo, "commit", "-qm", "sub")
    for ref in (None, "HEAD"):
        with open_snapshot(str(repo), ref) as snapshot:
            assert "submodule" in reasons(snapshot)["nested"]
            assert not any(path.startswith("nested/") for path in paths(snapshot))


def test_checked_out_lfs_file_is_read_as_its_pointer(repo: Path) -> None:
    import hashlib

    content = b"a,b\n" * 1000
    digest = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    write(repo, {"big.py": pointer, ".gitattributes": "big.py filter=lfs\n"})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "lfs")
    (repo / "big.py").write_bytes(content)
    with open_snapshot(str(repo)) as snapshot:
        assert not snapshot.dirty
        assert snapshot.read("big.py") == pointer.encode()
    (repo / "big.py").write_bytes(content + b"more")
    with open_snapshot(str(repo)) as snapshot:
        assert snapshot.dirty


def test_file_left_out_by_sparse_checkout_is_read_from_the_objects(repo: Path) -> None:
    git(repo, "update-index", "--skip-worktree", "src/train.py")
    (repo / "src/train.py").unlink()
    with open_snapshot(str(repo)) as snapshot:
        assert snapshot.read("src/train.py") == b"import wandb\n" and not snapshot.dirty


def test_limits_are_told(repo: Path) -> None:
    write(repo, {"large.py": "x" * 100, "large.csv": "x" * 100, "a/b/c/d.py": "x", "n.ipynb": "x" * 100})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "more")
    for ref in (None, "HEAD"):
        with open_snapshot(str(repo), ref, Limits(max_file_bytes=50, max_depth=2)) as snapshot:
            told = reasons(snapshot)
            assert told["large.py"] == "larger than 50 bytes" and "deeper than 2" in told["a/b/c/d.py"]
            assert "large.csv" not in told and "n.ipynb" not in told
            assert "large.py" in paths(snapshot)
        with open_snapshot(str(repo), ref, Limits(max_files=3)) as snapshot:
            assert len(snapshot.files) == 3 and "more than 3 files" in reasons(snapshot)["."]
        with open_snapshot(str(repo), ref, Limits(max_total_bytes=30)) as snapshot:
            read = list(snapshot.read_all(paths(snapshot)))
            assert sum(len(data) for _, data in read) <= 30
            assert any("limit of 30 bytes" in reason for reason in reasons(snapshot).values())


# ---- history ----


def test_history_counts_people_days_and_tags(repo: Path) -> None:
    git(repo, "commit", "-qm", "b", "--allow-empty", GIT_AUTHOR_NAME="dependabot[bot]", GIT_AUTHOR_EMAIL="1+d@x")
    git(repo, "commit", "-qm", "c", "--allow-empty", GIT_AUTHOR_NAME="ada", GIT_AUTHOR_EMAIL="ada@home.org")
    git(repo, "tag", "-a", "-m", "x", "v2")
    git(repo, "tag", "a-tree", "HEAD^{tree}")
    with open_snapshot(str(repo)) as snapshot:
        history = snapshot.history()
        assert history is not None and history.problem == ""
        assert (history.commits, history.author_days, history.authors, history.bot_commits) == (4, 2, 1, 1)
        assert {tag.name for tag in history.tags} == {"v1", "v2"}
        assert history.branches == ("main",) and not history.is_shallow
        assert history.first_time == 1704103200 and history.last_time == 1704276000
    with open_snapshot(str(repo), "v1") as snapshot:
        history = snapshot.history()
        assert history is not None and history.commits == 1
    with open_snapshot(str(repo), limits=Limits(max_commits=3)) as snapshot:
        history = snapshot.history()
        assert history is not None and history.commits == 3 and history.is_capped


@pytest.mark.parametrize(
    ("name", "address", "bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("github-actions", "actions@github.com", True),
        ("release-bot", "x@y", True),
        ("Ada", "ci-bot@company.com", True),
        ("Abbott", "abbott@x.org", False),
        ("Robota", "r@x.org", False),
        ("Ada", "ada@robot.org", False),
    ],
)
def test_is_bot(name: str, address: str, bot: bool) -> None:
    assert is_bot(name, address) is bot
