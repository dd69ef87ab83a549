"""What a rule or schedule of infrastructure code can start, as data in `objects.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from assessor.catalog.loading import Source, Value, load_models

Part = Literal["started", "orchestrates", "ties"]


class Objects(Value):
    """The kinds of one system; see the head of `objects.yaml`."""

    system: Literal["terraform", "cloudformation"]
    started: tuple[str, ...] = Field(min_length=1)
    orchestrates: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()


def parse_objects(source: Source) -> tuple[Objects, ...]:
    """Validate the text of `objects.yaml`. Raises DataError."""
    return load_models(source, Objects, is_shipped=True)


@cache
def part_of_kind() -> dict[str, Part]:
    """What an object of a kind is for those that start others. Raises DataError for a mistake in the file."""
    text = files("assessor.catalog").joinpath("objects.yaml").read_text("utf-8")
    found: dict[str, Part] = {}
    for entry in parse_objects(Source("objects.yaml", text)):
        found |= dict.fromkeys(entry.started, "started")
        found |= dict.fromkeys(entry.orchestrates, "orchestrates")
        found |= dict.fromkeys(entry.ties, "ties")
    return found
