"""Rubric and crosswalk files by name or path. Mistakes are told as `file:line: what`, with the nearest valid name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assessor.catalog.loading import DataError, Source, did_you_mean, line_of, load_value
from assessor.catalog.practices import load_practices
from assessor.errors import UserError
from assessor.resources import data_folder
from assessor.rubric.crosswalk import Crosswalk, crosswalk_mistakes
from assessor.rubric.extending import Extension, extended, place_in
from assessor.rubric.model import Rubric, mistakes
from assessor.snapshot.named import named_text

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT = "stages"
"""The rubric that is shown where none is asked for."""
_CROSSWALK = "crosswalk-"
_MAX_CHAIN = 8
"""Rubrics that extend each other."""

_Keys = tuple[str | int, ...]


def parse_rubric(source: Source, folder: Path | None = None, *, is_shipped: bool = False) -> Rubric:
    """Validate a rubric's text. Raises DataError, each line of which begins `file:line:`.

    A rubric that extends another one may name a file in `folder`; without it only shipped rubrics can be extended.
    """
    if "extends:" in source.text:
        return _parse_extension(source, folder, ())
    rubric = load_value(source, Rubric, is_shipped=is_shipped)
    _refuse(source, mistakes(rubric, _dimensions()))
    return rubric


def parse_crosswalk(source: Source, *, is_shipped: bool = False) -> Crosswalk:
    """Validate a crosswalk's text. Raises DataError, each line of which begins `file:line:`."""
    crosswalk = load_value(source, Crosswalk, is_shipped=is_shipped)
    _refuse(source, crosswalk_mistakes(crosswalk))
    return crosswalk


def _dimensions() -> set[str]:
    return {practice.dimension for practice in load_practices()}


def _refuse(source: Source, found: Iterable[tuple[_Keys, str]]) -> None:
    told = [f"{source.name}:{line_of(source, *keys)}: {message}" for keys, message in found]
    if told:
        raise DataError("\n".join(told))


def _parse_extension(source: Source, folder: Path | None, chain: tuple[str, ...]) -> Rubric:
    extension = load_value(source, Extension)
    line = line_of(source, "extends")
    if len(chain) >= _MAX_CHAIN:
        raise DataError(f"{source.name}:{line}: more than {_MAX_CHAIN} rubrics extend each other, perhaps in a ring")
    try:
        base = _base(extension.extends, folder, (*chain, source.name))
    except UserError as error:
        raise DataError(f"{source.name}:{line}: {error}") from error
    rubric = extended(base, extension, source)
    found = mistakes(rubric, _dimensions())
    _refuse(source, ((place_in(rubric, keys, extension) or ("extends",), message) for keys, message in found))
    return rubric


def _base(name: str, folder: Path | None, chain: tuple[str, ...]) -> Rubric:
    """The rubric that another one extends. Raises UserError where there is none, DataError for a mistake in it."""
    if folder is None or not is_path(name):
        return shipped_rubric(name)
    path = folder / name
    source = _read(path)
    if "extends:" in source.text:
        return _parse_extension(source, path.parent, chain)
    return parse_rubric(source, path.parent)


def _stems() -> list[str]:
    return sorted(path.stem for path in data_folder("rubrics").glob("*.yaml"))


def shipped_names() -> tuple[str, ...]:
    """The ids of the rubrics that travel with the package, the default first."""
    names = [name for name in _stems() if not name.startswith(_CROSSWALK)]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT, name)))


def crosswalk_names() -> tuple[str, ...]:
    """The ids of the crosswalks that travel with the package."""
    return tuple(name for name in _stems() if name.startswith(_CROSSWALK))


@cache
def shipped_rubric(name: str) -> Rubric:
    """A rubric that travels with the package. Raises UserError for an unknown name, DataError for a mistake in it."""
    if name not in shipped_names():
        known = ", ".join(shipped_names())
        hint = did_you_mean(name, shipped_names()) or f"; there are {known}, or give a file"
        raise UserError(f"no rubric '{name}'{hint}")
    return parse_rubric(Source.of(data_folder("rubrics") / f"{name}.yaml"), is_shipped=True)


@cache
def shipped_crosswalk(name: str) -> Crosswalk:
    """A crosswalk that travels with the package. Raises UserError for an unknown name, DataError for a mistake in it."""
    if name not in crosswalk_names():
        hint = did_you_mean(name, crosswalk_names()) or f"; there are {', '.join(crosswalk_names())}"
        raise UserError(f"no crosswalk '{name}'{hint}")
    return parse_crosswalk(Source.of(data_folder("rubrics") / f"{name}.yaml"), is_shipped=True)


def _read(path: Path) -> Source:
    """Raises UserError for what is no file or cannot be read."""
    if not path.exists():
        raise UserError(f"no rubric file {path}")
    return Source(str(path), named_text(path))


def read_rubric_file(path: Path) -> Rubric:
    """A rubric from a file of the user's. Raises DataError for what is wrong in it, UserError where there is none."""
    return parse_rubric(_read(path), path.parent)


def read_file(path: Path) -> Rubric | Crosswalk:
    """A rubric or a crosswalk from a file of the user's, by what the file says it is; raises as `read_rubric_file`."""
    source = _read(path)
    if any(line.startswith("kind:") for line in source.text.splitlines()):
        return parse_crosswalk(source)
    return parse_rubric(source, path.parent)


def find_crosswalk(name: str) -> Crosswalk:
    """A crosswalk by its shipped name, with or without `crosswalk-` before it, or from a file where `name` looks like a
    path. Raises UserError or DataError."""
    if is_path(name):
        found = read_file(Path(name))
        if not isinstance(found, Crosswalk):
            raise UserError(f"{name}:1: a rubric, no crosswalk; give it to --rubric")
        return found
    return shipped_crosswalk(name if name.startswith(_CROSSWALK) else _CROSSWALK + name)


def is_path(name: str) -> bool:
    """Whether a name means a file."""
    return "/" in name or name.endswith((".yaml", ".yml"))


def find_rubric(name: str) -> Rubric:
    """A rubric by its shipped name, or from a file where `name` looks like a path. Raises UserError or DataError."""
    if name in shipped_names():
        return shipped_rubric(name)
    if is_path(name) or Path(name).is_file():
        return read_rubric_file(Path(name))
    return shipped_rubric(name)
