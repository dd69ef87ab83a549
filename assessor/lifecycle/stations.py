"""The stations of a model's life that functions and commands belong to: data, train, evaluate, register, deploy, predict.

A function belongs to a station by what it calls (the catalogue's proofs); a command or stage also by the words of its
name (`make features`, `python -m src.models.register`), since a step may be written in any language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from assessor.catalog.traits import framework_roots, transforms
from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, MODULE, Call
from assessor.facts.python import Scope as PythonScope
from assessor.hits.hit import Code, Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.errors import measured_errors
from assessor.lifecycle.matter import home_made, is_about_models
from assessor.project.arrivals import Arrival
from assessor.project.closure import Closure
from assessor.project.model import Role
from assessor.project.modules import ScopeKey

_STATIONS = ("train", "data", "evaluate", "register", "deploy", "predict")


@cache
def stations_named(text: str) -> frozenset[str]:
    """The stations that the words of a name speak of; `train_test_split` is data, not training."""
    return frozenset(station for station in _STATIONS if speaks_of(station, text))


def is_training(hit: Hit) -> bool:
    """A `fit` of a scaler or encoder is data preparation; a `fit` of anything counts only beside an ML framework."""
    if hit.kind != "call" or hit.call is None:
        return True
    name = hit.call.name
    if transforms(name) or not _speaks_of_it(hit, hit.call):
        return False
    head, _, last = name.rpartition(".")
    if last not in ("fit", "train", "partial_fit", "fit_transform"):
        return True
    return last != "fit_transform" and not speaks_of("transformer", head.rpartition(".")[2])


def _speaks_of_it(hit: Hit, call: Call) -> bool:
    """A product that runs any job trains where what it is given, its function or its file says so."""
    if not hit.proof.speaks:
        return True
    given = [str(value) for value in (*call.args, *(value for _, value in call.keywords))]
    function = hit.file.code.scopes[hit.scope].name if hit.file.code and hit.scope >= 0 else ""
    return any(speaks_of(hit.proof.speaks, text) for text in (*given, *call.names, function, hit.file.path))


def training_hits(scene: Scene, *, notebooks: bool = False, tests: bool = False) -> list[Hit]:
    """Places where first-party code trains a model."""
    found = []
    for hit in scene.hits("training.scripted", tests=tests, notebooks=notebooks):
        if not is_training(hit) or _is_own_transformer(scene, hit):
            continue
        if hit.call is not None and hit.call.name.startswith("?."):
            code = hit.file.code
            roots = {i.target.partition(".")[0] for i in code.imports} if code else set()
            if not roots & framework_roots() and not _trains_what_it_is_given(hit):
                continue
        found.append(hit)
    return found


def _is_own_transformer(scene: Scene, hit: Hit) -> bool:
    """A `fit` that a class of this repository defines beside `transform` and without `predict`: it prepares data."""
    name = hit.call.name if hit.call else ""
    if name.rpartition(".")[2] != "fit" or name.startswith("?"):
        return False
    for path, number in scene.modules.targets(name, hit.file.path):
        index = scene.modules.index(path)
        owner, _, last = index.facts.scopes[number].name.rpartition(".")
        if last == "fit" and f"{owner}.transform" in index.scopes and f"{owner}.predict" not in index.scopes:
            return True
    return False


def _trains_what_it_is_given(hit: Hit) -> bool:
    """A function named for training fits what it was handed; the scene has seen that the project uses a framework."""
    if hit.call is None or hit.call.name != "?.fit" or hit.scope <= MAIN or hit.file.code is None:
        return False
    return speaks_of("trains", hit.file.code.scopes[hit.scope].name.rpartition(".")[2])


def names_data_function(name: str) -> bool:
    """A function of that name prepares data."""
    return speaks_of("prepares_data", name)


def _only_tidies_up(scope: PythonScope, calls: Iterable[Call]) -> bool:
    """A function that takes nothing, gives nothing back and removes files cleans up behind others, not data."""
    takes_nothing = not set(scope.parameters) - {"self", "cls"}
    return takes_nothing and not scope.returns and any(speaks_of("removes_files", call.name) for call in calls)


def names_model_function(name: str) -> bool:
    """A function of that name trains or applies a model."""
    return speaks_of("works_on_model", name)


def _named_for_data(scene: Scene) -> Iterator[ScopeKey]:
    """Functions that are named for the preparation of data, and do more than to clean up."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, scope in enumerate(index.facts.scopes):
            if number in (MODULE, MAIN) or scope.is_stub or not _works_on_data(scene, file.path, scope):
                continue
            if not _only_tidies_up(scope, index.calls.get(number, ())):
                yield file.path, number


def _works_on_data(scene: Scene, path: str, scope: PythonScope) -> bool:
    """By its name, which says enough of a plain function; of a method (`clean` of a form), or where it says less, the file
    has to do with tables or models."""
    last = scope.name.rpartition(".")[2].lower()
    if names_data_function(last):
        return not scope.class_name or is_about_models(scene, path)
    return speaks_of("works_on_some_data", last) and is_about_models(scene, path)


@once
def marks(scene: Scene) -> Mapping[ScopeKey, frozenset[str]]:
    """The stations of each first-party function, by its calls."""
    found: dict[ScopeKey, set[str]] = defaultdict(set)
    for hit in training_hits(scene):
        found[hit.file.path, hit.scope].add("train")
    by_practice = {
        "data.pipeline": "data",
        "experiments.evaluation": "evaluate",
        "experiments.registry": "register",
        "deployment.automation": "deploy",
    }
    for practice, station in by_practice.items():
        for hit in scene.hits(practice, notebooks=False):
            if hit.scope >= 0:
                found[hit.file.path, hit.scope].add(station)
    for error in measured_errors(scene):
        if error.file.role is Role.FIRST_PARTY and not error.file.is_notebook:
            found[error.file.path, error.scope].add("evaluate")
    for key in _named_for_data(scene):
        found[key].add("data")
    for key, station in home_made(scene).marks.items():
        found[key].add(station)
    return {key: frozenset(value) for key, value in found.items()}


def named_model_scopes(scene: Scene) -> Iterator[ScopeKey]:
    """Functions whose name says that they train or apply a model."""
    for file in scene.project.code_files:
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            last = scope.name.rpartition(".")[2].lower()
            if number not in (MODULE, MAIN) and not scope.is_stub and names_model_function(last):
                yield file.path, number


def closure_marks(scene: Scene, closure: Closure) -> frozenset[str]:
    """The stations that a closure reaches without a request to a service that it starts."""
    known = marks(scene)
    own = (scope for scope in closure.reached if scope not in closure.requested)
    return frozenset(mark for scope in own for mark in known.get(scope, ()))


def trained_by_hand(scene: Scene) -> list[Code]:
    """Functions that train a home-made model."""
    keys = sorted(key for key, station in home_made(scene).marks.items() if station == "train")
    scopes = [(path, number, scene.modules.index(path).facts.scopes[number]) for path, number in keys]
    return [Code(scene.project.files[path], number, scope.line) for path, number, scope in scopes]


def training_arrivals(scene: Scene) -> list[tuple[Hit | Code, Arrival]]:
    """Each way by which some run reaches training outside tests."""
    found: list[tuple[Hit | Code, Arrival]] = []
    for hit in training_hits(scene, notebooks=True):
        found += [(hit, way) for way in scene.arrivals(hit) if not way.in_test]
    for code in trained_by_hand(scene):
        found += [(code, way) for way in scene.automation.arrivals(code.file.path, code.scope) if not way.in_test]
    return found
