"""Practices, tools and rubrics as plain text, for those who ask what a word means."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from assessor.catalog.practices import RUNGS, Practice
from assessor.rubric.model import AllOf, AnyOf, AtRung, Attest, Bound, Expression, Item, NOf, Rubric, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assessor.catalog.tools import Tool

_WIDTH = 100
_EFFORT = {"S": "hours", "M": "days", "L": "weeks"}


def _page(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _paragraph(text: str, indent: str = "", label: str = "") -> list[str]:
    """The text in lines; the label stands before the first and the others are as far in."""
    head = indent + label
    return textwrap.wrap(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head]


def _listed(label: str, words: Sequence[str]) -> list[str]:
    return _paragraph(", ".join(words), "  ", f"{label:<12}") if words else []


def practice(asked: Practice, tools: Sequence[Tool], rubrics: Sequence[Rubric]) -> str:
    """A practice: its rungs, why it matters, what to do, which tools prove it and which models ask for it."""
    return _page(
        [
            f"{asked.id}: {asked.title}",
            "",
            *_paragraph(asked.why),
            "",
            "Rungs",
            *(line for rung in RUNGS for line in _rung(asked, rung)),
            "",
            "Next steps",
            *(line for rung in asked.rungs for line in _steps(asked, rung)),
            "",
            "Tools that prove it",
            *_listed("proof", sorted({t.title for t in tools if any(p.practice == asked.id for p in t.proves)})),
            *_listed("declares", sorted({t.title for t in tools if asked.id in t.declares})),
            "",
            "Asked by",
            *_asking(asked, rubrics),
        ]
    )


def _rung(asked: Practice, rung: str) -> list[str]:
    meaning = dict(asked.rungs).get(rung)  # type: ignore[call-overload]
    return _paragraph(meaning or "(no such rung)", "  ", f"{rung:<12}")


def _steps(asked: Practice, rung: str) -> Iterator[str]:
    effort = _EFFORT[dict(asked.effort)[rung]]  # type: ignore[index]
    yield from _paragraph(f"{asked.step_to(rung)} ({effort})", "  ", f"{rung:<12}")
    for stack in asked.variants:
        text = asked.step_to(rung, stack)
        if text != asked.step_to(rung):
            yield from _paragraph(text, "  ", f"{'':<12}{stack}: ")


def _asking(asked: Practice, rubrics: Iterable[Rubric]) -> Iterator[str]:
    for model in rubrics:
        for level in model.levels:
            for item in level.items:
                for leaf in leaves(item.requires):
                    if isinstance(leaf, AtRung) and leaf.practice == asked.id:
                        kind = "weakness" if item.lack else "required" if item.required else "supporting"
                        label = f"{model.id} {level.level}"
                        yield from _paragraph(f"{leaf.rung}: {item.text} ({kind})", "  ", f"{label:<12}")


def tool(asked: Tool) -> str:
    """A tool: how it is recognised, and what each way of using it proves."""
    lines = [f"{asked.title} ({asked.id})", asked.url, "", "Recognised by"]
    lines += _listed("packages", asked.packages) + _listed("imports", asked.imports)
    if asked.declares:
        lines += ["", "A dependency alone gives 'declared' for", *_listed("", asked.declares)]
    if asked.proves:
        lines += ["", "What its use proves"]
    for proof in asked.proves:
        lines += _paragraph(proof.text, "  ", f"{proof.practice:<26}{proof.rung:<11}")
        lines += _paragraph(", ".join(proof.patterns), "      ")
    return _page(lines)


def rubric(asked: Rubric) -> str:
    """A rubric: where it comes from, its levels and what each item asks."""
    lines = [f"{asked.title} ({asked.id}, edition {asked.edition})", "", *_paragraph(asked.about)]
    lines += _paragraph(asked.source, label="Source: ")
    lines += [f"See {asked.url}"] if asked.url else []
    lines += _paragraph(asked.licence, label="Licence: ") if asked.licence else []
    for level in asked.levels:
        lines += ["", f"Level {level.level}: {level.title}", *_paragraph(level.about, "  ")]
        if level.supporting_share:
            lines += [
                f"  Besides what is required, {round(100 * level.supporting_share)}% of the supporting items must hold."
            ]
        for item in level.items:
            lines += _item(item)
    return _page(lines)


def _item(item: Item) -> list[str]:
    kind = "weakness" if item.lack else "required" if item.required else "supporting"
    asks = "overcome by " if item.lack else "asks "
    return [
        *_paragraph(item.text, "  ", f"{kind:<12}"),
        *_paragraph(asks + in_words(item.requires), " " * 14),
    ]


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
