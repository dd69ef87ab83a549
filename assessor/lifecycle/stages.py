"""Stages: the steps of pipelines that files define, whatever runs them, and the chains that they make.

A stage is a target, task, environment or stage of any runner (DVC, make, tox, mise …), a command of a script, or a command
of a CI job. Its stations are those of its name, of what its commands start, and of what that reaches; fetching commands
are data work, and a test of the model judges it. An installation or a test of the code alone belongs to no station.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.facts.commands import Command, Target, only_print
from assessor.facts.place import Place
from assessor.facts.python import MAIN, MODULE
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called_from
from assessor.lifecycle.order import ci_arrivals
from assessor.lifecycle.stations import closure_marks, marks, stations_named
from assessor.lifecycle.test_cases import test_cases
from assessor.project.arrivals import Arrival, Site
from assessor.project.invocations import Invocation, interpret
from assessor.project.model import ProjectFile, Role

ML_STATIONS = frozenset({"data", "train", "evaluate", "register", "deploy", "predict"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One named step of a file. `is_live`: what it starts exists, or is no file of this repository."""

    file: ProjectFile
    target: Target
    stations: frozenset[str]
    is_live: bool

    def ways(self, scene: Scene) -> tuple[Arrival, ...]:
        """Every way by which some run starts it."""
        return tuple(scene.automation.reach.targets.get((self.file.path, self.target.line), ()))


@dataclass(frozen=True, slots=True)
class Chain:
    """Several steps one after the other. `title` says whose they are, `names` what they are called."""

    place: Place
    title: str
    names: tuple[str, ...]
    stations: tuple[frozenset[str], ...]
    ways: tuple[Arrival, ...] = ()
    tool: str = ""

    @property
    def reached(self) -> frozenset[str]:
        """The stations of all steps."""
        return frozenset(station for several in self.stations for station in several)

    @property
    def is_pipeline(self) -> bool:
        """Two steps and more, of two stations and more, training among them."""
        marked = [several for several in self.stations if several]
        return len(marked) > 1 and len(self.reached) > 1 and "train" in self.reached


@once
def stages(scene: Scene) -> list[Stage]:
    """The stages of files that are pipelines by themselves: those of DVC."""
    return list(_stages(scene))


def _stages(scene: Scene) -> Iterator[Stage]:
    for file, targets in scene.project.having(lambda f: f.targets):
        for target in targets:
            if target.runner in programs().stage_runners:
                yield Stage(file, target, _stations_of(scene, file, target), _is_live(scene, file, target))


def _stations_of(scene: Scene, file: ProjectFile, target: Target) -> frozenset[str]:
    found = set() if only_print(target.commands) else set(stations_named(target.name))
    for command in target.commands:
        found |= command_stations(scene, command, file.path)
    return frozenset(found & ML_STATIONS)


def command_stations(scene: Scene, command: Command, path: str) -> frozenset[str]:
    """The stations of one command of a file: by its words, and by what the script reaches that it starts."""
    invocation = interpret(command.argv)
    if invocation is None:
        return frozenset()
    if own := _own_stations(invocation.words):
        return own
    found = set(_named(invocation))
    started = scene.automation.started_file(
        Site(command, invocation, Place(path, command.line), cwd=posixpath.dirname(path))
    )
    if started is not None and started in scene.modules.files:
        known = marks(scene)
        starts = [(started, MODULE), (started, MAIN)]
        found |= {mark for key in called_from(scene, starts) for mark in known.get(key, ())}
    return frozenset(found & ML_STATIONS)


@lru_cache(maxsize=8_192)  # few different lines make up most commands of all runs
def _own_stations(line: tuple[str, ...]) -> frozenset[str]:
    """The station of a command that is a step by itself, whatever files the project has: it fetches, or its program trains."""
    if matches_any_command(programs().fetches, line):
        return frozenset({"data"})
    steps = programs().steps_by_words
    return frozenset(name for name, words in steps.items() if matches_any_command(words, line))


def _named(invocation: Invocation) -> frozenset[str]:
    """The stations in the words of a command that starts a script, a module or a target. Options say nothing, nor do files
    that they name: `--baseline limits/baseline.txt` is read, it is not what runs."""
    runs_target = invocation.program in programs().target_runners or invocation.program in programs().stage_runners
    if not (invocation.script or invocation.module or runs_target):
        return frozenset()
    pairs = zip(("", *invocation.arguments), invocation.arguments[:3], strict=False)
    words = [word for before, word in pairs if not (word.startswith("-") or (before.startswith("-") and "/" in word))]
    return stations_named(" ".join([invocation.script, invocation.module, *words]))


