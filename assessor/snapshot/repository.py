"""Listing and reading a git repository: a revision from its objects, a working tree from disk with the index's help."""

from __future__ import annotations

import hashlib
import posixpath
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from assessor.facts.place import BlindSpot, Place
from assessor.snapshot.content import blob_id
from assessor.snapshot.folder import Disk, Skipper, disk_entry, entry_of, shown
from assessor.snapshot.history import History, read_history
from assessor.snapshot.limits import Limits
from assessor.snapshot.safe_git import Git, GitFailed, Glass, Layout
from assessor.snapshot.snapshot import FileEntry

_ABSENT = "its content is not in this clone (partial or damaged)"
_FALSE = "its content is not the one that its id stands for (damaged)"
_OUTSIDE = "a symlink that leads out of the repository"
_DANGLING = "a symlink to a folder or to nothing"
MAX_REFS = 100_000
"""Branches and tags that are known; the others are not told."""
_LFS = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES = 1_024
"""A Git LFS pointer is smaller than this (git-lfs docs/spec.md)."""
_HASHED_BYTES = 200_000_000
"""A checked-out LFS file above this is compared by its size alone."""


@dataclass(frozen=True)
class Repository:
    """One opened repository: its layout, its refs, and the glass to read it through."""

    layout: Layout
    glass: Glass
    refs: Mapping[str, str]
    """Full ref name -> object id."""
    head: str
    """The commit of HEAD, empty before the first one."""
    branch: str
    remote: str

    @property
    def branches(self) -> tuple[str, ...]:
        names = (name for name in self.refs if name.startswith(("refs/heads/", "refs/remotes/")))
        return tuple(short_name(name) for name in names if not name.endswith("/HEAD"))


def short_name(ref: str) -> str:
    for start in ("refs/heads/", "refs/tags/", "refs/remotes/"):
        if ref.startswith(start):
            return ref.removeprefix(start)
    return ref


