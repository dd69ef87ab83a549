"""The sample repositories that travel with the package: their files, and the git history that each is to have.

The files lie in `sample_repos/NAME`; the history stands in `sample_repos/NAME.expected.yaml`, beside what the sample must be
rated. A history that never changes: authors and days are written down, so the ids of the commits are the same everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from assessor.errors import UserError
from assessor.resources import data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CALM = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.devnull,
    "PATH": os.environ.get("PATH", os.defpath),
}
"""Nothing of the user's own configuration takes part."""
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".*_cache")
"""What tools leave in a folder that they have worked in."""


def samples() -> dict[str, str]:
    """Name → what the sample shows, in a sentence."""
    folder = data_folder("sample_repos")
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    return {name: str(_written(name).get("about", "")) for name in names}


def _written(name: str) -> dict[str, Any]:
    import yaml

    text = data_folder("sample_repos").joinpath(f"{name}.expected.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def make_sample(name: str, folder: Path) -> Path:
    """Make the repository of a sample in a new folder. Raises UserError where git is not there, or the folder cannot be
    written."""
    try:
        shutil.copytree(data_folder("sample_repos") / name, folder, ignore=LEFT_BEHIND)
        return commit_files(folder, _written(name)["git"])
    except FileNotFoundError as error:
        raise UserError("a sample needs git, which is not found on PATH") from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"the sample cannot be made in {folder}: {error}") from error


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
