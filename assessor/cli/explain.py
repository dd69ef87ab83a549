"""`assessor explain`: what a practice, a tool, a rubric or a crosswalk means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.catalog.practices import Practice
    from assessor.catalog.tools import Tool
    from assessor.rubric.model import Rubric


@click.command()
@click.argument("name")
def explain(name: str) -> None:
    """Say what NAME, a practice, a tool, a rubric or a crosswalk (or the file of one), means and how it is recognised."""
    from assessor.cli.output import print_text

    print_text(explanation(name))


def explanation(name: str) -> str:
    """The text about a practice (by its id, or by its last word where only one has it), a tool, a rubric or a
    crosswalk.

    Raises UserError for a name that is none of them, with the nearest one that is.
    """
    from assessor.catalog.practices import load_practices
    from assessor.catalog.tools import load_tools
    from assessor.render.reference import explaining
    from assessor.rubric.loading import crosswalk_names, shipped_crosswalk, shipped_names, shipped_rubric

    practices = {practice.id: practice for practice in load_practices()}
    tools = {tool.id: tool for tool in load_tools()}
    if "/" in name or name.endswith((".yaml", ".yml")):
        return _of_file(name)
    wanted = name.strip().lower()
    if wanted in practices:
        return _practice(practices[wanted], tuple(tools.values()))
    if wanted in shipped_names():
        return explaining.rubric(shipped_rubric(wanted))
    if wanted in crosswalk_names():
        return explaining.crosswalk(shipped_crosswalk(wanted))
    by_title = {tool.title.lower(): tool for tool in tools.values()}
    tool = tools.get(wanted) or by_title.get(wanted)
    if tool:
        return explaining.tool(tool)
    return _practice(_by_last_word(wanted, practices, tools), tuple(tools.values()))


def _practice(asked: Practice, tools: tuple[Tool, ...]) -> str:
    from assessor.catalog.accuracy import load_accuracy
    from assessor.render.reference import explaining

    return explaining.practice(asked, tools, _rubrics(), load_accuracy().get(asked.id))


def _of_file(name: str) -> str:
    from assessor.catalog.loading import DataError
    from assessor.render.reference import explaining
    from assessor.rubric.loading import read_file
    from assessor.rubric.model import Rubric

    try:
        model = read_file(Path(name))
    except DataError as error:
        raise UserError(str(error).splitlines()[0]) from error
    return explaining.rubric(model) if isinstance(model, Rubric) else explaining.crosswalk(model)


def _rubrics() -> tuple[Rubric, ...]:
    from assessor.rubric.loading import shipped_names, shipped_rubric

    return tuple(shipped_rubric(name) for name in shipped_names())


def _by_last_word(word: str, practices: dict[str, Practice], tools: dict[str, Tool]) -> Practice:
    from assessor.catalog.loading import did_you_mean
    from assessor.rubric.loading import crosswalk_names, shipped_names

    fitting = [name for name in practices if name.partition(".")[2] == word or name.partition(".")[0] == word]
    if len(fitting) == 1:
        return practices[fitting[0]]
    if fitting:
        raise UserError(f"'{word}' is not clear; there are {', '.join(fitting)}")
    known = [*practices, *tools, *shipped_names(), *crosswalk_names()]
    hint = did_you_mean(word, known) or "; see assessor practices, assessor tools, assessor rubrics"
    raise UserError(f"no practice, tool, rubric or crosswalk '{word}'{hint}")
