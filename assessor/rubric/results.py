"""What became of the items of a rubric."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from assessor.rubric.model import Item


class Status(StrEnum):
    """What became of one item."""

    MET = "met"
    PARTIAL = "partial"
    """A part of its points is earned."""
    UNMET = "unmet"
    UNKNOWN = "unknown"
    """What could show it was unreadable."""
    NOT_APPLICABLE = "not_applicable"
    ATTESTED = "attested"
    """Somebody stated it."""
    ATTESTABLE = "attestable"
    """No repository can show it, and nobody stated it."""

    @property
    def holds(self) -> bool:
        return self in (Status.MET, Status.ATTESTED)

    @property
    def counts(self) -> bool:
        return self not in (Status.NOT_APPLICABLE, Status.ATTESTABLE)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item and what became of it. For a weakness (`item.lack`), `met` means that it is overcome.

    `points` are earned, `possible` would be if all that is unknown held and all that can be stated were; both are 0 where
    the model counts no points. `near` says how much of what it asks is there, 0 to 1.
    """

    item: Item
    level: int
    status: Status
    section: str = ""
    points: float = 0.0
    possible: float = 0.0
    near: float = field(default=0.0, compare=False)

    @property
    def counts(self) -> bool:
        """It takes part in reaching the level, where items stand in levels."""
        return self.status.counts and not self.item.lack

    @property
    def applies(self) -> bool:
        """It takes part where points are counted."""
        return self.status is not Status.NOT_APPLICABLE and not self.item.lack
