"""Records as JSON lines: one record a line, in UTF-8, the same bytes for the same records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views.hostile import inert_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel


def line(record: BaseModel) -> str:
    """One record with a line break at the end."""
    return inert_json(record.model_dump_json()) + "\n"


def render(records: Iterable[BaseModel]) -> str:
    """The records, a line each."""
    return "".join(map(line, records))
