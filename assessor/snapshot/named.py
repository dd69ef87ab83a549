"""Files that a command line names: read whole, with a limit on their size, and never through a link that leaves a repository.

A pull request can replace `assessor.yaml` or a baseline by a symlink to `/etc/shadow`, whose lines would then stand in
messages. So a name that lies below the current folder, below the working tree that holds it or below an audited folder
must lead to a file below it too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assessor.errors import UserError

MOST_BYTES = 5_000_000
"""Bytes of a configuration, policy, baseline or rubric; people write thousands."""


def read_named(path: Path, *, most: int = MOST_BYTES, below: Path | None = None) -> bytes:
    """The bytes of a regular file of at most `most` bytes; `below` is the folder that is audited, where there is one.

    Raises UserError in one line that begins with the path.
    """
    real = _real_path(path, below)
    try:
        handle = os.open(real, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}:1: cannot be read: {_reason(error)}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UserError(f"{path}:1: no regular file")
    with os.fdopen(handle, "rb") as file:
        try:
            content = file.read(most + 1)
        except (OSError, MemoryError) as error:
            raise UserError(f"{path}:1: cannot be read: {_reason(error)}") from error
    if len(content) > most:
        raise UserError(f"{path}:1: larger than {most:,} bytes")
    return content


def named_text(path: Path, *, most: int = MOST_BYTES, below: Path | None = None) -> str:
    """The text of such a file, which must be UTF-8. Raises UserError."""
    try:
        return read_named(path, most=most, below=below).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}:1: cannot be read: {error.reason} at byte {error.start}") from error


def place_below(folder: Path, name: str) -> Path:
    """Where a file lies that a repository's configuration names, also one that is not there yet. Raises UserError for a
    name that leads out of the folder, by itself or through a link, and for what is there and no regular file."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or ".git" in pure.parts or not pure.parts or "\0" in name:
        raise UserError(f"{name[:100]!r} is no path below the repository's root")
    path = folder / name
    if not _is_below(path.parent, folder) or path.is_symlink():
        raise UserError(f"{path} is not used: it leads through a link, perhaps out of the repository")
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is not used: it is no regular file")
    return path


def _real_path(path: Path, below: Path | None) -> Path:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - without following links, unlike Path.resolve
    for folder in _borders(absolute, below):
        if not _is_below(absolute, folder):
            raise UserError(f"{path}:1: not read: a link that leads out of {folder}; name the file itself")
    return Path(os.path.realpath(absolute))


def _borders(path: Path, below: Path | None) -> Iterator[Path]:
    """The folders that a name must not leave: the current one, the working tree around it, the audited one."""
    current = Path.cwd()
    tree = next((folder for folder in path.parents if (folder / ".git").exists()), None)
    audited = Path(os.path.abspath(below)) if below else None  # noqa: PTH100
    yield from (folder for folder in (current, tree, audited) if folder and path.is_relative_to(folder))


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
