"""Training: scripted, pipeline, schedule, trigger, validation gate, symmetry."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from assessor.catalog.programs import programs
from assessor.catalog.traits import makes_step
from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.project_files import Resource
from assessor.facts.python import MAIN, MODULE, Scope
from assessor.facts.workflow import Trigger
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called, is_called
from assessor.lifecycle.choices import choice_gates, is_held_by_choice
from assessor.lifecycle.conditions import GOES_ON, chooses_nothing, decides_over, held_back
from assessor.lifecycle.deployments import deploying_ways
from assessor.lifecycle.gates import NO_SCOPE, Gate, gates
from assessor.lifecycle.idle_steps import acting_steps
from assessor.lifecycle.inline_gates import holds_back, inline_gates
from assessor.lifecycle.model_commits import model_commits
from assessor.lifecycle.model_copies import model_copies, model_hand_overs
from assessor.lifecycle.order import CI_PROVIDERS_EXCLUDED, comes_after, positions, stands_before
from assessor.lifecycle.retraining import (
    begins_training,
    conditional_effects,
    effects_of_drift,
    retrains,
    starts_training,
    submits_training,
)
from assessor.lifecycle.stages import Stage, chains, stages
from assessor.lifecycle.stations import marks, stations_named, trained_by_hand, training_arrivals, training_hits
from assessor.lifecycle.stored_after import keeps_from_a_store, stored_after
from assessor.project.arrivals import Arrival, Site
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey
from assessor.project.outside_events import UNSENT
from assessor.project.paths import joined
from assessor.project.runs import Run
from assessor.project.stacks import STARTS_STATE_MACHINE
from assessor.scanners import ladder
from assessor.scanners.claims import (
    NONE,
    REAL,
    Claim,
    Code,
    Reached,
    Rule,
    Started,
    Statement,
    Written,
    always,
    intended,
    seen,
)
from assessor.scanners.symmetry import symmetry


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the six practices of training."""
    return ladder.findings(scene, RULES)


def scripted(scene: Scene) -> Iterator[Statement]:
    """A train script, module or CLI is used; started by a run, automated; in notebooks only, declared."""
    for hit in training_hits(scene):
        yield seen(hit, counts=REAL)
    for code in trained_by_hand(scene):
        name = code.file.code.scopes[code.scope].name if code.file.code else ""
        yield Claim(code, f"{name}() trains a home-made model", counts=REAL)
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
    for hit in scene.hits(practice):
        lacking = _lacks_steps(scene, hit)
        if lacking:
            yield Claim(hit, f"{hit.tool.title}: {lacking}", hit.tool.id, Rung.DECLARED, counts=NONE)
        else:
            yield seen(hit, counts=REAL)
    yield from _stage_pipelines(scene)
    yield from _chained(scene)
    yield from _code_pipelines(scene)


def _lacks_steps(scene: Scene, hit: Hit) -> str:
    """Why a definition is no pipeline; empty where it is one, or where what it starts is not known."""
    if hit.kind == "resource":
        return "no task of it trains" if _starts_other_work(scene, hit) or _is_of_something_else(scene, hit) else ""
    if (hit.call is None and hit.kind not in ("decorator", "base")) or hit.tool.category == "training":
        return ""
    paths = _paths_around(scene, hit)
    if _steps_around(scene, hit, paths) < 2:
        return "fewer than two steps"
    return "" if any(_speaks_of_training(scene, path) for path in paths) else "no step of it trains"


def _resource_of(hit: Hit) -> Resource | None:
    """The object that stands where the hit does."""
    return next((resource for resource in hit.file.facts.resources if resource.line == hit.place.line), None)


def _starts_other_work(scene: Scene, hit: Hit) -> bool:
    """All that a resource starts is code of this repository, of which nothing trains or speaks of training."""
    resource = _resource_of(hit)
    if resource is None or not resource.commands:
        return False
    texts = [resource.name, *(value for key, value, _ in resource.settings if not key.startswith("tags."))]
    if any(speaks_of("train", text) for text in texts):
        return False
    ends = {posixpath.normpath(word).lstrip("./") for c in resource.commands for word in c.argv[1:2]}
    started = [[file for file in scene.project.code_files if file.path.endswith(end)] for end in ends]
    paths = {path for files in started for file in files for path in (file.path, *scene.modules.imported(file.path))}
    return all(started) and not any(_speaks_of_training(scene, path) for path in paths)


