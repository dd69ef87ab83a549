"""What a failing candidate does not come to: it hangs on a gate in code, or stands in the branch of a pipeline's condition."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from assessor.facts.place import Place
from assessor.facts.python import Call
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.gates import Gate
from assessor.lifecycle.order import stands_before
from assessor.lifecycle.settled import gives_constant

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
    path = condition.file.path
    made = _made(condition.call, branch) - _made(condition.call, condition.proof.otherwise)
    makers = {target for name in made for target in scene.modules.targets(name, path)}
    for practice in GOES_ON:
        for hit in scene.hits(practice):
            same = hit.call is not None and (hit.file.path, hit.scope) == (path, condition.scope)
            named = same and hit.call is not None and hit.call.name in made
            if named or (hit.file.path, hit.scope) in makers:
                yield hit


def chooses_nothing(scene: Scene, condition: Hit) -> bool:
    """What runs where the condition is met runs where it is not, too, or it asks what never answers anything else."""
    if condition.call is None:
        return False
    if _asks_constants(scene, condition.file.path, condition.call):
        return True
    if not condition.proof.otherwise:
        return False
    met = _made(condition.call, condition.proof.branch)
    return bool(met) and met <= _made(condition.call, condition.proof.otherwise)


def _asks_constants(scene: Scene, path: str, call: Call) -> bool:
    """All that the condition compares comes from functions of the project that return one and the same literal, or it
    chooses by such a function."""
    asked = [source for key, sources in call.given if key.endswith("?") for source in sources]
    return bool(asked) and all(gives_constant(scene, path, source.partition("[")[0]) for source in asked)


def _made(call: Call, keywords: Collection[str]) -> set[str]:
    """The calls that made what is given under some keywords."""
    return {name for keyword, origins in call.given if keyword in keywords for name in origins}


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
    return (hit.place, hit.text) in _all_held_back(scene)


@once
def _all_held_back(scene: Scene) -> frozenset[tuple[Place, str]]:
    conditions = scene.hits("training.validation_gate")
    return frozenset((h.place, h.text) for found in conditions for h in held_back(scene, found))


def decides_over(scene: Scene, gate: Gate, hit: Hit) -> bool:
    """What a hit does is not done for a failing candidate: the gate decides over the call, or stops the run before it."""
    if hit.call is not None and (_stands_under(gate, hit, hit.call) or _is_an_effect(gate, hit)):
        return True
    same = hit.kind == "call" and (hit.file.path, hit.scope) == (gate.file.path, gate.scope)
    if same and hit.place.line < gate.line:
        return False  # it has happened when the gate is asked
    later = [way for way in scene.arrivals(hit) if not way.in_test]
    return stands_before(scene, gate, later, (hit.file.path, hit.scope))


def _stands_under(gate: Gate, hit: Hit, call: Call) -> bool:
    """In the gate's own function, after it: the gate stops, or the call is made only under a condition."""
    if (hit.file.path, hit.scope) != (gate.file.path, gate.scope) or hit.place.line < gate.line:
        return False
    return gate.stops or bool(call.guards) or call.name in gate.effects


def _is_an_effect(gate: Gate, hit: Hit) -> bool:
    """The gate calls the function in which the hit stands."""
    last = hit.file.code.scopes[hit.scope].name.rpartition(".")[2] if hit.file.code and hit.scope >= 0 else ""
    return bool(last) and any(effect.rpartition(".")[2] == last for effect in gate.effects)
