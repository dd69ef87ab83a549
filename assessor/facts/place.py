"""Where something stands in the audited repository, and what could not be read there."""

from __future__ import annotations

from assessor.facts.values import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A path relative to the snapshot's root (with `/`), a line counted from 1 and, where known, the last line."""

    path: str
    line: int = 1
    end_line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What could not be read and why.

    `practices` names the practices that it may hide; empty means that only its dimension of the file is unknown and
    no practice depends on it alone.
    """

    place: Place
    reason: str
    practices: tuple[str, ...] = ()
    alone: bool | None = None
    """Nothing else of the repository carries these practices; None: where no other file of its ending does."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One scalar of a configuration file: its dotted key path (`tool.coverage.report.fail_under`), value and line.

    List items carry their index as a key (`stages.train.deps.0`). Values are text as written, without quotes.
    """

    key: str
    value: str
    line: int
