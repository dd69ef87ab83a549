"""One audit from end to end: snapshot → facts → project → findings → scorecards → assessment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.budget import Budget, TooMuch, at_most
from assessor.findings import Finding
from assessor.garbage import without_collection
from assessor.project.exchanges import exchanges
from assessor.project.model import Project
from assessor.project.scope import WHOLE, Scope, scope_of
from assessor.project.units import Unit, neighbours, scope_of_unit
from assessor.ratings import Rated, Ratings
from assessor.reading import Gathered, Progress, Reading, gathered, identified, joined, read_project, wanted_files

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.cache.cache import Cache
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.effort import Days
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


_JOINING_SECONDS = 8.0
_FILES_A_SECOND = 200
"""Processor time for joining the facts, and for each scanner: some seconds, and what many files need; a tenth is usual."""


def rate(project: Project, budget: Budget | None = None, progress: Progress | None = None) -> dict[str, Finding]:
    """Rate every practice of the catalogue for a project; what only its templates have is declared."""
    from assessor.project.templates import made_project
    from assessor.scanners.templates import with_templates

    budget = budget or Budget()
    found = _rate(project, budget, progress)
    made = made_project(project)
    return with_templates(found, _rate(made[0], budget), made[1]) if made else found


def _rate(project: Project, budget: Budget, progress: Progress | None = None) -> dict[str, Finding]:
    from assessor.catalog.practices import load_practices
    from assessor.catalog.tools import load_tools
    from assessor.hits.scene import Scene
    from assessor.project.automation import Automation
    from assessor.project.modules import Modules
    from assessor.scanners.every import FAILED, all_unknown, scan_all

    practices = [practice.id for practice in load_practices()]
    if progress:
        progress("joining what the files say")
    share = budget.share(_JOINING_SECONDS + len(project.files) / _FILES_A_SECOND)
    try:
        with at_most(share):
            modules = Modules(project)
            scene = Scene(project, modules, Automation(project, modules), load_tools())
    except (TooMuch, Exception) as error:
        return all_unknown(practices, f"joining what the files say {FAILED} {type(error).__name__}: {error}")
    try:
        return scan_all(scene, practices, seconds=share, progress=progress)
    finally:
        scene.let_go()


def rate_snapshot(
    snapshot: Snapshot, progress: Progress | None = None, cache: Cache | None = None, scope: Scope = WHOLE
) -> Rated:
    """Rate the files of a snapshot. With a cache only what it does not know is worked out; the answer is the same."""
    return rate_scopes(snapshot, (scope,), progress, cache)[0]


def rate_scopes(
    snapshot: Snapshot, scopes: Sequence[Scope], progress: Progress | None = None, cache: Cache | None = None
) -> list[Rated]:
    """Rate a snapshot once for each scope; its files are read once."""
    if progress:
        progress("listing files")
    wanted = wanted_files(snapshot, common_exclude(scopes))
    budget = Budget(snapshot.limits.audit_seconds, snapshot.limits.worker_bytes, snapshot.limits.jobs)
    if cache is None or wanted.size > snapshot.limits.max_total_bytes:  # what that leaves out depends on what is read
        reading = read_project(wanted, progress, None, budget)
        return list(_rated_each(reading, scopes, budget, progress))
    wanted = identified(wanted)
    ratings = Ratings(cache, wanted)
    known = ratings.asked_before(scopes)
    missing = [scope for scope in scopes if scope not in known]
    if missing:
        known |= _worked_out(ratings, gathered(wanted, progress, cache, budget), missing, budget, progress, cache)
    return [known[scope] for scope in scopes]


def _worked_out(
    ratings: Ratings,
    found: Gathered,
    scopes: Sequence[Scope],
    budget: Budget,
    progress: Progress | None,
    cache: Cache,
) -> dict[Scope, Rated]:
    """The ratings of files that were read, kept ones where they say what others have said before."""
    known = ratings.same_facts(scopes, found)
    missing = [scope for scope in scopes if scope not in known]
    if missing:
        reading = joined(found, cache, budget)
        for scope, rated in zip(missing, _rated_each(reading, missing, budget, progress), strict=True):
            known[scope] = rated
            ratings.keep(scope, found, reading, rated)
    return known


def common_exclude(scopes: Sequence[Scope]) -> tuple[str, ...]:
    """What none of the scopes wants to be read."""
    asked = {scope.exclude for scope in scopes}
    return asked.pop() if len(asked) == 1 else ()


def _rated_each(
    reading: Reading, scopes: Sequence[Scope], budget: Budget, progress: Progress | None
) -> Iterator[Rated]:
    for number, scope in enumerate(scopes, start=1):
        if progress and scopes[1:]:
            progress(f"rating unit {scope.unit}", number - 1, len(scopes))
        yield _rated(reading, scope, budget, None if scopes[1:] else progress)


def _rated(reading: Reading, scope: Scope, budget: Budget, progress: Progress | None = None) -> Rated:
    from assessor.catalog.tools import load_tools
    from assessor.project.libraries import hides_code, is_named_for_training, learning_libraries, manifests

    project = reading.project.scoped(scope)
    found = rate(project, budget, progress)
    spots = dict.fromkeys((*project.blind_spots, *(spot for finding in found.values() for spot in finding.blind_spots)))
    libraries = learning_libraries(project, load_tools())
    return Rated(
        found,
        tuple(spots),
        *_counts(project),
        libraries,
        manifests(project),
        hides_code(project),
        is_named_for_training(project),
        exchanges(project),
    )


def _counts(project: Project) -> tuple[int, int, int]:
    """How many files of what is rated are listed, read and parsed as Python."""
    read = [file for path, file in project.files.items() if path in project.own]
    return len(project.own), len(read), sum(file.facts.python is not None for file in read)


def default_scope(snapshot: Snapshot) -> Scope:
    """What is rated where nobody says otherwise: all of it, or the sub-folder that was opened."""
    if not snapshot.folder:
        return WHOLE
    return replace(scope_of(snapshot.folder), others=neighbours(snapshot.folder, snapshot.by_path))


def findings(target: str, ref: str | None = None) -> dict[str, Finding]:
    """Rate the repository at `target`. Raises SnapshotError for a target or revision that cannot be opened."""
    from assessor.snapshot import open_snapshot

    with open_snapshot(target, ref) as snapshot:
        return rate_snapshot(snapshot, scope=default_scope(snapshot)).findings


def audit(
    target: str,
    ref: str | None,
    rubrics: Sequence[Rubric],
    progress: Progress | None = None,
    cache: Cache | None = None,
    crosswalks: Sequence[Crosswalk] = (),
) -> Assessment:
    """Audit a repository, score it by the rubrics and lay it beside the crosswalks.

    `target` is a folder, a git directory or a clone URL; `ref` a revision. `progress` is told what is done. Raises
    SnapshotError for wrong input.
    """
    from assessor.snapshot import open_snapshot

    with open_snapshot(target, ref) as snapshot:
        return audit_snapshot(snapshot, rubrics, progress, cache, crosswalks)


@dataclass(frozen=True, slots=True)
class Parts:
    """The audit of a whole and of its units, in the order in which they were asked for."""

    whole: Assessment
    units: tuple[tuple[Unit, Assessment], ...] = ()


def audit_parts(
    snapshot: Snapshot,
    rubrics: Sequence[Rubric],
    units: Sequence[Unit],
    progress: Progress | None = None,
    cache: Cache | None = None,
    crosswalks: Sequence[Crosswalk] = (),
    days: Days | None = None,
    scope: Scope | None = None,
) -> Parts:
    """As `audit_snapshot`, and each of the units by the first rubric; every file is read once."""
    from assessor.assembling import assess, unit_info, with_units
    from assessor.rubric.effort import DAYS

    scope = scope or default_scope(snapshot)
    scopes = [scope, *(scope_of_unit(unit, units, scope.exclude) for unit in units)]
    with without_collection():
        whole, *others = rate_scopes(snapshot, scopes, progress, cache)
        seen = assess(snapshot, whole, whole.findings, rubrics, crosswalks, days or DAYS, scope)
        made = [
            (unit, assess(snapshot, rated, rated.findings, rubrics[:1], (), days or DAYS, own))
            for unit, rated, own in zip(units, others, scopes[1:], strict=True)
        ]
    return Parts(with_units(seen, (unit_info(*part) for part in made)) if made else seen, tuple(made))


def audit_snapshot(
    snapshot: Snapshot,
    rubrics: Sequence[Rubric],
    progress: Progress | None = None,
    cache: Cache | None = None,
    crosswalks: Sequence[Crosswalk] = (),
    days: Days | None = None,
    scope: Scope | None = None,
) -> Assessment:
    """Audit a snapshot that the caller has opened, for example to read its configuration too. `days` says what the
    efforts of the practices take, where that is not what we suppose. `scope`: the part that is rated; without one all of
    it, or the sub-folder that was opened."""
    return audit_parts(snapshot, rubrics, (), progress, cache, crosswalks, days, scope).whole
