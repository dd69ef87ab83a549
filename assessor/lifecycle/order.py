"""What runs before what: arrivals of CI, the positions of checks and gates, and what comes after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.python import Call
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.deploy_hooks import hooked
from assessor.lifecycle.gates import NO_SCOPE, Gate
from assessor.lifecycle.image_pushes import pushing_arrivals
from assessor.lifecycle.local_requests import commands_that_ask, scripts_that_ask
from assessor.lifecycle.model_copies import model_copies
from assessor.lifecycle.outputs import asks_outputs
from assessor.lifecycle.test_cases import TestCase
from assessor.project.arrivals import Arrival, Site
from assessor.project.closure import Closure
from assessor.project.modules import ScopeKey

CI_PROVIDERS_EXCLUDED = frozenset({"code", "resource", "pull"})
"""Providers of runs that are no CI: schedules in code, infrastructure objects."""


def best(arrivals: Iterable[Arrival]) -> Arrival | None:
    """The way that proves most: not only in a test, one whose failure counts, on a change, from a trigger that the
    repository itself names, the shortest, the first."""

    def order(arrival: Arrival) -> tuple[bool, bool, bool, bool, int, str]:
        run = arrival.run
        return (
            arrival.in_test,
            not arrival.fails,
            not run.on_change,
            not run.names_its_trigger,
            arrival.depth,
            run.key,
        )

    return min(arrivals, key=order, default=None)


def run_files(arrivals: Iterable[Arrival]) -> tuple[str, ...]:
    """The files in which the runs of some arrivals are written, sorted."""
    return tuple(sorted({arrival.run.path for arrival in arrivals}))


def ci_arrivals(scene: Scene, path: str, number: int) -> list[Arrival]:
    """Ways by which CI runs a test function on a change."""
    return [
        a
        for a in scene.automation.arrivals(path, number)
        if a.in_test and a.is_automatic and a.run.workflow.provider not in CI_PROVIDERS_EXCLUDED and not a.is_build
    ]


_SHIPPING = ("ci.build", "versioning.releases", "deployment.automation", "deployment.packaging", "experiments.registry")


_OF_ANY_KIND = ("experiments.registry", "deployment.automation")
_BY_A_JOB = dict.fromkeys(_SHIPPING, ("command", "action")) | dict.fromkeys(_OF_ANY_KIND, ("command", "action", "call"))
"""How what ships is told: a build that a script calls ships nothing, a model that it registers is published, and what it
deploys runs."""


@once
def shipping_arrivals(scene: Scene) -> list[Arrival]:
    """Runs' arrivals at what builds, releases or deploys, and at what publishes a model: a registry, a store of packages or
    of versions."""
    hits = [hit for practice in _SHIPPING for hit in scene.hits(practice) if hit.kind in _BY_A_JOB[practice]]
    ways = [*pushing_arrivals(scene), *(way for hit in hits for way in scene.arrivals(hit))]
    pushes = [site for site in scene.automation.reach.sites if _pushes_versions(site)]
    sites = (*model_copies(scene), *pushes)
    ways += [site.arrival for site in sites if site.arrival is not None and site.arrival.is_automatic]
    return [*(way for way in ways if not way.in_test and not way.is_build), *(way for _, way in hooked(scene))]


def _pushes_versions(site: Site) -> bool:
    return matches_any_command(programs().push_versions, site.invocation.words)


Position = tuple[str, int, int]
"""Where something stands in a run: the run's key, the step, and the number of the command in the order of the run."""


def positions(scene: Scene, ways: Iterable[Arrival]) -> set[Position]:
    """Where those of some ways stand whose failure fails their run."""
    reach = scene.automation.reach
    return {(way.run.key, way.step, reach.number(way)) for way in ways if way.stops_run}