def _is_of_something_else(scene: Scene, hit: Hit) -> bool:
    """A definition that names its steps and starts no command itself: nothing in it speaks of training, and what it starts
    reaches none."""
    resource = _resource_of(hit)
    if resource is None or resource.commands or not resource.settings:
        return False  # what it does stands elsewhere
    texts = [hit.file.path, resource.name, *(text for key, value, _ in resource.settings for text in (key, value))]
    if any(speaks_of("train", text) for text in texts):
        return False
    started = {way.run.key for way in scene.arrivals(hit) if way.run.workflow.provider == "resource"}
    reached = (way.run for _, way in training_arrivals(scene))
    return not any(run.path == hit.file.path or run.key in started for run in reached)


def _paths_around(scene: Scene, hit: Hit) -> list[str]:
    """The hit's file and the first-party modules that it imports."""
    return [hit.file.path, *(path for path in scene.modules.imported(hit.file.path) if path != hit.file.path)]


def _steps_around(scene: Scene, hit: Hit, paths: Sequence[str]) -> int:
    """Step definitions and step calls in some files, or first-party functions that the definition calls."""
    steps = 0
    for path in paths:
        steps += sum(map(makes_step, acting_steps(scene, path)))
        steps += _made_by_factories(scene, path)
    code = hit.file.code
    if code and hit.kind in ("call", "decorator"):
        called = {c.name for c in code.calls if c.scope == hit.scope and scene.modules.targets(c.name, hit.file.path)}
        steps = max(steps, len(called))
    return steps


def _made_by_factories(scene: Scene, path: str) -> int:
    """Calls of functions of the file that make a step for whom they are called by: one for each call but the first, since
    the step in the function counts by itself."""
    index = scene.modules.index(path)
    factories = {call.scope for call in index.facts.calls if makes_step(call.name)} - {MODULE, MAIN}
    called = [
        call
        for call in (index.facts.calls if factories else ())
        if any(key[0] == path and key[1] in factories for key in scene.modules.targets(call.name, path))
    ]
    return max(0, len(called) - 1)


def _speaks_of_training(scene: Scene, path: str) -> bool:
    """A function of the file trains, or a name, a call or a text in it says so: a step may start anything."""
    facts = scene.modules.index(path).facts
    if any(key[0] == path and "train" in stations for key, stations in marks(scene).items()):
        return True
    names = (path, *(s.name for s in facts.scopes), *(c.name for c in facts.calls), *(t.value for t in facts.texts))
    values = (str(value) for call in facts.calls for value in (*call.args, *(v for _, v in call.keywords)))
    imports = (imported.target for imported in facts.imports)
    return any(speaks_of("train", name) for name in (*names, *values, *imports) if not _is_sentence(name))


def _is_sentence(text: str) -> bool:
    """A text for people to read, which names no step and starts none: nothing but words, and more than a title has."""
    words = text.split()
    return len(words) > _WORDS_OF_A_TITLE and all(
        word.strip("\"'.,:;!?()").replace("'", "").isalpha() for word in words
    )


_WORDS_OF_A_TITLE = 4


def _stage_pipelines(scene: Scene) -> Iterator[Claim]:
    """Two stages and more of one file, training among them."""
    by_file: dict[str, list[Stage]] = defaultdict(list)
    for stage in stages(scene):
        by_file[stage.file.path].append(stage)
    for path, several in by_file.items():
        place, tool = several[0].file.at(several[0].target.line), several[0].target.runner
        lacking = _lacks(several)
        if lacking:
            yield Claim(place, f"{path} {lacking}", tool, Rung.DECLARED)
        else:
            ways = tuple(way for stage in several for way in stage.ways(scene))
            names = ", ".join(stage.target.name for stage in several[:5])
            yield Claim(Reached(place, ways), f"{path} has {len(several)} stages: {names}", tool, counts=REAL)


def _lacks(several: Sequence[Stage]) -> str:
    """Why stages are no pipeline; empty where they are one."""
    if len(several) < 2:
        return "has one stage"
    if sum(stage.is_live for stage in several) < 2:
        return "has stages whose scripts do not exist"
    return "" if any("train" in stage.stations for stage in several) else "has stages, none of which trains"


def _chained(scene: Scene) -> Iterator[Claim]:
    """Targets, scripts and jobs that chain steps of several stations."""
    for chain in chains(scene):
        if chain.is_pipeline:
            text = f"{chain.title} chains {len(chain.names)} commands: {', '.join(sorted(chain.reached))}"
            yield Claim(Reached(chain.place, chain.ways), text, chain.tool, counts=REAL)


