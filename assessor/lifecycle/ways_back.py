"""Ways back that the project made itself: functions, scripts and targets that return to an earlier release.

A name is not enough (`session.rollback()` ends a transaction, a migration takes a schema back): a function moves what is
served or kept, by the catalogue's products or by writing, copying or sending something; a script or target does more than
print.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.catalog.words import speaks_of, stem_of
from assessor.facts.commands import only_print
from assessor.facts.python import MAIN, MODULE
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import called_from, is_called
from assessor.lifecycle.stations import marks
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey

_GOES_BACK = "goes_back"
_MOVES = frozenset({"register", "deploy"})


@dataclass(frozen=True, slots=True)
class WayBack:
    """A line that returns to an earlier release, and its name. `is_used`: something calls or offers it."""

    file: ProjectFile
    line: int
    name: str
    is_used: bool = True


def ways_back(scene: Scene) -> Iterator[WayBack]:
    """Every home-made way back, in the order of files."""
    for file in scene.project.ordered:
        if file.role is Role.FIRST_PARTY and not speaks_of("changes_a_schema", file.path):
            yield from _functions(scene, file)
            yield from _scripts(file)
            yield from _targets(file)


def _functions(scene: Scene, file: ProjectFile) -> Iterator[WayBack]:
    if file.code is None or file.is_notebook:
        return
    for number, scope in enumerate(file.code.scopes):
        last = scope.name.rpartition(".")[2]
        if number > MAIN and not scope.is_stub and speaks_of(_GOES_BACK, last) and _moves(scene, (file.path, number)):
            is_offered = bool(scope.decorators) or is_called(scene, file, number)
            yield WayBack(file, scope.line, f"{last}()", is_offered)
    if speaks_of(_GOES_BACK, stem_of(file.path)) and any(_moves(scene, (file.path, n)) for n in (MODULE, MAIN)):
        yield WayBack(file, 1, file.path.rpartition("/")[2])


def _moves(scene: Scene, key: ScopeKey) -> bool:
    """Within some calls something is registered, deployed, written, copied or sent; a transaction that is undone is not."""
    if "rollback" in _last_words(scene, key):
        return False
    known = marks(scene)
    return any(
        known.get(near, frozenset()) & _MOVES
        or any(speaks_of("moves_release", word) for word in _last_words(scene, near))
        for near in called_from(scene, [key])
    )


def _last_words(scene: Scene, key: ScopeKey) -> list[str]:
    path, number = key
    return [call.name.rpartition(".")[2] for call in scene.modules.index(path).calls.get(number, ())]


def _scripts(file: ProjectFile) -> Iterator[WayBack]:
    script = file.facts.script
    if script and speaks_of(_GOES_BACK, stem_of(file.path)) and script.commands and not only_print(script.commands):
        yield WayBack(file, script.commands[0].line, file.path.rpartition("/")[2])


def _targets(file: ProjectFile) -> Iterator[WayBack]:
    for target in file.facts.targets:
        if speaks_of(_GOES_BACK, target.name) and target.commands and not only_print(target.commands):
            yield WayBack(file, target.line, f"{target.runner} {target.name}")
