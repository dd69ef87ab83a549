"""What closes a condition of the gate: the practices to raise, each to the rung that it needs, in the order of the plan.

A remedy is whole: with all of its practices at their rungs the condition holds. It is the plan's own search for levels, so
that the gate asks for nothing that the plan does not. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, RungName
from assessor.findings import Finding, Rung
from assessor.rubric.effort import DAYS, Days
from assessor.rubric.elsewhere import find_way
from assessor.rubric.roadmap import QUICK_NODES, assume
from assessor.rubric.scoring import points_of_practices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assessor.catalog.practices import Practice
    from assessor.policy.verdicts import Blocker
    from assessor.policy.views import Views


@dataclass(frozen=True, slots=True)
class Remedy:
    """The practices to raise, the items that somebody has to state, and those that nothing in this repository can mend."""

    blockers: tuple[Blocker, ...]
    stated: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


def for_level(views: Views, level: int, dimensions: Mapping[str, int] | None = None) -> Remedy:
    """The cheapest way to a level over all and, beside it, to levels of dimensions."""
    days = Days(**views.assessment.effort) if views.assessment.effort else DAYS
    subject = views.assessment.subject
    roadmap = find_way(
        subject.kind if subject else "",
        views.rubric,
        views.accepted,
        views.assessment.metrics,
        target=level,
        dimensions=dimensions,
        days=days,
        stack=views.words,
        attested=views.texts,
        limit=QUICK_NODES,
    )
    wanted: dict[str, RungName] = {}
    for step in roadmap.steps:
        for item in step.raises:
            wanted[item.practice] = item.wanted  # a later step may bring it further
    can_be_stated = views.rubric.statements()
    return Remedy(
        tuple(views.blocker(practice, rung) for practice, rung in wanted.items()),
        tuple(name for name in roadmap.blocked if name in can_be_stated),
        tuple(name for name in roadmap.blocked if name not in can_be_stated),
    )


def for_index(views: Views, index: float) -> Remedy:
    """The cheapest way to the level that is at or above a position."""
    return for_level(views, min(math.ceil(index), views.rubric.top))


def for_points(views: Views, wanted: float) -> Remedy:
    """Practices whose raising gives the mean of the dimensions' points, those first that give most for a day's work."""
    days = Days(**views.assessment.effort) if views.assessment.effort else DAYS
    found = dict(views.accepted)
    raised: dict[str, RungName] = {}
    while mean_points(views, found) < wanted:
        best = max(_next_rungs(views, found, days), key=lambda entry: entry[0], default=None)
        if best is None:
            break
        _, practice, rung = best
        found = assume(found, {practice: rung})
        raised[practice] = rung
    return Remedy(tuple(views.blocker(practice, rung) for practice, rung in raised.items()))


def mean_points(views: Views, findings: Mapping[str, Finding]) -> float:
    """The mean of the dimensions' points, 0 to 100: each dimension weighs the same."""
    grouped: dict[str, list[Practice]] = {}
    for practice in views.practices.values():
        grouped.setdefault(practice.dimension, []).append(practice)
    found = [points_of_practices(own, findings)[0] for own in grouped.values()]
    return round(math.fsum(found) / len(found), 1) if found else 0.0


def _next_rungs(
    views: Views, findings: Mapping[str, Finding], days: Days
) -> Iterator[tuple[tuple[float, int], str, RungName]]:
    """(points for a day's work and place in the catalogue, practice, its next rung)."""
    count = dict.fromkeys((practice.dimension for practice in views.practices.values()), 0)
    for practice in views.practices.values():
        count[practice.dimension] += practice.id in findings and findings[practice.id].rung is not Rung.NOT_APPLICABLE
    for number, practice in enumerate(views.practices.values()):
        finding = findings.get(practice.id)
        if finding is None or finding.rung is Rung.NOT_APPLICABLE:
            continue
        following = practice.next_rung(finding.rung.value)
        if following:
            highest = max(RUNGS.index(name) + 1 for name in practice.rungs)
            gain = (Rung(following).height - max(finding.rung.height, 0)) / highest / count[practice.dimension]
            yield (gain / days.of(practice.effort[following]), -number), practice.id, following
