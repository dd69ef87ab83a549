"""The automation graph: from every trigger through jobs, commands, targets, scripts and stages to Python functions.

It answers for a command or a function: which runs reach it, by which route, at which step, whether its failure fails
the run, and whether only a test starts it. A route ends at its first broken hop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from assessor.facts.commands import Command
from assessor.facts.place import BlindSpot, Place
from assessor.facts.python import Call
from assessor.facts.workflow import AUTOMATIC, LIBRARY
from assessor.findings import Hop
from assessor.project.arrivals import Arrival, Reach, Site
from assessor.project.closure import Closure
from assessor.project.environment import Environment
from assessor.project.idleness import is_idle
from assessor.project.invocations import interpret
from assessor.project.model import Project, ProjectFile, Role
from assessor.project.modules import Modules, ScopeKey
from assessor.project.pulls import pulls
from assessor.project.runs import Run, workflow_runs
from assessor.project.started_calls import commands_started
from assessor.project.starts import Start, code_starts, deployment_starts, named_task_starts, resource_starts
from assessor.project.unread import unread_automation
from assessor.project.walk import Walk


class Automation:
    """Built once per project. `runs` are all active jobs and other starts by key, `reach` is what they reach."""

    def __init__(self, project: Project, modules: Modules) -> None:
        self.project = project
        self.runs: dict[str, Run] = {}
        self._walk = Walk(project, modules)
        blind: list[BlindSpot] = []
        for run in workflow_runs(project, blind):
            self.runs[run.key] = run
            self._walk.job(run)
        self.blind_spots = (*blind, *unread_automation(project, self.runs.values()))
        """Where ways end that lead outside of the repository, or that are too many."""
        bundles = self._walk.stacks.bundles
        bundles.note_deployed(self._walk.reach.sites)
        for start in pulls(project):
            self._started(start)
        for start in (
            *code_starts(project, modules),
            *named_task_starts(project, modules),
            *deployment_starts(project),
            *resource_starts(project, modules, bundles, frozenset(self._walk.reach.files)),
        ):
            self._started(start)

    def let_go(self) -> None:
        """Open the circles of what follows the walk and holds it; nothing can be asked any more."""
        self._walk.let_go()

    def _started(self, start: Start) -> None:
        self.runs[start.run.key] = start.run
        self._walk.start(start)

    @property
    def reach(self) -> Reach:
        return self._walk.reach

    @property
    def test_files(self) -> list[str]:
        """Modules in which pytest or unittest collects tests or fixtures."""
        return self._walk.tests.files

    @property
    def idle_tests(self) -> frozenset[str]:
        """Those of them whose tests never run, whoever starts them."""
        return self._walk.tests.idle

    def is_own_program(self, name: str) -> bool:
        """A package of this repository installs a program of that name."""
        return self._walk.is_own_program(name)

    def started_file(self, site: Site) -> str | None:
        """The script or module of this repository that a command starts; None where it starts none."""
        return self._walk.started_file(site)

    @cached_property
    def _by_scope(self) -> Mapping[ScopeKey, list[tuple[Closure, Arrival]]]:
        found: dict[ScopeKey, list[tuple[Closure, Arrival]]] = defaultdict(list)
        for closure, arrival in self.reach.closures:
            left_out = closure.compiled if self.reach.only_compiles(closure, arrival) else ()
            for scope in closure.reached:
                if scope not in left_out:
                    found[scope].append((closure, arrival))
        return found

    def compilations(self) -> Iterator[tuple[Place, Call, Arrival]]:
        """Every call by which a run compiles a pipeline, with the way to it."""
        for closure, arrival in self.reach.closures:
            for (path, number), call in self._walk.submissions.writes(closure):
                way = self._walk.scope_arrival((path, number), closure, arrival, call.line)
                yield Place(path, call.line), call, way

    def arrivals(self, path: str, scope: int, call: Call | None = None, *, by_request: bool = True) -> list[Arrival]:
        """Every way that some run reaches a function, or the call in it if its conditions allow it; without `by_request`
        only those that no request to a started service has to open."""
        key = (path, scope)
        return [
            arrival
            for closure, arrival in self._by_scope.get(key, ())
            if (call is None or not call.guards or closure.runs(call))
            and (by_request or not (arrival.by_request or key in closure.requested))
        ]

    def route(self, arrival: Arrival, path: str, scope: int, line: int) -> tuple[Hop, ...]:
        """The route of an arrival at a function down to a line of it."""
        assert arrival.closure is not None
        return self._walk.scope_arrival((path, scope), arrival.closure, arrival, line).route

    @cached_property
    def idle_sites(self) -> tuple[Site, ...]:
        """Commands of scripts, targets, stages, hooks, containers and Python that no run reaches: a person starts them."""
        reached = {site.place for site in self.reach.sites}
        running = frozenset((run.path, run.workflow.line) for run in self.runs.values())
        found = []
        for file in self.project.ordered:
            if file.role is not Role.FIRST_PARTY:
                continue
            commands = [*_commands(file, running), *self._handed_commands(file)]
            for command in commands:
                invocation = interpret(command.argv)
                place = Place(file.path, command.line)
                if invocation and place not in reached and not is_idle(invocation):
                    found.append(Site(command, invocation, place))
        return tuple(found)

    def _handed_commands(self, file: ProjectFile) -> Iterator[Command]:
        """Commands that its Python gives to a first-party function which runs them."""
        for call in file.facts.python.calls if file.facts.python else ():
            yield from self._walk.command_functions.commands(call, file.path)


_CALLED_ALONE = frozenset({"github", "github-action", LIBRARY})
"""Systems that offer a person no way to start what other workflows call."""


_ALONE = Environment(())
"""What stands around a script that nobody in sight starts."""


def _commands(file: ProjectFile, running: frozenset[tuple[str, int]]) -> list[Command]:
    """Every command that a file holds: of targets, scripts, hooks, containers, workflows, and of its Python code. A workflow
    that only triggers start which never fire is started by nobody, and so is a step of what only workflows call."""
    facts = file.facts
    found = [c for target in facts.targets for c in target.commands]
    found += [_ALONE.default(command) for command in facts.script.commands] if facts.script else ()
    found += [c for hook in facts.hooks if not hook.never for c in hook.commands]
    found += facts.dockerfile.entry if facts.dockerfile else ()
    found += [c for service in facts.services for c in service.command]
    for workflow in facts.workflows:
        is_dead = bool(workflow.triggers) and (file.path, workflow.line) not in running
        is_called = workflow.provider in _CALLED_ALONE and {t.kind for t in workflow.triggers} == {"call"}
        if workflow.disabled or is_called or (is_dead and all(t.kind in AUTOMATIC for t in workflow.triggers)):
            continue
        found += [c for job in workflow.jobs if job.is_active for step in job.steps for c in step.commands]
    for call in facts.python.calls if facts.python else ():
        found += commands_started(call, file.path)
    return found
