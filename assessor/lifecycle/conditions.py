"""Conditions of an orchestrator: what stands in the branch that runs only where a condition on the evaluation is met."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.hits.hit import Hit
from assessor.hits.scene import Scene

GOES_ON = ("experiments.registry", "deployment.automation")
"""What a candidate that fails must not come to."""


def held_back(scene: Scene, condition: Hit) -> Iterator[Hit]:
    """What registers or deploys and stands in the branch of a condition: given to it in the same function, or in the
    steps that are called below it (`with dsl.If(…): register()`)."""
    branch = condition.proof.branch
    if condition.call is None:
        return
    yield from _below(scene, condition, condition.call.name)
    if not branch:
        return
    if "*" in branch:
        yield condition
    made = {name for keyword, origins in condition.call.given if keyword in branch for name in origins}
    for practice in GOES_ON:
        for hit in scene.hits(practice):
            same = hit.call is not None and (hit.file.path, hit.scope) == (condition.file.path, condition.scope)
            if same and hit.call is not None and hit.call.name in made:
                yield hit


def _below(scene: Scene, condition: Hit, name: str) -> Iterator[Hit]:
    """What registers or deploys in the steps that are called under a condition written as a context."""
    path = condition.file.path
    calls = scene.modules.index(path).calls.get(condition.scope, ())
    opened = dict.fromkeys(call.name for call in calls if any(guard.name == name for guard in call.guards))
    steps = {target for called in opened for target in scene.modules.targets(called, path)}
    for practice in GOES_ON:
        for hit in scene.hits(practice) if opened else ():
            here = hit.call is not None and (hit.file.path, hit.scope) == (path, condition.scope)
            if (hit.file.path, hit.scope) in steps or (here and hit.text in opened):
                yield hit


def is_held_back(scene: Scene, hit: Hit) -> bool:
    """Some condition holds the call back."""
    if "held_back" not in scene.memo:
        conditions = scene.hits("training.validation_gate")
        scene.memo["held_back"] = {(h.place, h.text) for found in conditions for h in held_back(scene, found)}
    return (hit.place, hit.text) in scene.memo["held_back"]
