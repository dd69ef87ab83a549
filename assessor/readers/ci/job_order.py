"""What jobs wait for: which of them can run at all, and whose failure holds which of them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from assessor.facts.workflow import Job, Trigger
from assessor.readers.ci.conditions import Known, Situation

_MAX_EDGES = 20_000
"""Pairs of a job and one that it needs, near or far, that are looked at in one file."""

MISSING = "a job needs one that does not exist"
CIRCLE = "its jobs wait for each other"


def after_needs(
    jobs: Sequence[Job], triggers: tuple[Trigger, ...], runs_anyway: Callable[[str], bool]
) -> tuple[Job, ...]:
    """Take from jobs the triggers under which a job that they need is skipped; inactive where none is left.

    `runs_anyway` says of a condition's text that the job does not wait for success (`always()`).
    """
    by_id = {job.id: job for job in jobs}
    done: dict[str, Job] = {}
    for job in needs_first(jobs, by_id):
        needed = [done[name] for name in job.needs if name in done and not runs_anyway(job.condition)]
        own = job.triggers if job.triggers is not None else triggers
        left = tuple(trigger for trigger in own if all(_runs_under(other, trigger) for other in needed))
        is_active = job.is_active and all(other.is_active for other in needed) and (bool(left) or not own)
        done[job.id] = replace(job, triggers=job.triggers if left == own else left, is_active=is_active)
    return tuple(done[job.id] for job in jobs)


def _runs_under(job: Job, trigger: Trigger) -> bool:
    """A push that a job takes from branches or from tags alone counts for a later job that takes both."""
    return job.triggers is None or any(
        other.line == trigger.line and (other.kind == trigger.kind or {other.kind, trigger.kind} == {"push", "tag"})
        for other in job.triggers
    )


def needs_first(jobs: Sequence[Job], by_id: Mapping[str, Job]) -> list[Job]:
    """Jobs in an order in which each stands after those that it needs; circles are cut."""
    order: list[Job] = []
    entered: set[str] = set()
    done: set[str] = set()
    for first in jobs:
        stack = [first.id]
        while stack:
            name = stack[-1]
            if name not in entered:
                entered.add(name)
                stack += [need for need in by_id[name].needs if need in by_id and need not in entered]
                continue
            stack.pop()
            if name not in done:
                done.add(name)
                order.append(by_id[name])
    return order


def wrong_order(jobs: Sequence[Job], also: Iterable[str] = ()) -> str:
    """Why a server refuses the file for what its jobs need; empty where it does not. `also`: names that jobs may need besides
    the ids of the others."""
    by_id = {job.id: job for job in jobs}
    known = {*by_id, *also}
    if any(need not in known for job in jobs for need in job.needs):
        return MISSING
    done: set[str] = set()
    for job in needs_first(jobs, by_id):
        if any(need in by_id and need not in done for need in job.needs):
            return CIRCLE
        done.add(job.id)
    return ""


class Waits:
    """What each job waits for, near and far. Sets of jobs are the bits of a number, by the order of the jobs."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.order = needs_first(jobs, self.jobs)
        self._bit = {job.id: number for number, job in enumerate(self.order)}
        self._ids = [job.id for job in self.order]
        self._far: dict[str, int] = {}
        for job in self.order:
            far = 0
            for need in job.needs:
                if need in self._bit:
                    far |= 1 << self._bit[need] | self._far.get(need, 0)
            self._far[job.id] = far & ~(1 << self._bit[job.id])

    def bits(self, names: Iterable[str]) -> int:
        """The set of these jobs; names of none are left out."""
        return sum(1 << self._bit[name] for name in {*names} if name in self._bit)

    def names(self, bits: int) -> list[str]:
        """The ids of a set, those that are needed last first."""
        found = []
        while bits:
            found.append(self._ids[bits.bit_length() - 1])
            bits ^= 1 << (bits.bit_length() - 1)
        return found

    def far(self, name: str) -> int:
        """All jobs that must have ended before one of this name."""
        return self._far[name]


CanRun = Callable[[Job, Situation], bool]
"""Can the job's own condition hold in a situation?"""


def with_guards(
    jobs: Sequence[Job], runs_anyway: Callable[[str], bool], can_run: CanRun, failed: tuple[str, str, str]
) -> tuple[Job, ...]:
    """Note in `Job.anyway` whose failure does not hold a job back, and in `Job.on_failure` what only runs after one.

    A job is asked whether it can run after each single one that it needs has failed; those between are skipped.
    `failed` are the provider's words for the results of a job: failure, skipped, success.
    """
    waits = Waits(jobs)
    left = _MAX_EDGES
    found: dict[str, Job] = {}
    for job in waits.order:
        if not job.condition or not runs_anyway(job.condition):
            found[job.id] = job
            continue
        far = waits.names(waits.far(job.id))
        left -= len(far) * max(len(job.needs), 1)
        anyway = list(far) if left < 0 else []
        for name in far if left >= 0 else ():
            results = {name: failed[0]}
            for other in job.needs:
                is_skipped = (
                    other in found and waits.far(other) & waits.bits((name,)) and name not in found[other].anyway
                )
                results.setdefault(other, failed[1] if is_skipped else failed[2])
            if can_run(job, after(results, failed)):
                anyway.append(name)
        passed = after(dict.fromkeys(far, failed[2]), failed)
        found[job.id] = replace(job, anyway=tuple(anyway), on_failure=not can_run(job, passed))
    return tuple(found[job.id] for job in jobs)


def after(results: Mapping[str, str], words: tuple[str, str, str]) -> Situation:
    """What conditions find once jobs have ended so: functions of the status, and results by job."""
    has_failed = words[0] in results.values()
    by_name = {name.rpartition(".")[2].lower(): result for name, result in results.items()}

    def look(name: str) -> Known:
        if name.endswith("()"):
            return status(name[:-2], has_failed)
        parts = name.split(".")
        if len(parts) > 2 and parts[-1] in ("result", "conclusion", "outcome") and parts[-2] in by_name:
            return Known((by_name[parts[-2]],))
        return Known()

    return look


def status(function: str, has_failed: bool) -> Known:
    """The value of a function of the status, as GitHub and Azure name them, where nobody cancels."""
    if function in ("success", "succeeded"):
        return Known((not has_failed,))
    if function in ("failure", "failed"):
        return Known((has_failed,))
    if function in ("cancelled", "canceled"):
        return Known((False,))
    return Known((True,)) if function in ("always", "succeededorfailed") else Known()
