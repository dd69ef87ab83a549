"""A comparison as text for a terminal: levels and points that moved, then each practice with the proof that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.terminal.page import page_for
from assessor.render.views.columns import cells
from assessor.render.views.comparison import comparison_view
from assessor.render.views.texts import DEFAULT, load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import EvidenceInfo
    from assessor.comparison import Comparison, DimensionChange, GapChange, PracticeChange
    from assessor.render.terminal.page import Page
    from assessor.render.views.comparison import ComparisonView

_PROOFS_SHOWN = 3
_STYLES = {"rose": "green", "fell": "red", "other": "magenta", "rules": "yellow", "same": "dim"}


def render(
    comparison: Comparison,
    *,
    width: int = 100,
    colour: bool = False,
    unicode: bool = True,
    verbose: bool = False,
    language: str = DEFAULT,
) -> str:
    """The text, ended by a line break. `verbose` shows every proof and every answer of the model."""
    page = page_for(width, colour=colour, unicode=unicode)
    view = comparison_view(comparison, load_texts(language))
    lines = [
        *_header(page, view),
        *_models(page, view),
        *_dimensions(page, view),
        *_groups(page, view, verbose),
        *_gaps(page, view, "closed", view.comparison.closed),
        *_gaps(page, view, "opened", view.comparison.opened),
        *(_items(page, view) if verbose else ()),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _header(page: Page, view: ComparisonView) -> Iterator[str]:
    found, t = view.comparison, view.t
    yield page.paint(page.cut(page.said(view.title), page.width), "bold")
    sides = ((t("compare.old"), found.old), (t("compare.new"), found.new))
    room = max(cells(page.said(label)) for label, _ in sides) + 2
    for label, side in sides:
        yield from page.wrapped(page.pad(page.said(label), room), page.said(view.side(side)), 0, "dim")
    yield ""
    yield page.paint(page.cut(page.said(view.level), page.width), "bold")
    yield from page.wrapped("", page.said(view.counts), 0)
    for note in view.notes:
        yield from page.wrapped("", page.said(note), 0, "yellow")


def _models(page: Page, view: ComparisonView) -> Iterator[str]:
    if view.other_models:
        yield from page.heading(page.said(view.t("compare.models")))
    for change in view.other_models:
        name = page.said(view.t.tr(change.name))
        yield from page.wrapped(f"{name}: ", page.said(view.level_words(change)), 2)


def _dimensions(page: Page, view: ComparisonView) -> Iterator[str]:
    """The dimensions whose points or level moved."""
    t = view.t
    moved = [d for d in view.comparison.dimensions if (d.old_score, d.old_level) != (d.new_score, d.new_level)]
    if not moved:
        return
    names = {change.dimension: page.said(t(f"dimension.{change.dimension}")) for change in moved}
    room = max(map(cells, names.values())) + 2
    yield from page.heading(page.said(t("compare.dimensions")), page.said(t("chart.points")))
    for change in moved:
        points = _step(page, _points(view, change.old_score), _points(view, change.new_score))
        levels = _step(page, _level(view, change.old_level), _level(view, change.new_level))
        same = change.old_level == change.new_level
        line = f"  {page.pad(names[change.dimension], room)}{points}" + ("" if same else f"  ({levels})")
        yield page.paint(page.cut(line, page.width), _STYLES[_way(change)])


def _way(change: DimensionChange) -> str:
    if change.old_score is None or change.new_score is None or change.old_score == change.new_score:
        return "other"
    return "rose" if change.new_score > change.old_score else "fell"


def _step(page: Page, old: str, new: str) -> str:
    return page.said(new if old == new else f"{old} → {new}")


def _points(view: ComparisonView, score: float | None) -> str:
    return view.t("compare.not_rated") if score is None else view.t.number(score, 1)


def _level(view: ComparisonView, level: int | None) -> str:
    return view.t("chart.not_asked") if level is None else view.t("report.level_n", level=level)


def _groups(page: Page, view: ComparisonView, verbose: bool) -> Iterator[str]:
    for name, changes in view.groups:
        yield from page.heading(page.said(view.t(f"compare.{name}")), str(len(changes)))
        for change in changes:
            yield from _practice(page, view, change, _STYLES[name])
            if verbose or name != "same":
                yield from _proofs(page, view, change, verbose)


def _practice(page: Page, view: ComparisonView, change: PracticeChange, style: str) -> Iterator[str]:
    climb = page.said(view.climb(change))
    if change.cause == "either":
        climb += f" ({page.said(view.t('compare.or_rules'))})"
    title = page.cut(page.said(view.t.tr(change.title)), page.width - cells(climb) - 4)
    space = " " * max(page.width - 2 - cells(title) - cells(climb), 2)
    yield f"  {page.paint(title, 'bold')}{space}{page.paint(climb, style)}"


def _proofs(page: Page, view: ComparisonView, change: PracticeChange, verbose: bool) -> Iterator[str]:
    """The proof that changed, each marked `+`, `-` or `~`; without any, what the rating says of itself now."""
    lines = [("+ ", _told(item)) for item in change.appeared]
    lines += [("- ", _told(item)) for item in change.vanished]
    lines += [("~ ", f"{_told(pair.new)} ({view.regraded(pair)})") for pair in change.regraded]
    kept = lines if verbose else lines[:_PROOFS_SHOWN]
    for mark, text in kept:
        yield from page.wrapped(mark, page.said(text), 4, "dim")
    if len(kept) < len(lines):
        yield page.paint(f"    {page.said(view.t.count('compare.more', len(lines) - len(kept)))}", "dim")
    for way in view.ways(change)[: None if verbose else 1]:
        yield from page.wrapped("", page.said(way), 4, "dim")
    if view.is_bare(change):
        yield from page.wrapped("", page.said(change.new_summary), 4, "dim")


def _told(evidence: EvidenceInfo) -> str:
    return f"{evidence.place} {evidence.text}"


def _gaps(page: Page, view: ComparisonView, name: str, gaps: Sequence[GapChange]) -> Iterator[str]:
    if not gaps:
        return
    yield from page.heading(page.said(view.t(f"compare.{name}")), str(len(gaps)))
    for gap in gaps:
        yield from page.wrapped("", page.said(f"{view.t.tr(gap.title)}: {view.gap(gap)}"), 2)


def _items(page: Page, view: ComparisonView) -> Iterator[str]:
    items, t = view.comparison.items, view.t
    if not items:
        return
    yield from page.heading(page.said(t("compare.items")))
    for item in items:
        old, new = view.answer(item, item.old), view.answer(item, item.new)
        yield from page.wrapped("", page.said(f"{t.tr(item.text)} ({item.id}): {old} → {new}"), 2)
