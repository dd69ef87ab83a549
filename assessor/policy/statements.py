"""Which attestations and waivers hold on a day, which do not and why, and what they concern. Pure: the day comes from
the caller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from assessor.findings import Finding, Rung

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from assessor.assessment import PracticeInfo
    from assessor.policy.model import Attestation, Policy, Waiver
    from assessor.rubric.model import Rubric

WARN_DAYS = 30
"""Days before the end of an attestation or a waiver from which on it is said."""


Cause = Literal["expired", "early", "barred", "too_long"]
"""Why a statement does not count: it has ended, it is dated after the day, or the policy refuses it or its length."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An attestation or a waiver that does not count, and why."""

    kind: str
    subject: str
    reason: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Statements:
    """What people said, sorted out for one day."""

    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    refused: tuple[Refused, ...] = ()
    ending: tuple[tuple[str, str, int], ...] = ()
    """(kind, subject, days left) of those that end soon."""

    @property
    def items(self) -> frozenset[str]:
        """`RUBRIC/ITEM` of all items that are attested."""
        return frozenset(entry.item for entry in self.attestations if entry.item)


NOTHING_SAID = Statements()


def on_day(
    attestations: tuple[Attestation, ...], waivers: tuple[Waiver, ...], day: date, policy: Policy | None = None
) -> Statements:
    """Sort out what holds on `day`, within the bounds of `policy`."""
    refused: list[Refused] = []
    said: list[Attestation] = []
    accepted: list[Waiver] = []
    for attestation in attestations:
        wrong = _ended(attestation, day) or _early(attestation, day) or _barred(attestation, policy)
        refused += [Refused("attestation", attestation.subject, wrong[1], wrong[0])] if wrong else []
        said += [] if wrong else [attestation]
    for waiver in waivers:
        wrong = _ended(waiver, day) or _not_waivable(waiver, day, policy)
        refused += [Refused("waiver", waiver.subject, wrong[1], wrong[0])] if wrong else []
        accepted += [] if wrong else [waiver]
    ending = [("attestation", entry.subject, (entry.expires - day).days) for entry in said]
    ending += [("waiver", entry.subject, (entry.expires - day).days) for entry in accepted]
    soon = tuple(entry for entry in ending if entry[2] <= WARN_DAYS)
    return Statements(tuple(said), tuple(accepted), tuple(refused), soon)


_Wrong = tuple[Cause, str] | None


def _ended(entry: Attestation | Waiver, day: date) -> _Wrong:
    return ("expired", f"expired on {entry.expires}") if entry.expires < day else None


def _early(entry: Attestation, day: date) -> _Wrong:
    late = entry.when > day + timedelta(days=1)  # somewhere it is tomorrow already
    return ("early", f"is dated {entry.when}, after the day of the audit") if late else None


def _barred(entry: Attestation, policy: Policy | None) -> _Wrong:
    barred = policy is not None and entry.practice in policy.no_attestations
    return ("barred", "the policy lets nobody attest this practice") if barred else None


def _not_waivable(entry: Waiver, day: date, policy: Policy | None) -> _Wrong:
    if policy is None:
        return None
    if entry.practice in policy.no_waivers:
        return "barred", "the policy lets nobody waive this practice"
    if policy.max_waiver_days is not None and (entry.expires - day).days > policy.max_waiver_days:
        return "too_long", f"lasts until {entry.expires}; the policy allows {policy.max_waiver_days} days"
    return None


def attested(findings: Mapping[str, Finding], attestations: tuple[Attestation, ...]) -> dict[str, Finding]:
    """The findings with each attested practice at the rung that was stated, where that is higher than what was seen.

    What does not apply stays so: nobody can attest what the repository has no use for.
    """
    lifted = dict(findings)
    for entry in attestations:
        finding = lifted.get(entry.practice or "")
        if finding is None or entry.rung is None or finding.rung is Rung.NOT_APPLICABLE:
            continue
        if finding.rung.height < Rung(entry.rung).height:
            lifted[finding.practice] = replace(finding, rung=Rung(entry.rung))
    return lifted


def attested_texts(rubric: Rubric, statements: Statements) -> frozenset[str]:
    """The texts of the `attest` leaves of this rubric's items that are attested."""
    known = rubric.statements()
    return frozenset(text for name in known if f"{rubric.id}/{name}" in statements.items for text in known[name])


def covers(waiver: Waiver, info: PracticeInfo) -> bool:
    """Without a path a waiver covers its practice; with one only where all that the rating rests on lies there."""
    if waiver.path is None:
        return True
    paths = [entry.place.path for entry in info.evidence]
    paths += [miss.place.path for miss in info.near_misses] + [spot.place.path for spot in info.blind_spots]
    return bool(paths) and all(matches(path, waiver.path) for path in paths)


def matches(path: str, pattern: str) -> bool:
    """A glob for the whole path, or a folder that holds it."""
    folder = pattern.rstrip("/")
    return path == folder or path.startswith(f"{folder}/") or fnmatchcase(path, pattern)
