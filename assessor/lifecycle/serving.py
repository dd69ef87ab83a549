"""Where first-party code serves predictions: handlers of services, and jobs that apply a stored model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.project_files import Resource
from assessor.facts.python import MAIN, MODULE, Call, PythonFacts
from assessor.facts.role import Role
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.asked_models import asks_beside
from assessor.lifecycle.errors import predicted_values
from assessor.lifecycle.inference_jobs import inference_jobs
from assessor.lifecycle.loading import made_from_file
from assessor.lifecycle.origins import DIFFERENCE, asks_by_name
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey
from assessor.project.units import CODE_ENDINGS
from assessor.readers.code.sources import language_of


def predicts(scene: Scene, hit: Hit) -> bool:
    """A plain web framework serves predictions only where a route, function or call of the app speaks of them."""
    if "web" in hit.tool.traits and language_of(hit.file.path) is not None:
        return asks_beside(scene, hit.file.path)
    if "web" not in hit.tool.traits or hit.file.facts.python is None:
        return True
    paths = {hit.file.path}
    for imported in hit.file.facts.python.imports:
        split = scene.modules.split(imported.target, hit.file.path)
        if split:
            paths.add(split[0])
    for path in paths:
        facts = scene.modules.index(path).facts
        names = [s.name for s in facts.scopes[2:]] + [c.name.rpartition(".")[2] for c in facts.calls]
        routes = [str(v) for s in facts.scopes for d in s.decorators for v in d.args]
        if any(speaks_of("predicts", text) for text in (*names, *routes)) or _asks_what_it_loaded(facts):
            return True
        if any(speaks_of("asks_language_model", call.name) for call in facts.calls):
            return True
    return False


def _asks_what_it_loaded(facts: PythonFacts) -> bool:
    """A function calls an object, or a method of one, that a call of the module's body has loaded as a model."""
    loads = {call.name for call in facts.calls if call.scope == MODULE and loads_model((call,))}
    return any(
        call.scope > MAIN and any(call.name == name or call.name.startswith(f"{name}.") for name in loads)
        for call in facts.calls
    )


def batch_predictions(scene: Scene) -> Iterator[tuple[ProjectFile, Call, str]]:
    """(file, call that predicts, name of the function or file) where one named for it loads a stored model and predicts,
    and of jobs of any name; the first of each file."""
    found = {file.path: (file, call, name) for file, call, name in inference_jobs(scene)}
    found |= {file.path: (file, call, name) for file, call, name in stored_batches(scene)}
    found |= {file.path: (file, call, name) for file, call, name in named_batches(scene)}
    yield from (found[path] for path in sorted(found))


def named_batches(scene: Scene) -> Iterator[tuple[ProjectFile, Call, str]]:
    """Those of functions and files that are named for it."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        named_file = speaks_of("predicting_file", file.path.rpartition("/")[2].removesuffix(".py"))
        for call in index.facts.calls:
            last = call.name.rpartition(".")[2]
            if last not in ("predict", "predict_proba", "inference", "generate") or "." not in call.name:
                continue
            scope = index.facts.scopes[call.scope]
            named = speaks_of("predicts_batch", scope.name.rpartition(".")[2])
            if (named or named_file) and (loads_model(index.facts.calls) or _stores_answers(scene, file.path)):
                yield file, call, scope.name if scope.kind != "module" else file.path
                break


@once
def stored_batches(scene: Scene) -> list[tuple[ProjectFile, Call, str]]:
    """(file, call that predicts, name of the function or file) where predicted rows go into a table, or what is forecast of
    days to come into a file: a job, whatever it is called, and also where it fits its model each time."""
    return [
        (file, call, _name_of(scene, file, call))
        for file in scene.project.code_files
        if file.role is Role.FIRST_PARTY and not file.is_notebook
        if (call := next(_stored_answers(scene, file), None)) is not None
    ]


def _name_of(scene: Scene, file: ProjectFile, call: Call) -> str:
    scope = scene.modules.index(file.path).facts.scopes[call.scope]
    return scope.name if scope.kind not in ("module", "main") else file.path


def _stored_answers(scene: Scene, file: ProjectFile) -> Iterator[Call]:
    predicted = predicted_values(scene)
    for number, calls in scene.modules.index(file.path).calls.items():
        asking = next((c for c in calls if asks_model(c)), None)
        forecasts = asking is not None and any(c.name.rpartition(".")[2] in _FORECASTS for c in calls)
        for call in calls:
            last = call.name.rpartition(".")[2]
            if not speaks_of("stores_rows", last) or not (forecasts or speaks_of("stores_in_a_table", last)):
                continue
            sources = [
                held for _, given in call.given for one in given for held in predicted.held((file.path, number), one)
            ]
            is_figure = any(source.startswith(DIFFERENCE) for source in sources)
            if not is_figure and any(predicted.proves((file.path, number), source) for source in sources):
                yield asking or call


_FORECASTS = ("forecast", "get_forecast", "make_future_dataframe")
"""Last words of calls that predict days to come, of which nobody knows the truth yet."""


def _stores_answers(scene: Scene, path: str) -> bool:
    """Rows that a model predicted go into a table: a job that trains its model each time predicts all the same."""
    predicted = predicted_values(scene)
    return any(
        predicted.proves((path, call.scope), source)
        for call in scene.modules.index(path).facts.calls
        if speaks_of("stores_rows", last := call.name.rpartition(".")[2]) and not speaks_of("writes_file", last)
        for _, sources in call.given
        for source in sources
    )


def loads_model(calls: Iterable[Call]) -> bool:
    """One of the calls reads a stored model."""
    return any(speaks_of("loads_model", call.name) or made_from_file(call) for call in calls)


def named_services(scene: Scene) -> Iterator[tuple[ProjectFile, Resource, str]]:
    """(file, object, name) of each object of a cluster that starts an image and listens, and whose names speak of a model,
    where no program of its own is in the repository: manifests of a service that is made elsewhere."""
    if any(path.lower().endswith(CODE_ENDINGS) for path in scene.project.own):
        return
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            names = (resource.name, *resource.images, *(v for k, v, _ in resource.settings if k.endswith(".name")))
            named = next((name for name in names if speaks_of("serves_a_model", name)), "")
            if (
                named
                and resource.images
                and any("port" in key.rpartition(".")[2].lower() for key, _, _ in resource.settings)
            ):
                yield file, resource, named


def asks_model(call: Call) -> bool:
    """The call applies a model, by its name."""
    return asks_by_name(call.name)


_ENDPOINT_HANDLERS = ({"model_fn", "input_fn", "predict_fn", "output_fn"}, {"init", "run"})
"""Functions that a managed endpoint calls: of SageMaker's model servers, and of a scoring script of Azure ML.

