"""A plan as Markdown, for an issue or a comment: it fits GitHub's, and says what it cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.markdown.text import COMMENT_BYTES, Block, code, escaped, fitted, prose, row, table_head
from assessor.render.views.plan import PlanView, plan_view
from assessor.render.views.step_words import estimated, places
from assessor.render.views.texts import DEFAULT, load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import NearInfo, PlaceInfo, RoadmapStepInfo
    from assessor.planning import Plan

MARKER = "<!-- mlops-assessor plan -->"
"""First line, by which whoever edits a comment in place finds it."""


def render(plan: Plan, *, language: str = DEFAULT) -> str:
    """The text, at most as long as a comment may be. Raises KeyError for a language without texts."""
    texts = load_texts(language)
    view = plan_view(plan, texts)
    steps = tuple("\n".join(_step(view, step, number)) for number, step in enumerate(view.plan.steps, start=1))
    blocks = [_head(view), Block(("",) if steps else (), steps, rank=1), _blocked(view), _dimensions(view)]
    return fitted(blocks, COMMENT_BYTES, lambda left: f"_{texts.count('markdown.left_comment', left)}_")


def _head(view: PlanView) -> Block:
    lines = [MARKER, f"## {escaped(view.title)}", "", f"{prose(view.now)} ({prose(view.model)})", ""]
    lines += [prose(view.assumed), ""] if view.assumed else []
    lines += [f"**{prose(view.goal)}**", "", prose(" ".join(view.work))]
    return Block(tuple(lines))


def _step(view: PlanView, step: RoadmapStepInfo, number: int) -> Iterator[str]:
    """A step as an item of a numbered list, with what rises, what is near and what it gives below it."""
    t = view.t
    yield f"{number}. **{prose(t.tr(step.title))}** ({step.effort}, {estimated([step], t)})"
    for raised in step.raises:
        climb = f"{t(f'rung.{raised.rung}')} → {t(f'rung.{raised.wanted}')}"
        yield f"   - {code(raised.practice)} {climb}: {prose(t.tr(raised.fix))}"
    at, by = places(step)
    words = [", ".join(_place(view, place) for place in at)] if at else []
    words += [t("step.by", place=_place(view, by))] if by else []
    if words:
        yield f"   - {t('step.where')} {', '.join(words)}"
    for near in step.near:
        yield f"   - {t('roadmap.near')} {_near(view, near)}"
    for item in step.unlocks:
        yield f"   - {t('roadmap.unlocks')} {prose(t.tr(view.plan.items.get(item, item)))}"
    if step.reaches is not None:
        yield f"   - **{prose(view.reaches(step.reaches))}**"


def _near(view: PlanView, near: NearInfo) -> str:
    if near.place is None:
        return f"{code(near.practice)} {prose(near.text)}"
    return f"{_place(view, near.place)} {prose(near.text)}"


def _place(view: PlanView, at: PlaceInfo) -> str:
    url = view.links.line(at.path, at.line, at.end_line)
    place = code(str(at))
    return f"[{place}]({url})" if url else place


def _blocked(view: PlanView) -> Block:
    if not view.plan.blocked:
        return Block(())
    t = view.t
    rows = tuple(f"- {prose(t.tr(view.plan.items.get(item, item)))} ({code(item)})" for item in view.plan.blocked)
    return Block(("", f"### {t('plan.blocked')}", "", prose(view.stands_in_the_way), ""), rows, rank=2)


def _dimensions(view: PlanView) -> Block:
    t, heads = view.t, view.columns
    if not view.rows:
        return Block(())
    head = table_head((t("markdown.dimension"), *heads), range(1, len(heads) + 1))
    return Block(("", f"### {t('plan.dimensions')}", "", *head), tuple(row(cells) for cells in view.rows))
