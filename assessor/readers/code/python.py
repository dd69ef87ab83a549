"""Python source to facts, by one walk over one parsed tree.

What counts: imports with their aliases, calls by resolved dotted name with literal arguments and the conditions they
stand under, functions with decorators and assertions, comparisons with what follows from them. Prose does not count:
comments and docstrings are not read. A file that does not parse (Python 2, a merge conflict) is a problem; its imports
are still found line by line.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from assessor.facts.file import FileFacts
from assessor.facts.python import (
    MAIN,
    MODULE,
    UNKNOWN,
    Call,
    ClassDef,
    Constant,
    Guard,
    Import,
    Literal,
    PythonFacts,
    Raise,
    Reference,
    Scope,
    Side,
    Text,
)
from assessor.readers.code.python_constants import holds_nothing
from assessor.readers.code.python_constants import value as value_of
from assessor.readers.code.python_metrics import measure
from assessor.readers.code.python_nodes import (
    MAX_ITEMS,
    OPERATORS,
    below,
    chosen_by,
    compares,
    guards_of,
    identifiers,
    inverted,
    is_constant,
    is_main_test,
    is_skip,
    is_stub,
    leaves,
    number_of,
    without_docstring,
)
from assessor.readers.code.python_reach import (
    ENDS_PROCESS,
    LEFT,
    PASSES,
    RAISED,
    Bindings,
    cannot_raise,
    is_fixed,
    truth,
)
from assessor.readers.code.python_tests import (
    OF_ASSERTIONS,
    SETTING_UP,
    defined_again,
    forgives,
    is_skipping,
    names_bound,
    skips_each,
    stops_tests,
)
from assessor.readers.code.python_values import (
    APPLIED,
    NOTHING,
    STOPS,
    STORES_ITSELF,
    Differences,
    Made,
    OpenComparison,
    Outcome,
    grows,
    joined,
    origins,
    part,
    replaced,
    result,
    root_of,
    verdicts,
    without_differences,
)
from assessor.readers.syntax.density import TOO_DENSE, is_dense
from assessor.readers.syntax.newer_python import in_older_syntax

MAX_TEXT = 300
MAX_CALLS = 20_000
MAX_SIDES = 10
"""Of one comparison; people write three (`0 < rate < 1`)."""
_EXITS = {"sys.exit", "exit", "quit", "os._exit", "SystemExit"}

# Tuples, made once: a union of types is made anew wherever it is written, and these stand in the innermost loops.
_NAMES = (ast.Name, ast.Attribute)
_NAMES_AND_CALLS = (ast.Name, ast.Attribute, ast.Call)
_SEQUENCES = (ast.List, ast.Tuple)
_COLLECTIONS = (ast.List, ast.Tuple, ast.Set)
_ASSIGNMENTS = (ast.Assign, ast.AugAssign)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_SCALARS = (str, int, float, bool, type(None))
_FOLDED = (ast.Name, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.List, ast.Dict, ast.Set)
"""What a name may be bound to that is a constant after all."""
_WITH_CHILDREN = (ast.comprehension, ast.arguments, ast.arg, ast.keyword, ast.withitem, ast.match_case, ast.pattern)
"""What stands between statements and expressions and holds some: all but operators and contexts."""
_HOLDS_NOTHING = frozenset({ast.Load, ast.Store, ast.Del, type(None), str, int, *ast.operator.__subclasses__()})

_TEST_PATH = re.compile(r"(?:^|/)(?:tests?|testing|conftest)(?:/|\.py)|(?:^|/)test_[^/]*$|_test\.py$")

Argument = Literal | tuple[Literal, ...]


def matches(path: str) -> bool:
    """Python modules and stubs of scripts: `*.py`, `*.pyw`; type stubs (`*.pyi`) hold no code."""
    return path.endswith((".py", ".pyw"))


def read(path: str, text: str) -> FileFacts:
    """Return the facts of a module. The path decides only whether complexity is measured: that of tests says nothing."""
    if is_dense(text):
        return FileFacts(python=_broken(text), problems=((1, TOO_DENSE),))
    try:
        tree = _parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = f"does not parse as Python 3: {getattr(error, 'msg', None) or type(error).__name__}"
        return FileFacts(python=_broken(text), problems=((line, reason),))
    try:
        module = path.rpartition("/")[2].rpartition(".")[0]
        measured = not _TEST_PATH.search(path)
        return FileFacts(python=_facts(tree, text, _Walk(tree, lambda line: line, module), measured))
    except RecursionError:
        return FileFacts(python=_broken(text), problems=((1, "nested too deeply to read"),))


def read_source(source: str, line_of: Callable[[int], int]) -> PythonFacts:
    """Return the facts of source that stands inside another file (a notebook).

    `line_of` gives for a line of `source` the line of that file. Broken source gives facts with `broken` set.
    """
    try:
        tree = _parse(source)
        return _facts(tree, source, _Walk(tree, line_of, cells=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _broken(source, line_of)


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes of the audited code are not our news
        try:
            return ast.parse(text)
        except SyntaxError as problem:
            other = _MAGIC.sub("", text) if _CELL_MARK.search(text) else text  # a notebook kept as a script
            for tried in dict.fromkeys((other, in_older_syntax(other))):
                with suppress(SyntaxError, ValueError):
                    if tried != text:
                        return ast.parse(tried)
            raise problem


_CELL_MARK = re.compile(r"^# (?:Databricks notebook source|%%|In\[)", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*[%!][^\n]*", re.MULTILINE)
"""Lines that IPython or Databricks runs itself (`%cd src`, `!pip install x`)."""


def _facts(tree: ast.Module, text: str, walk: _Walk, measured: bool = False) -> PythonFacts:
    walk.module(tree)
    lines = _source_lines(text)
    return PythonFacts(
        scopes=tuple(scope.frozen() for scope in walk.scopes),
        imports=tuple(walk.imports),
        calls=tuple(walk.calls),
        references=tuple(walk.references.values()),
        classes=tuple(replace(c, attributes=walk.attributes_of(c.name)) for c in walk.classes),
        comparisons=tuple(c.frozen() for c in walk.decided if c.is_sized),
        tests=tuple(
            c.frozen() for c in walk.decided if not c.is_sized and (c.stops or c.gives or c.leaves or c.follows)
        ),
        differences=walk.differences.frozen(),
        raises=tuple(walk.raises),
        constants=tuple(walk.constants),
        texts=tuple(walk.texts),
        stops_tests=walk.module_name == "conftest" and stops_tests(tree.body),
        source_lines=lines,
        metrics=measure(tree, text, lines) if measured else None,
    )


_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\w+)|import[ \t]+([\w.]+))", re.MULTILINE)


def _broken(text: str, line_of: Callable[[int], int] = lambda line: line) -> PythonFacts:
    imports = []
    seen = at = 0
    for found in _IMPORT.finditer(text):
        seen, at = seen + text.count("\n", at, found.start()), found.start()
        line = line_of(seen + 1)
        target = f"{found[1]}.{found[2]}" if found[1] else found[3]
        imports.append(Import(target, target.rpartition(".")[2], line, MODULE))
        if len(imports) >= MAX_ITEMS:
            break
    body = Scope("<module>", 1, text.count("\n") + 1, "module")
    main = Scope("<main>", 0, 0, "main")
    return PythonFacts((body, main), tuple(imports), source_lines=_source_lines(text), broken=True)


def _source_lines(text: str) -> int:
    """Lines that are neither blank nor a comment; docstrings count, as in most line counters."""
    return sum(1 for line in text.splitlines() if (stripped := line.strip()) and not stripped.startswith("#"))


@dataclass(slots=True)
class _OpenScope:
    """A scope while the walk is in it; `types` are the dotted names that its variables stand for."""

    name: str
    line: int
    end_line: int
    kind: str
    parent: int
    class_name: str = ""
    decorators: tuple[Call, ...] = ()
    parameters: tuple[str, ...] = ()
    asserts: list[int] = field(default_factory=list)
    trivial: int = 0
    is_stub: bool = False
    is_lazy: bool = False
    """It holds a `yield`, or is a coroutine: a call runs nothing of it."""
    types: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Texts that local variables hold, as far as the walk has come."""
    lists: dict[str, tuple[Literal, ...]] = field(default_factory=dict)
    """Lists that they hold: the words of a command."""
    node: ast.AST | None = None
    literals: dict[str, ast.expr] = field(default_factory=dict)
    """Literals that names were bound to, as far as the walk has come."""
    made: dict[str, Made] = field(default_factory=dict)
    """What made the values of its variables, and under `name[key]` that of their items."""
    returns: dict[str, Made] = field(default_factory=dict)

    def frozen(self) -> Scope:
        return Scope(
            self.name,
            self.line,
            self.end_line,
            self.kind,
            self.decorators,
            self.parameters,
            self.class_name,
            tuple(self.asserts),
            self.trivial,
            self.is_stub,
            self.parent,
            tuple((key, origins(made)) for key, made in self.returns.items() if origins(made))[:MAX_ITEMS],
        )


