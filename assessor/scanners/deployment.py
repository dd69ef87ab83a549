"""Deployment: packaging, serving, infrastructure, trials, automation, environments, progressive, rollback."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import takewhile

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.words import cut, speaks_of
from assessor.facts.place import Place
from assessor.facts.project_files import Resource
from assessor.facts.python import PythonFacts
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.deployments import (
    Deployment,
    deploying_route,
    deploying_ways,
    deployments,
    on_own_machine,
)
from assessor.lifecycle.documented_commands import documented_commands
from assessor.lifecycle.inference_jobs import is_cloud_function
from assessor.lifecycle.matter import has_matter
from assessor.lifecycle.models_in_r import batch_jobs_in_r
from assessor.lifecycle.order import is_ci
from assessor.lifecycle.serving import batch_predictions, endpoint_handlers, loads_model, named_services, predicts
from assessor.lifecycle.switches import switched_on
from assessor.lifecycle.test_images import builds_for_tests, images_for_tests
from assessor.lifecycle.trials_in_code import trials_in_code
from assessor.lifecycle.ways_back import ways_back
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.claims import (
    NONE,
    WITH_TESTS,
    Claim,
    Code,
    Reached,
    Rule,
    Statement,
    Ways,
    Written,
    always,
    intended,
    products,
    seen,
)
from assessor.scanners.environments import environments
from assessor.scanners.serving_trials import compatibility


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of deployment."""
    return ladder.findings(scene, RULES)


def packaging(scene: Scene) -> Iterator[Statement]:
    """A Dockerfile, model package or wheel with an entry point is used; built by CI or a pipeline, automated."""
    practice = "deployment.packaging"
    yield from intended(scene, practice)
    for hit in scene.hits(practice):
        if hit.place in builds_for_tests(scene):
            continue
        is_dockerfile = hit.place.path.lower().rpartition("/")[2].startswith("dockerfile")
        yield seen(hit, at_least=Rung.ABSENT if is_dockerfile and hit.proof.rung == "used" else None)
    yield from _images(scene)
    yield from _packed_models(scene)
    for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        if requirements.has_build and requirements.entry_points:
            name, _, line = requirements.entry_points[0]
            yield Claim(file.at(line), f"a wheel with the entry point {name}")


def _packed_models(scene: Scene) -> Iterator[Claim]:
    """Models in MLflow's format, which holds the code and the environment beside the model, where they are loaded from it or
    served by its server."""
    loaded = any(
        call.name.startswith("mlflow.") and call.name.endswith(".load_model")
        for file in scene.project.code_files
        if file.code and file.role is Role.FIRST_PARTY and not file.is_notebook
        for call in file.code.calls
    )
    served = any(hit.tool.id == "mlflow" and hit.kind == "command" for hit in scene.hits("deployment.serving"))
    if not (loaded or served):
        return
    for hit in scene.hits("versioning.models", notebooks=False):
        if hit.tool.id == "mlflow" and hit.call and hit.call.name.endswith((".log_model", ".save_model")):
            yield Claim(
                hit, "packs the model with its environment in MLflow's format, from which it is loaded", "mlflow"
            )


def _images(scene: Scene) -> Iterator[Claim]:
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY})):
        packs = dockerfile.stages and (dockerfile.copies or dockerfile.entry)
        if packs and file.path not in images_for_tests(scene):
            ways = scene.automation.reach.files.get(file.path, ())
            subject = Reached(file.at(dockerfile.stages[0].line), tuple(way for way in ways if _builds(way)))
            yield Claim(subject, f"{file.path} packages the code", "docker", counts=WITH_TESTS)


def _builds(arrival: Arrival) -> bool:
    """The image is built there, not only named as a job's image."""
    return arrival.hop is not None


# ---- serving ----


def serving(scene: Scene) -> Iterator[Statement]:
    """An API, batch or stream inference code, a demo app; deployed by what automation applies: automated."""
    practice = "deployment.serving"
    found = scene.hits(practice, notebooks=False)
    modules = [hit for hit in found if predicts(scene, hit)]
    idle = [hit for hit in found if hit not in modules]
    if modules or not idle:  # what predicts nothing declares nothing either
        yield from intended(scene, practice)
    deployed = deploying_route(scene, lambda item: item.brings_services)
    staying = {way.run.key for _, way in on_own_machine(scene)}
    for hit in modules:
        claim = seen(hit, carried=deployed if _is_carried(hit) else ())
        ways = scene.arrivals(hit) if "web" in hit.tool.traits else ()
        lasting = tuple(way for way in ways if way.run.key in staying or not _is_tried(way))
        yield claim if len(lasting) == len(ways) else replace(claim, subject=Reached(hit.place, lasting))
    yield from _batch(scene)
    for file, number, text in endpoint_handlers(scene):
        line = max(scene.modules.index(file.path).facts.scopes[number].line, 1)
        yield Claim(Code(file, number, line), text)
    if not modules:
        yield from _in_notebooks(scene)
    for file, resource, name in named_services(scene):
        text = f"{resource.kind} {resource.name} starts an image made elsewhere, for a model by its name ({name})"
        yield Claim(file.at(resource.line), text, at_least=Rung.DECLARED, alone=True)
    yield from (NearMiss(hit.place, "a web app that predicts nothing", hit.tool.id) for hit in idle)


