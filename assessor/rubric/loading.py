"""Rubric files by name or path. Mistakes are told as `file:line: what`, with the nearest valid name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from assessor.catalog.loading import DataError, Source, did_you_mean, line_of, load_value
from assessor.catalog.practices import load_practices
from assessor.errors import UserError
from assessor.resources import data_folder
from assessor.rubric.model import Rubric, mistakes

DEFAULT = "stages"
"""The rubric that is shown where none is asked for."""


def parse_rubric(source: Source) -> Rubric:
    """Validate a rubric's text. Raises DataError, each line of which begins `file:line:`."""
    rubric = load_value(source, Rubric)
    dimensions = {practice.dimension for practice in load_practices()}
    told = [f"{source.name}:{line_of(source, *keys)}: {message}" for keys, message in mistakes(rubric, dimensions)]
    if told:
        raise DataError("\n".join(told))
    return rubric


def shipped_names() -> tuple[str, ...]:
    """The ids of the rubrics that travel with the package, the default first."""
    names = sorted(path.stem for path in data_folder("rubrics").glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: (name != DEFAULT, name)))


@cache
def shipped_rubric(name: str) -> Rubric:
    """A rubric that travels with the package. Raises UserError for an unknown name, DataError for a mistake in it."""
    if name not in shipped_names():
        known = ", ".join(shipped_names())
        hint = did_you_mean(name, shipped_names()) or f"; there are {known}, or give a file"
        raise UserError(f"no rubric '{name}'{hint}")
    return parse_rubric(Source.of(data_folder("rubrics") / f"{name}.yaml"))


def read_rubric_file(path: Path) -> Rubric:
    """A rubric from a file of the user's. Raises DataError for what is wrong in it, UserError where there is none."""
    if not path.is_file():
        raise UserError(f"no rubric file {path}")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}:1: cannot be read: {error}") from error
    return parse_rubric(Source(str(path), text))


def find_rubric(name: str) -> Rubric:
    """A rubric by its shipped name, or from a file where `name` looks like a path. Raises UserError or DataError."""
    if name in shipped_names():
        return shipped_rubric(name)
    if "/" in name or name.endswith((".yaml", ".yml")) or Path(name).is_file():
        return read_rubric_file(Path(name))
    return shipped_rubric(name)
