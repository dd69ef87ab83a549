"""Tables that say which practices support a control of a framework that is no maturity model. Pure.

They never say that a control is met: a repository gives evidence for a file that people write, sign and answer for. Each
control stands in its table, also those about which a repository can say nothing: what they need is to be stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from assessor.catalog.loading import Value
from assessor.findings import Finding, Rung
from assessor.rubric.model import AtRung, Expression, Identifier, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Control(Value):
    """One control in our words. `supports` are practices at the rung from which on they give evidence for it; `attest` is
    what people have to state whatever the repository shows."""

    id: Identifier
    control: Annotated[str, Field(min_length=2)]
    """Its number in the framework."""
    text: Annotated[str, Field(min_length=8)]
    supports: tuple[Expression, ...] = ()
    attest: Annotated[str, Field(min_length=8)]
    note: str = ""

    @model_validator(mode="after")
    def _practices_only(self) -> Control:
        if any(not isinstance(leaf, AtRung) for entry in self.supports for leaf in leaves(entry)):
            raise ValueError("'supports' lists practices with their rungs; what people state stands in 'attest'")
        return self

    @property
    def is_observable(self) -> bool:
        """A repository can show something of it."""
        return bool(self.supports)

    @property
    def practices(self) -> tuple[AtRung, ...]:
        """Each practice that supports it, with its rung."""
        return tuple(leaf for entry in self.supports for leaf in leaves(entry) if isinstance(leaf, AtRung))


class Group(Value):
    """Controls that the framework holds together."""

    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    controls: Annotated[tuple[Control, ...], Field(min_length=1)]


class Crosswalk(Value):
    """A framework's controls and what supports them."""

    kind: Literal["crosswalk"]
    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    edition: str
    source: str
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    licence: str = ""
    about: str = ""
    scope: str = ""
    """Whom the framework binds and from when on, as far as it is known."""
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]

    @property
    def controls(self) -> tuple[Control, ...]:
        return tuple(control for group in self.groups for control in group.controls)


class Support(StrEnum):
    """How far the findings support a control. None of these says that it is met."""

    SUPPORTED = "supported"
    """All practices that can give evidence do."""
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"
    """What could give evidence was unreadable."""
    NOT_APPLICABLE = "not_applicable"
    """No practice that could give evidence applies to this repository."""
    ATTEST = "attest"
    """No repository can give evidence; people have to state it."""


@dataclass(frozen=True, slots=True)
class ControlResult:
    """One control: how far it is supported, and by which practices, at the rungs that they have."""

    control: Control
    support: Support
    by: tuple[tuple[str, Rung], ...] = ()


def supported(crosswalk: Crosswalk, findings: Mapping[str, Finding]) -> tuple[ControlResult, ...]:
    """What the findings say about each control, in the order of the table."""
    return tuple(_result(control, findings) for control in crosswalk.controls)


def _result(control: Control, findings: Mapping[str, Finding]) -> ControlResult:
    from assessor.rubric.results import Status
    from assessor.rubric.scoring import evaluate

    if not control.supports:
        return ControlResult(control, Support.ATTEST)
    statuses = [evaluate(entry, findings, {}) for entry in control.supports]
    counting = [status for status in statuses if status.counts]
    met = counting.count(Status.MET)
    if not counting:
        support = Support.NOT_APPLICABLE
    elif met == len(counting):
        support = Support.SUPPORTED
    elif met:
        support = Support.PARTLY
    else:
        support = Support.UNKNOWN if Status.UNKNOWN in counting else Support.UNSUPPORTED
    return ControlResult(control, support, tuple(_showing(control, findings)))


def _showing(control: Control, findings: Mapping[str, Finding]) -> Iterator[tuple[str, Rung]]:
    for name in dict.fromkeys(demand.practice for demand in control.practices):
        wanted = min(Rung(demand.rung).height for demand in control.practices if demand.practice == name)
        finding = findings.get(name)
        if finding is not None and finding.rung.height >= wanted:
            yield name, finding.rung


def crosswalk_mistakes(crosswalk: Crosswalk) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What only the whole shows to be wrong, as (keys that lead to the place in the file, message)."""
    seen: set[str] = set()
    for number, group in enumerate(crosswalk.groups):
        for position, control in enumerate(group.controls):
            for key, name in (("id", control.id), ("control", control.control)):
                if f"{key} {name}" in seen:
                    yield ("groups", number, "controls", position, key), f"the {key} '{name}' stands twice"
                seen.add(f"{key} {name}")