def _is_tried(way: Arrival) -> bool:
    """A job of CI starts the service on its own machine, which ends with the job."""
    own = (hop for hop in way.route if hop.place.path == way.run.path)
    return is_ci(way) and any(matches_any_command(programs().start_services, tuple(hop.text.split())) for hop in own)


def _is_carried(hit: Hit) -> bool:
    """The project's deployment brings it out as a part of the service's code: an application. An endpoint that a
    definition describes or a call makes is there only where that definition is applied or that call is reached."""
    if hit.kind == "resource":
        return hit.tool.id == "heroku"
    return hit.kind != "call" or hit.tool.category != "cloud_ml"


def _in_notebooks(scene: Scene) -> Iterator[Claim]:
    """What a notebook serves, and where one loads a stored model and predicts, without training one."""
    for hit in scene.hits("deployment.serving"):
        if hit.in_notebook:
            yield Claim(hit, "served from a notebook only", hit.tool.id, Rung.DECLARED, counts=NONE)
    for file in scene.project.notebooks:
        line = _predicting_line(file.code) if file.code and file.role is Role.FIRST_PARTY else 0
        if line:
            yield Claim(file.at(line), "predictions in a notebook only", at_least=Rung.DECLARED, alone=True)


def _predicting_line(code: PythonFacts) -> int:
    """The line that asks a stored model; 0 where none does or the code trains one."""
    last = {call.name.rpartition(".")[2]: call.line for call in reversed(code.calls)}
    asked = min((last[name] for name in ("predict", "predict_proba") if name in last), default=0)
    return asked if "fit" not in last and loads_model(code.calls) else 0


def _batch(scene: Scene) -> Iterator[Claim]:
    """Batch inference: code that loads a model and predicts. That CI tries it on a change brings nothing into service."""
    for file, call, name in batch_predictions(scene):
        scope = scene.modules.index(file.path).facts.scopes[call.scope]
        brings = _brings_functions if is_cloud_function(scope) and _has_functions(scene) else _brings_out
        carried = deploying_route(scene, partial(brings, scene, file))
        text = f"{name} predicts with a stored model"
        yield Claim(Code(file, call.scope, call.line), text, counts=Ways(recurring=True), carried=carried)
    for file, line in batch_jobs_in_r(scene):
        ways = tuple(scene.automation.reach.files.get(file.path, ()))
        text = f"{file.path} predicts with a stored model"
        yield Claim(Reached(file.at(line), ways), text, counts=Ways(recurring=True))


_FUNCTIONS = ("lambda", "function")


def _has_functions(scene: Scene) -> bool:
    """Infrastructure code of the project, or a program of Pulumi, makes a function of a cloud."""
    resources = scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY}))
    kinds = (cut(resource.kind).split() for _, found in resources for resource in found)
    codes = [file.code for file in scene.project.code_files if file.code is not None]
    calls = (cut(call.name).split() for code in codes for call in code.calls)
    return any(words[-1:] == ["function"] and set(_FUNCTIONS) & set(words) for words in (*kinds, *calls))


def _brings_functions(scene: Scene, file: ProjectFile, item: Deployment) -> bool:
    """The deployment applies infrastructure code, and with it the functions that this makes."""
    return item.hit is not None and item.hit.tool.category == "infrastructure"


def _brings_out(scene: Scene, file: ProjectFile, item: Deployment) -> bool:
    """The deployment is that of a platform for models, which serves the project's functions, or that of the orchestrator
    which the file's functions are tasks of."""
    if item.hit is None:
        return False
    tool = item.hit.tool
    if tool.category == "orchestration":
        code = scene.modules.index(file.path).facts
        return any(i.target.split(".")[0] in tool.imports for i in code.imports)
    return tool.category == "serving" or _is_job_of(scene, file, tool.id)


