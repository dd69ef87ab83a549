"""Deployment: packaging, serving, infrastructure, trials, automation, environments, progressive, rollback."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from assessor.catalog.words import cut
from assessor.facts.place import Place
from assessor.facts.project_files import Dockerfile, Requirements, Resource
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.deployments import Deployment, deploying_route, deployments, over_ssh
from assessor.lifecycle.environments import STAGES, chosen_by_condition, stage_named, stage_of, targets_of
from assessor.lifecycle.order import best, is_ci
from assessor.lifecycle.serving import batch_predictions, endpoint_handlers, loads_model, predicts
from assessor.lifecycle.trials_in_code import trials_in_code
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude, raised
from assessor.scanners.serving_trials import compatibility


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of deployment."""
    yield packaging(scene)
    yield serving(scene)
    yield infrastructure(scene)
    yield compatibility(scene)
    yield automation(scene)
    yield environments(scene)
    yield conclude(
        "deployment.progressive",
        [*ladder.plain(scene, "deployment.progressive"), *_weighted(scene), *_two_models(scene)],
    )
    yield conclude("deployment.rollback", [*ladder.plain(scene, "deployment.rollback"), *_rollback_jobs(scene)])


def packaging(scene: Scene) -> Finding:
    """A Dockerfile, model package or wheel with an entry point is used; built by CI or a pipeline, automated."""
    practice = "deployment.packaging"
    evidence = ladder.plain(scene, practice)
    evidence = [
        e
        for e in evidence
        if not (e.rung is Rung.USED and e.place.path.lower().rpartition("/")[2].startswith("dockerfile"))
    ]
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY})):
        assert isinstance(dockerfile, Dockerfile)
        if not dockerfile.stages or not (dockerfile.copies or dockerfile.entry):
            continue
        place = file.at(dockerfile.stages[0].line)
        arrival = best(a for a in scene.automation.reach.files.get(file.path, ()) if a.is_automatic and _builds(a))
        text = f"{file.path} packages the code"
        if arrival:
            evidence.append(
                Evidence(practice, Rung.AUTOMATED, place, text, "docker", (*arrival.route, Hop(file.path, place)))
            )
        else:
            evidence.append(Evidence(practice, Rung.USED, place, text, "docker"))
    for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        assert isinstance(requirements, Requirements)
        if requirements.has_build and requirements.entry_points:
            name, _, line = requirements.entry_points[0]
            evidence.append(Evidence(practice, Rung.USED, file.at(line), f"a wheel with the entry point {name}"))
    return conclude(practice, evidence)


def _builds(arrival: Arrival) -> bool:
    """The image is built there, not only named as a job's image."""
    return arrival.hop is not None


def serving(scene: Scene) -> Finding:
    """An API, batch or stream inference code, a demo app; deployed by what automation applies: automated."""
    practice = "deployment.serving"
    evidence = list(ladder.declared(scene, practice))
    modules = scene.hits(practice, notebooks=False)
    deployed = deploying_route(scene, lambda item: not _brings_pipelines(item))
    idle = [hit for hit in modules if not predicts(scene, hit)]
    modules = [hit for hit in modules if hit not in idle]
    for hit in modules:
        for item in ladder.evidence(scene, [hit]):
            if item.rung is Rung.USED and deployed and _is_carried(hit):
                route = (*deployed, Hop(hit.text or hit.tool.title, hit.place))
                item = Evidence(practice, Rung.AUTOMATED, item.place, item.text, item.tool, route)
            evidence.append(item)
    evidence += _batch(scene)
    for file, number, text in endpoint_handlers(scene):
        line = max(scene.modules.index(file.path).facts.scopes[number].line, 1)
        item = ladder.scope_evidence(scene, practice, file, number, line, text)
        evidence.append(item)
    if idle and not modules:
        evidence = [e for e in evidence if e.rung is not Rung.DECLARED]
    if not modules and not evidence:
        evidence += _in_notebooks(scene)
    if not modules:
        for hit in scene.hits(practice):
            if hit.in_notebook:
                evidence.append(
                    Evidence(practice, Rung.DECLARED, hit.place, "served from a notebook only", hit.tool.id)
                )
    return conclude(practice, evidence, [NearMiss(h.place, "a web app that predicts nothing", h.tool.id) for h in idle])


def _brings_pipelines(item: Deployment) -> bool:
    """It installs a pipeline at its orchestrator, and no service."""
    return item.hit is not None and item.hit.tool.category == "orchestration"


def _is_carried(hit: Hit) -> bool:
    """The project's deployment brings it out as a part of the service's code: an application. An endpoint that a
    definition describes or a call makes is there only where that definition is applied or that call is reached."""
    if hit.kind == "resource":
        return hit.tool.id == "heroku"
    return hit.kind != "call" or hit.tool.category != "cloud_ml"


