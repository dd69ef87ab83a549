"""Products in Python: calls, decorators and base classes that mean them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from assessor.catalog.names import beginnings
from assessor.catalog.tools import Tool
from assessor.facts.python import MAIN, Call
from assessor.hits.call_proofs import CallProofs, arguments_fit
from assessor.hits.ground import Ground
from assessor.hits.hit import Hit
from assessor.hits.switched_off import switched_off
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import CodeIndex

_HANDED = {
    "?.fit": re.compile(r"train|(?:^|_)fit(?:_|$)"),
    "?.evaluate": re.compile(r"evaluat|(?:^|_)(?:test|score)_model"),
}
"""What is done to a model that a function was given, by what the function is then named."""


_JUDGING = ("make_scorer", "compile", "SearchCV")
"""Ends the names of calls that are told what to look for."""


@lru_cache(maxsize=1_024)
def _heads(imports: tuple[str, ...]) -> frozenset[str]:
    """The first words of a tool's imports."""
    return frozenset(imported.partition(".")[0] for imported in imports)


def python_hits(ground: Ground) -> Iterator[Hit]:
    """Every call, decorator and base class of first-party code and tests that means a product."""
    return _PythonCalls(ground, CallProofs(ground)).hits()


def _renamed(call: Call, handed_on: Mapping[str, str]) -> Call:
    """The call under the name that the product has where it is imported first."""
    for name, product in handed_on.items():
        if call.name.startswith(f"{name}.") or call.name == name:
            return replace(call, name=product + call.name[len(name) :])
    return call


