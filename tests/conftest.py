"""What the tests of whole audits share: repositories made in a folder, with a git history that is always the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

_CALM = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.devnull,
    "PATH": os.environ.get("PATH", os.defpath),
}


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes the cache of who runs it; commands that tests start get this one too."""
    os.environ["MLOPS_ASSESSOR_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def own_memory_limit() -> Iterator[None]:
    """A command that a test calls in this process may bound its memory; what comes after it, a browser, is not bound."""
    try:
        import resource
    except ImportError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write `files` (relative path to text) below `folder`, byte for byte, and return the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


NO_CACHES = shutil.ignore_patterns("__pycache__", ".*_cache")
"""For copies of a sample repository: without what tools leave behind in it."""


def commit_files(folder: Path, history: Mapping[str, Any]) -> Path:
    """Commit what lies in `folder` as `history` says, on the branch `main`.

    `history` has `commits`, each `{author: "Name <mail>", date: ISO time, message, files: all | [glob, ...]}` (a glob
    matches below folders too), and may have `tags`, each `{name, commit: number counted from 1}`. The author and the
    committer are one, so that the commit ids never change.
    """
    _git(folder, "init", "--quiet", "--initial-branch=main")
    ids = [_commit(folder, commit) for commit in history["commits"]]
    for tag in history.get("tags", ()):
        _git(folder, "tag", tag["name"], ids[tag["commit"] - 1])
    left = _git(folder, "status", "--porcelain", "--untracked-files=all")
    assert not left, f"the history commits not all files:\n{left}"
    return folder


def _commit(folder: Path, commit: Mapping[str, Any]) -> str:
    _git(folder, "add", "--force", "--", *_chosen(folder, commit["files"]))
    name, mail = commit["author"].rstrip(">").split(" <")
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", mail), ("DATE", commit["date"]))
    }
    _git(folder, "commit", "--quiet", "--message", commit["message"], **who)
    return _git(folder, "rev-parse", "HEAD")


def _chosen(folder: Path, globs: str | list[str]) -> list[str]:
    if globs == "all":
        return ["."]
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    chosen = [name for name in names if not name.startswith(".git/") and any(fnmatch(name, glob) for glob in globs)]
    assert chosen, f"no file matches {globs}"
    return chosen


def _git(folder: Path, *arguments: str, **variables: str) -> str:
    run = subprocess.run(
        ["git", *arguments], cwd=folder, env=_CALM | variables, check=True, capture_output=True, text=True
    )
    return run.stdout.strip()
