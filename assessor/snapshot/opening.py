"""Opening what the user names: a folder, a revision of a repository, or a URL. Wrong input is told in one line."""

from __future__ import annotations

import difflib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from assessor.facts.place import BlindSpot, Place
from assessor.facts.role import Role
from assessor.snapshot.clone import CloneFailed, clone, is_url, repository_name, without_credentials
from assessor.snapshot.folder import Disk, FolderSource, walk
from assessor.snapshot.git_folder import GitFailed, Layout, find_layout
from assessor.snapshot.history import HIDDEN_BY_HISTORY
from assessor.snapshot.limits import DEFAULT_LIMITS, Limits
from assessor.snapshot.repository import (
    GitSource,
    Listing,
    Repository,
    commit_time,
    list_revision,
    list_worktree,
    open_repository,
    resolve,
    short_name,
)
from assessor.snapshot.roles import role_of
from assessor.snapshot.snapshot import FileEntry, Identity, Snapshot, SnapshotError, Source, condensed, hides_nothing


def open_snapshot(target: str, ref: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Snapshot:
    """List the files of a target: a folder, a git directory or a clone URL, at a revision where `ref` names one.

    A folder without `ref` is its working tree as it is now, a bare repository or a URL its HEAD. Raises SnapshotError
    where the target or the revision does not exist. Close the snapshot (or leave it as a context manager).
    """
    _check_words(target, ref)
    if is_url(target) and not Path(target).exists():
        layout, folder, name, extra = _cloned(target, limits)
        return _open_revision(layout, folder, ref, limits, name, extra)
    return _open_folder(_existing_folder(target), ref, limits)


def _check_words(target: str, ref: str | None) -> None:
    if ref is not None and (not ref.strip() or ref.startswith("-") or any(ord(sign) < 32 for sign in ref)):
        raise SnapshotError(f"{ref!r} is no revision; give a branch, a tag or a commit")
    if not target or "\0" in target:
        raise SnapshotError("no target; give a folder, a git repository or a clone URL")
    if "://" in target and not is_url(target) and not Path(target).exists():
        raise SnapshotError(f"{without_credentials(target)}: URLs start with https://, ssh://, git:// or file://")


def _existing_folder(target: str) -> Path:
    path = Path(target).resolve()
    if path.is_dir():
        return path
    if path.exists():
        raise SnapshotError(f"{target} is a file; give the folder that holds it: {path.parent}")
    parent = next(folder for folder in path.parents if folder.is_dir())
    missing = path.relative_to(parent).parts[0]
    try:
        siblings = [item.name for item in parent.iterdir() if item.is_dir()]
    except OSError:
        siblings = []
    hint = _nearest(missing, siblings)
    if "." in missing.strip(".") and target.count("/") >= 2 and not target.startswith((".", "/")):
        raise SnapshotError(f"{target} does not exist in {parent}; for a repository on a server write https://{target}")
    raise SnapshotError(f"{target} does not exist" + (f"; did you mean {parent / hint}?" if hint else f" in {parent}"))


def _nearest(word: str, names: Iterable[str]) -> str:
    by_lower = {name.lower(): name for name in names}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else ""


def _cloned(url: str, limits: Limits) -> tuple[Layout, Path, str, tuple[tempfile.TemporaryDirectory[str], ...]]:
    """The layout and the folder of a temporary clone, the repository's name, and the folder to clean up."""
    try:
        git_dir, temporary = clone(url, limits)
    except CloneFailed as error:
        raise SnapshotError(f"cannot clone {without_credentials(url)}: {error}") from error
    return Layout(git_dir, git_dir, None), git_dir, repository_name(url), (temporary,)


def _open_folder(folder: Path, ref: str | None, limits: Limits) -> Snapshot:
    try:
        layout = find_layout(folder)
    except GitFailed as error:
        if ref is not None:
            raise SnapshotError(f"{folder} is not read as a repository: {error}") from error
        return _open_plain(folder, limits, (_no_history(f"not read as a repository: {error}"),))
    if layout is None:
        if ref is not None:
            raise SnapshotError(f"{folder} is in no git repository, so there is no revision {ref!r} in it")
        return _open_plain(folder, limits, ())
    if layout.worktree is None or ref is not None:
        return _open_revision(layout, folder, ref, limits, "", ())
    return _open_worktree(layout, folder, limits)


def _no_history(reason: str) -> BlindSpot:
    return BlindSpot(Place(".git"), reason, HIDDEN_BY_HISTORY)


def _open_plain(folder: Path, limits: Limits, problems: tuple[BlindSpot, ...]) -> Snapshot:
    disk = Disk(folder)
    files, found = walk(disk, limits)
    listing = Listing(files, [*problems, *found])
    return _snapshot(Identity(_folder_name(folder)), listing, FolderSource(disk), limits)


def _open_worktree(layout: Layout, folder: Path, limits: Limits) -> Snapshot:
    try:
        repository = open_repository(layout, limits)
    except GitFailed as error:
        return _open_plain(folder, limits, (_no_history(f"git cannot read the repository: {error}"),))
    prefix = _prefix(layout, folder)
    try:
        part, listing, disk = _list_on_disk(repository, folder, prefix, limits)
    except GitFailed as error:
        repository.glass.close()
        return _open_plain(folder, limits, (_no_history(f"git cannot read the working tree: {error}"),))
    except BaseException:
        repository.glass.close()
        raise
    own = [entry for entry in listing.files if not part or entry.path.startswith(f"{part}/")]
    if not own and not listing.problems and any(folder.iterdir()):
        repository.glass.close()  # a folder that the repository ignores: it stands for itself
        return _open_plain(folder, limits, ())
    identity = _identity(repository, repository.head, folder, prefix, listing.dirty, repository.branch, "")
    source = GitSource(repository, repository.head, "" if part else prefix, disk)
    return _snapshot(identity, listing, source, limits, part)


def _list_on_disk(repository: Repository, folder: Path, prefix: str, limits: Limits) -> tuple[str, Listing, Disk]:
    """(the folder as a part of its repository, the files, where they lie). A folder that is a part is listed with all that
    may start something in it; one that stands for itself alone. Raises GitFailed."""
    if not prefix or stands_alone(prefix, lambda name: (folder / name).exists()):
        disk = Disk(folder)
        return "", list_worktree(repository, disk, limits), disk
    assert repository.layout.worktree
    disk = Disk(repository.layout.worktree)
    return prefix, list_worktree(repository, disk, limits), disk


_OWN_AUTOMATION = (
    ".github/workflows", ".gitlab-ci.yml", ".circleci", "Jenkinsfile", "azure-pipelines.yml", ".travis.yml",
    "bitbucket-pipelines.yml", ".buildkite", ".drone.yml", ".woodpecker.yml", ".woodpecker", ".taskcluster.yml", "cloudbuild.yaml",
)  # fmt: skip


def stands_alone(folder: str, has: Callable[[str], bool]) -> bool:
    """A folder of a repository is a repository of its own: it has CI at its top, or is an example, a fixture or foreign."""
    role = role_of(f"{folder}/main.py")
    return role is not Role.FIRST_PARTY or any(has(name) for name in _OWN_AUTOMATION)


def _prefix(layout: Layout, folder: Path) -> str:
    """The folder's path below the top of its working tree, empty for the top."""
    if layout.worktree is None:
        return ""
    below = folder.relative_to(layout.worktree.resolve()).as_posix()
    return "" if below == "." else below


@dataclass(frozen=True)
class Opened:
    """A repository opened at a revision, whose files are not listed yet. `ref` is what the user named, None for HEAD."""

    repository: Repository
    folder: Path
    ref: str | None
    commit: str
    given_name: str = ""
    extra: tuple[tempfile.TemporaryDirectory[str], ...] = ()

    @property
    def prefix(self) -> str:
        """The folder's path below the top of its working tree."""
        return _prefix(self.repository.layout, self.folder)

    @property
    def name(self) -> str:
        return _identity(self.repository, "", self.folder, self.prefix, False, "", self.given_name).name

    def close(self) -> None:
        self.repository.glass.close()
        for folder in self.extra:
            folder.cleanup()


def open_repository_of(target: str, ref: str | None, limits: Limits) -> Opened:
    """The repository of a folder, a git directory or a clone URL, to look at its revisions. Close it.

    Raises SnapshotError as `open_snapshot` does, and where there is no repository or no commit.
    """
    _check_words(target, ref)
    if is_url(target) and not Path(target).exists():
        made, clone_folder, name, extra = _cloned(target, limits)
        return _opened_revision(made, clone_folder, ref, limits, name, extra)
    folder = _existing_folder(target)
    try:
        layout = find_layout(folder)
    except GitFailed as error:
        raise SnapshotError(f"{folder} is not read as a repository: {error}") from error
    if layout is None:
        raise SnapshotError(f"{folder} is in no git repository, so it has no history")
    return _opened_revision(layout, folder, ref, limits, "", ())


def _opened_revision(
    layout: Layout,
    folder: Path,
    ref: str | None,
    limits: Limits,
    name: str,
    extra: tuple[tempfile.TemporaryDirectory[str], ...],
) -> Opened:
    try:
        repository = open_repository(layout, limits)
    except GitFailed as error:
        _clean(extra)
        raise SnapshotError(f"git cannot read {folder}: {error}") from error
    try:
        commit = resolve(repository, ref) if ref is not None else repository.head
        if not commit:
            raise SnapshotError(_no_commit(repository, folder, ref))
        return Opened(repository, folder, ref, commit, name, extra)
    except BaseException:
        repository.glass.close()
        _clean(extra)
        raise


def _clean(folders: Iterable[tempfile.TemporaryDirectory[str]]) -> None:
    for folder in folders:
        folder.cleanup()


def revision_snapshot(
    opened: Opened, commit: str, limits: Limits, *, is_past: bool, is_shared: bool = False
) -> Snapshot:
    """The files at a commit of an opened repository. `is_past`: later tags are no part of its history; `is_shared`:
    closing the snapshot leaves the repository open.

    Raises SnapshotError where they cannot be listed.
    """
    repository, prefix = opened.repository, opened.prefix
    named = opened.ref if commit == opened.commit else commit[:10]
    part, listing = _listed_part(repository, commit, prefix, named or "HEAD", limits)
    branch = repository.branch if opened.ref is None else _as_branch(repository, opened.ref)
    identity = _identity(repository, commit, opened.folder, prefix, False, branch, opened.given_name)
    until = identity.commit_time if is_past else None
    source = GitSource(repository, commit, "" if part else prefix, None, until, opened.extra, is_shared)
    return _snapshot(identity, listing, source, limits, part)


def _open_revision(
    layout: Layout,
    folder: Path,
    ref: str | None,
    limits: Limits,
    name: str,
    extra: tuple[tempfile.TemporaryDirectory[str], ...],
) -> Snapshot:
    opened = _opened_revision(layout, folder, ref, limits, name, extra)
    try:
        return revision_snapshot(opened, opened.commit, limits, is_past=ref is not None)
    except BaseException:
        opened.close()
        raise


def _listed(repository: Repository, commit: str, prefix: str, ref: str, limits: Limits) -> Listing:
    try:
        return list_revision(repository, commit, prefix, limits)
    except GitFailed as error:
        if prefix and "not a tree object" not in str(error).lower():
            raise SnapshotError(f"there is no folder {prefix} in {ref}: {error}") from error
        raise SnapshotError(f"git cannot read the files of {ref}: {error}") from error


def _listed_part(repository: Repository, commit: str, prefix: str, ref: str, limits: Limits) -> tuple[str, Listing]:
    """The same as `_list_on_disk` of a revision. Raises SnapshotError."""
    own = _listed(repository, commit, prefix, ref, limits)
    paths = [entry.path for entry in own.files]
    if not prefix or stands_alone(prefix, lambda name: any(p == name or p.startswith(f"{name}/") for p in paths)):
        return "", own
    return prefix, _listed(repository, commit, "", ref, limits)


def _as_branch(repository: Repository, ref: str) -> str:
    names = (f"refs/heads/{ref}", f"refs/remotes/{ref}", f"refs/remotes/origin/{ref}")
    return ref if any(name in repository.refs for name in names) else ""


def _no_commit(repository: Repository, folder: Path, ref: str | None) -> str:
    names = [short_name(name) for name in repository.refs]
    if ref is None:
        hint = f"; give one with --ref, for example {names[0]}" if names else ""
        return f"{folder} has no commit at HEAD{hint}"
    hint = _nearest(ref, [*names, *(name.removeprefix("origin/") for name in names)])
    known = f"; did you mean {hint}?" if hint else ""
    if not known and names:
        known = f"; there are {', '.join(sorted(names)[:5])}" + (" …" if len(names) > 5 else "")
    return f"no revision {ref!r} in {folder.name}{known}"


def _identity(
    repository: Repository, commit: str, folder: Path, prefix: str, dirty: bool, branch: str, name: str
) -> Identity:
    remote = without_credentials(repository.remote)
    top = repository.layout.worktree or folder
    own = name or (repository_name(remote) if is_url(remote) else "") or _folder_name(top)
    return Identity(
        f"{own}/{prefix}" if prefix else own,
        commit,
        dirty,
        commit_time(repository, commit),
        remote,
        branch,
        is_git=True,
    )


def _folder_name(folder: Path) -> str:
    if folder.name == ".git":
        return folder.parent.name
    return folder.name.removesuffix(".git") or "root"


def _snapshot(identity: Identity, listing: Listing, source: Source, limits: Limits, part: str = "") -> Snapshot:
    files: dict[str, FileEntry] = {}
    for entry in listing.files:
        files.setdefault(entry.path, entry)
    ordered = _without_copies([files[path] for path in sorted(files)], limits)
    hidden = [
        BlindSpot(Place(entry.path), entry.unreadable)
        for entry in ordered
        if entry.unreadable and not hides_nothing(entry)
    ]
    return Snapshot(identity, ordered, source, limits, tuple(condensed([*listing.problems, *hidden])), part)


_USUAL_COPIES = 20


def _without_copies(entries: Iterable[FileEntry], limits: Limits) -> tuple[FileEntry, ...]:
    """The entries; those that repeat what was listed often already are not read, once there are too many of them."""
    reason = (
        f"not read: there are more than {limits.max_copies:,} copies of files that stand {_USUAL_COPIES} times already"
    )
    seen: Counter[str] = Counter()
    copies = 0
    kept: list[FileEntry] = []
    for entry in entries:
        if entry.blob and entry.size and not entry.unreadable:
            seen[entry.blob] += 1
            copies += seen[entry.blob] > _USUAL_COPIES
            if seen[entry.blob] > _USUAL_COPIES and copies > limits.max_copies:
                entry = replace(entry, unreadable=reason)
        kept.append(entry)
    return tuple(kept)
