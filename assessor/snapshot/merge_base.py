"""The commit from which a branch left another one."""

from __future__ import annotations

from pathlib import Path

from assessor.snapshot.git_folder import GitFailed, find_layout
from assessor.snapshot.limits import Limits
from assessor.snapshot.repository import open_repository, resolve
from assessor.snapshot.snapshot import SnapshotError


def merge_base(target: str, ref: str | None, since: str, limits: Limits | None = None) -> str:
    """The full id of the best common ancestor of `ref` (HEAD if None) and `since`. Raises SnapshotError."""
    folder = Path(target)
    if since.startswith("-") or not since.strip() or not since.isprintable():
        raise SnapshotError(f"{since!r} is no revision; give a branch, a tag or a commit")
    try:
        layout = find_layout(folder.resolve()) if folder.is_dir() else None
    except GitFailed as error:
        raise SnapshotError(f"{target} is not read as a repository: {error}") from error
    if layout is None:
        raise SnapshotError(f"{target} is in no git repository, so there is nothing to compare with")
    try:
        repository = open_repository(layout, limits or Limits())
    except GitFailed as error:
        raise SnapshotError(f"git cannot read {folder}: {error}") from error
    try:
        here = resolve(repository, ref) if ref else repository.head
        there = resolve(repository, since)
        if not there:
            raise SnapshotError(f"no revision {since!r} in {folder}; a shallow clone may lack it (fetch-depth: 0)")
        if not here:
            raise SnapshotError(f"no revision {ref or 'HEAD'!r} in {folder}")
        return repository.glass.git().run("merge-base", here, there).decode("ascii", "replace").strip()
    except GitFailed as error:
        raise SnapshotError(
            f"{since} and {ref or 'HEAD'} have no common commit here; a shallow clone lacks it (fetch-depth: 0)"
        ) from error
    finally:
        repository.glass.close()