class _Walk:
    """One walk over a module's tree; the lists fill in source order.

    `cells`: the source is that of a notebook, whose cells a person runs one by one: what ends one cell does not end the
    next, and a name bound to a literal is a switch that the person sets.
    """

    def __init__(
        self, tree: ast.Module, line_of: Callable[[int], int], module: str = "", *, cells: bool = False
    ) -> None:
        self.tree = tree
        self.line_of = line_of
        self.module_name = module
        self.cells = cells
        self.scopes = [
            _OpenScope("<module>", 1, 1, "module", MODULE, node=tree),
            _OpenScope("<main>", 0, 0, "main", MODULE, node=tree),
        ]
        self.scope = MODULE
        self.imports: list[Import] = []
        self.calls: list[Call] = []
        self.references: dict[tuple[str, int], Reference] = {}
        self.classes: list[ClassDef] = []
        self.decided: list[OpenComparison] = []
        self.differences = Differences()
        self.raises: list[Raise] = []
        self.constants: list[Constant] = []
        self.texts: list[Text] = []
        self.chosen: tuple[Guard, ...] = ()
        """The key under which the value of a dictionary stands that is being read."""
        self.values: dict[str, Argument] = {}
        self.known: set[str] = set()
        self.attributes: dict[tuple[str, str], str] = {}
        self.guards: list[Guard] = []
        self.class_stack: list[str] = []
        self.outcome = NOTHING
        self.made_attributes: dict[str, dict[str, Made]] = defaultdict(dict)
        self.displays: dict[int, dict[object, Made]] = {}
        self.deciding: Made = ()
        self.loop_lines: list[tuple[int, int]] = []
        self.loops: list[bool] = []
        self.skips = False
        self.fields: dict[tuple[str, str], ast.expr] = {}
        """Literals that plain classes of the module hold, by class and name."""
        self.answers: dict[str, ast.expr] = {}
        """Functions that do nothing but return a literal."""
        self.ending: set[str] = set()
        """Functions that never return: their bodies raise or end the process."""
        self.lazy: set[str] = set()
        """Functions whose call alone runs nothing: coroutines and generators."""
        self.resolving: set[str] = set()
        self.forgiven = False
        """An assertion that fails here fails nothing: it is caught and passed over."""
        self.marks: set[str] = set()
        """Names for a mark that skips (`later = pytest.mark.skip`)."""

    # ---- what can run ----

    @cached_property
    def bindings(self) -> Bindings:
        """Asked only where a condition is a name that was seen bound to a literal."""
        return Bindings(self.tree)

    def literal_of(self, name: str) -> ast.expr | None:
        """The literal that a name is bound to wherever this place is reached; None where that may change."""
        index = self.scope
        while True:
            scope = self.scopes[MODULE if index == MAIN else index]
            if name in scope.literals:
                return self.settled(name, scope, index)
            if name in scope.types or name in scope.parameters or index == MODULE:
                return None
            index = scope.parent

    def settled(self, name: str, scope: _OpenScope, index: int) -> ast.expr | None:
        """What a name of this scope is bound to, if nothing binds or changes it again."""
        held = scope.literals[name]
        if self.cells or scope.node is None or not self.bindings.once(scope.node, name) or self.bindings.starred:
            return None
        if is_fixed(held):
            return held
        if isinstance(held, _DISPLAYS):
            return held if self.bindings.is_only_read(name) else None
        if name in self.resolving:
            return None
        self.resolving.add(name)
        before, self.scope = self.scope, index
        known = value_of(held, self)
        self.scope = before
        self.resolving.discard(name)
        return ast.Constant(known[0]) if known and isinstance(known[0], _SCALARS) else None

    def is_builtin(self, name: str) -> bool:
        if name in self.known:
            return False
        return not any(name in scope.types or name in scope.parameters for scope in self.scopes)

    def field_of(self, owner: str, name: str) -> ast.expr | None:
        """A field of a plain class of the module (`Flags.on`), or an item of a dictionary that is only read."""
        field = self.fields.get((owner, name))
        if field is not None:
            is_own = not self.cells and self.bindings.once(self.tree, owner) and not self.bindings.sets_attribute(name)
            return field if is_own else None
        held = self.literal_of(owner)
        if not isinstance(held, ast.Dict):
            return None
        items = zip(held.keys, held.values, strict=True)
        return next((item for key, item in items if isinstance(key, ast.Constant) and key.value == name), None)

    def answer_of(self, name: str) -> ast.expr | None:
        """What a function of the module always returns, where its body is `return` of a literal."""
        return self.answers.get(name) if not self.cells and self.bindings.once(self.tree, name) else None

    def truth(self, test: ast.expr) -> bool | None:
        return truth(test, self, self.module_name)

    # ---- statements ----

    def module(self, tree: ast.Module) -> None:
        body = without_docstring(tree.body)
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.known.add(statement.name)
        if body:
            self.scopes[MODULE].end_line = self.line_of(max(s.end_lineno or s.lineno for s in body))
        self.skips = any(self.skips_all(statement) for statement in body)
        self.block(body, goes_on=self.cells)

    def skips_all(self, statement: ast.stmt) -> bool:
        """A statement of a module of tests that keeps all of them from running: its mark, `__test__`, a fixture that skips."""
        if isinstance(statement, ast.FunctionDef):
            return self.module_name != "conftest" and skips_each(
                statement
            )  # what a conftest does is asked of its facts
        if not isinstance(statement, ast.Assign):
            return False
        names = {target.id for target in names_bound(statement)}
        held = statement.value
        if "pytestmark" in names:
            marks = held.elts if isinstance(held, _SEQUENCES) else [held]
            return any(is_skip(mark) or self.skips_if(mark) for mark in marks)
        if is_skip(held):
            self.marks |= names
        return "__test__" in names and self.truth(held) is False

    def block(self, statements: Iterable[ast.stmt], *, goes_on: bool = False) -> str:
        """Walk statements in order, as far as they can run, and tell how the block ends.

        What follows `if not x: return` stands under the condition x. `goes_on`: nothing ends the block.
        """
        pushed, ends = 0, PASSES
        statements = list(statements)
        replaced_tests = defined_again(statements)
        for statement in statements:
            if id(statement) in replaced_tests:
                continue
            ends = self.statement(statement)
            if ends and not goes_on:
                break
            if isinstance(statement, ast.If) and not statement.orelse and leaves(statement.body):
                inverse = inverted(guards_of(statement.test))
                self.guards += inverse
                pushed += len(inverse)
        if pushed:
            del self.guards[-pushed:]
        return ends

    def statement(self, node: ast.stmt) -> str:
        handler = _STATEMENTS.get(type(node))
        if handler:
            return handler(self, node) or PASSES
        self.children(node)
        return PASSES

    def expr(self, node: ast.Expr) -> str:
        if isinstance(node.value, _NAMES):
            return PASSES  # a name alone hands nothing on
        name = self.resolve(node.value.func) if isinstance(node.value, ast.Call) else ""
        if name in self.lazy and isinstance(node.value, ast.Call):
            self.arguments(node.value)  # neither awaited nor looped over: the body never runs
            return PASSES
        self.expression(node.value)
        shadowed = "." not in name and name in self.known
        if name in self.ending or name.endswith((".skipTest", "session.skip")) or self.skips_session(node.value):
            return RAISED
        return RAISED if name in ENDS_PROCESS and not shadowed else PASSES

    def skips_session(self, node: ast.expr) -> bool:
        """`session.skip(…)` of nox, in a function that is a session."""
        is_skip = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("skip", "error")
        )
        return is_skip and any(d.name == "nox.session" for d in self.scopes[self.scope].decorators)

    def leave(self, node: ast.Break | ast.Continue) -> str:
        if isinstance(node, ast.Break) and self.loops:
            self.loops[-1] = True
        return LEFT

    def children(self, node: ast.AST) -> Made:
        """Walk what a node holds; the marks of all its expressions."""
        found: Made = ()
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) in _HOLDS_NOTHING:
                continue
            for child in value if type(value) is list else (value,):
                if isinstance(child, ast.expr):
                    made = self.expression(child)
                elif isinstance(child, ast.stmt):
                    self.statement(child)
                    continue
                elif isinstance(child, _WITH_CHILDREN):
                    made = self.children(child)
                else:
                    continue
                if made:
                    found = joined(found, made) if found else made
        return found

    def import_(self, node: ast.Import) -> None:
        for name in node.names:
            alias = name.asname or name.name.partition(".")[0]
            line = self.line_of(node.lineno)
            self.imports.append(Import(name.name, name.asname or name.name, line, self.scope, tuple(self.guards)))
            self.bind(alias, name.name if name.asname else alias)

    def import_from(self, node: ast.ImportFrom) -> None:
        base = "." * node.level + (node.module or "")
        for name in node.names:
            joined = base + name.name if base.endswith(".") else f"{base}.{name.name}"
            alias = name.asname or name.name
            self.imports.append(Import(joined, alias, self.line_of(node.lineno), self.scope, tuple(self.guards)))
            self.bind(alias, joined)

    def bind(self, name: str, dotted: str) -> None:
        self.scopes[self.scope].types[name] = dotted
        self.known.add(name)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = tuple(self.decorator(d) for d in node.decorator_list)
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            self.expression(default)
        outer = self.scopes[self.scope]
        prefix = self.class_stack[-1] + "." if self.class_stack else ""
        if not prefix and outer.kind in ("function", "method"):
            prefix = outer.name + "."
        name = prefix + node.name
        if not self.class_stack:
            outer.types[node.name] = name
            self.known.add(node.name)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        opened = _OpenScope(
            name,
            self.line_of(node.lineno),
            self.line_of(node.end_lineno or node.lineno),
            "method" if self.class_stack else "function",
            self.scope,
            self.class_stack[-1] if self.class_stack else outer.class_name,
            decorators,
            tuple(argument.arg for argument in arguments),
            is_stub=is_stub(node.body),
        )
        for argument in arguments:
            opened.types[argument.arg] = self.annotated(argument.annotation)
            self.typed(argument.annotation, len(self.scopes))
            if argument.arg not in ("self", "cls"):
                opened.made[argument.arg] = (f"@{name}:{argument.arg}",)
        opened.node = node
        if self.skips or any(self.skips_always(d) for d in node.decorator_list):
            opened.is_stub = True
            self.scopes.append(opened)
            return
        ends = self.enter(opened, node.body)
        opened.is_lazy = opened.is_lazy or isinstance(node, ast.AsyncFunctionDef)
        if opened.kind == "function" and not decorators:
            self.note_nature(node, opened, ends)

    def note_nature(self, node: ast.FunctionDef | ast.AsyncFunctionDef, opened: _OpenScope, ends: str) -> None:
        """Note of a plain function whether a call of it runs its body, comes back, and what it gives."""
        body = without_docstring(node.body)
        if opened.is_lazy:
            self.lazy.add(opened.name)
        elif ends == RAISED and not opened.is_stub:
            self.ending.add(opened.name)
        if opened.parent == MODULE and len(body) == 1 and isinstance(body[0], ast.Return) and not opened.is_lazy:
            if body[0].value is not None and is_fixed(body[0].value):
                self.answers[node.name] = body[0].value

    def skips_always(self, decorator: ast.expr) -> bool:
        """A mark, or a name for one, by which a test never runs."""
        if isinstance(decorator, ast.Name) and decorator.id in self.marks:
            return self.bindings.once(self.tree, decorator.id)
        return is_skip(decorator) or self.skips_if(decorator) or self.is_without_cases(decorator)

    def skips_if(self, node: ast.expr) -> bool:
        """`skipif` or `skipUnless` whose condition is known."""
        if not isinstance(node, ast.Call) or not node.args:
            return False
        name, test = self.resolve(node.func).rpartition(".")[2], node.args[0]
        if name == "skipif" and isinstance(test, ast.Constant) and isinstance(test.value, str):
            return test.value.strip() in ("True", "1")  # pytest evaluates a text
        decided = self.truth(test) if name in ("skipif", "skipIf", "skipUnless") else None
        return decided is (name != "skipUnless") and decided is not None

    def is_without_cases(self, node: ast.expr) -> bool:
        """`parametrize` over nothing: pytest skips such a test."""
        is_call = isinstance(node, ast.Call) and self.resolve(node.func).endswith("mark.parametrize")
        return isinstance(node, ast.Call) and is_call and len(node.args) > 1 and holds_nothing(node.args[1], self)

    def typed(self, annotation: ast.expr | None, scope: int) -> None:
        """Note the generic that a parameter is annotated with: `Output[Model]` says that a step makes an artifact. It is
        noted as `kfp.dsl.Output` and, with what it holds, as `kfp.dsl.Output.Model`."""
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, _NAMES):
            dotted = self.resolve(annotation.value)
            if dotted.startswith("kfp."):
                line = self.line_of(annotation.lineno)
                held = self.resolve(annotation.slice) if isinstance(annotation.slice, _NAMES) else ""
                for name in (dotted, f"{dotted}.{held.rpartition('.')[2]}" if held else dotted):
                    self.references.setdefault((name, scope), Reference(name, line, scope))

    def annotated(self, annotation: ast.expr | None) -> str:
        """The type that an annotation names; `?` for none, builtins and generics."""
        if isinstance(annotation, _NAMES):
            dotted = self.resolve(annotation)
            if "." in dotted or dotted in self.known:
                return dotted
        return "?"

    def enter(self, opened: _OpenScope, body: list[ast.stmt]) -> str:
        self.scopes.append(opened)
        before = (self.scope, self.class_stack, self.guards, self.loops, self.deciding, self.loop_lines)
        self.scope, self.class_stack, self.guards, self.loops = len(self.scopes) - 1, [], [], []
        self.deciding, self.loop_lines = (), []
        ends = self.block(without_docstring(body))
        self.scope, self.class_stack, self.guards, self.loops, self.deciding, self.loop_lines = before
        return ends

    def class_(self, node: ast.ClassDef) -> None:
        decorators = tuple(self.decorator(d) for d in node.decorator_list)
        bases = tuple(self.resolve(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases)
        fields = tuple(
            s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
        )
        name = f"{self.class_stack[-1]}.{node.name}" if self.class_stack else node.name
        self.classes.append(ClassDef(name, self.line_of(node.lineno), bases, decorators, fields))
        self.scopes[self.scope].types[node.name] = name
        for keyword in node.keywords:
            self.expression(keyword.value)
        self.class_stack = [*self.class_stack, name]
        skips = self.skips
        self.skips = skips or any(self.skips_always(d) for d in node.decorator_list) or self.is_no_test(node)
        self.block(without_docstring(node.body))
        self.class_stack, self.skips = self.class_stack[:-1], skips
        if not node.bases and not node.keywords and not node.decorator_list and not self.class_stack:
            self.note_fields(node)

    def note_fields(self, node: ast.ClassDef) -> None:
        """Literals that a class holds which no framework fills from elsewhere."""
        names = [t.id for s in node.body for t in names_bound(s)]
        for statement in node.body:
            for target in names_bound(statement):
                held = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
                if held is not None and is_fixed(held) and names.count(target.id) == 1:
                    self.fields[node.name, target.id] = held

    def is_no_test(self, node: ast.ClassDef) -> bool:
        """`__test__ = False` in a class, a set-up that skips, or a constructor, with which pytest collects none of it."""
        for statement in node.body:
            if isinstance(statement, ast.Assign) and any(t.id == "__test__" for t in names_bound(statement)):
                return self.truth(statement.value) is False
            is_plain = node.name.startswith("Test") and not node.bases
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__" and is_plain:
                return any(isinstance(s, ast.FunctionDef) and s.name.startswith("test") for s in node.body)
            if isinstance(statement, ast.FunctionDef) and statement.name in SETTING_UP and statement.body:
                first = without_docstring(statement.body)[:1]
                if first and is_skipping(first[0]):
                    return True
        return False

    def decorator(self, node: ast.expr) -> Call:
        if isinstance(node, ast.Call):
            made = self.call_fact(node)
            for inner in [*node.args, *(k.value for k in node.keywords)]:
                self.expression(inner)
            return made
        self.note_reference(node)
        return Call(self.resolve(node), self.line_of(node.lineno), self.scope)

    def if_(self, node: ast.If) -> str:
        if self.scope == MODULE and is_main_test(node.test):
            main = self.scopes[MAIN]
            main.line, main.end_line = self.line_of(node.lineno), self.line_of(node.end_lineno or node.lineno)
            is_main = isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], ast.Eq | ast.Is)
            for body, scope in ((node.body, MAIN if is_main else MODULE), (node.orelse, MODULE if is_main else MAIN)):
                self.scope = scope
                self.block(body)
            self.scope = MODULE
            return PASSES
        decided = self.truth(node.test)
        if decided is not None:
            return self.block(node.body if decided else node.orelse)
        before, deciding, sized = self.outcome, self.deciding, compares(node.test)
        self.outcome = self.branch_outcome(node.body, node.orelse) if sized else NOTHING
        made, outcome = self.expression(node.test), self.outcome
        self.outcome = before
        if made:
            outcome = outcome if sized else self.branch_outcome(node.body, node.orelse)
            self.deciding = joined(self.deciding, self.meet(node.test, made, outcome))
        guards = guards_of(node.test)
        ends = self.guarded(node.body, guards)
        other = self.guarded(node.orelse, inverted(guards))
        self.deciding = deciding
        return max(ends, other) if ends and other else PASSES

    def meet(self, node: ast.expr, made: Made, outcome: Outcome) -> Made:
        """The comparisons behind a condition learn what follows from it; what calls returned is a condition itself."""
        found = verdicts(made)
        for number in found:
            self.decided[number].meet(outcome)
        sources = without_differences(origins(made))
        if sources and len(self.decided) < MAX_CALLS:
            side = Side(tuple(identifiers(node)), sources)
            test = OpenComparison(
                side.names, "", None, self.line_of(node.lineno), self.scope, "", (), (side,), frozenset()
            )
            test.meet(outcome)
            found.append(len(self.decided))
            self.decided.append(test)
        return tuple(found)

    def guarded(self, body: list[ast.stmt], guards: list[Guard]) -> str:
        self.guards += guards
        ends = self.block(body)
        if guards:
            del self.guards[-len(guards) :]
        return ends

    def branch_outcome(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> Outcome:
        """What an if's branches do: the strongest thing first, and the names called in them."""
        kinds: set[str] = set()
        effects: list[str] = []
        gives = False
        budget = 400
        for node in (inner for statement in [*body, *orelse] for inner in below(statement)):
            budget -= 1
            if budget < 0:
                break
            if isinstance(node, ast.Raise):
                kinds.add("raise")
            elif isinstance(node, ast.Return):
                kinds.add("return")
                gives = gives or _is_answer(node.value)
            elif isinstance(node, ast.Call):
                name = self.resolve(node.func)
                effects.append(name)
                kinds.add("exit" if name in _EXITS else "print" if name == "print" else "call")
            elif isinstance(node, _ASSIGNMENTS):
                kinds.add("assign")
                if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                    effects.append(f"={node.value.value[:40]}")
        order = ("raise", "exit", "return", "call", "assign", "print")
        kind = next((kind for kind in order if kind in kinds), "none")
        bound = frozenset(replaced(body) | replaced(orelse)) if "assign" in kinds else frozenset()
        return Outcome(kind, tuple(dict.fromkeys(effects))[:MAX_ITEMS], gives, bound)

    def assert_(self, node: ast.Assert) -> str:
        scope = self.scopes[self.scope]
        decided = self.truth(node.test)
        if decided is not None or self.forgiven or is_constant(node.test):
            scope.trivial += 1
        else:
            scope.asserts.append(self.line_of(node.lineno))
        before, self.outcome = self.outcome, _ASSERTS
        made = self.expression(node.test)
        self.outcome = before
        if made:
            self.meet(node.test, made, _ASSERTS)
        return RAISED if decided is False else PASSES

    def raise_(self, node: ast.Raise) -> str:
        target = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = self.resolve(target) if target else ""
        self.raises.append(Raise(name, self.line_of(node.lineno), self.scope))
        if node.exc and (made := self.expression(node.exc)):
            for number in verdicts(made):  # `raise SystemExit(0 if good else 1)`
                self.decided[number].meet(_RAISES)
        return RAISED

    def return_(self, node: ast.Return) -> str:
        if node.value:
            before, self.outcome = self.outcome, _RETURNS
            made = self.expression(node.value)
            self.outcome = before
            for number in verdicts(joined(made, self.deciding) if _is_answer(node.value) else made):
                self.decided[number].gives = True
            returns = self.scopes[self.scope].returns
            returns[""] = joined(returns.get("", ()), made)
            for key, item in self.items(node.value).items():
                if len(returns) < MAX_ITEMS:
                    returns[str(key)] = joined(returns.get(str(key), ()), item)
        return LEFT

    def items(self, value: ast.expr) -> dict[object, Made]:
        """What made the items of a display, or of a variable that holds one."""
        if isinstance(value, ast.Name):
            made, prefix = self.scopes[self.scope].made, value.id + "["
            return {name[len(prefix) : -1]: item for name, item in made.items() if name.startswith(prefix)}
        return self.displays.get(id(value), {})

    def assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None:
            return
        if isinstance(node.value, ast.Lambda) and isinstance(targets[0], ast.Name) and not self.class_stack:
            self.named_lambda(targets[0].id, node.value)
            return
        before, self.outcome = self.outcome, _ASSIGNS
        made = self.expression(node.value)
        self.outcome = before
        if self.deciding and isinstance(node.value, ast.Constant):
            made = self.deciding  # `passed = False` under a condition keeps what decided it
        for target in targets:
            self.assign_target(target, node.value, made)

    def named_lambda(self, name: str, node: ast.Lambda) -> None:
        """`name = lambda …` is a function: its body runs where it is called."""
        outer = self.scopes[self.scope]
        full = f"{outer.name}.{name}" if outer.kind in ("function", "method") else name
        outer.types[name] = full
        self.known.add(name)
        line, end = self.line_of(node.lineno), self.line_of(node.end_lineno or node.lineno)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = tuple(argument.arg for argument in arguments)
        opened = _OpenScope(full, line, end, "function", self.scope, outer.class_name, (), names, node=node)
        opened.types.update(dict.fromkeys(names, "?"))
        self.enter(opened, [ast.copy_location(ast.Return(node.body), node.body)])

    def delete(self, node: ast.Delete) -> None:
        """A function of the module that is deleted does not exist: nothing finds or calls it."""
        gone = {target.id for target in node.targets if isinstance(target, ast.Name)} if self.scope == MODULE else set()
        for scope in self.scopes[MAIN + 1 :]:
            if scope.name in gone:
                scope.is_stub = True
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.expression(target)

    def augment(self, node: ast.AugAssign) -> None:
        made = joined(self.expression(node.value), self.deciding)
        for number in verdicts(self.deciding):  # `if guess == truth: hits += 1`
            made = joined(self.decided[number].difference, made)
        self.differences.reduce(made)
        if isinstance(node.target, ast.Name):
            self.hold(node.target.id, made, adds=True)
        else:
            self.expression(node.target)

    def assign_target(self, target: ast.expr, value: ast.expr, made: Made) -> None:
        if isinstance(target, ast.Name):
            self.assign_name(target.id, value, made)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            key = (self.scopes[self.scope].class_name, target.attr)
            self.attributes.setdefault(key, self.type_of(value))
            held = self.made_attributes[key[0]]
            held[target.attr] = joined(held.get(target.attr, ()), made)
        elif (
            isinstance(target, ast.Attribute)
            and self.scope == MODULE
            and self.resolve(target) == "nox.options.sessions"
        ):
            self.constant("nox.options.sessions", value)
        elif isinstance(target, ast.Attribute) and target.attr == "__test__" and self.truth(value) is False:
            for scope in self.scopes:
                scope.is_stub = scope.is_stub or (scope.name == self.resolve(target.value) and scope.parent == MODULE)
        elif isinstance(target, _SEQUENCES):
            shown = self.displays.get(id(value), {})
            for number, element in enumerate(target.elts):
                if isinstance(element, ast.Name):
                    self.scopes[self.scope].types[element.id] = "?"
                    self.hold(element.id, shown[number] if number in shown else part(made, number))
        elif isinstance(target, ast.Subscript):
            self.expression(target)
            if isinstance(target.value, ast.Name):
                self.hold(target.value.id, made, adds=True)
                if isinstance(target.slice, ast.Constant):
                    self.hold(f"{target.value.id}[{target.slice.value!s}]", made)

    def assign_name(self, name: str, value: ast.expr, made: Made) -> None:
        scope = self.scopes[self.scope]
        scope.types[name] = self.type_of(value)
        self.local_text(name, value)
        if not self.class_stack and (is_fixed(value) or isinstance(value, _FOLDED)):
            self.scopes[MODULE if self.scope == MAIN else self.scope].literals[name] = value
        if self.scope in (MODULE, MAIN) or isinstance(value, ast.Dict):
            self.constant(name, value)
        # a verdict that both ways set (`ok = True`, then `ok = False` under a condition) keeps its comparison
        self.hold(name, made, adds=bool(self.deciding))
        for key, item in self.displays.get(id(value), {}).items():
            self.hold(f"{name}[{key}]", item)

    def hold(self, name: str, made: Made, *, adds: bool = False) -> None:
        """A variable of this scope holds a value, or (`adds`) holds it besides what it held."""
        held = self.scopes[self.scope].made
        known = held.get(name, ()) if adds else ()
        if made or known or name in held:
            held[name] = joined(known, made) if known else made

    def constant(self, name: str, value: ast.expr) -> None:
        literal = self.literal(value)
        line = self.line_of(value.lineno)
        if literal is not UNKNOWN:
            self.values[name] = literal
            full = f"{self.class_stack[-1]}.{name}" if self.class_stack else name
            self.constants.append(Constant(full, literal, line))
        elif isinstance(value, ast.Dict):
            for key, item in zip(value.keys, value.values, strict=True):
                inner = self.literal(item)
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and inner is not UNKNOWN:
                    self.constants.append(Constant(f"{name}.{key.value}", inner, self.line_of(item.lineno)))

    def local_text(self, name: str, value: ast.expr) -> None:
        """Remember a command or a path that a function puts together before it uses it."""
        if self.scope in (MODULE, MAIN):
            return
        text = self.scalar(value) if isinstance(value, ast.JoinedStr | ast.Constant | ast.BinOp | ast.Call) else UNKNOWN
        texts, lists = self.scopes[self.scope].texts, self.scopes[self.scope].lists
        lists.pop(name, None)
        if isinstance(value, ast.List) and isinstance(items := self.literal(value), tuple):
            lists[name] = items
        if isinstance(text, str) and text is not UNKNOWN:
            texts[name] = text
        else:
            texts.pop(name, None)

    def type_of(self, value: ast.expr) -> str:
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, _NAMES_AND_CALLS):
            return self.resolve(value)
        return self.element_type(value.value) if isinstance(value, ast.Subscript) else "?"

    def element_type(self, value: ast.expr) -> str:
        """The class whose objects a call lists: `Endpoint.list(…)[0]` is an Endpoint."""
        owner, _, last = self.resolve(value).rpartition(".") if isinstance(value, ast.Call) else ("", "", "")
        is_class = owner.rpartition(".")[2][:1].isupper()
        return owner if is_class and last in ("list", "list_all", "all", "search") else "?"

    def with_(self, node: ast.With | ast.AsyncWith) -> str:
        conditions = []
        for item in node.items:
            made = self.expression(item.context_expr)
            name = self.type_of(item.context_expr)
            if name.endswith((".Condition", ".If")):  # a pipeline's own condition, written as a context
                conditions.append(Guard(name, True))
            if isinstance(item.optional_vars, ast.Name):
                self.hold(item.optional_vars.id, made)
                self.scopes[self.scope].types[item.optional_vars.id] = self.type_of(item.context_expr)
        before = self.forgiven
        self.forgiven = before or any(self.suppresses(item.context_expr) for item in node.items)
        ends = self.guarded(node.body, conditions)
        self.forgiven = before
        return LEFT if ends == LEFT else PASSES  # a context manager may swallow what is raised

    def suppresses(self, node: ast.expr) -> bool:
        """`contextlib.suppress(AssertionError)`: what is asserted below fails nothing."""
        if not isinstance(node, ast.Call) or self.resolve(node.func) != "contextlib.suppress":
            return False
        return any(isinstance(argument, ast.Name) and argument.id in OF_ASSERTIONS for argument in node.args)

    def for_(self, node: ast.For | ast.AsyncFor) -> str:
        made = self.expression(node.iter)
        if holds_nothing(node.iter, self):
            return self.block(node.orelse)
        for name in below(node.target):
            if isinstance(name, ast.Name):
                self.scopes[self.scope].types[name.id] = "?"
        if isinstance(node.target, ast.Name):
            self.scopes[self.scope].types[node.target.id] = self.element_type(node.iter)
        self.each(node.target, node.iter, made)
        self.loop(node)
        self.block(node.orelse)
        return PASSES

    def each(self, target: ast.expr, iterated: ast.expr, made: Made) -> None:
        """The names of a loop hold items of what it runs over; the number that `enumerate` gives is a counter."""
        counted = isinstance(iterated, ast.Call) and self.resolve(iterated.func) == "enumerate"
        if counted and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            inner = iterated.args[0] if isinstance(iterated, ast.Call) and iterated.args else None
            self.each(target.elts[0], ast.Constant(0), ("range",))
            self.each(target.elts[1], ast.Constant(0), self.looked_up(inner))
            return
        together = self.displays.get(id(iterated), {}) if isinstance(iterated, ast.Call) else {}
        if together and isinstance(target, ast.Tuple) and len(target.elts) == len(together):
            for number, element in enumerate(target.elts):  # `for guess, truth in zip(guesses, truths)`
                self.each(element, ast.Constant(0), together[number])
            return
        for name in below(target):
            if isinstance(name, ast.Name):
                self.hold(name.id, made)

    def looked_up(self, node: ast.expr | None) -> Made:
        """What a variable or attribute holds, without walking it again."""
        if isinstance(node, ast.Name):
            return self.made_name(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self.looked_up(node.func.value)
        return ()

    def while_(self, node: ast.While) -> str:
        decided = self.truth(node.test)
        if decided is False:
            return self.block(node.orelse)
        if decided is None:
            self.expression(node.test)
        broken = self.loop(node)
        if decided and not broken:
            return LEFT
        self.block(node.orelse)
        return PASSES

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> bool:
        """Walk a loop's body; True where a `break` that can run leaves it."""
        self.loops.append(False)
        self.loop_lines.append((self.line_of(node.lineno), self.line_of(node.end_lineno or node.lineno)))
        self.block(node.body)
        self.loop_lines.pop()
        return self.loops.pop()

    def try_(self, node: ast.Try) -> str:
        before, self.forgiven = self.forgiven, self.forgiven or any(map(forgives, node.handlers))
        ends = self.block(node.body)
        self.forgiven = before
        ends = ends or self.block(node.orelse)
        for handler in node.handlers if not cannot_raise(node.body) else ():
            if handler.type:
                self.expression(handler.type)
            ends = min(self.block(handler.body), ends)  # the try goes on where one of its ways does
        return self.block(node.finalbody) or ends

    def match(self, node: ast.Match) -> str:
        self.expression(node.subject)
        subject = value_of(node.subject, self)
        for case in node.cases:
            asked = value_of(case.pattern.value, self) if isinstance(case.pattern, ast.MatchValue) else None
            if subject is not None and asked is not None and subject != asked:
                continue
            self.children(case.pattern)
            if case.guard:
                self.expression(case.guard)
            self.block(case.body)
        return PASSES

    def gives(self, node: ast.Yield | ast.YieldFrom) -> Made:
        self.scopes[self.scope].is_lazy = True
        return self.children(node)

    # ---- expressions ----

    def expression(self, node: ast.expr) -> Made:
        """Walk an expression; the marks of its value."""
        kind = type(node)
        if kind is ast.Call:
            return self.call(node)  # type: ignore[arg-type]
        if kind is ast.Name:
            self.note_reference(node)
            return self.made_name(node.id)  # type: ignore[attr-defined]
        if kind is ast.Attribute:
            self.note_reference(node)
            return self.attribute(node)  # type: ignore[arg-type]
        if kind is ast.Constant:
            self.text(node)  # type: ignore[arg-type]
            return ()
        handler = _EXPRESSIONS.get(kind)
        return handler(self, node) if handler else self.children(node)

    def made_name(self, name: str) -> Made:
        index = self.scope
        while True:
            scope = self.scopes[index]
            if name in scope.made:
                return scope.made[name]
            if index == MODULE or name in scope.types:
                return ()
            index = scope.parent

    def attribute(self, node: ast.Attribute) -> Made:
        if not isinstance(node.value, ast.Name):
            made = self.expression(node.value)
            return part(made, node.attr) if made else made
        if node.value.id in ("self", "cls"):
            return self.made_attributes.get(self.scopes[self.scope].class_name, {}).get(node.attr, ())
        return ("len",) if node.attr in ("shape", "size") else part(self.made_name(node.value.id), node.attr)

    def attributes_of(self, class_name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What made the attributes of a class, as far as calls or parameters did."""
        known = ((name, origins(made)) for name, made in self.made_attributes.get(class_name, {}).items())
        return tuple((name, sources) for name, sources in known if sources)[:MAX_ITEMS]

    def subscript(self, node: ast.Subscript) -> Made:
        made = self.expression(node.value)
        self.expression(node.slice)
        if not isinstance(node.slice, ast.Constant):
            return made
        if isinstance(node.value, ast.Name):
            name = f"{node.value.id}[{node.slice.value!s}]"
            scope = self.scopes[self.scope]
            if name in scope.made:
                return scope.made[name]
            if scope.parent == MODULE and name in self.scopes[MODULE].made and node.value.id not in scope.types:
                return self.scopes[MODULE].made[name]
        return part(made, node.slice.value)

    def display(self, node: ast.List | ast.Tuple) -> Made:
        items = {number: self.expression(item) for number, item in enumerate(node.elts)}
        if isinstance(node, ast.Tuple):
            self.displays[id(node)] = dict(list(items.items())[:MAX_ITEMS])
        return joined(*items.values())

    def dictionary(self, node: ast.Dict) -> Made:
        found: Made = ()
        items: dict[object, Made] = {}
        before, words = self.chosen, [chosen_by(key) for key in node.keys[:MAX_ITEMS]]
        choice = f"one of {', '.join(words)}"[:MAX_TEXT]
        is_choice = sum(word != "" for word in words) > 1
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self.expression(key)
            self.chosen = (Guard(choice, chosen_by(key)),) if is_choice and chosen_by(key) else before
            made = self.expression(value)
            self.chosen = before
            if isinstance(key, ast.Constant) and len(items) < MAX_ITEMS:
                items[key.value] = made
            found = joined(found, made) if made else found
        if items:
            self.displays[id(node)] = items
        return found

    def arithmetic(self, node: ast.BinOp) -> Made:
        left, right = self.expression(node.left), self.expression(node.right)
        if not (left and right):
            return left or right
        if isinstance(node.op, ast.Sub):
            return joined(self.set_against(node, [node.left, node.right], [left, right]), left, right)
        return joined(left, right)

    def set_against(self, node: ast.expr, nodes: list[ast.expr], made: list[Made]) -> Made:
        return self.differences.mark(self.line_of(node.lineno), self.scope, nodes, made, self.loop_around)

    @property
    def loop_around(self) -> tuple[int, int]:
        return self.loop_lines[-1] if self.loop_lines else (0, 0)

    def joined_text(self, node: ast.JoinedStr) -> Made:
        self.children(node)
        return ()

    def walrus(self, node: ast.NamedExpr) -> Made:
        made = self.expression(node.value)
        self.assign_target(node.target, node.value, made)
        return made

    def comparison(self, node: ast.Compare) -> Made:
        sides = [self.expression(side) for side in (node.left, *node.comparators)]
        return self.compare(node, sides)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Made:
        if any(holds_nothing(g.iter, self) or any(self.truth(i) is False for i in g.ifs) for g in node.generators):
            return ()
        found: list[Made] = []
        for generator in node.generators:
            self.each(generator.target, generator.iter, self.expression(generator.iter))
            found += [tuple(verdicts(self.expression(condition))) for condition in generator.ifs]
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        taken = {root_of(part) for part in parts}
        for number in verdicts(joined(*found)):  # `[row for row in rows if row.size > 3]` chooses, it does not judge
            self.decided[number].picks = self.decided[number].picks or bool(self.decided[number].roots & taken)
        return joined(*found, *(self.expression(part) for part in parts))

    def choice(self, node: ast.IfExp) -> Made:
        self.outcome, before = _ASSIGNS, self.outcome
        decided = self.truth(node.test)
        made = self.children(node) if decided is None else self.expression(node.body if decided else node.orelse)
        self.outcome = before
        return made

    def logical(self, node: ast.BoolOp) -> Made:
        """Walk the values up to the first that decides: what follows `False and` never runs."""
        decides = not isinstance(node.op, ast.And)
        found: Made = ()
        for value in node.values:
            found = joined(found, self.expression(value))
            if self.truth(value) is decides:
                break
        return found

    def text(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and len(node.value) >= 6 and len(self.texts) < MAX_CALLS:
            self.texts.append(Text(node.value[: 2 * MAX_TEXT], self.line_of(node.lineno), self.scope))

    def call(self, node: ast.Call) -> Made:
        number = len(self.calls)
        made = self.call_fact(node)
        if number < MAX_CALLS:
            self.calls.append(made)
        self.note_assertion(made)
        receiver, applied = self.receiver(node.func)
        given = self.arguments(node)
        if made.name in _EXITS:
            for value, marks in zip([*node.args, *(k.value for k in node.keywords)], given.values(), strict=False):
                if marks:
                    self.meet(value, marks, _ENDS)
        if (grown := grows(node)) and (added := joined(self.deciding, *given.values())):
            self.hold(grown, added, adds=True)
        stored = {".": receiver} if made.name.rpartition(".")[2].startswith(STORES_ITSELF) else {}
        named = tuple((key, sources) for key, marks in (given | stored).items() if (sources := origins(marks)))
        if named and number < MAX_CALLS:
            self.calls[number] = Call(
                made.name, made.line, made.scope, made.args, made.keywords, made.guards, made.names, named[:MAX_ITEMS]
            )
        values, line = list(given.values()), self.line_of(node.lineno)
        if made.name == "zip":
            self.displays[id(node)] = dict(enumerate(values[:MAX_ITEMS]))
        self.differences.call(made.name.rpartition(".")[2], joined(receiver, *values), self.loop_around)
        against = self.differences.of_call(line, self.scope, node, receiver, values, self.loop_around)
        return joined(against, applied, result(made.name, node, receiver, values))

    def receiver(self, func: ast.expr) -> tuple[Made, Made]:
        """What made the object whose method is called; and a mark where the object itself is called, as models are."""
        if isinstance(func, ast.Name):
            return (), (APPLIED,) if self.made_name(func.id) else ()
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self":
            held = self.made_attributes.get(self.scopes[self.scope].class_name, {}).get(func.attr)
            return self.expression(func.value), (APPLIED,) if held else ()
        return self.expression(func.value if isinstance(func, ast.Attribute) else func), ()

    def arguments(self, node: ast.Call) -> dict[str, Made]:
        """What made each argument, by position or keyword (`*` and `**` for what is unpacked)."""
        found: dict[str, Made] = {}
        for position, argument in enumerate(node.args):
            starred = isinstance(argument, ast.Starred)
            made = self.expression(argument.value if isinstance(argument, ast.Starred) else argument)
            found["*" if starred else str(position)] = made
        for keyword in node.keywords:
            found[keyword.arg or "**"] = self.expression(keyword.value)
        return found

    def call_fact(self, node: ast.Call) -> Call:
        names = []
        for value in [*node.args, *[keyword.value for keyword in node.keywords]]:
            if isinstance(value, _NAMES):
                names.append(self.resolve(value))
            elif isinstance(value, _SEQUENCES):
                names += [self.resolve(item) for item in value.elts if isinstance(item, _NAMES)]
        return Call(
            self.resolve(node.func),
            self.line_of(node.lineno),
            self.scope,
            tuple([self.literal(argument) for argument in node.args[:MAX_ITEMS]]),
            tuple([pair for k in node.keywords if k.arg for pair in self.keyword(k.arg, k.value)][:MAX_ITEMS]),
            tuple(self.guards),
            tuple([name for name in names if name and name[0] != "?"][:MAX_ITEMS]),
        )

    def keyword(self, name: str, value: ast.expr) -> list[tuple[str, Argument]]:
        """A keyword with its literal; of a dictionary also its literal entries (`default_args.retries`)."""
        found: list[tuple[str, Argument]] = [(name, self.literal(value))]
        if isinstance(value, ast.Dict):
            for key, item in list(zip(value.keys, value.values, strict=True))[:MAX_ITEMS]:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.append((f"{name}.{key.value[:60]}", self.literal(item)))
        return found

    def note_assertion(self, call: Call) -> None:
        last = call.name.rpartition(".")[2]
        if not (last.startswith("assert") or call.name in ("pytest.raises", "pytest.warns", "pytest.fail")):
            return
        scope = self.scopes[self.scope]
        computed = [value for value in call.args if value is UNKNOWN]
        if self.forgiven or (last.startswith("assert") and call.args and not computed and last != "assertRaises"):
            scope.trivial += 1
        else:
            scope.asserts.append(call.line)

    def compare(self, node: ast.Compare, made: list[Made]) -> Made:
        """Note a comparison of sizes, or for equality where its outcome stops something or a call made a side."""
        operator = OPERATORS.get(type(node.ops[0]))
        nodes = [node.left, *node.comparators]
        passed = joined(*(verdicts(marks) for marks in made))
        if operator is None or len(nodes) > MAX_SIDES or len(self.decided) >= MAX_CALLS:
            return joined(*made)  # `is`, `in`: what is asked of the value, not a size
        outcome = self.outcome
        sized = operator not in ("==", "!=") or outcome.kind in STOPS
        against = self.set_against(node, nodes, made) if operator in ("==", "!=") else ()
        if not sized and not any(origins(marks) for marks in made):
            return passed
        names = tuple(dict.fromkeys(name for side in nodes for name in identifiers(side)))
        if not names:
            return passed
        sides = tuple(Side(tuple(identifiers(side)), origins(marks)) for side, marks in zip(nodes, made, strict=True))
        number = next((v for v in map(number_of, nodes) if v is not None), None)
        roots = frozenset(root for root in map(root_of, nodes) if root)
        line, loop = self.line_of(node.lineno), self.loop_around
        found = OpenComparison(
            names, operator, number, line, self.scope, outcome.kind, outcome.effects, sides, roots, loop, is_sized=sized
        )
        found.difference = against
        self.decided.append(found)
        return joined(against, passed, (len(self.decided) - 1,))

    def note_reference(self, node: ast.expr) -> None:
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or not (root.id in self.known or root.id in ("self", "cls")):
            return
        dotted = self.resolve(node)
        if dotted and not dotted.startswith("?"):
            line = self.line_of(node.lineno)
            known = self.references.get((dotted, self.scope))
            if known is None or (known.guards and not self.chosen):  # what is used without a choice too needs none
                self.references[dotted, self.scope] = Reference(dotted, line, self.scope, self.chosen)

    # ---- names and literals ----

    def resolve(self, node: ast.expr) -> str:
        """The dotted name that an expression stands for; `?` where it is not known."""
        parts: list[str] = []
        for _ in range(60):
            if isinstance(node, ast.Name):
                break
            if isinstance(node, ast.Attribute):
                parts.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, ast.Await):
                node = node.value
            else:
                break
        root = self.root(node, parts)
        if not parts:
            return root
        parts.append(root)
        return ".".join(reversed(parts))

    def root(self, node: ast.expr, parts: list[str]) -> str:
        if not isinstance(node, ast.Name):
            return "?"
        if node.id in ("self", "cls"):
            class_name = self.scopes[self.scope].class_name
            if class_name and parts and (known := self.attributes.get((class_name, parts[-1]))):
                parts.pop()
                return known
            return class_name or "?"
        index = self.scope
        while True:
            scope = self.scopes[index]
            if node.id in scope.types:
                return scope.types[node.id]
            if index == MODULE:
                return node.id
            index = scope.parent

    def literal(self, node: ast.expr) -> Argument:
        if isinstance(node, _COLLECTIONS):
            if not node.elts:
                return ()
            items = [self.scalar(item) for item in node.elts[:MAX_ITEMS]]
            return tuple(items) if items and any(item is not UNKNOWN for item in items) else UNKNOWN
        if isinstance(node, ast.Name) and node.id in self.scopes[self.scope].lists:
            return self.scopes[self.scope].lists[node.id]
        return self.scalar(node)

    def scalar(self, node: ast.expr) -> Literal:
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, str):
                return value[:MAX_TEXT]
            return value if isinstance(value, bool | int | float) or value is None else UNKNOWN
        if isinstance(node, ast.Name):
            known = self.scopes[self.scope].texts.get(node.id) or self.values.get(node.id, UNKNOWN)
            return known if not isinstance(known, tuple) else UNKNOWN
        if isinstance(node, ast.JoinedStr):
            parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values]
            return "".join(parts)[:MAX_TEXT]
        return self.computed(node)

    def computed(self, node: ast.expr) -> Literal:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = number_of(node.operand)
            return -value if value is not None else UNKNOWN
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Div):
            left, right = self.scalar(node.left), self.scalar(node.right)
            joint = "/" if isinstance(node.op, ast.Div) else ""
            sides = [side if isinstance(side, str) and side is not UNKNOWN else "{}" for side in (left, right)]
            return joint.join(sides)[:MAX_TEXT] if sides != ["{}", "{}"] else UNKNOWN
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            return self.scalar(node.left)
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            if self.resolve(node.func) in ("pathlib.Path", "str", "pathlib.PurePath"):
                return self.scalar(node.args[0])
        if isinstance(node, ast.Call) and node.args and self.resolve(node.func) in ("os.path.join", "posixpath.join"):
            parts = [self.scalar(part) for part in node.args[:MAX_ITEMS]]
            known = [part if isinstance(part, str) and part is not UNKNOWN else "{}" for part in parts]
            return "/".join(known)[:MAX_TEXT] if set(known) != {"{}"} else UNKNOWN
        return UNKNOWN


_ASSIGNS, _ASSERTS, _RETURNS = Outcome("assign"), Outcome("assert"), Outcome("return", gives=True)
_RAISES, _ENDS = Outcome("raise"), Outcome("exit")


def _is_answer(value: ast.expr | None) -> bool:
    """A returned value that is fixed (True, "deploy", a tuple or dictionary with such): the answer to a question."""
    if isinstance(value, ast.JoinedStr):
        return True
    if isinstance(value, ast.Constant):
        return value.value is not None
    if isinstance(value, ast.Tuple):
        return any(_is_answer(item) for item in value.elts)
    return isinstance(value, ast.Dict) and any(_is_answer(item) for item in value.values)


_EXPRESSIONS: dict[type, Callable[[_Walk, Any], Made]] = {
    ast.Subscript: _Walk.subscript,
    ast.Tuple: _Walk.display,
    ast.List: _Walk.display,
    ast.Dict: _Walk.dictionary,
    ast.JoinedStr: _Walk.joined_text,
    ast.NamedExpr: _Walk.walrus,
    ast.Yield: _Walk.gives,
    ast.YieldFrom: _Walk.gives,
    ast.Compare: _Walk.comparison,
    ast.IfExp: _Walk.choice,
    ast.BoolOp: _Walk.logical,
    ast.BinOp: _Walk.arithmetic,
    ast.ListComp: _Walk.comprehension,
    ast.SetComp: _Walk.comprehension,
    ast.GeneratorExp: _Walk.comprehension,
    ast.DictComp: _Walk.comprehension,
}


def _noop(walk: _Walk, node: ast.AST) -> None:
    """Statements without expressions of interest."""


_STATEMENTS: dict[type, Callable[[_Walk, Any], str | None]] = {
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.FunctionDef: _Walk.function,
    ast.AsyncFunctionDef: _Walk.function,
    ast.ClassDef: _Walk.class_,
    ast.If: _Walk.if_,
    ast.Expr: _Walk.expr,
    ast.Delete: _Walk.delete,
    ast.While: _Walk.while_,
    ast.Match: _Walk.match,
    ast.Break: _Walk.leave,
    ast.Continue: _Walk.leave,
    ast.Assert: _Walk.assert_,
    ast.Raise: _Walk.raise_,
    ast.Return: _Walk.return_,
    ast.Assign: _Walk.assign,
    ast.AnnAssign: _Walk.assign,
    ast.AugAssign: _Walk.augment,
    ast.With: _Walk.with_,
    ast.AsyncWith: _Walk.with_,
    ast.For: _Walk.for_,
    ast.AsyncFor: _Walk.for_,
    ast.Try: _Walk.try_,
    ast.TryStar: _Walk.try_,
    ast.Pass: _noop,
    ast.Global: _noop,
    ast.Nonlocal: _noop,
}
