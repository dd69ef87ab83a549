"""A rubric applied to findings: the level, the place of each dimension in it, and what holds and what does not. Pure.

An item that does not apply leaves the count. What could not be seen is `unknown`: it blocks a level as `unmet` does, but
it is told apart. Raising a rung never lowers a level.

Where items stand in levels, one that only a statement can show and nobody stated leaves the count as well; a level is
reached when all its required items, the share of its supporting ones, and all lower levels hold. Where points are counted
(see `points`), such an item earns nothing: the models that count were made for people who answer every question.

Numbers agree: a dimension's level is the highest one that the dimension does not keep away, so it is never below the
level over all, and never below a level that a plan reaches. How much a dimension has is told by its points, and by how
many of the next level's items in it hold.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.catalog.practices import Practice, load_practices
from assessor.findings import Finding, Rung
from assessor.rubric import points
from assessor.rubric.model import AllOf, AnyOf, AtRung, Attest, Bound, Expression, Level, NOf, Placed, Rubric
from assessor.rubric.position import index_of, nearness, share_of_level
from assessor.rubric.results import ItemResult, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from assessor.rubric.model import Scoring


@dataclass(frozen=True, slots=True)
class Shares:
    """On what a result rests: the shares of the items that apply which were seen, stated, could be stated but were not,
    and could not be read. They add up to 1, or are all 0 where nothing applies."""

    observed: float = 0.0
    attested: float = 0.0
    unstated: float = 0.0
    unknown: float = 0.0

    @classmethod
    def of(cls, results: Iterable[ItemResult]) -> Shares:
        found = Counter(result.status for result in results if result.applies)
        count = found.total()
        if not count:
            return cls()
        kinds = (Status.ATTESTED, Status.ATTESTABLE, Status.UNKNOWN)
        attested, unstated, unknown = (found[kind] / count for kind in kinds)
        seen = found[Status.MET] + found[Status.PARTIAL] + found[Status.UNMET]
        return cls(seen / count, attested, unstated, unknown)


@dataclass(frozen=True, slots=True)
class LevelResult:
    """One level: `own` says that its own items hold, `reached` that all lower ones do too.

    `share` is how much of it is there, 0 to 1 (see `position`): the required items and as many supporting ones as it
    wants; 1 means `own`.
    """

    level: int
    title: str
    own: bool
    reached: bool
    share: float
    basis: Shares = Shares()
    """On what the level rests; where points are counted, all of them."""


@dataclass(frozen=True, slots=True)
class SectionResult:
    """One section. Where points are counted: its points, those at best, and all there are. Else it is a column over all
    levels, with the level that its own items reach; None where they ask nothing that can be judged."""

    id: str
    title: str
    counts: bool
    level: int | None = None
    points: float | None = None
    possible: float | None = None
    full: float | None = None
    basis: Shares = Shares()


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One dimension: the highest level that it does not keep away (None where the rubric asks nothing of it), points from
    0 to 100 alike in all models, and what is unknown.

    Of the items that `of_level` (the next level, at the top the top) asks in this dimension, `asked` count and `holds`
    hold; where points are counted, of all its items.
    """

    level: int | None
    score: float
    unknown: int = 0
    holds: int = 0
    asked: int = 0
    of_level: int | None = None


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
    """How much of the next level is there (see `position`); 1 at the top."""
    levels: tuple[LevelResult, ...]
    dimensions: dict[str, DimensionResult]
    items: tuple[ItemResult, ...]
    scoring: Scoring = "levels"
    possible_level: int = 0
    """The level if all that is unknown held and all that can be stated were: the end of the interval."""
    points: float | None = None
    possible: float | None = None
    full: float | None = None
    unit: str = ""
    sections: tuple[SectionResult, ...] = ()
    basis: Shares = Shares()

    @property
    def index(self) -> float:
        """The position as one number: 1.5 is level 1 and half of level 2."""
        return index_of(self.level, self.share, self.next_level is None)

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
    attested: Collection[str] = (),
) -> Scorecard:
    """Apply a rubric. `practices` is the catalogue."""
    catalogue = load_practices() if practices is None else practices
    items = tuple(
        replace(result, near=nearness(result.item.requires, findings, metrics, attested) or 0.0)
        for result in judged(rubric, findings, metrics, attested)
    )
    levels = _levels(rubric, items)
    level = max(result.level for result in levels if result.reached)
    following = next((result for result in levels if result.level == level + 1), None)
    found, possible = points.total(rubric, items) if rubric.counts_points else (None, None)
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
        _dimensions(rubric, items, level, findings, catalogue),
        items,
        rubric.scoring,
        _possible_level(rubric, findings, metrics),
        found,
        possible,
        rubric.full if rubric.counts_points else None,
        rubric.unit if rubric.counts_points else "",
        tuple(_sections(rubric, items, level)),
        Shares.of(items),
    )


