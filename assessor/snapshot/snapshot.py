"""A snapshot: the files of one repository at one state, where from, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Protocol

from assessor.facts.place import BlindSpot, Place
from assessor.facts.role import Role
from assessor.snapshot.content import is_binary_path
from assessor.snapshot.history import History
from assessor.snapshot.limits import Limits

_TOLD_ONE_BY_ONE = 20
"""Blind spots of one reason that are told file by file; the rest is counted."""


class SnapshotError(Exception):
    """The target or the revision cannot be opened. One line: what is wrong, and the nearest right name."""


class UnreadableFile(OSError):
    """One file of the snapshot cannot be read; the message says why. The snapshot has noted it as a problem."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the snapshot.

    `size` is in bytes. `blob` is git's id of exactly the bytes that `read` gives, or empty where it is not known before
    they are read (a file that is not committed or that changed; `content.blob_id` computes it).
    """

    path: str
    size: int
    blob: str
    role: Role
    is_executable: bool = False
    is_symlink: bool = False
    target: str = ""
    """For a symlink to a file of the snapshot: that file's path."""
    unreadable: str = ""
    """Why it will not be read; empty for what `read` gives."""
    is_stored: bool = False
    """Its bytes come from git's objects, in a working tree too (LFS pointers, files left out by sparse checkout)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which state of which repository this is. `commit` is the full id, empty where there is none."""

    name: str
    commit: str = ""
    dirty: bool = False
    commit_time: int | None = None
    """Seconds since 1970."""
    remote: str = ""
    """The origin's URL without credentials."""
    branch: str = ""
    is_git: bool = False


def hides_nothing(entry: FileEntry) -> bool:
    """Not reading it hides no fact: data, foreign or generated files, and formats that no reader knows."""
    return entry.role in (Role.DATA, Role.VENDORED, Role.GENERATED) or is_binary_path(entry.path)


class Source(Protocol):
    """Where a snapshot's bytes come from: a folder or git's objects."""

    def read_all(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes | str]]:
        """Yield each entry, in order, with its bytes, or with the reason (text) why it cannot be read."""

    def history(self, limits: Limits) -> History | None:
        """The history of what the snapshot shows; None without git."""

    def history_key(self, limits: Limits) -> tuple[str, ...] | None:
        """What the history follows from, without reading it; None where only the history itself can tell."""

    def close(self) -> None:
        """Remove what was made for reading."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The files of one repository at one state. A context manager: leaving it removes temporary clones."""

    identity: Identity
    files: tuple[FileEntry, ...]
    """Sorted by path."""
    source: Source = field(repr=False)
    limits: Limits = field(default=Limits())
    listing_problems: tuple[BlindSpot, ...] = ()
    folder: str = ""
    """The sub-folder that was asked for, where the whole repository is listed for what starts what in it."""
    _met: list[BlindSpot] = field(default_factory=list, repr=False)
    _noted: set[BlindSpot] = field(default_factory=set, repr=False)
    _spent: Counter[str] = field(default_factory=Counter, repr=False)

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def commit(self) -> str:
        return self.identity.commit

    @property
    def dirty(self) -> bool:
        return self.identity.dirty

    @property
    def commit_time(self) -> int | None:
        return self.identity.commit_time

    @property
    def remote(self) -> str:
        return self.identity.remote

    @property
    def branch(self) -> str:
        return self.identity.branch

    @property
    def problems(self) -> tuple[BlindSpot, ...]:
        """What could not be listed, and what could not be read so far."""
        return (*self.listing_problems, *(spot for spot in condensed(self._met) if spot not in self.listing_problems))

    @cached_property
    def by_path(self) -> dict[str, FileEntry]:
        return {entry.path: entry for entry in self.files}

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises KeyError for a path that is not listed, UnreadableFile where none come."""
        for _, data in self.read_all((path,)):
            return data
        raise UnreadableFile(f"{path}: {self.by_path[path].unreadable or 'not read, see the problems of the snapshot'}")

    def read_all(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, bytes) of each file that can be read, in order; the others become problems.

        For a revision all files come through one git process, so close the iterator when leaving it early.
        """
        entries = (self.by_path[path] for path in paths)
        wanted = (entry for entry in entries if self._may_read(entry))
        for entry, data in self.source.read_all(wanted):
            if isinstance(data, str):
                self._note(entry, data)
            else:
                yield entry.path, data

    def _may_read(self, entry: FileEntry) -> bool:
        reason = entry.unreadable
        if not reason and self._spent["bytes"] + entry.size > self.limits.max_total_bytes:
            reason = f"not read: the limit of {self.limits.max_total_bytes:,} bytes for all files is reached"
        if reason:
            self._note(entry, reason)
            return False
        self._spent["bytes"] += entry.size
        return True

    def _note(self, entry: FileEntry, reason: str) -> None:
        told = BlindSpot(Place(entry.path), reason)
        if not hides_nothing(entry) and told not in self._noted:
            self._noted.add(told)
            self._met.append(told)

    @cached_property
    def _history(self) -> History | None:
        return self.source.history(self.limits)

    def history(self) -> History | None:
        """What git remembers of these files, read at the first call; None without git."""
        return self._history

    def history_key(self) -> str:
        """Equal keys mean equal histories, where these could be read; far quicker than reading a long one."""
        key = self.source.history_key(self.limits)
        return repr(key if key is not None else self.history())

    def close(self) -> None:
        self.source.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def condensed(problems: Iterable[BlindSpot]) -> list[BlindSpot]:
    """Keep the first blind spots of each reason and count the rest in one, so that thousands stay readable."""
    kept: list[BlindSpot] = []
    seen: Counter[str] = Counter()
    for spot in problems:
        seen[spot.reason] += 1
        if seen[spot.reason] <= _TOLD_ONE_BY_ONE:
            kept.append(spot)
    kept += [
        BlindSpot(Place("."), f"{reason} ({count - _TOLD_ONE_BY_ONE:,} more files)")
        for reason, count in seen.items()
        if count > _TOLD_ONE_BY_ONE
    ]
    return kept
