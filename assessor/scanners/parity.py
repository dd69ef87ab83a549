"""Parity of training and serving: what prepares the data of both is one thing.

One first-party function that both reach, one fitted transformer that training stores and serving loads, a pipeline in
which preparation and model are one stored object, or one feature store. Two functions of the same name are none: the
skew that this practice prevents begins exactly there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assessor.catalog.traits import chains, transforms
from assessor.catalog.words import speaks_of, stem_of
from assessor.facts.python import MAIN, MODULE, Call, PythonFacts, Scope
from assessor.findings import NearMiss
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import called, called_from
from assessor.lifecycle.models_in_r import preparation_kept_in_r
from assessor.lifecycle.origins import Origins
from assessor.lifecycle.serving import asks_model, loads_model, serving_scopes
from assessor.lifecycle.stations import training_hits
from assessor.lifecycle.transforms import calls_transform, shared_objects
from assessor.project.model import Role
from assessor.project.modules import ScopeKey
from assessor.scanners.claims import NONE, Claim, Statement, seen

PRACTICE = "data.parity"


def parity(scene: Scene) -> Iterator[Statement]:
    """Used where training and serving share what prepares their data."""
    serving = serving_scopes(scene)
    training = list(dict.fromkeys((h.file.path, h.scope) for h in training_hits(scene) if h.scope >= 0))
    shared = [seen(hit, counts=NONE) for hit in scene.hits(PRACTICE, notebooks=False)]
    serving = list(dict.fromkeys((*serving, *_asking_stored(scene))))
    if serving and training:
        shared += _shared_functions(scene, training, serving)
        shared += _shared_transformers(scene, training, serving)
        shared += _stored_pipelines(scene, training, serving)
        shared += _loaded_by_handlers(scene, serving)
        shared += _shared_transforms(scene, training, serving)
    shared += _held_by_models(scene)
    shared += [Claim(place, text, "recipes") for place, text in preparation_kept_in_r(scene)]
    shared += _shared_store(scene)
    yield from shared or _copies(scene, training, serving)


def _asking_stored(scene: Scene) -> Iterator[ScopeKey]:
    """Functions that ask what they have loaded themselves: commands of a program that trains too."""
    for file in scene.project.code_files:
        for call in scene.modules.index(file.path).facts.calls if file.role is Role.FIRST_PARTY else ():
            loaded = call.name.rpartition(".")[0].rpartition(".")[2]
            if not file.is_notebook and asks_model(call) and speaks_of("loads_a_serialised", loaded):
                yield file.path, call.scope


def _shared_transforms(scene: Scene, training: list[ScopeKey], serving: list[ScopeKey]) -> Iterator[Claim]:
    """One transform of a module that is applied or handed on by what trains and by what serves."""
    used = [
        {found for path, n in called_from(scene, keys) for found in shared_objects(scene, path, (n,))}
        for keys in (with_callers(scene, training), serving)
    ]
    for path, name in sorted(used[0] & used[1]):
        yield Claim(scene.project.files[path].at(1), f"training and serving both prepare data with {name}")


# ---- one function ----


def _shared_functions(scene: Scene, training: list[ScopeKey], serving: list[ScopeKey]) -> Iterator[Claim]:
    served = called_from(scene, serving)
    by_training = called_from(scene, with_callers(scene, training)) | _by_makers_of_rows(scene, served)
    on_the_way = _given_to_models(scene, serving)
    both = (served & (by_training | on_the_way)) | _by_both_sides(scene, training, serving)
    apart = set(training).isdisjoint(serving)  # one function that does both says nothing of who calls what
    for key in sorted(both):
        prepares = (
            key in on_the_way
            or _is_preparation(scene, key)
            or calls_transform(scene, key)
            or (apart and _works_on_rows(scene, key))
        )
        if key not in serving and key[1] > MAIN and prepares:
            scope = scene.modules.index(key[0]).facts.scopes[key[1]]
            text = f"training and serving both prepare data with {scope.name}()"
            yield Claim(scene.project.files[key[0]].at(scope.line), text)


def _by_makers_of_rows(scene: Scene, served: set[ScopeKey]) -> set[ScopeKey]:
    """What functions call that serving does not reach, and that read rows and store them prepared: for training."""
    makers = {
        (file.path, number)
        for file in scene.project.code_files
        if file.role is Role.FIRST_PARTY and not file.is_notebook
        for number, calls in scene.modules.index(file.path).calls.items()
        if (file.path, number) not in served and _says_all(calls, ("reads_table", "stores_rows"))
    }
    return {target for key in makers for target in called(scene, key)[0]}


def _says_all(calls: Iterable[Call], concepts: tuple[str, ...]) -> bool:
    last = {call.name.rpartition(".")[2] for call in calls}
    return all(any(speaks_of(concept, name) for name in last) for concept in concepts)


def _by_both_sides(scene: Scene, training: list[ScopeKey], serving: list[ScopeKey]) -> set[ScopeKey]:
    """What is called in a module that only what trains imports, and in one that only what serves does."""
    trained = _imported(scene, with_callers(scene, training))
    served = _imported(scene, serving)
    sides = ({*_called_in(scene, trained - served)}, {*_called_in(scene, served - trained)})
    return sides[0] & sides[1]


def _imported(scene: Scene, keys: Iterable[ScopeKey]) -> set[str]:
    """The files of functions and what they import, near and far."""
    found: set[str] = set()
    edge = {path for path, _ in keys}
    while edge:
        found |= edge
        edge = {further for path in edge for further in scene.modules.imported(path)} - found
    return found


def _called_in(scene: Scene, paths: Iterable[str]) -> Iterator[ScopeKey]:
    for path in sorted(paths):
        file = scene.modules.files[path]
        if file.role is Role.FIRST_PARTY and not file.is_notebook:
            for number in range(len(scene.modules.index(path).facts.scopes)):
                yield from called(scene, (path, number))[0]


def _given_to_models(scene: Scene, serving: list[ScopeKey]) -> set[ScopeKey]:
    """Functions whose result is given to a `fit` of training and to a prediction of serving, whatever they are called."""
    made = Origins(scene, PRACTICE)
    fits = [((hit.file.path, hit.scope), hit.call) for hit in training_hits(scene) if hit.call is not None]
    fitted = {function for key, call in fits for function in made.functions(key, _sources(call))}
    asking = [
        (key, call)
        for key in (called_from(scene, serving) if fitted else ())
        for call in scene.modules.index(key[0]).calls.get(key[1], ())
        if asks_model(call)
    ]
    asked = {function for key, call in asking for function in made.functions(key, _sources(call))}
    return {key for key in fitted & asked if _shapes(scene, key)}


def _sources(call: Call) -> list[str]:
    return [source for _, sources in call.given for source in sources]


def _shapes(scene: Scene, key: ScopeKey) -> bool:
    """It makes something of what it is given, and does more than load or split."""
    scope = scene.modules.index(key[0]).facts.scopes[key[1]]
    name = scope.name.rpartition(".")[2]
    moves = speaks_of("only_moves_data", name) and (not name.startswith("load") or _reads(scene, key))
    return _is_given(scope) and not scope.is_stub and not moves


def _is_given(scope: Scope) -> bool:
    return any(name not in ("self", "cls") for name in scope.parameters)


def _reads(scene: Scene, key: ScopeKey) -> bool:
    calls = scene.modules.index(key[0]).calls.get(key[1], ())
    return any(speaks_of("reads_rows", call.name.rpartition(".")[2]) for call in calls)


def _works_on_rows(scene: Scene, key: ScopeKey) -> bool:
    """It makes of what it is given other tables or arrays, and asks no model."""
    index = scene.modules.index(key[0])
    calls = index.calls.get(key[1], ())
    shapes = any(speaks_of("shapes_rows", call.name.rpartition(".")[2]) for call in calls)
    return _is_given(index.facts.scopes[key[1]]) and shapes and not any(map(asks_model, calls))


def _is_preparation(scene: Scene, key: ScopeKey) -> bool:
    scope = scene.modules.index(key[0]).facts.scopes[key[1]]
    name = scope.name.rpartition(".")[2]
    if key[1] in (MODULE, MAIN) or scope.is_stub or speaks_of("only_moves_data", name):
        return False
    return speaks_of("preparation", name) or speaks_of("preparing_file", stem_of(key[0]))


def with_callers(scene: Scene, scopes: Iterable[ScopeKey]) -> set[ScopeKey]:
    """The functions and those that call them, twice, within their files and the files that import these."""
    found = set(scopes)
    for _ in range(2):
        paths = {path for path, _ in found}
        near = [f.path for f in scene.project.code_files if paths & {f.path, *scene.modules.imported(f.path)}]
        callers = {
            (path, number)
            for path in near
            if scene.modules.files[path].role is Role.FIRST_PARTY
            for number in range(len(scene.modules.index(path).facts.scopes))
            if found.intersection(called(scene, (path, number))[0])
        }
        found |= callers
    return found


# ---- one stored object ----


def _shared_transformers(scene: Scene, training: list[ScopeKey], serving: list[ScopeKey]) -> Iterator[Claim]:
    """One file name of a fitted transformer that training writes and serving reads."""
    work = called_from(scene, with_callers(scene, training))  # what a pipeline calls before training belongs to it
    written = _stored_names(scene, {path for path, _ in work}, "stores_object")
    read = _stored_names(scene, {path for path, _ in called_from(scene, serving)}, "loads_object")
    for name in sorted(written.keys() & read.keys()):
        path, line = read[name]
        text = f"serving loads {name}, which training fitted and stored ({written[name][0]})"
        yield Claim(scene.project.files[path].at(line), text)


def _stored_names(scene: Scene, paths: set[str], concept: str) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for path in sorted(paths):
        facts = scene.modules.index(path).facts
        if any(speaks_of(concept, call.name.rpartition(".")[2]) for call in facts.calls):
            texts = [(text.value, text.line) for text in facts.texts]
            texts += [(str(constant.value), constant.line) for constant in facts.constants]
            for value, line in texts:
                if _holds_transformer(value):
                    found.setdefault(value.rpartition("/")[2], (path, line))
    return found


def _holds_transformer(path: str) -> bool:
    name, _, ending = path.rpartition("/")[2].rpartition(".")
    return speaks_of("ending_of_object", ending) and speaks_of("stored_transformer", name)


def _stored_pipelines(scene: Scene, training: list[ScopeKey], serving: list[ScopeKey]) -> Iterator[Claim]:
    """A fitted pipeline object that holds the preparation, stored by training and loaded to serve."""
    served = any(loads_model(scene.modules.index(path).facts.calls) for path, _ in called_from(scene, serving))
    if not served:
        return
    work = called_from(scene, with_callers(scene, training))
    near = {path for path, _ in work} | _made_elsewhere(scene, work)
    for path in sorted(near):
        facts = scene.modules.index(path).facts
        pipeline = next((call for call in facts.calls if chains(call.name)), None)
        if pipeline and _prepares_there(scene, path) and _is_stored(scene, near):
            text = "the preparation is part of a fitted pipeline, stored by training and loaded to serve"
            yield Claim(scene.project.files[path].at(pipeline.line), text, "scikit-learn")


def _made_elsewhere(scene: Scene, keys: Iterable[ScopeKey]) -> set[str]:
    """Modules at whose top stands what these functions use: `pipeline.price_pipe.fit(rows)`."""
    found = set()
    for path, number in keys:
        for call in scene.modules.index(path).calls.get(number, ()):
            for name in (call.name, *call.names):
                split = scene.modules.split(name, path) if "." in name else None
                if split and split[0] != path and scene.modules.files[split[0]].role is Role.FIRST_PARTY:
                    found.add(split[0])
    return found


def _loaded_by_handlers(scene: Scene, serving: list[ScopeKey]) -> Iterator[Claim]:
    """A transformer that a script fits and stores under any name, and that what serves loads to transform the requests."""
    stored = _fitted_and_stored(scene)
    for path in sorted({path for path, _ in called_from(scene, serving)}) if stored else ():
        facts = scene.modules.index(path).facts
        if not (loads_model(facts.calls) and any(call.name.endswith(".transform") for call in facts.calls)):
            continue
        same = next(((n, line) for n, line in _files_named(facts) if stored.get(n, path) != path), None)
        if same:
            text = f"serving loads {same[0]}, the transformer that {stored[same[0]]} fits and stores"
            yield Claim(scene.project.files[path].at(same[1]), text)


def _fitted_and_stored(scene: Scene) -> dict[str, str]:
    """Names of stored files, each with the module that fits a transformer and writes it."""
    found: dict[str, str] = {}
    for file in scene.project.code_files:
        facts = scene.modules.index(file.path).facts
        fitted = _has_preparation(facts) and any(call.name.endswith((".fit", ".fit_transform")) for call in facts.calls)
        if fitted and any(_stores(call) for call in facts.calls):
            found.update((name, file.path) for name, _ in _files_named(facts))
    return found


_SERIALISED = (".joblib", ".pkl", ".pickle", ".bin", ".sav", ".dill", ".onnx")


def _files_named(facts: PythonFacts) -> list[tuple[str, int]]:
    """Names of serialised objects in the texts and constants of a module, with their lines."""
    texts = [(text.value, text.line) for text in facts.texts]
    texts += [(str(constant.value), constant.line) for constant in facts.constants]
    return [(value.rpartition("/")[2], line) for value, line in texts if value.lower().endswith(_SERIALISED)]


def _has_preparation(facts: PythonFacts) -> bool:
    return any(transforms(call.name) for call in facts.calls)


def _prepares_there(scene: Scene, path: str) -> bool:
    """The module or one that it imports makes a transformer."""
    near = (path, *scene.modules.imported(path))
    return any(_has_preparation(scene.modules.index(other).facts) for other in near)


def _held_by_models(scene: Scene) -> Iterator[Claim]:
    """A model's own class holds the fitted transformer that its prediction applies, and is stored together with it."""
    for file in scene.project.code_files:
        facts = scene.modules.index(file.path).facts
        custom = {c.name for c in facts.classes if any(speaks_of("custom_model", b) for b in c.bases)}
        if not custom or file.is_notebook or file.role is not Role.FIRST_PARTY:
            continue
        for call in facts.calls:
            scope = facts.scopes[call.scope]
            if scope.class_name in custom and call.name.endswith(".transform") and _predicts(scope):
                text = (
                    f"{scope.class_name} is stored with the transformer that {scope.name.rpartition('.')[2]}() applies"
                )
                yield Claim(file.at(call.line), text)
                break


