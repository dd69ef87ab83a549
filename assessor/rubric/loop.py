"""The loop of the life cycle: which station carries its result to the next one by itself, and where a person does. Pure.

A result is carried over where both stations are automated and one workflow, DAG or deployment reaches both, or where an
event (the end of another workflow, a webhook, a message) starts the later one. Else a person carries it, and the first
such place is where the loop breaks. The stations are data: `loop.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from assessor.catalog.loading import Source, Value, load_value
from assessor.catalog.practices import PracticeId
from assessor.findings import Evidence, Finding, Rung

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


REASONS = {
    "unreadable": "what could show it was unreadable",
    "missing": "nothing shows that {done}",
    "shared": "{run} reaches both",
    "event": "an event starts it: {place}",
    "schedule": "the calendar starts it, whatever happened before: {place}",
    "by_hand": "{done} only when a person starts it",
    "apart": "{earlier} ends there and {later} knows nothing of it",
}
"""Why a result is carried over in a certain way, by the key under which reports translate it (`loop.why`)."""


class Station(Value):
    """One station of `loop.yaml`."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: str
    done: str
    shows: Annotated[tuple[PracticeId, ...], Field(min_length=1)]


class Carrier(StrEnum):
    """Who carries a result from one station to the next."""

    PIPELINE = "pipeline"
    """One workflow, DAG or deployment reaches both."""
    EVENT = "event"
    """Something that happened starts the later one."""
    SCHEDULE = "schedule"
    """The calendar starts the later one, whatever happened."""
    PERSON = "person"
    NOBODY = "nobody"
    """One of the two stations is not there."""
    UNKNOWN = "unknown"
    """What could show one of the two was unreadable."""

    @property
    def is_automatic(self) -> bool:
        return self in (Carrier.PIPELINE, Carrier.EVENT, Carrier.SCHEDULE)


@dataclass(frozen=True, slots=True)
class StationState:
    """A station, the rung that it has, and the practice and proof that show it."""

    station: Station
    rung: Rung
    practice: str
    proof: Evidence | None = None
    automated: tuple[Evidence, ...] = ()
    """The proofs of all its practices that nobody has to start."""

    @property
    def is_there(self) -> bool:
        return self.rung.height >= Rung.USED.height


@dataclass(frozen=True, slots=True)
class Handover:
    """From one station to the next: who carries the result, and why we say so; `proofs` are those of both sides."""

    start: StationState
    end: StationState
    by: Carrier
    why: str
    """A key of REASONS."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the reason has filled in."""
    proofs: tuple[Evidence, ...] = ()

    @property
    def reason(self) -> str:
        """Why, as an English sentence."""
        return REASONS[self.why].format_map(self.values)

    @property
    def name(self) -> str:
        return f"{self.start.station.title} → {self.end.station.title}"


@dataclass(frozen=True, slots=True)
class Loop:
    """All stations, and the hand-overs between those that apply to the repository."""

    stations: tuple[StationState, ...]
    handovers: tuple[Handover, ...]

    @property
    def first_break(self) -> Handover | None:
        """The first hand-over that no automation makes."""
        return next((entry for entry in self.handovers if not entry.by.is_automatic), None)

    @property
    def manual(self) -> tuple[Handover, ...]:
        """The hand-overs that a person makes between two stations that are there."""
        return tuple(entry for entry in self.handovers if entry.by is Carrier.PERSON)


@cache
def load_stations() -> tuple[Station, ...]:
    """The stations in order. Raises DataError for a mistake in the file."""
    text = files("assessor.rubric").joinpath("loop.yaml").read_text("utf-8")
    found: tuple[Station, ...] = load_value(Source("loop.yaml", text), tuple[Station, ...], is_shipped=True)
    return found


def find_loop(findings: Mapping[str, Finding]) -> Loop:
    """The loop as the findings show it. A station that does not apply is passed over."""
    states = tuple(_state(station, findings) for station in load_stations())
    there = [state for state in states if state.rung is not Rung.NOT_APPLICABLE]
    return Loop(states, tuple(_handover(start, end) for start, end in pairwise(there)))


def _state(station: Station, findings: Mapping[str, Finding]) -> StationState:
    known = [findings[name] for name in station.shows if name in findings]
    best = max(known, key=lambda finding: finding.rung.height, default=None)
    if best is None:
        return StationState(station, Rung.UNKNOWN, station.shows[0])
    automated = tuple(e for finding in known for e in finding.evidence if e.route and e.rung.height >= _AUTOMATED)
    rung = best.rung if best.rung.height >= 0 else _beside(known)
    proof = best.evidence[0] if best.evidence else None
    return StationState(station, rung, best.practice, proof, automated)


_AUTOMATED = Rung.AUTOMATED.height


def _beside(known: Sequence[Finding]) -> Rung:
    """Of several that are no rung, unknown says more than not applicable."""
    return Rung.UNKNOWN if any(finding.rung is Rung.UNKNOWN for finding in known) else Rung.NOT_APPLICABLE


def _handover(start: StationState, end: StationState) -> Handover:
    if Rung.UNKNOWN in (start.rung, end.rung):
        return Handover(start, end, Carrier.UNKNOWN, "unreadable")
    if not (start.is_there and end.is_there):
        missing = end if start.is_there else start
        return Handover(start, end, Carrier.NOBODY, "missing", {"done": missing.station.done})
    pair = next(_shared(start.automated, end.automated), None)
    if pair:
        run, earlier, later = pair
        return Handover(start, end, Carrier.PIPELINE, "shared", {"run": run}, (earlier, later))
    return _started(start, end)


def _started(start: StationState, end: StationState) -> Handover:
    """The two stations have no run in common: what starts the later one?"""
    for carrier, kinds in _STARTS:
        for proof in end.automated:
            if not kinds.isdisjoint(proof.route[0].triggers):
                return Handover(start, end, carrier, carrier.value, {"place": str(proof.route[0].place)}, (proof,))
    hand = next((state for state in (start, end) if not state.automated), None)
    if hand:
        return Handover(start, end, Carrier.PERSON, "by_hand", {"done": hand.station.done})
    earlier, later = start.automated[0], end.automated[0]
    values = {"earlier": earlier.route[0].place.path, "later": later.route[0].place.path}
    return Handover(start, end, Carrier.PERSON, "apart", values, (earlier, later))


_STARTS = (
    (Carrier.EVENT, frozenset({"workflow_run", "event", "webhook", "repository_dispatch", "pipeline"})),
    (Carrier.SCHEDULE, frozenset({"schedule"})),
)
"""Kinds of trigger by what they carry; the words that a report shows for them decide nothing."""


def _shared(earlier: Sequence[Evidence], later: Sequence[Evidence]) -> Iterator[tuple[str, Evidence, Evidence]]:
    """Workflows, DAGs and deployments that reach a proof of both, with the two proofs."""
    for end in later:
        for start in earlier:
            common = [run for run in runs_of(end) if run in runs_of(start)]
            if common:
                yield common[0], start, end


def runs_of(proof: Evidence) -> tuple[str, ...]:
    """The files whose runs reach a proof; of its route alone where the scanner told no others."""
    return proof.runs or ((proof.route[0].place.path,) if proof.route else ())
