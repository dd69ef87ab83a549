"""`assessor explain`: what a practice, a tool, a model or a word of a report means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli.completion import fitting
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.catalog.practices import Practice
    from assessor.rubric.model import Rubric


def _explainable(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Everything that `explain` knows."""
    return fitting(known_words(), incomplete)


@click.command()
@click.argument("name", shell_complete=_explainable)
def explain(name: str) -> None:
    """Say what NAME means and how it is recognised.

    NAME is a practice, a tool, a maturity model or crosswalk (or the file of one), a level (stages.3), a dimension, a
    rung, the loop of the life cycle or one of its stations, or a profile.
    """
    from assessor.cli.output import print_text

    print_text(explanation(name))


def explanation(name: str) -> str:
    """The text about a word of a report.

    Practices are known by their id, or by its last word where only one has it. Raises UserError for a name that means
    nothing, with the nearest one that does.
    """
    if "/" in name or name.endswith((".yaml", ".yml")):
        return _of_file(name)
    wanted = "_".join(name.strip().lower().split())
    for known in (_of_practice, _of_model, _of_level, _of_word, _of_tool):
        if text := known(wanted):
            return text
    return _practice(_by_last_word(wanted))


def known_words() -> list[str]:
    """All names that `explain` knows, but for file names and titles."""
    from assessor.catalog.practices import load_practices
    from assessor.catalog.tools import load_tools
    from assessor.policy.config import profiles
    from assessor.rubric.loading import crosswalk_names, shipped_names
    from assessor.rubric.loop import load_stations

    practices = load_practices()
    levels = [f"{model.id}.{level.level}" for model in _rubrics() for level in model.levels]
    stations = [station.id for station in load_stations()]
    words = [*dict.fromkeys(p.dimension for p in practices), *_RUNGS, "loop", *stations, *profiles()]
    models = [*shipped_names(), *crosswalk_names()]
    return [*(p.id for p in practices), *(tool.id for tool in load_tools()), *models, *levels, *words]


_RUNGS = ("absent", "declared", "used", "automated", "enforced", "unknown", "not_applicable")


def _of_practice(wanted: str) -> str:
    from assessor.catalog.practices import load_practices

    found = next((practice for practice in load_practices() if practice.id == wanted), None)
    return _practice(found) if found else ""


def _practice(asked: Practice) -> str:
    from assessor.catalog.accuracy import load_accuracy
    from assessor.catalog.tools import load_tools
    from assessor.render.reference import explaining

    return explaining.practice(asked, load_tools(), _rubrics(), load_accuracy().get(asked.id))


def _of_model(wanted: str) -> str:
    """A rubric, or a crosswalk with or without `crosswalk-` before its name."""
    from assessor.render.reference import explaining
    from assessor.rubric.loading import crosswalk_names, shipped_crosswalk, shipped_names, shipped_rubric

    if wanted in shipped_names():
        return explaining.rubric(shipped_rubric(wanted))
    found = next((name for name in crosswalk_names() if wanted in (name, name.removeprefix("crosswalk-"))), "")
    return explaining.crosswalk(shipped_crosswalk(found)) if found else ""


def _of_level(wanted: str) -> str:
    """`stages.3`, `level 3` or `3` (of the default model), or the title of one of its levels. Raises UserError."""
    from assessor.render.reference import words
    from assessor.rubric.loading import DEFAULT, shipped_names, shipped_rubric

    before, _, number = wanted.removeprefix("level_").rpartition(".")
    model = shipped_rubric(before if before in shipped_names() else DEFAULT)
    if before not in ("", *shipped_names()):
        return ""
    titles = {"_".join(level.title.lower().split()): level for level in model.levels}
    asked = titles.get(number) or next(
        (level for level in model.levels if number in (str(level.level), level.id)), None
    )
    if asked:
        return words.level(asked, model)
    if number.isdigit():
        raise UserError(f"{model.id} has no level {number}; its levels are {model.floor} to {model.top}")
    return ""


def _of_word(wanted: str) -> str:
    """A dimension, a rung, the loop or a station of it, or a profile."""
    from assessor.catalog.practices import load_practices
    from assessor.policy.config import profiles
    from assessor.render.reference import words
    from assessor.rubric.loop import load_stations

    practices = load_practices()
    if any(practice.dimension == wanted for practice in practices):
        return words.dimension(wanted, practices, _rubrics())
    if wanted in _RUNGS:
        return words.rung(wanted, practices)
    stations = load_stations()
    if wanted == "loop":
        return words.loop(stations)
    station = next((station for station in stations if wanted in (station.id, "_".join(station.title.split()))), None)
    if station:
        return words.station(station, stations)
    found = profiles().get(wanted) or profiles().get(wanted.replace("_", "-"))
    return words.profile(found) if found else ""


def _of_tool(wanted: str) -> str:
    """A tool by its id or its title."""
    from assessor.catalog.tools import load_tools
    from assessor.render.reference import explaining

    found = [tool for tool in load_tools() if wanted in (tool.id, "_".join(tool.title.lower().split()))]
    return explaining.tool(found[0]) if found else ""


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


def _by_last_word(word: str) -> Practice:
    from assessor.catalog.loading import did_you_mean
    from assessor.catalog.practices import load_practices

    practices = {practice.id: practice for practice in load_practices()}
    fitting = [name for name in practices if name.partition(".")[2] == word]
    if len(fitting) == 1:
        return practices[fitting[0]]
    if fitting:
        raise UserError(f"'{word}' is not clear; there are {', '.join(fitting)}")
    hint = did_you_mean(word, known_words()) or "; see assessor practices, assessor tools, assessor rubrics"
    raise UserError(f"nothing here is called '{word}'{hint}")