def _is_live(scene: Scene, file: ProjectFile, target: Target) -> bool:
    """Some command starts a file that exists, or a program of another kind that does more than print."""
    for command in () if only_print(target.commands) else target.commands:
        invocation = interpret(command.argv)
        if invocation is None:
            continue
        if not (invocation.script or (invocation.program == "python" and invocation.module)):
            return True
        site = Site(command, invocation, Place(file.path, command.line), cwd=posixpath.dirname(file.path))
        if scene.automation.started_file(site) is not None:
            return True
    return False


# ---- chains ----


@once
def chains(scene: Scene) -> list[Chain]:
    """Everything that chains steps of machine learning: targets, scripts and jobs; stages of one file stand in `stages`."""
    return [*_target_chains(scene), *_script_chains(scene), *_job_chains(scene)]


def _target_chains(scene: Scene) -> Iterator[Chain]:
    """A target that needs others, or runs several commands."""
    for file, targets in scene.project.having(lambda f: f.targets, frozenset({Role.FIRST_PARTY})):
        named = {t.name: t for t in targets if t.runner not in programs().stage_runners}
        for target in named.values():
            needed = [named[name] for name in target.needs if name in named]
            own = [(c.text[:40], command_stations(scene, c, file.path)) for c in target.commands]
            steps = [*((t.name, _stations_of(scene, file, t)) for t in needed), *own]
            if len(steps) > 1:
                ways = tuple(scene.automation.reach.targets.get((file.path, target.line), ()))
                yield _chain(file.at(target.line), f"{target.runner} {target.name}", steps, ways)


def _script_chains(scene: Scene) -> Iterator[Chain]:
    for file in scene.project.ordered:
        if file.role is Role.FIRST_PARTY and file.facts.script and len(file.facts.script.commands) > 1:
            commands = file.facts.script.commands
            steps = [(c.text[:40], command_stations(scene, c, file.path)) for c in commands]
            yield _chain(file.at(1), file.path, steps, ())


def _chain(place: Place, title: str, steps: Iterable[tuple[str, frozenset[str]]], ways: tuple[Arrival, ...]) -> Chain:
    marked = [(name, stations) for name, stations in steps if stations]
    return Chain(place, title, tuple(name for name, _ in marked), tuple(several for _, several in marked), ways)


def _job_chains(scene: Scene) -> Iterator[Chain]:
    """The commands of one workflow; its ways are those to what trains."""
    for steps in _commands_of_workflows(scene).values():
        training = next((site for site, several in steps if "train" in several), None)
        if training is None or len({(site.place, site.command.argv) for site, _ in steps}) < 2:
            continue
        ways = tuple(site.arrival for site, _ in steps if site.arrival and site.place == training.place)
        names = tuple(site.command.text[:40] for site, _ in steps)
        yield Chain(training.place, f"{training.place.path}", names, tuple(several for _, several in steps), ways)


def _commands_of_workflows(scene: Scene) -> dict[str, list[tuple[Site, frozenset[str]]]]:
    """The commands of each workflow that belong to a station, jobs of one workflow in one row."""
    started = _stations_started(scene)
    found: dict[str, list[tuple[Site, frozenset[str]]]] = defaultdict(list)
    for site in scene.automation.reach.sites:
        if site.arrival is None or site.arrival.in_test or site.arrival.is_build:
            continue
        stations = started.get((_flow(site.arrival), site.place))
        if stations is not None:
            stations |= _named(site.invocation)
        else:
            stations = _own_stations(site.invocation.words)
        if stations and (kept := stations & ML_STATIONS):
            found[_flow(site.arrival)].append((site, kept))
    return found


def _stations_started(scene: Scene) -> dict[tuple[str, Place], frozenset[str]]:
    """The stations that the command at a place reaches in a workflow; a test of the model there judges it."""
    found: dict[tuple[str, Place], frozenset[str]] = {}
    for closure, arrival in scene.automation.reach.closures:
        idle = scene.automation.reach.only_compiles(closure, arrival) or arrival.by_request
        if not closure.in_test and not arrival.in_test and arrival.hop and not idle:
            key = (_flow(arrival), arrival.hop.place)
            found[key] = found.get(key, frozenset()) | closure_marks(scene, closure)
    for case in test_cases(scene):
        for arrival in ci_arrivals(scene, case.file.path, case.number) if case.tests_model else ():
            if arrival.hop:
                key = (_flow(arrival), arrival.hop.place)
                found[key] = found.get(key, frozenset()) | {"evaluate"}
    return found


def _flow(arrival: Arrival) -> str:
    """Jobs of one workflow that start together."""
    return f"{arrival.run.path}#{arrival.run.triggers[:1]}"
