"""What work costs: the rungs that practices can climb, as resources with costs. Pure.

Each rung costs its effort in days; rungs that one change gives together (`changes.yaml`) cost what the dearest of them
costs. `declared` on the way to more is no step: intent comes with the deed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, Effort, Practice, RungName
from assessor.findings import Finding, Rung
from assessor.rubric.search import bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assessor.rubric.changes import Change

MILLI = 1000
"""Costs are whole thousandths of a day."""


@dataclass(frozen=True, slots=True)
class Days:
    """What the efforts mean in days of one person; the configuration calibrates it (`effort`)."""

    S: float = 0.5
    M: float = 2.0
    L: float = 5.0

    def of(self, effort: Effort) -> float:
        return {"S": self.S, "M": self.M, "L": self.L}[effort]

    def letter(self, days: float) -> Effort:
        """The effort that so many days are nearest to, by their ratio: twice as long is as far as half as long."""
        return "S" if days * days < self.S * self.M else "M" if days * days < self.M * self.L else "L"


DAYS = Days()


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a piece of work may take, in days of one person; both ends together are the estimate, neither alone."""

    low: float
    high: float


_SHORTER, _LONGER, _EACH_MORE = 0.5, 2.0, 0.25


def estimate(days: float, things: int = 1) -> Estimate:
    """The range around `days`: half to twice of it, and up to a quarter of that more for each further thing (training
    script, service) that the work has to be done for. Our judgement: single efforts were never measured."""
    return Estimate(days * _SHORTER, days * _LONGER * (1 + _EACH_MORE * (things - 1)))


class Work:
    """The rungs that practices can climb, as resources with costs in thousandths of a day.

    A rung that a change gives costs the change's layers up to its own effort, so that the change costs as much as the
    dearest of its parts. `declared` on the way to more is no step: intent comes with the deed.
    """

    def __init__(
        self,
        findings: Mapping[str, Finding],
        practices: Sequence[Practice],
        changes: Sequence[Change],
        days: Days,
        fixed: Collection[str] = (),
    ) -> None:
        """`fixed` are practices that cannot be raised here."""
        self.fixed = fixed
        self.findings = findings
        self.practices = {practice.id: practice for practice in practices}
        self.days = days
        self.costs: list[int] = []
        self.change_of = {step: change for change in changes for step in change.raises}
        self._layers: dict[str, dict[int, int]] = {}
        self._units: dict[tuple[str, str], int] = {}

    def rung(self, practice: str) -> Rung:
        finding = self.findings.get(practice)
        return finding.rung if finding else Rung.UNKNOWN

    def chain(self, practice: str, rung: str) -> list[RungName]:
        """The rungs to climb up to `rung`, the lowest first."""
        known = self.practices[practice]
        here, goal = self.rung(practice).height, Rung(rung).height
        climbed: list[RungName] = [name for name in RUNGS if name in known.rungs and here < Rung(name).height <= goal]
        return [name for name in climbed if name != "declared"] if len(climbed) > 1 else climbed

    def unit(self, practice: str, rung: RungName) -> int:
        """The resources of one rung, the rungs below it not counted."""
        key = (practice, rung)
        if key not in self._units:
            cost = round(self.days.of(self.practices[practice].effort[rung]) * MILLI)
            change = self.change_of.get(key)
            self._units[key] = self._layered(change, cost) if change else self._new(cost)
        return self._units[key]

    def _new(self, cost: int) -> int:
        self.costs.append(cost)
        return 1 << (len(self.costs) - 1)

    def _layered(self, change: Change, cost: int) -> int:
        """The layers of a change up to `cost`: each distinct cost of its rungs is one."""
        if change.id not in self._layers:
            efforts = (self.practices[name].effort[rung] for name, rung in change.raises if name in self.practices)
            distinct = sorted({0, *(round(self.days.of(effort) * MILLI) for effort in efforts)})
            self._layers[change.id] = {high: self._new(high - low) for low, high in pairwise(distinct)}
        found = 0
        for high, unit in self._layers[change.id].items():
            found |= unit if high <= cost else 0
        return found

    def ways_to(self, practice: str, rung: str) -> list[int]:
        """The ways to a rung: all up to it, and for `declared` also the next rung; none where nothing helps."""
        if practice not in self.practices or practice in self.fixed or self.rung(practice) is Rung.NOT_APPLICABLE:
            return []
        ways = [union(self.unit(practice, name) for name in self.chain(practice, rung))]
        above = self.instead(practice, rung)
        return [*ways, self.unit(practice, above)] if above else ways

    def instead(self, practice: str, rung: str) -> RungName | None:
        """The rung whose work alone gives `declared` too, where that is asked and not there; else None."""
        if practice not in self.practices or self.chain(practice, rung) != ["declared"]:
            return None
        return next((name for name in RUNGS[1:] if name in self.practices[practice].rungs), None)

    def cost(self, bought: int) -> int:
        return sum(self.costs[bit] for bit in bits(bought))


def union(masks: Iterable[int]) -> int:
    """All bits of these masks."""
    found = 0
    for mask in masks:
        found |= mask
    return found