def _code_pipelines(scene: Scene) -> Iterator[Claim]:
    """A function or class named for a pipeline that calls, itself or through its own file, the work of several modules of
    several stations, training among them: two modules; three where only its name is `main` or `run`, or a queue or clock
    runs it."""
    for file in scene.project.code_files:
        stem = file.path.rpartition("/")[2].removesuffix(".py")
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            name = stem if number in (MODULE, MAIN) else scope.name
            least = 2 if speaks_of("pipeline", name) else 3 if _is_begun(scope, name) else 0
            if not least:
                continue
            called = _stations_called(scene, (file.path, number))
            stations = {station for several in called.values() for station in several} & _CODE_STATIONS
            if len(called) >= least and "train" in stations and len(stations) >= 2:
                text = f"{stem}.py chains {len(called)} modules: {', '.join(sorted(stations))}"
                yield Claim(Code(file, number, max(scope.line, 1)), text, counts=REAL)


def _is_begun(scope: Scope, name: str) -> bool:
    """Something begins with the function: it is called `main` or `run`, or a queue of tasks or a clock runs it."""
    registered = (decorator.name.rpartition(".")[2] for decorator in scope.decorators)
    return speaks_of("main_program", name) or any(speaks_of("registered_work", last) for last in registered)


_CODE_STATIONS = {"data", "train", "evaluate", "register", "predict"}


def _stations_called(scene: Scene, key: ScopeKey) -> dict[str, frozenset[str]]:
    """The other modules that a function calls, itself or by functions of its file, with the stations of what is called."""
    known = marks(scene)
    found: dict[str, frozenset[str]] = {}
    edge, seen_keys = [key], {key}
    for _ in range(_CALLS_IN_FILE):
        targets = list(dict.fromkeys(t for own in edge for t in called(scene, own)[0] if t not in seen_keys))
        for path, inner in targets:
            if path != key[0]:
                scope = scene.modules.index(path).facts.scopes[inner]
                words = stations_named(f"{path.rpartition('/')[2]} {scope.name}")
                found[path] = found.get(path, frozenset()) | words | known.get((path, inner), frozenset())
        seen_keys.update(targets)
        edge = [target for target in targets if target[0] == key[0]]
    return found


_CALLS_IN_FILE = 3


# ---- schedule ----


def schedule(scene: Scene) -> Iterator[Statement]:
    """An active cron or interval that reaches training; a paused one or one for something else is declared."""
    practice = "training.schedule"
    for trained, arrival in training_arrivals(scene):
        for active in arrival.run.schedules[:1]:
            text = f"training runs on a schedule{f' ({active.cron})' if active.cron else ''}"
            yield Claim(Started(active, trained, arrival), text, _tool(trained), Rung.ABSENT)
    for site in scene.automation.reach.sites:  # training started elsewhere by a command: a pipeline run, a cloud job
        if site.arrival and site.arrival.run.schedules and _starts_training(site):
            text = f"`{' '.join(site.invocation.words[:4])}` trains on a schedule"
            yield Claim(Reached(site.place, (site.arrival,)), text, at_least=Rung.ABSENT)
    for hit in scene.hits(practice):
        if _trains(scene, hit):
            yield seen(hit)
    yield from _idle_schedules(scene)


def _trains(scene: Scene, hit: Hit) -> bool:
    """What a product's schedule starts trains: its own text says so, or the definition that it names."""
    if any(way.run.path == hit.file.path for _, way in training_arrivals(scene)):
        return True
    resource = _resource_of(hit)
    if hit.kind != "resource" or resource is None:
        return True
    texts = [resource.name, *(value for _, value, _ in resource.settings)]
    return any(speaks_of("train", text) for text in (*texts, *_texts_of_named(scene, hit.file, texts)))


def _texts_of_named(scene: Scene, file: ProjectFile, texts: Iterable[str]) -> Iterator[str]:
    """What the definitions say that some texts of a file name beside it."""
    named = [joined(posixpath.dirname(file.path), text) for text in texts if text.endswith((".yml", ".yaml"))]
    for other in (scene.project.files[path] for path in named if path in scene.project.files):
        yield from (value for resource in other.facts.resources for _, value, _ in resource.settings)


def _tool(trained: Hit | Code) -> str:
    return trained.tool.id if isinstance(trained, Hit) else ""


def _starts_training(site: Site) -> bool:
    """A command that starts work elsewhere and whose words say train, where no first-party Python is reached."""
    text = " ".join(site.invocation.words)
    return site.invocation.program in programs().submit_work and speaks_of("says_train", text)


