"""Two assessments side by side: what rose, what fell, which proof came or went, and what only the rules changed.

Pure: two assessments in, one comparison out. A change is laid at the door of

    repository  where both were made by the same version of the assessor with the same rules
    rules       where both are of the same clean commit, or where a rating moved although its proof did not
    either      where both the repository and the rules differ: only a new audit of the old commit can tell
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from assessor.assessment import (
    EffortName,
    EvidenceInfo,
    GapInfo,
    Part,
    PracticeInfo,
    RepositoryInfo,
    RungName,
    StatusName,
    Text,
    ToolInfo,
    schema_of,
)
from assessor.findings import Finding, Rung
from assessor.rubric.scoring import level_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assessor.assessment import Assessment, ItemInfo, ScorecardInfo
    from assessor.rubric.model import Rubric

CauseName = Literal["repository", "rules", "either"]
DirectionName = Literal["rose", "fell", "other", "same"]
GroupName = Literal["rose", "fell", "other", "rules", "same"]
_LINE = re.compile(r"line \d+")
GROUPS: tuple[GroupName, ...] = ("rose", "fell", "other", "rules", "same")
"""In the order in which they are told."""


class Side(Part):
    """One of the two assessments: of which state, by which version and rules."""

    repository: RepositoryInfo
    tool: ToolInfo
    broken: tuple[str, ...] = ()
    """The parts that do not fit the seal of that assessment; `unsealed` where it bears none."""


class ModelChange(Part):
    """The level by one maturity model; null where one side does not know the model.

    `by_rules` is the level that the older repository has by the newer rules: by the newer model, with the rungs that the
    rules alone moved. Null where the rules are the same or the newer model is not at hand.
    """

    model: str
    name: str
    old: int | None
    new: int | None
    old_title: str = ""
    new_title: str = ""
    top: int
    edition_changed: bool = False
    model_changed: bool = False
    """What the model says is not the same on both sides, be it of the same edition."""
    by_rules: int | None = None


class DimensionChange(Part):
    """Points (0 to 100) and level of one dimension by the model shown; null where one side does not have it."""

    dimension: str
    old_score: float | None
    new_score: float | None
    old_level: int | None = None
    new_level: int | None = None

    @property
    def scores(self) -> tuple[float | None, float | None]:
        """The points before and after."""
        return self.old_score, self.new_score


class Regraded(Part):
    """A proof of the same thing, now on another rung, reached by another route or told in other words."""

    old: EvidenceInfo
    new: EvidenceInfo


class PracticeChange(Part):
    """One practice whose rung or proof differs. `old` or `new` is null where one side's rules do not rate it.

    `direction` is `rose` or `fell` between two rungs, `same` where only the proof differs, and `other` where a side
    has no rung (unknown, not applicable, not rated).
    """

    practice: str
    title: str
    dimension: str
    old: RungName | None
    new: RungName | None
    direction: DirectionName
    cause: CauseName
    old_summary: Text = ""
    new_summary: Text = ""
    appeared: tuple[EvidenceInfo, ...] = ()
    vanished: tuple[EvidenceInfo, ...] = ()
    regraded: tuple[Regraded, ...] = ()

    @property
    def group(self) -> GroupName:
        """Under which heading it is told."""
        return "rules" if self.cause == "rules" else self.direction


class ItemChange(Part):
    """One statement of the model shown whose answer differs; null where one edition does not have it."""

    id: str
    text: str
    level: int
    required: bool
    lack: bool
    old: StatusName | None
    new: StatusName | None


class GapChange(Part):
    """A gap by the model shown that came or was closed; `rung` is the newer one, `wanted` what was asked."""

    practice: str
    title: str
    level: int
    blocking: bool
    rung: RungName
    wanted: RungName
    effort: EffortName | None = None


class Comparison(Part):
    """Everything that differs. `model` is the maturity model shown."""

    schema_version: Literal["1"] = "1"
    kind: Literal["comparison"] = "comparison"
    old: Side
    new: Side
    model: str
    same_repository: bool
    same_state: bool
    """Both are of the same commit, without uncommitted changes."""
    same_rules: bool
    """Both were made by the same version of the assessor with the same catalogue."""
    models: tuple[ModelChange, ...]
    dimensions: tuple[DimensionChange, ...]
    practices: tuple[PracticeChange, ...]
    items: tuple[ItemChange, ...]
    opened: tuple[GapChange, ...]
    closed: tuple[GapChange, ...]
    unchanged: int
    """Practices without any difference."""

    @property
    def is_empty(self) -> bool:
        """Neither a level, nor points, nor a practice, nor an answer differs."""
        levels = any(change.old != change.new for change in self.models)
        points = any(change.old_score != change.new_score for change in self.dimensions)
        return not (levels or points or self.practices or self.items)

    def of(self, group: GroupName) -> tuple[PracticeChange, ...]:
        """The practices of one group: what the rules alone changed, else by direction. Each change is in one group."""
        return tuple(change for change in self.practices if change.group == group)


def compare(
    old: Assessment, new: Assessment, *, model: str = "", rubrics: Mapping[str, Rubric] | None = None
) -> Comparison:
    """What differs between two assessments, of one repository or of two.

    `model` is the maturity model shown, the newer assessment's primary one if empty. `rubrics` are the models at hand, by
    which the older ratings can be judged anew. Raises KeyError for a model that the newer assessment does not have.
    """
    same_rules = (old.tool.version, old.tool.rules) == (new.tool.version, new.tool.rules)
    same_state = _is_same_state(old.repository, new.repository)
    changes = [_practice(name, old, new, same_rules, same_state) for name in _united(old.practices, new.practices)]
    kept = tuple(change for change in changes if change)
    shown = model or new.primary
    before, after = old.scorecards.get(shown), new.scorecards[shown]
    return Comparison(
        old=Side(repository=old.repository, tool=old.tool, broken=_broken(old)),
        new=Side(repository=new.repository, tool=new.tool, broken=_broken(new)),
        model=shown,
        same_repository=_is_same_repository(old.repository, new.repository),
        same_state=same_state,
        same_rules=same_rules,
        models=tuple(
            _model(name, old, new, kept, (rubrics or {}).get(name)) for name in _united(new.scorecards, old.scorecards)
        ),
        dimensions=_dimensions(before, after),
        practices=kept,
        items=_items(before, after),
        opened=_opened(before, after),
        closed=_closed(before, new),
        unchanged=len(changes) - len(kept),
    )


def _broken(side: Assessment) -> tuple[str, ...]:
    return side.seal.broken if side.seal else ()


def _united(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """The names of both, in the first one's order, then what only the second has."""
    return list(dict.fromkeys([*first, *second]))


