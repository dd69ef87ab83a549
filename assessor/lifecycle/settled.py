"""What only looks like work: functions whose answer is settled beforehand (a score, a verdict or a check that is one literal,
whatever it is given), and objects that stand in for others."""

from __future__ import annotations

from assessor.catalog.names import beginnings
from assessor.facts.python import MAIN, MODULE
from assessor.hits.scene import Scene


def gives_constant(scene: Scene, path: str, name: str) -> bool:
    """The name means functions of the project, and none of them answers anything but one literal or fails by itself."""
    targets = [target for target in scene.modules.targets(name, path) if target[1] > MAIN]
    return bool(targets) and all(is_settled(scene, *target) for target in targets)


def is_settled(scene: Scene, path: str, number: int) -> bool:
    """The function always answers one literal, and raises nothing."""
    index = scene.modules.index(path)
    return index.facts.scopes[number].gives_constant and not index.raises.get(number)


def is_stand_in(scene: Scene, name: str, path: str) -> bool:
    """The name, as it is written in a file, means an object of a mocking library, made there or in a module of the project."""
    if name.startswith(beginnings("beginning_of_a_stand_in")):
        return True
    found = scene.modules.split(name, path)
    head = found[1].partition(".")[0] if found else ""
    if found is None or not head:
        return False
    index = scene.modules.index(found[0])
    is_bound = head in index.scopes or head in index.classes or head in index.aliases
    return not is_bound and any(
        call.name.startswith(beginnings("beginning_of_a_stand_in")) for call in index.calls.get(MODULE, ())
    )
