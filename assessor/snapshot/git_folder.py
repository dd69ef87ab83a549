"""Finding the git directory of a folder, and looking at it before git does.

What git opens there can be made to hold it for ever (a FIFO, a device), to fill the memory (a sparse file of 30 GB), or
to show another repository's content (a pointer, a link, alternates). So everything that git will open is looked at by
lstat first, and a repository that is not plainly its own is read as a folder of files without a history.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class GitFailed(Exception):
    """git failed, took too long, or is not started on such a repository; the message is one line that says why."""


@dataclass(frozen=True)
class Layout:
    """Where a repository keeps its parts; a linked worktree has its own `git_dir` beside the `common` one."""

    git_dir: Path
    common: Path
    worktree: Path | None
    """The top of the working tree; None for a bare repository."""

    @property
    def is_shallow(self) -> bool:
        return (self.common / "shallow").is_file()


def is_git_dir(folder: Path) -> bool:
    """Git's own test (setup.c, is_git_directory): HEAD, and objects and refs there or in `commondir`."""
    head = folder / "HEAD"
    if not (head.is_file() or head.is_symlink()):
        return False
    common = _common(folder)
    return (common / "objects").is_dir() and (common / "refs").is_dir()


def _common(git_dir: Path) -> Path:
    text = small_text(git_dir / "commondir")
    return Path(os.path.normpath(git_dir / text)) if text else git_dir


def small_text(path: Path) -> str:
    """The text of a small regular file, empty for anything else: a FIFO must not stop the audit."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return ""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return ""
    with os.fdopen(handle, "rb") as file:
        return file.read(4096).decode("utf-8", "surrogateescape").strip()


def find_layout(folder: Path) -> Layout | None:
    """The repository that a folder belongs to: its own `.git`, a bare directory, or the `.git` of a folder above.

    Raises GitFailed for a `.git` that leads to a repository which does not know of this folder.
    """
    for place in (folder, *folder.parents):
        dot_git = place / ".git"
        if dot_git.is_symlink():
            raise GitFailed(".git is a link")
        if dot_git.is_dir() and is_git_dir(dot_git):
            return _own(Layout(dot_git, _common(dot_git), place))
        text = small_text(dot_git)
        if text.startswith("gitdir:"):
            linked = Path(os.path.normpath(place / text.removeprefix("gitdir:").strip()))
            if linked.is_dir() and is_git_dir(linked):
                return _pointed_to(Layout(linked, _common(linked), place))
        if is_git_dir(place):  # below it there is nothing to audit but git's own files
            return _own(Layout(place, _common(place), None)) if place == folder else None
    return None


def _own(layout: Layout) -> Layout:
    if layout.common != layout.git_dir:
        raise GitFailed("its commondir names another repository")
    return layout


def _pointed_to(layout: Layout) -> Layout:
    """A linked worktree, whose git directory names its `.git` file, or a submodule, whose `core.worktree` is the folder."""
    place = layout.worktree
    assert place is not None
    back = small_text(layout.git_dir / "gitdir")
    if back and _same(layout.git_dir / back, place / ".git") and _same(layout.git_dir.parent.parent, layout.common):
        return layout
    named = re.search(
        r"^[ \t]*+worktree[ \t]*+=[ \t]*+\"?([^\"\n]{1,4096}?)\"?\s*$",
        small_text(layout.git_dir / "config"),
        re.MULTILINE,
    )
    if named and layout.common == layout.git_dir and _same(layout.git_dir / named[1], place):
        return layout
    raise GitFailed("its .git file names a repository that does not know of this folder")


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


# ---- before git opens anything ----

_MEGABYTE = 1_000_000
_SIZES = {
    "HEAD": 0.01, "config": 1, "config.worktree": 1, "packed-refs": 60, "shallow": 20, "index": 500, "commondir": 0.01,
    "info/exclude": 2, "info/attributes": 2, "info/grafts": 2, "info/sparse-checkout": 5, "objects/info/alternates": 0.1,
}  # fmt: skip
"""Megabytes that a file may have which git reads as a whole; that of a million files or refs is far smaller."""
_MOST_INDEX = 500
_MOST_LOOKED_AT = 2_000_000
_IGNORE_MEGABYTES = 5


def refuse_odd(layout: Layout) -> None:
    """Raise GitFailed where git would open what is no file or folder, is far too large, or lies in another repository."""
    for folder in dict.fromkeys((layout.git_dir, layout.common)):
        for name, most in _SIZES.items():
            _refuse(folder / name, name, most)
        for entry in _entries(folder):
            if entry.name.startswith("sharedindex."):
                _refuse(Path(entry.path), entry.name, _MOST_INDEX)
    for name in ("refs", "objects"):
        _refuse_below(layout.common / name, name)
    if small_text(layout.common / "objects" / "info" / "alternates"):
        raise GitFailed("its objects lie in another repository (alternates)")


def _refuse(path: Path, name: str, most: float) -> None:
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return
    if stat.S_ISLNK(status.st_mode) and name == "HEAD":
        return  # of old versions of git: the name of a branch
    if not stat.S_ISREG(status.st_mode):
        raise GitFailed(f"{name} is no regular file")
    if status.st_size > most * _MEGABYTE:
        raise GitFailed(f"{name} is larger than {most:g} MB")


def _refuse_below(top: Path, name: str) -> None:
    """Only folders and files below; a link at the top (the `repo` tool makes such) is none of this repository's own."""
    if top.is_symlink():
        raise GitFailed(f"{name} is a link")
    waiting, seen = [top], 0
    while waiting:
        for entry in _entries(waiting.pop()):
            seen += 1
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif not entry.is_file(follow_symlinks=False):
                raise GitFailed(f"{name}/…/{entry.name[:60]!r} is no regular file")
            if seen > _MOST_LOOKED_AT:
                raise GitFailed(f"{name} has more than {_MOST_LOOKED_AT:,} files")


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError:
        return


def refuse_odd_rules(top: Path) -> None:
    """The same for the rules that git reads from the working tree while it lists files."""
    for name in (".gitignore", ".gitattributes"):
        _refuse(top / name, name, _IGNORE_MEGABYTES)