def _is_same_state(old: RepositoryInfo, new: RepositoryInfo) -> bool:
    return bool(old.commit) and old.commit == new.commit and not old.dirty and not new.dirty


def _is_same_repository(old: RepositoryInfo, new: RepositoryInfo) -> bool:
    """By the remote where both have one, else by the name (a clone may lie in a folder of another name)."""
    if old.commit and old.commit == new.commit:
        return True
    if old.remote and new.remote:
        return old.remote == new.remote
    return old.name == new.name


def _practice(name: str, old: Assessment, new: Assessment, same_rules: bool, same_state: bool) -> PracticeChange | None:
    """The change of one practice; None where neither its rung nor its proof differs."""
    before, after = old.practices.get(name), new.practices.get(name)
    known = after or before
    assert known is not None
    vanished, appeared = _only_in(before, after), _only_in(after, before)
    regraded = _pairs(vanished, appeared)
    moved = before is None or after is None or before.rung != after.rung
    if not (moved or vanished or appeared):
        return None
    cause = _cause(before, after, same_rules, same_state)
    return PracticeChange(
        practice=name,
        title=known.title,
        dimension=known.dimension,
        old=before.rung if before else None,
        new=after.rung if after else None,
        direction=_direction(before.rung if before else "", after.rung if after else ""),
        cause=cause,
        old_summary=before.summary if before else "",
        new_summary=after.summary if after else "",
        appeared=tuple(item for item in appeared if all(item is not pair.new for pair in regraded)),
        vanished=tuple(item for item in vanished if all(item is not pair.old for pair in regraded)),
        regraded=tuple(regraded),
    )


def _direction(old: str, new: str) -> DirectionName:
    if old == new:
        return "same"
    heights = [Rung(rung).height if rung else -1 for rung in (old, new)]
    if min(heights) < 0:
        return "other"
    return "rose" if heights[1] > heights[0] else "fell"


def _cause(before: PracticeInfo | None, after: PracticeInfo | None, same_rules: bool, same_state: bool) -> CauseName:
    if same_rules:
        return "repository"
    if same_state or before is None or after is None or before.rungs != after.rungs:
        return "rules"
    if before.rung != after.rung and _seen(before) == _seen(after):
        return "rules"
    return "either"


def _seen(practice: PracticeInfo) -> Counter[tuple[str, ...]]:
    """All that was seen of a practice, without lines and rungs: what a change of the rules alone leaves as it is."""
    seen = Counter((*_subject(item), *_way(item)) for item in practice.evidence)
    seen.update(("miss", miss.place.path, miss.tool) for miss in practice.near_misses)
    seen.update(("blind", spot.place.path, spot.reason) for spot in practice.blind_spots)
    return seen


def _subject(item: EvidenceInfo) -> tuple[str, str, str]:
    """What a proof is about. Without the line, since a line that moved is no change."""
    return (item.place.path, item.tool, item.text)


def _way(item: EvidenceInfo) -> tuple[str, ...]:
    """The words of the route, without the lines that some of them name."""
    return tuple(_LINE.sub("line", hop.text) for hop in item.hops)


def _identity(item: EvidenceInfo) -> tuple[str, ...]:
    """What makes two proofs equal: subject, rung, and the words of the route."""
    return (*_subject(item), item.rung, *_way(item))


