"""Training: scripted, pipeline, schedule, trigger, validation gate, symmetry."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from assessor.facts.commands import Target
from assessor.facts.place import Place
from assessor.facts.python import MAIN, MODULE
from assessor.facts.workflow import Trigger
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import is_called
from assessor.lifecycle.gates import Gate, gates
from assessor.lifecycle.order import CI_PROVIDERS_EXCLUDED, best, stands_before
from assessor.lifecycle.retraining import RETRAINS, conditional_effects, starts_training
from assessor.lifecycle.stations import closure_marks, marks, stations_named, training_arrivals, training_hits
from assessor.project.arrivals import Arrival, Site
from assessor.project.invocations import interpret
from assessor.project.model import Role
from assessor.project.runs import Run
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude, raised
from assessor.scanners.symmetry import symmetry


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the six practices of training."""
    yield scripted(scene)
    yield pipeline(scene)
    yield schedule(scene)
    yield trigger(scene)
    yield validation_gate(scene)
    yield symmetry(scene)


def scripted(scene: Scene) -> Finding:
    """A train script, module or CLI is used; started by a run, automated; in notebooks only, declared."""
    practice = "training.scripted"
    modules = training_hits(scene)
    evidence = ladder.evidence(scene, modules)
    for hit in training_hits(scene, notebooks=True):
        if not hit.in_notebook:
            continue
        arrival = best(a for a in scene.arrivals(hit) if a.is_automatic and not a.in_test)
        if arrival:
            text = "a run without a person executes the notebook that trains"
            evidence.append(Evidence(practice, Rung.AUTOMATED, hit.place, text, hit.tool.id, scene.route(hit, arrival)))
        elif not modules:
            evidence.append(Evidence(practice, Rung.DECLARED, hit.place, "trained in a notebook only", hit.tool.id))
    return conclude(practice, evidence)


# ---- pipeline ----


def pipeline(scene: Scene) -> Finding:
    """A definition of two or more ML steps is used; one that something starts without a person, automated."""
    practice = "training.pipeline"
    evidence = list(ladder.declared(scene, practice))
    for hit in scene.hits(practice, notebooks=False):
        items = ladder.evidence(scene, [hit])
        if hit.call is not None or hit.kind in ("decorator", "base"):
            items = [_as_pipeline(scene, hit, item) for item in items]
        evidence += items
    evidence += _stage_pipelines(scene)
    evidence += _job_pipelines(scene)
    evidence += _target_pipelines(scene)
    evidence += _code_pipelines(scene)
    return conclude(practice, evidence)


_STEP_DECORATORS = {
    "task",
    "step",
    "component",
    "asset",
    "op",
    "node",
    "multi_asset",
    "solid",
    "pipeline_step",
    "transform",
    "flow",
}


_STEP_CALLS = re.compile(
    r"(?:Operator|Step|ContainerOp|task|\.node|TrainingJob|ProcessingStep|PipelineStep|func_to_container_op|Task|command|create_component_from_func|load_component\w*)$"
)


def _as_pipeline(scene: Scene, hit: Hit, item: Evidence) -> Evidence:
    """A definition with fewer than two steps in its file and what it imports is only declared."""
    steps = _steps_around(scene, hit)
    if steps >= 2 or hit.tool.id in ("scikit-learn",):
        return item
    return Evidence(item.practice, Rung.DECLARED, item.place, f"{hit.tool.title}: fewer than two steps", item.tool)


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
        steps += sum(1 for s in facts.scopes for d in s.decorators if d.name.rpartition(".")[2] in _STEP_DECORATORS)
        steps += sum(1 for call in facts.calls if _STEP_CALLS.search(call.name))
        steps += sum(1 for call in facts.calls if call.name.endswith(("addNext", "pipeline.node", "tar_target")))
    code = hit.file.code
    if code and hit.kind in ("call", "decorator"):
        called = {c.name for c in code.calls if c.scope == hit.scope and scene.modules.targets(c.name, hit.file.path)}
        steps = max(steps, len(called))
    return steps


