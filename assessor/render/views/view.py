"""What a report shows, in the order in which it shows it: a frozen view of one assessment for HTML, PDF and others.

Every number is the assessment's own; nothing is judged or computed here, only sorted, grouped and cut. The texts of the
view are safe to show: characters that would be obeyed instead of shown (controls, marks that turn the direction of
writing) are written as their codes, and texts of unreasonable length are cut. They are not escaped for any format;
a template does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from assessor.assessment import Assessment
from assessor.render.views.found_words import in_language
from assessor.render.views.hostile import visible
from assessor.render.views.links import Links, links_of_assessment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assessor.assessment import (
        BasisInfo,
        BlindSpotInfo,
        DimensionInfo,
        EvidenceInfo,
        GapInfo,
        HopInfo,
        PlaceInfo,
        PracticeInfo,
        RoadmapStepInfo,
        ScorecardInfo,
        TargetInfo,
    )
    from assessor.render.views.texts import Texts

LADDER = ("absent", "declared", "used", "automated", "enforced")
HEIGHTS = {rung: height for height, rung in enumerate(LADDER)}
LONGEST = 1000
"""Characters of one text; a longer one is cut. Texts of the assessor itself are much shorter."""
STEPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PracticeView:
    """One practice and what the chosen model wants of it. `id` is `DIMENSION.NAME`."""

    id: str
    info: PracticeInfo
    gap: GapInfo | None

    @property
    def height(self) -> int | None:
        """How many rungs above absent; None where the practice does not apply or is unknown."""
        return HEIGHTS.get(self.info.rung)

    @property
    def status(self) -> str:
        """One word to filter by: `blocking`, `supporting` or `later` for a gap, else `done`, `unknown` or
        `not_applicable`."""
        if self.info.rung in ("unknown", "not_applicable"):
            return self.info.rung
        if self.gap is None:
            return "done"
        if self.gap.later:
            return "later"
        return "blocking" if self.gap.blocking else "supporting"

    @property
    def best(self) -> EvidenceInfo | None:
        """The strongest proof."""
        return self.info.evidence[0] if self.info.evidence else None


@dataclass(frozen=True, slots=True)
class DimensionView:
    """One dimension: what the chosen model says of it (None where it does not know it), and its practices."""

    id: str
    result: DimensionInfo | None
    practices: tuple[PracticeView, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The cheapest way up. `target` is what it leads to; None for the next level. `blocked` are items in the way."""

    steps: tuple[RoadmapStepInfo, ...]
    days: float
    is_exact: bool
    blocked: tuple[str, ...]
    target: TargetInfo | None = None


def way_of(card: ScorecardInfo) -> Way:
    """The way to the target where there is one, and it is not reached; else to the next level."""
    target = card.target
    if target is None or target.reached:
        return Way(card.roadmap, card.roadmap_days, card.roadmap_exact, card.roadmap_blocked)
    return Way(target.roadmap, target.roadmap_days, target.roadmap_exact, target.roadmap_blocked, target)