def level_of(
    rubric: Rubric,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    attested: Collection[str] = (),
) -> int:
    """Only the level; for a search that asks often."""
    return _reached(rubric, judged(rubric, findings, metrics, attested))


def judged(
    rubric: Rubric, findings: Mapping[str, Finding], metrics: Mapping[str, float], attested: Collection[str] = ()
) -> tuple[ItemResult, ...]:
    """What became of each item."""
    if not rubric.counts_points:
        return tuple(
            ItemResult(
                entry.item, entry.level, evaluate(entry.item.requires, findings, metrics, attested), entry.section
            )
            for entry in rubric.placed
        )
    best = _at_best(findings)
    return tuple(_counted(entry, findings, best, metrics, attested) for entry in rubric.placed)


def _counted(
    entry: Placed,
    findings: Mapping[str, Finding],
    best: Mapping[str, Finding],
    metrics: Mapping[str, float],
    attested: Collection[str],
) -> ItemResult:
    item = entry.item
    status = evaluate(item.requires, findings, metrics, attested)
    found = item.points if status.holds else 0.0
    at_best = evaluate(item.requires, best, metrics, _ALL)
    possible = item.points if at_best.holds or at_best is Status.UNKNOWN else 0.0
    if item.partial is not None and status is not Status.NOT_APPLICABLE:
        part = evaluate(item.partial.requires, findings, metrics, attested)
        if not found and part.holds:
            found, status = item.partial.points, Status.PARTIAL
        at_best = evaluate(item.partial.requires, best, metrics, _ALL)
        if not possible and (at_best.holds or at_best is Status.UNKNOWN):
            possible = item.partial.points
    return ItemResult(item, entry.level, status, entry.section, found, possible)


class _All(frozenset[str]):
    """Every statement was made."""

    def __contains__(self, statement: object) -> bool:
        return True


_ALL = _All()


