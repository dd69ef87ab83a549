"""Logging of predictions: what the service or batch job was asked and what it answered, kept where it can be read again.

Counts: a product's data capture, and a handler or worker that predicts and stores (database, queue, table, object of a
mapper), itself or through a function named for it; a batch job that adds its answers to the rows that it has read and
stores both, there or in a function that calls it; a job that stores a record of its answer together with what it asked
about. Does not count: a log line, a cache, a batch job that writes its answers alone or a file of them, an evaluation
that stores what it predicted for rows whose truth it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from assessor.catalog.words import speaks_of, speaks_of_any
from assessor.facts.python import MAIN, MODULE, Call, Text
from assessor.findings import Hop
from assessor.hits.scene import Scene
from assessor.lifecycle.asked_by_calling import asks_by_calling
from assessor.lifecycle.calls import called_from, callers
from assessor.lifecycle.errors import predicted_values
from assessor.lifecycle.inference_jobs import is_cloud_function
from assessor.lifecycle.origins import COUNTING_NAMES, asks_by_name, rows_read, rows_with_answers
from assessor.lifecycle.serving import (
    asks_model,
    batch_predictions,
    handlers,
    loads_model,
    named_batches,
    serving_scopes,
    stored_batches,
)
from assessor.lifecycle.stations import marks
from assessor.lifecycle.switches import switched_on
from assessor.project.model import Role
from assessor.project.modules import CodeIndex, ScopeKey
from assessor.scanners.claims import Claim, Code, Statement, Written, seen

PRACTICE = "monitoring.predictions"


def predictions(scene: Scene, deployed: tuple[Hop, ...]) -> Iterator[Statement]:
    """Stored by the service's code or configuration is used; in a service that automation deploys, automated.

    `deployed` is the route by which automation deploys the project; empty where none does.
    """
    for hit in scene.hits(PRACTICE, notebooks=False):
        if "folder" not in hit.tool.traits or _is_written_by_a_handler(scene, hit.file.path):
            yield seen(hit, carried=deployed)
    yield from _captured(scene, deployed)
    yield from _own(scene, deployed)


def _is_written_by_a_handler(scene: Scene, path: str) -> bool:
    """A function of the file that answers requests writes something down."""
    asked = called_from(scene, [key for key in handlers(scene) if key[0] == path], depth=1)
    calls = (call for key in asked for call in scene.modules.index(key[0]).calls.get(key[1], ()))
    return any(_writes(call.name) for call in calls)


def _captured(scene: Scene, deployed: tuple[Hop, ...]) -> Iterator[Claim]:
    """Definitions of endpoints with the platform's data capture switched on."""
    for file, resource, line, tool in switched_on(scene, lambda tool: tool.captures):
        text = f"{resource.kind} {resource.name} captures inputs and answers"
        yield Claim(Written(file, line), text, tool.id, carried=deployed)


def _own(scene: Scene, deployed: tuple[Hop, ...]) -> Iterator[Claim]:
    workers = list(_workers(scene))
    jobs = {(file.path, call.scope) for file, call, _ in batch_predictions(scene)} - {*workers, *handlers(scene)}
    stored = {(file.path, call.scope) for file, call, _ in stored_batches(scene)} - set(handlers(scene))
    jobs = {key for key in jobs if not is_cloud_function(scene.modules.index(key[0]).facts.scopes[key[1]])}
    batch = jobs | stored | {(file.path, call.scope) for file, call, _ in named_batches(scene)}
    asked = set(handlers(scene))
    for start in dict.fromkeys((*serving_scopes(scene), *workers)):
        if start[1] in (MODULE, MAIN) and start not in batch:
            continue
        if start not in asked and _judges(scene, start):
            continue
        near = called_from(scene, [start], depth=3)
        if start in batch or any(_predicts(scene, key) for key in near):
            for key in sorted(near):
                yield from _stored(scene, key, start in batch, deployed)
    for key in sorted(_above(scene, {*batch, *workers}) - {*serving_scopes(scene), *workers}):
        for line in _rows_stored(scene, key, is_batch=True):
            yield _kept(scene, key, line)


def _above(scene: Scene, jobs: set[ScopeKey]) -> set[ScopeKey]:
    """The functions that call these and neither make a model nor judge one, near or far."""
    found = {
        caller
        for job in jobs
        for caller in callers(scene, *job)
        if scene.project.files[caller[0]].role is Role.FIRST_PARTY
    }
    return {
        key
        for key in found
        if not any(_JUDGED & marks(scene).get(near, frozenset()) for near in called_from(scene, [key]))
    }


_JUDGED = frozenset({"train", "evaluate"})


def _judges(scene: Scene, key: ScopeKey) -> bool:
    """A function that measures errors holds the truth of its rows: it tests, it keeps nothing of production."""
    return "evaluate" in marks(scene).get(key, ())


