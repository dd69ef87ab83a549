"""Experiments: tracking, registry, tuning, evaluation, slices."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from functools import partial

from assessor.catalog.traits import persistence_roots
from assessor.catalog.words import speaks_of
from assessor.facts.project_files import MEASURED
from assessor.facts.python import MAIN, Call
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.hits.switched_off import switched_off_roots
from assessor.lifecycle.calls import called_by, called_from, callers, does_nothing
from assessor.lifecycle.choices import is_held_by_choice
from assessor.lifecycle.conditions import decides_over, is_held_back
from assessor.lifecycle.errors import MeasuredError, measured_errors
from assessor.lifecycle.gates import gates
from assessor.lifecycle.judged_answers import judges_of_answers
from assessor.lifecycle.kept_outputs import kept_outputs
from assessor.lifecycle.matter import home_made
from assessor.lifecycle.settled import is_stand_in
from assessor.lifecycle.stages import stages
from assessor.project.arrivals import Arrival
from assessor.project.model import Role
from assessor.scanners import ladder
from assessor.scanners.claims import (
    NONE,
    WITH_TESTS,
    Claim,
    Code,
    Reached,
    Rule,
    Statement,
    Written,
    intended,
    products,
    seen,
)
from assessor.scanners.slices import slices


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the five practices of experiments."""
    return ladder.findings(scene, RULES)


def tracking(scene: Scene) -> Iterator[Statement]:
    """Runs are logged by a tracker."""
    return products(scene, "experiments.tracking")


def registry(scene: Scene) -> Iterator[Statement]:
    """Registered from code is used, by a run automated, and enforced where a gate stands before the registration."""
    practice = "experiments.registry"
    yield from intended(scene, practice)
    for hit in scene.hits(practice):
        yield seen(hit, raised_by=partial(_gated, scene, hit))
        if _is_switched_off(scene, hit):
            yield NearMiss(hit.place, f"{hit.shown} is switched off by the arguments of its run", hit.tool.id)


def _gated(scene: Scene, hit: Hit, _: Sequence[Arrival]) -> str | None:
    behind = is_held_back(scene, hit) or is_held_by_choice(scene, hit)
    behind = behind or any(decides_over(scene, gate, hit) for gate in gates(scene))
    return "only where the evaluation is good enough" if behind else None


def _is_switched_off(scene: Scene, hit: Hit) -> bool:
    """A run reaches the function, but its arguments switch the call off."""
    if hit.call is None:
        return False
    open_ways = {id(a.closure) for a in scene.arrivals(hit)}
    ways = scene.automation.arrivals(hit.file.path, hit.scope)
    return any(id(way.closure) not in open_ways and way.is_automatic for way in ways)


def tuning(scene: Scene) -> Iterator[Statement]:
    """A search in modules is used; in a notebook only, declared."""
    practice = "experiments.tuning"
    yield from products(scene, practice, notebooks=False)
    for hit in scene.hits(practice):
        if hit.in_notebook:
            yield Claim(hit, "a search in a notebook only", hit.tool.id, Rung.DECLARED, counts=NONE, alone=True)


def _keeps(call: Call) -> bool:
    """The call logs or writes results; storing an object by a serialiser keeps the model, not its metrics."""
    return speaks_of("keeps_results", call.name.rpartition(".")[2]) and not call.name.startswith(
        (*persistence_roots(), "torch.save")
    )


def _really_keeps(scene: Scene, call: Call, path: str) -> bool:
    """As `_keeps`, and it is no function of the project's own that does nothing, nor of a product that is switched off or
    that something stands in for."""
    if (
        not _keeps(call)
        or call.name.partition(".")[0] in _off_roots(scene, path)
        or is_stand_in(scene, call.name, path)
    ):
        return False
    return not does_nothing(scene, call.name, path)


@once
def _off_roots(scene: Scene, path: str) -> frozenset[str]:
    return switched_off_roots(scene.modules.index(path).facts)


