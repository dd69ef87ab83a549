"""What stands behind the answer, for a terminal: each practice with its proof, gaps beside the plan, items, controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal.answer import climb, seen
from assessor.render.terminal.statements import note_lines
from assessor.render.views.accuracy_words import doubt
from assessor.render.views.columns import cells
from assessor.render.views.view import HEIGHTS, told, way_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import (
        Assessment,
        CrosswalkInfo,
        EvidenceInfo,
        GapInfo,
        ItemInfo,
        PracticeInfo,
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


def practices(page: Sheet, assessment: Assessment, card: ScorecardInfo, *, proofs: bool) -> Iterator[str]:
    """Each practice in a line with its best proof and the way there; with `proofs` all that speaks for and against it."""
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
        if proofs:
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
    if told_doubt := doubt(practice, page.t):
        yield from page.wrapped("", page.said(told_doubt), 8, "yellow")


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
    return seen(page, practice)


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


def gaps(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    """What is worth doing besides the plan, and what can wait."""
    if card.level is None:
        return
    if card.next_level is None:
        yield from page.heading(page.word("terminal.highest"))
    lifted = {raised.practice for step in way_of(card).steps for raised in step.raises}
    other = [gap for gap in card.gaps if gap.practice not in lifted and not gap.later]
    yield from _short_gaps(page, assessment, other, (page.word("terminal.supporting"), ""))
    later = [gap for gap in card.gaps if gap.later]
    about = (page.word("target.later"), page.word("target.later_about"))
    yield from _short_gaps(page, assessment, later, about)


def _short_gaps(page: Sheet, assessment: Assessment, found: list[GapInfo], heading: tuple[str, str]) -> Iterator[str]:
    if not found:
        return
    yield from page.heading(*heading)
    for gap in found:
        yield from _short_gap(page, gap)
        yield from note_lines(page, assessment, gap.practice)


def _short_gap(page: Sheet, gap: GapInfo) -> Iterator[str]:
    climbs = climb(page, gap)
    title = page.cut(page.ours(gap.title), page.width - cells(climbs) - 4)
    space = " " * max(page.width - 2 - cells(title) - cells(climbs), 2)
    yield f"  {title}{space}{page.paint(climbs, 'yellow')}"
    if gap.steps:
        yield from page.wrapped(page.columns(["terminal.do"], 4)["terminal.do"], page.ours(gap.steps[0].fix), 4, "dim")


def blind_spots(page: Sheet, assessment: Assessment) -> Iterator[str]:
    """What was not read, and which practices that may hide."""
    spots = assessment.blind_spots
    if not spots:
        return
    yield from page.heading(page.word("blind.title"), page.word("terminal.blind", number=page.t.number(len(spots))))
    for spot in spots:
        yield from page.wrapped("  ", page.said(f"{spot.place} {spot.reason}"), 0)
        hidden = ", ".join(spot.practices)
        told = f"{page.t('blind.hides')}: {hidden}" if hidden else page.t("blind.hides_none")
        yield from page.wrapped("", page.said(told), 4, "dim")


def items(page: Sheet, card: ScorecardInfo) -> Iterator[str]:
    """Every item of the model with its answer."""
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


def others(page: Sheet, assessment: Assessment, shown: str) -> Iterator[str]:
    """The levels by the other models."""
    found = [(name, card) for name, card in assessment.scorecards.items() if name != shown and card.level is not None]
    if not found:
        return
    yield from page.heading(page.word("terminal.others"))
    for _, card in found:
        told_ = {"name": page.t.tr(card.name), "level": card.level, "top": card.top, "title": page.t.tr(card.title)}
        yield "  " + page.cut(page.word("terminal.other", **told_) + _points(page, card), page.width - 2)


def _points(page: Sheet, card: ScorecardInfo) -> str:
    """Where the model counts points: those proven and those at best."""
    if card.points is None or card.possible is None or card.full is None:
        return ""
    points, full, best = (page.t.number(number) for number in (card.points, card.full, card.possible))
    return " " + page.word("terminal.counted", points=points, full=full, unit=page.t.tr(card.unit), best=best)


_SUPPORT_STYLE = {"supported": "green", "partly": "cyan", "unsupported": "red", "unknown": "magenta"}


def crosswalk(page: Sheet, crosswalk: CrosswalkInfo) -> Iterator[str]:
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
