"""First-party functions that nothing uses: no run reaches them, and no live code calls, hands on, exports or names them.

What is in doubt is used: decorated functions, methods of a class that live code names, functions that a package exports or
that a text, a setting or a command names, and all that a framework calls by a name of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from assessor.catalog.names import names_of
from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, MODULE, PythonFacts
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey

_LONGEST = 200
"""Characters of a text within which it may name a function."""
_MARKS = str.maketrans(dict.fromkeys(".:/()[]{}'\",#=$", " "))


@once
def unused(scene: Scene) -> frozenset[ScopeKey]:
    """Functions and methods that nothing uses."""
    own = {
        (file.path, number)
        for file in scene.project.code_files
        for number in range(MAIN + 1, len(scene.modules.index(file.path).facts.scopes))
    }
    live = _followed(scene, _roots(scene))
    idle = own - live
    if idle:
        named = _named_somewhere(scene, {_last(scene, key) for key in idle})
        idle -= _followed(scene, [key for key in idle if _last(scene, key) in named])
    idle = {key for key in idle if not scene.automation.arrivals(*key)}
    return frozenset(idle | set(_idle_bodies(scene, own, idle)))


def _idle_bodies(scene: Scene, own: set[ScopeKey], idle: set[ScopeKey]) -> Iterator[ScopeKey]:
    """Bodies of modules that nobody imports or starts and that do nothing but define what nothing uses."""
    loaded = {path for other in scene.modules.files for path in scene.modules.imported(other) if path != other}
    for path in sorted({path for path, _ in idle}):
        defined = {key for key in own if key[0] == path}
        is_script = bool(scene.modules.index(path).calls.get(MAIN))
        if defined <= idle and path not in loaded and not is_script and not scene.automation.arrivals(path, MODULE):
            yield path, MODULE


def _last(scene: Scene, key: ScopeKey) -> str:
    return scene.modules.index(key[0]).facts.scopes[key[1]].name.rpartition(".")[2]


def _roots(scene: Scene) -> Iterator[ScopeKey]:
    """Where use begins: bodies of modules, and what frameworks, packages and people are given."""
    harmless = names_of("decorator_that_hands_on_nothing")
    for path in scene.modules.files:
        index = scene.modules.index(path)
        exported = _exported(path, index.facts)
        for number, scope in enumerate(index.facts.scopes):
            last = scope.name.rpartition(".")[2]
            handed = any(d.name.rpartition(".")[2] not in harmless for d in scope.decorators)
            if number in (MODULE, MAIN) or handed or speaks_of("called_by_its_name", last):
                yield path, number
        for name in exported:
            yield from scene.modules.targets(name, path)


def _exported(path: str, facts: PythonFacts) -> Iterator[str]:
    if path.endswith("/__init__.py"):
        yield from (imported.target for imported in facts.imports)


def _followed(scene: Scene, starts: Iterable[ScopeKey]) -> set[ScopeKey]:
    """The starts and all that they call or hand on, with all methods of the classes that they name."""
    methods, classes, nested = _members(scene)
    waiting, found = list(starts), set[ScopeKey]()
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        targets, awaited = called(scene, key)
        waiting += targets
        waiting += (method for name in awaited for method in methods.get(name, ()))
        index = scene.modules.index(key[0])
        said = [*index.calls.get(key[1], ()), *index.references.get(key[1], ())]
        waiting += (m for name in said for part in name.name.split(".") for m in classes.get(part, ()))
        waiting += nested.get(key, ())
    return found


_Members = tuple[dict[str, list[ScopeKey]], dict[str, list[ScopeKey]], dict[ScopeKey, list[ScopeKey]]]


@once
def _members(scene: Scene) -> _Members:
    """Methods by name, methods by the name of their class or of one derived from it, functions by the one around them."""
    methods: dict[str, list[ScopeKey]] = defaultdict(list)
    classes: dict[str, list[ScopeKey]] = defaultdict(list)
    nested: dict[ScopeKey, list[ScopeKey]] = defaultdict(list)
    for path in scene.modules.files:
        index = scene.modules.index(path)
        for number, scope in enumerate(index.facts.scopes):
            if scope.parent > MAIN:
                nested[path, scope.parent].append((path, number))
            if scope.class_name:
                methods[scope.name.rpartition(".")[2]].append((path, number))
                classes[scope.class_name.rpartition(".")[2]].append((path, number))
        for definition in index.classes.values():
            own = classes[definition.name.rpartition(".")[2]]
            if definition.decorators:
                nested[path, MODULE] += own
            for base in definition.bases:
                classes[definition.name.rpartition(".")[2]] += [
                    k for k in classes[base.rpartition(".")[2]] if k not in own
                ]
    return methods, classes, nested


def _named_somewhere(scene: Scene, names: set[str]) -> set[str]:
    """Those of the names that end a dotted name in a text of code, a setting, a command or an entry point."""
    found: set[str] = set()
    for file in scene.project.ordered:
        for text in _texts(file):
            if len(text) <= _LONGEST and " " not in text:
                found.update(names.intersection(text.translate(_MARKS).split()[-1:]))
    return found


def _texts(file: ProjectFile) -> Iterator[str]:
    facts = file.facts
    if file.code is not None:
        yield from (text.value for text in file.code.texts)
    yield from (setting.value for setting in facts.settings)
    yield from (value for resource in facts.resources for _, value, _ in resource.settings)
    yield from (call.arguments for call in facts.source_calls)
    yield from (entry for _, entry, _ in facts.requirements.entry_points) if facts.requirements else ()
    images = facts.dockerfile.commands + facts.dockerfile.entry if facts.dockerfile else ()
    yield from (word for command in (*facts.written_commands(), *images) for word in command.argv)