Rules: sagemaker.readthedocs.io "Serve a PyTorch Model"; learn.microsoft.com "How to author a scoring script"."""


def endpoint_handlers(scene: Scene) -> Iterator[tuple[ProjectFile, int, str]]:
    """(file, function, text) of each file whose functions a managed endpoint or an API description calls to predict."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for names in _ENDPOINT_HANDLERS:
            found = sorted(names & index.scopes.keys())
            if len(found) > 1 and loads_model(index.facts.calls) and _predicts_anywhere(index.facts.calls):
                number = index.scopes["predict_fn" if "predict_fn" in found else found[-1]]
                yield file, number, f"{' and '.join(found[:2])} are called by a managed endpoint"
                break
    if any(
        c.name.endswith(_ADDS_API) for f in scene.project.code_files for c in scene.modules.index(f.path).facts.calls
    ):
        yield from _described(scene)


_ADDS_API = (".add_api", ".add_specs", ".register_openapi", ".OpenAPI.from_file_path")


def _described(scene: Scene) -> Iterator[tuple[ProjectFile, int, str]]:
    """Functions that `operationId: package.module.function` of an API description names."""
    for file, settings in scene.project.having(lambda f: f.settings):
        for setting in settings:
            split = scene.modules.split(setting.value, file.path) if setting.key.endswith("operationId") else None
            if not split or split[0] not in scene.modules.files:
                continue
            index = scene.modules.index(split[0])
            number = index.scopes.get(split[1])
            if number is not None and (
                speaks_of("predicts", split[1]) or _predicts_anywhere(tuple(index.calls.get(number, ())))
            ):
                yield scene.modules.files[split[0]], number, f"{file.path} names {split[1]}() as a handler"


def _predicts_anywhere(calls: Iterable[Call]) -> bool:
    return any(asks_model(c) or c.name.endswith(".transform") for c in calls)


@once
def serving_scopes(scene: Scene) -> list[ScopeKey]:
    """The functions of services and batch jobs that predict: handlers and what in their files calls a model."""
    return list(dict.fromkeys(_serving_scopes(scene)))


def _serving_scopes(scene: Scene) -> Iterator[ScopeKey]:
    for file, call, _ in batch_predictions(scene):
        yield file.path, call.scope
    yield from handlers(scene)


def handlers(scene: Scene) -> Iterator[ScopeKey]:
    """The functions of services that predict, and what in their files calls a model."""
    for file, number, _ in endpoint_handlers(scene):
        yield file.path, number
    for hit in scene.hits("deployment.serving", notebooks=False):
        if hit.scope < 0 or hit.file.code is None or not predicts(scene, hit):
            continue
        if hit.kind in ("decorator", "base"):
            yield hit.file.path, hit.scope
        if hit.kind == "call" and hit.call is not None:
            given = (target for name in hit.call.names for target in scene.modules.targets(name, hit.file.path))
            yield from (target for target in given if target[1] > MAIN)
        facts = hit.file.code
        for call in facts.calls:
            if asks_model(call):
                yield hit.file.path, call.scope
        for number, scope in enumerate(facts.scopes):
            if number > 1 and any(
                "." in d.name and speaks_of("route", d.name.rpartition(".")[2]) for d in scope.decorators
            ):
                yield hit.file.path, number
