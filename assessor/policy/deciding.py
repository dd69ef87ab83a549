"""The whole decision: conditions, the ratchet of a baseline, and what a branch changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.policy.baseline import Baseline, known_gaps, lower_than, ratchet
from assessor.policy.comparing import changes_between, observed_state, rescored, told_of
from assessor.policy.effective import weakened
from assessor.policy.gate import judge
from assessor.policy.model import Config
from assessor.policy.statements import NOTHING_SAID, Statements
from assessor.policy.verdicts import GateResult, Outcome, Verdict
from assessor.policy.views import Views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment
    from assessor.policy.model import Gate
    from assessor.policy.verdicts import Change
    from assessor.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class Ratchet:
    """A baseline and the name of its file."""

    name: str
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class Since:
    """The state that a branch left: its name, assessment, configuration and baseline, and the branch's own two."""

    name: str
    assessment: Assessment
    before: Config
    after: Config
    baseline_before: Baseline | None = None
    baseline_after: Baseline | None = None


def decide(
    gate: Gate,
    assessment: Assessment,
    rubric: Rubric,
    statements: Statements = NOTHING_SAID,
    *,
    ratchets: tuple[Ratchet, ...] = (),
    since: Since | None = None,
    allow_lower: str = "",
) -> GateResult:
    """All verdicts. `allow_lower` is the reason why a branch may lower what it is judged by; empty for none."""
    result = judge(gate, assessment, rubric, statements)
    if not assessment.statistics.read:
        return result
    views = Views(assessment, rubric, statements, gate.strict)
    for entry in ratchets:
        result = _with_ratchet(result, entry, views)
    return _with_since(result, since, views, allow_lower) if since else result


def _with_ratchet(result: GateResult, entry: Ratchet, views: Views) -> GateResult:
    state = observed_state(views)
    if entry.baseline.rubric != state.rubric:
        state = replace(state, level=entry.baseline.level, dimensions={})  # levels of two models cannot be compared
    verdict = ratchet(entry.baseline, entry.name, state, views)
    card = views.assessment.scorecards.get(views.assessment.primary)
    hidden = known_gaps(entry.baseline, (gap.practice for gap in card.gaps) if card else (), state)
    found = changes_between(entry.baseline.state, state, views.assessment)
    return replace(
        result,
        verdicts=(*result.verdicts, verdict),
        compared=entry.name,
        changes=(*result.changes, *found),
        baseline=entry.name,
        hidden=tuple(dict.fromkeys((*result.hidden, *hidden))),
    )


def _with_since(result: GateResult, since: Since, views: Views, allow_lower: str) -> GateResult:
    before, after = rescored(views.rubric, since.assessment), observed_state(views)
    found = changes_between(before, after, views.assessment, since.assessment)
    verdicts = [_fallen(since, found, views), *_weakening(since, allow_lower)]
    return replace(result, verdicts=(*result.verdicts, *verdicts), compared=since.name, changes=found)


def _fallen(since: Since, found: tuple[Change, ...], views: Views) -> Verdict:
    """Whether this branch lowered a rating."""
    lower = [change for change in found if change.is_lower]
    practices = [change for change in lower if change.subject in views.practices]
    standing = [change for change in practices if change.subject not in views.waived]
    outcome = Outcome.PASSED
    if lower:
        outcome = Outcome.FAILED if standing or not practices else Outcome.WAIVED
    blockers = tuple(views.blocker(change.subject, change.before) for change in standing)
    seen = told_of(lower) or "nothing fell"
    return Verdict(f"since {since.name}", outcome, seen, "nothing lower than before", blockers)


def _weakening(since: Since, allow_lower: str) -> Iterator[Verdict]:
    """Whether this branch lowered what it is judged by."""
    lines = [*weakened(since.before, since.after), *_baseline_lowered(since)]
    name = f"rules since {since.name}"
    if not lines:
        yield Verdict(name, Outcome.PASSED, "configuration, waivers and baseline ask no less")
        return
    outcome = Outcome.WAIVED if allow_lower else Outcome.FAILED
    note = f"allowed: {allow_lower}" if allow_lower else "give --allow-lower with the reason, if it is meant"
    yield Verdict(name, outcome, "; ".join(lines), "configuration, waivers and baseline ask no less", (), note)


def _baseline_lowered(since: Since) -> Iterator[str]:
    old, new = since.baseline_before, since.baseline_after
    if old is not None and new is None:
        yield "the baseline is gone"
    elif old is not None and new is not None:
        yield from (f"baseline {line}" for line in lower_than(old, new))
