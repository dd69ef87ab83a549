"""Which file and which function a dotted Python name means in this repository: the first-party import graph."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assessor.facts.python import MODULE, Call, ClassDef, Comparison, Import, PythonFacts, Raise, Reference, Text
from assessor.project.model import Project, ProjectFile, Role

ScopeKey = tuple[str, int]
"""A function of a file: (path, index in PythonFacts.scopes)."""

_MAX_REEXPORTS = 6


@dataclass(slots=True)
class CodeIndex:
    """One file's facts, looked up by scope and name."""

    facts: PythonFacts
    calls: dict[int, list[Call]] = field(default_factory=lambda: defaultdict(list))
    references: dict[int, list[Reference]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[int, list[Import]] = field(default_factory=lambda: defaultdict(list))
    comparisons: dict[int, list[Comparison]] = field(default_factory=lambda: defaultdict(list))
    limits: dict[int, list[Comparison]] = field(default_factory=lambda: defaultdict(list))
    """The comparisons, and after them the other conditions."""
    raises: dict[int, list[Raise]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[int, list[Text]] = field(default_factory=lambda: defaultdict(list))
    scopes: dict[str, int] = field(default_factory=dict)
    methods: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_class: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[str, ClassDef] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    alternatives: dict[str, list[Import]] = field(default_factory=dict)
    """Imports of which one takes the other's name (`if a: from x import f` / `else: from y import f`), by each target."""

    @classmethod
    def of(cls, facts: PythonFacts) -> CodeIndex:
        index = cls(facts)
        for call in facts.calls:
            index.calls[call.scope].append(call)
        for reference in facts.references:
            index.references[reference.scope].append(reference)
        for imported in facts.imports:
            index.imports[imported.scope].append(imported)
            index.aliases.setdefault(imported.alias, imported.target)
        for comparison in facts.comparisons:
            index.comparisons[comparison.scope].append(comparison)
        for limit in (*facts.comparisons, *facts.tests):
            index.limits[limit.scope].append(limit)
        for raised in facts.raises:
            index.raises[raised.scope].append(raised)
        for text in facts.texts:
            index.texts[text.scope].append(text)
        index.alternatives = _alternatives(facts.imports)
        for number, scope in enumerate(facts.scopes):
            index.scopes[scope.name] = number
            if scope.kind == "method":
                index.methods[scope.name.rpartition(".")[2]].append(number)
                index.by_class[scope.class_name].append(number)
        for definition in facts.classes:
            index.classes[definition.name] = definition
        return index


def _alternatives(imports: tuple[Import, ...]) -> dict[str, list[Import]]:
    """Imports under conditions that share alias and scope, under each of their targets."""
    shared: dict[tuple[str, int], list[Import]] = defaultdict(list)
    for imported in imports:
        if imported.guards:
            shared[imported.alias, imported.scope].append(imported)
    return {i.target: group for group in shared.values() if len(group) > 1 for i in group}


class _Indexes(dict[str, CodeIndex]):
    """Those of a project's code by path, made when they are asked for first."""

    def __init__(self, files: Mapping[str, ProjectFile]) -> None:
        self._files = files

    def __missing__(self, path: str) -> CodeIndex:
        code = self._files[path].code
        assert code is not None
        found = self[path] = CodeIndex.of(code)
        return found


class Modules:
    """Resolves dotted names to first-party files and functions. Built once per project; answers are cached."""

    def __init__(self, project: Project) -> None:
        self.files: Mapping[str, ProjectFile] = {f.path: f for f in project.ordered if f.code is not None}
        self.index: Callable[[str], CodeIndex] = _Indexes(self.files).__getitem__
        """What the file at a path says, looked up by scope and name. Nothing is asked as often: it is a look into a dictionary
        and no method."""
        self._modules: dict[tuple[str, str], str | None] = {}
        self._targets: dict[tuple[str, str], list[ScopeKey]] = {}
        self.ways: dict[ScopeKey, object] = {}
        """What each function leads to, kept by the closure's walk."""
        self._imported: dict[str, tuple[str, ...]] = {}
        self._splits: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._suffixes: dict[str, list[str]] = defaultdict(list)
        for path, file in self.files.items():
            if path.endswith(".py") and file.role is not Role.VENDORED:
                stem = path[:-12] if path.endswith("/__init__.py") else path[:-3]
                parts = stem.split("/")
                for start in range(len(parts)):
                    self._suffixes[".".join(parts[start:])].append(path)

    def module(self, dotted: str, folder: str) -> str | None:
        """The file of a module as seen from a file in `folder`; None where it is not first-party.

        Tried in the order of `sys.path` in practice: the folder itself and those above it, each also with `src/`;
        then a unique match anywhere for names of two and more parts (another source root).
        """
        key = (dotted, folder)
        if key not in self._modules:
            self._modules[key] = self._find(dotted, folder)
        return self._modules[key]

    def _find(self, dotted: str, folder: str) -> str | None:
        candidates = self._suffixes.get(dotted)
        if not candidates:
            return None
        relative = dotted.replace(".", "/")
        roots: dict[str, str] = {}
        for path in sorted(candidates, key=lambda path: path.endswith("/__init__.py")):
            roots.setdefault(path[: path.rindex(relative)].rstrip("/"), path)
        base = folder
        while True:
            for root in (base, f"{base}/src" if base else "src", f"{base}/lib" if base else "lib"):
                if root in roots:
                    return roots[root]
            if not base:
                break
            base = posixpath.dirname(base)
        return candidates[0] if len(candidates) == 1 and ("." in dotted or len(dotted) > 3) else None

    def split(self, dotted: str, path: str) -> tuple[str, str] | None:
        """Split a dotted name, as written in the file `path`, into (first-party file, rest); None if not first-party."""
        folder = path.rpartition("/")[0]
        key = (dotted, folder)
        if key not in self._splits:
            self._splits[key] = self._split(dotted, folder)
        return self._splits[key]

    def _split(self, dotted: str, folder: str) -> tuple[str, str] | None:
        if dotted.startswith("."):
            level = len(dotted) - len(dotted.lstrip("."))
            base = folder
            for _ in range(level - 1):
                base = posixpath.dirname(base)
            return self._split_relative(dotted.lstrip("."), base)
        parts = dotted.split(".")
        for size in range(len(parts), 0, -1):
            found = self.module(".".join(parts[:size]), folder)
            if found:
                return found, ".".join(parts[size:])
        return None

    def _split_relative(self, dotted: str, base: str) -> tuple[str, str] | None:
        parts = dotted.split(".") if dotted else []
        for size in range(len(parts), -1, -1):
            stem = posixpath.join(base, *parts[:size])
            for path in (f"{stem}.py", posixpath.join(stem, "__init__.py")):
                if path in self.files:
                    return path, ".".join(parts[size:])
        return None

    def imported(self, path: str) -> tuple[str, ...]:
        """The first-party files that any import of a file means, with the packages that they lie in."""
        known = self._imported.get(path)
        if known is None:
            found = [self.split(imported.target, path) for imported in self.index(path).facts.imports]
            files = dict.fromkeys(target for target, _ in filter(None, found))
            files |= dict.fromkeys(package for target in list(files) for package in self.packages_above(target))
            known = self._imported[path] = tuple(files)
        return known

    def packages_above(self, path: str) -> list[str]:
        """The `__init__.py` files that importing the module runs first."""
        folder, found = posixpath.dirname(path), []
        while folder:
            init = f"{folder}/__init__.py"
            if init not in self.files:
                break
            if init != path:
                found.append(init)
            folder = posixpath.dirname(folder)
        return found

    def targets(self, dotted: str, path: str, depth: int = 0) -> list[ScopeKey]:
        """The functions that a call or reference named `dotted` in file `path` means; empty if none is first-party.

        A class means its constructor, and all its methods where a base is not first-party (a framework calls them).
        """
        if not dotted or dotted[0] == "?" or depth > _MAX_REEXPORTS:
            return []
        key = (dotted, path)
        known = self._targets.get(key)
        if known is None:
            known = self._targets[key] = self._find_targets(dotted, path, depth)
        return known

    def _find_targets(self, dotted: str, path: str, depth: int) -> list[ScopeKey]:
        index = self.index(path)
        if not dotted.startswith("."):
            local = self._in_file(dotted, path, index, depth)
            own = dotted in index.scopes or dotted in index.classes
            if local and (own or not self._is_imported(dotted, path)):
                return local
        found = self.split(dotted, path)
        if found is None:
            return []
        target, rest = found
        if not rest:
            return self._function_of_that_name(target, depth) or [(target, MODULE)]
        if target == path and not dotted.startswith("."):
            return []
        return self._in_file(rest, target, self.index(target), depth) or self._reexported(rest, target, depth)

    def _is_imported(self, dotted: str, path: str) -> bool:
        """An import of the file brought the name from another file: a function there that has the name of the package
        (`def orchard(): train.fit()` after `from orchard import train`) does not own it."""
        brought = any(dotted.startswith(f"{imported.target}.") for imported in self.index(path).facts.imports)
        found = self.split(dotted, path) if brought else None
        return found is not None and found[0] != path and bool(found[1])

    def _function_of_that_name(self, path: str, depth: int) -> list[ScopeKey]:
        """What the package holds under the module's name where its `__init__` imports it from there
        (`from .fit_model import fit_model`): the name means the function, since the import shadows the module."""
        folder, _, name = path.rpartition("/")
        package, stem = f"{folder}/__init__.py" if folder else "__init__.py", name.removesuffix(".py")
        if package == path or package not in self.files:
            return []
        origin = self.index(package).aliases.get(stem, "")
        if not origin.endswith(f"{stem}.{stem}"):
            return []
        return self._in_file(stem, path, self.index(path), depth)

    def _reexported(self, rest: str, path: str, depth: int) -> list[ScopeKey]:
        head, _, tail = rest.partition(".")
        index = self.index(path)
        origin = index.aliases.get(head)
        if origin:
            return self.targets(f"{origin}.{tail}" if tail else origin, path, depth + 1)
        for alias, target in index.aliases.items():
            if alias == "*":
                found = self.targets(target[:-1] + rest, path, depth + 1)
                if found:
                    return found
        return []

    def _in_file(self, name: str, path: str, index: CodeIndex, depth: int) -> list[ScopeKey]:
        if name in index.scopes:
            return [(path, index.scopes[name])]
        if name in index.classes:
            return self._constructed(name, path, index)
        head, _, tail = name.rpartition(".")
        if head in index.classes:
            return self._inherited(head, tail, path, index, depth)
        if head and head in index.scopes:  # a method of what a first-party function returned
            return [(path, index.scopes[head])]
        return []

    def _constructed(self, name: str, path: str, index: CodeIndex) -> list[ScopeKey]:
        scopes = index.by_class.get(name, [])
        definition = index.classes[name]
        framework = [base for base in definition.bases if not self._is_first_party(base, path)]
        if [
            base
            for base in framework
            if base not in ("object", "?", "Exception", "ABC", "abc.ABC", "Enum", "enum.Enum")
        ]:
            return [(path, scope) for scope in scopes]
        started = ("__init__", "__post_init__", "__call__", "__enter__", "__new__")
        return [(path, s) for s in scopes if index.facts.scopes[s].name.rpartition(".")[2] in started]

    def _is_first_party(self, base: str, path: str) -> bool:
        return base in self.index(path).classes or self.split(base, path) is not None

    def _inherited(self, class_name: str, method: str, path: str, index: CodeIndex, depth: int) -> list[ScopeKey]:
        if depth > _MAX_REEXPORTS:
            return []
        for base in index.classes[class_name].bases:
            found = self.targets(f"{base}.{method}", path, depth + 1)
            if found:
                return found
        return []
