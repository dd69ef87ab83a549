"""Whether code is about data and models: the second witness of names.

`train`, `predict` and `schema` are words of many trades. They speak of machine learning where the file, or a first-party
module that it imports, imports a package of tables, arrays, training or stored models, or where a model is home-made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessor.catalog.traits import framework_roots, table_roots
from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, Scope
from assessor.hits.scene import Scene, once
from assessor.project.model import Role
from assessor.project.modules import ScopeKey


@once
def is_about_models(scene: Scene, path: str) -> bool:
    """The file works on tables or models, itself or by what it imports."""
    near = {path, *scene.modules.imported(path)}
    near |= {further for module in tuple(near) for further in scene.modules.imported(module)}
    return any(_imports_matter(scene, file) for file in near) or bool(home_made(scene).paths & near)


@once
def has_matter(scene: Scene) -> bool:
    """Something in the project works on tables or models."""
    own = any(_imports_matter(scene, path) for path in scene.modules.files)
    return own or bool(home_made(scene).paths) or bool(scene.hits("training.scripted"))


def _imports_matter(scene: Scene, path: str) -> bool:
    if scene.modules.files[path].role not in (Role.FIRST_PARTY, Role.TEST):
        return False
    roots = {imported.target.partition(".")[0] for imported in scene.modules.index(path).facts.imports}
    return not roots.isdisjoint(table_roots() | framework_roots())


@dataclass(frozen=True, slots=True)
class HomeMade:
    """A model without a framework: the functions that train it, judge it and read its rows."""

    marks: Mapping[ScopeKey, str]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(path for path, _ in self.marks)


@once
def home_made(scene: Scene) -> HomeMade:
    """The home-made model of a project in which no library's `fit` is called.

    A function named for training takes rows; one named for predicting takes two things and more, the model and a row; and
    one function calls both, or calls the first and one that judges by the second.
    """
    return HomeMade(_home_made(scene))


def _home_made(scene: Scene) -> dict[ScopeKey, str]:
    if any(hit.kind == "call" for hit in scene.hits("training.scripted", tests=True)):
        return {}  # a job's definition in a cluster does not say how its code trains
    training = _named(scene, "trains", 1)
    predicting = _named(scene, "predicting", 2)
    if not training or not predicting:
        return {}
    judging = {key for key in _named(scene, "evaluates", 2) if _calls(scene, key) & predicting}
    chaining = [
        key for key in _all(scene) if _calls(scene, key) & training and _calls(scene, key) & (predicting | judging)
    ]
    if not chaining:
        return {}
    found = dict.fromkeys(training & {t for key in chaining for t in _calls(scene, key)}, "train")
    found |= dict.fromkeys(judging, "evaluate")
    reading = {t for key in chaining for t in _calls(scene, key) if _last(scene, t) and _reads(scene, t)}
    return found | dict.fromkeys(reading, "data")


def _all(scene: Scene) -> list[ScopeKey]:
    return [
        (file.path, number)
        for file in scene.project.code_files
        for number in range(len(scene.modules.index(file.path).facts.scopes))
    ]


def _named(scene: Scene, concept: str, parameters: int) -> set[ScopeKey]:
    """Functions whose name speaks of a concept, with so many parameters at least, beside `self`."""
    return {
        key
        for key in _all(scene)
        if key[1] > MAIN and not (scope := _scope(scene, key)).is_stub and len(_own(scope)) >= parameters
        if speaks_of(concept, scope.name.rpartition(".")[2])
    }


def _own(scope: Scope) -> tuple[str, ...]:
    return tuple(name for name in scope.parameters if name not in ("self", "cls"))


def _scope(scene: Scene, key: ScopeKey) -> Scope:
    return scene.modules.index(key[0]).facts.scopes[key[1]]


def _last(scene: Scene, key: ScopeKey) -> bool:
    return key[1] > MAIN and speaks_of("data", _scope(scene, key).name.rpartition(".")[2])


def _reads(scene: Scene, key: ScopeKey) -> bool:
    """It opens, reads or makes rows: the function calls something that does."""
    calls = scene.modules.index(key[0]).calls.get(key[1], ())
    return any(call.name == "open" or speaks_of("reads_rows", call.name.rpartition(".")[2]) for call in calls)


def _calls(scene: Scene, key: ScopeKey) -> set[ScopeKey]:
    index = scene.modules.index(key[0])
    return {target for call in index.calls.get(key[1], ()) for target in scene.modules.targets(call.name, key[0])}