def _idle_schedules(scene: Scene) -> Iterator[Claim]:
    """Schedules that are paused or train nothing: intent where there is no other."""
    found = [(run.path, item) for run in scene.automation.runs.values() for item in run.triggers]
    found += [
        (f.path, item) for f, ws in scene.project.having(lambda f: f.workflows) for w in ws for item in w.triggers
    ]
    for path, item in found:
        if item.kind == "schedule":
            text = "a schedule that is paused" if not item.is_active else "a schedule for something other than training"
            yield Claim(Place(path, item.line), text, at_least=Rung.DECLARED, alone=True)


# ---- trigger ----


_EVENTS = {"event", "repository_dispatch", "webhook"}


def _is_data_path(pattern: str) -> bool:
    """A path filter names data, parameters, features or their versions."""
    path = pattern.rstrip("*")
    if path.endswith((".csv", ".parquet", ".dvc", ".jsonl", "dvc.yaml", "dvc.lock")) or "params" in path.lower():
        return True
    return any(speaks_of("folder_of_data", part.partition(".")[0]) for part in path.split("/"))


def trigger(scene: Scene) -> Iterator[Statement]:
    """New data, drift or degradation starts training; a trigger that a person must invoke is used."""
    for trained, arrival in training_arrivals(scene):
        found = _data_trigger(arrival.run)
        if found:
            yield Claim(Started(found, trained, arrival), _trigger_text(found), _tool(trained), Rung.ABSENT)
    yield from _unsent(scene)
    yield from _drift_triggers(scene)
    for hit in scene.hits("training.trigger", notebooks=False):
        if hit.tool.category != "orchestration" or _leads_to_training(scene, hit):
            yield seen(hit)
        else:
            yield NearMiss(hit.place, f"what {hit.tool.title} waits for or starts there is no training", hit.tool.id)
    yield from _invoked_triggers(scene)


def _leads_to_training(scene: Scene, hit: Hit) -> bool:
    """A sensor, or a call that starts another definition: what it is given speaks of training, or one of the runs that come
    there trains; where none comes, something in its file or in what that imports says so."""
    given = (str(value) for value in (*hit.call.args, *(v for _, v in hit.call.keywords))) if hit.call else ()
    if any(speaks_of("train", text) for text in given):
        return True
    runs = {way.run.key: way.run.path for way in scene.arrivals(hit)}
    trained = _training_runs(scene)
    if runs:
        return any(key in trained or _names_training(scene, path) for key, path in runs.items())
    return any(_speaks_of_training(scene, path) for path in _paths_around(scene, hit))


@once
def _training_runs(scene: Scene) -> frozenset[str]:
    return frozenset(way.run.key for _, way in training_arrivals(scene))


def _names_training(scene: Scene, path: str) -> bool:
    return path in scene.modules.files and _speaks_of_training(scene, path)


def _unsent(scene: Scene) -> Iterator[Claim]:
    """Training by an event from outside that nothing in sight sends: a person or service invokes it."""
    for trained, arrival in training_arrivals(scene):
        for item in (item for item in arrival.run.triggers if UNSENT in item.types):
            place = Started(item, trained, arrival).place
            yield Claim(place, "a dispatch from outside starts training, once somebody sends it", counts=NONE)


_EVENT_SOURCES = CI_PROVIDERS_EXCLUDED | {"codepipeline", "codebuild", "argo"}
"""Providers whose events come from outside the repository: a new object in a bucket, a message. An event of GitHub is an
issue, a comment or a star."""


def _data_trigger(run: Run) -> Trigger | None:
    """An event, a dispatch from outside, or a change filter on data or parameters."""
    live = (item for item in run.triggers if item.is_active and not run.manual)
    return next((item for item in live if _comes_from_outside(run, item) or _filters_data(item)), None)


def _comes_from_outside(run: Run, item: Trigger) -> bool:
    provider = run.workflow.provider
    return item.kind in _EVENTS and provider != "github-action" and (item.kind != "event" or provider in _EVENT_SOURCES)


def _filters_data(item: Trigger) -> bool:
    wanted = [path for path in item.paths if not path.startswith("!")]
    return any(map(_is_data_path, wanted)) and not {"**", "*"} & set(wanted)


def _trigger_text(item: Trigger) -> str:
    if item.paths:
        return f"a change of {', '.join(p for p in item.paths if _is_data_path(p))} starts training"
    return f"{item.kind.replace('_', ' ')} starts training"


