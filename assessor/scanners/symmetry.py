"""Symmetry: one definition of the training pipeline serves development, staging and production.

Seen where runs for two environments or more reach the same definition, or a Databricks bundle with several targets holds
it. Separate files for each environment (train_dev.py, train_prod.py) are the opposite.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.findings import Evidence, Finding, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.environments import STAGES, stage_of
from assessor.project.arrivals import Arrival
from assessor.project.model import Role
from assessor.scanners.ladder import conclude

PRACTICE = "training.symmetry"


def symmetry(scene: Scene) -> Finding:
    """A definition made for several environments is used; brought to two of them by automation, automated."""
    evidence: list[Evidence] = []
    hits = scene.hits("training.pipeline", notebooks=False)
    for hit in hits:
        by_stage: dict[str, Arrival] = {}
        for arrival in scene.arrivals(hit):
            stage = "" if arrival.in_test else stage_of(hit, arrival)
            if stage and (stage not in by_stage or arrival.is_automatic):
                by_stage[stage] = arrival
        evidence += _reached_for(scene, hit, by_stage)
    evidence += _bundles(scene, hits)
    return conclude(PRACTICE, evidence)


def _reached_for(scene: Scene, hit: Hit, by_stage: dict[str, Arrival]) -> Iterator[Evidence]:
    if len(by_stage) < 2:
        return
    text = f"one definition of the pipeline for {', '.join(sorted(by_stage))}"
    automatic = [arrival for _, arrival in sorted(by_stage.items()) if arrival.is_automatic]
    if len(automatic) > 1:
        route = scene.route(hit, automatic[0])
        yield Evidence(PRACTICE, Rung.AUTOMATED, hit.place, text, hit.tool.id, route)
    else:
        yield Evidence(PRACTICE, Rung.USED, hit.place, text, hit.tool.id)


def _bundles(scene: Scene, hits: list[Hit]) -> Iterator[Evidence]:
    """A bundle with targets for several environments, in a project whose bundles define the pipeline."""
    if not any(hit.tool.id == "databricks" and hit.kind == "resource" for hit in hits):
        return
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        targets = {r.name.lower(): r for r in resources if (r.system, r.kind) == ("databricks", "target")}
        stages = {STAGES[name]: resource for name, resource in targets.items() if name in STAGES}
        if len(stages) > 1:
            place = file.at(min(resource.line for resource in stages.values()))
            text = f"one bundle for {', '.join(sorted(stages))}"
            yield Evidence(PRACTICE, Rung.USED, place, text, "databricks")
