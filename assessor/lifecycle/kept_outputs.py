"""What the steps of a pipeline return and their orchestrator keeps: metrics that a step returns are kept results then.

Rules: docs.kedro.org "Data Catalog" (an output that the catalogue lists is written, any other is held in memory and
dropped); docs.zenml.io "Artifacts", docs.metaflow.org "Basics of Metaflow", docs.dagster.io "I/O managers",
docs.flyte.org "Data handling" and kubeflow.org "Pass small amounts of data between components" (what a step returns is
stored with the run).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.catalog.traits import keeps_what_steps_give
from assessor.facts.python import Call, Literal
from assessor.hits.scene import Scene, once
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey

_NODES = ("node", "Node")
_GIVEN = {"func": 0, "inputs": 1, "outputs": 2}
"""The arguments of Kedro's `node` with their positions."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step of Kedro: the functions that it may run, what it takes and what it gives, by the names of the catalogue."""

    file: ProjectFile
    scope: int
    line: int
    functions: tuple[ScopeKey, ...]
    takes: tuple[str, ...]
    gives: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """What it takes of the files of parameters."""
        return tuple(name for name in self.takes if name.startswith("params:") or name == "parameters")


@once
def nodes(scene: Scene) -> list[Node]:
    """The nodes of all pipelines, in the order of files and lines."""
    return [
        Node(
            file,
            call.scope,
            call.line,
            _functions(scene, file, call),
            _texts(call, "inputs"),
            _texts(call, "outputs"),
        )
        for file in scene.project.code_files
        for call in scene.modules.index(file.path).facts.calls
        if call.name.startswith("kedro.") and call.name.rpartition(".")[2] in _NODES
    ]


def _functions(scene: Scene, file: ProjectFile, call: Call) -> tuple[ScopeKey, ...]:
    return tuple(target for name in call.names for target in scene.modules.targets(name, file.path) if target[1])


def _texts(call: Call, name: str) -> tuple[str, ...]:
    """The texts of an argument: one, or those of a list or dictionary."""
    position = _GIVEN[name]
    value = call.keyword(name) if call.has_keyword(name) else dict(enumerate(call.args)).get(position)
    entries = [entry for key, entry in call.keywords if key.startswith(f"{name}.")]
    return tuple(text for given in (value, *entries) for text in _each(given) if isinstance(text, str))


def _each(value: Literal | tuple[Literal, ...]) -> tuple[Literal, ...]:
    return value if isinstance(value, tuple) else (value,)


@once
def kept_outputs(scene: Scene) -> frozenset[ScopeKey]:
    """The functions whose returned values are kept by the pipeline in which they are steps."""
    return frozenset([*_written_by_catalogue(scene), *_stored_with_the_run(scene)])


def _written_by_catalogue(scene: Scene) -> Iterator[ScopeKey]:
    stored = {
        setting.key.removesuffix(".type")
        for file in scene.project.ordered
        if "catalog" in file.path.rpartition("/")[2] or "/catalog/" in file.path
        for setting in file.facts.settings
        if setting.key.endswith(".type") and "Memory" not in setting.value
    }
    for node in nodes(scene) if stored else ():
        if stored.intersection(node.gives):
            yield from node.functions


def _stored_with_the_run(scene: Scene) -> Iterator[ScopeKey]:
    """Steps that return something, or put what an evaluation gave on their flow (`self.recall = recall_score(…)`)."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, scope in enumerate(index.facts.scopes):
            if not any(keeps_what_steps_give(decorator.name) for decorator in scope.decorators):
                continue
            if scope.returns or _puts_figures_on_the_flow(scene, file, number):
                yield file.path, number


def _puts_figures_on_the_flow(scene: Scene, file: ProjectFile, number: int) -> bool:
    index = scene.modules.index(file.path)
    owner = index.classes.get(index.facts.scopes[number].class_name)
    held = {origin.partition("[")[0] for _, origins in (owner.attributes if owner else ()) for origin in origins}
    hits = scene.hits("experiments.evaluation") if held else ()
    return any(hit.file is file and hit.scope == number and hit.text in held for hit in hits)
