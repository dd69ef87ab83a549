"""What scanners say: evidence on the ladder, near misses, and one finding for each practice. No judging here."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from assessor.facts.place import BlindSpot, Place
from assessor.facts.values import dataclass


class Rung(StrEnum):
    """The evidence ladder, the same for every practice, and two answers that stand beside it."""

    ABSENT = "absent"
    DECLARED = "declared"
    USED = "used"
    AUTOMATED = "automated"
    ENFORCED = "enforced"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"

    @property
    def height(self) -> int:
        """0 for absent to 4 for enforced; -1 for the two answers that are no rung."""
        return _HEIGHTS.get(self.value, -1)


LADDER = (Rung.ABSENT, Rung.DECLARED, Rung.USED, Rung.AUTOMATED, Rung.ENFORCED)
_HEIGHTS = {rung.value: height for height, rung in enumerate(LADDER)}


def numbered(number: int, one: str, many: str) -> str:
    """A number with what it counts: `1 hook runs`, `2 hooks run`."""
    return f"{number:d} {one if number == 1 else many}"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a route: what runs there (`on: push`, `job test`, `make check`) and where that is written.

    `triggers`: the kinds of trigger (facts.workflow.Trigger) that start the run, on the hop that tells them; else empty.
    """

    text: str
    place: Place
    triggers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One proof: the rung it gives, where it stands, which tool of the catalogue, the route and one sentence.

    `route` is the proof behind `automated` and `enforced`: from the trigger to the place, each hop with file and line.
    """

    practice: str
    rung: Rung
    place: Place
    text: str
    tool: str = ""
    route: tuple[Hop, ...] = ()
    runs: tuple[str, ...] = ()
    """Files of all workflows, DAGs and resources whose runs reach the place without a person; sorted."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What looks like the practice and does not count, and why."""

    place: Place
    text: str
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The rating of one practice: its rung, the sentence that says why, and all that speaks for it."""

    practice: str
    rung: Rung
    summary: str
    evidence: tuple[Evidence, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    values: tuple[tuple[str, float], ...] = field(default=())
    """Measured numbers behind the rating (complexity, share of pinned dependencies)."""
