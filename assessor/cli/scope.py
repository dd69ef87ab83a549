"""Which part of a repository the command line and the configuration want to be rated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assessor.policy.config import Loaded
    from assessor.policy.model import Policy
    from assessor.project.scope import Scope
    from assessor.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ScopeWishes:
    """Globs of the command line: `include` stands for the configuration's, `exclude` is added to it."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


NO_WISHES = ScopeWishes()


def scope_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the scope; it gets them as one argument `scope`."""
    from functools import wraps

    @wraps(command)
    def with_scope(*, include: tuple[str, ...], exclude: tuple[str, ...], **others: Any) -> Any:
        return command(scope=ScopeWishes(_globs("--include", include), _globs("--exclude", exclude)), **others)

    for option in (
        click.option(
            "--exclude",
            metavar="GLOB",
            multiple=True,
            help="Do not read these files (as in .gitignore). May be given again.",
        ),
        click.option(
            "--include",
            metavar="GLOB",
            multiple=True,
            help="Rate only these files, with the CI of all. May be given again.",
        ),
    ):
        with_scope = option(with_scope)
    return with_scope


def _globs(option: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Raises UserError for what is no glob."""
    from pydantic import TypeAdapter, ValidationError

    from assessor.policy.model import PathGlobs

    try:
        return TypeAdapter(PathGlobs).validate_python(patterns)
    except ValidationError as error:
        raise UserError(
            f"{option}: {error.errors(include_url=False)[0]['msg'].removeprefix('Value error, ')}"
        ) from error


def wanted_scope(
    snapshot: Snapshot, loaded: Loaded, wishes: ScopeWishes | None = None, policy: Policy | None = None
) -> Scope:
    """What is rated of a snapshot. Raises UserError for globs that leave no file."""
    from assessor.policy.effective import effective_scope
    from assessor.project.scope import Scope, Zone, scope_of
    from assessor.project.units import neighbours

    wishes = wishes or NO_WISHES
    asked = effective_scope(loaded.config, wishes.include, policy)
    base = snapshot.folder if wishes.include else loaded.folder
    own = scope_of(snapshot.folder, asked.include, asked.exclude, base)
    added = scope_of("", (), wishes.exclude if asked.takes_options else (), snapshot.folder)
    others = neighbours(snapshot.folder, snapshot.by_path) if snapshot.folder else ()
    scope = Scope(own.include, (*own.exclude, *added.exclude), others=others, folder=snapshot.folder)
    zones = {scope.zone(entry.path) for entry in snapshot.files}
    if snapshot.files and Zone.OWN not in zones and (asked.include or asked.exclude or wishes.exclude):
        raise UserError("include and exclude leave no file to rate")
    return scope
