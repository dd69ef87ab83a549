"""Automation that is not read: definitions of CI systems without a reader, and what a run calls outside of the repository.

Each is a blind spot. Where no run of the repository does anything that was read, nothing else carries these practices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assessor.catalog.reads import unread
from assessor.catalog.words import speaks_of, speaks_of_any
from assessor.facts.place import BlindSpot, Place
from assessor.facts.workflow import Job
from assessor.project.model import LIVE_ROLES, Project
from assessor.project.path_filters import Glob
from assessor.project.runs import CI_PRACTICES, Run

_STARTS = ("training.schedule", "training.trigger")
_MAX_SPOTS = 20
_NO_CI = frozenset({"code", "resource", "argo", "tekton"})
_REMOTE = re.compile(r"[\w.-]/[\w.-]+/\.(?:github|gitea|forgejo)/workflows/|://|[\w./-]\.ya?ml@\w")


def unread_automation(project: Project, runs: Iterable[Run]) -> tuple[BlindSpot, ...]:
    """The blind spots of a project whose runs are these, in the order of their places."""
    own = [run for run in runs if run.workflow.provider not in _NO_CI]
    nothing_runs = not any(step.commands for run in own for step in run.job.steps)
    found = [*_files(project, nothing_runs), *_calls(own, nothing_runs)]
    return tuple(sorted(found, key=lambda spot: (spot.place, spot.reason)))[:_MAX_SPOTS]


@lru_cache(maxsize=1)
def _globs() -> tuple[tuple[str, tuple[Glob, ...]], ...]:
    return tuple((entry.title, tuple(map(Glob, entry.files))) for entry in unread())


@lru_cache(maxsize=1)
def _may_match() -> re.Pattern[str]:
    """What every path that one of the globs fits has in it."""
    return re.compile("|".join(sorted({re.escape(glob.needle) for _, globs in _globs() for glob in globs})))


def _files(project: Project, alone: bool) -> Iterator[BlindSpot]:
    """One spot for each known system without a reader that has files here."""
    paths = [file.path for file in project.ordered if file.role in LIVE_ROLES and _may_match().search(file.path)]
    for title, globs in _globs():
        path = next((path for path in paths if any(glob.matches(path) for glob in globs)), None)
        if path and not project.files[path].facts.workflows:
            reason = f"{title} is not read: what it runs is not known"
            yield BlindSpot(Place(path), reason, (*CI_PRACTICES, *_STARTS), alone=alone)


def _calls(runs: Iterable[Run], alone: bool) -> Iterator[BlindSpot]:
    """A job that is a workflow, template or file of another repository."""
    seen: set[tuple[str, str]] = set()
    for run in runs:
        for name in _remote(run.job):
            if (run.path, name) not in seen:
                seen.add((run.path, name))
                reason = f"{name[:100]} is not in this repository: what it runs is not known"
                yield BlindSpot(Place(run.path, max(run.job.line, 1)), reason, _hidden(run, name), alone=alone)


def _hidden(run: Run, name: str) -> tuple[str, ...]:
    """What a call of that name may hide. The definitions of a pipeline and of a packaged model would be in this repository.
    What is named for checks does not deploy, and what a person starts checks no change: it may deploy, or run the ML parts."""
    hidden = [practice for practice in CI_PRACTICES if practice not in _DEFINED_HERE]
    if not run.is_automatic:
        hidden = [practice for practice in hidden if practice in _ON_DEMAND]
    words = name.partition("@")[0].rpartition("/")[2]
    if speaks_of("checks_a_change", words) and not speaks_of_any(("deploys", "deploy"), words):
        hidden = [practice for practice in hidden if practice != "deployment.automation"]
    return tuple(hidden)


_DEFINED_HERE = ("deployment.compatibility", "training.symmetry")
_ON_DEMAND = ("ci.pipeline", "ci.ml", "deployment.automation")


def _remote(job: Job) -> Iterator[str]:
    if job.uses and _REMOTE.search(job.uses):
        yield job.uses
    if job.id.startswith("include "):
        yield from (step.uses for step in job.steps if step.uses)
    yield from (
        step.uses for step in job.steps if step.uses and re.search(r"\.ya?ml@\w", step.uses) and "/" not in step.uses
    )