def _only_in(one: PracticeInfo | None, other: PracticeInfo | None) -> list[EvidenceInfo]:
    """The proofs of one side that the other lacks; of equal proofs as many as are more."""
    left = Counter(_identity(item) for item in (other.evidence if other else ()))
    kept = []
    for item in one.evidence if one else ():
        if left[_identity(item)]:
            left[_identity(item)] -= 1
        else:
            kept.append(item)
    return kept


def _pairs(vanished: Sequence[EvidenceInfo], appeared: Sequence[EvidenceInfo]) -> list[Regraded]:
    """Proofs about the same thing on both sides, each used once: of the same words, else by the same tool in a file."""
    pairs: list[Regraded] = []
    for about in (_subject, lambda item: _subject(item)[:2]):
        old = [item for item in vanished if all(item is not pair.old for pair in pairs)]
        for item in appeared:
            match = next((entry for entry in old if about(entry) == about(item)), None)
            if match and all(item is not pair.new for pair in pairs):
                old = [entry for entry in old if entry is not match]
                pairs.append(Regraded(old=match, new=item))
    return pairs


def _model(
    name: str, old: Assessment, new: Assessment, changes: Sequence[PracticeChange], rubric: Rubric | None
) -> ModelChange:
    before, after = old.scorecards.get(name), new.scorecards.get(name)
    known = after or before
    assert known is not None
    return ModelChange(
        model=name,
        name=known.name,
        old=before.level if before else None,
        new=after.level if after else None,
        old_title=before.title if before else "",
        new_title=after.title if after else "",
        top=known.top,
        edition_changed=bool(before and after and before.edition != after.edition),
        model_changed=bool(before and after and before.digest and after.digest and before.digest != after.digest),
        by_rules=_by_rules(old, changes, before, after, rubric),
    )


def _by_rules(
    old: Assessment,
    changes: Sequence[PracticeChange],
    before: ScorecardInfo | None,
    after: ScorecardInfo | None,
    rubric: Rubric | None,
) -> int | None:
    """The level of the older repository by the newer rules; None where they are the same, or not at hand."""
    moved = {change.practice: change.new or "unknown" for change in changes if change.cause == "rules"}
    if before is None or after is None or rubric is None or rubric.digest != after.digest:
        return None
    if not moved and before.digest in ("", after.digest):
        return None
    rungs = {name: info.rung for name, info in old.practices.items()} | moved
    found = {name: Finding(name, Rung(rung), "") for name, rung in rungs.items()}
    return level_of(rubric, found, old.metrics)


def _dimensions(before: ScorecardInfo | None, after: ScorecardInfo) -> tuple[DimensionChange, ...]:
    """All dimensions, changed or not: a table of them is read as a whole."""
    olds = before.dimensions if before else {}
    found = []
    for name in _united(after.dimensions, olds):
        old, new = olds.get(name), after.dimensions.get(name)
        found.append(
            DimensionChange(
                dimension=name,
                old_score=old.score if old else None,
                new_score=new.score if new else None,
                old_level=old.level if old else None,
                new_level=new.level if new else None,
            )
        )
    return tuple(found)


def _items(before: ScorecardInfo | None, after: ScorecardInfo) -> tuple[ItemChange, ...]:
    olds: dict[str, ItemInfo] = {item.id: item for item in (before.items if before else ())}
    news: dict[str, ItemInfo] = {item.id: item for item in after.items}
    found = []
    for name in _united(news, olds):
        old, new = olds.get(name), news.get(name)
        known = new or old
        if known is None or (old and new and old.status == new.status):
            continue
        found.append(
            ItemChange(
                id=name,
                text=known.text,
                level=known.level,
                required=known.required,
                lack=known.lack,
                old=old.status if old else None,
                new=new.status if new else None,
            )
        )
    return tuple(found)


def _opened(before: ScorecardInfo | None, after: ScorecardInfo) -> tuple[GapChange, ...]:
    """What the model asks now and did not ask before: because a practice fell, or because the next level asks it."""
    known = {gap.practice for gap in before.gaps} if before else set()
    return tuple(_gap(gap, gap.rung) for gap in after.gaps if gap.practice not in known)


def _closed(before: ScorecardInfo | None, new: Assessment) -> tuple[GapChange, ...]:
    """What was asked before and is there now. A gap that only another level asks is not closed."""
    reached = {name: Rung(info.rung) for name, info in new.practices.items()}
    return tuple(
        _gap(gap, reached[gap.practice].value)
        for gap in (before.gaps if before else ())
        if gap.practice in reached and reached[gap.practice].height >= Rung(gap.wanted).height
    )


def _gap(gap: GapInfo, rung: RungName) -> GapChange:
    return GapChange(
        practice=gap.practice,
        title=gap.title,
        level=gap.level,
        blocking=gap.blocking,
        rung=rung,
        wanted=gap.wanted,
        effort=gap.effort,
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a comparison's JSON."""
    return schema_of(Comparison, "comparison")
