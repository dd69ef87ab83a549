"""`assessor config`: what holds for a repository, whether its configuration is right, and a configuration to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli import NamingGroup
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.policy.config import Loaded


@click.group(cls=NamingGroup)
def config() -> None:
    """Show, check or begin the configuration of a repository: `assessor.yaml` or [tool.assessor] in pyproject.toml."""


@config.command()
@click.argument("target", default=".")
@click.option("--ref", metavar="REF", help="The configuration of this branch, tag or commit.")
@click.option("--policy", metavar="FILE", default="", help="An organisation's policy that holds too.")
def show(target: str, ref: str | None, policy: str) -> None:
    """Show what holds for TARGET after joining its configuration with a policy."""
    from assessor.cli.output import print_line
    from assessor.cli.settings import read_policy
    from assessor.policy.effective import effective
    from assessor.policy.model import Gate
    from assessor.policy.writing import as_yaml

    named = read_policy(policy)
    rules = named.policy if named else None
    loaded = _load(target, ref)
    asked = effective(loaded.config, Gate(), rules)
    print_line(f"# from {loaded.path or 'no configuration'}{f' and the policy {policy}' if policy else ''}")
    for line in as_yaml(loaded.config.model_copy(update={"gate": asked.gate})).splitlines():
        print_line(line)
    for note in asked.notes:
        print_line(f"# {note}")


def _load(target: str, ref: str | None) -> Loaded:
    from assessor.cli.settings import load_config
    from assessor.snapshot import SnapshotError, open_snapshot

    try:
        with open_snapshot(target, ref) as snapshot:
            return load_config(snapshot)
    except SnapshotError as error:
        raise UserError(str(error)) from error


@config.command()
@click.argument("target", default=".")
@click.option("--policy", "is_policy", is_flag=True, help="TARGET is a policy file.")
def check(target: str, is_policy: bool) -> None:
    """Check the configuration of TARGET, a folder or a file; each mistake is one line, `file:line: what`.

    Of a folder all that will be used is tried: models, levels and dimensions, targets, items, logo and baseline.
    """
    from assessor.catalog.loading import DataError
    from assessor.cli.output import print_line, tell

    path = Path(target)
    if not path.exists():
        raise UserError(f"{target} does not exist")
    try:
        told = _checked_file(path, is_policy) if path.is_file() else _checked_folder(path)
    except DataError as error:
        *others, last = str(error).splitlines()
        for line in others:
            tell(line)
        raise UserError(last) from error
    print_line(f"{told}: no mistakes")


def _checked_file(path: Path, is_policy: bool) -> str:
    from assessor.catalog.loading import Source
    from assessor.policy.config import TOML_NAME, parse_config, parse_policy, parse_pyproject
    from assessor.snapshot.named import named_text

    source = Source(str(path), named_text(path))
    if is_policy:
        parse_policy(source)
    elif path.name == TOML_NAME:
        parse_pyproject(source)
    else:
        parse_config(source)
    return str(path)


def _checked_folder(folder: Path) -> str:
    from assessor.policy.config import find_config
    from assessor.snapshot.named import named_text

    def read(name: str) -> str | None:
        path = folder / name
        return named_text(path, below=folder) if path.is_symlink() or path.is_file() else None

    loaded = find_config(read)
    if not loaded.path:
        return f"{folder} has no configuration"
    _try_all(folder)
    return str(folder / loaded.path)


def _try_all(folder: Path) -> None:
    """Raise UserError with the last of the mistakes that show only when what is named gets used; the others are told."""
    from assessor.cli.checking import mistakes
    from assessor.cli.output import tell
    from assessor.cli.settings import load_config
    from assessor.snapshot import SnapshotError, open_snapshot

    try:
        with open_snapshot(str(folder)) as snapshot:
            *others, last = *mistakes(load_config(snapshot), snapshot), ""
    except SnapshotError as error:
        raise UserError(str(error)) from error
    if others:
        *others, last = others
        for line in others:
            tell(line)
        raise UserError(last)


@config.command()
@click.argument("target", default=".")
@click.option("--write", is_flag=True, help="Write it; without this it is only shown.")
def init(target: str, write: bool) -> None:
    """Show a configuration for TARGET that its present state just passes; --write writes it, overwriting nothing."""
    from assessor.cli.init import examine, offer

    offer(Path(target), examine(target).config, write=write)
