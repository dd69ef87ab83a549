"""What is read of a repository and how deep, and the systems that are known by their files only, as data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from assessor.catalog.loading import DataError, Source, Value, load_models

Kind = Literal["ci", "orchestrator", "infrastructure", "tasks", "packages", "language", "text"]
BY_CONTENT = "by content"
"""Stands for file names that do not matter."""


class Read(Value):
    """A system, format or language; without `reader` its files are only known by their names."""

    id: Annotated[str, Field(pattern=r"[a-z0-9]+(?:-[a-z0-9]+)*")]
    title: Annotated[str, Field(min_length=1)]
    kind: Kind
    files: Annotated[tuple[Annotated[str, Field(min_length=2)], ...], Field(min_length=1)]
    how: Annotated[str, Field(min_length=4)]
    left: Annotated[str, Field(alias="not")] = ""
    """What of it is not followed."""
    reader: Annotated[str, Field(pattern=r"|[a-z]+\.[a-z_]+")] = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Read:
        if not self.reader and (BY_CONTENT in self.files or self.kind not in ("ci", "orchestrator")):
            raise ValueError("what is not read must be a CI system or orchestrator known by its file names")
        return self


@cache
def load_reads() -> tuple[Read, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in the data."""
    text = files("assessor.catalog").joinpath("reads.yaml").read_text("utf-8")
    found = load_models(Source("reads.yaml", text), Read, is_shipped=True)
    ids = [entry.id for entry in found]
    if len(set(ids)) < len(ids):
        raise DataError("reads.yaml:1: an id stands twice")
    return found


@cache
def unread() -> tuple[Read, ...]:
    """The systems whose files nobody reads."""
    return tuple(entry for entry in load_reads() if not entry.reader)
