"""What a step of the plan says in every report: how long it may take, and where in the repository it begins."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assessor.rubric.effort import estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assessor.assessment import PlaceInfo, RoadmapStepInfo
    from assessor.render.views.texts import Texts

_WHOLE_FROM = 10
"""Days from which on halves say nothing."""


def days_range(low: float, high: float, t: Texts) -> str:
    """`0.5 to 2 days`: in half days, from ten on in whole ones, rounded outwards."""
    least, most = max(_rounded(low, math.floor), 0.5), _rounded(high, math.ceil)
    if least >= most:
        return t.count("terminal.days", least)
    return t("takes.range", low=t.number(least), high=t.number(most))


def _rounded(days: float, way: object) -> float:
    part = 1 if days >= _WHOLE_FROM else 2
    found: int = way(days * part + (1e-9 if way is math.floor else -1e-9))  # type: ignore[operator]
    return found / part


def work_of(steps: Iterable[RoadmapStepInfo], t: Texts) -> str:
    """The range that steps take together, without the word that says that it is an estimate."""
    found = [_ends(step) for step in steps]
    return days_range(sum(low for low, _ in found), sum(high for _, high in found), t)


def _ends(step: RoadmapStepInfo) -> tuple[float, float]:
    """The ends of a step's range; of one told by a version without it, those around its days."""
    if step.days_high:
        return step.days_low, step.days_high
    around = estimate(step.days)
    return around.low, around.high


def estimated(steps: Iterable[RoadmapStepInfo], t: Texts) -> str:
    """The same, with the word."""
    return t("takes.estimate", range=work_of(steps, t))


def places(step: RoadmapStepInfo) -> tuple[Sequence[PlaceInfo], PlaceInfo | None]:
    """(the files to work on, the one that starts them without a person)."""
    by = [entry.place for entry in step.where if entry.role == "by"]
    return [entry.place for entry in step.where if entry.role == "at"], by[0] if by else None


def where(step: RoadmapStepInfo, t: Texts) -> str:
    """`src/train.py:12, started by ci.yml:3`; empty where no file of the repository is known."""
    at, by = places(step)
    words = [", ".join(str(place) for place in at)] if at else []
    words += [t("step.by", place=by)] if by else []
    return ", ".join(words)
