"""A plan as text for a terminal: where it stands, where it goes, each step with what it takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal.answer import climb, step_head
from assessor.render.terminal.sheet import Sheet, sheet_for
from assessor.render.views.columns import cells
from assessor.render.views.plan import PlanView, plan_view
from assessor.render.views.step_words import estimated, where
from assessor.render.views.texts import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import RoadmapStepInfo
    from assessor.planning import Plan


def render(plan: Plan, *, width: int = 100, colour: bool = False, unicode: bool = True, language: str = DEFAULT) -> str:
    """The text, ended by a line break. Raises KeyError for a language without texts."""
    sheet = sheet_for(width, colour=colour, unicode=unicode, language=language)
    view = plan_view(plan, sheet.t)
    lines = [*_header(sheet, view), *_steps(sheet, view), *_blocked(sheet, view), *_dimensions(sheet, view)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _header(sheet: Sheet, view: PlanView) -> Iterator[str]:
    yield sheet.paint(sheet.cut(sheet.said(view.title), sheet.width), "bold")
    yield sheet.paint(sheet.cut(sheet.said(view.model), sheet.width), "dim")
    yield ""
    yield from sheet.wrapped("", sheet.said(view.now), 0)
    if view.assumed:
        yield from sheet.wrapped("", sheet.said(view.assumed), 0, "cyan")
    yield from sheet.wrapped("", sheet.said(view.goal), 0, "bold")
    for line in view.work:
        yield from sheet.wrapped("", sheet.said(line), 0, "green" if view.plan.is_reached else "")


def _steps(sheet: Sheet, view: PlanView) -> Iterator[str]:
    for number, step in enumerate(view.plan.steps, start=1):
        yield ""
        yield from _step(sheet, view, step, number)


def _step(sheet: Sheet, view: PlanView, step: RoadmapStepInfo, number: int) -> Iterator[str]:
    end = sheet.said(f"{step.effort}  {estimated([step], sheet.t)}")
    yield from step_head(sheet, step, number, end)
    labels = {key: sheet.word(f"roadmap.{key}") + " " for key in ("near", "unlocks")}
    for raised in step.raises:
        yield from sheet.wrapped("", f"{raised.practice} {climb(sheet, raised)}", 4, "yellow")
        yield from sheet.wrapped("", sheet.ours(raised.fix), 6)
        for near in (near for near in step.near if near.practice == raised.practice):
            place = f"{near.place} " if near.place else ""
            yield from sheet.wrapped(labels["near"], sheet.said(place + near.text), 6, "dim")
    if begins := where(step, sheet.t):
        yield from sheet.wrapped(sheet.word("step.where") + " ", sheet.said(begins), 4, "cyan")
    for item in step.unlocks:
        yield from sheet.wrapped(labels["unlocks"], sheet.ours(view.plan.items.get(item, item)), 4, "green")
    if step.reaches is not None:
        yield from sheet.wrapped(f"{sheet.glyphs.done} ", sheet.said(view.reaches(step.reaches)), 4, "bold green")


def _blocked(sheet: Sheet, view: PlanView) -> Iterator[str]:
    """What the steps do not reach."""
    if not view.plan.blocked:
        return
    yield from sheet.heading(sheet.word("plan.blocked"))
    yield from sheet.wrapped("", sheet.said(view.stands_in_the_way), 2)
    for item in view.plan.blocked:
        yield from sheet.wrapped("  ", sheet.ours(view.plan.items.get(item, item)), 0, "magenta")


def _dimensions(sheet: Sheet, view: PlanView) -> Iterator[str]:
    """The levels of each dimension, in columns."""
    if not view.rows:
        return
    heads = [sheet.said(head) for head in view.columns]
    rows = [[sheet.said(cell) for cell in row] for row in view.rows]
    widths = [max(cells(text) for text in column) + 2 for column in zip(heads, *(row[1:] for row in rows), strict=True)]
    room = max(cells(row[0]) for row in rows) + 2
    yield from sheet.heading(sheet.word("plan.dimensions"))
    yield sheet.paint(" " * (2 + room) + _columns(heads, widths), "dim")
    for name, *levels in rows:
        yield "  " + sheet.pad(name, room) + _columns(levels, widths)


def _columns(texts: list[str], widths: list[int]) -> str:
    return "".join(" " * (width - cells(text)) + text for text, width in zip(texts, widths, strict=True))
