"""The ratchet: a baseline keeps what was reached, and a gate with it fails only for what fell since.

Its keys are ids of practices and dimensions, so neither moved lines nor renamed files change them. A baseline can only
improve: writing a lower one needs a reason, which it keeps. Gaps that it knows are hidden, counted and listed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assessor.catalog.loading import DataError, Source, Value, load_value
from assessor.findings import Rung
from assessor.policy.comparing import State, changes_between, told_of
from assessor.policy.model import Day
from assessor.policy.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from assessor.policy.views import Views

DEFAULT_NAME = ".assessor-baseline.json"
MIN_REASON = 8
"""Characters of a reason that says something."""
MAX_CHARACTERS = 1_000_000


class Lowering(Value):
    """A time when the baseline was allowed to fall, why, and what fell."""

    day: Day
    reason: Annotated[str, Field(min_length=MIN_REASON)]
    what: tuple[str, ...]


class Baseline(Value):
    """The file: rungs by practice, levels by dimension, and when it was lowered. Where a practice stands below what a
    model asks, that gap is known: it is hidden for as long as the practice does not fall further."""

    schema_version: Literal["1"] = "1"
    rules: str = ""
    rubric: str
    level: int
    dimensions: dict[str, int | None]
    practices: dict[str, Rung]
    lowered: tuple[Lowering, ...] = ()

    @property
    def state(self) -> State:
        rungs = {name: rung.value for name, rung in self.practices.items()}
        return State(self.rubric, self.level, self.dimensions, rungs, self.rules)


def parse_baseline(source: Source) -> Baseline:
    """A baseline file, which is JSON and so YAML too. Raises DataError, each line of which begins `file:line:`."""
    if len(source.text) > MAX_CHARACTERS:
        raise DataError(f"{source.name}:1: longer than {MAX_CHARACTERS:,} characters")
    return load_value(source, Baseline)


def as_text(baseline: Baseline) -> str:
    """The file's text: sorted, one practice on a line, so that a diff shows what changed."""
    return json.dumps(baseline.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def baseline_of(state: State) -> Baseline:
    """A baseline that keeps a state."""
    return Baseline(
        rules=state.rules,
        rubric=state.rubric,
        level=state.level,
        dimensions=dict(sorted(state.dimensions.items())),
        practices={name: Rung(rung) for name, rung in sorted(state.practices.items())},
    )


def lower_than(old: Baseline, new: Baseline) -> tuple[str, ...]:
    """What `new` keeps less of than `old`, one line each."""
    if old.rubric != new.rubric:
        return (f"rubric: {old.rubric} became {new.rubric}",)
    lines = [f"level: {old.level} became {new.level}"] if new.level < old.level else []
    for name, was in old.dimensions.items():
        now = new.dimensions.get(name)
        if was is not None and (name not in new.dimensions or (now is not None and now < was)):
            lines.append(f"dimension {name}: level {was} became {'nothing' if now is None else now}")
    for name, rung in old.practices.items():
        now_rung = new.practices.get(name)
        if rung.height > 0 and (now_rung is None or now_rung.height < rung.height):
            lines.append(f"{name}: {rung} became {now_rung or 'nothing'}")
    return tuple(lines)


def written_anew(old: Baseline | None, new: Baseline, reason: str, day: date) -> Baseline:
    """The baseline to write: `new` with the history of `old`. Raises ValueError, naming what falls, where something
    falls and no reason is given."""
    if old is None:
        return new
    lower = lower_than(old, new)
    lowered = old.lowered
    if lower:
        if len(reason.strip()) < MIN_REASON:
            raise ValueError("; ".join(lower))
        lowered = (*lowered, Lowering(day=day, reason=reason, what=lower))
    return new.model_copy(update={"lowered": lowered})


def ratchet(baseline: Baseline, name: str, state: State, views: Views) -> Verdict:
    """Failed for what fell, undecided where what was reached cannot be seen any more, passed otherwise.

    A practice that fell may be waived; levels that fell are, where all practices that fell are.
    """
    lower = [change for change in changes_between(baseline.state, state, views.assessment) if change.is_lower]
    fallen = [change.subject for change in lower if change.subject in views.practices]
    standing = [subject for subject in fallen if subject not in views.waived]
    lost = [
        subject
        for subject, rung in baseline.practices.items()
        if rung.height > 0 and state.practices.get(subject) == Rung.UNKNOWN and subject not in views.waived
    ]
    outcome = Outcome.PASSED
    if lower:
        outcome = Outcome.FAILED if standing or not (fallen or lost) else Outcome.WAIVED
    if lost and outcome is not Outcome.FAILED:
        outcome = Outcome.UNDECIDED
    seen = [told_of(lower)] if lower else []
    seen += [f"{subject} was {baseline.practices[subject]} and is unknown" for subject in lost]
    blockers = [views.blocker(subject, baseline.practices[subject].value) for subject in (*standing, *lost)]
    note = ""
    if outcome is Outcome.FAILED and baseline.rules != state.rules:
        note = "the baseline was written by other rules; see what they changed before you write it anew"
    told = "; ".join(seen) or "nothing fell"
    return Verdict(f"baseline {name}", outcome, told, "nothing lower than before", tuple(blockers), note)


def known_gaps(baseline: Baseline, gaps: Iterable[str], state: State) -> tuple[str, ...]:
    """Of today's gaps (practices) those that the baseline knows and that did not get worse."""
    return tuple(
        name
        for name in gaps
        if name in baseline.practices and 0 <= baseline.practices[name].height <= Rung(state.practices[name]).height
    )
