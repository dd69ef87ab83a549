"""What stands between a repository and the next level: for each open item the cheapest practices to raise. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, Effort, Practice, RungName
from assessor.findings import LADDER, Finding, Rung
from assessor.rubric import points
from assessor.rubric.effort import DAYS
from assessor.rubric.model import PARTLY, TINY, AllOf, AnyOf, AtRung, Attest, Expression, NOf, Rubric, leaves
from assessor.rubric.scoring import ItemResult, Status, wanted_supporting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Step:
    """Raising one practice by one rung: what to do, and how long it takes (S hours, M days, L weeks)."""

    rung: RungName
    fix: str
    effort: Effort


@dataclass(frozen=True, slots=True)
class Gap:
    """One practice that should rise, and the item that asks for it.

    `blocking` gaps stand between the repository and the next level; the others are supporting items of levels that it
    has, or of the next. `status` is unmet, or unknown where what could show it was unreadable.
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
    findings: Mapping[str, Finding],
    practices: Sequence[Practice],
    stack: frozenset[str],
) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
    """(the gaps up to the next level, items that must be stated for it since practices alone do not give it).

    The gaps that block the next level come first, then by level and effort; a practice stands once.
    """
    known = {practice.id: practice for practice in practices}
    if not rubric.counts_points:
        chosen = _ladder_ways(rubric, items, level, findings, known)
        statements: list[str] = []
    else:
        chosen, statements = _point_ways(rubric, items, level, findings, known)
    found: dict[str, Gap] = {}
    for result, demands, blocks in chosen:
        for demand in demands:
            gap = _gap(demand, result, blocks, findings, known[demand.practice], stack)
            found[gap.practice] = _merged(found.get(gap.practice), gap)
    order = {practice.id: number for number, practice in enumerate(practices)}
    required = {result.item.id for result in items if result.item.required}
    gaps = sorted(
        found.values(),
        key=lambda gap: (not gap.blocking, gap.item not in required, gap.level, gap.days, order[gap.practice]),
    )
    return tuple(gaps), tuple(statements)


_Ways = list[tuple[ItemResult, list[AtRung], bool]]
"""Items, what each demands, and whether it blocks the next level."""


def _ladder_ways(
    rubric: Rubric,
    items: Sequence[ItemResult],
    level: int,
    findings: Mapping[str, Finding],
    known: Mapping[str, Practice],
) -> _Ways:
    ways = {
        result.item.id: _cheapest(result.item.requires, findings, known)
        for result in items
        if result.level <= level + 1 and result.counts and not result.status.holds
    }
    blocking = _blocking(rubric, items, level, {name: days for name, (days, _) in ways.items()})
    return [(result, ways[result.item.id][1], result.item.id in blocking) for result in items if result.item.id in ways]


_STATEMENT_DAYS = 1000.0
"""A statement is the last resort: it is true or it is not, and no work makes it so. Only the order matters."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A set of ways with what it costs and gives; `ways` are (item, whole or part, demands)."""

    days: float = 0.0
    points: float = 0.0
    ways: tuple[tuple[ItemResult, str, tuple[AtRung, ...]], ...] = ()

    def and_(self, way: _Choice) -> _Choice:
        return _Choice(self.days + way.days, self.points + way.points, (*self.ways, *way.ways))


def _point_ways(
    rubric: Rubric,
    items: Sequence[ItemResult],
    level: int,
    findings: Mapping[str, Finding],
    known: Mapping[str, Practice],
) -> tuple[_Ways, list[str]]:
    """Each open item's way to all its points, and among them, as blocking, the cheapest ones that give what the next
    level lacks; where practices do not suffice, the items to state."""
    following = next((entry for entry in rubric.levels if entry.level == level + 1), None)
    here = [replace(result, level=min(level + 1, rubric.top)) for result in items]
    open_ones = {
        result.item.id: _options(result, findings, known)
        for result in here
        if result.applies and result.points < result.item.points
    }
    blocking: list[tuple[ItemResult, str, tuple[AtRung, ...]]] = []
    if following is not None:
        for group in points.groups(rubric, here):
            needed = points.missing(following, points.tally(group))
            blocking += _enough([open_ones[r.item.id] for r in group if r.item.id in open_ones], needed)
    chosen: _Ways = [(result, list(demands), True) for result, _, demands in blocking]
    for result in here:
        ways = [way for choice in open_ones.get(result.item.id, ()) for way in choice.ways if way[2]]
        chosen += [(result, list(demands), False) for _, _, demands in ways[-1:]]
    return chosen, [name for _, name, demands in blocking if not demands]


