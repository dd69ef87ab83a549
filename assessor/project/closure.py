"""What a started Python file reaches: functions called, passed on or registered, over the first-party imports.

The walk goes from function to function, not from file to file: importing a module runs its body, not its functions.
Calls of a receiver that is not known go to every first-party method of that name in the files loaded so far (class
hierarchy analysis by name, after Dean, Grove and Chambers 1995, without types). A call that stands under a condition
which the command line or the environment makes false is not followed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from assessor.facts.python import MAIN, MODULE, UNKNOWN, Call, Guard, Scope
from assessor.facts.values import dataclass
from assessor.project.model import Role
from assessor.project.modules import Modules, ScopeKey

_REGISTERING = {
    "get", "post", "put", "patch", "delete", "route", "api_route", "websocket", "on_event", "middleware", "event",
    "exception_handler", "callback", "command", "group", "job", "schedule", "scheduled_job", "subscribe", "subscriber",
    "listener", "hook", "api", "service", "inference", "handler", "before_request", "after_request", "cron", "on",
    "periodic_task", "function", "asset", "sensor", "multi_asset", "op", "lifespan", "errorhandler", "cls", "local_entrypoint",
    "asset_check", "schedule_from_partitions", "run_on", "queue", "agent", "page", "timer", "consumer", "repository",
    "trace", "observe", "deployment",
}  # fmt: skip
"""Last words of decorators that hand a function to a framework, which calls it later. `task`, `flow` and `step` are not
here: such functions run where they are called."""

_REQUESTS = {"get", "post", "put", "patch", "delete", "route", "api_route", "websocket"}
"""Decorators whose function runs when a request comes, not when its service starts."""

MAX_SCOPES = 20_000
SUBMITTED = "submitted"
"""How a pipeline's definition starts that was handed to its backend: as a function."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where Python starts.

    `how`: script (module body and main block), import (body only), function (body and the named function), submitted (the
    same, of a pipeline), member (the same, and of its kind no other one runs), tests (body and test functions), dag (body, main block and every decorated
    function).
    """

    path: str
    how: str
    name: str = ""
    left_out: frozenset[int] = frozenset()
    """Numbers of the test functions of a file that are not collected."""


@dataclass(slots=True)
class Closure:
    """The functions reached from some entries; each with the function and line it was reached from."""

    entries: tuple[Entry, ...]
    switches: Mapping[str, str]
    in_test: bool = False
    reached: dict[ScopeKey, tuple[ScopeKey | None, int]] = field(default_factory=dict)
    requested: set[ScopeKey] = field(default_factory=set)
    """Functions that only a request to the started service runs."""
    compiled: frozenset[ScopeKey] = frozenset()
    """Functions that are reached only to write a pipeline down."""

    def runs(self, call: Call) -> bool:
        """The call's conditions allow it under this command line and environment."""
        return self.allows(call.guards)

    def allows(self, guards: Iterable[Guard]) -> bool:
        return not any(is_switched_off(guard, self.switches) for guard in guards)

    def trail(self, scope: ScopeKey) -> list[tuple[ScopeKey, int]]:
        """From the entry to the function: each function with the line in its caller that leads to it (0 at the start)."""
        steps: list[tuple[ScopeKey, int]] = []
        current: ScopeKey | None = scope
        while current is not None:
            parent, line = self.reached[current]
            steps.append((current, line))
            current = parent
        return steps[::-1]


_FALSE = {"false", "0", "no", "off", "none", "", "null"}


def is_switched_off(guard: Guard, switches: Mapping[str, str]) -> bool:
    """The condition is known and false: `if args.mlflow` under `--mlflow 0`, `if not dry_run` under `--dry-run`."""
    value = switches.get(guard.name)
    if value is None or value.startswith(("$", "{")) or value == UNKNOWN:
        return False
    if isinstance(guard.expects, bool):
        return (value.lower() not in _FALSE) != guard.expects
    return str(guard.expects).lower() != value.lower()


def explore(
    modules: Modules, entries: tuple[Entry, ...], switches: Mapping[str, str], words: Iterable[str] = ()
) -> Closure:
    """Follow calls and imports from the entries. `words` are the command line's operands, for subcommands."""
    in_test = any(entry.how == "tests" for entry in entries)
    named = frozenset(word.replace("-", "_") for word in words)
    known = {**_defaults(modules, entries, switches), **_dispatched(modules, entries, words), **switches}
    closure = Closure(entries, known, in_test)
    _Walk(modules, closure, named).run()
    return closure


def _dispatched(modules: Modules, entries: tuple[Entry, ...], words: Iterable[str]) -> dict[str, str]:
    """Values of names that an entry's file, or one that it imports, compares with texts of which one is an operand of the
    command line: `python run.py train` and `if name == "train"` give name the value train."""
    operands = set(words)
    found: dict[str, str] = {}
    for entry in entries if operands else ():
        if entry.how not in ("script", "function") or entry.path not in modules.files:
            continue
        for path in (entry.path, *modules.imported(entry.path)):
            facts = modules.index(path).facts
            guards = [g for call in facts.calls for g in call.guards] + [g for i in facts.imports for g in i.guards]
            guards += [g for reference in facts.references for g in reference.guards]
            for guard in guards:
                if isinstance(guard.expects, str) and guard.expects in operands:
                    found.setdefault(guard.name, guard.expects)
    return found


