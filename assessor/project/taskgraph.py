"""The kinds of Taskgraph as one pipeline: what a task waits for runs whenever that task does.

A decision task, which `.taskcluster.yml` makes of each event, makes all tasks that the event asks for, and those that they
wait for. A task that no event asks for and that none waits for is made by a person's action only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assessor.facts.workflow import Job, Trigger, Workflow
from assessor.project.gitlab_includes import Pipeline
from assessor.readers.ci.job_order import needs_first
from assessor.readers.ci.taskgraph import PROVIDER

_MAX_JOBS = 3_000


def joined_kinds(found: Sequence[tuple[str, Workflow]]) -> tuple[str, Pipeline] | None:
    """The file that stands for all kinds, and their tasks as one pipeline; None where there are none, or where no file of
    Taskcluster makes a decision task."""
    kinds = [(path, workflow) for path, workflow in found if workflow.provider == PROVIDER]
    if not kinds or not any(workflow.provider == "taskcluster" for _, workflow in found):
        return None
    jobs: dict[str, Job] = {}
    paths: dict[str, str] = {}
    of_kind: dict[str, list[str]] = defaultdict(list)
    for path, workflow in kinds:
        for job in workflow.jobs[: _MAX_JOBS - len(jobs)] if len(jobs) < _MAX_JOBS else ():
            if job.id not in jobs:
                jobs[job.id], paths[job.id] = job, path
                of_kind[workflow.name].append(job.id)
    placed = {name: replace(job, needs=tuple(_needs(job, jobs, of_kind))) for name, job in jobs.items()}
    triggered = _triggered(placed)
    own = tuple(dict.fromkeys(trigger for job in triggered for trigger in job.triggers or ()))
    path, first = kinds[0]
    return path, Pipeline(replace(first, name="taskgraph", triggers=own, jobs=triggered), paths)


def _needs(job: Job, jobs: Mapping[str, Job], of_kind: Mapping[str, Sequence[str]]) -> dict[str, None]:
    found: dict[str, None] = {}
    for need in job.needs:
        several = of_kind.get(need.removesuffix("/*"), ()) if need.endswith("/*") else [need]
        found |= dict.fromkeys(name for name in several if name in jobs and name != job.id)
    return found


def _triggered(jobs: Mapping[str, Job]) -> tuple[Job, ...]:
    """The tasks with the events that ask for them or for what waits for them."""
    events = {name: dict.fromkeys(job.triggers or ()) for name, job in jobs.items()}
    for job in reversed(needs_first(list(jobs.values()), jobs)):
        for need in job.needs:
            events[need] |= events[job.id]
    by_person = {name: (Trigger("manual", job.line),) for name, job in jobs.items()}
    return tuple(replace(job, triggers=tuple(events[name]) or by_person[name]) for name, job in jobs.items())
