"""What the command line brings from outside of the audited repository: a configuration, a policy, a letterhead.

Its files lie on this machine, or in a git repository at a commit that is named in full: an id of git is a digest of all
that the commit holds, so that what is read cannot change unseen.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.policy.config import Loaded
    from assessor.policy.model import Report
    from assessor.snapshot.snapshot import Snapshot

_ADDRESS = re.compile(r"git\+(?P<url>[^#@\s]+(?:@[^#@\s]+)?)@(?P<commit>[^#@\s]+)#(?P<path>[^#\s]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BESIDE = (".yaml", ".yml", ".json", ".png", ".jpg", ".jpeg")
_MOST_BESIDE, _MOST_BYTES = 60, 5_000_000
EXAMPLE = "git+https://example.com/org/policies.git@COMMIT#mlops/policy.yaml"


config_option = click.option(
    "--config", metavar="FILE", default="", help="A configuration from outside, in place of the repository's own."
)
letterhead_option = click.option(
    "--letterhead", metavar="FILE", default="", help="Organisation, author, client, scope and summary for a PDF."
)


class FromGit:
    """A file of a repository at a commit, and the files beside it, on this machine for as long as this lives."""

    def __init__(self, address: str) -> None:
        from assessor.snapshot.clone import without_credentials

        url, commit, path = parsed_address(address)
        self.shown = f"git+{without_credentials(url)}@{commit}#{path}"
        self._folder = tempfile.TemporaryDirectory(prefix="assessor-outside-", ignore_cleanup_errors=True)
        try:
            self.place = _fetched(url, commit, path, Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise


def parsed_address(address: str) -> tuple[str, str, str]:
    """(URL, commit, path) of `git+URL@COMMIT#PATH`. Raises UserError, also for what is not pinned to a commit."""
    from assessor.snapshot.clone import is_url, without_credentials

    found = _ADDRESS.fullmatch(address)
    shown = without_credentials(address.removeprefix("git+"))[:200]
    if found is None or not is_url(found["url"]):
        raise UserError(f"git+{shown}: expected {EXAMPLE}")
    if not _COMMIT.fullmatch(found["commit"]):
        raise UserError(f"git+{shown}: '{found['commit'][:60]}' can be moved; pin it: give the whole id of the commit")
    path = PurePosixPath(found["path"])
    if path.is_absolute() or ".." in path.parts:
        raise UserError(f"git+{shown}: '{found['path'][:60]}' is no path below the repository's root")
    return found["url"], found["commit"], path.as_posix()


def is_address(word: str) -> bool:
    """The word names a file in a git repository."""
    return word.startswith("git+")


def _fetched(url: str, commit: str, path: str, folder: Path) -> Path:
    """The file, and those beside it that it may name, written into the folder. Raises UserError."""
    from assessor.snapshot import SnapshotError, open_snapshot

    try:
        with open_snapshot(url, commit) as snapshot:
            if snapshot.commit != commit:
                raise UserError(f"git+{url}: the commit {commit} is not there")
            return _written(snapshot, path, folder)
    except SnapshotError as error:
        raise UserError(f"git+{url}: {error}") from error


def _written(snapshot: Snapshot, path: str, folder: Path) -> Path:
    from assessor.catalog.loading import did_you_mean

    if path not in snapshot.by_path:
        raise UserError(
            f"{snapshot.name}: no file {path} at {snapshot.commit[:10]}{did_you_mean(path, snapshot.by_path)}"
        )
    base = PurePosixPath(path).parent
    beside = [
        entry.path
        for entry in snapshot.files
        if entry.path.lower().endswith(_BESIDE)
        and base in PurePosixPath(entry.path).parents
        and entry.size < _MOST_BYTES
    ]
    for name, data in snapshot.read_all(dict.fromkeys((path, *beside[:_MOST_BESIDE]))):
        place = folder / PurePosixPath(name).relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    place = folder / PurePosixPath(path).name
    if not place.is_file():
        raise UserError(f"{snapshot.name}: {path} cannot be read at {snapshot.commit[:10]}")
    return place


def config_from(file: str) -> Loaded:
    """A configuration from outside, which stands in place of the repository's own. Raises UserError."""
    from assessor.catalog.loading import DataError, Source
    from assessor.cli.mistakes import one_line
    from assessor.policy.config import TOML_NAME, Loaded, parse_config, parse_pyproject
    from assessor.policy.model import Config
    from assessor.snapshot.named import named_text

    path = Path(file)
    if not path.is_file():
        raise UserError(f"--config: no file {file}")
    source = Source(file, named_text(path))
    try:
        config = (parse_pyproject(source) or Config()) if path.name == TOML_NAME else parse_config(source)
    except DataError as error:
        raise UserError(one_line(error)) from error
    return Loaded(config, file, source.text, outside=path.absolute().parent)


def letterhead_from(file: str) -> tuple[Report, Path]:
    """What a letterhead file says, the keys of `report:` in a configuration, and the folder that its logo is seen from.

    Raises UserError.
    """
    from assessor.catalog.loading import DataError, Source, load_value
    from assessor.cli.mistakes import one_line
    from assessor.policy.model import Report
    from assessor.snapshot.named import named_text

    path = Path(file)
    if not path.is_file():
        raise UserError(f"--letterhead: no file {file}")
    try:
        return load_value(Source(file, named_text(path)), Report), path.absolute().parent
    except DataError as error:
        raise UserError(one_line(error)) from error
