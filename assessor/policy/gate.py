"""The gate: conditions and an assessment in, one verdict for each condition out. Pure: no disk, no clock.

How the four views of the findings decide a condition stands in `views`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assessor.catalog.loading import did_you_mean
from assessor.catalog.practices import RUNGS
from assessor.errors import UserError
from assessor.findings import Rung
from assessor.policy.statements import NOTHING_SAID, Statements
from assessor.policy.verdicts import Blocker, GateResult, Outcome, Verdict
from assessor.policy.views import Value, Views, at_least, leaning
from assessor.rubric.gaps import cheapest
from assessor.rubric.model import Attest, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment
    from assessor.policy.model import Gate
    from assessor.rubric.model import Item, Rubric
    from assessor.rubric.scoring import Scorecard


def check_gate(gate: Gate, rubric: Rubric) -> None:
    """Raise UserError for a condition that this rubric can never answer."""
    titles = f"{rubric.id} has levels {rubric.floor} to {rubric.top}"
    if gate.min_level is not None and not rubric.floor <= gate.min_level <= rubric.top:
        raise UserError(f"min-level {gate.min_level}: {titles}")
    asked = {item.area for item in rubric.items if item.area and not _is_attest_only(item)}
    for dimension, level in gate.min.items():
        if not rubric.floor <= level <= rubric.top:
            raise UserError(f"min {dimension}={level}: {titles}")
        if dimension not in asked:
            hint = did_you_mean(dimension, asked) or f"; it asks of {', '.join(sorted(asked))}"
            raise UserError(f"min {dimension}={level}: {rubric.id} asks nothing of '{dimension}'{hint}")


def _is_attest_only(item: Item) -> bool:
    return all(isinstance(leaf, Attest) for leaf in leaves(item.requires))


def judge(gate: Gate, assessment: Assessment, rubric: Rubric, statements: Statements = NOTHING_SAID) -> GateResult:
    """The verdicts in the order of `Gate`'s fields. Raises UserError for a condition that the rubric cannot answer."""
    check_gate(gate, rubric)
    if not assessment.statistics.read:
        nothing = Verdict("anything to assess", Outcome.UNDECIDED, "no file could be read")
        return GateResult(rubric.id, (nothing,), statements)
    views = Views(assessment, rubric, statements, gate.strict)
    verdicts = [*_level(gate, views), *_dimensions(gate, views), *_requirements(gate, views), *_score(gate, views)]
    verdicts += [*_unknown(gate, views), *_waivers(gate, statements)]
    return GateResult(rubric.id, tuple(verdicts), statements, tuple(_notes(gate, views)))


