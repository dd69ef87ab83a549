"""Deployment: packaging, serving, infrastructure, trials, automation, environments, progressive, rollback."""

from __future__ import annotations

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
from assessor.lifecycle.deployments import Deployment, deploying_route, deploying_ways, deployments, over_ssh
from assessor.lifecycle.environments import STAGES, chosen_by_condition, stage_named, stage_of, targets_of
from assessor.lifecycle.inference_jobs import is_cloud_function
from assessor.lifecycle.order import is_ci
from assessor.lifecycle.serving import batch_predictions, endpoint_handlers, loads_model, named_services, predicts
from assessor.lifecycle.switches import switched_on
from assessor.lifecycle.trials_in_code import trials_in_code
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
from assessor.scanners.serving_trials import compatibility


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of deployment."""
    return ladder.findings(scene, RULES)


def packaging(scene: Scene) -> Iterator[Statement]:
    """A Dockerfile, model package or wheel with an entry point is used; built by CI or a pipeline, automated."""
    practice = "deployment.packaging"
    yield from intended(scene, practice)
    for hit in scene.hits(practice):
        is_dockerfile = hit.place.path.lower().rpartition("/")[2].startswith("dockerfile")
        yield seen(hit, at_least=Rung.ABSENT if is_dockerfile and hit.proof.rung == "used" else None)
    yield from _images(scene)
    for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        if requirements.has_build and requirements.entry_points:
            name, _, line = requirements.entry_points[0]
            yield Claim(file.at(line), f"a wheel with the entry point {name}")


def _images(scene: Scene) -> Iterator[Claim]:
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY})):
        if dockerfile.stages and (dockerfile.copies or dockerfile.entry):
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
    deployed = deploying_route(scene, lambda item: not _brings_pipelines(item))
    for hit in modules:
        claim = seen(hit, carried=deployed if _is_carried(hit) else ())
        ways = scene.arrivals(hit) if "web" in hit.tool.traits else ()
        lasting = tuple(way for way in ways if not _is_tried(way))
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


def _brings_pipelines(item: Deployment) -> bool:
    """It installs a pipeline at its orchestrator, and no service."""
    return item.hit is not None and item.hit.tool.category == "orchestration"


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
    return tool.category == "serving"


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


# ---- environments ----

_CONFIG_ENDINGS = (".yml", ".yaml", ".tfvars", ".tf", ".json", ".toml", ".env", ".ini", ".hcl", ".cfg", ".bicepparam")
_FOLDERS_OF_CI = (".github/", ".gitlab/", ".circleci/")


def environments(scene: Scene) -> Iterator[Statement]:
    """Separate configuration of two environments is used; automation that promotes through them, automated."""
    yield from products(scene, "deployment.environments")
    for _, stages in sorted(_named_files(scene).items()):
        if "prod" in stages and len(stages) > 1:
            place = scene.project.files[stages["prod"]].at(1)
            yield Claim(place, f"separate configuration for {', '.join(sorted(stages))}")
    yield from _sections(scene)
    yield from _settings_classes(scene)
    yield from _chosen_by_ref(scene)
    yield from _promotions(scene)


def _named_files(scene: Scene) -> dict[str, dict[str, str]]:
    """Folder → environment → file, for configuration files told apart by environment."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(scene.project.files):
        if scene.project.files[path].role is Role.FIRST_PARTY and _is_configuration(path):
            for folder, stage in _told_apart(path):
                found.setdefault(folder, {}).setdefault(stage, path)
    return found


def _is_configuration(path: str) -> bool:
    """Not that of CI, and none that lists what is installed."""
    if not path.endswith(_CONFIG_ENDINGS) or path.startswith(_FOLDERS_OF_CI):
        return False
    return "requirements" not in path and "environment" not in path.rpartition("/")[2]


def _told_apart(path: str) -> Iterator[tuple[str, str]]:
    """(folder of the alternatives, environment) by the name of the file, and by each folder above it."""
    parts = path.split("/")
    own = stage_named(parts[-1].rpartition(".")[0])
    if own:
        yield "/".join(parts[:-1]), own
    for depth, part in enumerate(parts[:-1]):
        stage = STAGES.get(part.lower())
        if stage and part.lower() not in ("test", "testing"):
            yield "/".join(parts[:depth]) + "/*", stage


def _sections(scene: Scene) -> Iterator[Claim]:
    """Sections of one configuration file: `default:` and `production:`, bundle targets, serverless stages."""
    for file in scene.project.ordered:
        if file.role is Role.FIRST_PARTY and _may_have_sections(file.path):
            heads = _heads(file)
            if "prod" in heads and len(heads) > 1:
                yield Claim(file.at(heads["prod"]), f"sections for {', '.join(sorted(heads))}")


def _may_have_sections(path: str) -> bool:
    """In package.json `browserslist` and build tools have sections of these names."""
    return not path.startswith(".github/") and path.rpartition("/")[2] != "package.json"


def _heads(file: ProjectFile) -> dict[str, int]:
    """Environment → line, for the sections of a file."""
    heads: dict[str, int] = {}
    for setting in file.facts.settings:
        for part in setting.key.split(".")[:2]:
            if part.lower() in STAGES or part == "default":
                heads.setdefault(STAGES.get(part.lower(), "default"), setting.line)
    return heads


def _settings_classes(scene: Scene) -> Iterator[Claim]:
    """Classes of settings in one file named for environments: `DevelopmentConfig` and `ProductionConfig`."""
    for file in scene.project.code_files:
        heads: dict[str, int] = {}
        for definition in scene.modules.index(file.path).facts.classes:
            words = cut(definition.name).split()
            if words and words[-1] in ("config", "settings", "configuration", "conf"):
                found = next((STAGES[word] for word in words[:-1] if word in STAGES), None)
                heads.setdefault(found or "default", definition.line)
        named = sorted(heads.keys() - {"default"})
        if "prod" in heads and len(named) > 1:
            yield Claim(file.at(heads["prod"]), f"classes of settings for {', '.join(named)}")


_DEPLOYING = ("deployment.automation", "deployment.infrastructure")


def _deploying(scene: Scene) -> Iterator[tuple[Hit, Arrival]]:
    """Products that deploy, and the runs of CI that reach them without a person."""
    for name in _DEPLOYING:
        for hit in scene.hits(name, notebooks=False):
            yield from ((hit, way) for way in scene.arrivals(hit) if way.is_automatic and is_ci(way))


def _chosen_by_ref(scene: Scene) -> Iterator[Claim]:
    """Deployments whose target depends on the branch or tag."""
    for hit, way in _deploying(scene):
        if targets := targets_of(hit, way):
            text = f"the ref chooses between {' and '.join(targets)}"
            yield Claim(hit.place, text, hit.tool.id, carried=scene.route(hit, way))
    for site, way in over_ssh(scene):
        targets = chosen_by_condition(way.run.job.environment)
        if targets and way.is_automatic:
            text = f"the ref chooses between {' and '.join(targets)}"
            yield Claim(site.place, text, "ssh", carried=way.route)


def _promotions(scene: Scene) -> Iterator[Claim]:
    """Runs that deploy to two environments of which one comes after the other."""
    deploys = [(stage, hit, way) for hit, way in _deploying(scene) if (stage := stage_of(hit, way))]
    stages = {stage for stage, _, _ in deploys}
    if "prod" in stages and len(stages) > 1:
        _, hit, way = next(d for d in deploys if d[0] == "prod")
        text = f"automation deploys to {', '.join(sorted(stages))}"
        yield Claim(hit.place, text, hit.tool.id, carried=scene.route(hit, way))


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
