"""Two models at once in first-party code: a share of the requests for the new one, or a shadow that predicts beside it."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.words import cut
from assessor.facts.python import Call, PythonFacts
from assessor.hits.scene import Scene
from assessor.lifecycle.serving import asks_model, loads_model
from assessor.project.model import ProjectFile

_DRAWS = (
    "md5",
    "sha1",
    "sha256",
    "hash",
    "crc32",
    "random",
    "uniform",
    "randint",
    "rand",
    "choice",
    "choices",
    "binomial",
)
"""Last words of calls that choose: a hash of the request, or a draw."""


def trials_in_code(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """(file, function, line, text) of each function that splits requests between two models, or starts a shadow."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        if sum(loads_model([call]) for call in index.facts.calls) < 2:
            continue
        for number, calls in index.calls.items():
            asked = [call for call in calls if asks_model(call)]
            if len(asked) > 1 and any(call.name.rpartition(".")[2] in _DRAWS for call in calls):
                yield file, number, asked[0].line, "a hash or a draw chooses between two models for each request"
            elif (shadow := next((c for c in asked if _is_shadow(c, index.facts, number)), None)) is not None:
                yield file, number, shadow.line, "a second model predicts in the shadow of the live one"


def _is_shadow(call: Call, facts: PythonFacts, number: int) -> bool:
    """The call stands in a function or under a switch that is named for a shadow."""
    names = [facts.scopes[number].name.rpartition(".")[2], *(guard.name for guard in call.guards)]
    return any("shadow" in cut(name).split() for name in names)
