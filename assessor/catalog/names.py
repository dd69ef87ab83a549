"""Names that products, CI systems and shells give to things, as data in `names.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field, model_validator

from assessor.catalog.loading import DataError, Source, Value, load_models


class NameList(Value):
    """One list; see the head of `names.yaml`."""

    concept: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    means: str
    names: tuple[str, ...] = Field(min_length=1)
    lower: bool = False

    @model_validator(mode="after")
    def _holds_each_once(self) -> NameList:
        if len(set(self.names)) < len(self.names):
            raise ValueError("a name stands twice")
        if self.lower and any(name != name.lower() for name in self.names):
            raise ValueError("names of any case are written in lower case")
        return self


def parse_names(source: Source) -> Mapping[str, tuple[str, ...]]:
    """Validate the text of `names.yaml`: concept → its names. Raises DataError, and where a concept stands twice."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in load_models(source, NameList, is_shipped=True):
        if entry.concept in found:
            raise DataError(f"{source.name}:1: the concept '{entry.concept}' stands in two entries")
        found[entry.concept] = entry.names
    return found


@cache
def _lists() -> Mapping[str, tuple[str, ...]]:
    return parse_names(Source("names.yaml", files("assessor.catalog").joinpath("names.yaml").read_text("utf-8")))


@cache
def names_of(concept: str) -> frozenset[str]:
    """The names of a concept, in lower case where they may be of any. Raises KeyError for one that is not in the file."""
    return frozenset(_lists()[concept])


@cache
def beginnings(concept: str) -> tuple[str, ...]:
    """The names of a concept for `str.startswith`, in the order of the file."""
    return _lists()[concept]
