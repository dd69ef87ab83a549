"""The assessment as text for a terminal: level, what blocks the next one, and each practice with its proof.

Pure: the caller says how wide the text may be, whether it may hold colour and characters beyond ASCII. What the
repository says is escaped: control characters and marks that turn the direction of writing are shown, not obeyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal.loop import loop_lines
from assessor.render.terminal.page import cells
from assessor.render.terminal.sheet import sheet_for
from assessor.render.terminal.statements import level_line, note_lines, statement_lines
from assessor.render.terminal.units import unit_lines
from assessor.render.views.scope_words import scope_lines
from assessor.render.views.standing_words import holds, holds_head, position, profile, subject
from assessor.render.views.step_words import estimated, where
from assessor.render.views.target_words import target_line
from assessor.render.views.texts import DEFAULT
from assessor.render.views.view import HEIGHTS, told, way_of

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
        RaiseInfo,
        RoadmapStepInfo,
        ScorecardInfo,
    )
    from assessor.render.terminal.sheet import Sheet

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
    language: str = DEFAULT,
) -> str:
    """The text, ended by a line break. `rubric` is the scorecard shown; the assessment's primary one if empty."""
    page = sheet_for(width, colour=colour, unicode=unicode, language=language)
    name = rubric or assessment.primary
    card = assessment.scorecards[name]
    if assessment.subject and assessment.subject.kind in ("empty", "unread"):
        bare = [*_header(page, assessment), *_ladder(page, assessment, card), *_blind_spots(page, assessment, verbose)]
        return "\n".join(line.rstrip() for line in bare) + "\n"
    lines = [
        *_header(page, assessment),
        *_ladder(page, assessment, card),
        *level_line(page, assessment, card),
        *_target_lines(page, card),
        *_dimensions(page, assessment, card),
        *(loop_lines(page, assessment.loop) if assessment.loop else ()),
        *unit_lines(page, assessment, verbose),
        *_roadmap(page, assessment, card, verbose),
        *_gaps(page, assessment, card, verbose),
        *statement_lines(page, assessment, card, verbose),
        *_practices(page, assessment, card, verbose),
        *_blind_spots(page, assessment, verbose),
        *(_items(page, card) if verbose else ()),
        *(line for crosswalk in assessment.crosswalks.values() for line in _crosswalk(page, crosswalk)),
        *_footer(page, assessment, name, verbose),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _header(page: Sheet, assessment: Assessment) -> Iterator[str]:
    repository = assessment.repository
    state = [page.said(repository.branch)] if repository.branch else []
    state += [repository.commit[:10]] if repository.commit else [page.word("report.no_commit")]
    state += [repository.date[:10]] if repository.date else []
    state += [page.word("report.dirty")] if repository.dirty else []
    yield page.paint(page.cut(page.said(repository.name), page.width), "bold")
    yield page.paint(page.cut(page.glyphs.dot.join(state), page.width), "dim")
    counts = assessment.statistics
    numbers = {"files": counts.files, "read": counts.read, "parsed": counts.parsed}
    read = [page.word(f"terminal.{name}", number=page.t.number(number)) for name, number in numbers.items()]
    yield page.paint(page.cut(page.glyphs.dot.join(read), page.width), "dim")
    for line in scope_lines(assessment, page.t):
        yield from page.wrapped("", page.said(line), 0, "dim")


def _ladder(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    if card.level is None:
        yield from page.heading(page.word("subject.no_level"))
        yield from page.wrapped("  ", page.said(subject(assessment, page.t)), 0, "bold")
        return
    level = page.word("terminal.level", level=card.level, title=page.t.tr(card.title))
    index = position(card, page.t)
    place = page.word("standing.position", index=index) + page.glyphs.dot if index else ""
    yield from page.heading(level, place + page.ours(card.name))
    for sentence in (subject(assessment, page.t), profile(assessment, page.t)):
        if sentence:
            yield from page.wrapped("  ", page.said(sentence), 0, "dim")
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
    note = _stair_note(page, card, level)
    room = page.width - cells(left) - cells(note) - 2
    return page.paint(left, style if reached else "dim") + page.paint(page.pad(words, room), style) + "  " + note


def _stair_note(page: Sheet, card: ScorecardInfo, level: LevelInfo) -> str:
    if level.level == card.level:
        return page.word("summary.you_are_here")
    if level.level < card.height:
        return ""
    if level.own:
        return page.word("summary.own_holds")
    return page.word("summary.next_share", share=page.t.percent(level.share))


def _target_lines(page: Sheet, card: ScorecardInfo) -> Iterator[str]:
    """Where the repository wants to be and how far that is."""
    if card.target:
        yield ""
        style = "green" if card.target.reached else "yellow"
        yield from page.wrapped("  ", page.said(target_line(card.target, page.t)), 0, style)


def _dimensions(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
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


def _roadmap(page: Sheet, assessment: Assessment, card: ScorecardInfo, verbose: bool) -> Iterator[str]:
    """The first steps of the cheapest way to the target or the next level, with the days that they take."""
    way = way_of(card)
    if not way.steps or (card.target and card.target.reached):
        return
    key = "terminal.work" if way.is_exact else "terminal.work_or_less"
    about = page.word(key, days=estimated(way.steps, page.t))
    title = page.word("target.way") if way.target else page.word("terminal.cheapest", level=card.next_level)
    yield from page.heading(title, about)
    shown = way.steps if verbose else way.steps[:_STEPS_SHOWN]
    for number, step in enumerate(shown, start=1):
        yield from _step(page, assessment, step, number)
    if len(shown) < len(way.steps):
        yield page.more(len(way.steps) - len(shown))


def _step(page: Sheet, assessment: Assessment, step: RoadmapStepInfo, number: int) -> Iterator[str]:
    """One step: an imperative with what it takes, what rises by it, what to do, and where that begins."""
    yield from step_head(page, step, number, page.said(estimated([step], page.t)))
    raised = [f"{raised.practice} {_climb(page, raised)}" for raised in step.raises]
    yield from page.wrapped("", ", ".join(raised), 4, "dim")
    yield from page.wrapped("", page.ours(step.raises[0].fix), 4)
    for raised_one in step.raises:
        if raised_one.rung == "unknown":
            seen = page.word("terminal.not_judged", seen=_seen(page, assessment.practices[raised_one.practice]))
            yield from page.wrapped("", seen, 4, "magenta")
    for raised_one in step.raises:
        yield from note_lines(page, assessment, raised_one.practice)
    if begins := where(step, page.t):
        yield from page.wrapped(page.word("step.where") + " ", page.said(begins), 4, "cyan")


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


def _gaps(page: Sheet, assessment: Assessment, card: ScorecardInfo, verbose: bool) -> Iterator[str]:
    """What is worth doing besides the plan, and what can wait."""
    if card.level is None:
        return
    if card.next_level is None:
        yield from page.heading(page.word("terminal.highest"))
    lifted = {raised.practice for step in way_of(card).steps for raised in step.raises}
    other = [gap for gap in card.gaps if gap.practice not in lifted and not gap.later]
    yield from _short_gaps(page, assessment, other, (page.word("terminal.supporting"), ""), verbose)
    later = [gap for gap in card.gaps if gap.later]
    about = (page.word("target.later"), page.word("target.later_about"))
    yield from _short_gaps(page, assessment, later, about, verbose)


def _short_gaps(
    page: Sheet, assessment: Assessment, gaps: list[GapInfo], heading: tuple[str, str], verbose: bool
) -> Iterator[str]:
    if not gaps:
        return
    yield from page.heading(*heading)
    kept = gaps if verbose else gaps[:_SUPPORTING_SHOWN]
    for gap in kept:
        yield from _short_gap(page, gap)
        yield from note_lines(page, assessment, gap.practice)
    if len(kept) < len(gaps):
        yield page.more(len(gaps) - len(kept))


def _climb(page: Sheet, gap: GapInfo | RaiseInfo) -> str:
    return f"{page.word(f'rung.{gap.rung}')} {page.glyphs.arrow} {page.word(f'rung.{gap.wanted}')}"


def _seen(page: Sheet, practice: PracticeInfo) -> str:
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


def _short_gap(page: Sheet, gap: GapInfo) -> Iterator[str]:
    climb = _climb(page, gap)
    title = page.cut(page.ours(gap.title), page.width - cells(climb) - 4)
    space = " " * max(page.width - 2 - cells(title) - cells(climb), 2)
    yield f"  {title}{space}{page.paint(climb, 'yellow')}"
    if gap.steps:
        yield from page.wrapped(page.columns(["terminal.do"], 4)["terminal.do"], page.ours(gap.steps[0].fix), 4, "dim")


def _practices(page: Sheet, assessment: Assessment, card: ScorecardInfo, verbose: bool) -> Iterator[str]:
    full, open_, none = page.glyphs.full, page.glyphs.open, page.glyphs.none
    signs = page.word("terminal.signs", full=full, open=open_, none=none)
    rungs = ", ".join(page.word(f"rung.{rung}") for rung in _CLIMB) + ": "
    yield from page.heading(page.word("practice.title"), signs if page.width < 90 else rungs + signs)
    column = page.columns([_rung_key(rung) for rung in _RUNG_STYLE], 10)
    dimension = ""
    for name, practice in assessment.practices.items():
        if practice.dimension != dimension:
            dimension = practice.dimension
            result = card.dimensions.get(dimension)
            yield ""
            points = page.word("terminal.points", number=page.t.number(result.score, 0)) if result else ""
            yield page.paint(dimension, "bold") + (page.paint(f"  {points}", "dim") if points else "")
        yield from _practice(page, name.partition(".")[2] or name, practice, column[_rung_key(practice.rung)])
        if verbose:
            yield from _proof(page, practice)


def _rung_key(rung: str) -> str:
    """The message for a rung in a narrow column."""
    return "terminal.not_applicable" if rung == "not_applicable" else f"rung.{rung}"


def _practice(page: Sheet, name: str, practice: PracticeInfo, rung: str) -> Iterator[str]:
    style = _RUNG_STYLE[practice.rung]
    room = page.width - 8 - max(cells(name), 19) - cells(rung)
    yield (
        f"  {page.paint(_dots(page, practice), style)}  {name:<19}{page.paint(rung, style)}"
        + page.cut(_reason(page, practice), room)
    )
    best = practice.evidence[0] if practice.evidence else None
    if best and best.hops:
        yield " " * 8 + page.paint(_short_route(page, best, page.width - 8), "dim")


def _dots(page: Sheet, practice: PracticeInfo) -> str:
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


def _reason(page: Sheet, practice: PracticeInfo) -> str:
    if practice.rung == "not_applicable":
        return page.said(practice.summary)
    return _seen(page, practice)


def _short_route(page: Sheet, evidence: EvidenceInfo, room: int) -> str:
    """The way from the trigger in one line; where it is too long, the middle is left out."""
    words = [page.said(hop.text) for hop in told(evidence.hops)]
    if evidence.hops[0].triggers:
        words.insert(1, page.said(evidence.hops[0].place.path.rpartition("/")[2]))
    then = page.glyphs.then
    line = then.join(words)
    while cells(line) > room and len(words) > 3:
        middle = len(words) // 2
        del words[middle]
        line = then.join([*words[:middle], page.glyphs.more, *words[middle:]])
    return page.cut(line, room)


def _proof(page: Sheet, practice: PracticeInfo) -> Iterator[str]:
    """All that speaks for and against a practice."""
    names = ("terminal.near_miss", "terminal.hidden", "terminal.measured")
    labels = page.columns([*(f"rung.{rung}" for rung in _RUNG_STYLE if rung != "not_applicable"), *names], 10)
    near_miss, hidden, measured = (labels[name] for name in names)
    for evidence in practice.evidence:
        tool = f" [{page.said(evidence.tool)}]" if evidence.tool else ""
        said = page.said(f"{evidence.place} {evidence.text}") + tool
        yield from page.wrapped(labels[f"rung.{evidence.rung}"], said, 8)
        for hop in evidence.hops:
            yield from page.wrapped("", page.said(f"{hop.place} {hop.text}"), 10 + cells(near_miss), "dim")
    for miss in practice.near_misses:
        yield from page.wrapped(near_miss, page.said(f"{miss.place} {miss.text}"), 8, "yellow")
    for spot in practice.blind_spots:
        yield from page.wrapped(hidden, page.said(f"{spot.place} {spot.reason}"), 8, "magenta")
    if practice.values:
        numbers = ", ".join(
            f"{key.replace('_', ' ')} {page.t.measure(value)}" for key, value in practice.values.items()
        )
        yield from page.wrapped(measured, page.said(numbers), 8, "dim")


def _blind_spots(page: Sheet, assessment: Assessment, verbose: bool) -> Iterator[str]:
    spots = assessment.blind_spots
    if not spots:
        return
    yield from page.heading(page.word("blind.title"), page.word("terminal.blind", number=page.t.number(len(spots))))
    for spot in spots if verbose else spots[:_BLIND_SHOWN]:
        yield from page.wrapped("  ", page.said(f"{spot.place} {spot.reason}"), 0)
    if not verbose and len(spots) > _BLIND_SHOWN:
        yield page.more(len(spots) - _BLIND_SHOWN)


def _items(page: Sheet, card: ScorecardInfo) -> Iterator[str]:
    yield from page.heading(page.word("terminal.items"), page.word("terminal.kinds"))
    answers = {item.id: _answer(page, item) for item in card.items}
    room = max(map(cells, answers.values()), default=0) + 1
    level = None
    for item in card.items:
        if item.level != level:
            level = item.level
            title = next(entry.title for entry in card.levels if entry.level == level)
            yield page.paint(f"  {level} {page.ours(title)}", "bold")
        yield from page.wrapped(page.pad(answers[item.id], room), page.ours(item.text) + f" ({item.id})", 4)


def _answer(page: Sheet, item: ItemInfo) -> str:
    """The kind of an item as one letter, and its answer."""
    kind = "weakness" if item.lack else "required" if item.required else "supporting"
    status = f"weakness.{item.status}" if item.lack and item.status in ("met", "unmet") else f"status.{item.status}"
    return f"{page.word(f'terminal.kind_{kind}')} {page.word(status)}"


def _points(page: Sheet, card: ScorecardInfo) -> str:
    """Where the model counts points: those proven and those at best."""
    if card.points is None or card.possible is None or card.full is None:
        return ""
    points, full, best = (page.t.number(number) for number in (card.points, card.full, card.possible))
    return " " + page.word("terminal.counted", points=points, full=full, unit=page.t.tr(card.unit), best=best)


_SUPPORT_STYLE = {"supported": "green", "partly": "cyan", "unsupported": "red", "unknown": "magenta"}


def _crosswalk(page: Sheet, crosswalk: CrosswalkInfo) -> Iterator[str]:
    """How far each control is supported and by what."""
    yield from page.heading(page.ours(crosswalk.name))
    yield from page.wrapped("", page.word("crosswalk.about"), 2, "dim")
    supports = page.columns([f"crosswalk.support.{name}" for name in crosswalk.counts], 16)
    room = max((cells(word) for word in supports.values()), default=0)
    for control in crosswalk.controls:
        words = supports.get(f"crosswalk.support.{control.support}", "")
        line = f"{page.said(control.control):<18} {page.ours(control.text)}"
        style = _SUPPORT_STYLE.get(control.support, "dim")
        yield f"  {page.paint(words, style)}{page.cut(line, page.width - 2 - room)}"
        if control.by:
            shown = ", ".join(f"{practice} {page.word(f'rung.{rung}')}" for practice, rung in control.by.items())
            yield from page.wrapped("", shown, room + 21)


def _footer(page: Sheet, assessment: Assessment, name: str, verbose: bool) -> Iterator[str]:
    others = [
        page.word(
            "terminal.other", name=page.t.tr(card.name), level=card.level, top=card.top, title=page.t.tr(card.title)
        )
        + _points(page, card)
        for key, card in assessment.scorecards.items()
        if key != name and card.level is not None
    ]
    if others:
        yield from page.heading(page.word("terminal.others"))
        for line in others:
            yield "  " + page.cut(line, page.width - 2)
    yield ""
    hint = page.word("terminal.hint_verbose" if verbose else "terminal.hint")
    yield page.paint(page.cut(hint, page.width), "dim")
    tool = assessment.tool
    yield page.paint(page.word("report.rules", name=tool.name, version=tool.version, rules=tool.rules), "dim")
