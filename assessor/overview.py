"""A fleet as a whole: how its repositories are spread, how far targets are, and where help lifts most of them. Pure.

Only repositories that were audited and hold machine learning are counted in means, shares and gaps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.findings import Finding, Rung
from assessor.portfolio import Row, in_order
from assessor.record import Standing, mean_of
from assessor.rubric.changes import load_changes
from assessor.rubric.scoring import level_of

if TYPE_CHECKING:
    from assessor.catalog.practices import Practice
    from assessor.rubric.model import Rubric

GAPS_SHOWN = 10
UNNAMED = ""
"""The owner or criticality of a repository whose list says none."""


@dataclass(frozen=True, slots=True)
class Group:
    """The repositories of one owner or one criticality. `index` is their mean position.

    Of those with a target (`aimed`) some have `reached` it; `away` is the mean number of levels to it, `days` the work of
    one person for all of them.
    """

    name: str
    count: int
    index: float
    lowest: str
    aimed: int
    reached: int
    away: float
    days: float


@dataclass(frozen=True, slots=True)
class SharedGap:
    """A practice that several repositories lack: in how many, of how many of those it keeps the next level away, at which
    rung it is wanted most often, and how many reach the next level by it alone."""

    practice: str
    title: str
    dimension: str
    wanted: str
    count: int
    blocking: int
    lifts: int


@dataclass(frozen=True, slots=True)
class SharedChange:
    """What one change, made once as a shared workflow or template and taken over by all, would give: repositories in which
    it raises something, practices raised in all, and repositories that reach the next level by it alone."""

    id: str
    title: str
    count: int
    raised: int
    lifts: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A repository that is not where the earlier results had it; None where one side does not rate it."""

    name: str
    old: Standing | None
    new: Standing | None

    @property
    def by(self) -> float:
        """The difference of the positions."""
        return round(_index(self.new) - _index(self.old), 2) if self.old and self.new else 0.0


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that a fleet's report shows. `rows` are in the order of their positions, `listed` in that of the sources;
    `levels` are numbers and titles."""

    rows: tuple[Row, ...]
    listed: tuple[Row, ...]
    model: str
    model_name: str
    levels: tuple[tuple[int, str], ...]
    spread: dict[int, int]
    index: float
    scores: dict[str, float]
    owners: tuple[Group, ...]
    criticalities: tuple[Group, ...]
    gaps: tuple[SharedGap, ...]
    changes: tuple[SharedChange, ...]
    shifts: tuple[Shift, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    compared: str = ""
    """What is compared with: the name of the earlier results; empty for none."""
    reports: str = ""
    """The address of the folder with the repositories' own reports, beside the fleet's; empty for none."""
    is_anonymous: bool = False

    @property
    def rated(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.is_rated)

    @property
    def plain(self) -> tuple[Row, ...]:
        """Audited, and no machine learning in them."""
        return tuple(row for row in self.rows if row.status == "audited" and not row.is_rated)

    @property
    def faults(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.status == "fault")

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(self.scores)

    @property
    def aims(self) -> Group:
        """Targets over all."""
        return _group("", self.rated)

    @property
    def day(self) -> str:
        """The newest commit's day: the only time that a report tells."""
        return max((row.day for row in self.rows), default="")


def overview(
    rows: Sequence[Row],
    rubric: Rubric,
    practices: Sequence[Practice],
    *,
    before: Sequence[Row] = (),
    compared: str = "",
    reports: str = "",
    is_anonymous: bool = False,
) -> Overview:
    """The fleet by the model of its rows. `before` are the rows of earlier results."""
    shown = _anonymous(rows) if is_anonymous else list(rows)
    ordered = in_order(shown)
    rated = [row for row in ordered if row.is_rated]
    standings = [row.standing for row in rated if row.standing]
    dimensions = dict.fromkeys(name for standing in standings for name in standing.scores)
    found = Counter(standing.level for standing in standings)
    since = _compared(rows, before, _numbers(rows) if is_anonymous else {}) if compared else _Since()
    return Overview(
        rows=tuple(ordered),
        listed=tuple(ordered if is_anonymous else shown),
        model=rubric.id,
        model_name=rubric.title,
        levels=tuple((level.level, level.title) for level in rubric.levels),
        spread={level.level: found[level.level] for level in rubric.levels},
        index=round(mean_of_positions(standings), 2),
        scores={name: mean_of(s.scores[name] for s in standings if name in s.scores) for name in dimensions},
        owners=_groups(rated, lambda row: row.owner) if not is_anonymous else (),
        criticalities=_groups(rated, lambda row: row.criticality),
        gaps=_shared_gaps(rated, rubric, practices),
        changes=_shared_changes(rated, rubric, practices),
        compared=compared,
        reports="" if is_anonymous else reports,
        is_anonymous=is_anonymous,
        shifts=since.shifts,
        came=since.came,
        went=since.went,
    )


def mean_of_positions(standings: Iterable[Standing]) -> float:
    """The mean position; 0 of none."""
    found = [_index(standing) for standing in standings]
    return sum(found) / len(found) if found else 0.0


def _index(standing: Standing | None) -> float:
    if standing is None:
        return 0.0
    return standing.index if standing.index is not None else float(standing.level or 0)


# ---- without names ----