def _defaults(modules: Modules, entries: tuple[Entry, ...], given: Mapping[str, str]) -> dict[str, str]:
    """Values of yes-or-no options of the entries' argument parsers that the command line leaves at their default."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.how != "script" or entry.path not in modules.files:
            continue
        for call in modules.index(entry.path).facts.calls:
            if call.name.endswith(".add_argument") and call.args:
                flags = [str(flag) for flag in call.args if isinstance(flag, str) and flag.startswith("--")]
                name = call.keyword("dest") or (flags[0][2:].replace("-", "_") if flags else "")
                action = call.keyword("action")
                if isinstance(name, str) and name and name not in given and action in ("store_true", "store_false"):
                    found[name] = "false" if action == "store_true" else "true"
    return found


_SEVERAL = 2
"""Commands of a file of which one is named; a lone one runs without its name."""


class _Walk:
    """Breadth first, so that each function keeps its shortest trail."""

    def __init__(self, modules: Modules, closure: Closure, words: frozenset[str]) -> None:
        self.modules = modules
        self.closure = closure
        self.words = words
        self.selected = any(entry.how == "member" for entry in closure.entries)
        self.only_imports = all(entry.how == "import" for entry in closure.entries)
        """Nothing is started: what modules register, or hand to a framework, waits for a start that does not come."""
        self.queue: deque[ScopeKey] = deque()
        self.loaded: list[str] = []
        self.loaded_set: set[str] = set()
        self.wanted: dict[str, tuple[ScopeKey, int]] = {}
        self.methods: dict[str, list[ScopeKey]] = defaultdict(list)
        self.handlers: list[tuple[ScopeKey, ScopeKey, int]] = []
        """Functions that requests run: they are followed when all else is, so that only they are told as such."""
        self.by_request = False

    def run(self) -> None:
        for entry in self.closure.entries:
            self.start(entry)
        while (self.queue or self.handlers) and len(self.closure.reached) < MAX_SCOPES:
            if not self.queue:
                self.by_request = True
                waiting, self.handlers = self.handlers, []
                for scope, by, line in waiting:
                    self.push(scope, by, line)
                continue
            self.expand(self.queue.popleft())

    def push(self, scope: ScopeKey, parent: ScopeKey | None, line: int) -> None:
        if scope not in self.closure.reached:
            if self.by_request:
                self.closure.requested.add(scope)
            self.closure.reached[scope] = (parent, line)
            self.queue.append(scope)

    def start(self, entry: Entry) -> None:
        if entry.path not in self.modules.files:
            return
        index = self.modules.index(entry.path)
        body = (entry.path, MODULE)
        self.push(body, None, 0)
        for number, scope in enumerate(index.facts.scopes):
            if number in (MODULE, MAIN):
                wanted = number == MAIN and entry.how in ("script", "dag")
            elif entry.how in ("function", "member", SUBMITTED):
                wanted = scope.name == entry.name
            elif entry.how == "tests":
                wanted = (is_test_scope(scope) or is_fixture(scope)) and number not in entry.left_out
            else:
                wanted = entry.how == "dag" and bool(scope.decorators)
            if wanted:
                self.push((entry.path, number), body, scope.line)
        if entry.how in ("function", "member", SUBMITTED) and entry.name:
            for target in self.modules.targets(entry.name, entry.path):
                self.push(target, body, 1)

    def load(self, path: str, by: ScopeKey) -> None:
        """A module's body runs: its registered functions and awaited methods come within reach."""
        if path in self.loaded_set:
            return
        self.loaded_set.add(path)
        index = self.modules.index(path)
        scopes = index.facts.scopes
        if self.modules.files[path].role in (Role.FIRST_PARTY, Role.ELSEWHERE) or self.closure.in_test:
            for name, numbers in index.methods.items():
                self.methods[name] += [(path, number) for number in numbers]
                if name in self.wanted:
                    parent, line = self.wanted[name]
                    for number in numbers:
                        self.push((path, number), parent, line)
        chosen = self.subcommands(scopes)
        for number, scope in enumerate(scopes if not self.only_imports else ()):
            registered = [d for d in scope.decorators if "." in d.name and d.name.rpartition(".")[2] in _REGISTERING]
            if registered and not self.selected and (number in chosen or not any(_is_command(d) for d in registered)):
                if not self.closure.in_test and all(d.name.rpartition(".")[2] in _REQUESTS for d in registered):
                    self.handlers.append(((path, number), by, scope.line))
                else:
                    self.push((path, number), by, scope.line)

    def subcommands(self, scopes: tuple[Scope, ...]) -> set[int]:
        """Numbers of the functions that are the subcommand named on the command line; all where none is named there, unless
        it is one of several of another file of the same program."""
        commands = {n: s for n, s in enumerate(scopes) if any(_is_command(d) for d in s.decorators)}
        named = {n for n, scope in commands.items() if self.words & _command_names(scope)}
        if named or len(commands) < _SEVERAL or not self.names_another:
            return named or set(commands)
        return set()

    @cached_property
    def names_another(self) -> bool:
        """A file that an entry imports holds several subcommands, and one of them is named on the command line."""
        imported = (path for entry in self.closure.entries for path in self.modules.imported(entry.path))
        for path in dict.fromkeys(imported) if self.words else ():
            found = [s for s in self.modules.index(path).facts.scopes if any(_is_command(d) for d in s.decorators)]
            if len(found) >= _SEVERAL and any(self.words & _command_names(scope) for scope in found):
                return True
        return False

    def expand(self, scope: ScopeKey) -> None:
        if scope[1] == MODULE:
            self.load(scope[0], scope)
        for way in ways(self.modules, scope):
            if (way.guards and not self.closure.allows(way.guards)) or (way.is_handed and self.only_imports):
                continue
            targets = way.targets
            if way.name:
                names = self.names(way.name, scope[0])
                targets = [t for name in names for t in self.modules.targets(name, scope[0]) if t[1] != MODULE]
            for target in targets:
                self.push(target, scope, way.line)
            if way.method:
                self.wanted.setdefault(way.method, (scope, way.line))
                for method in self.methods.get(way.method, ()):
                    self.push(method, scope, way.line)

    def names(self, name: str, path: str) -> list[str]:
        """The name, or where its import is one of several under conditions, the names that the conditions allow."""
        alternatives = self.modules.index(path).alternatives
        target = (
            next((t for t in alternatives if name == t or name.startswith(t + ".")), None) if alternatives else None
        )
        if target is None:
            return [name]
        allowed = [i.target for i in alternatives[target] if self.closure.allows(i.guards)]
        return [other + name[len(target) :] for other in allowed]


