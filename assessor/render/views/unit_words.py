"""The units of a monorepo in words: how many reach a level, each in one row, and what not all of them have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.render.views.view import HEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.assessment import Assessment, RoadmapStepInfo, RungName, UnitInfo
    from assessor.render.views.texts import Texts


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit in a table. `level` is a dash where it has none, `first` the first step of its plan, `where` that begins."""

    name: str
    level: str
    index: str
    title: str
    about: str
    first: str
    where: str
    step: RoadmapStepInfo | None


@dataclass(frozen=True, slots=True)
class Shared:
    """A practice that `has` of `of` units have at the rung of the whole repository."""

    practice: str
    title: str
    rung: RungName
    has: int
    of: int
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitsShown:
    """What a document says of units; `rows` are empty where the repository is rated as one."""

    rows: list[UnitRow]
    summary: list[str]
    shared: list[Shared]
    model: str


def units_shown(assessment: Assessment, t: Texts) -> UnitsShown:
    """The whole section."""
    model = assessment.scorecards[assessment.primary].name
    return UnitsShown(unit_rows(assessment, t), units_summary(assessment, t), shared_practices(assessment), model)


def rated_units(assessment: Assessment) -> list[UnitInfo]:
    """The units that have a level, lowest first."""
    return [unit for unit in assessment.units if unit.level is not None]


def unit_rows(assessment: Assessment, t: Texts) -> list[UnitRow]:
    """One row for each unit, lowest first."""
    return [_row(unit, t) for unit in assessment.units]


def _row(unit: UnitInfo, t: Texts) -> UnitRow:
    about = t.messages.get(f"units.kind.{unit.subject.kind}", "") if unit.subject else ""
    step = unit.steps[0] if unit.steps else None
    at = step.where[0].place if step and step.where else None
    return UnitRow(
        name=unit.name,
        level="–" if unit.level is None else str(unit.level),
        index="" if unit.index is None else t.number(math.floor(unit.index * 10 + 1e-6) / 10, 1),
        title=t.tr(unit.title) if unit.title else "",
        about=about,
        first=t.tr(step.title) if step else "",
        where=str(at) if at else "",
        step=step,
    )


def units_summary(assessment: Assessment, t: Texts) -> list[str]:
    """How many units reach which level, in sentences."""
    rated = rated_units(assessment)
    others = len(assessment.units) - len(rated)
    said = []
    if rated:
        said.append(_reached(rated, t))
    if others:
        said.append(t.count("units.unrated", others, of=len(assessment.units)))
    return said


def _reached(rated: Sequence[UnitInfo], t: Texts) -> str:
    """All on one level, else how many reach the first level that the lowest lacks."""
    levels = [unit.level for unit in rated if unit.level is not None]
    lowest = rated[0]
    if min(levels) == max(levels):
        return t.count("units.all", len(levels), level=min(levels), lowest=lowest.name)
    wanted = min(level for level in levels if level > min(levels))
    reach = sum(level >= wanted for level in levels)
    return t("units.reach", reach=reach, of=len(levels), level=wanted, lowest=lowest.name)


def shared_practices(assessment: Assessment) -> list[Shared]:
    """The practices that some units lack at the rung which the whole repository has, those that most lack first."""
    rated = rated_units(assessment)
    found = []
    for name, info in assessment.practices.items():
        height = HEIGHTS.get(info.rung, 0)
        known = [unit for unit in rated if unit.practices.get(name, "unknown") in HEIGHTS] if height > 0 else []
        lacking = tuple(unit.name for unit in known if HEIGHTS[unit.practices[name]] < height)
        if lacking and len(known) > 1:
            found.append(Shared(name, info.title, info.rung, len(known) - len(lacking), len(known), lacking))
    return sorted(found, key=lambda entry: (entry.has / entry.of, entry.practice))