def _stage_pipelines(scene: Scene) -> Iterator[Evidence]:
    """DVC stages: two and more in one file."""
    practice = "training.pipeline"
    for file in scene.project.ordered:
        if file.path.rpartition("/")[2] == "dvc.yaml" and not file.facts.targets and file.role is Role.FIRST_PARTY:
            yield Evidence(practice, Rung.DECLARED, file.at(1), f"{file.path} defines no stage", "dvc")
    for file, targets in scene.project.having(lambda f: f.targets):
        stages = [t for t in targets if t.runner == "dvc"]
        if not stages:
            continue
        place = file.at(stages[0].line)
        live = [t for t in stages if _stage_is_live(scene, file.path, t)]
        if len(live) < 2 and len(stages) >= 2:
            yield Evidence(practice, Rung.DECLARED, place, f"{file.path} has stages whose scripts do not exist", "dvc")
            continue
        if len(stages) < 2:
            yield Evidence(practice, Rung.DECLARED, place, f"{file.path} has one stage", "dvc")
            continue
        arrivals = [
            a for t in stages for a in scene.automation.reach.targets.get((file.path, t.line), ()) if a.is_automatic
        ]
        arrival = best(arrivals)
        text = f"{file.path} has {len(stages)} stages: {', '.join(t.name for t in stages[:5])}"
        if arrival:
            yield Evidence(practice, Rung.AUTOMATED, place, text, "dvc", arrival.route)
        else:
            yield Evidence(practice, Rung.USED, place, text, "dvc")


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


def _job_pipelines(scene: Scene) -> Iterator[Evidence]:
    """CI jobs and scripts that chain two or more commands of different stations, training among them."""
    practice = "training.pipeline"
    chains: dict[str, list[tuple[Site, frozenset[str]]]] = defaultdict(list)
    trained: dict[tuple[str, Place], frozenset[str]] = {}
    for closure, arrival in scene.automation.reach.closures:
        if not closure.in_test and not arrival.in_test and arrival.hop:
            key = (_chain(arrival), arrival.hop.place)
            trained[key] = trained.get(key, frozenset()) | closure_marks(scene, closure)
    for site in scene.automation.reach.sites:
        if site.arrival and not site.arrival.in_test and not site.arrival.is_build:
            chain = _chain(site.arrival)
            reached = trained.get((chain, site.place))
            stations = reached | _site_stations(scene, site) if reached is not None else frozenset()
            if stations:
                chains[chain].append((site, stations))
    for links in chains.values():
        steps = [(site, stations) for site, stations in links]
        if len({site.place for site, _ in steps}) < 2 or not any("train" in stations for _, stations in steps):
            continue
        distinct = {station for _, stations in steps for station in stations} & {
            "data",
            "train",
            "evaluate",
            "register",
        }
        if len(distinct) < 2:
            continue
        first = next(site for site, stations in steps if "train" in stations)
        assert first.arrival is not None
        text = f"{len(steps)} chained ML commands: {', '.join(sorted(distinct))}"
        rung = Rung.AUTOMATED if first.arrival.is_automatic else Rung.USED
        yield Evidence(practice, rung, first.place, text, route=first.arrival.route if rung is Rung.AUTOMATED else ())


def _chain(arrival: Arrival) -> str:
    """Jobs of one workflow make one chain."""
    return f"{arrival.run.path}#{arrival.run.triggers[:1]}"


def _target_pipelines(scene: Scene) -> Iterator[Evidence]:
    """Make targets and shell scripts that chain steps of different stations, started by a person."""
    practice = "training.pipeline"
    for file in scene.project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        named = {t.name: t for t in file.facts.targets if t.runner in ("make", "just", "task", "poe", "invoke")}
        for target in named.values():
            chained = [named[n] for n in target.needs if n in named]
            if len(chained) >= 2 and len({s for t in chained for s in _target_stations(t.name, t.commands)} & _ML) >= 2:
                if any("train" in _target_stations(t.name, t.commands) for t in chained):
                    text = f"{target.runner} {target.name} chains {', '.join(t.name for t in chained[:5])}"
                    yield Evidence(practice, Rung.USED, file.at(target.line), text)
        if file.facts.script:
            stations = [
                stations_named(c.text) & _ML for c in file.facts.script.commands if ".py" in c.text or "-m" in c.argv
            ]
            if sum(1 for s in stations if s) >= 2 and any("train" in s for s in stations):
                if len({station for s in stations for station in s}) >= 2:
                    yield Evidence(practice, Rung.USED, file.at(1), f"{file.path} chains ML steps")


_ML = {"data", "train", "evaluate", "register", "predict"}


