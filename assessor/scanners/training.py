"""Training: scripted, pipeline, schedule, trigger, validation gate, symmetry."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from assessor.catalog.traits import makes_step
from assessor.catalog.words import speaks_of
from assessor.facts.commands import Target
from assessor.facts.place import Place
from assessor.facts.python import MAIN, MODULE
from assessor.facts.workflow import Trigger
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import is_called
from assessor.lifecycle.gates import Gate, gates
from assessor.lifecycle.order import CI_PROVIDERS_EXCLUDED, stands_before
from assessor.lifecycle.retraining import conditional_effects, retrains, starts_training
from assessor.lifecycle.stations import closure_marks, marks, stations_named, training_arrivals, training_hits
from assessor.project.arrivals import Arrival, Site
from assessor.project.invocations import interpret
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey
from assessor.project.runs import Run
from assessor.scanners import ladder
from assessor.scanners.claims import NONE, Claim, Code, Reached, Rule, Started, Statement, intended, seen
from assessor.scanners.symmetry import symmetry


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the six practices of training."""
    return ladder.findings(scene, RULES)


def scripted(scene: Scene) -> Iterator[Statement]:
    """A train script, module or CLI is used; started by a run, automated; in notebooks only, declared."""
    for hit in training_hits(scene):
        yield seen(hit)
    for hit in training_hits(scene, notebooks=True):
        if hit.in_notebook:
            text = "a run without a person executes the notebook that trains"
            yield Claim(hit, text, hit.tool.id, Rung.ABSENT)
            yield Claim(hit, "trained in a notebook only", hit.tool.id, Rung.DECLARED, counts=NONE, alone=True)


# ---- pipeline ----


def pipeline(scene: Scene) -> Iterator[Statement]:
    """A definition of two or more ML steps is used; one that something starts without a person, automated."""
    practice = "training.pipeline"
    yield from intended(scene, practice)
    for hit in scene.hits(practice, notebooks=False):
        if (
            (hit.call is None and hit.kind not in ("decorator", "base"))
            or _steps_around(scene, hit) >= 2
            or hit.tool.id in ("scikit-learn",)
        ):
            yield seen(hit)
        else:
            yield Claim(hit, f"{hit.tool.title}: fewer than two steps", hit.tool.id, Rung.DECLARED, counts=NONE)
    yield from _stage_pipelines(scene)
    yield from _job_pipelines(scene)
    yield from _target_pipelines(scene)
    yield from _code_pipelines(scene)


def _steps_around(scene: Scene, hit: Hit) -> int:
    """Step definitions and step calls in the hit's file and the first-party modules that it imports."""
    paths = {hit.file.path}
    for imported in scene.modules.index(hit.file.path).facts.imports:
        split = scene.modules.split(imported.target, hit.file.path)
        if split:
            paths.add(split[0])
    steps = 0
    for path in paths:
        facts = scene.modules.index(path).facts
        decorators = (d.name for s in facts.scopes for d in s.decorators)
        bases = (base for definition in facts.classes for base in definition.bases)
        steps += sum(map(makes_step, (*decorators, *bases, *(call.name for call in facts.calls))))
    code = hit.file.code
    if code and hit.kind in ("call", "decorator"):
        called = {c.name for c in code.calls if c.scope == hit.scope and scene.modules.targets(c.name, hit.file.path)}
        steps = max(steps, len(called))
    return steps


def _stage_pipelines(scene: Scene) -> Iterator[Claim]:
    """DVC stages: two and more in one file."""
    for file in scene.project.ordered:
        if file.path.rpartition("/")[2] == "dvc.yaml" and not file.facts.targets and file.role is Role.FIRST_PARTY:
            yield Claim(file.at(1), f"{file.path} defines no stage", "dvc", Rung.DECLARED)
    for file, targets in scene.project.having(lambda f: f.targets):
        stages = [t for t in targets if t.runner == "dvc"]
        if not stages:
            continue
        place = file.at(stages[0].line)
        live = [t for t in stages if _stage_is_live(scene, file.path, t)]
        if len(live) < 2 and len(stages) >= 2:
            yield Claim(place, f"{file.path} has stages whose scripts do not exist", "dvc", Rung.DECLARED)
        elif len(stages) < 2:
            yield Claim(place, f"{file.path} has one stage", "dvc", Rung.DECLARED)
        else:
            ways = tuple(a for t in stages for a in scene.automation.reach.targets.get((file.path, t.line), ()))
            text = f"{file.path} has {len(stages)} stages: {', '.join(t.name for t in stages[:5])}"
            yield Claim(Reached(place, ways), text, "dvc")


