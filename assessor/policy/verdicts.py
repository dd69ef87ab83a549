"""What the gate answers: one verdict for each condition, what stands in its way, and what became different."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assessor.policy.statements import NOTHING_SAID, Statements

if TYPE_CHECKING:
    from collections.abc import Iterable


class Outcome(StrEnum):
    """What became of a condition, worst last."""

    PASSED = "passed"
    ATTESTED = "attested"
    """Passed, but only with what people stated."""
    WAIVED = "waived"
    """Passed, but only since the gap is waived."""
    UNDECIDED = "undecided"
    FAILED = "failed"

    @property
    def lets_pass(self) -> bool:
        return self in (Outcome.PASSED, Outcome.ATTESTED, Outcome.WAIVED)


PASSED, FAILED, UNDECIDED = 0, 1, 4
"""Exit codes of the gate. 2 is wrong use and 3 a bug of ours."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A practice that stands in the way, where, and the step that brings it to `wanted`, the rung that the condition asks."""

    practice: str
    title: str
    rung: str
    wanted: str
    path: str
    line: int
    step: str
    effort: str = ""
    reason: str = ""
    """Why it is unknown, where it is."""
    do: str = ""
    """The step as an imperative of its own."""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.path else "nowhere yet"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition, what was seen, and what stands in the way. `condition` is worded as its option is."""

    condition: str
    outcome: Outcome
    seen: str
    wanted: str = ""
    blockers: tuple[Blocker, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What became different since another state: a practice, a dimension or the level, and the place that did it."""

    subject: str
    before: str
    after: str
    place: str = ""
    is_lower: bool = False


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """What became of several conditions together; failed outweighs undecided."""
    return max(outcomes, key=list(Outcome).index, default=Outcome.PASSED)


def exit_code_of(outcome: Outcome) -> int:
    """The gate's exit code for an outcome."""
    if outcome.lets_pass:
        return PASSED
    return FAILED if outcome is Outcome.FAILED else UNDECIDED


@dataclass(frozen=True, slots=True)
class GateResult:
    """All verdicts and the people's statements that were looked at.

    `compared` names the state that `changes` count from (a revision, a baseline); `hidden` are the practices whose gaps
    `baseline`, a file, knows.
    """

    rubric: str
    verdicts: tuple[Verdict, ...]
    statements: Statements = NOTHING_SAID
    notes: tuple[str, ...] = ()
    compared: str = ""
    changes: tuple[Change, ...] = ()
    baseline: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """It passed and nothing changed: there is nothing to tell anybody."""
        return bool(self.compared) and not self.changes and self.outcome.lets_pass

    @property
    def outcome(self) -> Outcome:
        """The worst of all verdicts; failed outweighs undecided."""
        return worst(verdict.outcome for verdict in self.verdicts)

    @property
    def exit_code(self) -> int:
        return exit_code_of(self.outcome)