def _target_stations(name: str, commands: object) -> frozenset[str]:
    return stations_named(name)


_CHAIN_NAME = re.compile(r"pipeline|workflow|flow|main|run|orchestrat|dag", re.IGNORECASE)


def _code_pipelines(scene: Scene) -> Iterator[Evidence]:
    """One script chained as stages: a function named as a pipeline that calls steps of three or more modules."""
    practice = "training.pipeline"
    known = marks(scene)
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        stem = file.path.rpartition("/")[2]
        for number, scope in enumerate(index.facts.scopes):
            if not _CHAIN_NAME.search(stem if number in (MODULE, MAIN) else scope.name.rpartition(".")[2]):
                continue
            called: dict[str, frozenset[str]] = {}
            for call in index.calls.get(number, ()):
                for path, inner in scene.modules.targets(call.name, file.path):
                    if path != file.path:
                        words = stations_named(f"{path.rpartition('/')[2]} {call.name}")
                        called[path] = called.get(path, frozenset()) | words | known.get((path, inner), frozenset())
            stations = {s for found in called.values() for s in found} & _ML
            if len(called) >= 3 and "train" in stations and len(stations) >= 2:
                text = f"{stem} chains {len(called)} modules: {', '.join(sorted(stations))}"
                yield ladder.scope_evidence(scene, practice, file, number, max(scope.line, 1), text)


# ---- schedule ----


def schedule(scene: Scene) -> Finding:
    """An active cron or interval that reaches training; a paused one or one for something else is declared."""
    practice = "training.schedule"
    evidence: list[Evidence] = []
    for hit, arrival in training_arrivals(scene):
        active = arrival.run.schedules
        if active:
            route = scene.route(hit, arrival)
            text = f"training runs on a schedule{f' ({active[0].cron})' if active[0].cron else ''}"
            place = Place(arrival.run.path, active[0].line)
            evidence.append(Evidence(practice, Rung.AUTOMATED, place, text, hit.tool.id, _from(route, place)))
    for site in scene.automation.reach.sites:  # training started elsewhere by a command: a pipeline run, a cloud job
        if site.arrival and site.arrival.run.schedules and _starts_training(site):
            text = f"`{' '.join(site.invocation.words[:4])}` trains on a schedule"
            evidence.append(Evidence(practice, Rung.AUTOMATED, site.place, text, route=site.arrival.route))
    evidence += ladder.evidence(scene, scene.hits(practice, notebooks=False))
    evidence += _idle_schedules(scene)
    return conclude(practice, evidence)


def _from(route: tuple[Hop, ...], place: Place) -> tuple[Hop, ...]:
    return route if route and route[0].place == place else (Hop("schedule", place, ("schedule",)), *route)


_TRAINS = re.compile(r"(?:^|[\s/_.-])(?:re)?train(?:ing)?(?:[\s/_.-]|$)")


def _starts_training(site: Site) -> bool:
    """A command of a training product whose words say train, where no first-party Python is reached."""
    text = " ".join(site.invocation.words)
    return bool(_TRAINS.search(text)) and site.invocation.program in (
        "az", "gcloud", "aws", "sagemaker", "databricks", "prefect", "airflow", "dagster", "zenml", "Rscript", "kubectl", "argo", "yolo", "rasa",
    )  # fmt: skip


def _idle_schedules(scene: Scene) -> Iterator[Evidence]:
    practice = "training.schedule"
    found = [(run.path, item) for run in scene.automation.runs.values() for item in run.triggers]
    found += [
        (f.path, item) for f, ws in scene.project.having(lambda f: f.workflows) for w in ws for item in w.triggers
    ]
    for path, item in found:
        if item.kind == "schedule":
            text = "a schedule that is paused" if not item.is_active else "a schedule for something else than training"
            yield Evidence(practice, Rung.DECLARED, Place(path, item.line), text)


# ---- trigger ----


_EVENTS = {"event", "repository_dispatch", "webhook"}


_DATA_PATH = re.compile(
    r"(?:^|/)(?:data|datasets?|raw|params|configs?|conf|parameters|features)(?:[/.*]|$)|\.(?:csv|parquet|dvc|jsonl)(?:$|\*)|dvc\.(?:yaml|lock)|params",
    re.IGNORECASE,
)


