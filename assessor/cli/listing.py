"""`assessor practices` and `assessor tools`: what is rated, and by what it is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assessor.cli import completion
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assessor.catalog.practices import Practice
    from assessor.catalog.tools import Tool

json_option = click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--dimension",
    "-d",
    metavar="NAME",
    default="",
    shell_complete=completion.dimensions,
    help="Only of this dimension.",
)
@click.option(
    "--rubric", "-r", metavar="NAME", default="", shell_complete=completion.rubrics, help="Only what this model asks."
)
@json_option
def practices(words: tuple[str, ...], dimension: str, rubric: str, as_json: bool) -> None:
    """List the practices that are rated, with the rungs that each defines; only those with all WORDS, where any are given."""
    from assessor.catalog.practices import load_practices

    catalogue = load_practices()
    checked("dimension", dimension, dict.fromkeys(practice.dimension for practice in catalogue))
    asked = _asked_by(rubric) if rubric else None
    found = [
        practice
        for practice in catalogue
        if dimension in ("", practice.dimension)
        and (asked is None or practice.id in asked)
        and has_words(words, practice.id, practice.title)
    ]
    if as_json:
        print_json([_practice_row(practice) for practice in found])
        return
    _print_table([(p.id, ", ".join(p.rungs), p.title) for p in found], "no practice has these words")


def _practice_row(practice: Practice) -> dict[str, Any]:
    return {
        "id": practice.id,
        "dimension": practice.dimension,
        "title": practice.title,
        "why": practice.why,
        "rungs": dict(practice.rungs),
        "steps": dict(practice.fix),
    }


def _asked_by(rubric: str) -> frozenset[str]:
    """The practices that a shipped model asks for. Raises UserError."""
    from assessor.render.reference.explaining import asked_practices
    from assessor.rubric.loading import shipped_names, shipped_rubric

    checked("rubric", rubric, shipped_names())
    return asked_practices(shipped_rubric(rubric))


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--practice",
    "-p",
    metavar="NAME",
    default="",
    shell_complete=completion.practices,
    help="Only those that can show this practice.",
)
@click.option("--category", "-c", metavar="NAME", default="", help="Only of this category.")
@json_option
def tools(words: tuple[str, ...], practice: str, category: str, as_json: bool) -> None:
    """List the tools that are recognised, with the practices that each can prove; only those with all WORDS."""
    from assessor.catalog.practices import load_practices
    from assessor.catalog.tools import load_tools

    catalogue = load_tools()
    checked("practice", practice, [entry.id for entry in load_practices()])
    checked("category", category, dict.fromkeys(tool.category for tool in catalogue))
    found = [
        tool
        for tool in catalogue
        if category in ("", tool.category)
        and (not practice or practice in shown_practices(tool))
        and has_words(words, tool.id, tool.title, *tool.packages)
    ]
    if as_json:
        print_json([_tool_row(tool) for tool in found])
        return
    _print_table([(t.id, t.category, ", ".join(shown_practices(t))) for t in found], "no tool has these words")


def shown_practices(tool: Tool) -> Collection[str]:
    """The practices that a tool can prove or declare."""
    return dict.fromkeys([proof.practice for proof in tool.proves] + list(tool.declares))


def _tool_row(tool: Tool) -> dict[str, Any]:
    return {
        "id": tool.id,
        "title": tool.title,
        "category": tool.category,
        "url": tool.url,
        "packages": list(tool.packages),
        "proves": {proof.practice: proof.rung for proof in tool.proves},
        "declares": list(tool.declares),
    }


def has_words(words: Sequence[str], *texts: str) -> bool:
    """Each word stands in one of the texts."""
    joined = "\n".join(texts).casefold()
    return all(word.casefold() in joined for word in words)


def checked(what: str, name: str, known: Collection[str]) -> None:
    """Raise UserError for a name that is not known; the empty one asks for nothing."""
    from assessor.catalog.loading import did_you_mean

    if name and name not in known:
        hint = did_you_mean(name, known) or (f"; there are {', '.join(known)}" if len(known) < _MOST_NAMED else "")
        raise UserError(f"no {what} '{name}'{hint}")


_MOST_NAMED = 40


def print_json(value: Any) -> None:
    """Print a value as JSON in UTF-8."""
    import json

    from assessor.cli.output import print_bytes

    print_bytes((json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))


def _print_table(rows: Sequence[tuple[str, str, str]], nothing: str) -> None:
    """Print three columns; the last is as long as it is. Raises UserError for no row."""
    from assessor.cli.output import print_text

    if not rows:
        raise UserError(nothing)
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    print_text("".join(f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]}\n" for row in rows))
