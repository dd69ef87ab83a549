"""The answer of an audit for a terminal: where the repository stands, the steps to take, and where to look next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.render.terminal.statements import level_line, note_lines
from assessor.render.views.columns import cells
from assessor.render.views.standing_words import (
    holds,
    holds_head,
    note_of,
    position,
    profile,
    stands_in_the_way,
    subject,
)
from assessor.render.views.step_words import estimated, where, work_of
from assessor.render.views.target_words import target_line
from assessor.render.views.view import STEPS_SHOWN, way_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import (
        Assessment,
        DimensionInfo,
        GapInfo,
        LevelInfo,
        PracticeInfo,
        RaiseInfo,
        RoadmapStepInfo,
        ScorecardInfo,
    )
    from assessor.render.terminal.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of each step is told: lines of what to do (all if None), what it lifts, where it begins."""

    do: int | None = None
    lifts: bool = True
    begins: bool = True
    steps: int | None = STEPS_SHOWN


WHOLE = Detail(steps=None)
SHORTER = (
    Detail(do=2),
    Detail(do=2, lifts=False),
    Detail(do=1, lifts=False),
    Detail(0, False),
    Detail(0, False, False),
)
"""From the most to the least that a screen may have room for."""


def answer(page: Sheet, assessment: Assessment, card: ScorecardInfo, detail: Detail, *, stairs: bool) -> Iterator[str]:
    """Level, position, profile, target, then the steps of the plan. `stairs` draws all levels of the model."""
    yield from _standing(page, assessment, card)
    if stairs and card.level is not None:
        yield from _stairs(page, card)
    yield from level_line(page, assessment, card)
    yield from _target(page, card)
    yield from _plan(page, assessment, card, detail)


def no_answer(page: Sheet, assessment: Assessment) -> Iterator[str]:
    """That there is no level, and why."""
    yield from page.heading(page.word("subject.no_level"))
    yield from page.wrapped("  ", page.said(subject(assessment, page.t)), 0, "bold")