def _workers(scene: Scene) -> Iterator[ScopeKey]:
    """Functions that apply a model which their file loads, and train none: jobs of a queue, consumers of a stream."""
    trained = {path for (path, _), stations in marks(scene).items() if "train" in stations}
    for file in scene.project.code_files:
        if file.path in trained or file.is_notebook:
            continue
        index = scene.modules.index(file.path)
        if loads_model(index.facts.calls):
            yield from dict.fromkeys(
                (file.path, c.scope) for c in index.facts.calls if c.scope > MAIN and asks_model(c)
            )


def _stored(scene: Scene, key: ScopeKey, is_batch: bool, deployed: tuple[Hop, ...]) -> Iterator[Claim]:
    """The function stores: a record, a row, a message; or it is named for that and writes. A batch job's name for its
    own work says nothing."""
    path, number = key
    index = scene.modules.index(path)
    if any(_IN_MEMORY in call.args for call in index.calls.get(number, ())):
        return
    scope = index.facts.scopes[number]
    last = scope.name.rpartition(".")[2]
    named = number > MAIN and speaks_of("keeps_predictions", last)
    named = named and any(_writes(call.name) for call in index.calls.get(number, ()))
    named = named and not (is_batch and speaks_of("begins_to_save", last))
    stores = list(_rows_stored(scene, key, is_batch))
    records = list(_records_of_job(scene, key) if is_batch else _records_stored(scene, key))
    if named or stores or (records and not is_batch):
        yield _kept(scene, key, min((*stores, *records), default=scope.line), deployed)
    elif records:
        yield _kept(scene, key, min(records))


def _kept(scene: Scene, key: ScopeKey, line: int, deployed: tuple[Hop, ...] = ()) -> Claim:
    file, name = scene.project.files[key[0]], scene.modules.index(key[0]).facts.scopes[key[1]].name
    return Claim(Code(file, key[1], line), f"{name}() keeps what was predicted", carried=deployed)


def _rows_stored(scene: Scene, key: ScopeKey, is_batch: bool) -> Iterator[int]:
    """The lines that store what was asked beside what was answered, or write the answer into the row that asks."""
    index = scene.modules.index(key[0])
    texts = index.texts.get(key[1], ())
    yield from (text.line for text in texts if _fills_in(text.value, texts))
    for call in index.calls.get(key[1], ()):
        if _fills_column(call) or _keeps_both(scene, key, call, is_batch):
            yield call.line


def _records_stored(scene: Scene, key: ScopeKey) -> Iterator[int]:
    """The lines of a service that store a record, or insert into a table named for it."""
    index = scene.modules.index(key[0])
    for call in index.calls.get(key[1], ()):
        if _is_store(call.name) or _is_record(scene, key[0], index, call.name):
            yield call.line
    yield from (text.line for text in index.texts.get(key[1], ()) if _inserts(text.value))


def _records_of_job(scene: Scene, key: ScopeKey) -> Iterator[int]:
    """The lines of a job that store a record of what it predicted together with what it asked the model about."""
    index, predicted = scene.modules.index(key[0]), predicted_values(scene)
    calls = index.calls.get(key[1], ())
    asked = {source for call in calls if asks_model(call) for _, sources in call.given for source in sources}
    for call in calls if asked else ():
        if _is_store(call.name) or _is_record(scene, key[0], index, call.name):
            made_of = _made_of(scene, key, call)
            if any(predicted.proves(key, source) for source in made_of) and any(
                _is_whole(source, part) for source in made_of for part in asked
            ):
                yield call.line


def _is_whole(source: str, part: str) -> bool:
    """The value is what the other one is, or what that one is a part of."""
    return source == part or part.startswith(f"{source}[")


def _made_of(scene: Scene, key: ScopeKey, call: Call) -> set[str]:
    """The origins of what a call is given, and of what calls of the function were given that made it; what a model was asked
    is not in its answer."""
    given: dict[str, set[str]] = {}
    for other in scene.modules.index(key[0]).calls.get(key[1], ()):
        given.setdefault(other.name, set()).update(source for _, sources in other.given for source in sources)
    found: set[str] = set()
    edge = {source for part, sources in call.given if part != "." for source in sources}
    while edge:
        found |= edge
        makers = {source.partition("[")[0] for source in edge} - COUNTING_NAMES
        edge = {source for name in makers if not asks_by_name(name) for source in given.get(name, ())} - found
    return found