def _options(result: ItemResult, findings: Mapping[str, Finding], known: Mapping[str, Practice]) -> tuple[_Choice, ...]:
    """The ways to more points of one item: a part of them, all of them; by practices, else by a statement."""
    item = result.item
    parts = [(item.partial.requires, item.partial.points, item.id + PARTLY)] if item.partial else []
    found = []
    for requires, worth, name in [*parts, (item.requires, item.points, item.id)]:
        gain = worth - result.points
        days, demands = _cheapest(requires, findings, known)
        if gain > TINY and demands:
            found.append(_Choice(days, gain, ((result, name, tuple(demands)),)))
        elif gain > TINY and any(isinstance(leaf, Attest) for leaf in leaves(requires)):
            found.append(_Choice(_STATEMENT_DAYS, gain, ((result, name, ()),)))
    return tuple(found)


def _enough(
    options: Sequence[tuple[_Choice, ...]], needed: float
) -> tuple[tuple[ItemResult, str, tuple[AtRung, ...]], ...]:
    """The cheapest ways, at most one of each item, that together give the points needed; where that cannot be, all."""
    if needed <= TINY:
        return ()
    best: dict[float, _Choice] = {0.0: _Choice()}
    for ways in options:
        for before in list(best.values()):
            for way in ways:
                after = before.and_(way)
                key = round(after.points, 6)
                if key not in best or after.days < best[key].days:
                    best[key] = after
    reaching = [choice for choice in best.values() if choice.points >= needed - TINY]
    chosen = min(reaching, key=lambda choice: choice.days) if reaching else max(best.values(), key=lambda c: c.points)
    return chosen.ways


def _blocking(rubric: Rubric, items: Sequence[ItemResult], level: int, days: Mapping[str, float]) -> frozenset[str]:
    """The ids of the open items that keep the next level away: the required ones, and as many supporting ones, the
    cheapest, as are missing to its share."""
    following = next((entry for entry in rubric.levels if entry.level == level + 1), None)
    if following is None:
        return frozenset()
    counting = [result for result in items if result.level == following.level and result.counts]
    supporting = [result for result in counting if not result.item.required]
    missing = wanted_supporting(following, supporting) - sum(result.status.holds for result in supporting)
    open_ones = [result.item.id for result in supporting if not result.status.holds]
    cheap = sorted(open_ones, key=lambda name: days[name])[: max(missing, 0)]
    required = [result.item.id for result in counting if result.item.required and not result.status.holds]
    return frozenset([*required, *cheap])


def _gap(
    demand: AtRung,
    result: ItemResult,
    blocks: bool,
    findings: Mapping[str, Finding],
    practice: Practice,
    stack: frozenset[str],
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


def _merged(old: Gap | None, new: Gap) -> Gap:
    """Of two gaps of one practice the one that blocks, or of the lower level, with the higher rung if both block."""
    if old is None:
        return new
    first, second = sorted((old, new), key=lambda gap: (not gap.blocking, gap.level))
    if first.blocking == second.blocking and Rung(second.wanted).height > Rung(first.wanted).height:
        return replace(first, wanted=second.wanted, steps=second.steps)
    return first


def steps_between(practice: Practice, rung: Rung, wanted: RungName, stack: frozenset[str]) -> tuple[Step, ...]:
    """The rungs to climb. `declared` is no step of its own on the way to more: intent comes with the deed."""
    goal = Rung(wanted).height
    climbed = [name for name in RUNGS if name in practice.rungs and rung.height < Rung(name).height <= goal]
    if len(climbed) > 1:
        climbed = [name for name in climbed if name != "declared"]
    words = next((name for name in sorted(stack) if name in practice.variants), "")
    return tuple(Step(name, practice.step_to(name, words), practice.effort[name]) for name in climbed)


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
    steps = steps_between(practice, rung, demand.rung, frozenset())
    reached = rung in LADDER and rung.height >= Rung(demand.rung).height
    return (0.0, []) if reached else (sum(DAYS.of(step.effort) for step in steps), [demand])
