"""What ends a program of R under a condition, and of what the condition speaks: a figure of a model, or rows of data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.project_files import STOPPED, SourceCall
from assessor.hits.scene import Scene
from assessor.lifecycle.matter import has_matter
from assessor.project.model import ProjectFile, Role

_NAME = re.compile(r"[A-Za-z][\w.]*")
_SIZES = re.compile(r"[<>]")
_ASKS_OF_ROWS = re.compile(r"(?<![\w.])(?:names|colnames|is\.na|anyNA|duplicated|anyDuplicated|complete\.cases)[ ]?\(")
_ASKS_OF_A_COLUMN = re.compile(r"(?:\$|\[\[\"?)[A-Za-z][\w.]*(?:\"?\]\])?[ ]?(?:[<>]|[=!]=|%in%)")


def stops_by_figures(scene: Scene) -> Iterator[tuple[ProjectFile, SourceCall, str]]:
    """(file, stop, name of the figure) where a figure of a model is set against a limit."""
    for file, stop in _stops(scene):
        figure = next((name for name in _NAME.findall(stop.arguments) if speaks_of("compared_quality", name)), "")
        if figure and _SIZES.search(stop.arguments) and not _looks_at_rows(stop):
            yield file, stop, figure


def stops_by_rows(scene: Scene) -> Iterator[tuple[ProjectFile, SourceCall]]:
    """(file, stop) where columns, gaps or values of a table decide."""
    for file, stop in _stops(scene):
        if _looks_at_rows(stop):
            yield file, stop


def _stops(scene: Scene) -> Iterator[tuple[ProjectFile, SourceCall]]:
    if has_matter(scene):
        for file, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
            yield from ((file, call) for call in calls if call.name == STOPPED)


def _looks_at_rows(stop: SourceCall) -> bool:
    return bool(_ASKS_OF_ROWS.search(stop.arguments) or _ASKS_OF_A_COLUMN.search(stop.arguments))