def _drift_triggers(scene: Scene) -> Iterator[Claim]:
    """A function that computes drift or degradation reaches training, or dispatches a run, under a condition."""
    drifting = {hit.file.path for hit in scene.hits("monitoring.drift", notebooks=False) if hit.scope >= 0}
    for file in scene.project.code_files:
        names = [scope.name.lower() for scope in scene.modules.index(file.path).facts.scopes]
        is_about = file.path in drifting or "drift" in file.path.lower() or any("drift" in name for name in names)
        for starts, line, scope in _started_by_drift(scene, file.path, is_about):
            text = f"drift or degradation starts {starts.rpartition('.')[2]}()"
            if _is_idle(scene, file, scope):
                yield Claim(file.at(line), f"{text}, but nothing calls it", at_least=Rung.DECLARED)
            else:
                yield Claim(Code(file, scope, line), text)


def _started_by_drift(scene: Scene, path: str, is_about: bool) -> Iterator[tuple[str, int, int]]:
    """The first training that each condition on drift starts, with its line and function. `is_about`: the file is about
    drift, so that its conditions are; elsewhere they must ask for it."""
    ways = (
        (conditional_effects(scene, path) if is_about else (), starts_training),
        (effects_of_drift(scene, path), submits_training),
    )
    for found, starts in ways:
        for effects, line, scope in found:
            if started := next((effect for effect in effects if starts(scene, effect, path)), ""):
                yield started, line, scope


def _is_idle(scene: Scene, file: ProjectFile, scope: int) -> bool:
    """No run reaches the function and no first-party code calls it."""
    if scope in (MODULE, MAIN) or scene.automation.arrivals(file.path, scope):
        return False
    return not is_called(scene, file, scope)


def _invoked_triggers(scene: Scene) -> Iterator[Claim]:
    """A function that starts training from outside or is named so: used where something calls or serves it, else declared."""
    for file in scene.project.code_files:
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            last = scope.name.rpartition(".")[2]
            if number in (MODULE, MAIN) or scope.is_stub or _defines_pipeline(scope):
                continue
            is_handler = _is_handler(scope) and not _has_its_time(scene, file, number)
            if not (retrains(last) or is_handler) or not begins_training(scene, (file.path, number)):
                continue
            if is_handler or _is_named_in_a_call(scene, last):
                yield Claim(file.at(scope.line), f"{last}() starts training when it is invoked")
            else:
                text = f"{last}() exists, nothing calls it"
                yield Claim(file.at(scope.line), text, at_least=Rung.DECLARED)


def _defines_pipeline(scope: Scope) -> bool:
    """A pipeline of that name is what is triggered, and no trigger."""
    return any(decorator.name.rpartition(".")[2] in _DEFINES for decorator in scope.decorators)


_DEFINES = {"dag", "flow", "task", "pipeline", "step", "workflow"}


def _is_handler(scope: Scope) -> bool:
    """A route of a service, or the entry of a cloud function: `(event, context)`. A command of a command line is a person's."""
    named = {decorator.name.rpartition(".")[2] for decorator in scope.decorators} - {"command"}
    decorated = any(speaks_of("handles_request", name) for name in named)
    return decorated or scope.parameters[:2] == ("event", "context")


def _has_its_time(scene: Scene, file: ProjectFile, number: int) -> bool:
    """The clock alone starts the function: it is a step of what runs on a schedule, and nobody has to invoke it."""
    ways = [way for way in scene.automation.arrivals(file.path, number) if way.is_automatic]
    return bool(ways) and all(way.run.schedules for way in ways)


def _is_named_in_a_call(scene: Scene, name: str) -> bool:
    return any(
        call.name.rpartition(".")[2] == name
        for file in scene.project.code_files
        for call in (file.facts.python.calls if file.facts.python else ())
    )


# ---- gate ----


def validation_gate(scene: Scene) -> Iterator[Statement]:
    """A deciding comparison is used; in a run, automated; where a failing candidate goes no further, enforced."""
    for hit in scene.hits("training.validation_gate"):
        if chooses_nothing(scene, hit):
            yield NearMiss(hit.place, "the condition decides nothing", hit.tool.id)
        else:
            yield seen(hit, raised_by=partial(_branches, scene, hit))
    for gate in gates(scene):
        is_script = gate.scope == NO_SCOPE
        code = Written(gate.file, gate.line) if is_script else Code(gate.file, gate.scope, gate.line)
        subject = _where_asked(scene, gate) or code
        yield Claim(subject, gate.text, gate.tool, raised_by=partial(_held_back, scene, gate))
    yield from _choices(scene)
    for inline in inline_gates(scene):
        kept = any(comes_after(scene, positions(scene, [inline.way]), way) for way in _kept_later(scene))
        further = always(_NO_FURTHER) if kept or holds_back(scene, inline) else None
        yield Claim(Reached(inline.site.place, (inline.way,)), inline.text, raised_by=further)
    yield from _printed(scene)


