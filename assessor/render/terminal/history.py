"""A history for a terminal: a line per revision, a sparkline per dimension, then each rise and fall with its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal.sheet import Sheet, sheet_for
from assessor.render.views.columns import cells
from assessor.render.views.history import BLOCKS, DIGITS, history_view
from assessor.render.views.texts import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.render.views.history import HistoryView
    from assessor.trend import Move, Point, Trend

_DAY, _COMMIT, _NUMBER = 12, 12, 9
_MOST_MOVES = 40
"""Rises and falls that are told without --verbose, the newest."""


def render(
    trend: Trend,
    *,
    width: int = 100,
    colour: bool = False,
    unicode: bool = True,
    verbose: bool = False,
    language: str = DEFAULT,
) -> str:
    """The text, ended by a line break."""
    sheet = sheet_for(width, colour=colour, unicode=unicode, language=language)
    view = history_view(trend, sheet.t)
    lines = [*_head(sheet, view), *_revisions(sheet, view), *_dimensions(sheet, view), *_moves(sheet, view, verbose)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _head(sheet: Sheet, view: HistoryView) -> Iterator[str]:
    yield sheet.paint(sheet.cut(sheet.said(view.title), sheet.width), "bold")
    yield sheet.said(view.about)
    yield from sheet.wrapped("", sheet.said(view.by_rules), 0, "dim")
    for note in view.notes:
        yield from sheet.wrapped("", sheet.said(note), 0, "yellow")


def _revisions(sheet: Sheet, view: HistoryView) -> Iterator[str]:
    yield from sheet.heading(sheet.word("history.revisions"))
    numbers = ("history.position", "history.points")
    head = sheet.pad(sheet.word("history.day"), _DAY) + sheet.pad(sheet.word("history.commit"), _COMMIT)
    head += "".join(sheet.word(key).rjust(_NUMBER) for key in numbers) + f"  {sheet.word('history.level')}"
    yield sheet.paint(sheet.cut(f"  {head}", sheet.width), "dim")
    before: int | None = None
    for number, point in enumerate(view.trend.points):
        yield _revision(sheet, view, point, before if number else point.standing.level)
        before = point.standing.level


def _revision(sheet: Sheet, view: HistoryView, point: Point, before: int | None) -> str:
    standing = point.standing
    line = sheet.pad(point.revision.day, _DAY) + sheet.pad(point.revision.commit[:10], _COMMIT)
    line += view.number(standing.index, 2).rjust(_NUMBER) + view.number(standing.points).rjust(_NUMBER)
    line = sheet.said(line) + f"  {sheet.said(view.level(point))}"
    if point.names:
        line += f"  ({sheet.said(', '.join(point.names))})"
    level = standing.level
    style = "" if level == before else "green" if (level or -1) > (before if before is not None else -1) else "red"
    return sheet.paint(sheet.cut(f"  {line}", sheet.width), style)


def _dimensions(sheet: Sheet, view: HistoryView) -> Iterator[str]:
    yield from sheet.heading(sheet.word("history.dimensions"))
    names = [sheet.said(row.name) for row in view.rows]
    room = max(map(cells, names)) + 2
    space = max(sheet.width - room - 30, 10)
    for name, row in zip(names, view.rows, strict=True):
        spark = view.spark(row, BLOCKS if sheet.unicode else DIGITS, space)
        numbers = f"{view.number(row.first)} → {view.number(row.last)}"
        change = view.signed(row.change)
        style = "green" if (row.change or 0) > 0 else "red" if (row.change or 0) < 0 else "dim"
        told = sheet.paint(sheet.said(change), style)
        yield f"  {sheet.pad(name, room)}{spark}  {sheet.said(numbers)}  {told}"


def _moves(sheet: Sheet, view: HistoryView, verbose: bool) -> Iterator[str]:
    yield from sheet.heading(sheet.word("history.moves"), sheet.said(view.counts))
    if not view.moved:
        yield f"  {sheet.word('history.moves_none')}"
    left = sum(len(view.of_point(point)) for point in view.moved)
    told = 0
    for point in view.moved:
        if told >= _MOST_MOVES and not verbose:
            yield sheet.more(left - told)
            return
        names = f" ({', '.join(point.names)})" if point.names else ""
        head = f"{point.revision.day} {point.revision.commit[:10]}{names}"
        yield f"  {sheet.paint(sheet.cut(sheet.said(head), sheet.width - 2), 'bold')}"
        for move in view.of_point(point):
            told += 1
            yield from _move(sheet, view, move)


def _move(sheet: Sheet, view: HistoryView, move: Move) -> Iterator[str]:
    sign, style = ("+", "green") if move.way == "rose" else ("-", "red")
    climb = sheet.said(view.climb(move))
    title = sheet.cut(sheet.ours(move.title), sheet.width - cells(climb) - 8)
    space = " " * max(sheet.width - 6 - cells(title) - cells(climb), 2)
    yield f"    {sheet.paint(sign, style)} {title}{space}{sheet.paint(climb, style)}"
    if move.proof:
        yield from sheet.wrapped("", sheet.said(f"{move.proof.place} {view.proof(move)}"), 6, "dim")
    yield from sheet.wrapped("", sheet.said(view.commit(move)), 6, "dim")
