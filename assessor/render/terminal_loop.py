"""The loop of the life cycle for a terminal: one line a station, and before it who carries the result there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import LoopInfo
    from assessor.render.terminal_page import Page

AUTOMATIC = ("pipeline", "event", "schedule")
_SIGNS = {"person": ("╎", ":"), "nobody": ("×", "x"), "unknown": ("?", "?")}
_CARRIED = ("┃", "|")
_STYLES = {"person": "yellow", "nobody": "red", "unknown": "magenta"}
_BEFORE = {"person": "by hand: "}


def loop_lines(page: Page, loop: LoopInfo) -> Iterator[str]:
    """The lines of the loop with a heading that names the first break."""
    titles = {station.id: page.said(station.title) for station in loop.stations}
    broken = None if loop.first_break is None else loop.handovers[loop.first_break]
    end = f"first break: {titles[broken.start]} {page.glyphs.arrow} {titles[broken.end]}" if broken else "it is closed"
    yield from page.heading("The loop of the life cycle", end)
    into = {handover.end: handover for handover in loop.handovers}
    for station in loop.stations:
        handover = into.get(station.id)
        by = handover.by if handover else ""
        sign = " " if not by else _SIGNS.get(by, _CARRIED)[0 if page.unicode else 1]
        rung = station.rung.replace("_", " ")
        left = f"  {page.paint(sign, _STYLES.get(by, 'green'))} {titles[station.id]:<12}"
        reason = page.said(handover.reason) if handover else ""
        note = f"{_BEFORE.get(by, '')}{reason}" if reason else page.said(str(station.place or ""))
        yield f"{left}{rung:<15}{page.paint(page.cut(note, page.width - 31), 'dim' if by in AUTOMATIC else '')}"
