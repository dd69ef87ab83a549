"""Which commands start a container of an image elsewhere, as data in `image_starts.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import Field

from assessor.catalog.loading import Source, Value, load_models
from assessor.catalog.patterns import matches_command
from assessor.catalog.tools import CommandPattern


class ImageStart(Value):
    """One command; see the head of `image_starts.yaml`."""

    commands: tuple[CommandPattern, ...] = Field(min_length=1)
    images: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    behind: bool = False


def parse_image_starts(source: Source) -> tuple[ImageStart, ...]:
    """Validate the text of `image_starts.yaml`. Raises DataError."""
    return load_models(source, ImageStart, is_shipped=True)


@cache
def _by_program() -> dict[str, list[tuple[str, ImageStart]]]:
    text = files("assessor.catalog").joinpath("image_starts.yaml").read_text("utf-8")
    found: dict[str, list[tuple[str, ImageStart]]] = {}
    for entry in parse_image_starts(Source("image_starts.yaml", text)):
        for pattern in entry.commands:
            found.setdefault(pattern.partition(" ")[0], []).append((pattern, entry))
    return found


def image_start(words: tuple[str, ...]) -> ImageStart | None:
    """What is known of a command that starts a container elsewhere; None for others. Raises DataError."""
    for pattern, entry in _by_program().get(words[0], ()) if words else ():
        if matches_command(pattern, words):
            return entry
    return None
