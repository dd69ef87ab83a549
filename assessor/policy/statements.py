"""Which attestations and waivers hold on a day, and which do not and why. Pure: the day comes from the caller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assessor.findings import Finding, Rung

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from assessor.policy.model import Attestation, Policy, Waiver

WARN_DAYS = 30
"""Days before the end of an attestation or a waiver from which on it is said."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An attestation or a waiver that does not count, and why."""

    kind: str
    subject: str
    reason: str


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
    refused = []
    said: list[Attestation] = []
    accepted: list[Waiver] = []
    for attestation in attestations:
        why = _ended(attestation, day) or _early(attestation, day) or _barred(attestation, policy)
        refused += [Refused("attestation", attestation.subject, why)] if why else []
        said += [] if why else [attestation]
    for waiver in waivers:
        why = _ended(waiver, day) or _not_waivable(waiver, day, policy)
        refused += [Refused("waiver", waiver.subject, why)] if why else []
        accepted += [] if why else [waiver]
    ending = [("attestation", entry.subject, (entry.expires - day).days) for entry in said]
    ending += [("waiver", entry.subject, (entry.expires - day).days) for entry in accepted]
    soon = tuple(entry for entry in ending if entry[2] <= WARN_DAYS)
    return Statements(tuple(said), tuple(accepted), tuple(refused), soon)


def _ended(entry: Attestation | Waiver, day: date) -> str:
    return f"expired on {entry.expires}" if entry.expires < day else ""


def _early(entry: Attestation, day: date) -> str:
    late = entry.when > day + timedelta(days=1)  # somewhere it is tomorrow already
    return f"is dated {entry.when}, after the day of the audit" if late else ""


def _barred(entry: Attestation, policy: Policy | None) -> str:
    barred = policy is not None and entry.practice in policy.no_attestations
    return "the policy lets nobody attest this practice" if barred else ""


def _not_waivable(entry: Waiver, day: date, policy: Policy | None) -> str:
    if policy is None:
        return ""
    if entry.practice in policy.no_waivers:
        return "the policy lets nobody waive this practice"
    if policy.max_waiver_days is not None and (entry.expires - day).days > policy.max_waiver_days:
        return f"lasts until {entry.expires}; the policy allows {policy.max_waiver_days} days"
    return ""


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