def _stage_is_live(scene: Scene, path: str, stage: Target) -> bool:
    """Some command of the stage starts a file that exists, or a program of another kind."""
    folder = path.rpartition("/")[0]
    for command in stage.commands:
        invocation = interpret(command.argv)
        if invocation is None:
            continue
        if not (invocation.script or (invocation.program == "python" and invocation.module)):
            return True
        site = Site(command, invocation, Place(path, command.line), cwd=folder)
        if scene.automation.started_file(site) is not None:
            return True
    return False


def _site_stations(scene: Scene, site: Site) -> frozenset[str]:
    """The stations of one command, by its name and by the functions that it reaches."""
    found: set[str] = set()
    invocation = site.invocation
    if (
        invocation.program in ("python", "Rscript", "julia", "bash", "sh", "papermill", "dvc", "make")
        or invocation.script
    ):
        subject = invocation.script or invocation.module or ""
        found |= stations_named(f"{subject} {' '.join(w for w in invocation.arguments[:2] if not w.startswith('-'))}")
    return frozenset(found)


def _job_pipelines(scene: Scene) -> Iterator[Claim]:
    """CI jobs and scripts that chain two or more commands of different stations, training among them."""
    for steps in _chains(scene).values():
        if len({site.place for site, _ in steps}) < 2 or not any("train" in stations for _, stations in steps):
            continue
        distinct = {station for _, stations in steps for station in stations} & _STEPS
        if len(distinct) < 2:
            continue
        training = [site for site, stations in steps if "train" in stations]
        ways = tuple(s.arrival for s in training if s.arrival and s.place == training[0].place)
        text = f"{len(steps)} chained ML commands: {', '.join(sorted(distinct))}"
        yield Claim(Reached(training[0].place, ways), text)


_STEPS = {"data", "train", "evaluate", "register", "deploy", "predict"}
"""Stations that make a pipeline beside training: also bringing the trained model out, and asking it."""


def _chains(scene: Scene) -> dict[str, list[tuple[Site, frozenset[str]]]]:
    """The commands of each workflow that start ML code, with the stations of what each starts."""
    trained: dict[tuple[str, Place], frozenset[str]] = {}
    for closure, arrival in scene.automation.reach.closures:
        compiles = scene.automation.reach.only_compiles(closure, arrival)
        if not closure.in_test and not arrival.in_test and arrival.hop and not compiles:
            key = (_chain(arrival), arrival.hop.place)
            trained[key] = trained.get(key, frozenset()) | closure_marks(scene, closure)
    chains: dict[str, list[tuple[Site, frozenset[str]]]] = defaultdict(list)
    for site in scene.automation.reach.sites:
        if site.arrival and not site.arrival.in_test and not site.arrival.is_build:
            chain = _chain(site.arrival)
            reached = trained.get((chain, site.place))
            stations = reached | _site_stations(scene, site) if reached is not None else frozenset()
            if stations:
                chains[chain].append((site, stations))
    return chains


def _chain(arrival: Arrival) -> str:
    """Jobs of one workflow make one chain."""
    return f"{arrival.run.path}#{arrival.run.triggers[:1]}"


def _target_pipelines(scene: Scene) -> Iterator[Claim]:
    """Make targets and shell scripts that chain steps of different stations, started by a person."""
    for file in scene.project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        named = {t.name: t for t in file.facts.targets if t.runner in ("make", "just", "task", "poe", "invoke")}
        for target in named.values():
            chained = [named[n] for n in target.needs if n in named]
            if _is_chain(stations_named(t.name) for t in chained):
                text = f"{target.runner} {target.name} chains {', '.join(t.name for t in chained[:5])}"
                yield Claim(file.at(target.line), text)
        if file.facts.script:
            commands = file.facts.script.commands
            if _is_chain(stations_named(c.text) for c in commands if ".py" in c.text or "-m" in c.argv):
                yield Claim(file.at(1), f"{file.path} chains ML steps")


def _is_chain(steps: Iterable[frozenset[str]]) -> bool:
    """Two steps and more, of two stations and more, training among them."""
    marked = [found for stations in steps if (found := stations & _ML)]
    distinct = {station for found in marked for station in found}
    return len(marked) >= 2 and len(distinct) >= 2 and "train" in distinct


_ML = {"data", "train", "evaluate", "register", "predict"}


def _code_pipelines(scene: Scene) -> Iterator[Claim]:
    """One script chained as stages: a function named as a pipeline that calls steps of three or more modules."""
    for file in scene.project.code_files:
        stem = file.path.rpartition("/")[2]
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            if not speaks_of("pipeline", stem if number in (MODULE, MAIN) else scope.name.rpartition(".")[2]):
                continue
            called = _stations_called(scene, (file.path, number))
            stations = {s for found in called.values() for s in found} & _ML
            if len(called) >= 3 and "train" in stations and len(stations) >= 2:
                text = f"{stem} chains {len(called)} modules: {', '.join(sorted(stations))}"
                yield Claim(Code(file, number, max(scope.line, 1)), text)


