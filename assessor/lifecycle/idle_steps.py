"""Steps of orchestrated pipelines that do nothing: their shell text only prints, or their function does.

A step is worth what it does. `BashOperator(bash_command="echo training")` and a task that prints "training" are none,
whatever they are called.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.traits import makes_step
from assessor.facts.commands import only_print
from assessor.facts.python import MAIN, Call, Scope
from assessor.hits.scene import Scene
from assessor.readers.syntax.shell import parse as parse_shell

_TEXTS = frozenset({"bash_command", "command", "commands", "cmds", "arguments", "shell"})
"""Keywords of steps that hold a shell's text."""
_WRITES = frozenset({"print", "sleep", "debug", "info", "warning", "getLogger", "get_logger"})
"""Last words of calls by which a function says something or waits."""


def acting_steps(scene: Scene, path: str) -> Iterator[str]:
    """The names of what makes the steps of a file, without those that do nothing."""
    facts = scene.modules.index(path).facts
    for number, scope in enumerate(facts.scopes):
        if not _only_says(scene, path, number, scope):
            yield from (decorator.name for decorator in scope.decorators)
    yield from (base for definition in facts.classes for base in definition.bases)
    for call in facts.calls:
        if makes_step(call.name) and not _is_idle(scene, path, call):
            yield call.name


def _is_idle(scene: Scene, path: str, call: Call) -> bool:
    """The shell text that a step is given only prints, or the function does."""
    texts = [value for key, value in call.keywords if key in _TEXTS and isinstance(value, str)]
    if texts:
        return all(only_print(parse_shell(text, first_line=call.line).commands) for text in texts)
    targets = [target for name in call.names for target in scene.modules.targets(name, path) if target[1] > MAIN]
    return bool(targets) and all(_only_says(scene, p, n, _scope(scene, p, n)) for p, n in targets)


def _scope(scene: Scene, path: str, number: int) -> Scope:
    return scene.modules.index(path).facts.scopes[number]


def _only_says(scene: Scene, path: str, number: int, scope: Scope) -> bool:
    """The function has no body, or calls nothing but what prints, and gives back nothing that anything made."""
    if number <= MAIN:
        return False
    calls = scene.modules.index(path).calls.get(number, ())
    said = bool(calls) and all(call.name.rpartition(".")[2] in _WRITES for call in calls)
    return scope.is_stub or (said and not any(made_by for _, made_by in scope.returns))
