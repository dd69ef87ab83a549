"""The assessment as text for a terminal: level, what blocks the next one, and each practice with its proof.

Pure: the caller says how wide the text may be, whether it may hold colour and characters beyond ASCII. What the
repository says is escaped: control characters and marks that turn the direction of writing are shown, not obeyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal_loop import loop_lines
from assessor.render.terminal_page import cells, page_for
from assessor.render.view import HEIGHTS, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import (
        Assessment,
        CrosswalkInfo,
        DimensionInfo,
        EvidenceInfo,
        GapInfo,
        ItemInfo,
        LevelInfo,
        PracticeInfo,
        RoadmapStepInfo,
        ScorecardInfo,
    )
    from assessor.render.terminal_page import Page

_CLIMB = ("declared", "used", "automated", "enforced")
_RUNG_STYLE = {
    "absent": "red",
    "declared": "yellow",
    "used": "cyan",
    "automated": "green",
    "enforced": "bold green",
    "unknown": "magenta",
    "not_applicable": "dim",
}
_EFFORT = {"S": "hours", "M": "days", "L": "weeks"}
_GAPS_SHOWN = 6
_SUPPORTING_SHOWN = 4
_STEPS_SHOWN = 3
_BLIND_SHOWN = 5


def render(
    assessment: Assessment,
    *,
    width: int = 100,
    colour: bool = False,
    unicode: bool = True,
    verbose: bool = False,
    rubric: str = "",
) -> str:
    """The text, ended by a line break. `rubric` is the scorecard shown; the assessment's primary one if empty."""
    page = page_for(width, colour=colour, unicode=unicode)
    name = rubric or assessment.primary
    card = assessment.scorecards[name]
    lines = [
        *_header(page, assessment),
        *_ladder(page, card),
        *_dimensions(page, assessment, card),
        *(loop_lines(page, assessment.loop) if assessment.loop else ()),
        *_roadmap(page, card, verbose),
        *_gaps(page, assessment, card, verbose),
        *_practices(page, assessment, card, verbose),
        *_blind_spots(page, assessment, verbose),
        *(_items(page, card) if verbose else ()),
        *(line for crosswalk in assessment.crosswalks.values() for line in _crosswalk(page, crosswalk)),
        *_footer(page, assessment, name, verbose),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _header(page: Page, assessment: Assessment) -> Iterator[str]:
    repository = assessment.repository
    state = [page.said(repository.branch)] if repository.branch else []
    state += [repository.commit[:10]] if repository.commit else ["not under git"]
    state += [repository.date[:10]] if repository.date else []
    state += ["with uncommitted changes"] if repository.dirty else []
    yield page.paint(page.cut(page.said(repository.name), page.width), "bold")
    yield page.paint(page.cut(page.glyphs.dot.join(state), page.width), "dim")
    counts = assessment.statistics
    read = [f"{counts.files:,} files", f"{counts.read:,} read", f"{counts.parsed:,} parsed as Python"]
    yield page.paint(page.cut(page.glyphs.dot.join(read), page.width), "dim")


def _ladder(page: Page, card: ScorecardInfo) -> Iterator[str]:
    yield from page.heading(f"Level {card.level}: {page.said(card.title)}", page.said(card.name))
    yield ""
    count = len(card.levels)
    for number in reversed(range(count)):
        yield _stair(page, card, card.levels[number], number, count)


def _stair(page: Page, card: ScorecardInfo, level: LevelInfo, number: int, count: int) -> str:
    """One step of the stairs: the drawing, a mark, the level and how much of it is there."""
    signs = page.glyphs
    reached = level.level <= card.level
    foot, riser, corner = (
        (signs.foot, signs.riser, signs.corner) if reached else (signs.next_foot, signs.next_riser, signs.next_corner)
    )
    is_top = number == count - 1
    drawing = "  " * number + (riser if number else foot) + (foot if is_top else corner)
    mark = signs.here if level.level == card.level else signs.done if reached else " "
    words = f"{level.level}  {page.said(level.title)}"
    left = f"  {drawing:{2 * count + 4}}{mark} "
    style = "bold green" if level.level == card.level else "green" if reached else "dim"
    note = _stair_note(card, level)
    room = page.width - cells(left) - cells(note) - 2
    return page.paint(left, style if reached else "dim") + page.paint(page.pad(words, room), style) + "  " + note


def _stair_note(card: ScorecardInfo, level: LevelInfo) -> str:
    if level.level == card.level:
        return "you are here"
    if level.level < card.level:
        return ""
    return "its own items hold" if level.own else f"{round(100 * level.share)}% of it holds"


def _dimensions(page: Page, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    yield from page.heading("Dimensions", "points and level")
    ends = {name: _dimension_end(result) for name, result in card.dimensions.items()}
    room = max(page.width - 24 - max(map(len, ends.values()), default=0), 10)
    for name, result in card.dimensions.items():
        filled = round(room * result.score / 100)
        bar = page.paint(page.glyphs.bar * filled, _bar_style(result.score))
        rest = page.paint(page.glyphs.empty * (room - filled), "dim")
        yield f"  {name:<14}{bar}{rest} {result.score:5.1f}  {ends[name]}"


def _dimension_end(result: DimensionInfo) -> str:
    level = "not asked" if result.level is None else f"level {result.level}"
    return level + (f", {result.unknown} unknown" if result.unknown else "")


def _bar_style(points: float) -> str:
    return "green" if points >= 60 else "yellow" if points >= 30 else "red"


def _roadmap(page: Page, card: ScorecardInfo, verbose: bool) -> Iterator[str]:
    """The first steps of the cheapest way to the next level, with the days that they take."""
    if not card.roadmap or card.next_level is None:
        return
    about = f"{days(card.roadmap_days)} of work" + ("" if card.roadmap_exact else " or less")
    yield from page.heading(f"The cheapest way to level {card.next_level}", about)
    shown = card.roadmap if verbose else card.roadmap[:_STEPS_SHOWN]
    for number, step in enumerate(shown, start=1):
        yield from roadmap_step(page, step, number)
    if len(shown) < len(card.roadmap):
        yield page.paint(f"  and {len(card.roadmap) - len(shown)} more; assessor plan shows them", "dim")


def roadmap_step(page: Page, step: RoadmapStepInfo, number: int) -> Iterator[str]:
    """One step on a line, and below it what rises where that is more than one practice."""
    end = days(step.days)
    title = page.cut(page.said(step.title), page.width - cells(end) - 7)
    yield f"{number:>2}  {title}" + " " * max(page.width - 4 - cells(title) - cells(end), 2) + page.paint(end, "cyan")
    raised = [f"{r.practice} {r.rung.replace('_', ' ')} {page.glyphs.arrow} {r.wanted}" for r in step.raises]
    yield from page.wrapped("", ", ".join(raised), 4, "dim")


def days(number: float) -> str:
    """`1 day`, `2.5 days`."""
    return f"{number:g} day" + ("" if number == 1 else "s")


def _gaps(page: Page, assessment: Assessment, card: ScorecardInfo, verbose: bool) -> Iterator[str]:
    blocking = [gap for gap in card.gaps if gap.blocking]
    other = [gap for gap in card.gaps if not gap.blocking]
    if card.next_level is None:
        yield from page.heading("This is the highest level")
    else:
        title = next(level.title for level in card.levels if level.level == card.next_level)
        share = f"{round(100 * card.share)}% there"
        yield from page.heading(f"What level {card.next_level} asks: {page.said(title)}", share)
    shown = blocking if verbose else blocking[:_GAPS_SHOWN]
    for number, gap in enumerate(shown, start=1):
        yield from _gap(page, assessment.practices[gap.practice], gap, number)
    if len(shown) < len(blocking):
        yield page.paint(f"  and {len(blocking) - len(shown)} more; --verbose shows them", "dim")
    if other:
        yield from page.heading("Worth doing, does not block")
        kept = other if verbose else other[:_SUPPORTING_SHOWN]
        for gap in kept:
            yield from _short_gap(page, gap)
        if len(kept) < len(other):
            yield page.paint(f"  and {len(other) - len(kept)} more; --verbose shows them", "dim")


def _climb(page: Page, gap: GapInfo) -> str:
    return f"{gap.rung.replace('_', ' ')} {page.glyphs.arrow} {gap.wanted}"


def _gap(page: Page, practice: PracticeInfo, gap: GapInfo, number: int) -> Iterator[str]:
    climb = _climb(page, gap)
    title = page.cut(page.said(gap.title), page.width - len(climb) - 7)
    space = " " * max(page.width - 4 - cells(title) - cells(climb), 2)
    yield ""
    yield f"{number:>2}  " + page.paint(title, "bold") + space + page.paint(climb, "yellow")
    yield from page.wrapped("asked  ", page.said(gap.text) + f" ({gap.practice})", 4)
    yield from page.wrapped("why    ", page.said(gap.why), 4)
    for step in gap.steps:
        yield from page.wrapped("do     ", page.said(step.fix) + f" ({_EFFORT[step.effort]})", 4, "green")
    seen = _seen(page, practice)
    if gap.status == "unknown":
        seen = "could not be judged: " + seen
    yield from page.wrapped("seen   ", seen, 4)


def _seen(page: Page, practice: PracticeInfo) -> str:
    """What there is of a practice now: its best proof, else what comes nearest, else what hides it."""
    if practice.evidence:
        best = practice.evidence[0]
        return page.said(f"{best.place} {best.text}")
    if practice.near_misses:
        nearest = practice.near_misses[0]
        return page.said(f"{nearest.place} does not count: {nearest.text}")
    if practice.blind_spots:
        hidden = practice.blind_spots[0]
        return page.said(f"{hidden.place} could not be read: {hidden.reason}")
    return page.said(practice.summary)


def _short_gap(page: Page, gap: GapInfo) -> Iterator[str]:
    climb = _climb(page, gap)
    title = page.cut(page.said(gap.title), page.width - len(climb) - 4)
    space = " " * max(page.width - 2 - cells(title) - cells(climb), 2)
    yield f"  {title}{space}{page.paint(climb, 'yellow')}"
    if gap.steps:
        yield from page.wrapped("do  ", page.said(gap.steps[0].fix), 4, "dim")


def _practices(page: Page, assessment: Assessment, card: ScorecardInfo, verbose: bool) -> Iterator[str]:
    full, open_, none = page.glyphs.full, page.glyphs.open, page.glyphs.none
    signs = f"{full} reached  {open_} open  {none} no such rung"
    rungs = "declared, used, automated, enforced: "
    yield from page.heading("Practices", signs if page.width < 90 else rungs + signs)
    dimension = ""
    for name, practice in assessment.practices.items():
        if practice.dimension != dimension:
            dimension = practice.dimension
            result = card.dimensions.get(dimension)
            yield ""
            yield page.paint(dimension, "bold") + (page.paint(f"  {result.score:.0f} points", "dim") if result else "")
        yield from _practice(page, name.partition(".")[2] or name, practice)
        if verbose:
            yield from _proof(page, practice)


def _practice(page: Page, name: str, practice: PracticeInfo) -> Iterator[str]:
    style = _RUNG_STYLE[practice.rung]
    rung = practice.rung.replace("not_applicable", "n/a")
    head = f"{name:<19}{rung:<10}"
    room = page.width - 8 - len(head)
    yield (
        f"  {page.paint(_dots(page, practice), style)}  {name:<19}{page.paint(f'{rung:<10}', style)}"
        + page.cut(_reason(page, practice), room)
    )
    best = practice.evidence[0] if practice.evidence else None
    if best and best.hops:
        yield " " * 8 + page.paint(_short_route(page, best, page.width - 8), "dim")


def _dots(page: Page, practice: PracticeInfo) -> str:
    signs = page.glyphs
    if practice.rung == "not_applicable":
        return signs.none * 4
    if practice.rung == "unknown":
        return "?" * 4
    height = HEIGHTS[practice.rung]
    return "".join(
        signs.full if place <= height else signs.open if rung in practice.rungs else signs.none
        for place, rung in enumerate(_CLIMB, start=1)
    )


def _reason(page: Page, practice: PracticeInfo) -> str:
    if practice.rung == "not_applicable":
        return page.said(practice.summary)
    return _seen(page, practice)


def _short_route(page: Page, evidence: EvidenceInfo, room: int) -> str:
    """The way from the trigger in one line; where it is too long, the middle is left out."""
    words = [page.said(hop.text) for hop in told(evidence.hops)]
    if words[0].startswith("on: "):
        words.insert(1, page.said(evidence.hops[0].place.path.rpartition("/")[2]))
    then = page.glyphs.then
    line = then.join(words)
    while cells(line) > room and len(words) > 3:
        middle = len(words) // 2
        del words[middle]
        line = then.join([*words[:middle], page.glyphs.more, *words[middle:]])
    return page.cut(line, room)


def _proof(page: Page, practice: PracticeInfo) -> Iterator[str]:
    """All that speaks for and against a practice."""
    for evidence in practice.evidence:
        tool = f" [{page.said(evidence.tool)}]" if evidence.tool else ""
        said = page.said(f"{evidence.place} {evidence.text}") + tool
        yield from page.wrapped(f"{evidence.rung:<10}", said, 8)
        for hop in evidence.hops:
            yield from page.wrapped("", page.said(f"{hop.place} {hop.text}"), 20, "dim")
    for miss in practice.near_misses:
        yield from page.wrapped("near miss ", page.said(f"{miss.place} {miss.text}"), 8, "yellow")
    for spot in practice.blind_spots:
        yield from page.wrapped("hidden    ", page.said(f"{spot.place} {spot.reason}"), 8, "magenta")
    if practice.values:
        numbers = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in practice.values.items())
        yield from page.wrapped("measured  ", page.said(numbers), 8, "dim")


def _blind_spots(page: Page, assessment: Assessment, verbose: bool) -> Iterator[str]:
    spots = assessment.blind_spots
    if not spots:
        return
    yield from page.heading("Blind spots", f"{len(spots)} not read or not understood")
    for spot in spots if verbose else spots[:_BLIND_SHOWN]:
        yield from page.wrapped("  ", page.said(f"{spot.place} {spot.reason}"), 0)
    if not verbose and len(spots) > _BLIND_SHOWN:
        yield page.paint(f"  and {len(spots) - _BLIND_SHOWN} more; --verbose shows them", "dim")


def _items(page: Page, card: ScorecardInfo) -> Iterator[str]:
    yield from page.heading("Items of the model", "r: required, s: supporting, w: weakness of a low level")
    level = None
    for item in card.items:
        if item.level != level:
            level = item.level
            title = next(entry.title for entry in card.levels if entry.level == level)
            yield page.paint(f"  {level} {page.said(title)}", "bold")
        yield from page.wrapped(f"{_status(item):<16}", page.said(item.text) + f" ({item.id})", 4)


def _status(item: ItemInfo) -> str:
    kind = "w" if item.lack else "r" if item.required else "s"
    words = {"met": "overcome", "unmet": "holds"} if item.lack else {}
    return f"{kind} {words.get(item.status, item.status.replace('_', ' '))}"


def _points(card: ScorecardInfo) -> str:
    """Where the model counts points: those proven and those at best."""
    if card.points is None or card.possible is None or card.full is None:
        return ""
    return f" ({card.points:g} of {card.full:g} {card.unit}, {card.possible:g} at best)"


_SUPPORT_STYLE = {"supported": "green", "partly": "cyan", "unsupported": "red", "unknown": "magenta"}


def _crosswalk(page: Page, crosswalk: CrosswalkInfo) -> Iterator[str]:
    """How far each control is supported and by what."""
    yield from page.heading(page.said(crosswalk.name))
    yield page.paint("  What gives evidence for its controls. Whether one is met, people say.", "dim")
    for control in crosswalk.controls:
        style = _SUPPORT_STYLE.get(control.support, "dim")
        words = "to be stated" if control.support == "attest" else control.support.replace("_", " ")
        line = f"{page.said(control.control):<18} {page.said(control.text)}"
        yield f"  {page.paint(f'{words:<15}', style)} {page.cut(line, page.width - 18)}"
        if control.by:
            shown = ", ".join(f"{practice} {rung}" for practice, rung in control.by.items())
            yield from page.wrapped(f"{'':<34}", shown, 3)


def _footer(page: Page, assessment: Assessment, name: str, verbose: bool) -> Iterator[str]:
    others = [
        f"{card.name}: level {card.level} of {card.top}, {card.title}{_points(card)}"
        for key, card in assessment.scorecards.items()
        if key != name
    ]
    if others:
        yield from page.heading("By other models")
        for line in others:
            yield "  " + page.cut(page.said(line), page.width - 2)
    yield ""
    hint = "assessor explain PRACTICE says what a rung means"
    more = "" if verbose else "; --verbose shows every proof"
    yield page.paint(page.cut(hint + more, page.width), "dim")
    tool = assessment.tool
    yield page.paint(f"{tool.name} {tool.version}, rules {tool.rules}", "dim")
