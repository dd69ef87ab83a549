"""What people stated and waived, laid beside an assessment and never into it: ratings, levels and gaps stay observed. Pure.

Each attestation and each waiver gets a state on one day, and each scorecard says what it would be with the attestations
that are in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assessor.assembling import basis_info, observed
from assessor.assessment import (
    AttestationInfo,
    AttestedInfo,
    PlaceInfo,
    StatementsInfo,
    WaiverInfo,
)
from assessor.catalog.loading import did_you_mean
from assessor.errors import UserError
from assessor.policy.effective import effective
from assessor.policy.model import Gate
from assessor.policy.statements import NOTHING_SAID, WARN_DAYS, attested, attested_texts, covers, on_day
from assessor.rubric.results import Status
from assessor.rubric.scoring import Shares, judged, score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from assessor.assessment import Assessment, ScorecardInfo, StatementState
    from assessor.findings import Finding
    from assessor.policy.config import Loaded
    from assessor.policy.model import Attestation, Policy, Waiver
    from assessor.policy.statements import Statements
    from assessor.rubric.model import Rubric
    from assessor.rubric.results import ItemResult
    from assessor.rubric.scoring import Scorecard


def with_statements(
    assessment: Assessment,
    rubrics: Sequence[Rubric],
    loaded: Loaded,
    day: date | None,
    policy: Policy | None = None,
    *,
    strict: bool = False,
) -> Assessment:
    """The assessment with the statements of a configuration beside it, as they stand on `day` within a policy's bounds.

    `rubrics` are those that it was scored by. Where no day is known, no statement counts: nobody could tell whether it
    has expired. `strict` leaves attestations out; the configuration and the policy can ask for that too (`gate.strict`).
    """
    config = loaded.config
    if not config.attestations and not config.waivers:
        return assessment
    is_strict = strict or effective(config, Gate(), policy).gate.strict
    said = NOTHING_SAID if day is None else on_day(config.attestations, config.waivers, day, policy)
    laid = _Laid(assessment, rubrics, loaded, day, said, is_strict)
    cards = {name: laid.with_attested(name, card) for name, card in assessment.scorecards.items()}
    return assessment.model_copy(update={"statements": laid.statements(), "scorecards": cards})


def check_items(loaded: Loaded, rubrics: Sequence[Rubric]) -> None:
    """Raise UserError for an attested item that its model does not have, or that needs no statement.

    Items of models that are not among `rubrics` are left alone.
    """
    known = {rubric.id: rubric for rubric in rubrics}
    for number, entry in enumerate(loaded.config.attestations):
        model, _, item = (entry.item or "").partition("/")
        if model not in known or item in known[model].statements():
            continue
        where = f"{loaded.path}:{loaded.line('attestations', number, 'item')}: attestations.{number}.item"
        if any(item == own.id for own in known[model].items):
            raise UserError(f"{where}: '{item}' of {model} is observed, not stated; attest its practices")
        names = known[model].statements()
        hint = did_you_mean(item, names) or f"; those to be stated are {', '.join(names) or 'none'}"
        raise UserError(f"{where}: {model} has no item '{item}'{hint}")


@dataclass(frozen=True)
class _Laid:
    """An assessment and what was said about it on a day."""

    assessment: Assessment
    rubrics: Sequence[Rubric]
    loaded: Loaded
    day: date | None
    said: Statements
    strict: bool

    @cached_property
    def observed(self) -> dict[str, Finding]:
        return observed(self.assessment)

    @cached_property
    def lifted(self) -> dict[str, Finding]:
        """The findings with what is attested."""
        return self.observed if self.strict else attested(self.observed, self.said.attestations)

    @cached_property
    def beside(self) -> dict[str, AttestedInfo]:
        """Model → its card with what is attested, for those in which that makes a difference."""
        if self.strict:
            return {}
        found = {rubric.id: self._beside(rubric) for rubric in self.rubrics}
        return {name: info for name, info in found.items() if info}

    def with_attested(self, name: str, card: ScorecardInfo) -> ScorecardInfo:
        return card.model_copy(update={"attested": self.beside[name]}) if name in self.beside else card

    def _beside(self, rubric: Rubric) -> AttestedInfo | None:
        metrics, texts = self.assessment.metrics, attested_texts(rubric, self.said)
        if self.assessment.scorecards[rubric.id].level is None:
            return None  # there is nothing to rate, whatever is stated
        before = judged(rubric, self.observed, metrics)
        if judged(rubric, self.lifted, metrics, texts) == before:
            return None
        card = score(rubric, self.lifted, metrics, attested=texts)
        return _attested_info(self.assessment.scorecards[rubric.id], before, card)

    def statements(self) -> StatementsInfo:
        config = self.loaded.config
        return StatementsInfo(
            day=str(self.day or ""),
            strict=self.strict,
            attestations=tuple(self._attestation(number, entry) for number, entry in enumerate(config.attestations)),
            waivers=tuple(self._waiver(number, entry) for number, entry in enumerate(config.waivers)),
        )

    def _attestation(self, number: int, entry: Attestation) -> AttestationInfo:
        state = self._state("attestation", entry.subject) or self._attestation_state(entry)
        return AttestationInfo(
            practice=entry.practice or "",
            rung=entry.rung,
            item=entry.item or "",
            statement=entry.statement,
            who=entry.who,
            when=str(entry.when),
            expires=str(entry.expires),
            link=entry.link or "",
            place=self._place("attestations", number),
            state=state,
            days_left=self._days_left(state, entry.expires),
        )

    def _attestation_state(self, entry: Attestation) -> StatementState:
        if self.strict:
            return "ignored"
        if entry.practice:
            needed = attested(self.observed, (entry,))[entry.practice] != self.observed[entry.practice]
        else:
            model, _, item = (entry.item or "").partition("/")
            needed = model in self.beside and item.removesuffix(".partly") in self.beside[model].items
        return self._holding(entry.expires) if needed else "unused"

    def _waiver(self, number: int, entry: Waiver) -> WaiverInfo:
        state = self._state("waiver", entry.subject) or self._waiver_state(entry)
        return WaiverInfo(
            practice=entry.practice,
            path=entry.path or "",
            reason=entry.reason,
            owner=entry.owner,
            ticket=entry.ticket,
            expires=str(entry.expires),
            place=self._place("waivers", number),
            state=state,
            days_left=self._days_left(state, entry.expires),
        )

    def _waiver_state(self, entry: Waiver) -> StatementState:
        info = self.assessment.practices[entry.practice]
        has_gap = info.rung not in ("not_applicable", info.rungs[-1])
        return self._holding(entry.expires) if has_gap and covers(entry, info) else "unused"

    def _state(self, kind: str, subject: str) -> StatementState | None:
        """Why a statement cannot count whatever it says; None for one that can."""
        if self.day is None:
            return "undated"
        return next(
            (entry.cause for entry in self.said.refused if (entry.kind, entry.subject) == (kind, subject)), None
        )

    def _holding(self, expires: date) -> StatementState:
        assert self.day
        return "ending" if (expires - self.day).days <= WARN_DAYS else "in_force"

    def _days_left(self, state: StatementState, expires: date) -> int | None:
        return (expires - self.day).days if self.day and state in ("in_force", "ending") else None

    def _place(self, kind: str, number: int) -> PlaceInfo:
        return PlaceInfo(path=self.loaded.path, line=self.loaded.line(kind, number))


def _attested_info(observed: ScorecardInfo, before: Sequence[ItemResult], card: Scorecard) -> AttestedInfo:
    """What a card with attestations adds to the observed one, item by item and dimension by dimension."""
    earlier = {result.item.id: result for result in before}
    stated = [result for result in card.items if result != earlier[result.item.id]]
    gained = [r for r in stated if r.status.holds or r.points > earlier[r.item.id].points]
    shares = [replace(result, status=Status.ATTESTED) if result in stated else result for result in card.items]
    levels: Mapping[str, int | None] = {name: result.level for name, result in card.dimensions.items()}
    return AttestedInfo(
        level=card.level,
        title=card.title,
        points=None if card.points is None else round(card.points, 3),
        dimensions={name: level for name, level in levels.items() if level != observed.dimensions[name].level},
        items=tuple(result.item.id for result in gained),
        basis=basis_info(Shares.of(shares)),
    )
