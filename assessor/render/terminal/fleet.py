"""A fleet for a terminal: how it is spread, a line for each repository, and where help lifts most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal.sheet import Sheet, sheet_for
from assessor.render.views.columns import cells
from assessor.render.views.fleet import fleet_view
from assessor.render.views.history import BLOCKS, DIGITS
from assessor.render.views.texts import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.overview import Group, Overview
    from assessor.portfolio import Row
    from assessor.render.views.fleet import FleetView

_ROWS_SHOWN = 60
"""Repositories that are listed without --verbose."""
_NAME = 40


def render(
    fleet: Overview,
    *,
    width: int = 100,
    colour: bool = False,
    unicode: bool = True,
    verbose: bool = False,
    language: str = DEFAULT,
) -> str:
    """The text, ended by a line break. `verbose` lists every repository."""
    sheet = sheet_for(width, colour=colour, unicode=unicode, language=language)
    view = fleet_view(fleet, sheet.t)
    lines = [
        *_head(sheet, view),
        *_rows(sheet, view, verbose),
        *_shared(sheet, view),
        *_groups(sheet, view),
        *_since(sheet, view),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _head(sheet: Sheet, view: FleetView) -> Iterator[str]:
    fleet = view.fleet
    yield sheet.paint(sheet.said(f"{view.title}: {view.counts}"), "bold")
    yield from sheet.wrapped("", sheet.said(view.by_rules), 0, "dim")
    if not fleet.rated:
        return
    yield from sheet.heading(sheet.word("fleet.levels"), sheet.said(f"{sheet.t('fleet.mean')} {view.mean}"))
    most = max(fleet.spread.values()) or 1
    titles = {level: sheet.said(f"{level} {view.level_title(level)}") for level, _ in fleet.levels}
    room = max(map(cells, titles.values())) + 2
    space = max(sheet.width - room - 12, 10)
    for level, count in reversed(fleet.spread.items()):
        bar = sheet.glyphs.bar * (-(-space * count // most))
        yield f"  {sheet.pad(titles[level], room)}{sheet.said(str(count)).rjust(6)}  {sheet.paint(bar, 'cyan')}"


def _rows(sheet: Sheet, view: FleetView, verbose: bool) -> Iterator[str]:
    fleet = view.fleet
    yield from sheet.heading(sheet.word("fleet.table"), str(len(fleet.rows)))
    listed = fleet.rows if verbose or len(fleet.rows) <= _ROWS_SHOWN else fleet.rows[:_ROWS_SHOWN]
    room = min(max((cells(sheet.said(row.name)) for row in listed), default=0), _NAME) + 2
    for row in listed:
        yield _row(sheet, view, row, room)
    if len(listed) < len(fleet.rows):
        yield sheet.more(len(fleet.rows) - len(listed))
    if fleet.rated:
        names = " ".join(sheet.said(view.dimension(name)) + "," for name in fleet.dimensions).rstrip(",")
        yield from sheet.wrapped("", names, 2, "dim")


def _row(sheet: Sheet, view: FleetView, row: Row, room: int) -> str:
    name = sheet.pad(sheet.said(row.name), room)
    if not row.is_rated or row.standing is None:
        reason = f": {row.reason}" if row.reason else ""
        return f"  {name}" + sheet.paint(
            sheet.cut(sheet.said(f"{view.state(row)}{reason}"), sheet.width - room - 2), "dim"
        )
    standing = row.standing
    signs = BLOCKS if sheet.unicode else DIGITS
    heat = "".join(
        signs[min(int(standing.scores.get(name, 0.0) / 100 * len(signs)), len(signs) - 1)]
        for name in view.fleet.dimensions
    )
    numbers = f"{view.position(standing).rjust(6)}{view.points(standing.points).rjust(5)}  {heat}"
    beside = "  ".join(word for word in (row.owner, row.criticality, view.target(row)) if word)
    return sheet.cut(f"  {name}{sheet.said(numbers)}  {sheet.said(beside)}", sheet.width)


def _shared(sheet: Sheet, view: FleetView) -> Iterator[str]:
    fleet = view.fleet
    if not fleet.rated:
        return
    yield from sheet.heading(sheet.word("fleet.gaps"))
    for gap in fleet.gaps:
        yield from sheet.wrapped("", sheet.said(view.gap(gap)), 2)
    if not fleet.gaps:
        yield f"  {sheet.word('fleet.gap_none')}"
    if fleet.changes:
        yield from sheet.heading(sheet.word("fleet.changes"))
    for change in fleet.changes[:5]:
        yield from sheet.wrapped("", sheet.said(view.change(change)), 2)


def _groups(sheet: Sheet, view: FleetView) -> Iterator[str]:
    fleet = view.fleet
    if not fleet.rated:
        return
    yield from sheet.heading(sheet.word("fleet.targets"))
    if fleet.aims.aimed:
        yield from sheet.wrapped("", sheet.said(view.aim(fleet.aims)[0]), 2)
    else:
        yield from sheet.wrapped("", sheet.word("fleet.targets_none"), 2, "dim")
    for key, groups in (("fleet.criticality", fleet.criticalities), ("fleet.owners", fleet.owners)):
        if groups:
            yield from sheet.heading(sheet.word(key))
            yield from _listed(sheet, view, groups)


def _listed(sheet: Sheet, view: FleetView, groups: tuple[Group, ...]) -> Iterator[str]:
    for group in groups:
        yield from sheet.wrapped("", sheet.said(view.group(group)), 2)


def _since(sheet: Sheet, view: FleetView) -> Iterator[str]:
    fleet = view.fleet
    if not fleet.compared:
        return
    yield from sheet.heading(sheet.word("fleet.since", file=fleet.compared))
    if not (fleet.shifts or fleet.came or fleet.went):
        yield f"  {sheet.word('fleet.since_none')}"
    for shift in fleet.shifts:
        style = "green" if shift.by > 0 else "red" if shift.by < 0 else ""
        yield f"  {sheet.paint(sheet.said(view.shift(shift)), style)}"
    for key, names in (("came", fleet.came), ("went", fleet.went)):
        if names:
            yield from sheet.wrapped("", sheet.said(view.names(key, names)), 2)
