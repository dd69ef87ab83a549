"""The loop of the life cycle for a terminal: one line a station, and before it who carries the result there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views import loop as loop_view
from assessor.render.views.columns import cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import HandoverInfo, LoopInfo, StationInfo
    from assessor.render.terminal.sheet import Sheet

AUTOMATIC = ("pipeline", "event", "schedule")
_SIGNS = {"person": ("╎", ":"), "nobody": ("×", "x"), "unknown": ("?", "?")}
_CARRIED = ("┃", "|")
_STYLES = {"person": "yellow", "nobody": "red", "unknown": "magenta"}


def broken_line(page: Sheet, loop: LoopInfo) -> str:
    """The loop in one line: where it first breaks."""
    titles = {station.id: page.ours(station.title) for station in loop.stations}
    broken = None if loop.first_break is None else loop.handovers[loop.first_break]
    end = _first_break(page, titles[broken.start], titles[broken.end]) if broken else page.word("terminal.closed")
    return f"{page.word('loop.title')}: {end}"


def loop_lines(page: Sheet, loop: LoopInfo) -> Iterator[str]:
    """The lines of the loop with a heading that names the first break."""
    titles = {station.id: page.ours(station.title) for station in loop.stations}
    broken = None if loop.first_break is None else loop.handovers[loop.first_break]
    end = _first_break(page, titles[broken.start], titles[broken.end]) if broken else page.word("terminal.closed")
    yield from page.heading(page.word("loop.title"), end)
    rungs = page.columns([f"rung.{station.rung}" for station in loop.stations])
    names = max(cells(title) for title in titles.values()) + 1
    into = {handover.end: handover for handover in loop.handovers}
    for station in loop.stations:
        handover = into.get(station.id)
        by = handover.by if handover else ""
        sign = " " if not by else _SIGNS.get(by, _CARRIED)[0 if page.unicode else 1]
        name = titles[station.id] + " " * (names - cells(titles[station.id]))
        left = f"  {page.paint(sign, _STYLES.get(by, 'green'))} {name}"
        rung = rungs[f"rung.{station.rung}"]
        note = _note(page, station, handover)
        room = page.width - 4 - names - cells(rung)
        yield f"{left}{rung}{page.paint(page.cut(note, room), 'dim' if by in AUTOMATIC else '')}"


def _first_break(page: Sheet, start: str, end: str) -> str:
    return page.word("terminal.first_break", ways=f"{start} {page.glyphs.arrow} {end}")


def _note(page: Sheet, station: StationInfo, handover: HandoverInfo | None) -> str:
    if handover is None or not handover.reason:
        return page.said(str(station.place or ""))
    reason = page.said(loop_view.reason(handover, page.t))
    if loop_view.is_about_start(handover):  # the line is that of the station behind it
        reason = page.word("terminal.before_it", reason=reason)
    return page.word("terminal.by_hand", reason=reason) if handover.by == "person" else reason