def evaluation(scene: Scene) -> Iterator[Statement]:
    """Metrics computed in modules and kept (logged or written) are used; in a run, automated; notebooks only, declared."""
    practice = "experiments.evaluation"
    for hit in scene.hits(practice):
        if hit.in_notebook:
            yield Claim(hit, "evaluated in a notebook only", hit.tool.id, Rung.DECLARED, counts=NONE, alone=True)
        elif _keeps_nothing(scene, hit):
            yield NearMiss(hit.place, f"{hit.shown} is computed, no result is kept", hit.tool.id)
        else:
            yield seen(hit)
    yield from _by_arithmetic(scene)
    yield from _in_other_languages(scene)
    yield from _in_notebooks(scene)
    yield from _own_evaluation(scene)
    yield from _own_metrics(scene)
    yield from _of_home_made(scene)
    yield from _by_judges(scene)
    yield from _recorded_tests(scene)
    yield from _stage_metrics(scene)


def _keeps_nothing(scene: Scene, hit: Hit) -> bool:
    """What Python computes there is neither kept by the product itself nor by what is around it."""
    if hit.kind not in ("call", "handed") or hit.proof.records:
        return False
    return not (_is_kept(scene, hit) or _loop_keeps(scene, hit))


def _by_arithmetic(scene: Scene) -> Iterator[Statement]:
    """Figures that the project makes itself of what was predicted and what was true."""
    for error in measured_errors(scene):
        if error.file.role is not Role.FIRST_PARTY:
            continue
        code = Code(error.file, error.scope, error.line)
        if error.file.is_notebook:
            text = "predictions are set against the truth in a notebook only"
            yield Claim(code, text, at_least=Rung.DECLARED, counts=NONE, alone=True)
        elif _is_kept(scene, error):
            yield Claim(code, f"{error.function} sets predictions against the truth and its result is kept")
        else:
            text = f"{error.function} sets predictions against the truth, no result is kept"
            yield NearMiss(error.file.at(error.line), text)


def _in_other_languages(scene: Scene) -> Iterator[Claim]:
    """R and Julia: a figure of what was predicted, in a project that keeps results or the targets of its pipeline."""
    found = list(scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})))
    names = {call.name.rpartition("::")[2] for _, calls in found for call in calls}
    names |= {name.rpartition(".")[2] for name in names}  # Julia's `CSV.write`
    keeps = "_targets.R" in scene.project.files or any(speaks_of("keeps_results", name) for name in names)
    for file, calls in found if keeps else ():
        for call in calls:
            if call.name == MEASURED:
                yield Claim(Written(file, call.line), "predictions are set against the truth and the result is kept")


def _is_kept(scene: Scene, hit: Hit | MeasuredError) -> bool:
    """The file of the metric, a file on the way of a run to it, or a function that calls it logs or writes results."""
    code = hit.file.code
    if code is None or any(_really_keeps(scene, call, hit.file.path) for call in code.calls):
        return True
    arrivals = scene.automation.arrivals(hit.file.path, hit.scope)
    paths = {path for a in arrivals if a.closure for (path, _), _ in a.closure.trail((hit.file.path, hit.scope))}
    if any(_really_keeps(scene, call, path) for path in paths for call in scene.modules.index(path).facts.calls):
        return True
    above = callers(scene, hit.file.path, hit.scope)
    if not kept_outputs(scene).isdisjoint({(hit.file.path, hit.scope), *above}):
        return True
    calls = [(call, path) for path, number in above for call in scene.modules.index(path).calls.get(number, ())]
    return any(_really_keeps(scene, call, path) or _hands_to_keeper(scene, call, path) for call, path in calls)


_HOOKS = ("test_step", "validation_step", "on_test_epoch_end", "on_validation_epoch_end")


def _loop_keeps(scene: Scene, hit: Hit) -> bool:
    """A framework's own loop runs the evaluation: its hooks log what they compute, and a tracker receives it."""
    if hit.call is None or hit.call.name.rpartition(".")[2] not in ("test", "validate"):
        return False
    if not scene.hits("experiments.tracking", notebooks=False):
        return False
    indexes = [(file.path, scene.modules.index(file.path)) for file in scene.project.code_files]
    hooks = [(path, n) for path, index in indexes for n, s in enumerate(index.facts.scopes) if s.name.endswith(_HOOKS)]
    reached = called_from(scene, hooks, depth=2) if hooks else ()
    return any(_keeps(call) for path, number in reached for call in scene.modules.index(path).calls.get(number, ()))


