"""What to do where a practice could not be judged: make readable what hides it, which no step of the practice does."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from assessor.catalog.loading import Source, Value, load_value


class Remedy(Value):
    """Words of a reason, one of which must stand in it, and what to do then."""

    words: tuple[str, ...]
    do: str


@cache
def remedies() -> tuple[Remedy, ...]:
    """All of them in the order of the file. Raises DataError for a mistake in it."""
    text = files("assessor.policy").joinpath("unknowns.yaml").read_text("utf-8")
    found: tuple[Remedy, ...] = load_value(Source("unknowns.yaml", text), tuple[Remedy, ...], is_shipped=True)
    return found


def remedy_for(reason: str) -> str:
    """What to do about the reason why something could not be judged; empty for one that is not known."""
    return next((entry.do for entry in remedies() if any(word in reason for word in entry.words)), "")
