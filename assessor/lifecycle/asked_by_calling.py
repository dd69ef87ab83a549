"""Calls that ask a stored model by calling it, as frameworks of networks have it: `net(x)`, `classifier()(text)`.

A call is known by what made the called object: `net = UNet()` and `net(x)` are both calls of `UNet`. So it counts where the
weights were loaded into that object above, where a function without parameters that loads a model is given some, and where
a function calls what the body of its module has loaded.
"""

from __future__ import annotations

from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, MODULE, Call
from assessor.hits.scene import Scene, once
from assessor.lifecycle.loading import loads_stored_model

_LOADS_WEIGHTS = ("load_state_dict", "load_weights")
_MODE = "eval"
"""Puts a network into the mode in which it predicts, and gives it back."""


def asks_by_calling(scene: Scene, path: str, call: Call) -> bool:
    """A call of the file at `path` asks a model by calling it."""
    if not call.args:
        return False
    head, _, last = call.name.rpartition(".")
    made = head if last == _MODE else call.name
    weights, loads = _loaded(scene, path)
    return 0 < weights.get(made, 0) < call.line or (call.scope > MAIN and made in loads) or _is_given(scene, path, made)


@once
def _loaded(scene: Scene, path: str) -> tuple[dict[str, int], frozenset[str]]:
    """The first line at which weights are loaded into what a call of that name made, and what the module's body loads."""
    weights: dict[str, int] = {}
    calls = scene.modules.index(path).facts.calls
    for call in calls:
        head, _, last = call.name.rpartition(".")
        if last in _LOADS_WEIGHTS:
            weights.setdefault(head, call.line)
    return weights, frozenset(call.name for call in calls if call.scope == MODULE and loads_stored_model(call))


def _is_given(scene: Scene, path: str, name: str) -> bool:
    """A function that takes nothing and gives back a stored model: what it is given is for the model."""
    for key in scene.modules.targets(name, path):
        scope = scene.modules.index(key[0]).facts.scopes[key[1]]
        if key[1] > MAIN and scope.kind == "function" and not scope.parameters:
            made = (source for _, sources in scope.returns for source in sources)
            if any(speaks_of("loads_stored_model", source) for source in made):
                return True
    return False
