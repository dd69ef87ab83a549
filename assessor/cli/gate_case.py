"""What the gate's command does before it judges: open the snapshot, read configuration and policy, audit."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.cli.scope import NO_WISHES, ScopeWishes, wanted_scope
from assessor.cli.settings import load_config, load_rubric, own_rubric, read_policy, today
from assessor.errors import UserError
from assessor.snapshot.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.cache.cache import Cache
    from assessor.cli.output import ProgressLine
    from assessor.policy.config import Loaded
    from assessor.policy.deciding import Ratchet, Since
    from assessor.policy.effective import Effective
    from assessor.policy.model import Gate, Policy
    from assessor.policy.statements import Statements
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


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    target: str
    options: Gate
    ref: str | None = None
    policy: str = ""
    baseline: str = ""
    since: str = ""
    quiet: bool = False
    limits: Limits = DEFAULT_LIMITS
    scope: ScopeWishes = NO_WISHES
    needs_conditions: bool = True
    """False for a command that only wants the state: no condition and no baseline is asked for."""


def prepare(wishes: Wishes, cache: Cache | None = None) -> Case:
    """Open, configure and audit the target. Raises UserError for wrong use or configuration."""
    from assessor.cli.output import ProgressLine
    from assessor.snapshot import SnapshotError, open_snapshot

    policy = read_policy(wishes.policy)
    progress = ProgressLine(sys.stderr, quiet=wishes.quiet)
    try:
        with open_snapshot(wishes.target, wishes.ref, wishes.limits) as snapshot:
            return _case(wishes, policy, snapshot, progress, cache)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()


def _case(
    wishes: Wishes, policy: Policy | None, snapshot: Snapshot, progress: ProgressLine, cache: Cache | None
) -> Case:
    from assessor.audit import audit_snapshot
    from assessor.cli.earlier import ratchets_of, state_left
    from assessor.policy.effective import effective
    from assessor.policy.gate import check_gate
    from assessor.policy.statements import on_day
    from assessor.policy.targets import TargetWishes, with_targets

    loaded = load_config(snapshot)
    config = loaded.config
    asked = effective(config, wishes.options, policy)
    ratchets = ratchets_of(wishes, policy, loaded, snapshot) if wishes.needs_conditions else ()
    if wishes.needs_conditions and asked.gate.is_empty and not ratchets and not wishes.since:
        raise UserError(_NO_CONDITION)
    own = own_rubric(loaded, snapshot)
    rubric = load_rubric(asked.gate.rubric, wishes.options, wishes.policy, snapshot)
    check_gate(asked.gate, rubric)
    said = on_day(config.attestations, config.waivers, today(os.environ), policy)
    targets = TargetWishes(loaded, own.id, policy=policy)
    scope = wanted_scope(snapshot, loaded, wishes.scope, policy)
    assessment = with_targets(
        audit_snapshot(snapshot, [rubric], progress, cache, days=config.effort.days, scope=scope),
        [rubric],
        targets.target,
    )
    since = state_left(wishes, policy, rubric, config, snapshot, progress, cache) if wishes.since else None
    return Case(assessment, rubric, asked, loaded, said, frozenset(snapshot.by_path), ratchets, since)


_NO_CONDITION = (
    "no condition; give one, for example --min-level 3 or --require testing.unit=automated, or write `gate:` in "
    "assessor.yaml"
)
