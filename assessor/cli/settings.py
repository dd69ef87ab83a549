"""What stands beside a repository's files: its configuration, an organisation's policy, the model named there, the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assessor.cli.mistakes import one_line as one_line
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assessor.policy.config import Loaded
    from assessor.policy.model import Gate, Policy
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


def today(environment: Mapping[str, str]) -> date:
    """The day by which statements expire: SOURCE_DATE_EPOCH where it is set, else now (UTC). Raises UserError."""
    epoch = environment.get("SOURCE_DATE_EPOCH", "").strip()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date() if epoch else datetime.now(UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UserError(f"SOURCE_DATE_EPOCH is '{epoch}'; expected seconds since 1970") from error


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """An organisation's policy, the name by which it was given, its text, and where on this machine it lies."""

    policy: Policy
    name: str
    text: str
    place: Path
    kept: object = None
    """What must live as long as the place does."""


def read_policy(file: str) -> NamedPolicy | None:
    """The organisation's policy; None for no name. Raises UserError."""
    from assessor.catalog.loading import DataError, Source
    from assessor.cli.outside import FromGit, is_address
    from assessor.policy.config import parse_policy
    from assessor.snapshot.named import named_text

    if not file:
        return None
    fetched = FromGit(file) if is_address(file) else None
    path = fetched.place if fetched else Path(file)
    if not path.exists():
        raise UserError(f"no policy file {file}")
    text = named_text(path)
    name = fetched.shown if fetched else file
    try:
        return NamedPolicy(parse_policy(Source(name, text)), name, text, path, fetched)
    except DataError as error:
        raise UserError(one_line(error)) from error


def root_text(snapshot: Snapshot, name: str) -> str | None:
    """The text of one file of the snapshot, named from the folder that is audited or from the root; None where it has
    none. Bytes that are no UTF-8 become U+FFFD."""
    from assessor.snapshot.snapshot import UnreadableFile

    path = path_from_root(snapshot, name)
    if path not in snapshot.by_path:
        return None
    try:
        return snapshot.read(path).decode("utf-8", "replace")
    except UnreadableFile:
        return None


def path_from_root(snapshot: Snapshot, name: str) -> str:
    """The path of a file that a configuration names: in the folder that is audited, where it is there, else at the root."""
    below = f"{snapshot.folder}/{name}"
    return below if snapshot.folder and below in snapshot.by_path else name


def load_config(snapshot: Snapshot, outside: str = "") -> Loaded:
    """The configuration in the snapshot, or the file from `outside` that stands in place of it. Raises UserError for a
    mistake in it."""
    from assessor.catalog.loading import DataError
    from assessor.cli.outside import config_from
    from assessor.policy.config import find_config

    if outside:
        return config_from(outside)

    def read(path: str) -> str | None:
        return root_text(snapshot, path) if path in snapshot.by_path else None

    try:
        return find_config(read, snapshot.folder)
    except DataError as error:
        raise UserError(one_line(error)) from error


def own_rubric(loaded: Loaded, snapshot: Snapshot) -> Rubric:
    """The model that the configuration names, or the default one: its targets are levels of it. Raises UserError."""
    from assessor.policy.model import Gate
    from assessor.rubric.loading import DEFAULT

    try:
        return load_rubric(loaded.config.rubric or DEFAULT, Gate(), loaded.outside, snapshot)
    except UserError as error:
        if str(error).startswith(f"{loaded.config.rubric}:"):
            raise  # a mistake in the model's own file has its place already
        raise UserError(f"{loaded.path}:{loaded.line('rubric')}: rubric: {error}") from error


def load_rubric(name: str, options: Gate, beside: Path | None, snapshot: Snapshot) -> Rubric:
    """The model by name: shipped, a file that the command line names, one in the folder `beside` (the policy's, or that of
    a configuration from outside), or one in the snapshot.

    What only the repository's configuration names is taken from the snapshot and nowhere else.
    """
    from assessor.catalog.loading import DataError, Source
    from assessor.rubric.loading import find_rubric, parse_rubric, shipped_names, shipped_rubric

    try:
        if name in shipped_names() or name == options.rubric:
            return find_rubric(name)
        if beside is not None and (beside / name).is_file():
            return find_rubric(str(beside / name))
        text = root_text(snapshot, name)
        if text is None and ("/" in name or name.endswith((".yaml", ".yml"))):
            raise UserError(f"no rubric file {name} in the repository")
        return shipped_rubric(name) if text is None else parse_rubric(Source(name, text))
    except DataError as error:
        raise UserError(one_line(error)) from error
