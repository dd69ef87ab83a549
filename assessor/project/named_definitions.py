"""Definitions of orchestrators that code starts by their names: a DAG that another one triggers, a flow's deployment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from itertools import pairwise

from assessor.catalog.named_runs import NamedRun, named_runs
from assessor.catalog.patterns import matches_any_call, matches_command
from assessor.facts.python import MODULE, UNKNOWN, Call, Scope
from assessor.project.closure import Entry
from assessor.project.invocations import Invocation, option
from assessor.project.model import Role
from assessor.project.modules import Modules


class NamedDefinitions:
    """Finds, for the code of one project, what such a call starts."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def started(self, call: Call) -> tuple[Entry, ...]:
        """The definitions whose name a call gives; none for other calls, and where the name is not known."""
        for way in _ways_of_call(call.name):
            value = call.keyword(way.keyword) or next(iter(call.args), None)
            if isinstance(value, str):
                return self._defining(way, value)
        return self._asked_for(_texts(call)) if posts(call) else ()

    def started_by(self, invocation: Invocation) -> tuple[Entry, ...]:
        """As `started`, for a command."""
        for way, pattern in _patterns_of(invocation.words[0]):
            if matches_command(pattern, invocation.words):
                after = invocation.words[len(pattern.split()) :]
                given = (word for word in after if not word.startswith("-"))
                value = option(invocation, way.option) if way.option else next(given, "")
                return self._defining(way, UNKNOWN if "$" in value else value)
        return self._asked_for(invocation.words) if is_post(invocation.words) else ()

    def _asked_for(self, texts: Iterable[str]) -> tuple[Entry, ...]:
        """The definitions that a request starts which is posted to an address with their name."""
        for way in _with_address():
            head, _, tail = way.address.partition("{}")
            for text in texts:
                before, found, after = text.partition(head)
                name, ends, rest = after.partition(tail)
                if before and found and ends and not rest.strip("\"'/") and not _OPEN & set(name):
                    return self._by_name.get((way.tool, name), ())
        return ()

    def _defining(self, way: NamedRun, value: str) -> tuple[Entry, ...]:
        """The definitions of a name; where it is not known, the only one that there is."""
        if value == UNKNOWN:
            every = [entries for (tool, _), entries in self._by_name.items() if tool == way.tool]
            return every[0] if len(every) == 1 and way.constructors and not way.decorators else ()
        return self._by_name.get((way.tool, value.partition(way.before)[0] if way.before else value), ())

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
        found: dict[tuple[str, str], dict[Entry, None]] = defaultdict(dict)
        for path, file in self.modules.files.items():
            if file.role is not Role.FIRST_PARTY:
                continue
            facts = self.modules.index(path).facts
            calls = [call for call in facts.calls if _may_define(call)]
            for way in named_runs():
                for call in calls:
                    value = call.keyword(way.defined_by)
                    if value is None and matches_any_call(way.constructors, call.name):
                        value = next(iter(call.args), None)
                    if not isinstance(value, str):
                        continue
                    if call.scope == MODULE and value != UNKNOWN:
                        found[way.tool, value][Entry(path, "dag")] = None
                    elif call.scope != MODULE and matches_any_call(way.constructors, call.name) and not way.decorators:
                        found[way.tool, value][_around(path, facts.scopes[call.scope])] = None
                for scope in facts.scopes:
                    for name in _names(scope, way):
                        found[way.tool, name][Entry(path, "function", scope.name)] = None
        return {key: tuple(entries) for key, entries in found.items()}


_OPEN = frozenset("{}$/")
"""In a name that is not known."""


@cache
def _with_address() -> tuple[NamedRun, ...]:
    return tuple(way for way in named_runs() if way.address)


def _texts(call: Call) -> list[str]:
    return [value for value in (*call.args, call.keyword("url")) if isinstance(value, str) and value != UNKNOWN]


def posts(call: Call) -> bool:
    """The call posts a request, by whatever client."""
    return call.name.rpartition(".")[2] == "post"


def is_post(words: tuple[str, ...]) -> bool:
    """A command of curl that posts: by its method, or by what it sends."""
    if words[0] != "curl":
        return False
    methods = [after for word, after in pairwise(words) if word in ("-X", "--request")]
    methods += [word[2:] for word in words if word.startswith("-X") and len(word) > 2]
    return "POST" in methods if methods else any(w in ("-d", "--json") or w.startswith("--data") for w in words)


def _may_define(call: Call) -> bool:
    """It has the keyword of some way, or makes an object of one."""
    return _makes_definition(call.name) or not _defining_keywords().isdisjoint([name for name, _ in call.keywords])


@cache
def _defining_keywords() -> frozenset[str]:
    return frozenset(way.defined_by for way in named_runs())


@lru_cache(maxsize=8_192)
def _makes_definition(name: str) -> bool:
    return any(matches_any_call(way.constructors, name) for way in named_runs())


@lru_cache(maxsize=8_192)
def _ways_of_call(name: str) -> tuple[NamedRun, ...]:
    """The ways that a call of that name says; few names make up most calls of a repository."""
    return tuple(way for way in named_runs() if matches_any_call(way.calls, name))


@lru_cache(maxsize=1_024)
def _patterns_of(program: str) -> tuple[tuple[NamedRun, str], ...]:
    """The command patterns of a program, each with its way."""
    every = ((way, pattern) for way in named_runs() for pattern in way.commands)
    return tuple((way, pattern) for way, pattern in every if pattern.split()[0] == program)


def _around(path: str, scope: Scope) -> Entry:
    """The function that makes the definition, or the file's main block."""
    is_function = scope.kind in ("function", "method")
    return Entry(path, "function" if is_function else "script", scope.name if is_function else "")


def _names(scope: Scope, way: NamedRun) -> Iterator[str]:
    """What a decorated function is called: by the decorator, else as the function, with either sign between words."""
    for decorator in scope.decorators:
        if matches_any_call(way.decorators, decorator.name):
            given = decorator.keyword(way.defined_by) or next(iter(decorator.args), None)
            if isinstance(given, str) and given != UNKNOWN:
                yield given
            elif given is None:
                yield from {scope.name: None, scope.name.replace("_", "-"): None}
