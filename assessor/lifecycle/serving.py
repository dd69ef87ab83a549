"""Where first-party code serves predictions: handlers of services, and jobs that apply a stored model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.python import Call
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey


def predicts(scene: Scene, hit: Hit) -> bool:
    """A plain web framework serves predictions only where a route, function or call of the app speaks of them."""
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
        if any(speaks_of("predicts", text) for text in (*names, *routes)):
            return True
    return False


def batch_predictions(scene: Scene) -> Iterator[tuple[ProjectFile, Call, str]]:
    """(file, call that predicts, name of the function or file) where one named for it loads a stored model and predicts;
    the first of each file."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        named_file = speaks_of("predicting_file", file.path.rpartition("/")[2].removesuffix(".py"))
        for call in index.facts.calls:
            last = call.name.rpartition(".")[2]
            if last not in ("predict", "predict_proba", "inference", "generate") or "." not in call.name:
                continue
            scope = index.facts.scopes[call.scope]
            named = speaks_of("predicts_batch", scope.name.rpartition(".")[2])
            if (named or named_file) and loads_model(index.facts.calls):
                yield file, call, scope.name if scope.kind != "module" else file.path
                break


def loads_model(calls: Iterable[Call]) -> bool:
    """One of the calls reads a stored model."""
    return any(speaks_of("loads_model", call.name) for call in calls)


def asks_model(call: Call) -> bool:
    """The call applies a model, by its last word."""
    return speaks_of("predicting", call.name.rpartition(".")[2])


def serving_scopes(scene: Scene) -> list[ScopeKey]:
    """The functions of services and batch jobs that predict: handlers and what in their files calls a model."""
    if "serving_scopes" not in scene.memo:
        scene.memo["serving_scopes"] = list(dict.fromkeys(_serving_scopes(scene)))
    known: list[ScopeKey] = scene.memo["serving_scopes"]
    return known


def _serving_scopes(scene: Scene) -> Iterator[ScopeKey]:
    for file, call, _ in batch_predictions(scene):
        yield file.path, call.scope
    for hit in scene.hits("deployment.serving", notebooks=False):
        if hit.scope < 0 or hit.file.code is None or not predicts(scene, hit):
            continue
        if hit.kind in ("decorator", "base"):
            yield hit.file.path, hit.scope
        facts = hit.file.code
        for call in facts.calls:
            if asks_model(call):
                yield hit.file.path, call.scope
        for number, scope in enumerate(facts.scopes):
            if number > 1 and any(
                "." in d.name and speaks_of("route", d.name.rpartition(".")[2]) for d in scope.decorators
            ):
                yield hit.file.path, number