def _stations_called(scene: Scene, key: ScopeKey) -> dict[str, frozenset[str]]:
    """The other modules that a function calls, with the stations that they and their names speak of."""
    known = marks(scene)
    found: dict[str, frozenset[str]] = {}
    for call in scene.modules.index(key[0]).calls.get(key[1], ()):
        for path, inner in scene.modules.targets(call.name, key[0]):
            if path != key[0]:
                words = stations_named(f"{path.rpartition('/')[2]} {call.name}")
                found[path] = found.get(path, frozenset()) | words | known.get((path, inner), frozenset())
    return found


# ---- schedule ----


def schedule(scene: Scene) -> Iterator[Statement]:
    """An active cron or interval that reaches training; a paused one or one for something else is declared."""
    practice = "training.schedule"
    for hit, arrival in training_arrivals(scene):
        for active in arrival.run.schedules[:1]:
            text = f"training runs on a schedule{f' ({active.cron})' if active.cron else ''}"
            yield Claim(Started(active, hit, arrival), text, hit.tool.id, Rung.ABSENT)
    for site in scene.automation.reach.sites:  # training started elsewhere by a command: a pipeline run, a cloud job
        if site.arrival and site.arrival.run.schedules and _starts_training(site):
            text = f"`{' '.join(site.invocation.words[:4])}` trains on a schedule"
            yield Claim(Reached(site.place, (site.arrival,)), text, at_least=Rung.ABSENT)
    for hit in scene.hits(practice, notebooks=False):
        yield seen(hit)
    yield from _idle_schedules(scene)


_TRAINS = re.compile(r"(?:^|[\s/_.-])(?:re)?train(?:ing)?(?:[\s/_.-]|$)")


def _starts_training(site: Site) -> bool:
    """A command of a training product whose words say train, where no first-party Python is reached."""
    text = " ".join(site.invocation.words)
    return bool(_TRAINS.search(text)) and site.invocation.program in (
        "az", "gcloud", "aws", "sagemaker", "databricks", "prefect", "airflow", "dagster", "zenml", "Rscript", "kubectl", "argo", "yolo", "rasa",
    )  # fmt: skip


def _idle_schedules(scene: Scene) -> Iterator[Claim]:
    """Schedules that are paused or train nothing: intent where there is no other."""
    found = [(run.path, item) for run in scene.automation.runs.values() for item in run.triggers]
    found += [
        (f.path, item) for f, ws in scene.project.having(lambda f: f.workflows) for w in ws for item in w.triggers
    ]
    for path, item in found:
        if item.kind == "schedule":
            text = "a schedule that is paused" if not item.is_active else "a schedule for something else than training"
            yield Claim(Place(path, item.line), text, at_least=Rung.DECLARED, alone=True)


# ---- trigger ----


_EVENTS = {"event", "repository_dispatch", "webhook"}


_DATA_PATH = re.compile(
    r"(?:^|/)(?:data|datasets?|raw|params|configs?|conf|parameters|features)(?:[/.*]|$)|\.(?:csv|parquet|dvc|jsonl)(?:$|\*)|dvc\.(?:yaml|lock)|params",
    re.IGNORECASE,
)


def trigger(scene: Scene) -> Iterator[Statement]:
    """New data, drift or degradation starts training; a trigger that a person must invoke is used."""
    for hit, arrival in training_arrivals(scene):
        found = _data_trigger(arrival.run)
        if found:
            yield Claim(Started(found, hit, arrival), _trigger_text(found), hit.tool.id, Rung.ABSENT)
    yield from _drift_triggers(scene)
    for hit in scene.hits("training.trigger", notebooks=False):
        yield seen(hit)
    yield from _invoked_triggers(scene)


_EVENT_SOURCES = CI_PROVIDERS_EXCLUDED | {"codepipeline", "codebuild", "argo"}
"""Providers whose events come from outside the repository: a new object in a bucket, a message. An event of GitHub is an
issue, a comment or a star."""


def _data_trigger(run: Run) -> Trigger | None:
    """An event, a dispatch from outside, or a change filter on data or parameters."""
    if run.manual:
        return None
    for item in run.triggers:
        if not item.is_active:
            continue
        if item.kind in _EVENTS and run.workflow.provider != "github-action":
            if item.kind != "event" or run.workflow.provider in _EVENT_SOURCES:
                return item
        only_data = [p for p in item.paths if not p.startswith("!") and _DATA_PATH.search(p)]
        if only_data and not any(p in ("**", "*") for p in item.paths):
            return item
    return None


def _trigger_text(item: Trigger) -> str:
    if item.paths:
        return f"a change of {', '.join(p for p in item.paths if _DATA_PATH.search(p))} starts training"
    return f"{item.kind.replace('_', ' ')} starts training"


