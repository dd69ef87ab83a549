"""The cheapest ordered steps from here to a level: an exact search over a rubric's alternatives. Pure.

What can be bought is work: each rung that a practice climbs costs its effort in days; rungs that one change gives
together (`changes.yaml`) cost what the dearest of them costs. An item is met by any of its ways through any-of, n-of and
all-of; a level wants its required items, and a share of its supporting ones or points. The search finds the set of work
with the least days; ties go to the first one found, and the order of the search depends on nothing but the input.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, Effort, Practice, RungName, load_practices
from assessor.findings import LADDER, Finding, Rung
from assessor.rubric.anchors import Anchor, anchors, things
from assessor.rubric.changes import Change, load_changes
from assessor.rubric.effort import DAYS, MILLI, Days, Estimate, Work, estimate, union
from assessor.rubric.results import ItemResult
from assessor.rubric.scoring import judged, level_of
from assessor.rubric.search import NODES, Quota, cheapest, meets
from assessor.rubric.wishes import Task

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from assessor.facts.place import Place
    from assessor.rubric.model import Rubric

_ANCHORS = 2
"""Files to work on that a step names; it may touch more."""
QUICK_NODES = 400
"""Nodes of a search in the course of an audit: tens of milliseconds at the worst."""


@dataclass(frozen=True, slots=True)
class Raise:
    """One practice that rises."""

    practice: str
    title: str
    rung: Rung
    wanted: RungName
    fix: str


@dataclass(frozen=True, slots=True)
class Near:
    """What is nearly there: the rung below, or what looks like the practice and does not count."""

    practice: str
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class RoadmapStep:
    """One piece of work: what rises by it, what it takes, what holds after it that did not hold before.

    `title` is an imperative. `level` is the level that it is needed for; `reaches` the level that is reached once it is
    done, None where none is. `days` orders steps, `estimate` is what to tell: the range that the work may take; `effort`
    is the letter of `days`. `anchors` are the repository's own files where it begins. `change` names the entry of `changes.yaml` where it lifts several practices at once.
    """

    title: str
    raises: tuple[Raise, ...]
    effort: Effort
    days: float
    level: int
    unlocks: tuple[str, ...] = ()
    reaches: int | None = None
    near: tuple[Near, ...] = ()
    change: str = ""
    estimate: Estimate = field(default_factory=lambda: Estimate(0.0, 0.0))
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class Roadmap:
    """The steps from `level` to `target`, and to the targets of dimensions where there are any.

    `exact`: no cheaper set reaches the target; else none is cheaper than `at_least` days. `blocked` are items that no
    practice can mend (a measured bound, a statement); where there are any, the steps alone do not reach the target.
    """

    rubric: str
    level: int
    target: int
    steps: tuple[RoadmapStep, ...] = ()
    days: float = 0.0
    exact: bool = True
    at_least: float = 0.0
    blocked: tuple[str, ...] = ()
    raises: Mapping[str, RungName] = field(default_factory=dict)
    """Practice → the rung that it has after all steps."""


def assume(findings: Mapping[str, Finding], wanted: Mapping[str, str]) -> dict[str, Finding]:
    """The findings with these practices at these rungs, whatever was seen of them."""
    return {**findings, **{name: Finding(name, Rung(rung), "assumed") for name, rung in wanted.items()}}


def find_roadmap(
    rubric: Rubric,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    *,
    target: int | None = None,
    dimensions: Mapping[str, int] | None = None,
    days: Days = DAYS,
    practices: Sequence[Practice] | None = None,
    changes: Sequence[Change] | None = None,
    stack: Sequence[str] = (),
    attested: Collection[str] = (),
    items: Sequence[ItemResult] | None = None,
    limit: int = NODES,
    fixed: Collection[str] = (),
) -> Roadmap:
    """The cheapest steps to `target` (the next level if None) that also lift `dimensions` to their levels.

    `items` are the judged items where the caller has them. The steps to a target that is reached, and those beyond the
    top, are none. `fixed` are practices that cannot be raised here: what only they can mend is blocked.
    """
    catalogue = load_practices() if practices is None else practices
    level = level_of(rubric, findings, metrics, attested)
    goal = max(min(level + 1 if target is None else target, rubric.top), level)
    judged_items = judged(rubric, findings, metrics, attested) if items is None else items
    known = load_changes() if changes is None else changes
    wanted = dimensions or {}
    best: Roadmap | None = None
    # no dimension keeps a level away that is reached over all: going higher over all may be the shorter way
    for higher in range(goal, min(max([goal, *wanted.values()]), rubric.top) + 1):
        task = Task(rubric, judged_items, Work(findings, catalogue, known, days, fixed), metrics, attested)
        ladder = {number: task.quotas(number) for number in range(level + 1, higher + 1)}
        beside = task.quotas_of_dimensions(wanted, higher)
        if not ladder and not beside:
            return Roadmap(rubric.id, level, goal)
        found = _planned(task, level, goal, _Quotas(ladder, beside), stack, limit)
        if best is None or (len(found.blocked), found.days) < (len(best.blocked), best.days):
            best = found
    assert best is not None  # the goal itself was looked at
    return best


def days_of(
    raises: Mapping[str, str],
    findings: Mapping[str, Finding],
    *,
    days: Days = DAYS,
    practices: Sequence[Practice] | None = None,
    changes: Sequence[Change] | None = None,
) -> float:
    """What it takes to lift these practices to these rungs, work that one change does counted once."""
    catalogue = load_practices() if practices is None else practices
    work = Work(findings, catalogue, load_changes() if changes is None else changes, days)
    bought = 0
    for name, rung in raises.items():
        ways = work.ways_to(name, rung)
        bought |= min(ways, key=lambda way: (work.cost(way), way), default=0)
    return work.cost(bought) / MILLI


# ---- the plan ----


@dataclass(frozen=True, slots=True)
class _Quotas:
    """What is asked, by level: of all items by the levels on the way, and of the items of dimensions beside that."""

    ladder: Mapping[int, Sequence[Quota]]
    beside: Mapping[int, Sequence[Quota]]

    @property
    def by_level(self) -> dict[int, list[Quota]]:
        numbers = sorted({*self.ladder, *self.beside})
        return {number: [*self.ladder.get(number, ()), *self.beside.get(number, ())] for number in numbers}


def _planned(task: Task, level: int, goal: int, asked: _Quotas, stack: Sequence[str], limit: int) -> Roadmap:
    by_level = asked.by_level
    quotas, blocked = task.feasible([quota for own in by_level.values() for quota in own])
    answer = cheapest(task.problem(quotas), limit)
    assert answer is not None  # what practices cannot meet was taken out
    needs: dict[int, int] = {}
    known, last = 0, max(by_level)
    for number, own in by_level.items():
        kept, _ = task.feasible(own)
        part = cheapest(task.problem(kept, answer.bought), QUICK_NODES) if number < last else answer
        known |= part.bought if part else answer.bought
        needs[number] = known
    needs[last] |= answer.bought
    steps = tuple(_Steps(task, needs, stack, asked.ladder).run())
    reached = {item.practice: item.wanted for step in steps for item in step.raises}
    exact = answer.exact and not task.is_cut
    return Roadmap(
        task.rubric.id, level, goal, steps, answer.cost / MILLI, exact, answer.bound / MILLI, tuple(blocked), reached
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rungs that are climbed together for one level, by one change or in one practice."""

    rungs: tuple[tuple[str, RungName], ...]
    level: int
    change: Change | None = None


