"""Collected test functions with real assertions, and what of the project each of them reaches: data work, a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from assessor.catalog.traits import called_roots, framework_roots, persistence_roots, table_roots
from assessor.catalog.words import cut, speaks_of
from assessor.facts.python import MAIN, MODULE, UNKNOWN, Call, Scope
from assessor.hits.scene import Scene, once
from assessor.lifecycle.asked_by_calling import asks_by_calling
from assessor.lifecycle.calls import called, scripts_started
from assessor.lifecycle.errors import measured_errors, predicted_values
from assessor.lifecycle.matter import is_about_models
from assessor.lifecycle.origins import asks_by_name
from assessor.lifecycle.prepared import make_rows
from assessor.lifecycle.product_runs import ProductRun, product_run
from assessor.lifecycle.stations import marks, named_model_scopes, names_model_function, training_hits
from assessor.lifecycle.transforms import shared_objects
from assessor.project.closure import is_test_scope
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey


@dataclass(frozen=True, slots=True)
class TestCase:
    """One collected test function with real assertions, and what of the first-party code it reaches."""

    __test__ = False

    file: ProjectFile
    number: int
    scope: Scope
    reaches: frozenset[ScopeKey]
    tests_data: bool
    tests_model: bool
    calls: frozenset[str]
    product: ProductRun
    """What it runs of the product as a command."""


@once
def test_cases(scene: Scene) -> list[TestCase]:
    """Test functions that assert something on first-party code or on the project's data; stubs are left out."""
    return list(_test_cases(scene))


_CALLS_AWAY = 4


def _test_cases(scene: Scene) -> Iterator[TestCase]:
    for path in scene.automation.test_files:
        if path in scene.automation.idle_tests:
            continue
        calls_of: _CallsOf | None = None
        for number, scope in enumerate(scene.modules.index(path).facts.scopes):
            last = scope.name.rpartition(".")[2]
            if last.startswith("test") and not scope.is_stub and number not in (MODULE, MAIN):
                calls_of = _CallsOf(scene, path) if calls_of is None else calls_of
                yield from _test_case(scene, calls_of, path, number)


def _test_case(scene: Scene, calls_of: _CallsOf, path: str, number: int) -> Iterator[TestCase]:
    """The test, where it asserts something on what it reaches, or on what the product made."""
    index = scene.modules.index(path)
    scope = index.facts.scopes[number]
    seen = _seen(scene, calls_of, path, number)
    reached = _of_the_project(scene, path, seen)
    product = product_run(scene, seen)
    if not product.is_checked and not _asserts(scene, path, number, scope, reached):
        return
    calls = _fixture_calls(scene, path, scope).union(c.name for c in index.calls.get(number, ()))
    known = marks(scene)
    stations = {station for key in reached & known.keys() for station in known[key]}
    last = scope.name.rpartition(".")[2]
    prepares = "data" in stations or make_rows(scene, reached)
    data = prepares or _is_about_data(scene, path, number, last, calls, reached)
    model = _tests_model(scene, path, number, last, calls, reached, stations)
    reaches = reached | _apps_asked(scene, path, number, scope) | _objects_asked(scene, path, number)
    yield TestCase(scene.project.files[path], number, scope, reaches, data, model, calls, product)


def _is_about_data(
    scene: Scene, path: str, number: int, last: str, calls: frozenset[str], reached: frozenset[ScopeKey]
) -> bool:
    """Its name, its calls or the modules that it reaches work on data, or it reads a data file of the repository."""
    named = _names_data(last, path, calls, bool(reached)) or _named_after_data_code(path, reached)
    if named or _reaches_data(scene, reached) or _reads_listed(scene, path, number):
        return True
    if shared_objects(scene, path, (number,)):
        return True
    return _hands_table(scene, path, number, reached) or _hands_array(scene, path, number, reached)


@once
def _making_networks(scene: Scene) -> frozenset[ScopeKey]:
    """The functions that put layers together to a network."""
    return frozenset(
        (path, call.scope)
        for path in scene.modules.files
        for call in scene.modules.index(path).facts.calls
        if call.scope > MAIN
        and call.name.partition(".")[0] in called_roots()
        and speaks_of("makes_network", call.name.rpartition(".")[2])
    )


@once
def _applying_models(scene: Scene) -> frozenset[ScopeKey]:
    """The functions that ask what a serialiser or framework has loaded or made, or are home-made models themselves."""
    heads = (*persistence_roots(), *(f"{root}." for root in framework_roots()))
    asking = (
        (path, call.scope)
        for path in scene.modules.files
        for call in scene.modules.index(path).facts.calls
        if call.scope > MAIN
        and call.name.startswith(heads)
        and f"{call.name.rpartition('.')[0]}.".startswith(heads)
        and asks_by_name(call.name)
    )
    home_made = (key for key in predicted_values(scene).applied if key[1] > MAIN)
    return frozenset((*asking, *home_made))