def _standing(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    if card.level is None:
        yield from no_answer(page, assessment)
        return
    level = page.word("terminal.level", level=card.level, title=page.t.tr(card.title))
    index = position(card, page.t)
    place = page.word("standing.position", index=index) if index else ""
    both = page.glyphs.dot.join(word for word in (place, page.ours(card.name)) if word)
    yield from page.heading(level, both if cells(level) + cells(both) + 2 <= page.width else place)
    for sentence in (subject(assessment, page.t), profile(assessment, page.t)):
        if sentence:
            yield from page.wrapped("  ", page.said(sentence), 0)


def _stairs(page: Sheet, card: ScorecardInfo) -> Iterator[str]:
    yield ""
    count = len(card.levels)
    for number in reversed(range(count)):
        yield _stair(page, card, card.levels[number], number, count)


def _stair(page: Sheet, card: ScorecardInfo, level: LevelInfo, number: int, count: int) -> str:
    """One step of the stairs: the drawing, a mark, the level and how much of it is there."""
    signs = page.glyphs
    reached = level.level <= card.height
    foot, riser, corner = (
        (signs.foot, signs.riser, signs.corner) if reached else (signs.next_foot, signs.next_riser, signs.next_corner)
    )
    is_top = number == count - 1
    drawing = "  " * number + (riser if number else foot) + (foot if is_top else corner)
    mark = signs.here if level.level == card.level else signs.done if reached else " "
    words = f"{level.level}  {page.ours(level.title)}"
    left = f"  {drawing:{2 * count + 4}}{mark} "
    style = "bold green" if level.level == card.level else "green" if reached else "dim"
    note = page.said(note_of(level, card, page.t, "summary.next_share"))
    room = page.width - cells(left) - cells(note) - 2
    return page.paint(left, style if reached else "dim") + page.paint(page.pad(words, room), style) + "  " + note


def _target(page: Sheet, card: ScorecardInfo) -> Iterator[str]:
    """Where the repository wants to be and how far that is."""
    if card.target:
        style = "green" if card.target.reached else "yellow"
        yield from page.wrapped("  ", page.said(target_line(card.target, page.t)), 0, style)


def dimensions(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    """Points of each dimension, and how many statements about it hold."""
    head = "" if card.level is None else holds_head(card, page.t)
    yield from page.heading(page.word("terminal.dimensions"), page.said(head))
    ends = {name: _dimension_end(page, result) for name, result in card.dimensions.items()}
    room = max(page.width - 24 - max(map(len, ends.values()), default=0), 10)
    for name, result in card.dimensions.items():
        filled = round(room * result.score / 100)
        bar = page.paint(page.glyphs.bar * filled, _bar_style(result.score))
        rest = page.paint(page.glyphs.empty * (room - filled), "dim")
        yield f"  {name:<14}{bar}{rest} {page.t.number(result.score, 1):>5}  {ends[name]}"


def _dimension_end(page: Sheet, result: DimensionInfo) -> str:
    words = page.said(holds(result, page.t)) if result.asked else ""
    return words + (f", {page.said(page.t.count('count.unknown', result.unknown))}" if result.unknown else "")


def _bar_style(points: float) -> str:
    return "green" if points >= 60 else "yellow" if points >= 30 else "red"


def _plan(page: Sheet, assessment: Assessment, card: ScorecardInfo, detail: Detail) -> Iterator[str]:
    """The first steps of the cheapest way to the target or the next level, with the days that they take."""
    way = way_of(card)
    if card.level is not None and card.next_level is None:
        yield from page.heading(page.word("terminal.highest"))
    if not way.steps or (card.target and card.target.reached):
        return
    key = "terminal.work" if way.is_exact else "terminal.work_or_less"
    about = page.word(key, days=work_of(way.steps, page.t))
    key = "terminal.towards" if way.blocked else "terminal.cheapest"
    title = page.word("target.way") if way.target else page.word(key, level=card.next_level)
    yield from page.heading(title, about)
    shown = way.steps[: detail.steps]
    for number, step in enumerate(shown, start=1):
        yield from _step(page, assessment, step, number, detail)
    if len(shown) < len(way.steps):
        yield page.more(len(way.steps) - len(shown))
    if way.blocked:
        yield from page.wrapped("", page.said(stands_in_the_way(assessment, page.t)), 2, "dim")


def _step(page: Sheet, assessment: Assessment, step: RoadmapStepInfo, number: int, detail: Detail) -> Iterator[str]:
    """One step: an imperative with what it takes, what rises by it, what to do, and where that begins."""
    yield from step_head(page, step, number, page.said(estimated([step], page.t)))
    if detail.lifts:
        raised = ", ".join(f"{raised.practice} {climb(page, raised)}" for raised in step.raises)
        yield from page.wrapped("", raised, 4, "dim")
    yield from _first_lines(page, page.ours(step.raises[0].fix), detail.do)
    for lift in step.raises:
        if lift.rung == "unknown" and detail.do != 0:
            told = page.word("terminal.not_judged", seen=seen(page, assessment.practices[lift.practice]))
            yield from page.wrapped("", told if detail.do is None else page.cut(told, page.width - 4), 4, "magenta")
    if detail.do is None:
        for lift in step.raises:
            yield from note_lines(page, assessment, lift.practice)
    if detail.begins and (begins := where(step, page.t)):
        yield from page.wrapped(page.word("step.where") + " ", page.said(begins), 4, "cyan")


def _first_lines(page: Sheet, text: str, most: int | None) -> Iterator[str]:
    """The text, cut at a word where it takes more lines than there may be."""
    lines = list(page.wrapped("", text, 4))
    if most is None or len(lines) <= most:
        yield from lines
    elif most:
        yield from lines[: most - 1]
        yield page.cut(f"{lines[most - 1]} {page.glyphs.more}", page.width)


def step_head(page: Sheet, step: RoadmapStepInfo, number: int, end: str) -> Iterator[str]:
    """The title of a step in full, and at the right what it takes; below the title where both do not fit."""
    title = page.ours(step.title)
    space = page.width - 4 - cells(title) - cells(end)
    if space >= 2:
        yield f"{number:>2}  {page.paint(title, 'bold')}{' ' * space}{page.paint(end, 'cyan')}"
        return
    first, *others = page.wrapped("", title, 4, "bold")
    yield f"{number:>2}  {first[4:]}"
    yield from others
    yield " " * max(page.width - cells(end), 4) + page.paint(end, "cyan")


def climb(page: Sheet, gap: GapInfo | RaiseInfo) -> str:
    """`absent → used`."""
    return f"{page.word(f'rung.{gap.rung}')} {page.glyphs.arrow} {page.word(f'rung.{gap.wanted}')}"


def seen(page: Sheet, practice: PracticeInfo) -> str:
    """What there is of a practice now: its best proof, else what comes nearest, else what hides it."""
    if practice.evidence:
        best = practice.evidence[0]
        return page.said(f"{best.place} {best.text}")
    if practice.near_misses:
        nearest = practice.near_misses[0]
        return page.word("terminal.does_not_count", place=nearest.place, text=nearest.text)
    if practice.blind_spots:
        hidden = practice.blind_spots[0]
        return page.word("terminal.not_read", place=hidden.place, text=hidden.reason)
    return page.said(practice.summary)


def look_next(page: Sheet, card: ScorecardInfo, *, verbose: int) -> Iterator[str]:
    """Where more stands: the commands that show it."""
    steps = way_of(card).steps
    told = [page.word("terminal.next_verbose")] if verbose < 2 else []
    told += [page.word("terminal.next_plan")] if steps else []
    told += [page.word("terminal.next_explain", practice=steps[0].raises[0].practice)] if steps else []
    told += [page.word("terminal.next_page")]
    label = page.word("terminal.next") + " "
    yield ""
    for number, line in enumerate(_packed(told, page.glyphs.dot, page.width - cells(label))):
        yield page.paint((" " * cells(label) if number else label) + line, "dim")


def _packed(parts: Sequence[str], between: str, room: int) -> Iterator[str]:
    """The parts in lines, none of them broken."""
    line = ""
    for part in parts:
        if line and cells(line) + cells(between) + cells(part) > room:
            yield line
            line = part
        else:
            line = f"{line}{between}{part}" if line else part
    yield line
