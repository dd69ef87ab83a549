"""Models that R code keeps in files: what loads one and predicts, and whether the preparation is kept with it.

A file counts as a whole: the tokeniser knows no functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.hits.scene import Scene, once
from assessor.project.model import ProjectFile, Role


@once
def batch_jobs_in_r(scene: Scene) -> tuple[tuple[ProjectFile, int], ...]:
    """Files that read a stored object and predict, and neither train nor judge a model, with the line that predicts; and
    those that forecast days to come, which nobody knows yet, and write that down, though they fit the model each time."""
    judging = {hit.file.path for hit in scene.hits("experiments.evaluation")}
    others = judging | {hit.file.path for hit in scene.hits("training.scripted")}
    found = []
    for file, said in _files(scene):
        forecasts = sorted(line for name, line in said.items() if speaks_of("forecasts_in_r", name))
        if file.path not in others and "predict" in said and _says(said, "reads_object_in_r"):
            found.append((file, said["predict"]))
        elif file.path not in judging and forecasts and _says(said, "writes_rows_in_r"):
            found.append((file, forecasts[0]))
    return tuple(found)


def preparation_kept_in_r(scene: Scene) -> Iterator[tuple[Place, str]]:
    """Where a recipe that one file stores beside a model is applied by another file, or served as a part of the model, with
    the words for it."""
    files = list(_files(scene))
    stored = [f.path for f, said in files if _says(said, "stores_object_in_r") and _says(said, "prepares_in_r")]
    elsewhere = {file.path for file, said in files if _says(said, "prepares_in_r")}
    for file, said in files:
        if "bake" in said and _says(said, "reads_object_in_r") and set(stored) - {file.path}:
            yield file.at(said["bake"]), "new data is prepared by the recipe that training stored"
        if "vetiver_model" in said and (
            _says(said, "prepares_in_r") or ("workflow" in said and elsewhere - {file.path})
        ):
            yield file.at(said["vetiver_model"]), "the recipe is part of the model that is served"


def _files(scene: Scene) -> Iterator[tuple[ProjectFile, dict[str, int]]]:
    """First-party files of R with the names that they call, without their packages, and the first line of each."""
    for file, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
        yield file, {call.name.rpartition("::")[2]: call.line for call in reversed(calls) if call.language == "r"}


def _says(names: dict[str, int], concept: str) -> bool:
    return any(speaks_of(concept, name) for name in names)
