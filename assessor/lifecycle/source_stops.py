"""What ends a program of R under a condition, and of what the condition speaks: a figure of a model, or rows of data."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.project_files import STOPPED, SourceCall
from assessor.hits.scene import Scene
from assessor.lifecycle.matter import has_matter
from assessor.project.model import ProjectFile, Role

_ASSERTS = ("stopifnot", "assert_that")
_SIZES, _ASKED = "<>", ("<", ">", "==", "!=", "%in%")


def stops_by_figures(scene: Scene) -> Iterator[tuple[ProjectFile, SourceCall, str]]:
    """(file, stop, name of the figure) where a figure of a model is set against a limit."""
    for file, stop in _stops(scene):
        figure = next((name for name in _names(stop.arguments) if speaks_of("compared_quality", name)), "")
        if figure and any(sign in stop.arguments for sign in _SIZES) and not _looks_at_rows(stop):
            yield file, stop, figure


def stops_by_rows(scene: Scene) -> Iterator[tuple[ProjectFile, SourceCall]]:
    """(file, stop) where columns, gaps or values of a table decide."""
    for file, stop in _stops(scene):
        if _looks_at_rows(stop):
            yield file, stop


def _stops(scene: Scene) -> Iterator[tuple[ProjectFile, SourceCall]]:
    if has_matter(scene):
        for file, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
            yield from ((file, call) for call in calls if call.name == STOPPED or call.name.endswith(_ASSERTS))


def _names(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() or letter in "._" else " " for letter in text).split()


def _looks_at_rows(stop: SourceCall) -> bool:
    """It asks for columns, gaps or doubles, or for the values of a column (`rows$age >= 0`)."""
    of_column = "$" in stop.arguments and any(sign in stop.arguments for sign in _ASKED)
    return of_column or speaks_of("asks_of_rows_in_r", stop.arguments)
