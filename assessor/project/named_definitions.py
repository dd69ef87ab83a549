"""Definitions of orchestrators that code starts by their names: a DAG that another one triggers, a flow's deployment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from assessor.catalog.named_runs import NamedRun, named_runs
from assessor.catalog.patterns import matches_any_call
from assessor.facts.python import MODULE, UNKNOWN, Call, Scope
from assessor.project.closure import Entry
from assessor.project.model import Role
from assessor.project.modules import Modules


class NamedDefinitions:
    """Finds, for the code of one project, what such a call starts."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def started(self, call: Call) -> tuple[Entry, ...]:
        """The definitions whose name a call gives; none for other calls, and where the name is not known."""
        for way in named_runs():
            if not matches_any_call(way.calls, call.name):
                continue
            value = call.keyword(way.keyword) or next(iter(call.args), None)
            if isinstance(value, str) and value != UNKNOWN:
                name = value.partition(way.before)[0] if way.before else value
                return self._by_name.get((way.tool, name), ())
        return ()

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
        found: dict[tuple[str, str], dict[Entry, None]] = defaultdict(dict)
        for path, file in self.modules.files.items():
            if file.role is not Role.FIRST_PARTY:
                continue
            facts = self.modules.index(path).facts
            for way in named_runs():
                for call in facts.calls:
                    value = call.keyword(way.defined_by)
                    if value is None and matches_any_call(way.constructors, call.name):
                        value = next(iter(call.args), None)
                    if call.scope == MODULE and isinstance(value, str) and value != UNKNOWN:
                        found[way.tool, value][Entry(path, "dag")] = None
                for scope in facts.scopes:
                    for name in _names(scope, way):
                        found[way.tool, name][Entry(path, "function", scope.name)] = None
        return {key: tuple(entries) for key, entries in found.items()}


def _names(scope: Scope, way: NamedRun) -> Iterator[str]:
    """What a decorated function is called: by the decorator, else as the function, with either sign between words."""
    for decorator in scope.decorators:
        if matches_any_call(way.decorators, decorator.name):
            given = decorator.keyword(way.defined_by) or next(iter(decorator.args), None)
            if isinstance(given, str) and given != UNKNOWN:
                yield given
            elif given is None:
                yield from {scope.name: None, scope.name.replace("_", "-"): None}
