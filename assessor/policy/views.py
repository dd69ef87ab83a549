"""The findings of one assessment as the gate looks at them, and what a place, a waiver and an outcome are in them.

Four views of the same findings answer a condition: what was observed; with what people attested; with waived practices
not held against the repository; and with all that could not be read taken at its best. A condition passes if the third
view meets it, fails if even the fourth does not, and is undecided between the two: there only the unknown stands in the
way. Levels come from the rubric's own scoring each time, so a view can never contradict the audit. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assessor.assembling import observed
from assessor.catalog.practices import RUNGS, Practice, load_practices
from assessor.findings import Rung
from assessor.policy.statements import Statements, attested, attested_texts, covers
from assessor.policy.unknowns import remedy_for
from assessor.policy.verdicts import Blocker, Outcome
from assessor.rubric.anchors import anchors, words_of
from assessor.rubric.gaps import steps_between
from assessor.rubric.scoring import Scorecard, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assessor.assessment import Assessment, PlaceInfo, PracticeInfo
    from assessor.facts.place import Place
    from assessor.findings import Finding
    from assessor.policy.model import Waiver
    from assessor.rubric.model import Rubric


@dataclass(frozen=True)
class Views:
    """The findings of one assessment as the gate looks at them; each view is at least as good as the one before."""

    assessment: Assessment
    rubric: Rubric
    statements: Statements
    strict: bool = False

    @property
    def can_be_rated(self) -> bool:
        """There is machine learning, so that a level says something."""
        subject = self.assessment.subject
        return subject is None or subject.can_be_rated

    @cached_property
    def practices(self) -> dict[str, Practice]:
        return {practice.id: practice for practice in load_practices()}

    @cached_property
    def observed(self) -> dict[str, Finding]:
        return observed(self.assessment)

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
            said = frozenset() if view == "observed" else self.texts
            self._cards[view] = score(self.rubric, findings, self.assessment.metrics, attested=said)
        return self._cards[view]

    @cached_property
    def _cards(self) -> dict[str, Scorecard]:
        return {}

    @cached_property
    def texts(self) -> frozenset[str]:
        """Those that count: none where the gate is strict."""
        return frozenset() if self.strict else self._texts

    @cached_property
    def _texts(self) -> frozenset[str]:
        """The statements of the rubric's items that somebody attested."""
        return attested_texts(self.rubric, self.statements)

    def blocker(self, practice: str, wanted: str) -> Blocker:
        """What is known of a practice that should stand at `wanted`."""
        info, known = self.assessment.practices[practice], self.practices[practice]
        place: PlaceInfo | Place | None = nearest_place(info)
        reason = ""
        rung = self.seen[practice].rung
        if rung is Rung.UNKNOWN:
            reason = info.blind_spots[0].reason if info.blind_spots else info.summary
        steps = steps_between(known, rung, wanted, self.words)  # type: ignore[arg-type]
        if place is None:
            place = next((anchor.place for anchor in anchors(practice, wanted, self.observed)), None)
        path, line = (place.path, place.line) if place else ("", 1)
        fix = known.steps_to([step.rung for step in steps], self.words)
        effort = max((step.effort for step in steps), key="SML".index, default="")
        if reason and (remedy := remedy_for(reason)):
            fix, effort = remedy, ""
        return Blocker(
            practice, info.title, rung.value, wanted, path, line, fix, effort, reason, known.title_to(wanted)
        )

    @cached_property
    def words(self) -> tuple[str, ...]:
        """In whose words steps are told: products in use and CI systems of the repository."""
        return words_of(self.observed, self.assessment.repository.stack)


def nearest_place(info: PracticeInfo) -> PlaceInfo | None:
    """Where a practice stands now or would begin: its best proof, else a near miss, else what could not be read."""
    best = [entry.place for entry in info.evidence if entry.rung == info.rung] or [e.place for e in info.evidence]
    others = [miss.place for miss in info.near_misses] + [spot.place for spot in info.blind_spots]
    return next((place for place in (*best, *others) if place.path not in ("", ".")), None)


@dataclass(frozen=True, slots=True)
class Value:
    """One number in the four views."""

    observed: float
    seen: float
    accepted: float
    possible: float


def at_least(wanted: float, value: Value) -> Outcome:
    if value.observed >= wanted:
        return Outcome.PASSED
    if value.seen >= wanted:
        return Outcome.ATTESTED
    if value.accepted >= wanted:
        return Outcome.WAIVED
    return Outcome.UNDECIDED if value.possible >= wanted else Outcome.FAILED


def leaning(outcome: Outcome, views: Views, about: str | None) -> str:
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