@dataclass(frozen=True)
class _PythonCalls:
    """Finds what the names in Python code prove."""

    ground: Ground
    proofs: CallProofs

    def hits(self) -> Iterator[Hit]:
        for file in self.ground.project.ordered:
            if file.code is None or file.role not in (Role.FIRST_PARTY, Role.TEST):
                continue
            index = self.ground.modules.index(file.path)
            off = switched_off(index.facts)
            yield from (hit for hit in self._of_file(file, index) if hit.tool.id not in off)

    def _of_file(self, file: ProjectFile, index: CodeIndex) -> Iterator[Hit]:
        handed_on = self._handed_on(file, index)
        roots = self._roots(index).union(*(self._parts(product) for product in handed_on.values()))
        if file.role is Role.TEST:
            roots |= self._fixture_roots(file.path)
        for call in index.facts.calls:
            named = _renamed(call, handed_on) if handed_on else call
            yield from self._calls(named, file, index, roots, "call", call.scope)
        yield from self._handed_metrics(file, index, roots)
        for number, scope in enumerate(index.facts.scopes):
            for decorator in scope.decorators:
                yield from self._calls(decorator, file, index, roots, "decorator", number)
        for definition in index.facts.classes:
            scope_number = next(iter(index.by_class.get(definition.name, ())), 0)
            for decorator in definition.decorators:
                yield from self._calls(decorator, file, index, roots, "decorator", scope_number)
            for base in definition.bases:
                for _, tool, proof in self.proofs.named(base, "base"):
                    place = file.at(definition.line)
                    yield Hit(proof.practice, tool, proof, place, "base", file, scope_number, text=base)

    def _fixture_roots(self, path: str) -> frozenset[str]:
        """Imports of the conftest.py files above a test: its fixtures come from there."""
        parts = path.split("/")[:-1]
        found: frozenset[str] = frozenset()
        for depth in range(len(parts) + 1):
            conftest = "/".join([*parts[:depth], "conftest.py"])
            if conftest in self.ground.modules.files and conftest != path:
                found |= self._roots(self.ground.modules.index(conftest))
        return found

    def _roots(self, index: CodeIndex) -> frozenset[str]:
        return frozenset().union(*(self._parts(imported.target) for imported in index.facts.imports))

    @staticmethod
    def _parts(dotted: str) -> frozenset[str]:
        parts = dotted.split(".")
        return frozenset(".".join(parts[:size]) for size in range(1, len(parts) + 1))

    def _handed_on(self, file: ProjectFile, index: CodeIndex) -> dict[str, str]:
        """Names that a module of the project gives for a product which it imports itself (`from setup_runs import mlflow`)."""
        found: dict[str, str] = {}
        for imported in index.facts.imports:
            split = self.ground.modules.split(imported.target, file.path) if "." in imported.target else None
            if split and split[1] and "." not in split[1] and split[0] != file.path:
                origin = self.ground.modules.index(split[0]).aliases.get(split[1], "")
                if origin and self.ground.modules.split(origin, split[0]) is None:
                    found[imported.target] = origin
        return found

    def _calls(
        self, call: Call, file: ProjectFile, index: CodeIndex, roots: frozenset[str], kind: str, scope: int
    ) -> Iterator[Hit]:
        for pattern, tool, proof in self.proofs.named(call.name, kind):
            if arguments_fit(call, proof) and (
                self._is_the_tool(call.name, pattern, tool, file, index, roots)
                or self._is_handed(call, pattern, tool, index)
                or self._is_given(call, pattern, tool)
            ):
                yield Hit(proof.practice, tool, proof, file.at(call.line), kind, file, scope, call, text=call.name)

        for made, maker in self._made_by_own_functions(call, file) if kind == "call" else ():
            origin = self.ground.modules.index(maker.path)
            for pattern, tool, proof in self.proofs.named(made, kind):
                is_named = pattern[0] not in "?*" and arguments_fit(call, proof)
                if is_named and self._is_the_tool(made, pattern, tool, maker, origin, self._roots(origin)):
                    yield Hit(proof.practice, tool, proof, file.at(call.line), kind, file, scope, call, text=call.name)

    def _made_by_own_functions(self, call: Call, file: ProjectFile) -> Iterator[tuple[str, ProjectFile]]:
        """What a method is called by its class where a first-party function made the object: `transformers.Trainer.train`
        of `trainer(settings).train()`, with the file of that function."""
        head, _, last = call.name.rpartition(".")
        for path, number in self.ground.modules.targets(head, file.path) if head and head[0] != "?" else ():
            if number <= MAIN:
                continue
            whole = dict(self.ground.modules.index(path).facts.scopes[number].returns).get("", ())
            made = next((o for o in whole if "." in o and o.rpartition(".")[2][:1].isupper() and "[" not in o), "")
            if made:
                yield f"{made}.{last}", self.ground.modules.files[path]

    def _handed_metrics(self, file: ProjectFile, index: CodeIndex, roots: frozenset[str]) -> Iterator[Hit]:
        """A metric that is no call but a value: one of a table of metrics, or given to what applies it. What a search is
        told to look for is none."""
        judging = {name for call in index.facts.calls if call.name.endswith(_JUDGING) for name in call.names}
        for reference in index.facts.references:
            for pattern, tool, proof in self.proofs.named(reference.name, "call"):
                is_metric = proof.practice == "experiments.evaluation" and proof.asks_nothing and pattern[0] != "?"
                if not is_metric or reference.name in judging or not reference.name.rpartition(".")[2].islower():
                    continue
                if self._is_the_tool(reference.name, pattern, tool, file, index, roots):
                    place = file.at(reference.line)
                    yield Hit(proof.practice, tool, proof, place, "handed", file, reference.scope, text=reference.name)

    def _is_the_tool(
        self, name: str, pattern: str, tool: Tool, file: ProjectFile, index: CodeIndex, roots: frozenset[str]
    ) -> bool:
        """The name is the tool's and not something else's of the same last word.

        A file that imports the tool may mean it; otherwise the name must come from an import. A loose pattern (`?.fit`)
        then counts only on what a first-party function returned, in a project that imports the tool somewhere.
        """
        head = name.partition(".")[0]
        named = head in _heads(tool.imports)
        if name.startswith(beginnings("beginning_of_a_stand_in")) or (named and self._is_own(name, head, file, index)):
            return False
        if not tool.imports or not roots.isdisjoint(tool.imports):
            return True
        if head == "?" or head not in roots or head in index.scopes or head in index.classes:
            return False
        if not pattern.startswith("?."):
            return True
        split = self.ground.modules.split(name, file.path)
        return bool(split and "." in split[1]) and any(
            imported in self.ground.imported_roots for imported in tool.imports
        )

    def _is_own(self, name: str, head: str, file: ProjectFile, index: CodeIndex) -> bool:
        """The project itself has a class or module of the product's name, which Python finds before the product's: a module beside
        the script, or at the root of its package, that holds what is called and does not import the product itself."""
        if "." not in name or head == "?":
            return False
        if head in index.classes:
            return not index.classes[head].bases  # what it inherits may be the product's
        return bool(self.ground.shadow(head, file.path)) and bool(self.ground.modules.targets(name, file.path))

    def _is_given(self, call: Call, pattern: str, tool: Tool) -> bool:
        """A method of an object that somebody else made, of a name that of all products only this one has and that nothing
        here defines (`run.link_artifact(...)`), in a project that imports the product somewhere."""
        last = call.name.rpartition(".")[2]
        if not (pattern.startswith("?.") and call.name.startswith("?.") and "_" in last):
            return False
        if not any(imported in self.ground.imported_roots for imported in tool.imports):
            return False
        others = {other.id for loose, other, _ in self.proofs.named(call.name, "call") if loose != "*"}
        return others == {tool.id} and last not in self._own_names

    @cached_property
    def _own_names(self) -> frozenset[str]:
        """The last words of what first-party code defines."""
        scopes = (scope for file in self.ground.project.ordered if file.code for scope in file.code.scopes)
        return frozenset(scope.name.rpartition(".")[2] for scope in scopes)

    def _is_handed(self, call: Call, pattern: str, tool: Tool, index: CodeIndex) -> bool:
        """A function named for its work fits or evaluates a model that it is given, in a project that uses the tool
        (`def train_model(model, rows): model.fit(rows)`), or fits any library's model to rows and targets."""
        work = _HANDED.get(f"?.{call.name.rpartition('.')[2]}")
        if work is None or not pattern.startswith("?.") or tool.category != "training":
            return False
        if not work.search(index.facts.scopes[call.scope].name.rpartition(".")[2].lower()):
            return False
        unknown = call.name.startswith("?.") and any(
            imported in self.ground.imported_roots for imported in tool.imports
        )
        return unknown or (call.name.endswith(".fit") and len(call.args) > 1)