def _is_job_of(scene: Scene, file: ProjectFile, system: str) -> bool:
    """A job that the deployed definition holds, and that is not switched off, starts the file or what imports it."""
    for _, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        jobs = (item for item in resources if (item.system, item.kind) == (system, "job") and item.is_active)
        for word in (word for job in jobs for command in job.commands for word in command.argv[1:2]):
            end = posixpath.normpath(word).lstrip("./")
            started = [path for path in scene.modules.files if path.endswith(end)] if end.endswith(".py") else []
            if any(file.path in (path, *scene.modules.imported(path)) for path in started):
                return True
    return False


# ---- infrastructure and automation ----


def infrastructure(scene: Scene) -> Iterator[Statement]:
    """Compose alone is declared; Terraform, charts and manifests are used; applied by CI or GitOps, automated."""
    practice = "deployment.infrastructure"
    yield from intended(scene, practice)
    for hit in scene.hits(practice):
        if (
            hit.kind != "command" or hit.arrivals
        ):  # an apply that a person types is a command, no infrastructure as code
            yield seen(hit)
    for file, services in scene.project.having(lambda f: f.services, frozenset({Role.FIRST_PARTY})):
        text = f"{file.path} is docker compose only"
        yield Claim(file.at(services[0].line), text, "docker-compose", Rung.DECLARED)


def automation(scene: Scene) -> Iterator[Statement]:
    """A person starts it: used; merges, tags or results deploy: automated; behind tests, a gate or approval: enforced."""
    for item in deployments(scene):
        hit = item.hit
        if item.route and (hit is None or hit.kind in ("command", "call") or scene.arrivals(hit)):
            held = always(item.after) if item.after else None
            yield Claim(item.place, item.text, item.tool, carried=item.route, raised_by=held)
        elif item.by_person:
            yield Claim(item.place, f"{hit.tool.title if hit else item.text}: a person starts it", item.tool)
        elif hit is not None and hit.kind in ("command", "call"):
            yield Claim(item.place, f"{hit.text[:60]} is scripted", item.tool, Rung.DECLARED)
        elif hit is not None:
            yield seen(hit)
    for hit in scene.hits("governance.documentation"):
        if "pages" in hit.tool.traits and any(way.is_automatic for way in scene.arrivals(hit)):
            yield NearMiss(
                hit.place, "pages are brought out, which is no deployment of a model or service", hit.tool.id
            )
    yield from _named_for_it(scene)
    if has_matter(scene):
        for told in documented_commands(scene, "deployment.automation"):
            text = f"{told.file.path} tells to type `{told.text[:60]}`"
            yield Claim(told.file.at(told.line), text, told.tool.id, Rung.DECLARED, counts=NONE, alone=True)


_SCRIPTS = (".sh", ".py", ".ps1", ".R")
_TEXTS = (".md", ".rst", ".txt")


def _leads(stem: str) -> bool:
    """The page's name begins or ends with it (`deployment_guide`); a lesson's has it between other words."""
    words = cut(stem).split()
    return any(speaks_of("deploys", word) for word in (words[0], words[-1])) if words else False


def _named_for_it(scene: Scene) -> Iterator[Claim]:
    """Scripts that are named for deploying, and pages that tell how it is done: intent where there is no more."""
    for file in scene.project.ordered:
        stem, dot, ending = file.path.rpartition("/")[2].rpartition(".")
        if not speaks_of("deploys", stem) or file.role not in (Role.FIRST_PARTY, Role.DOCUMENTATION):
            continue
        if dot + ending in _SCRIPTS and file.role is Role.FIRST_PARTY:
            text = f"{file.path} is named for deploying"
        elif dot + ending in _TEXTS and _leads(stem):
            text = f"{file.path} tells how to deploy"
        else:
            continue
        yield Claim(file.at(1), text, at_least=Rung.DECLARED, counts=NONE, alone=True)
    for file, targets in scene.project.having(lambda f: f.targets, frozenset({Role.FIRST_PARTY})):
        for target in targets:
            if target.commands and cut(target.name) in ("deploy", "deployment"):
                text = f"{target.runner} {target.name} is named for deploying"
                yield Claim(file.at(target.line), text, at_least=Rung.DECLARED, counts=NONE, alone=True)


# ---- trials and rollback ----


