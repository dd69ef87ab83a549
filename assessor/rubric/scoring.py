"""A rubric applied to findings: the level, the level of each dimension, and what holds and what does not. Pure.

An item that does not apply leaves the count, and so does one that only a statement can show and nobody stated. What
could not be seen is `unknown`: it blocks a level as `unmet` does, but it is told apart. A level is reached when all
its required items, the share of its supporting ones, and all lower levels hold. Raising a rung never lowers a level.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assessor.catalog.practices import Practice, load_practices
from assessor.findings import Finding, Rung
from assessor.rubric.model import AllOf, AnyOf, AtRung, Attest, Bound, Expression, Item, Level, NOf, Rubric

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assessor.rubric.gaps import Gap


class Status(StrEnum):
    """What became of one item."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    """What could show it was unreadable."""
    NOT_APPLICABLE = "not_applicable"
    ATTESTED = "attested"
    """Somebody stated it."""
    ATTESTABLE = "attestable"
    """No repository can show it, and nobody stated it."""

    @property
    def holds(self) -> bool:
        return self in (Status.MET, Status.ATTESTED)

    @property
    def counts(self) -> bool:
        return self not in (Status.NOT_APPLICABLE, Status.ATTESTABLE)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item of a level and what became of it. For a weakness (`item.lack`), `met` means that it is overcome."""

    item: Item
    level: int
    status: Status

    @property
    def counts(self) -> bool:
        """It takes part in reaching the level."""
        return self.status.counts and not self.item.lack


@dataclass(frozen=True, slots=True)
class LevelResult:
    """One level: `own` says that its own items hold, `reached` that all lower ones do too.

    `share` is how much of it holds, 0 to 1: the required items and as many supporting ones as it wants; 1 means `own`.
    """

    level: int
    title: str
    own: bool
    reached: bool
    share: float


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One dimension: its level (None where the rubric asks nothing of it), points from 0 to 100 and what is unknown."""

    level: int | None
    score: float
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One rubric applied to one repository's findings."""

    rubric: str
    edition: str
    rubric_title: str
    level: int
    title: str
    top: int
    next_level: int | None
    share: float
    """Share of the next level that holds; 1 at the top."""
    levels: tuple[LevelResult, ...]
    dimensions: dict[str, DimensionResult]
    items: tuple[ItemResult, ...]
    gaps: tuple[Gap, ...]

    @property
    def counts(self) -> dict[Status, int]:
        """How many items (weaknesses left out) have each status."""
        found = Counter(result.status for result in self.items if not result.item.lack)
        return {status: found[status] for status in Status}


def evaluate(
    expression: Expression,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    attested: Collection[str] = (),
) -> Status:
    """What became of an expression. `attested` holds the texts of the statements that were made."""
    match expression:
        case AtRung():
            return _at_rung(expression, findings)
        case Bound():
            return _within(expression, metrics)
        case Attest():
            return Status.ATTESTED if expression.attest in attested else Status.ATTESTABLE
        case AnyOf():
            parts = [evaluate(child, findings, metrics, attested) for child in expression.any_of]
            return _at_least(1, parts)
        case AllOf():
            parts = [evaluate(child, findings, metrics, attested) for child in expression.all_of]
            return _at_least(len(parts), parts)
        case NOf():
            parts = [evaluate(child, findings, metrics, attested) for child in expression.n_of.of]
            return _at_least(expression.n_of.n, parts)


def _at_rung(wanted: AtRung, findings: Mapping[str, Finding]) -> Status:
    finding = findings.get(wanted.practice)
    if finding is None or finding.rung is Rung.UNKNOWN:
        return Status.UNKNOWN
    if finding.rung is Rung.NOT_APPLICABLE:
        return Status.NOT_APPLICABLE
    return Status.MET if finding.rung.height >= Rung(wanted.rung).height else Status.UNMET


def _within(bound: Bound, metrics: Mapping[str, float]) -> Status:
    value = metrics.get(bound.metric)
    if value is None or math.isnan(value):
        return Status.UNKNOWN
    low = -math.inf if bound.at_least is None else bound.at_least
    high = math.inf if bound.at_most is None else bound.at_most
    return Status.MET if low <= value <= high else Status.UNMET


