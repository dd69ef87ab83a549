"""Where the running assessor came from, so that a CI job can install the same one: never a name that an index could give to
somebody else.

pip writes down what a package was installed from (PEP 610, direct_url.json): a commit of a repository, a wheel or archive
with its digest, or a folder. Of a folder, its repository's remote and commit are taken, where it is clean there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "mlops-assessor"


@dataclass(frozen=True, slots=True)
class OwnSource:
    """`requirement` is what pip installs, empty where it is not known from where; `said` is that in words."""

    requirement: str
    said: str


def own_source() -> OwnSource:
    """The source of the distribution that this process runs."""
    try:
        return source_of(distribution(NAME))
    except PackageNotFoundError:
        return OwnSource("", "it is not installed as a package")


def source_of(installed: Distribution) -> OwnSource:
    """The source of an installed distribution, by its direct_url.json."""
    text = installed.read_text("direct_url.json")
    if not text:
        return OwnSource(
            "", "it was installed by its name from an index, and the job must not rely on who holds that name"
        )
    try:
        told = json.loads(text)
    except ValueError:
        told = {}
    return _of(told) if isinstance(told, dict) else _of({})


def _of(told: dict[str, Any]) -> OwnSource:
    url, vcs, archive = str(told.get("url", "")), told.get("vcs_info"), told.get("archive_info")
    folder = f"#subdirectory={told['subdirectory']}" if told.get("subdirectory") else ""
    if isinstance(vcs, dict) and vcs.get("vcs") == "git" and vcs.get("commit_id"):
        return OwnSource(f"git+{_plain(url)}@{vcs['commit_id']}{folder}", "the commit that it was installed from")
    if isinstance(archive, dict) and url.startswith("https://"):
        digest = _digest(archive)
        if digest:
            return OwnSource(
                f"{NAME} @ {_plain(url)}#sha256={digest}", "the file that it was installed from, by its digest"
            )
    path = urlsplit(url).path
    if url.startswith("file://") and path and Path(unquote(path)).is_dir():
        return _of_folder(Path(unquote(path)))
    return OwnSource("", f"it was installed from {_plain(url) or 'somewhere'}, which a job cannot reach or verify")


def _digest(archive: dict[str, Any]) -> str:
    hashes = archive.get("hashes")
    found = hashes.get("sha256", "") if isinstance(hashes, dict) else ""
    return str(found or str(archive.get("hash", "")).removeprefix("sha256="))


def _plain(url: str) -> str:
    from assessor.snapshot.clone import without_credentials

    return without_credentials(url) if "://" in url else url


def _of_folder(folder: Path) -> OwnSource:
    """The commit of the repository that the folder is a clone of."""
    from assessor.snapshot import SnapshotError, open_snapshot

    try:
        with open_snapshot(str(folder)) as snapshot:
            remote, commit, is_dirty = snapshot.remote, snapshot.commit, snapshot.dirty
    except SnapshotError:
        remote, commit, is_dirty = "", "", False
    if not (remote.startswith(("https://", "ssh://")) and commit):
        return OwnSource("", f"it runs from the folder {folder}, which is no clone of a repository on a server")
    if is_dirty:
        return OwnSource("", f"it runs from {folder}, which has changes that no commit has")
    return OwnSource(f"git+{remote}@{commit}", "the commit that is checked out where it runs from; push it first")
