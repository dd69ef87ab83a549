"""Practices, tools, rubrics and crosswalks as plain text, for those who ask what a word means."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, Practice
from assessor.rubric.model import AllOf, AnyOf, AtRung, Attest, Bound, Expression, Item, Level, NOf, Rubric, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assessor.catalog.accuracy import Accuracy
    from assessor.catalog.tools import Tool
    from assessor.rubric.crosswalk import Crosswalk

_WIDTH = 100
_EFFORT = {"S": "hours", "M": "days", "L": "weeks"}


def page(lines: Iterable[str]) -> str:
    """The lines as a text, without blanks at their ends."""
    return "\n".join(line.rstrip() for line in lines) + "\n"


def paragraph(text: str, indent: str = "", label: str = "") -> list[str]:
    """The text in lines; the label stands before the first and the others are as far in."""
    head = indent + label
    return textwrap.wrap(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head]


def listed(label: str, words: Sequence[str]) -> list[str]:
    """The words behind a label; no line for no words."""
    return paragraph(", ".join(words), "  ", f"{label:<12}") if words else []


def practice(
    asked: Practice, tools: Sequence[Tool], rubrics: Sequence[Rubric], accuracy: Accuracy | None = None
) -> str:
    """A practice: its rungs, why it matters, what to do, which tools prove it, which models ask for it, and how often its
    rating was right."""
    return page(
        [
            f"{asked.id}: {asked.title}",
            "",
            *paragraph(asked.why),
            "",
            "Rungs",
            *paragraph(asked.absent, "  ", f"{'absent':<12}"),
            *(line for rung in RUNGS for line in _rung(asked, rung)),
            "",
            "Next steps",
            *(line for rung in asked.rungs for line in _steps(asked, rung)),
            "",
            "Tools that prove it",
            *listed("proof", sorted({t.title for t in tools if any(p.practice == asked.id for p in t.proves)})),
            *listed("declares", sorted({t.title for t in tools if asked.id in t.declares})),
            "",
            "Asked by",
            *_asking(asked, rubrics),
            *_right(accuracy),
        ]
    )


def _right(accuracy: Accuracy | None) -> list[str]:
    """How often the rating was right on unseen repositories; empty where it was not measured."""
    if accuracy is None:
        return []
    doubt = ": look at the proof before you rely on it" if accuracy.is_doubtful else ""
    return [
        "",
        "How often it is right",
        f"  {accuracy.right} of {accuracy.of} on repositories nobody had looked at{doubt}",
    ]


def _rung(asked: Practice, rung: str) -> list[str]:
    meaning = dict(asked.rungs).get(rung)  # type: ignore[call-overload]
    return paragraph(meaning or "(no such rung)", "  ", f"{rung:<12}")


def _steps(asked: Practice, rung: str) -> Iterator[str]:
    effort = _EFFORT[dict(asked.effort)[rung]]  # type: ignore[index]
    yield from paragraph(f"{asked.step_to(rung)} ({effort})", "  ", f"{rung:<12}")
    for stack in asked.variants:
        text = asked.step_to(rung, [stack])
        if text != asked.step_to(rung):
            yield from paragraph(text, "  ", f"{'':<12}{stack}: ")


def _asking(asked: Practice, rubrics: Iterable[Rubric]) -> Iterator[str]:
    for model in rubrics:
        for entry in model.placed:
            for rung, kind in asked_rungs(asked.id, entry.item, model):
                label = model.id if model.counts_points else f"{model.id} {entry.level}"
                yield from paragraph(f"{rung}: {entry.item.text} ({kind})", "  ", f"{label:<15} ")


def asked_rungs(practice: str, item: Item, model: Rubric) -> Iterator[tuple[str, str]]:
    """(rung, kind of item) for each time that the item asks for the practice."""
    for leaf in leaves(item.requires):
        if isinstance(leaf, AtRung) and leaf.practice == practice:
            yield leaf.rung, kind_of(item, model)
    for leaf in leaves(item.partial.requires) if item.partial else ():
        if isinstance(leaf, AtRung) and leaf.practice == practice:
            yield leaf.rung, f"{item.partial.points:g} of {kind_of(item, model)}" if item.partial else ""


def asked_practices(model: Rubric) -> frozenset[str]:
    """The practices that any item of a model asks for."""
    found = [leaf for entry in model.placed for leaf in leaves(entry.item.requires)]
    return frozenset(leaf.practice for leaf in found if isinstance(leaf, AtRung))


def kind_of(item: Item, model: Rubric) -> str:
    """What an item is to its rubric: a weakness, required, supporting, or worth so many points."""
    if item.lack:
        return "weakness"
    if model.counts_points:
        return counted(item.points, model.unit)
    return "required" if item.required else "supporting"


def counted(points: float, unit: str) -> str:
    """`1 point`, `0.5 points`, `46 statements`: a number of a rubric's units, whose name is a plural."""
    return f"{points:g} {unit.removesuffix('s') if points == 1 else unit}"