def _drift_triggers(scene: Scene) -> Iterator[Claim]:
    """A function that computes drift or degradation reaches training, or dispatches a run, under a condition."""
    drifting = {hit.file.path for hit in scene.hits("monitoring.drift", notebooks=False) if hit.scope >= 0}
    for file in scene.project.code_files:
        names = [scope.name.lower() for scope in scene.modules.index(file.path).facts.scopes]
        if not (file.path in drifting or "drift" in file.path.lower() or any("drift" in name for name in names)):
            continue
        for effects, line, scope in conditional_effects(scene, file.path):
            starts = [effect for effect in effects if starts_training(scene, effect, file.path)]
            if starts:
                text = f"drift or degradation starts {starts[0].rpartition('.')[2]}()"
                if _is_idle(scene, file, scope):
                    yield Claim(file.at(line), f"{text}, but nothing calls it", at_least=Rung.DECLARED)
                else:
                    yield Claim(Code(file, scope, line), text)


def _is_idle(scene: Scene, file: ProjectFile, scope: int) -> bool:
    """No run reaches the function and no first-party code calls it."""
    if scope in (MODULE, MAIN) or scene.automation.arrivals(file.path, scope):
        return False
    return not is_called(scene, file, scope)


def _invoked_triggers(scene: Scene) -> Iterator[Claim]:
    """A retraining function or endpoint that exists: used where something calls or serves it, else declared."""
    for file in scene.project.code_files:
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            last = scope.name.rpartition(".")[2]
            if number in (MODULE, MAIN) or scope.is_stub or not retrains(last):
                continue
            decorated = {decorator.name.rpartition(".")[2] for decorator in scope.decorators}
            if decorated & _DEFINES:
                continue  # a pipeline of that name is what is triggered
            if decorated & _SERVES or _is_named_in_a_call(scene, last):
                yield Claim(file.at(scope.line), f"{last}() starts training when it is invoked")
            else:
                text = f"{last}() exists, nothing calls it"
                yield Claim(file.at(scope.line), text, at_least=Rung.DECLARED)


_DEFINES = {"dag", "flow", "task", "pipeline", "step"}
_SERVES = {"post", "get", "put", "route", "api_route", "command"}


def _is_named_in_a_call(scene: Scene, name: str) -> bool:
    return any(
        call.name.rpartition(".")[2] == name
        for file in scene.project.code_files
        for call in (file.facts.python.calls if file.facts.python else ())
    )


# ---- gate ----


def validation_gate(scene: Scene) -> Iterator[Statement]:
    """A deciding comparison is used; in a run, automated; where a failing candidate goes no further, enforced."""
    for hit in scene.hits("training.validation_gate", notebooks=False):
        yield seen(hit)
    for gate in gates(scene):
        yield Claim(Code(gate.file, gate.scope, gate.line), gate.text, raised_by=partial(_held_back, scene, gate))
    yield from _printed(scene)


def _held_back(scene: Scene, gate: Gate, _: Sequence[Arrival]) -> str | None:
    return "and a failing candidate goes no further" if _holds_back(scene, gate) else None


_GOES_ON = ("experiments.registry", "deployment.automation")


def _holds_back(scene: Scene, gate: Gate) -> bool:
    """Registration or deployment hangs on the gate's outcome, or comes after a gate that stops the run."""
    follows = [hit for practice in _GOES_ON for hit in scene.hits(practice, notebooks=False)]
    for hit in follows:
        if hit.call is not None:
            if not any(a.is_automatic for a in scene.arrivals(hit)):
                continue  # the run's arguments switch it off
            same = hit.file.path == gate.file.path and hit.scope == gate.scope
            if (
                same
                and hit.place.line >= gate.line
                and (gate.stops or hit.call.guards or hit.call.name in gate.effects)
            ):
                return True
            last = hit.file.code.scopes[hit.scope].name.rpartition(".")[2] if hit.file.code else ""
            if last and any(e.rpartition(".")[2] == last for e in gate.effects):
                return True
        if stands_before(scene, gate, [a for a in scene.arrivals(hit) if not a.in_test]):
            return True
    return False


def _printed(scene: Scene) -> list[NearMiss]:
    found = []
    for file in scene.project.code_files:
        for comparison in file.facts.python.comparisons if file.facts.python else ():
            if comparison.outcome == "print" and any(
                n in ("accuracy", "f1", "rmse", "auc", "mae", "r2") for n in comparison.names
            ):
                found.append(NearMiss(file.at(comparison.line), "a metric is compared, the result is only printed"))
    return found[:3]


RULES: dict[str, Rule] = {
    "training.scripted": scripted,
    "training.pipeline": pipeline,
    "training.schedule": schedule,
    "training.trigger": trigger,
    "training.validation_gate": validation_gate,
    "training.symmetry": symmetry,
}
