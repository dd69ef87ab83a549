"""Which first-party functions a function calls or hands on, whoever starts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assessor.facts.python import MAIN, MODULE
from assessor.project.invocations import interpret
from assessor.project.model import Role
from assessor.project.modules import ScopeKey
from assessor.project.started_calls import started_text
from assessor.readers.syntax.shell import parse as parse_shell
from assessor.scanners.scene import Scene

_Called = tuple[tuple[ScopeKey, ...], tuple[str, ...]]


def called(scene: Scene, key: ScopeKey) -> _Called:
    """The first-party functions that a function names, and the methods that it calls of receivers which are not known."""
    memo: dict[ScopeKey, _Called] = scene.memo.setdefault("called", {})
    known = memo.get(key)
    if known is None:
        path, number = key
        index = scene.modules.index(path)
        calls, references = index.calls.get(number, ()), index.references.get(number, ())
        names = dict.fromkeys([*(call.name for call in calls), *(reference.name for reference in references)])
        found = {name: scene.modules.targets(name, path) for name in names}
        targets = dict.fromkeys(target for several in found.values() for target in several)
        awaited = [name for name, several in found.items() if not several and _may_be_ours(scene, name, path)]
        known = memo[key] = (tuple(targets), tuple(dict.fromkeys(name.rpartition(".")[2] for name in awaited)))
    return known


def _may_be_ours(scene: Scene, name: str, path: str) -> bool:
    """The receiver comes from first-party code or is not known."""
    head = name.rpartition(".")[0]
    root = head.partition(".")[0]
    if not head:
        return False
    return root == "?" or scene.modules.split(head, path) is not None or root in scene.modules.index(path).scopes


def scripts_started(scene: Scene, key: ScopeKey) -> Iterator[ScopeKey]:
    """The bodies and main blocks of this repository's scripts that a function starts as commands:
    `subprocess.run("python train.py")`."""
    path, number = key
    for call in scene.modules.index(path).calls.get(number, ()):
        text = started_text(call, path)
        commands = (
            [text] if isinstance(text, tuple) else [c.argv for c in parse_shell(text, first_line=call.line).commands]
        )
        for words in commands if text else ():
            invocation = interpret(words)
            if invocation and invocation.script in scene.modules.files:
                yield invocation.script, MODULE
                yield invocation.script, MAIN


def called_from(scene: Scene, starts: Iterable[ScopeKey], depth: int = 4) -> set[ScopeKey]:
    """The starts and all first-party functions that they reach, up to `depth` calls away, by names that are known."""
    found: set[ScopeKey] = set()
    edge = dict.fromkeys(starts)
    for _ in range(depth + 1):
        found.update(edge)
        edge = dict.fromkeys(target for key in edge for target in called(scene, key)[0] if _is_ours(scene, target))
        edge = dict.fromkeys(key for key in edge if key not in found)
    return found


def _is_ours(scene: Scene, key: ScopeKey) -> bool:
    return scene.modules.files[key[0]].role is Role.FIRST_PARTY
