"""What a gate keeps from being stored: the model that is written, moved or copied after it.

A candidate that stops the run is not promoted where its file is only brought to its place afterwards: by the function of the
gate itself, or by one that it calls then. Writing figures or a report is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from assessor.catalog.traits import framework_roots, persistence_roots
from assessor.catalog.words import speaks_of
from assessor.facts.python import Call
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called_from
from assessor.lifecycle.gates import NO_SCOPE, Gate
from assessor.lifecycle.model_stores import is_model_file, model_stores
from assessor.lifecycle.order import stands_before
from assessor.project.modules import ScopeKey

_WRITES = ("dump", "save", "save_model", "save_pretrained", "save_weights", "write_bytes", "write")
_MOVES = ("copy", "copy2", "copyfile", "copytree", "move", "replace", "rename", "symlink")
_MOVERS = ("shutil.", "os.", "pathlib.")


def stored_after(scene: Scene, gate: Gate) -> bool:
    """The gate stops the run, and what comes after it in its function stores or moves a model."""
    if not gate.stops:
        return False
    if gate.scope == NO_SCOPE:
        below = (call for call in gate.file.facts.source_calls if call.line > gate.line)
        return any(speaks_of("stores_model_in_r", call.name) for call in below)
    path, index = gate.file.path, scene.modules.index(gate.file.path)
    scope = index.facts.scopes[gate.scope]
    publishes = any(speaks_of("goes_on", name) for name in (scope.class_name, scope.name.rpartition(".")[2]) if name)
    later = [call for call in index.calls.get(gate.scope, ()) if call.line > gate.line]
    if _stores(later, publishes):
        return True
    begun = [target for call in later for target in scene.modules.targets(call.name, path) if target[1]]
    reached = called_from(scene, begun, depth=2)
    return any(_stores(scene.modules.index(p).calls.get(n, ()), False) for p, n in reached)


def keeps_from_a_store(scene: Scene, gate: Gate) -> bool:
    """A failing candidate does not come to the store in which models are kept: the gate decides over the function that puts
    them there, or stops the run before it."""
    if gate.scope == NO_SCOPE:
        return False
    effects = [t for name in gate.effects for t in scene.modules.targets(name, gate.file.path) if t[1]]
    decided = set(called_from(scene, effects, depth=_DEEP)) if effects else set()
    stores = {((store.file.path, store.call.scope), store.call.line) for store in model_stores(scene)}
    return any(_keeps_from(scene, gate, where, line, decided) for where, line in (*stores, *_moved_models(scene)))


def _keeps_from(scene: Scene, gate: Gate, where: ScopeKey, line: int, decided: set[ScopeKey]) -> bool:
    if where == (gate.file.path, gate.scope):
        return line > gate.line and bool(gate.stops or gate.effects)
    if where in decided:
        return True
    ways = [way for way in scene.automation.arrivals(*where) if way.is_automatic and not way.in_test]
    return stands_before(scene, gate, ways, where)


@once
def _moved_models(scene: Scene) -> list[tuple[ScopeKey, int]]:
    """Where code copies or moves the file of a model to the place from which it is taken: (function, line)."""
    return [
        ((file.path, call.scope), call.line)
        for file in scene.project.code_files
        for call in (file.code.calls if file.code else ())
        if _moves(call) and any(is_model_file(value) for value in call.args if isinstance(value, str))
    ]


def _moves(call: Call) -> bool:
    """`shutil.copy(a, b)`, or the one of a path that is made by an expression: `(here / "model.pt").replace(there)`."""
    head, _, last = call.name.rpartition(".")
    of_a_path = head == "?" and last in ("replace", "rename") and len(call.args) == 1
    return last in _MOVES and (of_a_path or f"{head}.".startswith(_MOVERS))


_DEEP = 3


def _stores(calls: Iterable[Call], publishes: bool) -> bool:
    return any(_stores_model(call) or (publishes and _brings(call)) for call in calls)


def _stores_model(call: Call) -> bool:
    """A serialiser, a model's own method, or a file that is named for a model is moved."""
    last = call.name.rpartition(".")[2]
    if call.name.startswith(persistence_roots()) or call.name.partition(".")[0] in framework_roots():
        return last in _WRITES
    if last in ("save_model", "save_pretrained", "save_weights"):
        return True
    return (last == "save" or _brings(call)) and any(_names_model(str(value)) for value in (*call.args, *call.names))


def _brings(call: Call) -> bool:
    """A file is written or moved to where it is taken from."""
    head, _, last = call.name.rpartition(".")
    return last in _WRITES if last in ("write", "write_bytes") else last in _MOVES and f"{head}.".startswith(_MOVERS)


def _names_model(text: str) -> bool:
    return speaks_of("kept_model", text) or speaks_of("ending_of_model", text.rpartition(".")[2])