@dataclass(frozen=True, slots=True)
class Way:
    """What one import, call or reference of a function leads to, the same for every walk that its guards allow."""

    line: int
    targets: Sequence[ScopeKey]
    guards: tuple[Guard, ...] = ()
    method: str = ""
    """A method of that name may be meant: the receiver is not known."""
    name: str = ""
    """The name is one of several under conditions: the walk resolves it itself."""
    is_handed: bool = False
    """A function is named and not called: somebody who is given it may call it."""


def ways(modules: Modules, scope: ScopeKey) -> list[Way]:
    """The ways out of a function; found once for all walks."""
    known = modules.ways.get(scope)
    if known is None:
        known = modules.ways[scope] = list(_find_ways(modules, scope))
    return known  # type: ignore[return-value]


def _find_ways(modules: Modules, scope: ScopeKey) -> Iterator[Way]:
    path, number = scope
    index = modules.index(path)
    for imported in index.imports.get(number, ()):
        found = modules.split(imported.target, path)
        if found and found[0] != path:
            bodies = [(name, MODULE) for name in (found[0], *modules.packages_above(found[0]))]
            yield Way(imported.line, bodies, imported.guards)
    for call in index.calls.get(number, ()):
        if any(call.name == t or call.name.startswith(t + ".") for t in index.alternatives):
            yield Way(call.line, (), call.guards, name=call.name)
            continue
        every = modules.targets(call.name, path)
        head, _, last = call.name.rpartition(".")
        method = last if head and not _is_external(modules, head, path, bool(every)) else ""
        targets = [t for t in every if t[1] != MODULE]
        if targets or method:
            yield Way(call.line, targets, call.guards, method)
    for reference in index.references.get(number, ()):
        targets = [t for t in modules.targets(reference.name, path) if t[1] != MODULE]
        if targets:
            yield Way(reference.line, targets, reference.guards, is_handed=True)


def _is_external(modules: Modules, head: str, path: str, resolved: bool) -> bool:
    """The receiver is known: a product's object, or a first-party function that was found by its full name."""
    root = head.partition(".")[0]
    if root == "?":
        return False
    index = modules.index(path)
    if not (root in index.scopes or root in index.classes or modules.split(head, path) is not None):
        return True
    return resolved and modules.targets(head, path) == []


def _is_command(decorator: Call) -> bool:
    return decorator.name.rpartition(".")[2] == "command"


def _command_names(scope: Scope) -> set[str]:
    own = {scope.name.rpartition(".")[2]}
    given = {str(d.args[0]) for d in scope.decorators if _is_command(d) and d.args}
    return {name.replace("-", "_") for name in own | given}


def is_test_scope(scope: Scope) -> bool:
    """A function that pytest or unittest collects: `test*`, in a `Test*` class or alone, or set-up code of a TestCase."""
    last = scope.name.rpartition(".")[2]
    if last.startswith("test"):
        return True
    return last in (
        "setUp",
        "setUpClass",
        "setup_method",
        "setup_class",
        "setup_module",
        "setUpModule",
        "setup_function",
    )


def is_fixture(scope: Scope) -> bool:
    return any(d.name.rpartition(".")[2] == "fixture" for d in scope.decorators)
