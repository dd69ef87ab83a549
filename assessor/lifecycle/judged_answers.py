"""Language models as judges: functions that let one say how good an answer is, for cases that are read, with a kept outcome.

A word is no proof: the function is named for judging, it reaches a call by which a language model answers, and a function
above it reads cases and keeps what comes out. What grades documents while a service answers is no evaluation.
"""

from __future__ import annotations

from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN
from assessor.hits.hit import Code
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called_by, callers
from assessor.project.model import Role
from assessor.project.modules import ScopeKey

_CALLS_BELOW = 3


@once
def answering_scopes(scene: Scene) -> frozenset[ScopeKey]:
    """The functions that let a language model answer, and those that call them, a few calls above."""
    edge = {
        (file.path, call.scope)
        for file in scene.project.code_files
        for call in (file.code.calls if file.code else ())
        if call.scope > MAIN and speaks_of("asks_language_model", call.name)
    }
    found: set[ScopeKey] = set()
    for _ in range(_CALLS_BELOW):
        found |= edge
        edge = {above for key in edge for above in called_by(scene).get(key, ())} - found
    return frozenset(found)


@once
def judges_of_answers(scene: Scene) -> list[Code]:
    """Such functions of first-party modules whose path says it too, in the order of files and lines."""
    found = []
    for path, number in sorted(answering_scopes(scene)):
        file, scope = scene.modules.files[path], scene.modules.index(path).facts.scopes[number]
        is_named = number > MAIN and speaks_of("judges_answers", scope.name.rpartition(".")[2])
        is_named = is_named and not scope.is_stub and speaks_of("file_of_judges", path)
        if is_named and file.role is Role.FIRST_PARTY and not file.is_notebook and _is_for_cases(scene, (path, number)):
            found.append(Code(file, number, scope.line))
    return found


@once
def judged_origins(scene: Scene) -> frozenset[tuple[str, str]]:
    """The files and names by which such functions are called, as what is made of their answers tells."""
    judging = {(code.file.path, code.scope) for code in judges_of_answers(scene)}
    return frozenset(
        (file.path, call.name)
        for file in (scene.project.code_files if judging else ())
        for call in (file.code.calls if file.code else ())
        if not judging.isdisjoint(scene.modules.targets(call.name, file.path))
    )


def _is_for_cases(scene: Scene, key: ScopeKey) -> bool:
    """One function above it, or itself, reads cases and keeps what comes out."""
    for path, number in (key, *callers(scene, *key)):
        last = {call.name.rpartition(".")[2] for call in scene.modules.index(path).calls.get(number, ())}
        if any(speaks_of("reads_cases", name) for name in last) and any(speaks_of("keeps_results", n) for n in last):
            return True
    return False
