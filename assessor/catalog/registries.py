"""Registries of packages of other languages than Python's, as data in `registries.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from assessor.catalog.loading import DataError, Source, Value, load_models

SOURCE_CALL = re.compile(r"([a-z]+):([\w@.~/-]+)::([A-Za-z_$][\w$!?]*(?:\.[A-Za-z_$][\w$!?]*)*)")
"""A pattern of calls in its parts: the registry, the package, the last words of the call's dotted name."""


class Registry(Value):
    """One entry; see the head of `registries.yaml`."""

    id: Annotated[str, Field(pattern=r"^[a-z]+$")]
    separator: Literal["/", "."]
    known_by: Literal["loading", "project", "chain"]
    own_names: bool = False
    beside: bool = False


def parse_registries(source: Source) -> Mapping[str, Registry]:
    """Validate the text of `registries.yaml`: the entries by id. Raises DataError, and where an id stands twice."""
    found: dict[str, Registry] = {}
    for entry in load_models(source, Registry, is_shipped=True):
        if entry.id in found:
            raise DataError(f"{source.name}:1: the registry '{entry.id}' stands in two entries")
        found[entry.id] = entry
    return found


@cache
def registries() -> Mapping[str, Registry]:
    """All entries by id. Raises DataError for a mistake in the file."""
    text = files("assessor.catalog").joinpath("registries.yaml").read_text("utf-8")
    return parse_registries(Source("registries.yaml", text))


def source_call(text: str) -> str:
    """The text, if it is a pattern of calls of a registry that is known. Raises ValueError."""
    match = SOURCE_CALL.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is no call with its package and registry (`npm:openai::chat.completions.create`)")
    if match[1] not in registries():
        raise ValueError(f"'{match[1]}' is no registry of `registries.yaml`; one of {', '.join(registries())}")
    return text


@cache
def beside_models() -> frozenset[str]:
    """Registries whose language often stands beside models in another one."""
    return frozenset(entry.id for entry in registries().values() if entry.beside)


@cache
def with_own_names() -> frozenset[str]:
    """Registries whose names alone are none of Python's packages."""
    return frozenset(entry.id for entry in registries().values() if entry.own_names)
