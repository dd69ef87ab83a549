"""A rubric's open items as wishes and its levels as quotas, for the search of the cheapest work. Pure.

An item is met by any of its ways through any-of, n-of and all-of; a level wants its required items, and a share of its
supporting ones or points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.findings import LADDER, Rung
from assessor.rubric import points
from assessor.rubric.model import AllOf, AnyOf, AtRung, Attest, Bound, Expression, Level, NOf, Rubric, leaves
from assessor.rubric.results import ItemResult
from assessor.rubric.scoring import evaluate, wanted_supporting
from assessor.rubric.search import Problem, Quota

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from assessor.catalog.practices import RungName
    from assessor.rubric.effort import Work

MAX_WAYS = 300
"""Ways through one item that are looked at; more are cut, and the answer then says that it is not exact."""
_POINT = 1_000_000
"""Points become whole numbers."""


@dataclass(slots=True)
class Wish:
    """One open item, or the whole or a part of its points: what may meet it."""

    item: str
    level: int
    ways: tuple[int, ...]
    leaves: frozenset[tuple[str, RungName]]


class Task:
    """A rubric's open items as wishes and its levels as quotas."""

    def __init__(
        self,
        rubric: Rubric,
        items: Sequence[ItemResult],
        work: Work,
        metrics: Mapping[str, float],
        attested: Collection[str],
    ) -> None:
        self.rubric = rubric
        self.items = items
        self.work = work
        self.metrics = metrics
        self.attested = attested
        self.wishes: list[Wish] = []
        self.is_cut = False
        self._numbers: dict[tuple[str, int], int] = {}

    def quotas(self, level: int) -> list[Quota]:
        """What one level asks of the wishes; new wishes are added."""
        entry = next(entry for entry in self.rubric.levels if entry.level == level)
        if self.rubric.counts_points:
            return [
                Quota(math.ceil(points.missing(entry, points.tally(group)) * _POINT - 1e-4), self._pointed(group))
                for group in points.groups(self.rubric, self.items)
            ]
        return self._asked(entry, [result for result in self.items if result.level == level])

    def quotas_of_dimensions(self, targets: Mapping[str, int], reached: int) -> dict[int, list[Quota]]:
        """By level what is asked of the wishes so that each dimension comes to its target or, where the model does not
        know that level of it, to the next higher one that it can have; none where it is there. No dimension keeps a level
        away that is `reached` over all."""
        found: dict[int, list[Quota]] = {}
        for dimension, wanted in targets.items():
            target = min((level for level in self.rubric.levels_of(dimension) if level >= wanted), default=wanted)
            if wanted <= reached:
                continue
            own = [result for result in self.items if result.item.area == dimension]
            for entry in self.rubric.levels[1:]:
                if not reached < entry.level <= target or (self.rubric.counts_points and entry.level < target):
                    continue  # points that suffice for a level suffice for the lower ones
                if asked := self._quotas_of(entry, own):
                    found.setdefault(entry.level, []).extend(asked)
        return found

    def _quotas_of(self, entry: Level, own: Sequence[ItemResult]) -> list[Quota]:
        """What one level asks of the items of one dimension, as that dimension's level is scored."""
        if not self.rubric.counts_points:
            return self._asked(entry, [result for result in own if result.level == entry.level])
        if not any(result.counts for result in own):
            return []
        need = points.missing(entry, points.tally(own, self.rubric.full))
        return [Quota(math.ceil(need * _POINT - 1e-4), self._pointed(own))] if need > 0 else []

    def _asked(self, entry: Level, own: Sequence[ItemResult]) -> list[Quota]:
        """All required items that are open, and as many supporting ones as are missing to the level's share."""
        counting = [result for result in own if result.counts]
        required = [result for result in counting if result.item.required and not result.status.holds]
        supporting = [result for result in counting if not result.item.required]
        missing = wanted_supporting(entry, supporting) - sum(result.status.holds for result in supporting)
        found = [Quota(1, ((1, self._wish(result, result.item.requires)),)) for result in required]
        if missing > 0:
            parts = ((1, self._wish(r, r.item.requires)) for r in supporting if not r.status.holds)
            found.append(Quota(missing, tuple(parts)))
        return found

    def _pointed(self, group: Sequence[ItemResult]) -> tuple[tuple[int, int], ...]:
        """A part of an item's points counts as one wish, what the whole gives beyond it as another."""
        parts: list[tuple[int, int]] = []
        for result in group:
            item, gained = result.item, result.points
            if not result.applies or gained >= item.points:
                continue
            if item.partial is not None and gained < item.partial.points:
                wish = self._wish(result, item.partial.requires, item.requires)
                parts.append((round((item.partial.points - gained) * _POINT), wish))
                gained = item.partial.points
            parts.append((round((item.points - gained) * _POINT), self._wish(result, item.requires)))
        return tuple(parts)

    def _wish(self, result: ItemResult, *asked: Expression) -> int:
        """The number of the wish for an item by any of these expressions."""
        key = (result.item.id, len(asked))
        if key in self._numbers:
            return self._numbers[key]
        ways = [way for expression in asked for way in self._ways(expression) or ()]
        leaves = frozenset(leaf for expression in asked for leaf in _asked(expression))
        self.wishes.append(Wish(result.item.id, result.level, tuple(_minimal(ways)), leaves))
        self._numbers[key] = len(self.wishes) - 1
        return self._numbers[key]

    def _ways(self, expression: Expression) -> list[int] | None:
        """The ways to meet an expression: [0] where it is met, [] where nothing helps, None where it does not count."""
        match expression:
            case AtRung():
                return self._ways_to_rung(expression)
            case Bound() | Attest():
                status = evaluate(expression, {}, self.metrics, self.attested)
                return ([0] if status.holds else []) if status.counts else None
            case AnyOf():
                return self._combined(1, expression.any_of)
            case AllOf():
                return self._combined(len(expression.all_of), expression.all_of)
            case NOf():
                return self._combined(expression.n_of.n, expression.n_of.of)

    def _ways_to_rung(self, wanted: AtRung) -> list[int] | None:
        rung = self.work.rung(wanted.practice)
        if rung is Rung.NOT_APPLICABLE:
            return None
        if rung in LADDER and rung.height >= Rung(wanted.rung).height:
            return [0]
        return self.work.ways_to(wanted.practice, wanted.rung)

    def _combined(self, wanted: int, children: Sequence[Expression]) -> list[int] | None:
        """The ways to meet so many of the children; where fewer count, all of those."""
        parts = [ways for child in children if (ways := self._ways(child)) is not None]
        if not parts:
            return None
        wanted = min(wanted, len(parts))
        table: list[list[int]] = [[0], *([] for _ in range(wanted))]
        for ways in parts:
            for count in reversed(range(wanted)):
                joined = [*table[count + 1], *(old | way for old in table[count] for way in ways)]
                table[count + 1] = self._cut(_minimal(joined))
        return table[wanted]

    def _cut(self, ways: list[int]) -> list[int]:
        if len(ways) <= MAX_WAYS:
            return ways
        self.is_cut = True
        return sorted(ways, key=lambda way: (self.work.cost(way), way))[:MAX_WAYS]

    def feasible(self, quotas: Sequence[Quota]) -> tuple[list[Quota], list[str]]:
        """(the quotas as far as practices can meet them, the items in the way of the rest)."""
        kept, blocked = [], []
        for quota in quotas:
            can = sum(weight for weight, wish in quota.parts if self.wishes[wish].ways)
            blocked += self._in_the_way(quota, quota.need - can)
            kept.append(Quota(min(quota.need, can), quota.parts))
        return kept, list(dict.fromkeys(blocked))

    def _in_the_way(self, quota: Quota, short: int) -> list[str]:
        """As many of the items that no practice can mend as give what is short, those that give most first."""
        found = []
        for weight, wish in sorted(quota.parts, key=lambda part: -part[0]):
            if short > 0 and not self.wishes[wish].ways:
                found.append(self.wishes[wish].item)
                short -= weight
        return found

    def problem(self, quotas: Sequence[Quota], allowed: int = -1) -> Problem:
        """The quotas as a problem, over the work in `allowed` only."""
        ways = tuple(tuple(way for way in wish.ways if way & ~allowed == 0) for wish in self.wishes)
        return Problem(tuple(self.work.costs), ways, tuple(quotas))


def _minimal(ways: Sequence[int]) -> list[int]:
    """Each way once, none that holds another."""
    kept: list[int] = []
    for way in sorted(set(ways), key=lambda way: (way.bit_count(), way)):
        if not any(other & ~way == 0 for other in kept):
            kept.append(way)
    return kept


def _asked(expression: Expression) -> Iterator[tuple[str, RungName]]:
    return ((leaf.practice, leaf.rung) for leaf in leaves(expression) if isinstance(leaf, AtRung))