def comes_after(scene: Scene, earlier: Iterable[Position], arrival: Arrival) -> bool:
    """It comes after one of the checks at the positions given, so that their failure keeps it away."""
    return any(
        _is_later_in_its_run(scene, position, arrival)
        or is_guarded(arrival, position[0])
        or _follows_workflow(scene, position[0], arrival)
        for position in earlier
    )


def _is_later_in_its_run(scene: Scene, earlier: Position, arrival: Arrival) -> bool:
    """A later step of the job, or a later command of the step, which a failure before it keeps away."""
    key, step, number = earlier
    if key != arrival.run.key or arrival.goes_on_after(step):
        return False
    return step < arrival.step or (step == arrival.step and -1 < number < scene.automation.reach.number(arrival))


def is_guarded(arrival: Arrival, key: str) -> bool:
    """The failure of the run `key`, or of the job that calls the workflow in which `key` stands, holds the run back."""
    return any(key == guard or key.startswith(guard + ">") for guard in arrival.run.guards)


def _follows_workflow(scene: Scene, key: str, arrival: Arrival) -> bool:
    """The run starts when the workflow of the check has ended (workflow_run, pipeline resources)."""
    before = scene.automation.runs.get(key)
    if before is None:
        return False
    for trigger in arrival.run.triggers:
        if trigger.kind not in ("workflow_run", "pipeline") or not (trigger.after_success or arrival.asks_before):
            continue
        names = {before.workflow.name, before.path, before.path.rpartition("/")[2].rpartition(".")[0]}
        if names & set(trigger.sources):
            return True
        # Azure names pipelines on the server: a source that no file here has is one of this repository's other pipelines
        known = {n for r in scene.automation.runs.values() for n in (r.workflow.name, r.path)}
        if (
            trigger.kind == "pipeline"
            and not known & set(trigger.sources)
            and before.path != arrival.run.path
            and before.on_change
        ):
            return True
    return False


def stands_before(scene: Scene, gate: Gate, later: list[Arrival], where: ScopeKey | None = None) -> bool:
    """The gate stops a run, and what `later` arrives at comes after it in the same job or in a job that needs it. `where`
    is the function to which `later` are the ways."""
    if not (gate.stops or gate.tells or _cancels(gate)):
        return False
    own = (gate.file.path, gate.scope)
    ways = scene.automation.reach.files.get(own[0], ()) if gate.scope == NO_SCOPE else scene.automation.arrivals(*own)
    before = [a for a in ways if (a.fails or gate.tells) and not a.in_test]
    if gate.tells:
        return any(asks_outputs(second, first) for first in before for second in later)
    later = [way for way in later if not _starts_after_a_failure(scene, way)]
    return any(
        _is_stopped_by(second, first)
        and not (where and second.closure is first.closure and _has_happened(scene, second, where, gate))
        for first in before
        for second in later
    )


def _has_happened(scene: Scene, way: Arrival, where: ScopeKey, gate: Gate) -> bool:
    """What the way leads to is done when the gate is asked, as the functions call each other."""
    if way.closure is None:
        return False
    own = (gate.file.path, gate.scope)
    return _is_called_before(scene, way.closure, where, own) or _is_done_above(scene, way.closure, where, gate)


def _starts_after_a_failure(scene: Scene, way: Arrival) -> bool:
    """It leads through a task of a DAG that by its rule starts whether or not those before it went well."""
    for hop in way.route:
        for call in _told_when_to_start(scene, hop.place.path):
            rules = [call.keyword(_RULE), *(name.rpartition(".")[2] for name in call.names)]
            if call.line == hop.place.line and any(speaks_of("starts_after_a_failure", str(rule)) for rule in rules):
                return True
    return False


_RULE = "trigger_rule"


@once
def _told_when_to_start(scene: Scene, path: str) -> tuple[Call, ...]:
    """The operators and decorators of a file that are given such a rule; a decorated function is known by its own line."""
    if path not in scene.modules.files:
        return ()
    facts = scene.modules.index(path).facts
    decorated = [replace(call, line=scope.line) for scope in facts.scopes for call in scope.decorators]
    return tuple(call for call in (*facts.calls, *decorated) if call.has_keyword(_RULE))


