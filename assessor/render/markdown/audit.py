"""The assessment as short Markdown, for a job summary and for a comment on a pull request: it fits both of GitHub's.

The level, the dimensions, the cheapest way up, what keeps the next level away; folded below: all practices and the
other models. Where it is too long, rows are left out and counted, the least important first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.markdown.parts import Parts
from assessor.render.markdown.text import COMMENT_BYTES, Block, fitted, prose, row, table_head
from assessor.render.views.texts import DEFAULT, load_texts
from assessor.render.views.view import view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment
    from assessor.render.views.view import PracticeView

MARKER = "<!-- mlops-assessor report -->"
"""First line, by which whoever edits a comment in place finds it."""
_STEPS_SHOWN = 3


def render(assessment: Assessment, *, rubric: str = "", language: str = DEFAULT) -> str:
    """The text, at most as long as a comment may be. `rubric` is the model shown; the primary one if empty.

    Raises KeyError for a model that was not applied or a language without texts.
    """
    texts = load_texts(language)
    parts = Parts(view_of(assessment, rubric=rubric, texts=texts), texts)
    blocks = [
        _head(parts),
        parts.dimensions(),
        *parts.units(most=5),
        _steps(parts),
        *_statements(parts),
        _practices(parts),
        _folded(parts.models(rank=2), texts("models.title")),
        Block(("", f"<sub>{parts.made_by()} {texts('markdown.long')}</sub>")),
    ]
    return fitted(blocks, COMMENT_BYTES, lambda left: f"_{texts.count('markdown.left_comment', left)}_")


def _head(parts: Parts) -> Block:
    other = prose(parts.said.other_level(parts.view.card))
    words = [
        *parts.standing(),
        parts.next_level(),
        other,
        parts.target(),
        parts.observed(),
        parts.files(),
        *parts.scope(),
    ]
    spots = len(parts.view.blind_spots)
    words += [parts.t.count("count.blind_spots", spots)] if spots else []
    lines = [f"- {word}" for word in words if word]
    return Block((MARKER, f"## {parts.title()}", "", parts.headline(), "", parts.state(), "", *lines))


def _steps(parts: Parts) -> Block:
    """The first steps of the cheapest way up."""
    way = parts.view.way
    if not way.steps:
        return Block(())
    rows = []
    for number, step in enumerate(way.steps[:_STEPS_SHOWN], start=1):
        first, *others = parts.step(step)
        rows.append("<br>".join([f"{number}. {first}", *others]))
    more = len(way.steps) - _STEPS_SHOWN
    foot = ("", parts.t.count("markdown.more_steps", more)) if more > 0 else ()
    return Block(("", f"### {parts.way()}", ""), tuple(rows), foot)


def _seen(parts: Parts, practice: PracticeView) -> str:
    """Where the best proof of a practice stands, else what comes nearest, else what hides it."""
    info, t = practice.info, parts.t
    if practice.best:
        return parts.place(practice.best.place)
    if info.near_misses:
        return f"{parts.place(info.near_misses[0].place)} ({t('markdown.near_miss')})"
    if info.blind_spots:
        return f"{parts.place(info.blind_spots[0].place)} ({t('markdown.blind_spot')})"
    return ""


def _statements(parts: Parts) -> Iterator[Block]:
    """A line for each attestation and waiver that does not count or not for long, and all of them folded."""
    said, t = parts.said, parts.t
    if not said.are_there:
        return
    level = prose(said.level(parts.view.card))
    head = ("", f"### {t('statements.title')}", "", *((level, "") if level else ()))
    yield Block(head, tuple(f"- {prose(note)}" for note in said.notes()), rank=1)
    count = t.count("count.statements", len(said.entries))
    yield _folded(parts.statements(rank=2), ", ".join(filter(None, (count, said.day()))))


def _practices(parts: Parts) -> Block:
    """Every practice on a row, folded."""
    t = parts.t
    rows = tuple(
        row(
            (
                parts.ours(practice.info.title),
                parts.dots(practice),
                parts.rung(practice.info.rung),
                _seen(parts, practice),
            )
        )
        for practice in parts.view.practices.values()
    )
    titles = (t("roadmap.practice"), t("method.ladder"), t("roadmap.climb"), t("practice.evidence"))
    return _folded(Block(("", *table_head(titles)), rows, rank=3), t.count("count.practices", len(rows)))


def _folded(block: Block, title: str) -> Block:
    head = ("", f"<details><summary>{title}</summary>", *block.head)
    return Block(head, block.rows, ("", "</details>"), block.rank)
