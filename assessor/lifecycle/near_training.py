"""Modules that belong to what trains: they use a framework or train, are imported by such code, or import it.

A seed in a generator of made-up rows, in a picture or in a service says nothing of how a model comes about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from assessor.catalog.traits import framework_roots
from assessor.hits.scene import Scene, once
from assessor.lifecycle.stations import trained_by_hand, training_hits


@once
def near_training(scene: Scene) -> frozenset[str]:
    """The paths of these modules."""
    own = {path for path in scene.modules.files if _uses_framework(scene, path)}
    own |= {hit.file.path for hit in training_hits(scene)} | {code.file.path for code in trained_by_hand(scene)}
    imports = {path: scene.modules.imported(path) for path in scene.modules.files}
    importers: dict[str, list[str]] = defaultdict(list)
    for path, targets in imports.items():
        for target in targets:
            importers[target].append(path)
    return frozenset(_from(own, imports) | _from(own, importers))


def _uses_framework(scene: Scene, path: str) -> bool:
    roots = {imported.target.partition(".")[0] for imported in scene.modules.index(path).facts.imports}
    return not roots.isdisjoint(framework_roots())


def _from(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    found, waiting = set(starts), list(starts)
    while waiting:
        fresh = [path for path in edges.get(waiting.pop(), ()) if path not in found]
        found.update(fresh)
        waiting += fresh
    return found