def _is_stopped_by(later: Arrival, stop: Arrival) -> bool:
    """Where the one fails the other does not happen: it comes later in the same job, or its run waits for that one."""
    if later.run.key != stop.run.key:
        return stop.run.fails and is_guarded(later, stop.run.key)
    if later.step == stop.step:
        return _comes_later(later, stop)
    return later.step > stop.step and not later.goes_on_after(stop.step)


def _is_called_before(scene: Scene, closure: Closure, one: ScopeKey, other: ScopeKey) -> bool:
    """One function calls both, itself or through others, and the first always above the second: `release(); check()`."""
    if one not in closure.reached or other not in closure.reached:
        return False
    ways = [[key for key, _ in closure.trail(scope)] for scope in (one, other)]
    shared = [first for first, second in zip(*ways, strict=False) if first == second]
    if not shared or len(shared) in (len(ways[0]), len(ways[1])):
        return False
    lines = [_calling_lines(scene, shared[-1], way[len(shared)]) for way in ways]
    return all(lines) and max(lines[0]) < min(lines[1])


def _is_done_above(scene: Scene, closure: Closure, one: ScopeKey, gate: Gate) -> bool:
    """The gate's own function calls what leads to the other one, and always above the gate: `keep(model); if weak: raise`."""
    own = (gate.file.path, gate.scope)
    way = [key for key, _ in closure.trail(one)] if one in closure.reached else []
    if own not in way[:-1]:
        return False
    lines = _calling_lines(scene, own, way[way.index(own) + 1])
    return bool(lines) and max(lines) < gate.line


def _calling_lines(scene: Scene, caller: ScopeKey, called: ScopeKey) -> list[int]:
    """The lines on which a function calls another itself; none where it only hands it to a framework, which has its own
    order."""
    path, number = caller
    calls = scene.modules.index(path).calls.get(number, ())
    if scene.modules.index(called[0]).facts.scopes[called[1]].decorators:
        return []
    return [call.line for call in calls if called in scene.modules.targets(call.name, path)]


def _cancels(gate: Gate) -> bool:
    return any(effect.rpartition(".")[2] in ("cancel", "abort", "terminate", "fail") for effect in gate.effects)


def _comes_later(later: Arrival, stop: Arrival) -> bool:
    """Of two ways of one step: where they part, the one goes off below the other; lines of two files say nothing."""
    for one, other in zip(_turns(later), _turns(stop), strict=False):
        if one != other and one.path == other.path:
            return one.line > other.line
        if one != other:
            break
    return True


def _turns(arrival: Arrival) -> list[Place]:
    """The places by which a way goes."""
    return [hop.place for hop in arrival.route]


def is_ci(arrival: Arrival) -> bool:
    return arrival.run.workflow.provider not in CI_PROVIDERS_EXCLUDED


def check_positions(scene: Scene, cases: Iterable[TestCase]) -> set[Position]:
    """Where tests, linters, scanners, evaluations by command and trials stand whose failure fails their run."""
    ways = [way for case in cases for way in ci_arrivals(scene, case.file.path, case.number)]
    ways += [way for hit in _checking(scene) for way in scene.arrivals(hit)]
    ways += [way for _, asking in scripts_that_ask(scene) for way in asking if way.is_automatic]
    ways += [site.arrival for site in commands_that_ask(scene) if site.arrival is not None]
    return positions(scene, ways)


def _checking(scene: Scene) -> Iterator[Hit]:
    """Linters, scanners and evaluations that stand as commands or steps."""
    for practice in ("ci.lint", "ci.types", "ci.security", "testing.model"):
        hits = scene.hits(practice, tests=True)
        yield from (hit for hit in hits if hit.kind in ("command", "action") and not hit.proof.by_the_way)
