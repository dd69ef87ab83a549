"""The gate: conditions and an assessment in, one verdict for each condition out. Pure: no disk, no clock.

Four views of the same findings answer a condition: what was observed; with what people attested; with waived practices
not held against the repository; and with all that could not be read taken at its best. A condition passes if the third
view meets it, fails if even the fourth does not, and is undecided between the two: there only the unknown stands in the
way. Levels come from the rubric's own scoring each time, so a view can never contradict the audit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from assessor.catalog.loading import did_you_mean
from assessor.catalog.practices import RUNGS, Practice, load_practices
from assessor.errors import UserError
from assessor.findings import Finding, Rung
from assessor.policy.statements import NOTHING_SAID, Statements, attested
from assessor.rubric.gaps import cheapest, steps_between
from assessor.rubric.model import Attest, leaves
from assessor.rubric.scoring import Scorecard, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assessor.assessment import Assessment, PlaceInfo, PracticeInfo
    from assessor.policy.model import Gate, Waiver
    from assessor.rubric.model import Item, Rubric


class Outcome(StrEnum):
    """What became of a condition, worst last."""

    PASSED = "passed"
    ATTESTED = "attested"
    """Passed, but only with what people stated."""
    WAIVED = "waived"
    """Passed, but only since the gap is waived."""
    UNDECIDED = "undecided"
    FAILED = "failed"

    @property
    def lets_pass(self) -> bool:
        return self in (Outcome.PASSED, Outcome.ATTESTED, Outcome.WAIVED)


PASSED, FAILED, UNDECIDED = 0, 1, 4
"""Exit codes of the gate. 2 is wrong use and 3 a bug of ours."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A practice that stands in the way, where, and the smallest step that brings it on.

    `wanted` is the rung that the condition asks; `step` leads to the next one on the way there.
    """

    practice: str
    title: str
    rung: str
    wanted: str
    path: str
    line: int
    step: str
    effort: str = ""
    reason: str = ""
    """Why it is unknown, where it is."""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.path else "nowhere yet"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition, what was seen, and what stands in the way. `condition` is worded as its option is."""

    condition: str
    outcome: Outcome
    seen: str
    wanted: str = ""
    blockers: tuple[Blocker, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What became different since another state: a practice, a dimension or the level, and the place that did it."""

    subject: str
    before: str
    after: str
    place: str = ""
    is_lower: bool = False


@dataclass(frozen=True, slots=True)
class GateResult:
    """All verdicts and the people's statements that were looked at.

    `compared` names the state that `changes` count from (a revision, a baseline); `hidden` are the practices whose gaps
    a baseline knows.
    """

    rubric: str
    verdicts: tuple[Verdict, ...]
    statements: Statements = NOTHING_SAID
    notes: tuple[str, ...] = ()
    compared: str = ""
    changes: tuple[Change, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """It passed and nothing changed: there is nothing to tell anybody."""
        return bool(self.compared) and not self.changes and self.outcome.lets_pass

    @property
    def outcome(self) -> Outcome:
        """The worst of all verdicts; failed outweighs undecided."""
        found = [verdict.outcome for verdict in self.verdicts]
        return max(found, key=list(Outcome).index, default=Outcome.PASSED)

    @property
    def exit_code(self) -> int:
        if self.outcome.lets_pass:
            return PASSED
        return FAILED if self.outcome is Outcome.FAILED else UNDECIDED


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


@dataclass(frozen=True)
class Views:
    """The findings of one assessment as the gate looks at them; each view is at least as good as the one before."""

    assessment: Assessment
    rubric: Rubric
    statements: Statements
    strict: bool = False

    @cached_property
    def practices(self) -> dict[str, Practice]:
        return {practice.id: practice for practice in load_practices()}

    @cached_property
    def observed(self) -> dict[str, Finding]:
        return {
            name: Finding(name, Rung(info.rung), info.summary, values=tuple(info.values.items()))
            for name, info in self.assessment.practices.items()
        }

    @cached_property
    def seen(self) -> dict[str, Finding]:
        """With attestations, unless the gate is strict."""
        return self.observed if self.strict else attested(self.observed, self.statements.attestations)

    @cached_property
    def waived(self) -> dict[str, Waiver]:
        """Practice → the waiver that covers it."""
        return {
            waiver.practice: waiver
            for waiver in self.statements.waivers
            if waiver.practice in self.assessment.practices
            and covers(waiver, self.assessment.practices[waiver.practice])
        }

    @cached_property
    def accepted(self) -> dict[str, Finding]:
        return self._at_best(self.seen, self.waived)

    @cached_property
    def possible(self) -> dict[str, Finding]:
        return self._at_best(self.accepted, [n for n, finding in self.accepted.items() if finding.rung is Rung.UNKNOWN])

    def _at_best(self, findings: Mapping[str, Finding], names: Iterable[str]) -> dict[str, Finding]:
        """The findings with those named at the highest rung that their practice defines."""
        lifted = dict(findings)
        for name in names:
            if lifted[name].rung is not Rung.NOT_APPLICABLE and name in self.practices:
                highest = max(self.practices[name].rungs, key=RUNGS.index)
                lifted[name] = replace(lifted[name], rung=Rung(highest))
        return lifted

    def card(self, view: str) -> Scorecard:
        """The scorecard of `observed`, `seen`, `accepted` or `possible`."""
        if view not in self._cards:
            findings = getattr(self, view)
            said = frozenset() if self.strict or view == "observed" else self._texts
            stack = frozenset(self.assessment.repository.stack)
            self._cards[view] = score(self.rubric, findings, self.assessment.metrics, stack=stack, attested=said)
        return self._cards[view]

    @cached_property
    def _cards(self) -> dict[str, Scorecard]:
        return {}

    @cached_property
    def _texts(self) -> frozenset[str]:
        """The statements of the rubric's items that somebody attested."""
        return attested_texts(self.rubric, self.statements)

    def blocker(self, practice: str, wanted: str) -> Blocker:
        """What is known of a practice that should stand at `wanted`."""
        info, known = self.assessment.practices[practice], self.practices[practice]
        place, reason = nearest_place(info), ""
        rung = self.seen[practice].rung
        if rung is Rung.UNKNOWN:
            reason = info.blind_spots[0].reason if info.blind_spots else info.summary
        stack = frozenset(self.assessment.repository.stack)
        steps = steps_between(known, rung, wanted, stack)  # type: ignore[arg-type]
        first = steps[0] if steps else None
        path, line = (place.path, place.line) if place else ("", 1)
        fix, effort = (first.fix, first.effort) if first else ("", "")
        return Blocker(practice, info.title, rung.value, wanted, path, line, fix, effort, reason)


def attested_texts(rubric: Rubric, statements: Statements) -> frozenset[str]:
    """The texts of the `attest` leaves of this rubric's items that are attested."""
    known = rubric.statements()
    return frozenset(text for name in known if f"{rubric.id}/{name}" in statements.items for text in known[name])


def nearest_place(info: PracticeInfo) -> PlaceInfo | None:
    """Where a practice stands now or would begin: its best proof, else a near miss, else what could not be read."""
    best = [entry.place for entry in info.evidence if entry.rung == info.rung] or [e.place for e in info.evidence]
    others = [miss.place for miss in info.near_misses] + [spot.place for spot in info.blind_spots]
    return next((place for place in (*best, *others) if place.path not in ("", ".")), None)


def covers(waiver: Waiver, info: PracticeInfo) -> bool:
    """Without a path a waiver covers its practice; with one only where all that the rating rests on lies there."""
    if waiver.path is None:
        return True
    paths = [entry.place.path for entry in info.evidence]
    paths += [miss.place.path for miss in info.near_misses] + [spot.place.path for spot in info.blind_spots]
    return bool(paths) and all(matches(path, waiver.path) for path in paths)


def matches(path: str, pattern: str) -> bool:
    """A glob for the whole path, or a folder that holds it."""
    folder = pattern.rstrip("/")
    return path == folder or path.startswith(f"{folder}/") or fnmatchcase(path, pattern)


@dataclass(frozen=True, slots=True)
class _Value:
    """One number in the four views."""

    observed: float
    seen: float
    accepted: float
    possible: float


def _at_least(wanted: float, value: _Value) -> Outcome:
    if value.observed >= wanted:
        return Outcome.PASSED
    if value.seen >= wanted:
        return Outcome.ATTESTED
    if value.accepted >= wanted:
        return Outcome.WAIVED
    return Outcome.UNDECIDED if value.possible >= wanted else Outcome.FAILED


def _level(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_level is None:
        return
    wanted, rubric = gate.min_level, views.rubric
    cards = [views.card(name) for name in ("observed", "seen", "accepted", "possible")]
    outcome = _at_least(wanted, _Value(*(card.level for card in cards)))
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
        _leaning(outcome, views, None),
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
        outcome = _at_least(wanted, _Value(*(wanted if level is None else level for level in levels)))
        blockers: tuple[Blocker, ...] = ()
        if not outcome.lets_pass:
            blockers = _standing(outcome, tuple(_dimension_blockers(dimension, wanted, views)))
        yield Verdict(
            f"min {dimension}={wanted}",
            outcome,
            f"level {levels[1]} of {views.rubric.id}",
            f"level {wanted}",
            blockers,
            _leaning(outcome, views, dimension),
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
        outcome = _at_least(Rung(wanted).height, _Value(*heights))
        blockers = () if outcome.lets_pass else (views.blocker(practice, wanted),)
        yield Verdict(
            f"require {practice}={wanted}", outcome, rung.value, wanted, blockers, _leaning(outcome, views, practice)
        )


def points(card: Scorecard) -> float:
    """The mean of the dimensions' points, 0 to 100: each dimension weighs the same."""
    found = [result.score for result in card.dimensions.values()]
    return round(sum(found) / len(found), 1) if found else 0.0


def _score(gate: Gate, views: Views) -> Iterator[Verdict]:
    if gate.min_score is None:
        return
    value = _Value(*(points(views.card(name)) for name in ("observed", "seen", "accepted", "possible")))
    outcome = _at_least(gate.min_score, value)
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
        _leaning(outcome, views, ""),
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
        _leaning(outcome, views, ""),
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


def _leaning(outcome: Outcome, views: Views, about: str | None) -> str:
    """On whose words a condition passes that what was observed alone does not meet."""
    if outcome is Outcome.ATTESTED:
        used = [
            f"{entry.subject} attested by {entry.who} until {entry.expires}"
            for entry in views.statements.attestations
            if entry.item or views.seen.get(entry.practice or "") != views.observed.get(entry.practice or "")
            if _concerns(entry.practice or "", about)
        ]
        return "rests on " + "; ".join(used)
    if outcome is Outcome.WAIVED:
        used = [
            f"{waiver.practice} waived by {waiver.owner} until {waiver.expires} ({waiver.ticket})"
            for waiver in views.waived.values()
            if _concerns(waiver.practice, about)
        ]
        return "; ".join(used)
    return ""


def _concerns(practice: str, about: str | None) -> bool:
    """`about` is a practice or a dimension; empty or None stand for everything."""
    return not about or not practice or practice == about or practice.startswith(f"{about}.")


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