def open_repository(layout: Layout, limits: Limits) -> Repository:
    """Ask the repository for its refs and make the glass. Raises GitFailed."""
    glass = Glass(layout, limits.git_seconds)
    try:
        own = glass.git()
        words = ("for-each-ref", f"--count={MAX_REFS}", "--format=%(objectname) %(refname)")
        lines = own.run(*words).decode("utf-8", "surrogateescape").splitlines()
        refs = {name: value for value, _, name in (line.partition(" ") for line in lines)}
        return Repository(
            layout,
            glass,
            refs,
            _quiet(own, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
            _quiet(own, "symbolic-ref", "--quiet", "--short", "HEAD"),
            _remote(glass.own_settings(r"^remote\..*\.url$")),
        )
    except BaseException:
        glass.close()
        raise


def _quiet(git: Git, *arguments: str) -> str:
    try:
        return git.run(*arguments).decode("utf-8", "replace").strip()
    except GitFailed:
        return ""


def _remote(urls: Mapping[str, str]) -> str:
    """The origin's URL, or the first remote's."""
    return urls.get("remote.origin.url") or next(iter(urls.values()), "")


def resolve(repository: Repository, ref: str) -> str:
    """The full commit id of a revision, also of a branch that only the origin has; empty where there is none."""
    own = repository.glass.git()
    for name in (ref, f"refs/remotes/origin/{ref}"):
        if found := _quiet(own, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
            return found
    return ""


def commit_time(repository: Repository, commit: str) -> int | None:
    """When a commit was made, in seconds since 1970."""
    words = ("rev-list", "--max-count=1", "--no-commit-header", "--format=%ct", commit)
    text = _quiet(repository.glass.git(), *words) if commit else ""
    return int(text) if text.isdigit() else None


@dataclass
class Listing:
    """What listing finds: files, what could not be listed, and whether the working tree differs from the commit."""

    files: list[FileEntry] = field(default_factory=list)
    problems: list[BlindSpot] = field(default_factory=list)
    dirty: bool = False

    def add(self, made: FileEntry | BlindSpot) -> None:
        if isinstance(made, FileEntry):
            self.files.append(made)
        else:
            self.problems.append(made)


class _Object(NamedTuple):
    mode: str
    blob: str
    path: bytes
    size: int | None = None


# ---- a revision ----


def list_revision(repository: Repository, commit: str, prefix: str, limits: Limits) -> Listing:
    """The files of a commit, or of one folder in it. Raises GitFailed where the tree cannot be read."""
    git = repository.glass.git()
    tree = f"{commit}:{prefix}" if prefix else commit
    records, more = git.records(git.start(("ls-tree", "-r", "-z", "-l", "--full-tree", tree)), limits.max_files)
    listing = Listing()
    if more:
        listing.problems.append(_too_many(limits))
    objects = [made for record in records if (made := _tree_object(record, listing, limits))]
    links = {item.path: text for item, text in _link_texts(git, objects)}
    by_path = {item.path: item for item in objects}
    for item in objects:
        listing.add(_revision_entry(item, by_path, links, limits))
    return listing


def _too_many(limits: Limits) -> BlindSpot:
    return BlindSpot(Place("."), f"more than {limits.max_files:,} files; the rest is not read")


def _tree_object(record: bytes, listing: Listing, limits: Limits) -> _Object | None:
    """`100644 blob <id> <size or BAD or ->\t<path>`"""
    meta, _, path = record.partition(b"\t")
    fields = meta.decode("ascii", "replace").split()
    if len(fields) != 4 or not path:
        return None
    if not _is_taken(fields[0], path, listing, limits):
        return None
    return _Object(fields[0], fields[2], path, int(fields[3]) if fields[3].isdigit() else None)


def _is_taken(mode: str, path: bytes, listing: Listing, limits: Limits) -> bool:
    """Submodules and paths that are too deep are told and left out."""
    if mode == "160000":
        listing.problems.append(BlindSpot(Place(shown(path)), "a submodule is not read"))
        return False
    if path.count(b"/") > limits.max_depth:
        listing.problems.append(BlindSpot(Place(shown(path)), f"deeper than {limits.max_depth} folders"))
        return False
    return True


def _link_texts(git: Git, objects: Sequence[_Object]) -> Iterator[tuple[_Object, bytes]]:
    links = [item for item in objects if item.mode == "120000" and (item.size or 0) <= 4096]
    if links:
        for item, text in zip(links, git.blobs([item.blob for item in links]), strict=True):
            yield item, text or b""


def _revision_entry(
    item: _Object, by_path: Mapping[bytes, _Object], links: Mapping[bytes, bytes], limits: Limits
) -> FileEntry:
    path = shown(item.path)
    if item.mode != "120000":
        absent = "" if item.size is not None else _ABSENT
        return entry_of(
            path, item.size or 0, item.blob, limits, executable=item.mode == "100755", unreadable=absent, stored=True
        )
    target, why = _followed(item.path, by_path, links)
    if target is None:
        return entry_of(path, item.size or 0, "", limits, symlink=True, unreadable=why)
    absent = "" if target.size is not None else _ABSENT
    return entry_of(
        path,
        target.size or 0,
        target.blob,
        limits,
        symlink=True,
        target=shown(target.path),
        unreadable=absent,
        stored=True,
    )


def _followed(
    path: bytes, by_path: Mapping[bytes, _Object], links: Mapping[bytes, bytes]
) -> tuple[_Object | None, str]:
    """The regular file at the end of a chain of symlinks, or why there is none."""
    for _ in range(8):
        text = links.get(path, b"")
        if text.startswith(b"/"):
            return None, _OUTSIDE
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
        if path.startswith(b".."):
            return None, _OUTSIDE
        item = by_path.get(path)
        if item is None:
            return None, _DANGLING
        if item.mode != "120000":
            return item, ""
    return None, "a symlink that leads to itself"


# ---- a working tree ----


def list_worktree(repository: Repository, disk: Disk, limits: Limits) -> Listing:
    """Tracked and untracked files that are not ignored, below the disk's root. Raises GitFailed."""
    top = repository.layout.worktree
    assert top is not None
    git = repository.glass.git_in(Path(disk.root), top)
    compared = git.start(("diff-index", "--cached", "--quiet", repository.head, "--", ".")) if repository.head else None
    asked = (("--stage",), ("--others", "--exclude-standard"), ("--modified",))
    started = [git.start(("ls-files", "-z", *words)) for words in asked]
    (staged, more), (others, more_others), (modified, _) = [git.records(p, limits.max_files) for p in started]
    listing = Listing(dirty=_differs(git, compared) if compared else bool(staged))
    if more or more_others or len(staged) + len(others) > limits.max_files:
        listing.problems.append(_too_many(limits))
    tracked = _staged(staged, listing, limits)
    _add_tracked(repository, disk, tracked, frozenset(modified), listing, limits)
    _add_untracked(disk, others[: max(limits.max_files - len(staged), 0)], listing, limits)
    return listing


def _differs(git: Git, process: subprocess.Popen[bytes]) -> bool:
    """The index differs from the commit: `diff-index --quiet` ends with code 1."""
    with suppress(GitFailed):
        git.finish(process)
    return process.returncode == 1


def _staged(records: Sequence[bytes], listing: Listing, limits: Limits) -> list[_Object]:
    """`100644 <id> <stage>\t<path>`; a path in conflict stands several times, its first side is taken."""
    found: dict[bytes, _Object] = {}
    for record in records:
        meta, _, path = record.partition(b"\t")
        fields = meta.decode("ascii", "replace").split()
        if len(fields) != 3 or not path:
            continue
        if fields[2] != "0":
            listing.dirty = True
        if path not in found and _is_taken(fields[0], path, listing, limits):
            found[path] = _Object(fields[0], fields[1], path)
    return list(found.values())


def _add_tracked(
    repository: Repository,
    disk: Disk,
    tracked: Sequence[_Object],
    modified: frozenset[bytes],
    listing: Listing,
    limits: Limits,
) -> None:
    git = repository.glass.git()
    sizes = git.sizes([item.blob for item in tracked]) if tracked else []
    doubtful: list[tuple[FileEntry, _Object, bool]] = []
    for item, size in zip(tracked, sizes, strict=True):
        status = disk.status(item.path)
        if status is None:
            if item.path in modified:
                listing.dirty = True  # deleted
            else:  # left out by a sparse checkout
                absent = "" if size is not None else _ABSENT
                name = disk.name(item.path)
                listing.files.append(entry_of(name, size or 0, item.blob, limits, unreadable=absent, stored=True))
            continue
        made = disk_entry(disk, item.path, status, item.blob, limits)
        if not isinstance(made, FileEntry) or made.is_symlink:
            listing.add(made)
            listing.dirty |= item.path in modified
        elif item.path in modified or made.size != size:
            doubtful.append((made, item._replace(size=size), item.path in modified))
        else:
            listing.files.append(made)
    _settle(repository, disk, doubtful, listing)


def _settle(
    repository: Repository, disk: Disk, doubtful: Sequence[tuple[FileEntry, _Object, bool]], listing: Listing
) -> None:
    """Decide for files whose bytes differ from their blob whether they changed: LFS and line ends are no change.

    A checked-out LFS file is read as the pointer that is under version, so that a working tree and its commit say the
    same of it.
    """
    git = repository.glass.git()
    small = [item.blob for _, item, _ in doubtful if item.size is not None and item.size <= _POINTER_BYTES]
    texts = dict(zip(small, git.blobs(small), strict=True)) if small else {}
    for entry, item, is_modified in doubtful:
        pointer = texts.get(item.blob) or b""
        if pointer.startswith(_LFS) and (not is_modified or _is_lfs_content(disk, entry, pointer)):
            listing.files.append(replace(entry, size=len(pointer), is_stored=True, unreadable=""))
            continue
        known, changed = _compared(disk, entry, item, repository.glass.algorithm) if is_modified else ("", False)
        listing.dirty |= changed
        listing.files.append(replace(entry, blob=known))


def _compared(disk: Disk, entry: FileEntry, item: _Object, algorithm: str) -> tuple[str, bool]:
    """(blob id where the bytes on disk are exactly that blob, whether the content changed) of a modified file."""
    data = disk.read(entry) if entry.size <= _HASHED_BYTES else ""
    if isinstance(data, str):
        return "", True
    if blob_id(data, algorithm) == item.blob:
        return item.blob, False  # only its mode changed
    return "", blob_id(data.replace(b"\r\n", b"\n"), algorithm) != item.blob


def _is_lfs_content(disk: Disk, entry: FileEntry, pointer: bytes) -> bool:
    """The file on disk is the one that a pointer names (`oid sha256:…`, `size …`)."""
    fields = dict(line.split(b" ", 1) for line in pointer.splitlines() if b" " in line)
    if fields.get(b"size", b"").strip() != str(entry.size).encode():
        return False
    if entry.size > _HASHED_BYTES:
        return True
    data = disk.read(entry)
    wanted = fields.get(b"oid", b"").removeprefix(b"sha256:").decode("ascii", "replace")
    return isinstance(data, bytes) and hashlib.sha256(data).hexdigest() == wanted


def _add_untracked(disk: Disk, others: Sequence[bytes], listing: Listing, limits: Limits) -> None:
    skipper = Skipper(others)
    for raw in others:
        if raw.endswith(b"/"):
            listing.problems.append(BlindSpot(Place(shown(raw[:-1])), "a repository inside the repository is not read"))
        elif not skipper.skips(raw) and _is_taken("", raw, listing, limits):
            listing.dirty = True
            status = disk.status(raw)
            if status is not None and not stat.S_ISDIR(status.st_mode):
                listing.add(disk_entry(disk, raw, status, "", limits))


# ---- reading ----


@dataclass(frozen=True)
class GitSource:
    """Bytes of a repository: stored entries from its objects, the others from disk."""

    repository: Repository
    commit: str
    prefix: str = ""
    disk: Disk | None = None
    tags_until: int | None = None
    """For an explicit revision: tags of later commits are not part of its history."""
    extra: Sequence[object] = ()
    """What `close` ends besides the glass (the temporary folder of a clone)."""
    is_shared: bool = False
    """Others look at the repository too, so that `close` leaves it open."""

    def read_all(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes | str]]:
        wanted = list(entries)
        stored = [entry.blob for entry in wanted if entry.is_stored]
        blobs = self.repository.glass.git().blobs(stored) if stored else iter(())
        try:
            for entry in wanted:
                yield entry, self._one(entry, blobs)
        finally:
            close = getattr(blobs, "close", None)
            if close:
                close()

    def _one(self, entry: FileEntry, blobs: Iterator[bytes | None]) -> bytes | str:
        if not entry.is_stored:
            return self.disk.read(entry) if self.disk else _ABSENT
        try:
            data = next(blobs, None)
        except GitFailed as error:
            return f"unreadable: {error}"
        if data is None:
            return _ABSENT
        return data if blob_id(data, self.repository.glass.algorithm) == entry.blob else _FALSE

    def history(self, limits: Limits) -> History | None:
        repository = self.repository
        if not self.commit:
            return History(branches=repository.branches)
        return read_history(
            repository.glass.git(),
            self.commit,
            prefix=self.prefix,
            limit=limits.max_commits,
            branches=repository.branches,
            until=self.tags_until,
            is_shallow=repository.layout.is_shallow,
        )

    def history_key(self, limits: Limits) -> tuple[str, ...] | None:
        """A commit's id stands for all that led to it, but not in a shallow clone, whose border can move."""
        repository = self.repository
        if repository.layout.is_shallow:
            return None
        tags = [f"{name} {value}" for name, value in repository.refs.items() if name.startswith("refs/tags/")]
        reach = (self.commit, self.prefix, str(self.tags_until), str(limits.max_commits))
        return (*reach, *sorted(tags), "", *repository.branches)

    def close(self) -> None:
        if self.is_shared:
            return
        self.repository.glass.close()
        for item in self.extra:
            with suppress(OSError):
                item.cleanup()  # type: ignore[attr-defined]
