"""Which part of a repository the command line and the configuration want to be rated."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assessor.assessment import Assessment
    from assessor.cache.cache import Cache
    from assessor.policy.config import Loaded
    from assessor.policy.model import Policy, UnitEntry
    from assessor.project.scope import Scope
    from assessor.project.units import Unit
    from assessor.reading import Progress
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.model import Rubric
    from assessor.snapshot.limits import Limits
    from assessor.snapshot.snapshot import Snapshot
    from assessor.systems import Member


@dataclass(frozen=True, slots=True)
class ScopeWishes:
    """Globs of the command line: `include` stands for the configuration's, `exclude` is added to it."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    units: bool = False
    """Rate the units that are found, where the configuration names none."""
    unit: str = ""
    """Rate only this unit."""
    others: tuple[str, ...] = ()
    """Folders or URLs of the other repositories of the system."""


NO_WISHES = ScopeWishes()


def scope_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the scope; it gets them as one argument `scope`."""
    from functools import wraps

    @wraps(command)
    def with_scope(
        *,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        units: bool,
        unit: str,
        with_: tuple[str, ...],
        **others: Any,
    ) -> Any:
        if unit and include:
            raise UserError("--unit and --include both say which files are rated; keep one")
        wishes = ScopeWishes(_globs("--include", include), _globs("--exclude", exclude), units, unit, with_)
        return command(scope=wishes, **others)

    for option in (
        click.option(
            "--with",
            "with_",
            metavar="PATH|URL",
            multiple=True,
            help="Another repository of the same system; they are rated as one. May be given again.",
        ),
        click.option("--unit", metavar="NAME", default="", help="Only this unit of a monorepo."),
        click.option("--units", is_flag=True, help="Each unit of a monorepo: the configuration's, else those found."),
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
    if not patterns:
        return ()
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


def wanted_units(
    snapshot: Snapshot, loaded: Loaded, wishes: ScopeWishes, policy: Policy | None = None
) -> tuple[Unit, ...]:
    """The units that are rated: those of the configuration, those that are found where `auto` or --units asks for them.

    Raises UserError where --units finds none, and for a configured unit without a file.
    """
    from assessor.policy.effective import effective_units
    from assessor.policy.model import AUTO
    from assessor.project.units import MAX_UNITS, find_units

    entries = effective_units(loaded.config, policy)
    if entries and entries != (AUTO,):
        return tuple(_unit(entry, snapshot, loaded) for entry in entries)
    if not entries and not wishes.units and not wishes.unit:
        return ()
    found = tuple(find_units(snapshot.by_path))
    if not found and (wishes.units or wishes.unit):
        raise UserError(
            "no units are found here: no two folders have a manifest, a pipeline or a service of their own; name them in "
            "assessor.yaml (units:)"
        )
    if len(found) > MAX_UNITS:
        raise UserError(
            f"{len(found)} units are found, more than {MAX_UNITS}; name those to rate in assessor.yaml (units:)"
        )
    return found


def _unit(entry: UnitEntry, snapshot: Snapshot, loaded: Loaded) -> Unit:
    from assessor.project.path_filters import passes
    from assessor.project.scope import scope_of
    from assessor.project.units import Unit

    paths, shared = (scope_of("", globs, (), loaded.folder).include for globs in (entry.paths, entry.shared))
    if not any(passes(path, paths) for path in snapshot.by_path):
        raise UserError(f"{loaded.path}:{loaded.line('units')}: units: no file lies in the paths of '{entry.name}'")
    return Unit(entry.name, paths, shared)


def unit_scope(units: Sequence[Unit], wishes: ScopeWishes, scope: Scope) -> Scope:
    """The scope of the unit that --unit names. Raises UserError for another name."""
    from assessor.catalog.loading import did_you_mean
    from assessor.project.units import scope_of_unit

    for unit in units:
        if unit.name == wishes.unit:
            return scope_of_unit(unit, units, scope.exclude)
    names = [unit.name for unit in units]
    hint = did_you_mean(wishes.unit, names) or f"; there are {', '.join(names)}"
    raise UserError(f"--unit: no unit '{wishes.unit}'{hint}")


@contextmanager
def system_members(snapshot: Snapshot, loaded: Loaded, wishes: ScopeWishes, limits: Limits) -> Iterator[list[Member]]:
    """The repositories that are rated as one system with the snapshot, itself first; those of --with, and those that a
    configuration from outside names. Raises UserError for one that cannot be opened."""
    from contextlib import ExitStack

    from assessor.snapshot import SnapshotError, open_snapshot
    from assessor.systems import members_of

    asked = [*wishes.others, *(loaded.config.system if loaded.outside else ())]
    with ExitStack() as stack:
        try:
            opened = [stack.enter_context(open_snapshot(source, None, limits)) for source in dict.fromkeys(asked)]
        except SnapshotError as error:
            raise UserError(f"--with: {error}") from error
        yield members_of(snapshot, opened)


def left_out_members(loaded: Loaded, members: Sequence[Member]) -> tuple[str, ...]:
    """The repositories that the audited one counts to its system and that were not given; its word alone opens none."""
    known = {name for member in members for name in (member.snapshot.name, member.snapshot.remote.removesuffix(".git"))}
    return tuple(
        name
        for name in (() if loaded.outside else loaded.config.system)
        if not any(
            one == name or one.endswith((f"/{name}", f":{name}")) or name.endswith(f"/{one}") for one in known if one
        )
    )


def audit_wanted(
    snapshot: Snapshot,
    loaded: Loaded,
    chosen: Sequence[Rubric],
    wishes: ScopeWishes,
    progress: Progress | None = None,
    cache: Cache | None = None,
    *,
    policy: Policy | None = None,
    limits: Limits | None = None,
    crosswalks: Sequence[Crosswalk] = (),
) -> Assessment:
    """The audit of what is wanted: a scope, one unit, units beside the whole, or a system. Raises UserError."""
    from assessor.audit import audit_parts
    from assessor.snapshot.limits import DEFAULT_LIMITS
    from assessor.systems import audit_system, with_unread

    scope = wanted_scope(snapshot, loaded, wishes, policy)
    units = wanted_units(snapshot, loaded, wishes, policy)
    if wishes.unit:
        scope, units = unit_scope(units, wishes, scope), ()
    days = loaded.config.effort.days
    with system_members(snapshot, loaded, wishes, limits or DEFAULT_LIMITS) as members:
        if members[1:]:
            found = audit_system(members, chosen, progress, cache, crosswalks, days, scope, units)
        else:
            found = audit_parts(snapshot, chosen, units, progress, cache, crosswalks, days, scope).whole
        return with_unread(found, loaded.path, left_out_members(loaded, members))