def _at_least(wanted: int, parts: Sequence[Status]) -> Status:
    """At least `wanted` of the parts that count; where fewer count, all of those."""
    counting = [part for part in parts if part.counts]
    if not counting:
        return Status.ATTESTABLE if Status.ATTESTABLE in parts else Status.NOT_APPLICABLE
    wanted = min(wanted, len(counting))
    met = [part for part in counting if part.holds]
    if len(met) >= wanted:
        observed = sum(part is Status.MET for part in met)
        return Status.MET if observed >= wanted else Status.ATTESTED
    unknown = counting.count(Status.UNKNOWN)
    return Status.UNKNOWN if len(met) + unknown >= wanted else Status.UNMET


def score(
    rubric: Rubric,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    *,
    practices: Sequence[Practice] | None = None,
    stack: frozenset[str] = frozenset(),
    attested: Collection[str] = (),
) -> Scorecard:
    """Apply a rubric. `stack` (`github`, `gitlab`, …) picks the words of the fixes; `practices` is the catalogue."""
    from assessor.rubric.gaps import find_gaps

    catalogue = load_practices() if practices is None else practices
    items = tuple(
        ItemResult(item, level.level, evaluate(item.requires, findings, metrics, attested))
        for level in rubric.levels
        for item in level.items
    )
    levels = _levels(rubric, items)
    level = max(result.level for result in levels if result.reached)
    following = next((result for result in levels if result.level == level + 1), None)
    return Scorecard(
        rubric.id,
        rubric.edition,
        rubric.title,
        level,
        rubric.title_of(level),
        rubric.top,
        following.level if following else None,
        following.share if following else 1.0,
        levels,
        _dimensions(rubric, items, findings, catalogue),
        items,
        find_gaps(rubric, items, level, findings, catalogue, stack),
    )


def wanted_supporting(level: Level, supporting: Sequence[ItemResult]) -> int:
    """How many of the supporting items that count must hold."""
    return math.ceil(level.supporting_share * len(supporting) - 1e-9)


def _levels(rubric: Rubric, items: Iterable[ItemResult]) -> tuple[LevelResult, ...]:
    results: list[LevelResult] = []
    reached = True
    items = tuple(items)
    for level in rubric.levels:
        got, wanted = _held(level, [result for result in items if result.level == level.level])
        own = got == wanted
        reached = reached and own
        results.append(LevelResult(level.level, level.title, own, reached, got / wanted if wanted else 1.0))
    return tuple(results)


def _held(level: Level, items: Sequence[ItemResult]) -> tuple[int, int]:
    """(how many hold, how many must): required items, and supporting ones as far as they are wanted."""
    counting = [result for result in items if result.counts]
    required = [result for result in counting if result.item.required]
    supporting = [result for result in counting if not result.item.required]
    wanted = wanted_supporting(level, supporting)
    held = sum(result.status.holds for result in required)
    helped = sum(result.status.holds for result in supporting)
    return held + min(helped, wanted), len(required) + wanted


def _dimensions(
    rubric: Rubric, items: Sequence[ItemResult], findings: Mapping[str, Finding], practices: Sequence[Practice]
) -> dict[str, DimensionResult]:
    names = dict.fromkeys(practice.dimension for practice in practices)
    found = {}
    for name in names:
        own = [result for result in items if result.item.area == name and result.counts]
        level = _dimension_level(rubric, own) if own else None
        points, unknown = _points([practice for practice in practices if practice.dimension == name], findings)
        found[name] = DimensionResult(level, points, unknown)
    return found


def _dimension_level(rubric: Rubric, items: Sequence[ItemResult]) -> int:
    """The highest level that asks something of this dimension and gets it, as do all lower ones: each required item,
    and the share of the others. A level that asks nothing of it neither stops nor lifts it."""
    reached = rubric.floor
    for level in rubric.levels:
        asked = [result for result in items if result.level == level.level]
        got, wanted = _held(level, asked)
        if got < wanted:
            break
        reached = level.level if asked else reached
    return reached


def _points(practices: Iterable[Practice], findings: Mapping[str, Finding]) -> tuple[float, int]:
    """(mean of height by highest defined height, 0 to 100, over what applies; how many are unknown and count 0)."""
    shares = []
    unknown = 0
    for practice in practices:
        finding = findings.get(practice.id)
        rung = finding.rung if finding else Rung.UNKNOWN
        if rung is Rung.NOT_APPLICABLE:
            continue
        unknown += rung is Rung.UNKNOWN
        highest = max(Rung(name).height for name in practice.rungs)
        shares.append(min(max(rung.height, 0) / highest, 1.0))
    return (round(100 * sum(shares) / len(shares), 1) if shares else 0.0), unknown