def _at_best(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """The findings with all that is unknown at the highest rung; what is missing altogether stays unknown."""
    return {
        name: Finding(name, Rung.ENFORCED, finding.summary) if finding.rung is Rung.UNKNOWN else finding
        for name, finding in findings.items()
    }


def _possible_level(rubric: Rubric, findings: Mapping[str, Finding], metrics: Mapping[str, float]) -> int:
    return _reached(rubric, judged(rubric, _at_best(findings), metrics, _ALL))


def _reached(rubric: Rubric, items: Sequence[ItemResult]) -> int:
    if rubric.counts_points:
        return points.level_by(rubric, points.total(rubric, items)[0])
    reached = rubric.floor
    for level in rubric.levels:
        got, wanted = _held(level, [result for result in items if result.level == level.level])
        if got < wanted:
            break
        reached = level.level
    return reached


def wanted_supporting(level: Level, supporting: Sequence[ItemResult]) -> int:
    """How many of the supporting items that count must hold."""
    return math.ceil(level.supporting_share * len(supporting) - 1e-9)


def _levels(rubric: Rubric, items: Sequence[ItemResult]) -> tuple[LevelResult, ...]:
    if rubric.counts_points:
        return _bands(rubric, items)
    results: list[LevelResult] = []
    reached = True
    for level in rubric.levels:
        asked = [result for result in items if result.level == level.level]
        got, wanted = _held(level, asked)
        own = got == wanted
        reached = reached and own
        share = 1.0 if own else _share(level, asked)
        results.append(LevelResult(level.level, level.title, own, reached, share, Shares.of(asked)))
    return tuple(results)


def _share(level: Level, items: Sequence[ItemResult]) -> float:
    counting = [result for result in items if result.counts]
    supporting = [result for result in counting if not result.item.required]
    required = [result.near for result in counting if result.item.required]
    return share_of_level(required, [result.near for result in supporting], wanted_supporting(level, supporting))


def _bands(rubric: Rubric, items: Sequence[ItemResult]) -> tuple[LevelResult, ...]:
    reached = _reached(rubric, items)
    basis = Shares.of(items)
    return tuple(
        LevelResult(
            level.level,
            level.title,
            level.level <= reached,
            level.level <= reached,
            points.share_of(rubric, level, items),
            basis,
        )
        for level in rubric.levels
    )


def _sections(rubric: Rubric, items: Sequence[ItemResult], level_over_all: int) -> Iterator[SectionResult]:
    for section in rubric.sections:
        own = points.in_section(section, items)
        basis = Shares.of(own)
        if not rubric.counts_points:
            counting = [result for result in own if result.counts]
            level = _not_kept_away(rubric, counting, level_over_all) if counting else None
            yield SectionResult(section.id, section.title, section.counts, level, basis=basis)
        else:
            found = points.tally(own)
            yield SectionResult(
                section.id, section.title, section.counts, None, found.points, found.possible, found.full, basis
            )


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
    rubric: Rubric,
    items: Sequence[ItemResult],
    level: int,
    findings: Mapping[str, Finding],
    practices: Sequence[Practice],
) -> dict[str, DimensionResult]:
    of_level = None if rubric.counts_points else min(level + 1, rubric.top)
    found = {}
    for name in dict.fromkeys(practice.dimension for practice in practices):
        own = [result for result in items if result.item.area == name]
        points_, unknown = points_of_practices(
            [practice for practice in practices if practice.dimension == name], findings
        )
        asked = [result for result in own if of_level in (None, result.level) and _takes_part(rubric, result)]
        holds = sum(result.status.holds for result in asked)
        found[name] = DimensionResult(
            _level_in(rubric, own, level), points_, unknown, holds, len(asked), of_level if asked else None
        )
    return found


def _takes_part(rubric: Rubric, result: ItemResult) -> bool:
    return result.applies if rubric.counts_points else result.counts


def _level_in(rubric: Rubric, items: Sequence[ItemResult], level_over_all: int) -> int | None:
    """The highest level that one dimension's items do not keep away; None where they ask nothing that can be judged.

    Where points are counted: its share of the points it could have, taken as that share of all points.
    """
    counting = [result for result in items if result.counts]
    if not counting:
        return None
    if not rubric.counts_points:
        return _not_kept_away(rubric, counting, level_over_all)
    return max(points.level_by(rubric, points.tally(items, rubric.full).points), level_over_all)


def _not_kept_away(rubric: Rubric, items: Sequence[ItemResult], level_over_all: int) -> int:
    """The highest level that asks something of these items and gets it, as do all lower ones: each required item, and the
    share of the others. A level that is reached nothing keeps away; the share of supporting items is asked of the whole
    level, so that one dimension may have less of them. A level that asks nothing of the items does not lift them."""
    reached = level_over_all
    for level in rubric.levels:
        if level.level <= level_over_all:
            continue
        asked = [result for result in items if result.level == level.level]
        got, wanted = _held(level, asked)
        if got < wanted:
            break
        reached = level.level if asked else reached
    return reached


def points_of_practices(practices: Iterable[Practice], findings: Mapping[str, Finding]) -> tuple[float, int]:
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
    return (round(100 * math.fsum(shares) / len(shares), 1) if shares else 0.0), unknown