@once
def _calls_a_model(scene: Scene, key: ScopeKey) -> bool:
    """The function asks a model by calling what was loaded."""
    path, number = key
    calls = scene.modules.index(path).calls.get(number, ()) if number > MAIN else ()
    return any(asks_by_calling(scene, path, call) for call in calls)


def _hands_array(scene: Scene, path: str, number: int, reached: frozenset[ScopeKey]) -> bool:
    """The test makes an array, and calls a function of the project that is named for preparing data."""
    calls = scene.modules.index(path).calls.get(number, ())
    makes = any(call.name.partition(".")[0] in table_roots() | called_roots() for call in calls)
    for call in calls if makes else ():
        for target in scene.modules.targets(call.name, path):
            last = scene.modules.index(target[0]).facts.scopes[target[1]].name.rpartition(".")[2]
            if target in reached and target[1] > MAIN and speaks_of("preparation", last):
                return True
    return False


def _tests_model(
    scene: Scene,
    path: str,
    number: int,
    last: str,
    calls: frozenset[str],
    reached: frozenset[ScopeKey],
    stations: set[str],
) -> bool:
    """It trains or asks a model that it does not itself replace by something else."""
    replaced = _replaced_names(scene, path, number)
    if any(speaks_of("part_of_model", part) for name in replaced for part in name.split(".")):
        return False
    if "train" in stations or (path, number) in _training_in_tests(scene):
        return True
    if (path, number) in _measuring(scene) or not reached.isdisjoint(_making_networks(scene)):
        return True
    if not replaced and not reached.isdisjoint(_applying_models(scene)):
        return True
    if not replaced and any(_calls_a_model(scene, key) for key in reached):
        return True
    model_scopes = _model_scopes(scene)
    held = {key for key in reached & model_scopes if _is_replaced(key, replaced)}
    is_named = not held and _names_model(last, calls, bool(reached))
    return _is_about_a_model(scene, path, reached, model_scopes - held, is_named)


@once
def _measuring(scene: Scene) -> set[ScopeKey]:
    """The functions that compute an error by themselves."""
    return {(error.file.path, error.scope) for error in measured_errors(scene)}


@once
def _model_scopes(scene: Scene) -> set[ScopeKey]:
    return set(named_model_scopes(scene))


@once
def _training_in_tests(scene: Scene) -> set[ScopeKey]:
    return {(h.file.path, h.scope) for h in training_hits(scene, tests=True)}


class _CallsOf(dict[ScopeKey, tuple[ScopeKey, ...]]):
    """What a function calls, as seen from one test file: by name, or any method of that name that the file's imports
    bring within reach where it is not known whose it is."""

    def __init__(self, scene: Scene, path: str) -> None:
        self._scene = scene
        self._path = path
        self._methods = _methods_loaded(scene, path)

    def __missing__(self, key: ScopeKey) -> tuple[ScopeKey, ...]:
        targets, awaited = called(self._scene, key)
        methods = (method for name in awaited for method in self._methods.get(name, ()))
        scripts = scripts_started(self._scene, key) if key[0] == self._path else ()
        found = self[key] = (*targets, *methods, *scripts)
        return found


def _seen(scene: Scene, calls_of: _CallsOf, path: str, number: int) -> set[ScopeKey]:
    """The functions that the one test function reaches within some calls, through fixtures too."""
    index = scene.modules.index(path)
    scope = index.facts.scopes[number]
    edge = {(path, number)}
    for parameter in scope.parameters:
        edge.update(fixtures(scene, path, parameter))
    if scope.class_name:
        setups = (n for n in index.by_class.get(scope.class_name, ()) if "setup" in index.facts.scopes[n].name.lower())
        edge.update((path, n) for n in setups)
    seen: set[ScopeKey] = set()
    for _ in range(_CALLS_AWAY + 1):
        seen |= edge
        edge = set(chain.from_iterable(map(calls_of.__getitem__, edge))) - seen
    return seen


def _of_the_project(scene: Scene, path: str, seen: set[ScopeKey]) -> frozenset[ScopeKey]:
    """Those of them that are first-party code and no tests."""
    code = _code(scene) & seen
    if scene.modules.files[path].role is Role.FIRST_PARTY:
        return code
    return frozenset(key for key in code if key[0] != path)


@once
def _code(scene: Scene) -> frozenset[ScopeKey]:
    """The functions of the project that are no tests."""
    own = (path for path, file in scene.modules.files.items() if file.role is Role.FIRST_PARTY)
    return frozenset(
        (path, number)
        for path in own
        for number, scope in enumerate(scene.modules.index(path).facts.scopes)
        if not is_test_scope(scope)
    )