def _numbers(rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """A number for each repository, by a digest of where it is, so that order and number tell nothing of the name."""
    import hashlib

    keys = {row.key: hashlib.sha256("\0".join(row.key).encode("utf-8", "surrogateescape")).hexdigest() for row in rows}
    ranked = sorted(keys, key=lambda key: keys[key])
    width = len(str(len(ranked)))
    return {key: f"#{number:0{width}}" for number, key in enumerate(ranked, start=1)}


def _anonymous(rows: Sequence[Row]) -> list[Row]:
    """The rows without what says which repository it is, or whose."""
    numbers = _numbers(rows)
    bare = {"source": "", "ref": "", "owner": "", "commit": "", "report": ""}
    return [
        row.model_copy(update={**bare, "name": numbers[row.key], "reason": "" if row.status == "audited" else "-"})
        for row in rows
    ]


# ---- groups ----


def _groups(rows: Sequence[Row], by: Callable[[Row], str]) -> tuple[Group, ...]:
    """A group for each word, those without one last; none where no row has a word."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    if set(found) <= {UNNAMED}:
        return ()
    return tuple(_group(name, found[name]) for name in sorted(found, key=lambda name: (name == UNNAMED, name)))


def _group(name: str, rows: Sequence[Row]) -> Group:
    targets = [(row.level, row.target) for row in rows if row.target]
    open_ones = [(level, target) for level, target in targets if not target.reached]
    away = [max((target.level or 0) - (level or 0), 0) for level, target in open_ones]
    return Group(
        name,
        len(rows),
        round(mean_of_positions(row.standing for row in rows if row.standing), 2),
        rows[-1].name if rows else "",
        len(targets),
        len(targets) - len(open_ones),
        round(sum(away) / len(away), 1) if away else 0.0,
        round(sum(target.days for _, target in open_ones), 1),
    )


# ---- what most share ----


def _shared_gaps(rows: Sequence[Row], rubric: Rubric, practices: Sequence[Practice]) -> tuple[SharedGap, ...]:
    """The gaps of most repositories, those that keep a level away first among equals."""
    known = {practice.id: practice for practice in practices}
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    blocking: Counter[str] = Counter()
    for row in rows:
        for gap in row.gaps:
            wanted[gap.practice][gap.wanted] += 1
            blocking[gap.practice] += gap.blocking
    counts = {name: sum(found.values()) for name, found in wanted.items() if name in known}
    chosen = sorted(counts, key=lambda name: (-counts[name], -blocking[name], name))[:GAPS_SHOWN]
    return tuple(
        SharedGap(
            name,
            known[name].title,
            known[name].dimension,
            wanted[name].most_common(1)[0][0],
            counts[name],
            blocking[name],
            sum(_reaches(row, {name: gap.wanted}, rubric) for row in rows for gap in row.gaps if gap.practice == name),
        )
        for name in chosen
    )


def _shared_changes(rows: Sequence[Row], rubric: Rubric, practices: Sequence[Practice]) -> tuple[SharedChange, ...]:
    """What each change of the catalogue would raise, the one that raises most first; those that raise nothing left out."""
    defined = {practice.id: tuple(practice.rungs) for practice in practices}
    found = []
    for change in load_changes():
        raised = [_raised(row, change.raises, defined) for row in rows]
        touched = sum(bool(rungs) for rungs in raised)
        lifts = sum(_reaches(row, rungs, rubric) for row, rungs in zip(rows, raised, strict=True) if rungs)
        if touched:
            found.append(SharedChange(change.id, change.title, touched, sum(map(len, raised)), lifts))
    return tuple(sorted(found, key=lambda change: (-change.lifts, -change.raised, change.id)))


def _raised(row: Row, raises: Iterable[tuple[str, str]], defined: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The practices of a repository that stand on the rung below one that a change gives, and that rung."""
    assert row.standing
    found = {}
    for practice, rung in raises:
        now = row.standing.practices.get(practice)
        below = [name for name in ("absent", *defined.get(practice, ())) if Rung(name).height < Rung(rung).height]
        if now and below and now == below[-1]:
            found[practice] = rung
    return found


def _reaches(row: Row, raised: Mapping[str, str], rubric: Rubric) -> bool:
    """The repository has a higher level by these rungs alone. Only what all that keeps the next level away can do so."""
    standing = row.standing
    if standing is None or standing.level is None or standing.level >= rubric.top:
        return False
    missing = {gap.practice for gap in row.gaps if gap.blocking}
    if not missing or not missing <= raised.keys():
        return False
    rungs = standing.practices | dict(raised)
    findings = {name: Finding(name, Rung(rung), "") for name, rung in rungs.items()}
    return level_of(rubric, findings, standing.metrics) > standing.level


# ---- since the last run ----


@dataclass(frozen=True, slots=True)
class _Since:
    """What moved, came and went since earlier results."""

    shifts: tuple[Shift, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


def _compared(rows: Sequence[Row], before: Sequence[Row], names: Mapping[tuple[str, str], str]) -> _Since:
    old = {row.key: row for row in before}
    new = {row.key: row for row in rows}
    shifts = []
    for key, row in new.items():
        earlier = old.get(key)
        if earlier and (earlier.standing or row.standing) and _place(earlier) != _place(row):
            shifts.append(Shift(names.get(key, row.name), earlier.standing, row.standing))
    came = tuple(sorted(names.get(key, row.name) for key, row in new.items() if key not in old))
    went = tuple(sorted("" if names else row.name for key, row in old.items() if key not in new))
    return _Since(tuple(sorted(shifts, key=lambda shift: (shift.by, shift.name))), came, went)


def _place(row: Row) -> tuple[object, ...]:
    return (row.standing.level, row.standing.index) if row.standing else (None, None)
