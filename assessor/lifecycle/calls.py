"""Which first-party functions a function calls or hands on, whoever starts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from assessor.facts.python import MAIN, MODULE
from assessor.hits.scene import Scene, once
from assessor.project.invocations import interpret
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey
from assessor.project.started_calls import started_text
from assessor.readers.syntax.shell import parse as parse_shell

_Called = tuple[tuple[ScopeKey, ...], tuple[str, ...]]


@once
def called(scene: Scene, key: ScopeKey) -> _Called:
    """The first-party functions that a function names, and the methods that it calls of receivers which are not known."""
    path, number = key
    index = scene.modules.index(path)
    calls, references = index.calls.get(number, ()), index.references.get(number, ())
    names = dict.fromkeys([*(call.name for call in calls), *(reference.name for reference in references)])
    found = {name: scene.modules.targets(name, path) for name in names}
    targets = dict.fromkeys(target for several in found.values() for target in several)
    awaited = [name for name, several in found.items() if not several and _may_be_ours(scene, name, path)]
    return tuple(targets), tuple(dict.fromkeys(name.rpartition(".")[2] for name in awaited))


def _may_be_ours(scene: Scene, name: str, path: str) -> bool:
    """The receiver comes from first-party code or is not known."""
    head = name.rpartition(".")[0]
    root = head.partition(".")[0]
    if not head:
        return False
    return root == "?" or scene.modules.split(head, path) is not None or root in scene.modules.index(path).scopes


def does_nothing(scene: Scene, name: str, path: str) -> bool:
    """What a file calls by that name are functions of the project's own, and none of them has a body that does anything."""
    own = [target for target in scene.modules.targets(name, path) if target[1] > MAIN]
    return bool(own) and all(scene.modules.index(p).facts.scopes[number].is_stub for p, number in own)


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


_CALLS_ABOVE = 3


_SAME_NAME = 8
"""Methods of one name beyond which the name says nothing."""


def callers(scene: Scene, path: str, number: int) -> set[ScopeKey]:
    """The functions that call this one, up to some calls above it."""
    above = called_by(scene)
    found: set[ScopeKey] = set()
    edge = {(path, number)}
    for _ in range(_CALLS_ABOVE):
        edge = {caller for key in edge for caller in above.get(key, ())} - found
        found |= edge
    return found


@once
def called_by(scene: Scene) -> Mapping[ScopeKey, set[ScopeKey]]:
    """Each first-party function with those that call it; of a receiver that is not known, by the method's name."""
    found: dict[ScopeKey, set[ScopeKey]] = defaultdict(set)
    methods: dict[str, list[ScopeKey]] = defaultdict(list)
    for file in scene.project.code_files:
        for name, numbers in scene.modules.index(file.path).methods.items():
            methods[name] += [(file.path, number) for number in numbers]
    for file in scene.project.code_files:
        for number in range(len(scene.modules.index(file.path).facts.scopes)):
            targets, awaited = called(scene, (file.path, number))
            for target in (*targets, *(m for name in awaited for m in methods.get(name, ())[:_SAME_NAME])):
                found[target].add((file.path, number))
    return dict(found)


def is_called(scene: Scene, file: ProjectFile, number: int) -> bool:
    """Some first-party call or reference has the function's name."""
    last = file.code.scopes[number].name.rpartition(".")[2] if file.code else ""
    for other in scene.project.ordered:
        if other.code is None:
            continue
        for call in other.code.calls:
            if call.name.rpartition(".")[2] == last and (other.path, call.scope) != (file.path, number):
                return True
        if any(r.name.rpartition(".")[2] == last for r in other.code.references):
            return True
    return False
