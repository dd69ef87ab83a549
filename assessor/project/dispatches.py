"""Workflows that a step of another workflow of the same repository starts: `gh workflow run`, GitHub's API, an action, or an
event that it sends.

Rule: docs.github.com, "Triggering a workflow from a workflow" and "Create a workflow dispatch event". A dispatch to another
repository is none of this one's (`exchanges` tells those).
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assessor.facts.workflow import Step, Workflow


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A step of a workflow starts another one. `is_decided`: only where what ran before it says so."""

    path: str
    workflow: Workflow
    line: int
    is_decided: bool


def dispatches(workflows: Iterable[tuple[str, Workflow]]) -> Mapping[str, list[Dispatch]]:
    """The steps that start a workflow, by its file; jobs that cannot run start none."""
    known = [(path, workflow) for path, workflow in workflows if workflow.provider == "github"]
    files = {name: [path] for path, workflow in known for name in (workflow.name, posixpath.basename(path))}
    for path, workflow in known:
        for event in (event for t in workflow.triggers if t.kind == "repository_dispatch" for event in t.types):
            files.setdefault(_EVENT + event, []).append(path)
    found: dict[str, list[Dispatch]] = defaultdict(list)
    for path, workflow in known:
        for job in workflow.jobs if not workflow.disabled else ():
            for step in job.steps if job.is_active else ():
                for name, under in _named(step):
                    said = f"{job.condition} {step.condition}"
                    is_decided = "outputs." in said or step.on_failure or job.on_failure or bool(under)
                    for other in files.get(name, ()):
                        if other != path:
                            found[other].append(Dispatch(path, workflow, step.line, is_decided))
    return found


def _named(step: Step) -> Iterator[tuple[str, str]]:
    """The names or files of the workflows that a step starts and the events that it sends, with the shell's condition."""
    for command in step.commands:
        if command.argv[:3] == ("gh", "workflow", "run"):
            if name := _target(command.argv[3:]):
                yield name, command.condition
        elif command.argv[:1] in (("curl",), ("gh",)):
            for api in _API.finditer(" ".join(command.argv)):
                yield api[1], command.condition
            for event in _EVENT_TYPE.finditer(" ".join(command.argv)):
                yield _EVENT + event[1], command.condition
    if "workflow-dispatch" in step.uses and _is_here(step.input("repo")):
        yield step.input("workflow"), ""
    if "repository-dispatch" in step.uses and _is_here(step.input("repository")):
        yield _EVENT + step.input("event-type"), ""
    if step.uses.startswith("actions/github-script@") and "createWorkflowDispatch" in step.input("script"):
        for written in _SCRIPTED.finditer(step.input("script")):
            yield written[1], ""


def _target(words: tuple[str, ...]) -> str:
    """The workflow that `gh workflow run` is given; none where it stands in another repository."""
    name, options = "", iter(words)
    for word in options:
        option, sign, value = word.partition("=")
        if option in _TAKE_A_VALUE:
            value = value if sign else next(options, "")
            if option in ("-R", "--repo") and not _is_here(value):
                return ""
        elif not word.startswith("-") and not name:
            name = word
    return name


def _is_here(repository: str) -> bool:
    return not repository or "github.repository" in repository or "GITHUB_REPOSITORY" in repository


_EVENT = "event "
"""Stands before the type of an event, which is no name of a workflow."""
_EVENT_TYPE = re.compile(r"event_type[\\\"']{0,3}\s{0,9}[=:]\s{0,9}[\\\"']{0,3}([\w.-]{1,100})")
_TAKE_A_VALUE = frozenset({"-R", "--repo", "-r", "--ref", "-f", "--raw-field", "-F", "--field"})
_API = re.compile(r"(?:GITHUB_REPOSITORY\}?|github\.repository\s*\}\})/actions/workflows/([\w.-]+)/dispatches")
_SCRIPTED = re.compile(r"workflow_id\s*:\s*[\"']([\w.-]+)[\"']")