def _methods_loaded(scene: Scene, path: str) -> dict[str, list[ScopeKey]]:
    """First-party methods by name that the test file's imports bring within reach."""
    loaded, waiting = {path}, [path]
    found: dict[str, list[ScopeKey]] = {}
    while waiting:
        current = waiting.pop()
        if scene.modules.files[current].role is Role.FIRST_PARTY:
            for name, numbers in scene.modules.index(current).methods.items():
                found.setdefault(name, []).extend((current, number) for number in numbers)
        fresh = [file for file in scene.modules.imported(current) if file not in loaded]
        loaded.update(fresh)
        waiting += fresh
    return found


@once
def fixtures(scene: Scene, path: str, name: str) -> list[ScopeKey]:
    """The functions behind a fixture: in the test's file or a conftest.py above it."""
    parts = path.split("/")[:-1]
    paths = [path] + ["/".join([*parts[:depth], "conftest.py"]) for depth in range(len(parts), -1, -1)]
    for candidate in paths:
        if candidate in scene.modules.files and name in scene.modules.index(candidate).scopes:
            return [(candidate, scene.modules.index(candidate).scopes[name])]
    imported = scene.modules.index(path).aliases.get(name)
    return scene.modules.targets(imported, path) if imported else []


def _fixture_calls(scene: Scene, path: str, scope: Scope) -> frozenset[str]:
    behind = (key for parameter in scope.parameters for key in fixtures(scene, path, parameter))
    return _names_called(scene, (path, MODULE)).union(*(_names_called(scene, key) for key in behind))


@once
def _names_called(scene: Scene, key: ScopeKey) -> frozenset[str]:
    return frozenset(call.name for call in scene.modules.index(key[0]).calls.get(key[1], ()))


def _apps_asked(scene: Scene, path: str, number: int, scope: Scope) -> frozenset[ScopeKey]:
    """The modules of the project's applications that the test asks through a client of theirs: `TestClient(app)`,
    `app.test_client()`, made by it, by a fixture or by its module."""
    makers = [
        (path, number),
        (path, MODULE),
        *(key for name in scope.parameters for key in fixtures(scene, path, name)),
    ]
    apps = [
        split[0]
        for key in makers
        for call in scene.modules.index(key[0]).calls.get(key[1], ())
        if speaks_of("test_client", call.name.rpartition(".")[2])
        for name in (*call.names, call.name.rpartition(".")[0])
        if (split := scene.modules.split(name, key[0])) is not None
    ]
    return frozenset((app, MODULE) for app in apps if (app, MODULE) in _code(scene))


def _objects_asked(scene: Scene, path: str, number: int) -> frozenset[ScopeKey]:
    """The modules of the project whose objects the test calls, or methods of theirs: `prepare(image)` where a module has made
    `prepare = Compose([...])`."""
    found = set()
    for call in scene.modules.index(path).calls.get(number, ()):
        split = scene.modules.split(call.name, path) if "." in call.name else None
        if split and split[1] and split[0] != path and (split[0], MODULE) in _code(scene):
            head = split[1].partition(".")[0]
            if head not in scene.modules.index(split[0]).scopes and _is_made_there(scene, split[0], head):
                found.add((split[0], MODULE))
    return frozenset(found)


def _is_made_there(scene: Scene, path: str, name: str) -> bool:
    """The name is no class and nothing imported, and the module's own body makes values by calls."""
    index = scene.modules.index(path)
    return name not in index.classes and name not in index.aliases and bool(index.calls.get(MODULE))


def _replaced_names(scene: Scene, path: str, number: int) -> tuple[str, ...]:
    """What the test, a decorator or a fixture of it puts a stand-in for, as written."""
    index = scene.modules.index(path)
    scope = index.facts.scopes[number]
    calls = [*scope.decorators, *index.calls.get(number, ())]
    for parameter in scope.parameters:
        for p, n in fixtures(scene, path, parameter):
            calls += scene.modules.index(p).calls.get(n, ())
    return tuple(target for call in calls for target in _replaced(call))


def _is_replaced(key: ScopeKey, replaced: tuple[str, ...]) -> bool:
    """A stand-in takes the place of the module that holds the function."""
    names = {target.rpartition(".")[2] for target in replaced}
    return bool(names & set(key[0].removesuffix(".py").split("/")))


def _replaced(call: Call) -> Iterator[str]:
    """What a call of a mocking library replaces: `patch("pkg.load")`, `monkeypatch.setattr(pkg, "load", …)`."""
    head, _, last = call.name.rpartition(".")
    mocks = last in ("patch", "setattr") or (last in ("object", "spy") and head.endswith("patch"))
    if not mocks or not (
        last == "patch" or "monkeypatch" in head or "mock" in head or head in ("?", "") or head.endswith("patch")
    ):
        return
    texts = [value for value in call.args[:2] if isinstance(value, str) and value != UNKNOWN]
    yield from texts