def _in_notebooks(scene: Scene) -> Iterator[Evidence]:
    """A notebook that loads a stored model and predicts, without training one."""
    for file in scene.project.notebooks:
        code = file.code
        if code is None or file.role is not Role.FIRST_PARTY:
            continue
        predicts = next((c for c in code.calls if c.name.rpartition(".")[2] in ("predict", "predict_proba")), None)
        trains = any(c.name.rpartition(".")[2] == "fit" for c in code.calls)
        if predicts and not trains and loads_model(code.calls):
            yield Evidence(
                "deployment.serving", Rung.DECLARED, file.at(predicts.line), "predictions in a notebook only"
            )


def _batch(scene: Scene) -> Iterator[Evidence]:
    """Batch inference: a module or function named so that loads a model and predicts."""
    for file, call, name in batch_predictions(scene):
        text = f"{name} predicts with a stored model"
        item = ladder.scope_evidence(scene, "deployment.serving", file, call.scope, call.line, text)
        route = deploying_route(scene, partial(_brings_out, scene, file)) if item.rung is Rung.USED else ()
        if route:
            route = (*route, Hop(text, item.place))
            item = Evidence(item.practice, Rung.AUTOMATED, item.place, text, item.tool, route)
        yield item


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


def infrastructure(scene: Scene) -> Finding:
    """Compose alone is declared; Terraform, charts and manifests are used; applied by CI or GitOps, automated."""
    practice = "deployment.infrastructure"
    evidence = list(ladder.declared(scene, practice))
    for hit in scene.hits(practice):
        if hit.kind == "command" and not hit.arrivals:
            continue  # an apply that a person types is a command, not infrastructure as code
        evidence += ladder.evidence(scene, [hit])
    for file, services in scene.project.having(lambda f: f.services, frozenset({Role.FIRST_PARTY})):
        line = services[0].line
        evidence.append(
            Evidence(practice, Rung.DECLARED, file.at(line), f"{file.path} is docker compose only", "docker-compose")
        )
    return conclude(practice, evidence)


# ---- automation ----


def automation(scene: Scene) -> Finding:
    """A person starts it: used; merges, tags or results deploy: automated; behind tests, a gate or approval: enforced."""
    practice = "deployment.automation"
    evidence: list[Evidence] = []
    for item in deployments(scene):
        hit = item.hit
        if item.route and (hit is None or hit.kind in ("command", "call") or scene.arrivals(hit)):
            proof = Evidence(practice, Rung.AUTOMATED, item.place, item.text, item.tool, item.route)
            evidence.append(raised(proof, item.after) if item.after else proof)
        elif item.by_person:
            text = f"{hit.tool.title if hit else item.text}: a person starts it"
            evidence.append(Evidence(practice, Rung.USED, item.place, text, item.tool))
        elif hit is not None and hit.kind in ("command", "call"):
            text = f"{hit.text[:60]} is scripted"
            evidence.append(Evidence(practice, Rung.DECLARED, item.place, text, item.tool))
        elif hit is not None:
            evidence += ladder.evidence(scene, [hit])
    return conclude(practice, evidence)


def _weighted(scene: Scene) -> Iterator[Evidence]:
    """Routes that split traffic by weights between two versions; applied by a run, automated."""
    practice = "deployment.progressive"
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            weights = _weights(resource)
            if not weights or all(value in ("0", "100") for value, _ in weights):
                continue
            place, text = file.at(weights[0][1]), f"{resource.kind} {resource.name} splits traffic by weights"
            arrival = best(a for a in scene.automation.reach.files.get(file.path, ()) if a.is_automatic)
            if arrival:
                route = (*arrival.route, Hop(f"{resource.kind} {resource.name}", place))
                yield Evidence(practice, Rung.AUTOMATED, place, text, "istio", route)
            else:
                yield Evidence(practice, Rung.USED, place, text, "istio")


def _two_models(scene: Scene) -> Iterator[Evidence]:
    """A split or a shadow that the service's own code makes."""
    for file, number, line, text in trials_in_code(scene):
        yield ladder.scope_evidence(scene, "deployment.progressive", file, number, line, text)


def _weights(resource: Resource) -> list[tuple[str, int]]:
    """The shares of traffic that a resource states, with their lines: of a route two or more, of KServe the canary's."""
    if resource.kind in ("VirtualService", "HTTPRoute", "TraefikService", "TrafficSplit"):
        weights = [(v, line) for k, v, line in resource.settings if k.endswith(".weight")]
        return weights if len(weights) > 1 else []
    if resource.kind == "InferenceService":
        return [(v, line) for k, v, line in resource.settings if k.endswith("canaryTrafficPercent")]
    return []


def _rollback_jobs(scene: Scene) -> Iterator[Evidence]:
    """Jobs named for rolling back: a person starts them, or they run when something failed."""
    practice = "deployment.rollback"
    for run in scene.automation.runs.values():
        words = (
            f"{run.job.id} {run.job.name} {run.job.stage}".lower().replace("_", "").replace("-", "").replace(" ", "")
        )
        if "rollback" not in words or not is_ci(Arrival(run, 0)):
            continue
        place = Place(run.path, run.job.line)
        if run.is_automatic and "fail" in run.job.condition.lower():
            yield Evidence(practice, Rung.AUTOMATED, place, f"job {run.job.id} rolls back on failure", "", run.hops)
        else:
            yield Evidence(practice, Rung.USED, place, f"job {run.job.id} rolls back")


