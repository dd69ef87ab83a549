"""Listing and reading files on disk: a plain folder by walking it, a working tree by paths that git names.

Nothing outside the root is read: no symlink to a place outside, no path through a symlinked folder, no FIFO or device.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from assessor.facts.place import BlindSpot, Place
from assessor.snapshot.content import words
from assessor.snapshot.history import History
from assessor.snapshot.limits import Limits
from assessor.snapshot.roles import role_of
from assessor.snapshot.snapshot import FileEntry

_SKIPPED = words(
    """.git .hg .svn .venv node_modules __pycache__ .tox .nox .mypy_cache .pytest_cache .ruff_cache site-packages
    mlruns .ipynb_checkpoints .terraform .eggs .hypothesis"""
)
"""Folders that tools fill; in a plain folder nothing else says that they are not the project's."""
_SKIPPED_BELOW = frozenset({".dvc/cache", ".dvc/tmp", ".dvc/site-cache"})


def shown(raw: bytes) -> str:
    """A path of bytes as text; bytes that are no UTF-8 become their codes (`\\xff`), so that a report can show it and no
    two files get one name."""
    return raw.decode("utf-8", "backslashreplace")


class Disk:
    """Files below one root. It remembers the raw name of a path that is no UTF-8, and which folders are real."""

    def __init__(self, root: Path) -> None:
        self.root = os.path.realpath(root)
        self._raw: dict[str, bytes] = {}
        self._real_folders: dict[bytes, bool] = {b"": True}

    def absolute(self, raw: bytes) -> bytes:
        return os.fsencode(self.root) + b"/" + raw

    def place(self, path: str) -> bytes:
        return self.absolute(self._raw.get(path) or path.encode("utf-8", "surrogateescape"))

    def status(self, raw: bytes) -> os.stat_result | None:
        """The lstat of a path below the root; None where it is not there or lies behind a symlinked folder."""
        if not self._is_real(raw.rpartition(b"/")[0]):
            return None
        try:
            return os.lstat(self.absolute(raw))
        except (OSError, ValueError):
            return None

    def _is_real(self, folder: bytes) -> bool:
        known = self._real_folders.get(folder)
        if known is None:
            known = self._is_real(folder.rpartition(b"/")[0])
            try:
                mode = os.lstat(self.absolute(folder)).st_mode if known else 0
            except (OSError, ValueError):
                mode = 0
            known = self._real_folders[folder] = known and stat.S_ISDIR(mode)
        return known

    def name(self, raw: bytes) -> str:
        """The path as text, remembered where it differs from the bytes."""
        path = shown(raw)
        if path.encode("utf-8") != raw:
            self._raw[path] = raw
        return path

    def link_target(self, raw: bytes) -> tuple[str, int]:
        """(path below the root, size) of the regular file that a symlink leads to; ("", 0) without one inside."""
        root = os.fsencode(self.root)
        try:
            real = os.path.realpath(self.absolute(raw))
            status = os.lstat(real)
        except (OSError, ValueError):
            return "", 0
        inside = real.removeprefix(root + b"/")
        if inside == real or not stat.S_ISREG(status.st_mode) or b".git" in inside.split(b"/"):
            return "", 0
        return shown(inside), status.st_size

    def leads_outside(self, raw: bytes) -> bool:
        """A symlink leads out of the root (a broken one inside does not)."""
        root = os.fsencode(self.root)
        try:
            real = os.path.realpath(self.absolute(raw))
        except (OSError, ValueError):
            return True
        return real != root and not real.startswith(root + b"/")

    def read(self, entry: FileEntry) -> bytes | str:
        """The bytes of an entry, or why it cannot be read. A file that has grown is cut at nothing: it is refused."""
        path = self.place(entry.target or entry.path)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            return f"unreadable: {getattr(error, 'strerror', None) or error}"
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return "not a regular file"
            if status.st_size > 2 * entry.size + 4096:
                return "changed while it was read"
            with os.fdopen(os.dup(handle), "rb") as file:
                return file.read()
        except OSError as error:
            return f"unreadable: {error.strerror}"
        finally:
            os.close(handle)


def entry_of(
    path: str,
    size: int,
    blob: str,
    limits: Limits,
    *,
    executable: bool = False,
    symlink: bool = False,
    target: str = "",
    unreadable: str = "",
    stored: bool = False,
) -> FileEntry:
    """A file entry with its role, marked unreadable where it is larger than the limit."""
    limit = limits.file_bytes(path)
    if not unreadable and size > limit:
        unreadable = f"larger than {limit:,} bytes"
    return FileEntry(path, size, blob, role_of(path), executable, symlink, target, unreadable, stored)


