"""Pipelines that code compiles or hands to their backend.

Compiling is not running: what a run reaches only while it compiles a pipeline is not run by it. A pipeline that is handed
over runs, also where a test does it, unless the test puts a mock in the backend's place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.pipelines import Handover, handovers
from assessor.facts.python import MAIN, MODULE, Call, Scope
from assessor.project.closure import SUBMITTED, Closure, Entry, is_test_scope
from assessor.project.model import Role
from assessor.project.modules import Modules, ScopeKey

_REPLACES = ("patch", "object", "multiple", "setattr", "spy", "stub")


class Submissions:
    """What the modules of one project compile, hand over and define."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    @cached_property
    def _used(self) -> Mapping[str, tuple[Handover, ...]]:
        """File → the orchestrators whose packages it imports."""
        found = {}
        heads = {name.partition(".")[0] for handover in handovers() for name in handover.imports}
        for path in self._modules.files:
            targets = [imported.target for imported in self._modules.index(path).facts.imports]
            if heads.isdisjoint([target.partition(".")[0] for target in targets]):
                continue
            used = tuple(
                h for h in handovers() if any(t == i or t.startswith(f"{i}.") for t in targets for i in h.imports)
            )
            if used:
                found[path] = used
        return found

    @cached_property
    def _calls(self) -> tuple[Mapping[ScopeKey, list[Call]], Mapping[ScopeKey, list[Call]]]:
        """The calls that compile, and those that hand over, by function."""
        compiling: dict[ScopeKey, list[Call]] = defaultdict(list)
        submitting: dict[ScopeKey, list[Call]] = defaultdict(list)
        known: dict[tuple[str, ...], tuple[bool, bool]] = {}
        for path, used in self._used.items():
            tools = tuple(handover.tool for handover in used)
            for call in self._modules.index(path).facts.calls:
                key = (*tools, call.name)  # few names make up most calls
                if key not in known:
                    known[key] = _does(used, call.name)
                submits, compiles = known[key]
                if submits:
                    submitting[path, call.scope].append(call)
                elif compiles:
                    compiling[path, call.scope].append(call)
        return compiling, submitting

    @cached_property
    def _definitions(self) -> frozenset[ScopeKey]:
        """Functions that a decorator makes a pipeline or a step of one."""
        return frozenset(
            (path, number)
            for path, used in self._used.items()
            for number, scope in enumerate(self._modules.index(path).facts.scopes)
            if any(matches_any_call(h.defines, decorator.name) for h in used for decorator in scope.decorators)
        )

    def compiled(self, closure: Closure) -> frozenset[ScopeKey]:
        """The functions that the closure reaches only to write a pipeline down; none where it hands one over."""
        compiling = self._calls[0]
        if not compiling or closure.entries[0].how == SUBMITTED or any(True for _ in self.submitting(closure)):
            return frozenset()
        writers = {s for s in compiling.keys() & closure.reached.keys() if any(closure.runs(c) for c in compiling[s])}
        if not writers:
            return frozenset()
        roots = writers | (self._definitions & closure.reached.keys())
        found = set(roots)
        for scope, (parent, _) in closure.reached.items():  # parents stand before what is reached from them
            if parent in found:
                found.add(scope)
        return frozenset(found)

    def writes(self, closure: Closure) -> Iterator[tuple[ScopeKey, Call]]:
        """The calls of a closure that compile."""
        for scope in sorted(self._calls[0].keys() & closure.reached.keys()):
            yield from ((scope, call) for call in self._calls[0][scope] if closure.runs(call))

    def submitting(self, closure: Closure) -> Iterator[tuple[ScopeKey, Call]]:
        """The calls of a closure that have a pipeline run; in a test only those that hand it to its real backend."""
        for scope in sorted(self._calls[1].keys() & closure.reached.keys()):
            for call in self._calls[1][scope]:
                stays = any(matches_any_call(handover.local, call.name) for handover in handovers())
                if closure.runs(call) and not (closure.in_test and (stays or self._is_mocked(closure, scope, call))):
                    yield scope, call

    def definitions(self, closure: Closure, place: ScopeKey | None = None) -> tuple[Entry, ...]:
        """The functions that define what a closure writes down or hands over: those that it reaches, or those that are
        compiled into the file that is named in the function `place`; where it is handed the file's name, the only one that
        the project has."""
        own = sorted(self._definitions & closure.reached.keys())
        if not own:
            own = sorted(s for s in self._calls[0].keys() & closure.reached.keys() if s[1] not in (MODULE, MAIN))
        if not own and place:
            beside = self._modules.index(place[0]).calls.get(place[1], ())
            names = {_file_name(text) for call in beside for text in _texts(call)} - {""}
            for scope, calls in self._calls[0].items():
                for call in calls:
                    if names & {_file_name(text) for text in _texts(call)}:
                        own += [t for name in call.names for t in self._modules.targets(name, scope[0])]
            own = own or ([] if names else self._only_pipeline)
        scopes = [(path, self._modules.index(path).facts.scopes[number]) for path, number in own]
        return tuple(
            dict.fromkeys(Entry(path, SUBMITTED, scope.name) for path, scope in scopes if scope.kind != "module")
        )

    @cached_property
    def _only_pipeline(self) -> list[ScopeKey]:
        """The one function outside of tests that is compiled or decorated as a pipeline; none where there are more."""
        compiled = [
            target
            for scope, calls in self._calls[0].items()
            for call in calls
            for name in call.names
            for target in self._modules.targets(name, scope[0])
        ]
        made = {scope for scope in self._definitions if _is_pipeline(self._scope(*scope))}
        found = sorted(scope for scope in {*compiled, *made} if self._modules.files[scope[0]].role is Role.FIRST_PARTY)
        return found if len(found) == 1 else []

    def _is_mocked(self, closure: Closure, scope: ScopeKey, call: Call) -> bool:
        """The test on the way to the call replaces something that the call goes through."""
        way = [key for key, _ in closure.trail(scope)]
        through = set(call.name.split(".")) - {"?"}
        for path, number in way:
            through.add(self._scope(path, number).name.rpartition(".")[2])
        for path, number in way:
            if is_test_scope(self._scope(path, number)):
                return any(through & set(text.split(".")) for text in self._replaced(path, number))
        return False

    def _scope(self, path: str, number: int) -> Scope:
        return self._modules.index(path).facts.scopes[number]

    def _replaced(self, path: str, number: int) -> Iterator[str]:
        """The dotted names that a test, its class or a fixture of its file replaces."""
        index = self._modules.index(path)
        test = index.facts.scopes[number]
        of_class = [c.decorators for c in index.facts.classes if c.name == test.class_name]
        fixtures = [
            n for n, s in enumerate(index.facts.scopes) if any(d.name.endswith("fixture") for d in s.decorators)
        ]
        calls = [*test.decorators, *(d for decorators in of_class for d in decorators)]
        calls += [c for n in (number, *fixtures) for c in index.calls.get(n, ())]
        for call in calls:
            if call.name.rpartition(".")[2] in _REPLACES or ".patch" in call.name:
                yield from (value for value in call.args if isinstance(value, str))
                yield from call.names


def _is_pipeline(scope: Scope) -> bool:
    return any(decorator.name.rpartition(".")[2] == "pipeline" for decorator in scope.decorators)


def _does(used: tuple[Handover, ...], name: str) -> tuple[bool, bool]:
    """A call of that name (submits, compiles) by one of the orchestrators. What is known to write it down or to keep it only
    starts nothing, though a method of that name of an unknown receiver would."""
    submits = any(matches_any_call(h.submits, name) or matches_any_call(h.local, name) for h in used)
    compiles = any(matches_any_call(h.compiles, name) for h in used)
    return submits and not compiles, compiles


def _texts(call: Call) -> list[str]:
    return [value for value in (*call.args, *(v for _, v in call.keywords)) if isinstance(value, str)]


def _file_name(text: str) -> str:
    name = text.rpartition("/")[2]
    return name if name.endswith((".json", ".yaml", ".yml", ".tar.gz", ".zip")) else ""