_CONFIG_ENDINGS = (".yml", ".yaml", ".tfvars", ".tf", ".json", ".toml", ".env", ".ini", ".hcl", ".cfg", ".bicepparam")


def environments(scene: Scene) -> Finding:
    """Separate configuration of two environments is used; automation that promotes through them, automated."""
    practice = "deployment.environments"
    evidence = ladder.plain(scene, practice)
    named = _named_files(scene)
    for _, stages in sorted(named.items()):
        if "prod" in stages and len(stages) > 1:
            path = stages["prod"]
            text = f"separate configuration for {', '.join(sorted(stages))}"
            evidence.append(Evidence(practice, Rung.USED, scene.project.files[path].at(1), text))
    evidence += _sections(scene)
    evidence += _settings_classes(scene)
    evidence += _promotions(scene)
    return conclude(practice, evidence)


def _named_files(scene: Scene) -> dict[str, dict[str, str]]:
    """Folder → environment → file, for configuration files told apart by environment."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(scene.project.files):
        if scene.project.files[path].role is not Role.FIRST_PARTY or not path.endswith(_CONFIG_ENDINGS):
            continue
        if (
            path.startswith((".github/", ".gitlab/", ".circleci/"))
            or "requirements" in path
            or "environment" in path.rpartition("/")[2]
        ):
            continue
        parts = path.split("/")
        stem = parts[-1].rpartition(".")[0]
        own = stage_named(stem)
        if own:
            found.setdefault("/".join(parts[:-1]), {}).setdefault(own, path)
        for depth in range(len(parts) - 1):
            stage = STAGES.get(parts[depth].lower())
            if stage and parts[depth].lower() not in ("test", "testing"):
                found.setdefault("/".join(parts[:depth]) + "/*", {}).setdefault(stage, path)
    return found


def _sections(scene: Scene) -> Iterator[Evidence]:
    """Sections of one configuration file: `default:` and `production:`, bundle targets, serverless stages."""
    practice = "deployment.environments"
    for file in scene.project.ordered:
        if file.role is not Role.FIRST_PARTY or not file.facts.settings or file.path.startswith((".github/",)):
            continue
        if file.path.rpartition("/")[2] == "package.json":
            continue  # `browserslist` and build tools have sections of these names
        heads: dict[str, int] = {}
        for setting in file.facts.settings:
            parts = setting.key.split(".")
            for part in parts[:2]:
                if part.lower() in STAGES or part == "default":
                    heads.setdefault(STAGES.get(part.lower(), "default"), setting.line)
        if "prod" in heads and len(heads) > 1:
            yield Evidence(practice, Rung.USED, file.at(heads["prod"]), f"sections for {', '.join(sorted(heads))}")


def _settings_classes(scene: Scene) -> Iterator[Evidence]:
    """Classes of settings in one file named for environments: `DevelopmentConfig` and `ProductionConfig`."""
    for file in scene.project.code_files:
        heads: dict[str, int] = {}
        for definition in scene.modules.index(file.path).facts.classes:
            words = cut(definition.name).split()
            if words and words[-1] in ("config", "settings", "configuration", "conf"):
                found = next((STAGES[word] for word in words[:-1] if word in STAGES), None)
                heads.setdefault(found or "default", definition.line)
        if "prod" in heads and len(heads.keys() - {"default"}) > 1:
            text = f"classes of settings for {', '.join(sorted(heads.keys() - {'default'}))}"
            yield Evidence("deployment.environments", Rung.USED, file.at(heads["prod"]), text)


def _promotions(scene: Scene) -> Iterator[Evidence]:
    """Runs that deploy to two environments of which one comes after the other."""
    practice = "deployment.environments"
    deploys: list[tuple[str, Arrival, Hit]] = []
    for name in ("deployment.automation", "deployment.infrastructure"):
        for hit in scene.hits(name, notebooks=False):
            for arrival in scene.arrivals(hit):
                stage = stage_of(hit, arrival)
                if stage and arrival.is_automatic and is_ci(arrival):
                    deploys.append((stage, arrival, hit))
                targets = targets_of(hit, arrival)
                if targets and arrival.is_automatic and is_ci(arrival):
                    text, route = f"the ref chooses between {' and '.join(targets)}", scene.route(hit, arrival)
                    yield Evidence(practice, Rung.AUTOMATED, hit.place, text, hit.tool.id, route)
    for site, arrival in over_ssh(scene):
        targets = chosen_by_condition(arrival.run.job.environment)
        if targets and arrival.is_automatic:
            text = f"the ref chooses between {' and '.join(targets)}"
            yield Evidence(practice, Rung.AUTOMATED, site.place, text, "ssh", arrival.route)
    stages = {stage for stage, _, _ in deploys}
    if "prod" in stages and len(stages) > 1:
        stage, arrival, hit = next(d for d in deploys if d[0] == "prod")
        text = f"automation deploys to {', '.join(sorted(stages))}"
        yield Evidence(practice, Rung.AUTOMATED, hit.place, text, hit.tool.id, scene.route(hit, arrival))