def _hands_to_keeper(scene: Scene, call: Call, path: str) -> bool:
    """A first-party function is given what a call made, and writes or logs."""
    if not call.given:
        return False
    targets = [target for target in scene.modules.targets(call.name, path) if target[1] > MAIN]
    return any(_keeps(inner) for p, n in targets for inner in scene.modules.index(p).calls.get(n, ()))


def _in_notebooks(scene: Scene) -> Iterator[Claim]:
    """A home-made metric that a notebook defines and applies."""
    for file in scene.project.notebooks:
        code = file.code
        for scope in code.scopes if code and file.role is Role.FIRST_PARTY else ():
            last = scope.name.rpartition(".")[2]
            if speaks_of("metric", last) and code and any(c.name.rpartition(".")[2] == last for c in code.calls):
                text = f"{last}() is computed in a notebook only"
                yield Claim(file.at(scope.line), text, at_least=Rung.DECLARED, alone=True)


def _own_evaluation(scene: Scene) -> Iterator[Claim]:
    """A home-made evaluation: a function named so that has arithmetic on predictions and whose file keeps results."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        if not any(_keeps(call) for call in index.facts.calls):
            continue
        for number, scope in enumerate(index.facts.scopes):
            is_named = number > MAIN and not scope.is_stub and speaks_of("evaluates", scope.name.rpartition(".")[2])
            if is_named and (scope.parameters or any(map(_works, index.calls.get(number, ())))):
                yield Claim(Code(file, number, scope.line), f"{scope.name}() evaluates, and its file keeps the results")


_BUILTINS = frozenset(dir(builtins))


def _works(call: Call) -> bool:
    """The call may compute something: it is none of Python's own, nor one that keeps or prints."""
    return call.name not in _BUILTINS and not _keeps(call)


def _own_metrics(scene: Scene) -> Iterator[Claim]:
    """A function of this repository named for a metric is called where the results are then logged or written."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, calls in index.calls.items():
            if not any(_keeps(call) for call in calls):
                continue
            for call in calls:
                last = call.name.rpartition(".")[2]
                if speaks_of("metric", last) and scene.modules.targets(call.name, file.path):
                    text = f"{last}() is computed by own code and its result kept"
                    yield Claim(Code(file, number, call.line), text)
                    break


def _of_home_made(scene: Scene) -> Iterator[Claim]:
    """The evaluation of a home-made model whose result a caller logs or writes."""
    for (path, number), station in sorted(home_made(scene).marks.items()):
        above = called_by(scene).get((path, number), set()) if station == "evaluate" else set()
        if any(_keeps(call) for key in above for call in scene.modules.index(key[0]).calls.get(key[1], ())):
            scope = scene.modules.index(path).facts.scopes[number]
            text = f"{scope.name}() judges a home-made model and its result is kept"
            yield Claim(Code(scene.project.files[path], number, scope.line), text)


def _recorded_tests(scene: Scene) -> Iterator[Claim]:
    """Tests of answers whose outcome a product keeps: they ask the model itself, as evaluations do."""
    for hit in scene.hits("testing.model", tests=True):
        if hit.kind == "decorator" and hit.tool.category == "evaluation":
            ways = tuple(scene.arrivals(hit))
            yield Claim(Reached(hit.place, ways), f"{hit.tool.title}: {hit.proof.text}", hit.tool.id, counts=WITH_TESTS)


def _by_judges(scene: Scene) -> Iterator[Claim]:
    """Language models that judge the answers to cases that are read."""
    for code in judges_of_answers(scene):
        name = code.file.code.scopes[code.scope].name if code.file.code else ""
        yield Claim(code, f"{name}() lets a language model judge answers, and the result is kept")


def _stage_metrics(scene: Scene) -> Iterator[Claim]:
    """Stages that keep metrics."""
    for stage in stages(scene):
        if stage.target.metrics:
            subject = Written(stage.file, stage.target.line, is_target=True)
            yield Claim(subject, f"stage {stage.target.name} keeps {stage.target.metrics[0]}", stage.target.runner)


RULES: dict[str, Rule] = {
    "experiments.tracking": tracking,
    "experiments.registry": registry,
    "experiments.tuning": tuning,
    "experiments.evaluation": evaluation,
    "experiments.slices": slices,
}
