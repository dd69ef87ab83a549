"""Loggers that a function of the project makes: `log = get_console_logger()` in one module, the library in another."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.traits import makes_logger
from assessor.facts.python import MAIN
from assessor.hits.hit import Code
from assessor.hits.scene import Scene

_WRITES = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


def own_loggers(scene: Scene) -> Iterator[tuple[Code, str]]:
    """(the line, the function's name) of each first call that writes by a logger which a first-party function returned, one
    of each file."""
    for file in scene.project.code_files:
        for call in scene.modules.index(file.path).facts.calls:
            maker, _, last = call.name.rpartition(".")
            if last in _WRITES and maker and _makes_logger(scene, maker, file.path):
                yield Code(file, call.scope, call.line), maker.rpartition(".")[2]
                break


def _makes_logger(scene: Scene, name: str, path: str) -> bool:
    """A first-party function of that name returns what a library of logging made."""
    for target, number in scene.modules.targets(name, path):
        scope = scene.modules.index(target).facts.scopes[number]
        if number > MAIN and any(makes_logger(origin) for _, made_by in scope.returns for origin in made_by):
            return True
    return False
