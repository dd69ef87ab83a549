"""The assessment as a long Markdown document: every practice with all its proof, the roadmap, every item of the model.

It fits a job summary (1 MiB). Where it is too long, proofs beyond the first ones of a practice are left out and counted.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from assessor.render.markdown.parts import Parts
from assessor.render.markdown.text import SUMMARY_BYTES, Block, code, escaped, fitted, prose, row, table_head
from assessor.render.views import accuracy_words
from assessor.render.views import loop as loop_view
from assessor.render.views.pages import practice_page
from assessor.render.views.standing_words import holds_words, stands_in_the_way
from assessor.render.views.texts import DEFAULT, load_texts
from assessor.render.views.view import LADDER, told, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import Assessment, ControlInfo, EvidenceInfo, GapInfo, HandoverInfo, ItemInfo, LoopInfo
    from assessor.render.views.view import DimensionView, PracticeView


def render(assessment: Assessment, *, rubric: str = "", language: str = DEFAULT) -> str:
    """The text, at most as long as a job summary may be. `rubric` is the model shown; the primary one if empty.

    Raises KeyError for a model that was not applied or a language without texts.
    """
    texts = load_texts(language)
    parts = Parts(view_of(assessment, rubric=rubric, texts=texts), texts)
    blocks = [
        _head(parts),
        parts.dimensions(),
        *parts.units(),
        _loop(parts),
        *_roadmap(parts),
        *_statements(parts),
        Block(("", f"## {texts('practice.title')}")),
        *(block for dimension in parts.view.dimensions for block in _dimension(parts, dimension)),
        *_items(parts),
        Block(("", f"## {texts('models.title')}", "", texts("models.about"))),
        parts.models(rank=0),
        *_crosswalks(parts),
        _blind_spots(parts),
        _method(parts),
    ]
    return fitted(blocks, SUMMARY_BYTES, lambda left: f"_{texts.count('markdown.left_summary', left)}_")


def _head(parts: Parts) -> Block:
    t, card = parts.t, parts.view.card
    lines = [f"# {parts.title()}", "", parts.headline(), "", parts.state(), ""]
    words = (
        *parts.standing(),
        parts.next_level(),
        prose(parts.said.other_level(card)),
        parts.target(),
        parts.observed(),
        parts.files(),
        *parts.scope(),
    )
    lines += [f"- {word}" for word in words if word]
    titles = (t("report.level"), t("models.level_title"), t("models.share"), "")
    lines += ["", f"## {t('report.level')}", "", *table_head(titles, (2,))]
    for level in card.levels:
        mark = t("summary.you_are_here") if level.level == card.level else t("summary.reached") if level.reached else ""
        lines.append(row((str(level.level), parts.ours(level.title), t.percent(level.share), mark)))
    return Block((*lines, "", f"## {t('summary.dimensions')}"))


def _loop(parts: Parts) -> Block:
    """Who carries the result from each station of the life cycle to the next one."""
    t, life = parts.t, parts.view.assessment.loop
    if life is None:
        return Block(())
    titles = [t(f"loop.{key}") for key in ("from", "to", "who", "reason")]
    head = ("", f"## {t('loop.title')}", "", prose(loop_view.break_sentence(life, t)), "", *table_head(titles))
    return Block(head, tuple(_handover(parts, life, entry) for entry in life.handovers))


def _handover(parts: Parts, life: LoopInfo, entry: HandoverInfo) -> str:
    t = parts.t
    ends = (prose(loop_view.station_title(life, name, t)) for name in (entry.start, entry.end))
    return row((*ends, t(f"loop.by.{entry.by}"), prose(loop_view.reason(entry, t))))


def _roadmap(parts: Parts) -> Iterator[Block]:
    """The cheapest way up, what keeps the next level away, what is worth doing besides, and what can wait."""
    t, view = parts.t, parts.view
    yield Block(("", f"## {t('roadmap.title')}", "", parts.next_level()))
    if view.way.steps:
        yield Block(("", f"### {parts.way()}", ""), tuple(_steps(parts)))
    if view.way.blocked:
        texts = {item.id: item.text for item in view.card.items}
        rows = tuple(f"- {parts.ours(texts.get(name, name))}" for name in view.way.blocked)
        yield Block(("", prose(stands_in_the_way(view.assessment, t)), ""), rows)
    if view.beside:
        yield _gaps(parts, t("roadmap.supporting"), view.beside)
    if view.waiting:
        yield _gaps(parts, t("target.beyond"), view.waiting)


def _steps(parts: Parts) -> Iterator[str]:
    """Each step of the roadmap as one list item."""
    t = parts.t
    for number, step in enumerate(parts.view.way.steps, start=1):
        first, *others = parts.step(step)
        for near in step.near:
            place = f" ({parts.place(near.place)})" if near.place else ""
            others.append(f"{t('roadmap.near')} {prose(near.text)}{place}")
        if step.reaches is not None:
            title = parts.ours(parts.view.level_title(step.reaches))
            others.append(t("roadmap.reaches", level=step.reaches, title=title))
        yield "\n".join([f"{number}. {first}", *(f"   - {line}" for line in others)])


def _statements(parts: Parts) -> Iterator[Block]:
    """Attestations and waivers, apart from what was observed; nothing where there are none."""
    said, t = parts.said, parts.t
    if said.are_there:
        told = [t("statements.about"), said.level(parts.view.card), *said.remarks()]
        day = f" ({escaped(said.day())})" if said.day() else ""
        lead = " ".join(prose(line) for line in told if line)
        yield Block(("", f"## {t('statements.title')}{day}", "", lead))
        yield parts.statements(rank=1)


def _gaps(parts: Parts, title: str, gaps: Sequence[GapInfo]) -> Block:
    t = parts.t
    keys = ("roadmap.practice", "roadmap.climb", "roadmap.asked_by", "roadmap.effort", "roadmap.do")
    rows = tuple(
        row(
            (
                parts.ours(gap.title),
                parts.climb(gap),
                parts.ours(gap.text),
                t(f"effort.{gap.effort}") if gap.effort else "",
                "<br>".join(parts.ours(step.fix) for step in gap.steps),
            )
        )
        for gap in gaps
    )
    return Block(("", f"### {title}", "", *table_head([t(key) for key in keys])), rows)


def _dimension(parts: Parts, dimension: DimensionView) -> Iterator[Block]:
    t, result = parts.t, dimension.result
    about = t(f"dimension_asks.{dimension.id}")
    if result:
        standing = holds_words(result, parts.view.card, t)
        about += f" {t.number(result.score)} {t('chart.points')}, {standing}."
    yield Block(("", f"### {t(f'dimension.{dimension.id}')}", "", about))
    for practice in dimension.practices:
        yield from _practice(parts, practice)


def _practice(parts: Parts, practice: PracticeView) -> Iterator[Block]:
    """A practice: where it stands, its proofs, what does not count, what is hidden, and what the model asks."""
    t, info = parts.t, practice.info
    name = code(practice.id)
    if page := practice_page(parts.view.assessment.tool.docs, practice.id):
        name = f"[{name}]({page})"
    doubt = accuracy_words.doubt(info, t)
    stands = f"{parts.dots(practice)} **{parts.rung(info.rung)}** · {name} · {prose(info.summary)}"
    stands += f" · {doubt}" if doubt else ""
    yield Block(("", f"#### {parts.ours(info.title)}", "", stands))
    proofs = [_proof(parts, evidence) for evidence in info.evidence]
    if proofs:
        yield Block(("", f"{t('practice.evidence')}:", "", proofs[0]), tuple(proofs[1:]), rank=2)
    if info.near_misses:
        misses = tuple(f"- {parts.place(miss.place)} {prose(miss.text)}" for miss in info.near_misses)
        yield Block(("", f"{t('practice.near_misses')}:", ""), misses, rank=1)
    if info.blind_spots:
        spots = tuple(f"- {parts.place(spot.place)} {prose(spot.reason)}" for spot in info.blind_spots)
        yield Block(("", f"{t('practice.blind_spots')}:", ""), spots, rank=1)
    if info.values:
        numbers = (f"{escaped(name.replace('_', ' '))} {t.measure(value)}" for name, value in info.values.items())
        yield Block(("", f"{t('practice.values')}: {', '.join(numbers)}"))
    notes = [f"- {prose(note)}" for note in parts.said.practice_notes(practice.id)]
    if notes:
        yield Block(("", f"{t('statements.title')}:", "", *notes))
    if practice.gap:
        yield Block(("", *_asked(parts, practice.gap)))


def _proof(parts: Parts, evidence: EvidenceInfo) -> str:
    """One proof as a list item; the way to it as a list below."""
    tool = f" ({code(evidence.tool)})" if evidence.tool else ""
    first = f"- {parts.rung(evidence.rung)}: {parts.place(evidence.place)} {prose(evidence.text)}{tool}"
    hops = told(evidence.hops)
    return "\n".join([first, *(f"  {n}. {code(hop.text)} ({parts.place(hop.place)})" for n, hop in enumerate(hops, 1))])


def _asked(parts: Parts, gap: GapInfo) -> Iterator[str]:
    """What the model asks of a practice, why, and each step towards it."""
    t = parts.t
    yield f"**{t('practice.asked')}** ({t('report.level_n', level=gap.level)}): {parts.ours(gap.text)}"
    yield ""
    yield f"- {t('practice.why')}: {parts.ours(gap.why)}"
    for step in gap.steps:
        yield f"- {t('practice.next')}, {parts.rung(step.rung)} ({t(f'effort.{step.effort}')}): {parts.ours(step.fix)}"


def _items(parts: Parts) -> Iterator[Block]:
    """Every item of the shown model with its answer, below its section or level."""
    t, card = parts.t, parts.view.card
    if not card.items:
        return
    yield Block(("", f"## {t('items.title')}", "", parts.headline()))
    if card.scoring != "levels":
        titles = {section.id: section.title for section in card.sections}
        groups = [(titles.get(name, name), list(items)) for name, items in groupby(card.items, key=lambda i: i.section)]
    else:
        named = groupby(card.items, key=lambda item: item.level)
        groups = [(f"{level}  {parts.view.level_title(level)}", list(items)) for level, items in named]
    head = table_head([t(f"items.{key}") for key in ("item", "kind", "answer")])
    for title, items in groups:
        yield Block(("", f"### {parts.ours(title)}", "", *head), tuple(_item(parts, item) for item in items))


def _item(parts: Parts, item: ItemInfo) -> str:
    t = parts.t
    kind = t("items." + ("weakness" if item.lack else "required" if item.required else "supporting"))
    is_weakness = item.lack and item.status in ("met", "unmet")
    answer = t(f"weakness.{item.status}" if is_weakness else f"status.{item.status}")
    if item.points is not None and item.worth is not None:
        answer += f", {t.number(item.points)} / {t.number(item.worth)}"
    return row((f"{parts.ours(item.text)} ({code(item.id)})", kind, answer))


def _crosswalks(parts: Parts) -> Iterator[Block]:
    """How far each control of a law or a standard is supported, and by which practices."""
    t, crosswalks = parts.t, parts.view.assessment.crosswalks
    if crosswalks:
        yield Block(("", f"## {t('crosswalk.title')}", "", t("crosswalk.about")))
    head = table_head([t(f"crosswalk.{key}") for key in ("control", "evidence", "given_by")])
    for crosswalk in crosswalks.values():
        title = f"### {parts.ours(crosswalk.name)}, {escaped(crosswalk.edition)}"
        yield Block(("", title, "", *head), tuple(_control(parts, control) for control in crosswalk.controls))


def _control(parts: Parts, control: ControlInfo) -> str:
    by = ", ".join(f"{code(practice)} {parts.rung(rung)}" for practice, rung in control.by.items())
    text = f"{escaped(control.control)}: {parts.ours(control.text)}"
    return row((text, parts.t(f"crosswalk.support.{control.support}"), by))


def _blind_spots(parts: Parts) -> Block:
    t, spots = parts.t, parts.view.blind_spots
    head = ("", f"## {t('blind.title')}", "", t("blind.about" if spots else "blind.none"))
    if not spots:
        return Block(head)
    titles = table_head([t(f"blind.{key}") for key in ("place", "reason", "hides")])
    rows = tuple(
        row(
            (parts.place(spot.place), prose(spot.reason), ", ".join(map(code, spot.practices)) or t("blind.hides_none"))
        )
        for spot in spots
    )
    return Block((*head, "", *titles), rows, rank=1)


def _method(parts: Parts) -> Block:
    t = parts.t
    rungs = [f"- **{parts.rung(name)}**: {t(f'rung_means.{name}')}" for name in (*LADDER, "unknown", "not_applicable")]
    right = [f"**{t('accuracy.title')}**: {accuracy_words.about(parts.view.assessment, t)}", ""]
    for dimension, rows in accuracy_words.figures(parts.view.assessment, t):
        told = ", ".join(f"{code(name.partition('.')[2])} {figure}" for name, figure, _ in rows)
        right.append(f"- {prose(dimension)}: {told}")
    head = (f"## {t('method.title')}", "", t("method.about"), "", *rungs, "", *right, "")
    lines = (*head, parts.made_by(), "", t("method.numbers"))
    return Block(("", *lines))