def progressive(scene: Scene) -> Iterator[Statement]:
    """A canary, a shadow, a split of traffic: used; applied by a run, automated."""
    yield from intended(scene, "deployment.progressive")
    for hit in scene.hits("deployment.progressive"):
        if hit.kind == "command" and _all_to_one(hit.text):
            yield NearMiss(hit.place, "all traffic goes to one version", hit.tool.id)
        else:
            yield seen(hit)
    yield from _weighted(scene)
    for file, resource, line, tool in switched_on(scene, lambda tool: tool.shifts):
        text = f"{resource.kind} {resource.name} shifts traffic step by step"
        yield Claim(Written(file, line), text, tool.id, counts=WITH_TESTS)
    for file, number, line, text in trials_in_code(scene):
        yield Claim(Code(file, number, line), text)


def _all_to_one(command: str) -> bool:
    """The only share of traffic that a command gives is all of it."""
    shares = _SHARE.findall(command.partition("traffic")[2])
    return len(shares) == 1 and int(shares[0]) == _ALL


_SHARE = re.compile(r"=\s*(\d{1,3})(?![\w.])")
_ALL = 100


def _weighted(scene: Scene) -> Iterator[Claim]:
    """Routes that split traffic by weights between two versions."""
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            weights = _weights(resource)
            if not all(value in ("0", "100") for value, _ in weights):
                text = f"{resource.kind} {resource.name} splits traffic by weights"
                yield Claim(Written(file, weights[0][1]), text, "istio", counts=WITH_TESTS)


def _weights(resource: Resource) -> list[tuple[str, int]]:
    """The shares of traffic that a resource states, with their lines: of a route two or more, of KServe the canary's."""
    if resource.kind in ("VirtualService", "HTTPRoute", "TraefikService", "TrafficSplit"):
        weights = [(v, line) for k, v, line in resource.settings if k.endswith(".weight")]
        return weights if len(weights) > 1 else []
    if resource.kind == "InferenceService":
        return [(v, line) for k, v, line in resource.settings if k.endswith("canaryTrafficPercent")]
    return []


def rollback(scene: Scene) -> Iterator[Statement]:
    """A way back that a person starts is used; one that a failure starts, automated."""
    yield from products(scene, "deployment.rollback")
    for file, resource, line, tool in switched_on(scene, lambda tool: tool.rolls_back):
        text = f"{resource.kind} {resource.name} goes back when a new version fails"
        yield Claim(Written(file, line), text, tool.id, counts=WITH_TESTS)
    for run in scene.automation.runs.values():
        words = cut(f"{run.job.id} {run.job.name} {run.job.stage}").replace(" ", "")
        if "rollback" in words and is_ci(Arrival(run, 0)):
            on_failure = run.is_automatic and "fail" in run.job.condition.lower()
            text = f"job {run.job.id} rolls back{' on failure' if on_failure else ''}"
            yield Claim(Place(run.path, run.job.line), text, carried=run.hops if on_failure else ())
    yield from _chosen_versions(scene)
    for way in ways_back(scene):
        if way.is_used:
            yield Claim(way.file.at(way.line), f"{way.name} goes back to an earlier release")
        else:
            yield Claim(way.file.at(way.line), f"{way.name} goes back, nothing calls it", at_least=Rung.DECLARED)


def _chosen_versions(scene: Scene) -> Iterator[Claim]:
    """A run that a person starts deploys the version which that person names, beside one that deploys by itself."""
    ways = deploying_ways(scene)
    if not any(way.is_automatic for way in ways):
        return
    for way in ways:
        named = _version_asked(way) if not way.run.is_automatic else ""
        if named:
            yield Claim(Place(way.run.path, way.run.job.line), f"a person deploys the version that {named} names")


def _asked(text: str) -> Iterator[str]:
    """The names of inputs in a text: `${{ inputs.version }}`, `params.TAG`."""
    for head in ("inputs.", "params.", "parameters."):
        for rest in text.split(head)[1:]:
            yield "".join(takewhile(lambda sign: sign.isalnum() or sign in "_-", rest))


def _version_asked(way: Arrival) -> str:
    """The input by which a person says what to deploy: in a checkout, or in the variables and commands of the run."""
    texts = [text for step in way.run.job.steps for _, text in (*step.inputs, ("", step.script))]
    given = dict(way.run.variables)
    asked = [name for text in texts for name in _asked(text)]
    # what a called definition is given may itself be what a person was asked, or what an event says
    names = [inner for name in asked for inner in (_asked(given[name]) if name in given else (name,))]
    return next((name for name in names if speaks_of("names_a_version", name)), "")


RULES: dict[str, Rule] = {
    "deployment.packaging": packaging,
    "deployment.serving": serving,
    "deployment.infrastructure": infrastructure,
    "deployment.compatibility": compatibility,
    "deployment.automation": automation,
    "deployment.environments": environments,
    "deployment.progressive": progressive,
    "deployment.rollback": rollback,
}
