"""The units of a monorepo on a terminal: lowest first, each with its level and the first step of its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views.columns import cells
from assessor.render.views.unit_words import shared_practices, unit_rows, units_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment
    from assessor.render.terminal.sheet import Sheet

_SHOWN, _SHARED_SHOWN = 8, 3


def unit_lines(page: Sheet, assessment: Assessment, verbose: bool) -> Iterator[str]:
    """The section; nothing where the repository is rated as one."""
    rows = unit_rows(assessment, page.t)
    if not rows:
        return
    model = page.ours(assessment.scorecards[assessment.primary].name)
    yield from page.heading(page.word("units.title"), model)
    for sentence in units_summary(assessment, page.t):
        yield from page.wrapped("", page.said(sentence), 2, "bold")
    shown = rows if verbose else rows[:_SHOWN]
    names = [page.said(row.name) for row in shown]
    room = min(max(map(cells, names)), page.width // 3)
    for row, name in zip(shown, names, strict=True):
        number = page.said(row.index or row.level)
        step = page.said(" · ".join(word for word in (row.first, row.where) if word) or row.about)
        left = f"  {number:>4}  {page.pad(_end(page, name, room), room)}  "
        style = "dim" if row.level == "–" else ""
        yield page.paint(left, style or "bold") + page.paint(page.cut(step, page.width - cells(left)), "dim")
    if len(shown) < len(rows):
        yield page.more(len(rows) - len(shown))
    yield from _shared(page, assessment, verbose)


def _end(page: Sheet, name: str, room: int) -> str:
    """A path in so many columns: what tells it from others stands at its end."""
    return name if cells(name) <= room else page.glyphs.more + name[-(room - cells(page.glyphs.more)) :]


def _shared(page: Sheet, assessment: Assessment, verbose: bool) -> Iterator[str]:
    shared = shared_practices(assessment)
    if not shared:
        return
    yield ""
    yield "  " + page.paint(page.word("units.shared"), "bold")
    kept = shared if verbose else shared[:_SHARED_SHOWN]
    for entry in kept:
        count = page.word("units.has", has=entry.has, of=entry.of)
        words = f"{page.ours(entry.title)} ({page.word(f'rung.{entry.rung}')})"
        yield f"  {page.pad(words, page.width - 4 - cells(count))}  {page.paint(count, 'yellow')}"
    if len(kept) < len(shared):
        yield page.more(len(shared) - len(kept))
