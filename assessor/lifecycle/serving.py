"""Where first-party code serves predictions: handlers of services, and jobs that apply a stored model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assessor.facts.python import Call
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey

_WEB = {
    "fastapi",
    "flask",
    "django",
    "starlette",
    "aiohttp",
    "sanic",
    "tornado",
    "bottle",
    "falcon",
    "litestar",
    "quart",
    "django-rest-framework",
    "grpc",
}


_PREDICTS = re.compile(
    r"predict|infer|score|forecast|recommend|classif|detect|embed|generate|transcri|translat|segment|rank|complet",
    re.IGNORECASE,
)


def predicts(scene: Scene, hit: Hit) -> bool:
    """A plain web framework serves predictions only where a route, function or call of the app speaks of them."""
    if hit.tool.id not in _WEB or hit.file.facts.python is None:
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
        if any(_PREDICTS.search(text) for text in (*names, *routes)):
            return True
    return False


_BATCH = re.compile(
    r"(?:^|_)(?:batch_?(?:predict\w*|scor\w*|infer\w*|transform)|score_batch|apply_model|run_inference|make_predictions?|generate_predictions?|predict_batch|run_predictions?)(?:$|_)"
)


_BATCH_FILE = re.compile(
    r"(?:^|/|_)(?:predict(?:ion|ions)?|forecast(?:s|er|ing)?|inference|infer|score|scoring|batch_\w+|serve|serving)(?:_\w+)?\.py$"
)


def batch_predictions(scene: Scene) -> Iterator[tuple[ProjectFile, Call, str]]:
    """(file, call that predicts, name of the function or file) where one named for it loads a stored model and predicts;
    the first of each file."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        named_file = bool(_BATCH_FILE.search(file.path))
        for call in index.facts.calls:
            last = call.name.rpartition(".")[2]
            if last not in ("predict", "predict_proba", "inference", "generate") or "." not in call.name:
                continue
            scope = index.facts.scopes[call.scope]
            named = bool(_BATCH.search(scope.name.rpartition(".")[2].lower()))
            if (named or named_file) and loads_model(index.facts.calls):
                yield file, call, scope.name if scope.kind != "module" else file.path
                break


_LOADS = re.compile(
    r"(?:^|[._])(?:load_?\w*model\w*|load|from_pretrained|load_weights|InferenceSession|load_checkpoint|restore|get_model\w*|load_state_dict|download_model\w*)$"
)


def loads_model(calls: Iterable[Call]) -> bool:
    return any(_LOADS.search(call.name) and "json" not in call.name and "yaml" not in call.name for call in calls)


PREDICTING = re.compile(
    r"(?:^|\.)(?:predict|predict_proba|predict_\w+|inference|infer|forecast|score_samples|decision_function|generate)$"
)


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
            if PREDICTING.search(call.name):
                yield hit.file.path, call.scope
        for number, scope in enumerate(facts.scopes):
            if number > 1 and any("." in d.name and d.name.rpartition(".")[2] in _ROUTES for d in scope.decorators):
                yield hit.file.path, number


_ROUTES = {"get", "post", "put", "route", "api_route", "websocket", "api", "on_message"}
