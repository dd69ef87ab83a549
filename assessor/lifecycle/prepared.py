"""Functions that make the rows on which models are trained, whatever they are called.

What they return is given to a training, or is stored as rows (`index(folder).to_parquet(path)`). What a model predicted and
what an evaluation computed is stored too, and is no preparation.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.names import names_of
from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, Call
from assessor.hits.scene import Scene, once
from assessor.lifecycle.errors import predicted_values
from assessor.lifecycle.matter import is_about_models
from assessor.lifecycle.origins import Origins
from assessor.lifecycle.stations import marks, training_hits
from assessor.project.modules import ScopeKey


@once
def makers_of_rows(scene: Scene) -> frozenset[ScopeKey]:
    """Such functions; none that trains, predicts or evaluates."""
    origins = Origins(scene, "")
    found = {key for scope, sources in _rows_used(scene) for key in origins.functions(scope, sources)}
    found = {key for key in found if is_about_models(scene, key[0])}
    found |= {key for scope, sources in _rows_brought(scene) for key in origins.functions(scope, sources)}
    known = marks(scene)
    return frozenset(key for key in found if not known.get(key, frozenset()) - {"data"})


_Used = Iterator[tuple[ScopeKey, list[str]]]
"""Functions, each with what made the rows there."""


def _rows_used(scene: Scene) -> _Used:
    """Of each training and of each call that stores rows."""
    rows = names_of("argument_of_rows")
    for hit in training_hits(scene):
        if hit.call is not None and hit.scope >= 0:
            yield (hit.file.path, hit.scope), [o for key, made in hit.call.given if key in rows for o in made]
    predicted = predicted_values(scene)
    for file in scene.project.code_files:
        for call in file.code.calls if file.code and not file.is_notebook else ():
            key, sources = (file.path, call.scope), _stored(call)
            if sources and not any(predicted.proves(key, source) for source in sources):
                yield key, sources


def _stored(call: Call) -> list[str]:
    """What made the rows that the call stores; nothing where it stores none."""
    if not speaks_of("stores_rows", call.name.rpartition(".")[2]):
        return []
    return [o for given, made in call.given if given == "." or given.isdigit() for o in made]


def _rows_brought(scene: Scene) -> _Used:
    """Of each call by which a product that prepares or keeps data is given rows."""
    for hit in scene.hits("data.pipeline", notebooks=False):
        if hit.call is not None and speaks_of("brings_rows", hit.call.name.rpartition(".")[2]):
            yield (hit.file.path, hit.scope), [o for _, made in hit.call.given for o in made]


def make_rows(scene: Scene, keys: frozenset[ScopeKey]) -> bool:
    """One of the functions is one of them."""
    return any(number > MAIN for _, number in keys & makers_of_rows(scene))
