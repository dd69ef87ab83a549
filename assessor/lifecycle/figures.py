"""The names under which figures of a model are kept, whatever they are called: keys of what an evaluation made.

`mlflow.log_metric("deviance", mean_gamma_deviance(…))` and `json.dump({"deviance": …})` say that `deviance` is a figure of a
model: whoever reads it back from a file, a tracker or a registry and compares it compares what was measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.python import Call
from assessor.hits.scene import Scene, once
from assessor.lifecycle.errors import error_origins
from assessor.lifecycle.origins import Origins


@once
def kept_figures(scene: Scene) -> frozenset[str]:
    """The names, in lower case."""
    measured = Origins(scene, "experiments.evaluation", error_origins(scene))
    named = [
        (key.lower(), (file.path, call.scope), made)
        for file in scene.project.code_files
        for call in (file.code.calls if file.code else ())
        if call.given and speaks_of("keeps_results", call.name.rpartition(".")[2])
        for key, made in _named(call)
    ]
    kept = {key for key, scope, made in named if any(measured.proves(scope, origin) for origin in made)}
    return frozenset(name for name in kept if not name.isdigit())


def _named(call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, what made the value) of what is kept: items of a dictionary, and the value behind a name."""
    given = dict(call.given)
    for key, made in call.given:
        if key.endswith("]"):
            yield key.partition("[")[2].removesuffix("]"), made
    if call.args and isinstance(call.args[0], str) and call.args[0].replace("_", "").isalnum():
        yield call.args[0], given.get("1", ())