def _keeps_both(scene: Scene, key: ScopeKey, call: Call, is_batch: bool) -> bool:
    """The call stores rows that hold what was predicted and what it was predicted from: the parameters of a handler, or
    the rows that a job has read, whole. A file of answers is a job's result."""
    last, inserts = call.name.rpartition(".")[2], _is_insertion(call)
    if not (inserts or speaks_of("stores_rows", last)) or (is_batch and speaks_of("writes_file", last)):
        return False
    predicted, read = predicted_values(scene), rows_read(scene)
    stored = _held(scene, key, call, inserts)
    if not any(predicted.proves(key, source) for source in stored):
        return False
    if any(rows_with_answers(scene).proves(key, source) for source in stored):
        return True
    asked = [source for source in stored if not predicted.proves(key, source)]
    if not is_batch and any(source.startswith("@") for source in asked):
        return True
    return any("[" not in source and read.proves(key, source) for source in asked)


def _held(scene: Scene, key: ScopeKey, call: Call, inserts: bool) -> list[str]:
    """The origins of the rows that a call stores: those that it is called on, where it is called on some."""
    given = [sources for part, sources in call.given if inserts or part == "." or "." not in dict(call.given)]
    return [held for sources in given for source in sources for held in predicted_values(scene).held(key, source)]


def _is_insertion(call: Call) -> bool:
    """The call is given SQL that inserts."""
    text = call.args[0] if call.args and isinstance(call.args[0], str) else ""
    return text.lower().split(maxsplit=1)[:1] == ["insert"]


def _writes(name: str) -> bool:
    return speaks_of("writes", name.rpartition(".")[2])


_IN_MEMORY = ":memory:"
"""The address of a database that is gone when its connection closes (sqlite.org "In-Memory Databases")."""

_TABLES = frozenset({"table", "from_", "collection", "into"})
"""Calls whose answer is a table or collection: `client.table("asked").insert(row)`."""


def _is_store(name: str) -> bool:
    head, _, last = name.rpartition(".")
    if speaks_of("stores_record", last):
        return True
    receiver = head.rpartition(".")[2]
    if receiver in _TABLES and speaks_of("begins_to_insert", last):
        return True
    return (speaks_of("database_session", receiver) and speaks_of("adds", last)) or (
        speaks_of_any(("message_producer",), head) and speaks_of("sends_message", last)
    )


def _is_record(scene: Scene, path: str, index: CodeIndex, name: str) -> bool:
    """A class of an object mapper makes or saves a record: `Prediction.create(...)`, `Prediction(...).save()`."""
    head, _, last = name.rpartition(".")
    if not head or not speaks_of("saves_object", last):
        return False
    split = scene.modules.split(head, path)
    where = scene.modules.index(split[0]) if split else index
    wanted = head.rpartition(".")[2]
    bases = {base for item in where.facts.classes if item.name == wanted for base in item.bases}
    return any(speaks_of("mapper_base", base.rpartition(".")[2]) for base in bases)


_INTO = "into"
_LONGEST_TARGET = 60


def _inserts(text: str) -> bool:
    """SQL that inserts into a table named for predictions, requests or their log."""
    words = text.lower().split(maxsplit=6)
    if words[:1] != ["insert"] or _INTO not in words:
        return False
    position = words.index(_INTO) + 1
    return position < len(words) and speaks_of("prediction_table", words[position][:_LONGEST_TARGET])


def _fills_in(text: str, beside: Iterable[Text]) -> bool:
    """SQL that writes a prediction into the rows of a table that the function reads: the answer beside what was asked."""
    words = text.lower().split(maxsplit=_UPDATE_WORDS)
    if words[:1] != ["update"] or words[2:3] != ["set"]:
        return False
    column = words[3].partition("=")[0] if len(words) > 3 else ""
    return speaks_of("predicted_column", column[:_LONGEST_TARGET]) and any(
        _reads(item.value, words[1]) for item in beside
    )


def _fills_column(call: Call) -> bool:
    """The same by an object mapper: `update(Gauge).where(…).values(predicted_level=level)`, `objects.filter(…).update(…)`."""
    parts = call.name.split(".")
    rows = parts[-1:] == ["values"] and "update" in parts
    rows = rows or (parts[-1:] == ["update"] and not _ROWS_OF_A_MAPPER.isdisjoint(parts))
    return rows and any(speaks_of("predicted_column", key) for key, _ in call.keywords)


_ROWS_OF_A_MAPPER = frozenset({"objects", "query", "filter_by"})


def _reads(text: str, table: str) -> bool:
    """SQL that selects from the table."""
    words = text.lower().split()
    return words[:1] == ["select"] and any(pair == ("from", table) for pair in pairwise(words))


_UPDATE_WORDS = 5


def _predicts(scene: Scene, key: ScopeKey) -> bool:
    calls = scene.modules.index(key[0]).calls.get(key[1], ())
    return any(asks_model(call) or asks_by_calling(scene, key[0], call) for call in calls)