def _asserts(scene: Scene, path: str, number: int, scope: Scope, reached: frozenset[ScopeKey]) -> bool:
    """It asserts something itself, or a first-party or test helper that it calls does."""
    if scope.asserts:
        return True
    index = scene.modules.index(path)
    for call in index.calls.get(number, ()):
        if (
            call.name.endswith((".assert_called_once", ".assert_called_with", "raise_for_status"))
            or ".assert_" in call.name
        ):
            return True
        for p, n in scene.modules.targets(call.name, path):
            if scene.modules.index(p).facts.scopes[n].asserts:
                return True
    return False


def _names_data(name: str, path: str, calls: frozenset[str], reaches: bool) -> bool:
    """A test named for data that reaches first-party code, or looks at data itself."""
    named = speaks_of("about_data", name) or "/data/" in path or "data" in path.rpartition("/")[2]
    return named and any(speaks_of("looks_at_data", call.rpartition(".")[2]) for call in calls)


def _reaches_data(scene: Scene, reached: frozenset[ScopeKey]) -> bool:
    """A function of a module named for data that works on frames or arrays."""
    return any(_is_data_module(scene, path) for path in {path for path, number in reached if number > MAIN})


@once
def _is_data_module(scene: Scene, path: str) -> bool:
    imports = scene.modules.index(path).facts.imports
    named = speaks_of("data_file", path.rpartition("/")[2])
    return named and any(imported.target.partition(".")[0] in table_roots() for imported in imports)


def _named_after_data_code(path: str, reached: frozenset[ScopeKey]) -> bool:
    """The test's file and the module that it reaches are both named for the same work on data: splitting, features."""
    words = _data_words(path)
    return bool(words) and any(number > MAIN and words & _data_words(target) for target, number in reached)


def _data_words(path: str) -> frozenset[str]:
    """The words of a file name that speak of work on data, by their first letters: `splits` and `splitting` are one."""
    words = cut(path.rpartition("/")[2].removesuffix(".py")).split()
    return frozenset(word[:_STEM] for word in words if speaks_of("data_file", word))


_STEM = 5


def _reads_listed(scene: Scene, path: str, number: int) -> bool:
    """The test reads a data file of the repository itself."""
    for call in scene.modules.index(path).calls.get(number, ()):
        if call.name.rpartition(".")[2].startswith("read_") and any(
            isinstance(v, str) and not scene.project.listed.isdisjoint(_kept_as(v.removeprefix("./")))
            for v in call.args
        ):
            return True
    return False


def _kept_as(path: str) -> tuple[str, str]:
    """A data file of the repository, or the pointer of one that a store keeps."""
    return path, f"{path}.dvc"


def _hands_table(scene: Scene, path: str, number: int, reached: frozenset[ScopeKey]) -> bool:
    """The test gives a table that it or a fixture has made to a function of the project that is no model's."""
    known = marks(scene)
    for call in scene.modules.index(path).calls.get(number, ()):
        sources = [source for _, made in call.given for source in made]
        if any(_is_table(scene, path, source) for source in sources):
            for target in scene.modules.targets(call.name, path):
                scope = scene.modules.index(target[0]).facts.scopes[target[1]]
                works = known.get(target, frozenset()) - {"data"}
                if target in reached and not works and not names_model_function(scope.name.rpartition(".")[2].lower()):
                    return True
    return False


def _is_table(scene: Scene, path: str, source: str) -> bool:
    """The value is a table that was made here, or what a fixture that makes one gives."""
    name = source.partition("[")[0]
    if name.startswith("@"):
        calls = (
            call
            for p, n in fixtures(scene, path, name.rpartition(":")[2])
            for call in scene.modules.index(p).calls.get(n, ())
        )
        return any(_makes_table(call.name) for call in calls)
    return _makes_table(name)


def _makes_table(name: str) -> bool:
    return name.partition(".")[0] in table_roots() and speaks_of("makes_table", name.rpartition(".")[2])


def _is_about_a_model(
    scene: Scene, path: str, reached: frozenset[ScopeKey], model_scopes: set[ScopeKey], is_named: bool
) -> bool:
    """Its name and calls speak of a model, or it reaches a function named for one; and the code there is about models."""
    named = {key[0] for key in reached & model_scopes} | ({path} if is_named else set())
    return any(is_about_models(scene, file) for file in named)


def _names_model(name: str, calls: frozenset[str], reaches: bool) -> bool:
    return any(speaks_of("applies_model", call.rpartition(".")[2]) for call in calls) and (
        reaches or speaks_of("about_model", name)
    )
