"""Models that count points: the sum of each section, the sum that decides, and the levels whose bounds it passes. Pure.

An item that does not apply leaves the count: the others of its section are scaled to the section's full points, so that
nobody gains or loses by it. What could not be seen, and what only a statement can show and nobody stated, earns nothing;
how far that may be from the truth is told by the second number, the points at best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.rubric.model import TINY, Level, Rubric, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assessor.rubric.results import ItemResult


@dataclass(frozen=True, slots=True)
class Tally:
    """Points of some items: proven, at best, and how many there would be if everything that applies held.

    `full` is what they count as, whatever applies: 5 proven of 6 that apply, in a section of 7, are 5.83 points.
    """

    proven: float
    best: float
    applicable: float
    full: float

    @property
    def points(self) -> float:
        return self._scaled(self.proven)

    @property
    def possible(self) -> float:
        return self._scaled(self.best)

    def needed(self, points: float) -> float:
        """How many points of the items that apply are as much as `points` of the full ones."""
        return points * self.applicable / self.full if self.full else 0.0

    def _scaled(self, points: float) -> float:
        return self.full * points / self.applicable if self.applicable else self.full


def tally(results: Iterable[ItemResult], full: float | None = None) -> Tally:
    """Add up items; `full` is the sum of all of them, weaknesses left out, unless it is given."""
    asked = [result for result in results if not result.item.lack]
    applying = [result for result in asked if result.applies]
    return Tally(
        math.fsum(result.points for result in applying),
        math.fsum(result.possible for result in applying),
        math.fsum(result.item.points for result in applying),
        math.fsum(result.item.points for result in asked) if full is None else full,
    )


def in_section(section: Section, results: Iterable[ItemResult]) -> list[ItemResult]:
    """The results of one section's items."""
    return [result for result in results if result.section == section.id]


def groups(rubric: Rubric, results: Iterable[ItemResult]) -> tuple[list[ItemResult], ...]:
    """The items whose sums a level's bound is asked of: each section's, or all at once; what does not count is left out,
    and so is a group of which nothing applies."""
    found: dict[str, list[ItemResult]] = {section.id: [] for section in rubric.sections if section.counts}
    for result in results:
        if result.section in found:
            found[result.section].append(result)
    together = [result for own in found.values() for result in own]
    parts = list(found.values()) if rubric.scoring == "minimum" else [together]
    return tuple(part for part in parts if any(result.applies for result in part))


def deciding(rubric: Rubric, results: Sequence[ItemResult]) -> tuple[Tally, ...]:
    """The sums of `groups`."""
    return tuple(tally(group) for group in groups(rubric, results))


def total(rubric: Rubric, results: Sequence[ItemResult]) -> tuple[float, float]:
    """(points, points at best) by which the level is found."""
    sums = deciding(rubric, results)
    if not sums:
        return rubric.full, rubric.full
    return min(entry.points for entry in sums), min(entry.possible for entry in sums)


def level_by(rubric: Rubric, points: float) -> int:
    """The highest level whose bound, and those of all lower ones, so many points pass."""
    reached = rubric.floor
    for level in rubric.levels[1:]:
        if not level.is_met_by(points):
            break
        reached = level.level
    return reached


def share_of(rubric: Rubric, level: Level, results: Sequence[ItemResult]) -> float:
    """How much of what the bound asks is there, 0 to 1: the mean over the sums that it is asked of."""
    bound = level.bound
    if bound is None or level.is_met_by(total(rubric, results)[0]):
        return 1.0
    target = bound + (smallest_step(rubric) if level.above is not None else 0.0)
    sums = deciding(rubric, results)
    return math.fsum(min(entry.points, target) / target for entry in sums) / len(sums)


def smallest_step(rubric: Rubric) -> float:
    """The fewest points that any item gives: a bound that must be exceeded is exceeded by so much at least."""
    whole = [item.points for item in rubric.items]
    parts = [item.partial.points for item in rubric.items if item.partial]
    return min([*whole, *parts])


def missing(level: Level, entry: Tally) -> float:
    """How many points of the items that apply one sum lacks to the level's bound; 0 where it passes."""
    if level.bound is None or level.is_met_by(entry.points):
        return 0.0
    beyond = 2 * TINY if level.above is not None else 0.0
    return entry.needed(level.bound + beyond) - entry.proven