def tool(asked: Tool) -> str:
    """A tool: how it is recognised, and what each way of using it proves."""
    lines = [f"{asked.title} ({asked.id})", asked.url, "", "Recognised by"]
    lines += listed("packages", asked.packages) + listed("imports", asked.imports)
    if asked.declares:
        lines += ["", "A dependency alone gives 'declared' for", *listed("", asked.declares)]
    if asked.proves:
        lines += ["", "What its use proves"]
    for proof in asked.proves:
        lines += paragraph(proof.text, "  ", f"{proof.practice:<26}{proof.rung:<11}")
        lines += paragraph(", ".join(proof.patterns), "      ")
    return page(lines)


def rubric(asked: Rubric) -> str:
    """A rubric: where it comes from, its levels and what each item asks."""
    lines = _head(asked)
    for level in asked.levels:
        lines += ["", f"Level {level.level}: {level.title}{_bound(level, asked)}", *paragraph(level.about, "  ")]
        if level.supporting_share:
            share = round(100 * level.supporting_share)
            lines += [f"  Besides what is required, {share}% of the supporting items must hold."]
        for item in level.items:
            lines += item_lines(item, asked)
    if asked.counts_points:
        lines += ["", f"The level is found by {decided_by(asked)}."]
        for section in asked.sections:
            beside = "" if section.counts else "; does not decide"
            lines += ["", f"{section.title} ({counted(section.full, asked.unit)}{beside})"]
            lines += paragraph(section.about, "  ") if section.about else []
            for item in section.items:
                lines += item_lines(item, asked)
    return page(lines)


def _head(asked: Rubric | Crosswalk) -> list[str]:
    lines = [f"{asked.title} ({asked.id}, edition {asked.edition})", "", *paragraph(asked.about)]
    lines += paragraph(asked.source, label="Source: ")
    lines += [f"See {asked.url}"] if asked.url else []
    return lines + (paragraph(asked.licence, label="Licence: ") if asked.licence else [])


def decided_by(asked: Rubric) -> str:
    """Which sum of points decides the level of a rubric that counts points."""
    if asked.scoring == "minimum":
        return f"the lowest of its sections, of {counted(asked.full, asked.unit)}"
    return f"the sum of its sections, of {counted(asked.full, asked.unit)}"


def _bound(level: Level, asked: Rubric) -> str:
    if level.above is not None:
        return f", for more than {counted(level.above, asked.unit)}"
    return f", from {counted(level.at_least, asked.unit)} on" if level.at_least is not None else ""


def item_lines(item: Item, asked: Rubric) -> list[str]:
    """An item with its kind and what it asks."""
    column = next((section.title for section in asked.sections if section.id == item.section), "")
    asks = "overcome by " if item.lack else "asks "
    lines = paragraph(f"{item.text} ({column})" if column else item.text, "  ", f"{kind_of(item, asked):<12}")
    lines += paragraph(asks + in_words(item.requires), " " * 14)
    if item.partial:
        words = f"{counted(item.partial.points, asked.unit)} for {in_words(item.partial.requires)}"
        lines += paragraph(words, " " * 14)
    return lines


def crosswalk(asked: Crosswalk) -> str:
    """A crosswalk: where the framework comes from, whom it binds, and what supports each of its controls."""
    lines = _head(asked)
    lines += paragraph(asked.scope, label="Scope: ") if asked.scope else []
    for group in asked.groups:
        lines += ["", group.title]
        for control in group.controls:
            lines += paragraph(control.text, "  ", f"{control.control:<18} ")
            if control.supports:
                words = "; ".join(in_words(entry) for entry in control.supports)
                lines += paragraph(f"supported by {words}", " " * 21)
            lines += paragraph(f"to be stated: {control.attest}", " " * 21)
    return page(lines)


def in_words(expression: Expression, *, inside: bool = False) -> str:
    """An expression as a phrase: `training.pipeline automated, and one of (…)`."""
    match expression:
        case AtRung():
            return f"{expression.practice} {expression.rung}"
        case Attest():
            return f"a statement: {expression.attest}"
        case Bound():
            low = f" at least {expression.at_least:g}" if expression.at_least is not None else ""
            high = f" at most {expression.at_most:g}" if expression.at_most is not None else ""
            return f"{expression.metric}{low}{high}"
        case AnyOf():
            words = " or ".join(in_words(child, inside=True) for child in expression.any_of)
        case AllOf():
            words = " and ".join(in_words(child, inside=True) for child in expression.all_of)
        case NOf():
            parts = "; ".join(in_words(child) for child in expression.n_of.of)
            return f"{expression.n_of.n} of ({parts})"
    return f"({words})" if inside else words