def _predicts(scope: Scope) -> bool:
    return speaks_of("predicts", scope.name.rpartition(".")[2])


def _is_stored(scene: Scene, paths: set[str]) -> bool:
    return any(_stores(call) for path in paths for call in scene.modules.index(path).facts.calls)


def _stores(call: Call) -> bool:
    return speaks_of("stores_object", call.name.rpartition(".")[2])


# ---- one feature store ----


def _shared_store(scene: Scene) -> Iterator[Claim]:
    """Training reads from the offline side and serving from the online side of one store."""
    offline = _first_call(scene, "offline_features")
    online = _first_call(scene, "online_features")
    if offline and online and scene.hits("data.feature_store", notebooks=False):
        text = f"features of training and serving come from one store ({offline[0]})"
        yield Claim(scene.project.files[online[0]].at(online[1]), text)


def _first_call(scene: Scene, concept: str) -> tuple[str, int] | None:
    for file in scene.project.code_files:
        if file.code is not None:
            for call in file.code.calls:
                if "." in call.name and speaks_of(concept, call.name.rpartition(".")[2]):
                    return file.path, call.line
    return None


def _copies(scene: Scene, training: list[ScopeKey], serving: list[ScopeKey]) -> list[NearMiss]:
    """Functions of one name that prepare data, one in training and another one in serving."""
    if not (training and serving):
        return []
    by_name: dict[str, ScopeKey] = {}
    for key in called_from(scene, with_callers(scene, training)):
        if _is_preparation(scene, key):
            by_name.setdefault(_last(scene, key), key)
    found = []
    for key in sorted(called_from(scene, serving)):
        other = by_name.get(_last(scene, key))
        if other is not None and other[0] != key[0] and _is_preparation(scene, key):
            scope = scene.modules.index(key[0]).facts.scopes[key[1]]
            text = f"serving has a {_last(scene, key)}() of its own beside the one in {other[0]}"
            found.append(NearMiss(scene.project.files[key[0]].at(scope.line), text))
    return found


def _last(scene: Scene, key: ScopeKey) -> str:
    return scene.modules.index(key[0]).facts.scopes[key[1]].name.rpartition(".")[2]
