"""GitLab's local includes: the files of one pipeline as one, as the server puts them together before any rule.

Jobs of included files stand in the root's stages beside its own; what a job extends is merged with all its keys wherever
the template stands. Rules: docs.gitlab.com, "include", "extends", "Use extends and include together".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from assessor.facts.workflow import Job, Step, Workflow

_SECTIONS = ("before_script", "script", "after_script")
_DEFAULT_STAGES = ("build", "test", "deploy")
_MAX_FILES = 150
_MAX_JOBS = 2_000
_MANY_JOBS = 300
"""From so many jobs on, each waits for those of the nearest earlier stage alone."""
_MAX_DEPTH = 11
_DECIDING = frozenset({"rules", "only", "except", "when"})

Find = Callable[[str, str], str | None]
"""The file that a name means, as seen from another file; None where it is not here."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The whole pipeline, and the file in which each of its jobs stands."""

    workflow: Workflow
    paths: Mapping[str, str]


def put_together(path: str, workflow: Workflow, by_path: Mapping[str, Workflow], find: Find) -> Pipeline:
    """The pipeline of a root file with all that it includes from this repository."""
    files = list(_files(path, workflow, by_path, find))
    jobs: dict[str, Job] = {}
    paths: dict[str, str] = {}
    for place, each in reversed(files):  # what includes has the word over what is included
        for job in each.jobs[: _MAX_JOBS - len(jobs)] if len(jobs) < _MAX_JOBS else ():
            if not (job.id.startswith("include ") and job.uses):
                jobs[job.id] = job
                paths[job.id] = place
    made = [_extended(job, jobs, paths, 0) for job in jobs.values()]
    stages = next((each.stages for _, each in files if each.stages), _DEFAULT_STAGES)
    env = tuple(pair for _, each in reversed(files) for pair in each.env)
    whole = replace(workflow, jobs=tuple(_staged(made, stages)), env=env)
    return Pipeline(whole, paths)


def _files(
    path: str, workflow: Workflow, by_path: Mapping[str, Workflow], find: Find
) -> Iterator[tuple[str, Workflow]]:
    """The root and what it includes, each once, those that include first."""
    seen = {path}
    waiting = [(path, workflow)]
    while waiting and len(seen) <= _MAX_FILES:
        place, current = waiting.pop(0)
        yield place, current
        for name, _ in current.includes:
            found = find(name, place)
            if found and found not in seen:
                seen.add(found)
                waiting.append((found, by_path[found]))


def _extended(job: Job, jobs: Mapping[str, Job], paths: Mapping[str, str], depth: int) -> Job:
    """A job with the keys of the templates of other files that it extends."""
    if not job.extends or depth > _MAX_DEPTH:
        return job
    parents = [_extended(jobs[name], jobs, paths, depth + 1) for name in job.extends if name in jobs]
    keys = set(job.keys)
    for parent in reversed(parents):  # the last one has the word
        given = set(parent.keys) - keys
        if given & _DECIDING and not keys & _DECIDING:
            job = replace(
                job,
                manual=parent.manual,
                triggers=parent.triggers,
                condition=parent.condition,
                on_failure=parent.on_failure,
                anyway=parent.anyway,
                can_fail=parent.can_fail if "allow_failure" not in keys else job.can_fail,
                is_active=job.is_active and parent.triggers != (),
            )
        elif "allow_failure" in given:
            job = replace(job, can_fail=parent.can_fail)
        job = replace(
            job,
            image=parent.image if "image" in given else job.image,
            environment=parent.environment if "environment" in given else job.environment,
            stage=parent.stage if "stage" in given else job.stage,
            needs=parent.needs if "needs" in given else job.needs,
            env=(*parent.env, *job.env),
        )
        keys |= given
    foreign = tuple(_foreign(job, jobs, paths))
    own = tuple(step for step in job.steps if not step.name.startswith("extends "))
    steps = (*foreign, *own)
    has_work = bool(steps or job.uses) and (job.is_active or not job.id.startswith("."))
    is_active = has_work and job.triggers != () and not job.id.startswith(".")
    return replace(job, steps=steps, keys=tuple(sorted(keys)), is_active=is_active)


def _foreign(job: Job, jobs: Mapping[str, Job], paths: Mapping[str, str]) -> Iterator[Step]:
    """Steps that stand for the sections that the job itself does not have, each of the template that gives it."""
    for section in _SECTIONS:
        name = None if section in job.keys else _giver(job, section, jobs, 0)
        if name:
            inputs = (("extends", name), ("sections", section))
            yield Step(f"extends {name}", job.line, uses=f"{paths[name]}@{name}", inputs=inputs)


def _giver(job: Job, section: str, jobs: Mapping[str, Job], depth: int) -> str | None:
    """The template that has a section, the last one first."""
    for name in reversed(job.extends if depth <= _MAX_DEPTH else ()):
        parent = jobs.get(name)
        if parent is None:
            continue
        if section in parent.keys:
            return name
        found = _giver(parent, section, jobs, depth + 1)
        if found:
            return found
    return None


def _staged(jobs: list[Job], stages: tuple[str, ...]) -> list[Job]:
    """Jobs without `needs` of their own wait for those of the earlier stages, whatever file these stand in."""
    order = {name: number for number, name in enumerate((".pre", *stages, ".post"))}
    blocking = [job for job in jobs if job.is_active and not (job.manual and not job.can_fail)]
    placed = []
    for job in jobs:
        rank = order.get(job.stage, -1)
        needs = job.needs
        if "needs" not in job.keys:
            earlier = [other for other in blocking if -1 < order.get(other.stage, -1) < rank]
            if len(jobs) > _MANY_JOBS and earlier:
                nearest = max(order[other.stage] for other in earlier)
                earlier = [other for other in earlier if order[other.stage] == nearest][:_MANY_JOBS]
            needs = tuple(other.id for other in earlier)
        goes_on = job.anyway and (job.anyway == ("*",) or set(job.anyway) >= set(job.needs))
        placed.append(replace(job, needs=needs, anyway=needs if goes_on else job.anyway))
    return placed