def disk_entry(disk: Disk, raw: bytes, status: os.stat_result, blob: str, limits: Limits) -> FileEntry | BlindSpot:
    """The entry of one path on disk, or why it is none."""
    path = disk.name(raw)
    if stat.S_ISLNK(status.st_mode):
        target, size = disk.link_target(raw)
        if disk.leads_outside(raw):
            why = "a symlink that leads out of the repository"
        else:
            why = "" if target else "a symlink to a folder or to nothing"
        return entry_of(path, size, "", limits, symlink=True, target=target, unreadable=why)
    if not stat.S_ISREG(status.st_mode):
        return BlindSpot(Place(path), "neither a file nor a folder (a FIFO, socket or device)")
    executable = bool(status.st_mode & stat.S_IXUSR)
    return entry_of(path, status.st_size, blob, limits, executable=executable)


class Skipper:
    """Says which untracked paths stand in folders that tools fill."""

    def __init__(self, paths: Iterable[bytes]) -> None:
        ends = (b"pyvenv.cfg", b"conda-meta/history")
        self._environments = tuple({p[: -len(end)] for p in paths for end in ends if p.endswith(b"/" + end)})

    def skips(self, raw: bytes) -> bool:
        if self._environments and raw.startswith(self._environments):
            return True
        folders = shown(raw).split("/")[:-1]
        below = {"/".join(pair) for pair in pairwise(folders)}
        return not _SKIPPED.isdisjoint(folders) or not _SKIPPED_BELOW.isdisjoint(below)


class _Walk:
    """One walk through a plain folder, within limits."""

    def __init__(self, disk: Disk, limits: Limits) -> None:
        self.disk, self.limits = disk, limits
        self.files: list[FileEntry] = []
        self.problems: list[BlindSpot] = []

    def run(self) -> None:
        folders: list[tuple[bytes, int]] = [(b"", 0)]
        while folders:
            folder, depth = folders.pop()
            below = self._below(folder)
            if below is None:
                continue
            for item in below:
                raw = folder + b"/" + item.name if folder else item.name
                if item.is_dir(follow_symlinks=False):
                    if self._enters(raw, item.name, depth):
                        folders.append((raw, depth + 1))
                elif not self._add(raw, item):
                    return

    def _below(self, folder: bytes) -> list[os.DirEntry[bytes]] | None:
        try:
            with os.scandir(self.disk.absolute(folder)) as found:
                below = sorted(found, key=lambda item: item.name)
        except OSError as error:
            self.problems.append(BlindSpot(Place(shown(folder) or "."), f"unreadable folder: {error.strerror}"))
            return None
        names = {item.name for item in below}
        if b"pyvenv.cfg" in names and folder:
            return None  # a virtual environment
        if folder and b".git" in names:
            self.problems.append(BlindSpot(Place(shown(folder)), "a repository inside the repository is not read"))
            return None
        return below

    def _enters(self, raw: bytes, name: bytes, depth: int) -> bool:
        path = shown(raw)
        if shown(name) in _SKIPPED or path in _SKIPPED_BELOW or any(path.endswith("/" + b) for b in _SKIPPED_BELOW):
            return False
        if depth + 1 > self.limits.max_depth:
            self.problems.append(BlindSpot(Place(path), f"deeper than {self.limits.max_depth} folders"))
            return False
        return True

    def _add(self, raw: bytes, item: os.DirEntry[bytes]) -> bool:
        """Take one file; False where the number of files is reached."""
        if len(self.files) >= self.limits.max_files:
            self.problems.append(
                BlindSpot(Place("."), f"more than {self.limits.max_files:,} files; the rest is not read")
            )
            return False
        try:
            status = item.stat(follow_symlinks=False)
        except OSError as error:
            self.problems.append(BlindSpot(Place(shown(raw)), f"unreadable: {error.strerror}"))
            return True
        if item.name != b".git":
            made = disk_entry(self.disk, raw, status, "", self.limits)
            (self.files if isinstance(made, FileEntry) else self.problems).append(made)  # type: ignore[arg-type]
        return True


def walk(disk: Disk, limits: Limits) -> tuple[list[FileEntry], list[BlindSpot]]:
    """The files of a plain folder and what could not be listed."""
    walked = _Walk(disk, limits)
    walked.run()
    return walked.files, walked.problems


class FolderSource:
    """Bytes of a plain folder; it has no history."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    def read_all(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes | str]]:
        for entry in entries:
            yield entry, self.disk.read(entry)

    def history(self, limits: Limits) -> History | None:
        return None

    def history_key(self, limits: Limits) -> tuple[str, ...] | None:
        return ()

    def close(self) -> None:
        """Nothing to remove."""
