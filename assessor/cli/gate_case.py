"""What the gate's command does before it judges: open the snapshot, read configuration and policy, audit."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.cli.gate_wishes import Wishes
from assessor.cli.scope import system_members, unit_scope, wanted_scope, wanted_units
from assessor.cli.settings import NamedPolicy, load_config, load_rubric, own_rubric, read_policy, today
from assessor.errors import UserError
from assessor.project.units import scope_of_unit

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.audit import Parts
    from assessor.cache.cache import Cache
    from assessor.cli.progress import ProgressLine
    from assessor.policy.config import Loaded
    from assessor.policy.deciding import Ratchet, Since
    from assessor.policy.effective import Effective
    from assessor.policy.model import Policy
    from assessor.policy.statements import Statements
    from assessor.project.scope import Scope
    from assessor.project.units import Unit
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Case:
    """All that a judgement needs."""

    assessment: Assessment
    rubric: Rubric
    effective: Effective
    loaded: Loaded
    statements: Statements
    files: frozenset[str]
    """Paths of the snapshot's files."""
    ratchets: tuple[Ratchet, ...] = ()
    since: Since | None = None
    unit: str = ""
    """The unit that it is about, where each is judged for itself."""


def prepare(wishes: Wishes, cache: Cache | None = None) -> Case:
    """Open, configure and audit the target as one. Raises UserError for wrong use or configuration."""
    return prepare_all(replace(wishes, by_units=False), cache)[0]


def prepare_all(wishes: Wishes, cache: Cache | None = None) -> tuple[Case, ...]:
    """The same, with one case for each unit where the repository is judged by units, lowest first."""
    from assessor.cli.progress import ProgressLine
    from assessor.snapshot import SnapshotError, open_snapshot

    named = read_policy(wishes.policy)
    progress = ProgressLine(sys.stderr, quiet=wishes.quiet)
    try:
        with open_snapshot(wishes.target, wishes.ref, wishes.limits) as snapshot:
            return _cases(wishes, named, snapshot, progress, cache)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()


def _cases(
    wishes: Wishes, named: NamedPolicy | None, snapshot: Snapshot, progress: ProgressLine, cache: Cache | None
) -> tuple[Case, ...]:
    from assessor.audit import Parts, audit_parts
    from assessor.cli.earlier import ratchets_of, state_left
    from assessor.policy.effective import effective
    from assessor.policy.gate import check_gate
    from assessor.policy.statements import on_day
    from assessor.policy.targets import TargetWishes, with_targets
    from assessor.systems import audit_system

    policy = named.policy if named else None
    loaded = load_config(snapshot, wishes.config)
    config = loaded.config
    asked = effective(config, wishes.options, policy)
    ratchets = ratchets_of(wishes, named, loaded, snapshot) if wishes.needs_conditions else ()
    if wishes.needs_conditions and asked.gate.is_empty and not ratchets and not wishes.since:
        raise UserError(_NO_CONDITION)
    if wishes.scope.units and wishes.scope.others:
        raise UserError("--units judges the parts of one repository, --with several as one; keep one")
    if wishes.since and wishes.scope.others:
        raise UserError("--since compares states of one repository; leave --with out")
    own = own_rubric(loaded, snapshot)
    rubric = load_rubric(asked.gate.rubric, wishes.options, named.place.parent if named else loaded.outside, snapshot)
    check_gate(asked.gate, rubric)
    said = on_day(config.attestations, config.waivers, today(os.environ), policy)
    targets = TargetWishes(loaded, own.id, policy=policy)
    scope, units = _parts(wishes, policy, snapshot, loaded)
    if units and ratchets:
        raise UserError(f"the baseline {ratchets[0].name} holds one state; judge one unit by --unit NAME")
    with system_members(snapshot, loaded, wishes.scope, wishes.limits) as members:
        if members[1:]:
            audited = Parts(audit_system(members, [rubric], progress, cache, days=config.effort.days, scope=scope))
        else:
            audited = audit_parts(snapshot, [rubric], units, progress, cache, days=config.effort.days, scope=scope)
    files = frozenset(snapshot.by_path)
    cases = []
    for unit, seen in _in_order(audited):
        assessment = with_targets(seen, [rubric], targets.target)
        of_unit = scope_of_unit(unit, units, scope.exclude) if unit else scope
        since = state_left(wishes, rubric, config, snapshot, of_unit, progress, cache) if wishes.since else None
        name = unit.name if unit else ""
        effective_of = _without_learning(asked) if unit else asked
        cases.append(Case(assessment, rubric, effective_of, loaded, said, files, ratchets, since, name))
    return tuple(cases)


def _in_order(audited: Parts) -> list[tuple[Unit | None, Assessment]]:
    """The whole, or each unit of it, lowest first."""
    if not audited.units:
        return [(None, audited.whole)]
    rated = {unit.name: (unit, assessment) for unit, assessment in audited.units}
    return [rated[info.name] for info in audited.whole.units]


def _parts(wishes: Wishes, policy: Policy | None, snapshot: Snapshot, loaded: Loaded) -> tuple[Scope, tuple[Unit, ...]]:
    """What is judged: a scope, or units of it."""
    scope = wanted_scope(snapshot, loaded, wishes.scope, policy)
    if not wishes.by_units and not wishes.scope.unit:
        return scope, ()
    units = wanted_units(snapshot, loaded, wishes.scope, policy)
    return (unit_scope(units, wishes.scope, scope), ()) if wishes.scope.unit else (scope, units)


def _without_learning(asked: Effective) -> Effective:
    """Among units, one without machine learning (a web page, a library) stands in nobody's way."""
    return replace(asked, gate=asked.gate.model_copy(update={"allow_no_ml": True}))


_NO_CONDITION = (
    "no condition; give one, for example --min-level 3 or --require testing.unit=automated, or write `gate:` in "
    "assessor.yaml"
)
