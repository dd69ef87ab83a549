"""Checks of data that an orchestrator is told of by a list, and those that no list names."""

from __future__ import annotations

from assessor.catalog.starts import start_patterns
from assessor.facts.python import MAIN
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.project.listed import Listed


def is_told_of(scene: Scene, hit: Hit) -> bool:
    """The orchestrator knows the function of the hit as a check; True for what no orchestrator has to be told of."""
    if hit.scope <= MAIN or hit.file.code is None:
        return True
    pattern = next((p for p in start_patterns() if p.checks_as and p.tool == hit.tool.id), None)
    decorated = any(hit.tool.id in decorator.name for decorator in hit.file.code.scopes[hit.scope].decorators)
    if pattern is None or not decorated:
        return True
    of_checks = {"listed_as": pattern.checks_as, "finds": (*pattern.finds, *pattern.finds_checks)}
    return _listed(scene).knows(hit.file, pattern.model_copy(update=of_checks))


@once
def _listed(scene: Scene) -> Listed:
    return Listed(scene.project, scene.modules)
