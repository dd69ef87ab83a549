"""Changes that lift several practices at once (`changes.yaml`), so that a roadmap counts their work once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from assessor.catalog.loading import DataError, Source, Value, line_of, load_value
from assessor.catalog.practices import PracticeId, RungName, practice_rungs


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of work and the rungs that it gives, as (practice, rung)."""

    id: str
    title: str
    why: str
    raises: tuple[tuple[str, RungName], ...]


class _Written(Value):
    title: Annotated[str, Field(min_length=8)]
    why: Annotated[str, Field(min_length=20)]
    raises: Annotated[dict[PracticeId, RungName], Field(min_length=2)]


def parse_changes(source: Source) -> tuple[Change, ...]:
    """Validate a text of changes. Raises DataError: unknown practices and rungs, a rung that stands in two changes."""
    written = load_value(source, dict[str, _Written], is_shipped=True)
    seen: dict[tuple[str, str], str] = {}
    for name, entry in written.items():
        for practice, rung in entry.raises.items():
            wrong = ""
            if rung not in practice_rungs()[practice]:
                wrong = f"'{practice}' defines no rung '{rung}'"
            elif (practice, rung) in seen:
                wrong = f"'{practice}: {rung}' stands in '{seen[practice, rung]}' too"
            if wrong:
                raise DataError(f"{source.name}:{line_of(source, name, 'raises', practice)}: {name}: {wrong}")
            seen[practice, rung] = name
    return tuple(Change(name, entry.title, entry.why, tuple(entry.raises.items())) for name, entry in written.items())


@cache
def load_changes() -> tuple[Change, ...]:
    """The shipped changes in the order of the file."""
    text = files("assessor.rubric").joinpath("changes.yaml").read_text("utf-8")
    return parse_changes(Source("changes.yaml", text))