def trigger(scene: Scene) -> Finding:
    """New data, drift or degradation starts training; a trigger that a person must invoke is used."""
    practice = "training.trigger"
    evidence: list[Evidence] = []
    for hit, arrival in training_arrivals(scene):
        found = _data_trigger(arrival.run)
        if found:
            place = Place(arrival.run.path, found.line)
            text = _trigger_text(found)
            evidence.append(Evidence(practice, Rung.AUTOMATED, place, text, hit.tool.id, scene.route(hit, arrival)))
    evidence += _drift_triggers(scene)
    evidence += ladder.evidence(scene, scene.hits(practice, notebooks=False))
    evidence += _invoked_triggers(scene)
    return conclude(practice, evidence)


def _data_trigger(run: Run) -> Trigger | None:
    """An event, a dispatch from outside, or a change filter on data or parameters."""
    if run.manual:
        return None
    for item in run.triggers:
        if not item.is_active:
            continue
        if item.kind in _EVENTS and run.workflow.provider != "github-action":
            if item.kind != "event" or run.workflow.provider in CI_PROVIDERS_EXCLUDED:
                return item
        only_data = [p for p in item.paths if not p.startswith("!") and _DATA_PATH.search(p)]
        if only_data and not any(p in ("**", "*") for p in item.paths):
            return item
    return None


def _trigger_text(item: Trigger) -> str:
    if item.paths:
        return f"a change of {', '.join(p for p in item.paths if _DATA_PATH.search(p))} starts training"
    return f"{item.kind.replace('_', ' ')} starts training"


def _drift_triggers(scene: Scene) -> Iterator[Evidence]:
    """A function that computes drift or degradation reaches training, or dispatches a run, under a condition."""
    practice = "training.trigger"
    drift = {(h.file.path, h.scope): h for h in scene.hits("monitoring.drift", notebooks=False) if h.scope >= 0}
    drifting = {path for path, _ in drift}
    known = marks(scene)
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        watches = (
            file.path in drifting
            or "drift" in file.path.lower()
            or any("drift" in s.name.lower() for s in index.facts.scopes)
        )
        for comparison_effects, line, scope in conditional_effects(scene, file.path):
            starts = [e for e in comparison_effects if starts_training(scene, e, file.path, known)]
            if starts and watches:
                text = f"drift or degradation starts {starts[0].rpartition('.')[2]}()"
                item = ladder.scope_evidence(scene, practice, file, scope, line, text)
                if item.rung is Rung.USED and scope not in (MODULE, MAIN) and not is_called(scene, file, scope):
                    item = Evidence(practice, Rung.DECLARED, item.place, f"{text}, but nothing calls it")
                yield item


def _invoked_triggers(scene: Scene) -> Iterator[Evidence]:
    """A retraining function or endpoint that exists: used where something calls or serves it, else declared."""
    practice = "training.trigger"
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, scope in enumerate(index.facts.scopes):
            last = scope.name.rpartition(".")[2]
            if number in (MODULE, MAIN) or scope.is_stub or not RETRAINS.search(last):
                continue
            served = any(
                d.name.rpartition(".")[2] in ("post", "get", "put", "route", "api_route", "command")
                for d in scope.decorators
            )
            if any(d.name.rpartition(".")[2] in ("dag", "flow", "task", "pipeline", "step") for d in scope.decorators):
                continue  # a pipeline of that name is what is triggered
            called = served or any(
                call.name.rpartition(".")[2] == last
                for other in scene.project.code_files
                for call in (other.facts.python.calls if other.facts.python else ())
            )
            text = f"{last}() starts training when it is invoked" if called else f"{last}() exists, nothing calls it"
            yield Evidence(practice, Rung.USED if called else Rung.DECLARED, file.at(scope.line), text)


# ---- gate ----


def validation_gate(scene: Scene) -> Finding:
    """A deciding comparison is used; in a run, automated; where a failing candidate goes no further, enforced."""
    practice = "training.validation_gate"
    evidence: list[Evidence] = list(ladder.evidence(scene, scene.hits(practice, notebooks=False)))
    known = list(gates(scene))
    for gate in known:
        item = ladder.scope_evidence(scene, practice, gate.file, gate.scope, gate.line, gate.text)
        if item.rung is Rung.AUTOMATED and _holds_back(scene, gate):
            item = raised(item, "and a failing candidate goes no further")
        evidence.append(item)
    return conclude(practice, evidence, _printed(scene))


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
