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
from assessor.policy.remedies import Remedy, for_index, for_level, for_points, mean_points
from assessor.policy.statements import NOTHING_SAID, Statements
from assessor.policy.verdicts import Blocker, GateResult, Outcome, Verdict
from assessor.policy.views import Value, Views, at_least, leaning
from assessor.rubric.model import Attest, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment
    from assessor.policy.model import Gate
    from assessor.rubric.model import Item, Rubric


def check_gate(gate: Gate, rubric: Rubric) -> None:
    """Raise UserError for a condition that this rubric can never answer."""
    for _, problem in wrong_conditions(gate, rubric):
        raise UserError(problem)


def wrong_conditions(gate: Gate, rubric: Rubric) -> Iterator[tuple[tuple[str, ...], str]]:
    """(keys below `gate`, what is wrong) for each condition that this rubric can never answer."""
    titles = f"{rubric.id} has levels {rubric.floor} to {rubric.top}"
    if gate.min_index is not None and not rubric.floor <= gate.min_index <= rubric.top:
        yield ("min_index",), f"min-index {gate.min_index:g}: {titles}"
    if gate.min_level is not None and not rubric.floor <= gate.min_level <= rubric.top:
        yield ("min_level",), f"min-level {gate.min_level}: {titles}"
    asked = {item.area for item in rubric.items if item.area and not _is_attest_only(item)}
    for dimension, level in gate.min.items():
        if not rubric.floor <= level <= rubric.top:
            yield ("min", dimension), f"min {dimension}={level}: {titles}"
        elif dimension not in asked:
            hint = did_you_mean(dimension, asked) or f"; it asks of {', '.join(sorted(asked))}"
            yield ("min", dimension), f"min {dimension}={level}: {rubric.id} asks nothing of '{dimension}'{hint}"


def _is_attest_only(item: Item) -> bool:
    return all(isinstance(leaf, Attest) for leaf in leaves(item.requires))


def judge(gate: Gate, assessment: Assessment, rubric: Rubric, statements: Statements = NOTHING_SAID) -> GateResult:
    """The verdicts in the order of `Gate`'s fields. Raises UserError for a condition that the rubric cannot answer.

    Without machine learning there is no level to ask for: that is undecided, or with `allow_no_ml` let pass, and only the
    conditions that are about practices, points and statements are judged.
    """
    check_gate(gate, rubric)
    if not assessment.statistics.read:
        nothing = Verdict("anything to assess", Outcome.UNDECIDED, "no file could be read")
        return GateResult(rubric.id, (nothing,), statements)
    views = Views(assessment, rubric, statements, gate.strict)
    verdicts = [*_subject(gate, views)]
    if views.can_be_rated:
        verdicts += [*_level(gate, views), *_index(gate, views), *_dimensions(gate, views)]
    verdicts += [*_requirements(gate, views), *_score(gate, views), *_unknown(gate, views), *_waivers(gate, statements)]
    return GateResult(rubric.id, tuple(verdicts), statements, tuple(_notes(gate, views)))


def _subject(gate: Gate, views: Views) -> Iterator[Verdict]:
    """Where there is no machine learning, that is the first thing to say."""
    subject = views.assessment.subject
    if subject is None or views.can_be_rated:
        return
    if gate.allow_no_ml:
        yield Verdict("any machine learning", Outcome.PASSED, subject.text, note="allowed: no level is asked for")
    else:
        note = "--allow-no-ml lets such a repository pass"
        yield Verdict(
            "any machine learning", Outcome.UNDECIDED, subject.text, "a repository that trains or serves", (), note
        )


_VIEWS = ("observed", "seen", "accepted", "possible")


def _level(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_level is None:
        return
    wanted, rubric = gate.min_level, views.rubric
    cards = [views.card(name) for name in _VIEWS]
    outcome = at_least(wanted, Value(*(card.level for card in cards)))
    yield _answer(
        f"min-level {wanted}",
        outcome,
        f"level {cards[1].level} of {rubric.id} ({cards[1].title})",
        f"level {wanted} ({rubric.title_of(wanted)})",
        Remedy(()) if outcome.lets_pass else for_level(views, wanted),
        leaning(outcome, views, None),
    )


def _index(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_index is None:
        return
    value = Value(*(views.card(name).index for name in _VIEWS))
    outcome = at_least(gate.min_index, value)
    yield _answer(
        f"min-index {gate.min_index:g}",
        outcome,
        f"position {value.seen:g} of {views.rubric.id}",
        f"position {gate.min_index:g}",
        Remedy(()) if outcome.lets_pass else for_index(views, gate.min_index),
        leaning(outcome, views, None),
    )


def _answer(condition: str, outcome: Outcome, seen: str, wanted: str, remedy: Remedy, note: str) -> Verdict:
    """A verdict with what closes it; what nobody but a person can state is said beside it."""
    notes = [note] if note else []
    if remedy.stated:
        notes.append(f"to be stated by an attestation: {', '.join(remedy.stated)}")
    if remedy.elsewhere:
        notes.append(f"cannot be mended in this repository: {', '.join(remedy.elsewhere)}")
    note = "; ".join(notes)
    return Verdict(condition, outcome, seen, wanted, _standing(outcome, remedy.blockers), note)


def _standing(outcome: Outcome, blockers: tuple[Blocker, ...]) -> tuple[Blocker, ...]:
    """Where nothing but the unknown stands in the way, it alone is named, if it is among them."""
    unknown = tuple(blocker for blocker in blockers if blocker.rung == Rung.UNKNOWN)
    return unknown if outcome is Outcome.UNDECIDED and unknown else blockers


def _dimensions(gate: Gate, views: Views) -> Iterator[Verdict]:
    for dimension, wanted in gate.min.items():
        results = [views.card(name).dimensions[dimension] for name in _VIEWS]
        levels = [result.level for result in results]
        if levels[-1] is None:
            yield Verdict(f"min {dimension}={wanted}", Outcome.PASSED, "nothing of it applies to this repository")
            continue
        # what asks nothing in a view cannot be missed in it
        outcome = at_least(wanted, Value(*(wanted if level is None else level for level in levels)))
        level = views.card("accepted").level
        yield _answer(
            f"min {dimension}={wanted}",
            outcome,
            f"it blocks level {levels[1] + 1 if levels[1] is not None else wanted} of {views.rubric.id}"
            if not outcome.lets_pass
            else f"it blocks no level of {views.rubric.id} up to {levels[1] if levels[1] is not None else wanted}",
            f"nothing of it blocks level {wanted}",
            Remedy(()) if outcome.lets_pass else for_level(views, level, {dimension: wanted}),
            leaning(outcome, views, dimension),
        )


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


def _score(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_score is None:
        return
    value = Value(*(mean_points(views, getattr(views, name)) for name in _VIEWS))
    outcome = at_least(gate.min_score, value)
    yield _answer(
        f"min-score {gate.min_score:g}",
        outcome,
        f"{value.seen:g} points of 100",
        f"{gate.min_score:g} points",
        Remedy(()) if outcome.lets_pass else for_points(views, gate.min_score),
        leaning(outcome, views, ""),
    )


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
