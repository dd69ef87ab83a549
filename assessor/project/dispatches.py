"""Workflows that a step of another workflow of the same repository starts: by a command that names it, GitHub's API, an action,
or an event that it sends.

Rules: docs.github.com, "Triggering a workflow from a workflow" and "Create a workflow dispatch event"; the commands are those
of `named_starts.yaml`. A dispatch to another repository is none of this one's (`exchanges` tells those).
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from assessor.catalog.named_starts import is_this_repository, name_given, named_starts, start_of
from assessor.facts.workflow import Step, Workflow
from assessor.project.invocations import interpret
from assessor.project.told_names import is_open, may_mean


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A step of a workflow starts another one. `is_decided`: only where what ran before it says so."""

    path: str
    workflow: Workflow
    line: int
    is_decided: bool


def dispatches(
    workflows: Iterable[tuple[str, Workflow]], app_of: Callable[[str], str] = lambda _: ""
) -> Mapping[str, list[Dispatch]]:
    """The steps that start a workflow, by its file; jobs that cannot run start none. `app_of` tells the folder of the app in
    which a file defines something: what an app starts under a name that only its deployment knows is its own."""
    named = _Named([(path, workflow) for path, workflow in workflows if workflow.provider in _STARTED], app_of)
    found: dict[str, list[Dispatch]] = defaultdict(list)
    for path, workflow in named.known:
        for job in workflow.jobs if not workflow.disabled else ():
            for step in job.steps if job.is_active else ():
                for other, under in named.started(path, step):
                    said = f"{job.condition} {step.condition}"
                    is_decided = "outputs." in said or step.on_failure or job.on_failure or bool(under)
                    if other != path:
                        found[other].append(Dispatch(path, workflow, step.line, is_decided))
    return found


class _Named:
    """The workflows of a repository by what steps call them."""

    def __init__(self, known: list[tuple[str, Workflow]], app_of: Callable[[str], str]) -> None:
        self.known = known
        self.app_of = app_of
        self.events: dict[str, list[str]] = defaultdict(list)
        for path, workflow in known:
            for event in (event for t in workflow.triggers if t.kind == "repository_dispatch" for event in t.types):
                self.events[event].append(path)

    def started(self, path: str, step: Step) -> Iterator[tuple[str, str]]:
        """The files of the workflows that a step starts, with the shell's condition."""
        for command in step.commands:
            invocation = interpret(command.argv)
            told = start_of(invocation.words) if invocation else None
            if told and told[0].pipelines:
                name = name_given(*told)
                yield from ((other, command.condition) for other in self.called(path, told[0].pipelines, name))
        for name, event, under in _by_interface(step):
            found = self.events.get(event, []) if event else self.called(path, ("github",), name)
            yield from ((other, under) for other in found)

    def called(self, path: str, providers: tuple[str, ...], told: str) -> list[str]:
        """The files of the workflows of a name. Where it is not known, that of the only one of the same app which nothing
        else starts."""
        here = [(p, w) for p, w in self.known if w.provider in providers]
        if told and is_open(told):
            waiting = {p for p, w in here if p != path and self.app_of(p) == self.app_of(path) and _waits(w)}
            return sorted(waiting) if len(waiting) == 1 else []
        last = posixpath.basename(told)
        return [p for p, w in here if told and (may_mean(told, w.name) or posixpath.basename(p) == last)]


def _waits(workflow: Workflow) -> bool:
    """Only a person, or what dispatches it, starts it."""
    return not workflow.disabled and all(t.kind == "manual" for t in workflow.triggers)


def _by_interface(step: Step) -> Iterator[tuple[str, str, str]]:
    """(workflow, event, the shell's condition) of what a step sends GitHub by its interface, or by an action."""
    for command in step.commands:
        if command.argv[:1] in (("curl",), ("gh",)):
            for api in _API.finditer(" ".join(command.argv)):
                yield api[1], "", command.condition
            for event in _EVENT_TYPE.finditer(" ".join(command.argv)):
                yield "", event[1], command.condition
    if "workflow-dispatch" in step.uses and is_this_repository(step.input("repo")):
        yield step.input("workflow"), "", ""
    if "repository-dispatch" in step.uses and is_this_repository(step.input("repository")):
        yield "", step.input("event-type"), ""
    if step.uses.startswith("actions/github-script@") and "createWorkflowDispatch" in step.input("script"):
        for written in _SCRIPTED.finditer(step.input("script")):
            yield written[1], "", ""


_STARTED = frozenset(provider for entry in named_starts() for provider in entry.pipelines)
"""Providers whose workflows can be started by a command."""
_EVENT_TYPE = re.compile(r"event_type[\\\"']{0,3}\s{0,9}[=:]\s{0,9}[\\\"']{0,3}([\w.-]{1,100})")
_API = re.compile(r"(?:GITHUB_REPOSITORY\}?|github\.repository\s*\}\})/actions/workflows/([\w.-]+)/dispatches")
_SCRIPTED = re.compile(r"workflow_id\s*:\s*[\"']([\w.-]+)[\"']")
