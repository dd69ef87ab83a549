"""What stands between a repository and the next level: the practices that the plan raises, and what else is worth doing. Pure.

There is one list of steps, the plan's. A gap that blocks is a practice that the plan to the next level raises, with the rung
that it needs there; the others are supporting items of levels that are reached, or of the next one, by their cheapest way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, Effort, Practice, RungName
from assessor.findings import LADDER, Finding, Rung
from assessor.rubric.effort import DAYS
from assessor.rubric.model import AllOf, AnyOf, AtRung, Expression, NOf, leaves
from assessor.rubric.results import ItemResult, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from assessor.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class Step:
    """Raising one practice by one rung: what to do, and how long it takes (S hours, M days, L weeks)."""

    rung: RungName
    fix: str
    effort: Effort


@dataclass(frozen=True, slots=True)
class Gap:
    """One practice that should rise, and the item that asks for it.

    `blocking` gaps are those that the plan to the next level closes; the others are supporting items of levels that the
    repository has, or of the next. `status` is unmet, or unknown where what could show it was unreadable.
    """

    practice: str
    title: str
    rung: Rung
    wanted: RungName
    item: str
    text: str
    level: int
    status: Status
    blocking: bool
    why: str
    steps: tuple[Step, ...]

    @property
    def days(self) -> float:
        """Rough cost, for ordering only."""
        return sum(DAYS.of(step.effort) for step in self.steps)


def find_gaps(
    rubric: Rubric,
    items: Sequence[ItemResult],
    level: int,
    planned: Mapping[str, RungName],
    findings: Mapping[str, Finding],
    practices: Sequence[Practice],
    stack: Sequence[str] = (),
) -> tuple[Gap, ...]:
    """The gaps up to the next level: those of the plan (`planned`, practice → rung after it) in its order, then by level
    and effort; a practice stands once."""
    known = {practice.id: practice for practice in practices}
    following = min(level + 1, rubric.top)
    open_ones = [result for result in items if _is_open(rubric, result, following)]
    found: dict[str, Gap] = {}
    for practice, wanted in planned.items():
        asking = _asking(practice, wanted, open_ones, following)
        if asking:
            found[practice] = _gap(
                AtRung(practice=practice, rung=wanted), asking, True, findings, known[practice], stack
            )
    others: dict[str, Gap] = {}
    for result in open_ones:
        for demand in cheapest(result.item.requires, findings, known):
            if demand.practice not in found:
                gap = _gap(demand, result, False, findings, known[demand.practice], stack)
                others.setdefault(gap.practice, gap)
    order = {practice.id: number for number, practice in enumerate(practices)}
    rest = sorted(others.values(), key=lambda gap: (gap.level, gap.days, order[gap.practice]))
    return (*found.values(), *rest)


def _is_open(rubric: Rubric, result: ItemResult, following: int) -> bool:
    """It may be asked for now: something of it is missing, and it stands no higher than the next level."""
    if rubric.counts_points:
        return result.applies and result.points < result.item.points
    return result.level <= following and result.counts and not result.status.holds


def _asking(practice: str, wanted: str, items: Iterable[ItemResult], following: int) -> ItemResult | None:
    """The open item for which the plan raises a practice: of the next level, a required one first."""
    height = Rung(wanted).height
    asking = [
        result
        for result in items
        if any(
            isinstance(leaf, AtRung) and leaf.practice == practice and Rung(leaf.rung).height <= height
            for leaf in _leaves(result)
        )
    ]
    return min(asking, key=lambda result: (result.level != following, not result.item.required), default=None)


def _leaves(result: ItemResult) -> Iterator[object]:
    yield from leaves(result.item.requires)
    if result.item.partial:
        yield from leaves(result.item.partial.requires)


def _gap(
    demand: AtRung,
    result: ItemResult,
    blocks: bool,
    findings: Mapping[str, Finding],
    practice: Practice,
    stack: Sequence[str],
) -> Gap:
    finding = findings.get(practice.id)
    rung = finding.rung if finding else Rung.UNKNOWN
    status = Status.UNKNOWN if rung is Rung.UNKNOWN else Status.UNMET
    return Gap(
        practice.id,
        practice.title,
        rung,
        demand.rung,
        result.item.id,
        result.item.text,
        result.level,
        status,
        blocks,
        practice.why,
        steps_between(practice, rung, demand.rung, stack),
    )


def steps_between(practice: Practice, rung: Rung, wanted: RungName, stack: Sequence[str] = ()) -> tuple[Step, ...]:
    """The rungs to climb. `declared` is no step of its own on the way to more: intent comes with the deed."""
    goal = Rung(wanted).height
    climbed = [name for name in RUNGS if name in practice.rungs and rung.height < Rung(name).height <= goal]
    if len(climbed) > 1:
        climbed = [name for name in climbed if name != "declared"]
    return tuple(Step(name, practice.step_to(name, stack), practice.effort[name]) for name in climbed)


def cheapest(
    expression: Expression, findings: Mapping[str, Finding], practices: Mapping[str, Practice]
) -> tuple[AtRung, ...]:
    """The demands to meet, by the cheapest way through the alternatives; what holds already costs nothing and is left
    out, and so is what no practice can mend (bounds, statements, what does not apply)."""
    return tuple(_cheapest(expression, findings, practices)[1])


_NO_WAY = float("inf")


def _cheapest(
    expression: Expression, findings: Mapping[str, Finding], practices: Mapping[str, Practice]
) -> tuple[float, list[AtRung]]:
    """(days, demands) of the cheapest way; infinite where there is none."""
    match expression:
        case AtRung():
            return _cost(expression, findings, practices)
        case AllOf():
            parts = [_cheapest(child, findings, practices) for child in expression.all_of]
            return _together(parts)
        case AnyOf():
            parts = [_cheapest(child, findings, practices) for child in expression.any_of]
            return min(parts, key=lambda part: part[0])
        case NOf():
            parts = [_cheapest(child, findings, practices) for child in expression.n_of.of]
            return _together(sorted(parts, key=lambda part: part[0])[: expression.n_of.n])
    return _NO_WAY, []


def _together(parts: Iterable[tuple[float, list[AtRung]]]) -> tuple[float, list[AtRung]]:
    days, demands = 0.0, []
    for cost, wanted in parts:
        days += cost if cost != _NO_WAY else 0.0
        demands += wanted
    return days, demands


def _cost(
    demand: AtRung, findings: Mapping[str, Finding], practices: Mapping[str, Practice]
) -> tuple[float, list[AtRung]]:
    finding, practice = findings.get(demand.practice), practices.get(demand.practice)
    rung = finding.rung if finding else Rung.UNKNOWN
    if practice is None or rung is Rung.NOT_APPLICABLE:
        return _NO_WAY, []
    steps = steps_between(practice, rung, demand.rung)
    reached = rung in LADDER and rung.height >= Rung(demand.rung).height
    return (0.0, []) if reached else (sum(DAYS.of(step.effort) for step in steps), [demand])