def _level(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_level is None:
        return
    wanted, rubric = gate.min_level, views.rubric
    cards = [views.card(name) for name in ("observed", "seen", "accepted", "possible")]
    outcome = at_least(wanted, Value(*(card.level for card in cards)))
    title = rubric.title_of(wanted)
    blockers: tuple[Blocker, ...] = ()
    if not outcome.lets_pass:
        blockers = tuple(views.blocker(gap.practice, gap.wanted) for gap in views.card("accepted").gaps if gap.blocking)
        blockers = _standing(outcome, blockers)
    yield Verdict(
        f"min-level {wanted}",
        outcome,
        f"level {cards[1].level} of {rubric.id} ({cards[1].title})",
        f"level {wanted} ({title})",
        blockers,
        leaning(outcome, views, None),
    )


def _standing(outcome: Outcome, blockers: tuple[Blocker, ...]) -> tuple[Blocker, ...]:
    """Where nothing but the unknown stands in the way, it alone is named, if it is among them."""
    unknown = tuple(blocker for blocker in blockers if blocker.rung == Rung.UNKNOWN)
    return unknown if outcome is Outcome.UNDECIDED and unknown else blockers


def _dimensions(gate: Gate, views: Views) -> Iterator[Verdict]:
    for dimension, wanted in gate.min.items():
        cards = [views.card(name) for name in ("observed", "seen", "accepted", "possible")]
        levels = [card.dimensions[dimension].level for card in cards]
        if levels[-1] is None:
            yield Verdict(f"min {dimension}={wanted}", Outcome.PASSED, "nothing of it applies to this repository")
            continue
        # what asks nothing in a view cannot be missed in it
        outcome = at_least(wanted, Value(*(wanted if level is None else level for level in levels)))
        blockers: tuple[Blocker, ...] = ()
        if not outcome.lets_pass:
            blockers = _standing(outcome, tuple(_dimension_blockers(dimension, wanted, views)))
        yield Verdict(
            f"min {dimension}={wanted}",
            outcome,
            f"level {levels[1]} of {views.rubric.id}",
            f"level {wanted}",
            blockers,
            leaning(outcome, views, dimension),
        )


def _dimension_blockers(dimension: str, wanted: int, views: Views) -> Iterator[Blocker]:
    """The cheapest practices of the lowest level that lacks something, then of those above it."""
    told: set[str] = set()
    for result in views.card("accepted").items:
        if result.level > wanted or result.item.area != dimension or not result.counts or result.status.holds:
            continue
        for demand in cheapest(result.item.requires, views.accepted, views.practices):
            if demand.practice not in told:
                told.add(demand.practice)
                yield views.blocker(demand.practice, demand.rung)


def _requirements(gate: Gate, views: Views) -> Iterator[Verdict]:
    for practice, wanted in gate.require.items():
        heights = [getattr(views, view)[practice].rung.height for view in ("observed", "seen", "accepted", "possible")]
        rung = views.seen[practice].rung
        if rung is Rung.NOT_APPLICABLE:
            yield Verdict(f"require {practice}={wanted}", Outcome.PASSED, "does not apply to this repository", wanted)
            continue
        outcome = at_least(Rung(wanted).height, Value(*heights))
        blockers = () if outcome.lets_pass else (views.blocker(practice, wanted),)
        yield Verdict(
            f"require {practice}={wanted}", outcome, rung.value, wanted, blockers, leaning(outcome, views, practice)
        )


def points(card: Scorecard) -> float:
    """The mean of the dimensions' points, 0 to 100: each dimension weighs the same."""
    found = [result.score for result in card.dimensions.values()]
    return round(sum(found) / len(found), 1) if found else 0.0


def _score(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_score is None:
        return
    value = Value(*(points(views.card(name)) for name in ("observed", "seen", "accepted", "possible")))
    outcome = at_least(gate.min_score, value)
    blockers: list[Blocker] = []
    if not outcome.lets_pass:
        weakest = sorted(views.card("accepted").dimensions.items(), key=lambda entry: entry[1].score)
        for name, _ in weakest[:3]:
            blockers += _next_steps(name, views)[:1]
    yield Verdict(
        f"min-score {gate.min_score:g}",
        outcome,
        f"{value.seen:g} points of 100",
        f"{gate.min_score:g} points",
        tuple(blockers),
        leaning(outcome, views, ""),
    )


def _next_steps(dimension: str, views: Views) -> list[Blocker]:
    """The practices of a dimension that can rise, the least effort first, each to its next rung."""
    found = []
    for practice in views.practices.values():
        rung = views.accepted[practice.id].rung if practice.id in views.accepted else Rung.NOT_APPLICABLE
        following = practice.next_rung(rung.value) if rung is not Rung.NOT_APPLICABLE else None
        if practice.dimension == dimension and following:
            found.append(views.blocker(practice.id, following))
    return sorted(found, key=lambda blocker: ("SML".find(blocker.effort), -Rung(blocker.rung).height))


def _unknown(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.max_unknown is None:
        return
    names = [name for name, finding in views.seen.items() if finding.rung is Rung.UNKNOWN]
    counted = [name for name in names if name not in views.waived]
    fits = len(counted) <= gate.max_unknown
    outcome = Outcome.FAILED if not fits else Outcome.WAIVED if len(names) > gate.max_unknown else Outcome.PASSED
    shown = () if fits else tuple(_unreadable(name, views) for name in counted)
    yield Verdict(
        f"max-unknown {gate.max_unknown}",
        outcome,
        f"{len(names)} practices could not be rated",
        f"at most {gate.max_unknown}",
        shown,
        leaning(outcome, views, ""),
    )


def _unreadable(name: str, views: Views) -> Blocker:
    blocker = views.blocker(name, max(views.practices[name].rungs, key=RUNGS.index))
    return replace(blocker, step="Make what could not be read readable, or leave it out of the repository.", effort="")


def _waivers(gate: Gate, statements: Statements) -> Iterator[Verdict]:
    if gate.max_waivers is None:
        return
    count = len(statements.waivers)
    outcome = Outcome.PASSED if count <= gate.max_waivers else Outcome.FAILED
    subjects = ", ".join(f"{waiver.subject} ({waiver.owner}, until {waiver.expires})" for waiver in statements.waivers)
    seen = f"{count} waivers" + (f": {subjects}" if outcome is Outcome.FAILED else "")
    yield Verdict(f"max-waivers {gate.max_waivers}", outcome, seen, f"at most {gate.max_waivers}")


def _notes(gate: Gate, views: Views) -> Iterator[str]:
    """What the user should know though no condition failed by it: refused, ending and unused statements."""
    statements = views.statements
    for entry in statements.refused:
        yield f"the {entry.kind} of {entry.subject} does not count: it {entry.reason}"
    if gate.strict and statements.attestations:
        yield f"strict: {len(statements.attestations)} attestations do not count"
    for kind, subject, days in statements.ending:
        yield f"the {kind} of {subject} ends in {days} days"
    for waiver in statements.waivers:
        if waiver.practice not in views.waived or _is_at_top(views, waiver.practice):
            yield f"the waiver of {waiver.subject} is not used; remove it"
    for attestation in statements.attestations:
        name = attestation.practice or ""
        if name and not gate.strict and views.seen.get(name) == views.observed.get(name):
            yield f"the attestation of {attestation.subject} is not used: what was observed is no less"


def _is_at_top(views: Views, practice: str) -> bool:
    rung = views.seen[practice].rung
    return rung is Rung.NOT_APPLICABLE or views.practices[practice].next_rung(rung.value) is None
