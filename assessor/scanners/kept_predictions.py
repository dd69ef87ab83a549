"""Logging of predictions: what the service was asked and what it answered, kept where it can be read again.

Counts: a product's data capture, and a handler that predicts and stores (database, queue, table), itself or through a
function named for it. Does not count: a log line, a cache, a batch job that writes its result (that is its work).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.facts.python import MAIN, MODULE
from assessor.findings import Evidence, Finding, Hop, Rung
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import called_from
from assessor.lifecycle.order import best
from assessor.lifecycle.serving import asks_model, batch_predictions, serving_scopes
from assessor.project.model import Role
from assessor.project.modules import ScopeKey
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude

PRACTICE = "monitoring.predictions"


_STORES = re.compile(
    r"(?:^|\.)(?:insert_one|insert_many|insert_rows|insert_rows_json|bulk_write|put_item|put_record|put_record_batch|"
    r"to_sql|produce|send_and_wait|index_document|add_document|xadd|append_rows|bulk_save_objects)$"
)


_STORES_IN_SESSION = re.compile(r"(?:session|db|Session)\.(?:add|merge|add_all)$")


_STORES_ON_BUS = re.compile(
    r"(?:producer|Producer|PublisherClient|publisher|EventHub\w*|channel)(?:\.\w+)*\.(?:send|publish|send_batch|basic_publish)$"
)


_INSERT = re.compile(
    r"\binsert\s+(?:or\s+\w+\s+)?into\s+\S*(?:predict|inference|request|scor|feedback|log|result)", re.IGNORECASE
)


_NAMED = re.compile(
    r"^_?(?:log|save|store|record|persist|insert|write|publish|track|capture|append|send|add)_?(?:the_|to_|new_|a_|each_|model_|user_|api_)*"
    r"(?:predictions?|inferences?|requests?|scores?|scoring|inputs?(?:_and_outputs?)?|observations?)"
    r"(?:_(?:logs?|to_\w+|in_\w+|results?|records?|events?|data|and_\w+|async))*$"
)


_IS_THE_WORK = re.compile(r"^_?(?:save|store|persist|insert|write|publish|append|send|add)")
"""What a batch job does with its predictions anyway."""


_WRITES = re.compile(
    r"(?:^|\.)(?:write|writerow|dump|to_csv|to_parquet|commit|execute|executemany|add|send|publish|upload\w*|put_object|put|log|"
    r"append|post|save|insert\w*|create)$"
)


def predictions(scene: Scene, deployed: tuple[Hop, ...]) -> Finding:
    """Stored by the service's code or configuration is used; in a service that automation deploys, automated.

    `deployed` is the route by which automation deploys the project; empty where none does.
    """
    evidence: list[Evidence] = []
    for hit in scene.hits(PRACTICE, notebooks=False):
        evidence += [_lifted(item, deployed) for item in ladder.evidence(scene, [hit])]
    evidence += [_lifted(item, deployed) for item in (*_captured(scene), *_own(scene))]
    return conclude(PRACTICE, evidence)


def _lifted(item: Evidence, deployed: tuple[Hop, ...]) -> Evidence:
    if item.rung is not Rung.USED or not deployed:
        return item
    route = (*deployed, Hop("the service stores predictions", item.place))
    return Evidence(PRACTICE, Rung.AUTOMATED, item.place, item.text, item.tool, route)


_CAPTURES = [
    # system, kind of resource, what its settings hold, tool
    ("azureml", "OnlineDeployment", "data_collector.", "azure-ml"),
    ("kubernetes", "InferenceService", "spec.predictor.logger.", "kserve"),
    ("kubernetes", "SeldonDeployment", ".logger.", "seldon"),
    ("databricks", "model_serving_endpoint", "auto_capture_config.", "databricks"),
    ("databricks", "model_serving_endpoint", "inference_table_config.", "databricks"),
    ("terraform", "aws_sagemaker_endpoint_configuration", "data_capture_config.", "sagemaker"),
    ("terraform", "databricks_model_serving", "auto_capture_config.", "databricks"),
]


def _captured(scene: Scene) -> Iterator[Evidence]:
    """Definitions of endpoints with the platform's data capture switched on."""
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        arrival = best(a for a in scene.automation.reach.files.get(file.path, ()) if a.is_automatic)
        for resource in resources:
            for system, kind, key, tool in _CAPTURES:
                line = _switched_on(resource, key) if (system == resource.system and kind in resource.kind) else 0
                if line:
                    place, text = file.at(line), f"{resource.kind} {resource.name} captures inputs and answers"
                    route = (*arrival.route, Hop(text, place)) if arrival else ()
                    yield Evidence(PRACTICE, Rung.AUTOMATED if arrival else Rung.USED, place, text, tool, route)


def _switched_on(resource: Resource, key: str) -> int:
    """The line of the first setting under `key`; 0 where there is none or one of them switches it off."""
    own = [(name, value, line) for name, value, line in resource.settings if key in name]
    off = any(
        name.rpartition(".")[2] in ("enabled", "enable_capture") and value.lower() == "false" for name, value, _ in own
    )
    return own[0][2] if own and not off else 0


def _own(scene: Scene) -> Iterator[Evidence]:
    batch = {(file.path, call.scope) for file, call, _ in batch_predictions(scene)}
    for handler in serving_scopes(scene):
        if handler[1] in (MODULE, MAIN) and handler not in batch:
            continue
        near = called_from(scene, [handler], depth=3)
        if handler in batch or any(_predicts(scene, key) for key in near):
            yield from _stored(scene, near, is_batch=handler in batch)


def _stored(scene: Scene, near: set[ScopeKey], is_batch: bool) -> Iterator[Evidence]:
    """Functions within reach of one that predicts and that store; of a batch job only those named for a log."""
    for path, number in sorted(near):
        facts = scene.modules.index(path).facts
        scope = facts.scopes[number]
        calls = scene.modules.index(path).calls.get(number, ())
        last = scope.name.rpartition(".")[2].lower()
        named = number not in (MODULE, MAIN) and _NAMED.search(last) and any(_WRITES.search(c.name) for c in calls)
        named = named and not (is_batch and _IS_THE_WORK.search(last))
        stores = [c.line for c in calls if _is_store(c.name)]
        stores += [t.line for t in facts.texts if t.scope == number and _INSERT.search(t.value)]
        store = None if is_batch else min(stores, default=None)
        if named or store:
            text = f"{scope.name}() keeps what was predicted"
            yield Evidence(PRACTICE, Rung.USED, scene.project.files[path].at(store or scope.line), text)


def _is_store(name: str) -> bool:
    return bool(_STORES.search(name) or _STORES_IN_SESSION.search(name) or _STORES_ON_BUS.search(name))


def _predicts(scene: Scene, key: ScopeKey) -> bool:
    return any(asks_model(call) for call in scene.modules.index(key[0]).calls.get(key[1], ()))