def _where_asked(scene: Scene, gate: Gate) -> Reached | None:
    """The ways to a gate that some of its runs switch off by their settings; None where all of them ask it."""
    ways = scene.automation.arrivals(gate.file.path, gate.scope) if gate.guards else []
    asking = [way for way in ways if way.closure is None or way.closure.allows(gate.guards)]
    return Reached(gate.file.at(gate.line), tuple(asking)) if len(asking) < len(ways) else None


def _choices(scene: Scene) -> Iterator[Claim]:
    """Choices of state machines: enforced where what they hold back registers or deploys."""
    for choice in choice_gates(scene):
        subject = Reached(choice.file.at(choice.line), choice.ways)
        further = choice.asks or any(
            is_held_by_choice(scene, hit) for practice in GOES_ON for hit in scene.hits(practice, notebooks=False)
        )
        text = f"the state machine goes on by {choice.metric}"
        yield Claim(subject, text, "step-functions", raised_by=always(_NO_FURTHER) if further else None)


_NO_FURTHER = "and a failing candidate goes no further"


def _branches(scene: Scene, condition: Hit, ways: Sequence[Arrival]) -> str | None:
    """What registers or deploys stands in the condition's own branch, or comes after the pipeline that it makes fail; or the
    model is kept, registered or deployed after a command that fails with it."""
    if condition.kind == "command":
        before = positions(scene, ways) if condition.proof.raises else set()
        held = any(comes_after(scene, before, way) for way in (*_going_on(scene), *_kept_later(scene)))
    else:
        held = any(held_back(scene, condition)) or (_leads_to_failure(scene, condition) and _is_awaited(scene, ways))
    return _NO_FURTHER if held else None


def _leads_to_failure(scene: Scene, condition: Hit) -> bool:
    """A choice in the function of the condition goes on to a state that fails the whole state machine."""
    calls = scene.modules.index(condition.file.path).calls.get(condition.scope, ())
    choices = (call for call in calls if speaks_of("chooses_a_state", call.name.rpartition(".")[2]))
    led = ((*call.names, *(source for _, sources in call.given for source in sources)) for call in choices)
    return any(name.endswith(_FAILING_STATE) for names in led for name in names)


_FAILING_STATE = ".Fail"


def _is_awaited(scene: Scene, ways: Sequence[Arrival]) -> bool:
    """A pipeline waits for the state machine, and what registers or deploys comes after that."""
    waiting = [way for way in ways if any(step.uses == STARTS_STATE_MACHINE for step in way.run.job.steps)]
    before = positions(scene, waiting)
    return bool(before) and any(comes_after(scene, before, way) for way in _going_on(scene))


def _going_on(scene: Scene) -> Iterator[Arrival]:
    """The ways to what registers or deploys."""
    for practice in GOES_ON:
        for hit in scene.hits(practice, notebooks=False):
            yield from scene.arrivals(hit)


def _held_back(scene: Scene, gate: Gate, _: Sequence[Arrival]) -> str | None:
    """Registration or deployment hangs on the gate's outcome, or comes after a gate that stops the run."""
    follows = (hit for practice in GOES_ON for hit in scene.hits(practice, notebooks=False))
    live = (hit for hit in follows if hit.call is None or any(way.is_automatic for way in scene.arrivals(hit)))
    if any(decides_over(scene, gate, hit) for hit in live) or stands_before(scene, gate, _kept_later(scene)):
        return _NO_FURTHER
    return _NO_FURTHER if stored_after(scene, gate) or keeps_from_a_store(scene, gate) else None


@once
def _kept_later(scene: Scene) -> list[Arrival]:
    """What copies or commits the model to where its versions, or the one in use, are kept, and what deploys."""
    ways = [site.arrival for site in (*model_copies(scene), *model_hand_overs(scene))]
    ways += [*model_commits(scene), *deploying_ways(scene)]
    return [way for way in ways if way is not None and way.is_automatic and not way.in_test]


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
