"""Failures that somebody above catches, so that the program goes on as if nothing had been."""

from __future__ import annotations

from assessor.catalog.words import speaks_of
from assessor.facts.python import Call
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called_by
from assessor.project.modules import ScopeKey

_DEEPEST = 4


def is_caught(call: Call) -> bool:
    """A handler around the call catches the failure of a check."""
    return any(speaks_of("failure_of_a_check", name) for name in call.caught)


@once
def is_swallowed(scene: Scene, key: ScopeKey, depth: int = 0) -> bool:
    """What the function raises is caught wherever the project calls it, there or further above."""
    if depth > _DEEPEST:
        return False
    sites = [
        (caller, call)
        for caller in sorted(called_by(scene).get(key, ()))
        for call in scene.modules.index(caller[0]).calls.get(caller[1], ())
        if key in scene.modules.targets(call.name, caller[0])
    ]
    return bool(sites) and all(is_caught(call) or is_swallowed(scene, caller, depth + 1) for caller, call in sites)
