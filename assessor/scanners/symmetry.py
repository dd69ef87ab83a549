"""Symmetry: one definition of the training pipeline serves development, staging and production.

Seen where runs for two environments or more reach the same definition, or a Databricks bundle with several targets holds
it. Separate files for each environment (train_dev.py, train_prod.py) are the opposite.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator

from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.environments import STAGES, is_asked, stage_named, stage_of, targets_of
from assessor.project.arrivals import Arrival
from assessor.project.bundles import Bundles, is_deployment
from assessor.project.kustomizations import KUSTOMIZATIONS, Kustomizations
from assessor.project.model import Role
from assessor.scanners.claims import ANY, NONE, Claim, Reached, Statement


def symmetry(scene: Scene) -> Iterator[Statement]:
    """A definition made for several environments is used; brought to two of them by automation, automated."""
    hits = scene.hits("training.pipeline", notebooks=False)
    for hit in hits:
        yield from _reached_for(scene, hit)
    if hits:
        yield from _chosen(scene)
        yield from _brought(scene)
        yield from _laid_over(scene, hits)
    yield from _bundles(scene, hits)


def _chosen(scene: Scene) -> Iterator[Claim]:
    """What brings a pipeline to its orchestrator, with a target that follows from the ref."""
    for hit in scene.hits("deployment.automation", notebooks=False):
        if hit.tool.category != "orchestration":
            continue
        for arrival in scene.arrivals(hit):
            values = targets_of(hit, arrival)
            stages = {STAGES[value] for value in values if value in STAGES}
            if len(stages) > 1:
                yield Claim(hit, f"the ref chooses between {' and '.join(sorted(stages))}", hit.tool.id)
                break


def _brought(scene: Scene) -> Iterator[Claim]:
    """Runs for several environments copy the definitions to the orchestrators of each."""
    by_tool: dict[str, list[Hit]] = defaultdict(list)
    for hit in scene.hits("deployment.automation", notebooks=False):
        if hit.proof.hands_over:
            by_tool[hit.tool.id].append(hit)
    for hits in by_tool.values():
        yield from _reached_for(scene, *hits)


def _reached_for(scene: Scene, hit: Hit, *others: Hit) -> Iterator[Claim]:
    """Runs for two environments and more reach one definition; automated where two of them start by themselves."""
    by_stage: dict[str, Arrival] = {}
    for each in (hit, *others):
        for arrival in scene.arrivals(each):
            stage = "" if arrival.in_test else stage_of(each, arrival) or _layer_of(arrival)
            if stage and (stage not in by_stage or arrival.is_automatic):
                by_stage[stage] = arrival
    if len(by_stage) > 1:
        text = f"one definition of the pipeline for {', '.join(sorted(by_stage))}"
        automatic = sum(arrival.is_automatic for arrival in by_stage.values())
        yield Claim(hit, text, hit.tool.id, counts=ANY if automatic > 1 else NONE)
    elif any(is_asked(arrival.run.job.environment) for arrival in scene.arrivals(hit) if not arrival.in_test):
        text = "one definition of the pipeline, brought to the environment that a person names"
        yield Claim(hit, text, hit.tool.id, counts=NONE)


def _layer_of(arrival: Arrival) -> str:
    """The environment for which a kustomization on the way lays something over the definition: `overlays/prod`."""
    paths = (hop.place.path for hop in arrival.route)
    return next(
        (stage for p in paths if posixpath.basename(p) in KUSTOMIZATIONS and (stage := _stage_of_folder(p))), ""
    )


def _stage_of_folder(path: str) -> str:
    """The environment that the folder of a kustomization is named for."""
    return stage_named(posixpath.basename(posixpath.dirname(path))) or ""


def _laid_over(scene: Scene, hits: list[Hit]) -> Iterator[Claim]:
    """Kustomizations for several environments over one definition, whoever applies them."""
    kustomizations = Kustomizations(scene.project, ())
    for hit in hits:
        tops = kustomizations.tops(hit.file.path) if hit.kind == "resource" else set()
        stages = {*map(_stage_of_folder, tops)} - {""}
        if len(stages) > 1:
            text = f"kustomizations bring one definition to {', '.join(sorted(stages))}"
            yield Claim(hit, text, hit.tool.id, counts=NONE)


def _bundles(scene: Scene, hits: list[Hit]) -> Iterator[Claim]:
    """A bundle with targets for several environments, in a project whose bundles define the pipeline."""
    if not any(hit.tool.id == "databricks" and hit.kind == "resource" for hit in hits):
        return
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        targets = {r.name.lower(): r for r in resources if (r.system, r.kind) == ("databricks", "target")}
        stages = {STAGES[name]: resource for name, resource in targets.items() if name in STAGES}
        if len(stages) > 1:
            place = file.at(min(resource.line for resource in stages.values()))
            text = f"one bundle for {', '.join(sorted(stages))}"
            ways = _deployed(scene, file.path)
            yield Claim(Reached(place, tuple(ways.values())) if len(ways) > 1 else place, text, "databricks")


def _deployed(scene: Scene, path: str) -> dict[str, Arrival]:
    """The environments to which runs without a person deploy a bundle, with a way for each."""
    bundles = Bundles(scene.project)
    found: dict[str, Arrival] = {}
    for site in scene.automation.reach.sites:
        bundle = bundles.of(posixpath.join(site.cwd, "databricks.yml")) if is_deployment(site) else None
        if bundle and bundle.path == path and site.arrival and site.arrival.is_automatic:
            stage = STAGES.get(bundle.target_of(site.invocation.arguments).lower())
            if stage:
                found.setdefault(stage, site.arrival)
    return found