class _Steps:
    """Makes ordered steps of what was bought for each level."""

    def __init__(
        self,
        task: Task,
        needs: Mapping[int, int],
        stack: Sequence[str],
        quotas: Mapping[int, Sequence[Quota]],
    ) -> None:
        self.task = task
        self.work = task.work
        self.needs = needs
        self.stack = stack
        self.quotas = quotas
        self.order = {name: number for number, name in enumerate(self.work.practices)}

    def run(self) -> Iterator[RoadmapStep]:
        pieces = self._sorted(list(self._pieces(self._climbed())))
        bought, met, reached = 0, set(self._met(0)), set[int]()
        for piece in pieces:
            spent = union(self.work.unit(*rung) for rung in piece.rungs) & ~bought
            bought |= spent
            now = self._met(bought)
            new = [wish.item for number, wish in enumerate(self.task.wishes) if number in now and number not in met]
            met |= now
            level = self._level(bought, reached)
            step = self._step(piece, self.work.cost(spent), tuple(dict.fromkeys(new)))
            yield replace(step, reaches=level)

    def _met(self, bought: int) -> set[int]:
        return {number for number, wish in enumerate(self.task.wishes) if any(way & ~bought == 0 for way in wish.ways)}

    def _level(self, bought: int, reached: set[int]) -> int | None:
        """The highest level that is reached now and was not before."""
        new = None
        for level, quotas in self.quotas.items():
            if not meets(self.task.problem(quotas), bought):
                break
            if level not in reached:
                reached.add(level)
                new = level
        return new

    # ---- rungs, pieces, order ----

    def _climbed(self) -> dict[tuple[str, RungName], int]:
        """Each rung that is climbed → the level that it is climbed for."""
        leaves = {leaf for wish in self.task.wishes for leaf in wish.leaves}
        asked = leaves | {(name, above) for name, rung in leaves if (above := self.work.instead(name, rung))}
        found: dict[tuple[str, RungName], int] = {}
        for level, needed in self.needs.items():
            for practice, rung in sorted(asked, key=lambda leaf: (self.order[leaf[0]], Rung(leaf[1]).height)):
                if self.work.rung(practice).height >= Rung(rung).height:
                    continue
                for way in self.work.ways_to(practice, rung)[:1]:
                    if way & ~needed == 0:
                        for name in self.work.chain(practice, rung):
                            found.setdefault((practice, name), level)
        higher = {practice for practice, name in found if name != "declared"}
        return {key: level for key, level in found.items() if not (key[1] == "declared" and key[0] in higher)}

    def _pieces(self, climbed: Mapping[tuple[str, RungName], int]) -> Iterator[_Piece]:
        joint: dict[tuple[str, int], list[tuple[str, RungName]]] = {}
        for rung, level in climbed.items():
            change = self.work.change_of.get(rung)
            if change:
                joint.setdefault((change.id, level), []).append(rung)
        shared = {key: rungs for key, rungs in joint.items() if len(rungs) > 1 and self._is_new(rungs, key[1])}
        together = {rung for rungs in shared.values() for rung in rungs}
        for (_, level), rungs in shared.items():
            change = self.work.change_of[rungs[0]]
            yield _Piece(tuple(sorted(rungs, key=change.raises.index)), level, change)
        for practice in dict.fromkeys(name for name, _ in climbed):
            yield from self._alone(practice, climbed, together)

    @staticmethod
    def _alone(
        practice: str, climbed: Mapping[tuple[str, RungName], int], together: set[tuple[str, RungName]]
    ) -> Iterator[_Piece]:
        """What a practice climbs by itself, split where a change comes between or another level begins."""
        group: list[tuple[str, RungName]] = []
        for step in ((practice, name) for name in RUNGS):
            if step not in climbed:
                continue
            if group and (step in together or climbed[group[-1]] != climbed[step]):
                yield _Piece(tuple(group), climbed[group[0]])
                group = []
            if step not in together:
                group.append(step)
        if group:
            yield _Piece(tuple(group), climbed[group[0]])

    def _is_new(self, rungs: Sequence[tuple[str, RungName]], level: int) -> bool:
        """The change is made for this level; what joins one that was made for a lower level takes no step of its own."""
        before = union(needed for number, needed in self.needs.items() if number < level)
        return union(self.work.unit(*rung) for rung in rungs) & ~before != 0

    def _sorted(self, pieces: list[_Piece]) -> list[_Piece]:
        """By level; within one the cheap ones first, but no rung before the one below it."""
        placed: list[_Piece] = []
        done: set[tuple[str, RungName]] = set()
        left = sorted(pieces, key=self._rank)
        waiting = {rung for piece in pieces for rung in piece.rungs}
        while left:
            ready = next((piece for piece in left if self._is_ready(piece, waiting - done)), left[0])
            left.remove(ready)
            placed.append(ready)
            done.update(ready.rungs)
        return placed

    def _rank(self, piece: _Piece) -> tuple[int, int, int, int]:
        cost = self.work.cost(union(self.work.unit(*rung) for rung in piece.rungs))
        return piece.level, cost, -len(piece.rungs), min(self.order[name] for name, _ in piece.rungs)

    @staticmethod
    def _is_ready(piece: _Piece, waiting: set[tuple[str, RungName]]) -> bool:
        return not any(
            name == other and Rung(below).height < Rung(rung).height and (other, below) not in piece.rungs
            for name, rung in piece.rungs
            for other, below in waiting
        )

    # ---- words ----

    def _step(self, piece: _Piece, cost: int, unlocks: tuple[str, ...]) -> RoadmapStep:
        raises = tuple(self._raises(piece))
        title = (
            piece.change.title if piece.change else self.work.practices[raises[0].practice].title_to(raises[0].wanted)
        )
        near = tuple(entry for item in raises for entry in self._near(item))
        return RoadmapStep(
            title,
            raises,
            self.work.days.letter(cost / MILLI),
            cost / MILLI,
            piece.level,
            unlocks,
            None,
            near,
            piece.change.id if piece.change else "",
            estimate(cost / MILLI, things([item.practice for item in raises], self.work.findings)),
            self._anchors(raises),
        )

    def _anchors(self, raises: Sequence[Raise]) -> tuple[Anchor, ...]:
        """Where the step begins: the files to work on, each once, then what starts them."""
        found = [anchor for item in raises for anchor in anchors(item.practice, item.wanted, self.work.findings)]
        once = {(anchor.role, anchor.place.path): anchor for anchor in reversed(found)}
        at = [once[key] for key in dict.fromkeys((a.role, a.place.path) for a in found) if key[0] == "at"]
        by = [once[key] for key in dict.fromkeys((a.role, a.place.path) for a in found) if key[0] == "by"]
        work_on = {anchor.place.path for anchor in at}
        return (*at[:_ANCHORS], *[anchor for anchor in by if anchor.place.path not in work_on][:1])

    def _raises(self, piece: _Piece) -> Iterator[Raise]:
        for practice in dict.fromkeys(name for name, _ in piece.rungs):
            own = [rung for name, rung in piece.rungs if name == practice]
            known = self.work.practices[practice]
            fix = known.steps_to(own, self.stack)
            yield Raise(practice, known.title, self._rung_before(practice, own[0]), own[-1], fix)

    def _rung_before(self, practice: str, rung: RungName) -> Rung:
        """The rung that the practice has by then: what it has now, or what an earlier step gave."""
        here = self.work.rung(practice)
        chain = self.work.chain(practice, rung)
        return Rung(chain[-2]) if len(chain) > 1 else here

    def _near(self, item: Raise) -> Iterator[Near]:
        finding = self.work.findings.get(item.practice)
        if finding is None or item.rung is not finding.rung:
            return
        known = self.work.practices[item.practice]
        if finding.rung in LADDER[1:] and known.next_rung(finding.rung) == item.wanted:
            best = finding.evidence[0] if finding.evidence else None
            yield Near(item.practice, best.text if best else f"stands at {finding.rung}", best.place if best else None)
        for miss in finding.near_misses[:2]:
            yield Near(item.practice, miss.text, miss.place)
