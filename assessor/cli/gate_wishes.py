"""What the command line of `gate` and its like asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.cli.scope import NO_WISHES, ScopeWishes
from assessor.snapshot.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from assessor.policy.model import Gate


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    target: str
    options: Gate
    ref: str | None = None
    policy: str = ""
    baseline: str = ""
    since: str = ""
    quiet: bool = False
    limits: Limits = DEFAULT_LIMITS
    scope: ScopeWishes = NO_WISHES
    config: str = ""
    """A configuration from outside."""
    by_units: bool = True
    """Where the configuration or an option asks for units, each is judged for itself."""
    needs_conditions: bool = True
    """False for a command that only wants the state: no condition and no baseline is asked for."""
