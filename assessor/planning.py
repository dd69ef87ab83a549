"""The plan: from an assessment, with what is assumed of it, the cheapest ordered steps to a level. Pure.

It is made of the ratings that an assessment holds, so a stored one gives the plan that its repository would. Assumed
ratings change nothing that was observed; they stand beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from assessor.assembling import observed, step_info
from assessor.assessment import (
    EffortName,
    Part,
    RepositoryInfo,
    RoadmapStepInfo,
    RungName,
    SubjectName,
    Text,
    ToolInfo,
    schema_of,
)
from assessor.rubric.anchors import words_of
from assessor.rubric.effort import Days
from assessor.rubric.elsewhere import find_way
from assessor.rubric.roadmap import assume
from assessor.rubric.scoring import score
from assessor.rubric.search import NODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assessor.assessment import Assessment
    from assessor.rubric.model import Rubric
    from assessor.rubric.scoring import Scorecard
    from assessor.rubric.target import Target


class Standing(Part):
    """The level over all, the position (see `ScorecardInfo.index`) and the highest level that each dimension does not keep
    away (null where the model asks nothing of it), once something is done. The level is null where there is nothing to
    rate."""

    level: int | None
    title: str
    index: float | None = None
    points: float | None = None
    dimensions: dict[str, int | None]


class Assumed(Part):
    """A practice that is taken to be at another rung than the one observed."""

    practice: str
    title: str
    rung: RungName
    assumed: RungName


class Goal(Part):
    """Where the steps lead: a level, and levels of dimensions. `source` names the profile that sets it, else it is empty."""

    level: int
    title: str
    dimensions: dict[str, int]
    source: Text = ""


class Plan(Part):
    """The steps from here, with what is assumed, to a goal.

    `now` is what was observed, `start` what follows from the assumptions (the same without any), `end` what holds once
    all steps are done. `exact`: no cheaper set of steps gets to the goal; else none takes less than `at_least` days.
    """

    schema_version: Literal["1"] = "1"
    kind: Literal["plan"] = "plan"
    tool: ToolInfo
    repository: RepositoryInfo
    model: str
    subject: SubjectName | None = None
    """What the repository is about; null in a plan of an audit that did not ask."""
    why_no_plan: str = ""
    """Why there are no steps at all: there is nothing whose level they could raise."""
    name: str
    edition: str
    top: int
    now: Standing
    assumed: tuple[Assumed, ...] = ()
    start: Standing
    goal: Goal
    end: Standing
    effort: dict[EffortName, float]
    """What the efforts mean, in days of one person."""
    steps: tuple[RoadmapStepInfo, ...]
    days: float
    """All steps together, as they are ordered by; what to tell is the estimate from `days_low` to `days_high`."""
    days_low: float = 0.0
    days_high: float = 0.0
    exact: bool
    at_least: float
    blocked: tuple[str, ...] = ()
    """Items in the way that no practice can mend: a measured bound, a statement."""
    levels: dict[int, str]
    """Each level of the model and its title."""
    items: dict[str, str]
    """Item → its text, for those that `steps` and `blocked` name."""

    @property
    def is_reached(self) -> bool:
        """Nothing is left to do."""
        return not self.steps and not self.blocked


def make_plan(
    assessment: Assessment,
    rubric: Rubric,
    target: Target,
    *,
    assumed: Mapping[str, str] | None = None,
    limit: int = NODES,
) -> Plan:
    """The plan to `target` (the next level where that names no level) by a rubric, from the assessment's ratings with
    the rungs in `assumed` (practice → rung) in place of the observed ones. `limit` bounds the search, in nodes."""
    subject = assessment.subject
    if subject is not None and not subject.can_be_rated:
        return _no_plan(assessment, rubric, target, subject.text)
    seen = observed(assessment)
    found = assume(seen, assumed or {})
    metrics, days = assessment.metrics, Days(**assessment.effort)
    now, start = score(rubric, seen, metrics), score(rubric, found, metrics)
    level = start.level if target.level is None and target.dimensions else target.level
    roadmap = find_way(
        subject.kind if subject else "",
        rubric,
        found,
        metrics,
        target=level,
        dimensions=target.dimensions,
        days=days,
        stack=words_of(seen, assessment.repository.stack),
        items=start.items,
        limit=limit,
    )
    named = {*roadmap.blocked, *(item for step in roadmap.steps for item in step.unlocks)}
    return Plan(
        tool=assessment.tool,
        repository=assessment.repository,
        model=rubric.id,
        subject=subject.kind if subject else None,
        name=rubric.title,
        edition=rubric.edition,
        top=rubric.top,
        now=_standing(now),
        assumed=tuple(_assumed(assessment, assumed or {})),
        start=_standing(start),
        goal=_goal(rubric, roadmap.target if level is None else level, target),
        end=_standing(score(rubric, assume(found, roadmap.raises), metrics)),
        effort={"S": days.S, "M": days.M, "L": days.L},
        steps=tuple(step_info(step) for step in roadmap.steps),
        days=roadmap.days,
        days_low=round(math.fsum(step.estimate.low for step in roadmap.steps), 3),
        days_high=round(math.fsum(step.estimate.high for step in roadmap.steps), 3),
        exact=roadmap.exact,
        at_least=roadmap.at_least,
        blocked=roadmap.blocked,
        levels={entry.level: entry.title for entry in rubric.levels},
        items={item.id: item.text for item in rubric.items if item.id in named},
    )


def _no_plan(assessment: Assessment, rubric: Rubric, target: Target, why: str) -> Plan:
    """The plan where there is no machine learning: none."""
    nowhere = Standing(level=None, title="", dimensions={})
    days = Days(**assessment.effort)
    return Plan(
        tool=assessment.tool,
        repository=assessment.repository,
        model=rubric.id,
        subject=assessment.subject.kind if assessment.subject else None,
        why_no_plan=why,
        name=rubric.title,
        edition=rubric.edition,
        top=rubric.top,
        now=nowhere,
        start=nowhere,
        goal=_goal(rubric, rubric.floor if target.level is None else target.level, target),
        end=nowhere,
        effort={"S": days.S, "M": days.M, "L": days.L},
        steps=(),
        days=0.0,
        exact=True,
        at_least=0.0,
        levels={entry.level: entry.title for entry in rubric.levels},
        items={},
    )


def _goal(rubric: Rubric, level: int, target: Target) -> Goal:
    return Goal(level=level, title=rubric.title_of(level), dimensions=dict(target.dimensions), source=target.source)


def _assumed(assessment: Assessment, wanted: Mapping[str, str]) -> Iterable[Assumed]:
    for name, rung in wanted.items():
        info = assessment.practices[name]
        yield Assumed.model_validate({"practice": name, "title": info.title, "rung": info.rung, "assumed": rung})


def _standing(card: Scorecard) -> Standing:
    return Standing(
        level=card.level,
        title=card.title,
        index=card.index,
        points=None if card.points is None else round(card.points, 3),
        dimensions={name: result.level for name, result in card.dimensions.items()},
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a plan's JSON."""
    return schema_of(Plan, "plan")