@dataclass(frozen=True)
class View:
    """An assessment ready to be shown by one of its models. `assessment` has visible texts only."""

    assessment: Assessment
    model: str
    links: Links
    foreign: frozenset[str] = frozenset()
    """Sentences about the repository that the report's language does not have; they are shown in English."""

    @property
    def card(self) -> ScorecardInfo:
        """The scorecard of the model that is shown."""
        return self.assessment.scorecards[self.model]

    @property
    def basis(self) -> BasisInfo:
        """On what the shown model's result rests, with attestations where any counts."""
        return self.card.attested.basis if self.card.attested else self.card.basis

    @property
    def others(self) -> tuple[tuple[str, ScorecardInfo], ...]:
        """The other models, in the assessment's order."""
        return tuple((name, card) for name, card in self.assessment.scorecards.items() if name != self.model)

    @property
    def models(self) -> tuple[tuple[str, ScorecardInfo], ...]:
        """All models, the shown one first."""
        return ((self.model, self.card), *self.others)

    @property
    def blocking(self) -> tuple[GapInfo, ...]:
        """What keeps the next level away, in the assessment's order; without what can wait."""
        return tuple(gap for gap in self.card.gaps if gap.blocking and not gap.later)

    @property
    def supporting(self) -> tuple[GapInfo, ...]:
        """What is worth doing and keeps nothing away; without what can wait."""
        return tuple(gap for gap in self.card.gaps if not gap.blocking and not gap.later)

    @property
    def later(self) -> tuple[GapInfo, ...]:
        """What lies beyond the target."""
        return tuple(gap for gap in self.card.gaps if gap.later)

    @property
    def waiting(self) -> tuple[GapInfo, ...]:
        """What can wait, as far as the way that is shown does not lift it."""
        lifted = {lift.practice for step in self.way.steps for lift in step.raises}
        return tuple(gap for gap in self.later if gap.practice not in lifted)

    @property
    def way(self) -> Way:
        """The cheapest way up that matters most."""
        return way_of(self.card)

    @property
    def steps(self) -> tuple[RoadmapStepInfo, ...]:
        """The first steps of the plan; every report shows these."""
        return self.way.steps[:STEPS_SHOWN]

    @property
    def beside(self) -> tuple[GapInfo, ...]:
        """What is worth doing besides the plan, which lifts none of it."""
        lifted = {lift.practice for step in self.way.steps for lift in step.raises}
        return tuple(gap for gap in self.supporting if gap.practice not in lifted)

    @cached_property
    def gap_of(self) -> dict[str, GapInfo]:
        """Practice → its gap; the one that blocks where there are several."""
        return {gap.practice: gap for gap in reversed((*self.blocking, *self.supporting, *self.later))}

    @cached_property
    def practices(self) -> dict[str, PracticeView]:
        """All practices by id, in the assessment's order."""
        return {
            name: PracticeView(name, info, self.gap_of.get(name)) for name, info in self.assessment.practices.items()
        }

    @cached_property
    def dimensions(self) -> tuple[DimensionView, ...]:
        """All dimensions with their practices, in the assessment's order."""
        grouped = groupby(self.practices.values(), key=lambda practice: practice.info.dimension)
        return tuple(DimensionView(name, self.card.dimensions.get(name), tuple(group)) for name, group in grouped)

    @property
    def blind_spots(self) -> tuple[BlindSpotInfo, ...]:
        return self.assessment.blind_spots

    def level_title(self, level: int) -> str:
        """The title of one level of the shown model; empty for a level that it does not have."""
        return next((entry.title for entry in self.card.levels if entry.level == level), "")

    def url(self, place: PlaceInfo) -> str:
        """The https address of the place's lines at the commit; empty where none is known."""
        return self.links.line(place.path, place.line, place.end_line)


def view_of(assessment: Assessment, *, rubric: str = "", texts: Texts | None = None) -> View:
    """The view by one model, the primary one if `rubric` is empty; with `texts` it says schedules and what was found in
    that language.

    Raises KeyError for a model that was not applied.
    """
    model = rubric or assessment.primary
    if model not in assessment.scorecards:
        raise KeyError(model)
    clean, foreign = shown(assessment.model_dump()), frozenset[str]()
    if texts:
        clean, foreign = in_language(clean, texts)
    return View(Assessment.model_validate(clean), shown(model), links_of_assessment(assessment), foreign)


def told(hops: Iterable[HopInfo]) -> tuple[HopInfo, ...]:
    """The hops of a route without those that repeat the words of the one before."""
    return tuple(next(group) for _, group in groupby(hops, key=lambda hop: hop.text))


def shown(value: Any) -> Any:
    """A tree of plain values with all texts made visible, and cut where they are longer than any of ours."""
    if isinstance(value, str):
        text = value if len(value) <= LONGEST else value[:LONGEST] + "…"
        return visible(text)
    if isinstance(value, dict):
        return {shown(key): shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value
