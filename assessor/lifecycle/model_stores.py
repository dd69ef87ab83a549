"""Stores outside of the machine to which code brings a model under a name of its own: a run, a date, a commit.

`client.upload_file("model.pkl", bucket, f"models/{day}/model.pkl")` keeps versions, and so does a file that is opened in a
bucket for writing (`fsspec.open(f"gs://shop/{run}/model.pkl", "wb")`) or bytes that a serialiser made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.catalog.names import beginnings, names_of
from assessor.catalog.traits import persistence_roots
from assessor.catalog.words import speaks_of
from assessor.facts.python import Call
from assessor.hits.scene import Scene, once
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey


@dataclass(frozen=True, slots=True)
class ModelStore:
    """A call that puts a model under a versioned path of a store."""

    file: ProjectFile
    call: Call

    @property
    def text(self) -> str:
        return f"{self.call.name.rpartition('.')[2]} puts the model under a versioned path"


@once
def model_stores(scene: Scene) -> list[ModelStore]:
    """Such calls of all code, in the order of files and lines."""
    return [
        ModelStore(file, call)
        for file in scene.project.code_files
        for call in (file.facts.python.calls if file.facts.python else ())
        if _keeps_a_version(scene, file, call)
    ]


def is_model_file(path: str) -> bool:
    """Its ending is that of a stored model, or it or a folder above it is named for models."""
    ending = path.rpartition(".")[2] if "." in path else ""
    if speaks_of("ending_of_model", ending):
        return True
    return any(speaks_of("folder_of_models", part.partition(".")[0]) for part in path.split("/"))


def _keeps_a_version(scene: Scene, file: ProjectFile, call: Call) -> bool:
    last = call.name.rpartition(".")[2]
    if speaks_of("puts_into_store", call.name) and not _is_own(scene, file, call):
        return _is_versioned_upload(call)
    if speaks_of("opens_in_store", call.name):
        return _is_opened_for_a_model(scene, file, call)
    if last in names_of("saves_an_object") and _names_a_version(call):
        return _serialises(call)
    if last in names_of("puts_under_the_run") and "S3" in call.name.split("."):
        return _is_put_for_the_run(scene, file, call)
    return _brings_model_to_bucket(last) and not _is_own(scene, file, call)


def _is_put_for_the_run(scene: Scene, file: ProjectFile, call: Call) -> bool:
    """Metaflow puts a model below the path of the run."""
    named = any(isinstance(v, str) and is_model_file(v) for v in call.args)
    return _opened_for_the_run(scene, file.path) and (named or _saves_a_model(scene, (file.path, call.scope)))


def _names_a_version(call: Call) -> bool:
    return any(_is_address(text) and _has_version(text) for text in _texts(call))


def _is_own(scene: Scene, file: ProjectFile, call: Call) -> bool:
    """A function of this repository has the call's last word for its name; of `client().upload_blob(…)` it is no such."""
    targets = scene.modules.targets(call.name, file.path)
    names = (scene.modules.index(path).facts.scopes[number].name for path, number in targets)
    return any(name.rpartition(".")[2] == call.name.rpartition(".")[2] for name in names)


def _is_versioned_upload(call: Call) -> bool:
    """The target path has a value in it (`models/{}/model.pkl`), and a text of the call speaks of a model or a serialiser made
    what is put there."""
    texts = _texts(call)
    if not any("{}" in text and "/" in text for text in texts):
        return False
    made = (source for _, sources in call.given for source in sources)
    return any(is_model_file(text) for text in texts) or any(source.startswith(persistence_roots()) for source in made)


def _is_opened_for_a_model(scene: Scene, file: ProjectFile, call: Call) -> bool:
    """A file named for a model is opened for writing under a path that has a value in it, and something is saved there."""
    texts = _texts(call)
    mode = texts[1] if len(texts) > 1 else str(call.keyword("mode") or "")
    if not mode.startswith("w") or not texts or not (_has_version(texts[0]) and is_model_file(texts[0])):
        return False
    return any(_serialises(other) for other in scene.modules.index(file.path).calls.get(call.scope, ()))


def _has_version(path: str) -> bool:
    """A value stands in the path behind its beginning, which is the bucket as a rule."""
    return "{}" in path.removeprefix("{}") and "/" in path


def _is_address(text: str) -> bool:
    return text.startswith(beginnings("scheme_of_a_bucket"))


def _serialises(call: Call) -> bool:
    """A serialiser writes an object, or a model itself."""
    last = call.name.rpartition(".")[2]
    if last == "dump":
        return call.name.startswith(persistence_roots())
    return last in names_of("saves_an_object") or last in names_of("makes_bytes")


def _brings_model_to_bucket(name: str) -> bool:
    """A method of a package that keeps models in a bucket, each under a name of its own."""
    concepts = ("stores", "model_to_bucket", "ends_with_bucket")
    return all(speaks_of(concept, name) for concept in concepts)


def _saves_a_model(scene: Scene, key: ScopeKey) -> bool:
    calls = scene.modules.index(key[0]).calls.get(key[1], ())
    return any(call.name.rpartition(".")[2] in names_of("saves_an_object") for call in calls)


@once
def _opened_for_the_run(scene: Scene, path: str) -> bool:
    calls = scene.modules.index(path).facts.calls
    return any(call.name.rpartition(".")[2] == "S3" and call.has_keyword("run") for call in calls)


def _texts(call: Call) -> list[str]:
    return list(_strings((*call.args, *(value for _, value in call.keywords))))


def _strings(values: Iterable[object]) -> Iterator[str]:
    yield from (value for value in values if isinstance(value, str) and not value.startswith("\0"))
