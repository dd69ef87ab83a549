"""A comparison as Markdown, for a comment or a job summary: it fits both of GitHub's, and says what it cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.markdown.text import COMMENT_BYTES, Block, code, escaped, fitted, prose, row, table_head
from assessor.render.views.comparison import comparison_view
from assessor.render.views.texts import DEFAULT, load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import EvidenceInfo
    from assessor.comparison import Comparison, DimensionChange, GapChange, PracticeChange
    from assessor.render.views.comparison import ComparisonView

MARKER = "<!-- mlops-assessor comparison -->"
"""First line, by which whoever edits a comment in place finds it."""
_RANKS = {"rose": 1, "fell": 0, "other": 2, "rules": 3, "same": 4}
"""What fell is left out last."""


def render(comparison: Comparison, *, language: str = DEFAULT) -> str:
    """The text, at most as long as a comment may be. Raises KeyError for a language without texts."""
    texts = load_texts(language)
    view = comparison_view(comparison, texts)
    blocks = [
        _head(view),
        _models(view),
        _dimensions(view),
        *(_group(view, name, changes) for name, changes in view.groups),
        _gaps(view, "closed", view.comparison.closed),
        _gaps(view, "opened", view.comparison.opened),
        _items(view),
    ]
    return fitted(blocks, COMMENT_BYTES, lambda left: f"_{texts.count('compare.left_comment', left)}_")


def _head(view: ComparisonView) -> Block:
    found, t = view.comparison, view.t
    lines = [MARKER, f"## {escaped(view.title)}", "", f"**{prose(view.level)}**", "", escaped(view.counts), ""]
    lines += [f"- {t('compare.old')}: {escaped(view.side(found.old))}"]
    lines += [f"- {t('compare.new')}: {escaped(view.side(found.new))}"]
    lines += [part for note in view.notes for part in ("", f"> {prose(note)}")]
    return Block(tuple(lines))


def _models(view: ComparisonView) -> Block:
    if not view.other_models:
        return Block(())
    rows = tuple(f"- {prose(view.t.tr(each.name))}: {prose(view.level_words(each))}" for each in view.other_models)
    return Block(("", f"### {view.t('compare.models')}", ""), rows, rank=2)


def _dimensions(view: ComparisonView) -> Block:
    t = view.t
    titles = [t(f"compare.{key}") for key in ("dimension", "old", "new", "difference")]
    rows = tuple(_dimension(view, change) for change in view.comparison.dimensions)
    return Block(("", f"### {t('compare.dimensions')}", "", *table_head(titles, (1, 2, 3))), rows)


def _dimension(view: ComparisonView, change: DimensionChange) -> str:
    t, old, new = view.t, change.old_score, change.new_score
    sides = [t("compare.not_rated") if score is None else t.number(score) for score in (old, new)]
    difference = "" if old is None or new is None or old == new else t.signed(new - old)
    return row((t(f"dimension.{change.dimension}"), *sides, difference))


def _group(view: ComparisonView, name: str, changes: Sequence[PracticeChange]) -> Block:
    rows = tuple("\n".join(_practice(view, change)) for change in changes)
    title = view.t(f"compare.{name}")
    if name == "same":
        return Block(("", f"<details><summary>{title}</summary>", ""), rows, ("", "</details>"), _RANKS[name])
    return Block(("", f"### {title}", ""), rows, rank=_RANKS[name])


def _practice(view: ComparisonView, change: PracticeChange) -> Iterator[str]:
    """A practice as a list item, each proof that changed as an item below."""
    t = view.t
    doubt = f" ({t('compare.or_rules')})" if change.cause == "either" else ""
    yield f"- **{prose(t.tr(change.title))}** ({code(change.practice)}): {view.climb(change)}{doubt}"
    for item in change.appeared:
        yield f"  - {t('compare.appeared')}: {_proof(view, item, is_old=False)}"
    for item in change.vanished:
        yield f"  - {t('compare.vanished')}: {_proof(view, item, is_old=True)}"
    for pair in change.regraded:
        yield f"  - {t('compare.regraded')}: {_proof(view, pair.new, is_old=False)} ({prose(view.regraded(pair))})"
    yield from (f"  - {prose(way)}" for way in view.ways(change))
    if view.is_bare(change):
        yield f"  - {prose(change.new_summary)}"


def _proof(view: ComparisonView, evidence: EvidenceInfo, *, is_old: bool) -> str:
    url = view.url(evidence.place, is_old=is_old)
    place = code(str(evidence.place))
    return f"{f'[{place}]({url})' if url else place} {prose(evidence.text)}"


def _gaps(view: ComparisonView, name: str, gaps: Sequence[GapChange]) -> Block:
    if not gaps:
        return Block(())
    rows = tuple(f"- {prose(view.t.tr(gap.title))} ({code(gap.practice)}): {prose(view.gap(gap))}" for gap in gaps)
    return Block(("", f"### {view.t(f'compare.{name}')}", ""), rows, rank=2)


def _items(view: ComparisonView) -> Block:
    t, items = view.t, view.comparison.items
    if not items:
        return Block(())
    rows = tuple(
        row((f"{prose(t.tr(item.text))} ({code(item.id)})", view.answer(item, item.old), view.answer(item, item.new)))
        for item in items
    )
    head = ("", f"<details><summary>{t('compare.items')}</summary>", "")
    titles = table_head((t("items.item"), t("compare.old"), t("compare.new")))
    return Block((*head, *titles), rows, ("", "</details>"), rank=3)
