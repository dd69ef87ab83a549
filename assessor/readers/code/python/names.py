"""What a name stands for at a place of a module: the dotted name of what it was imported from or made by, a literal, a type."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from assessor.facts.python import MAIN, MODULE, UNKNOWN, Call, Constant, Literal, Scope
from assessor.readers.code.python.constants import value as value_of
from assessor.readers.code.python.nodes import MAX_ITEMS, NAMES, NAMES_AND_CALLS, number_of
from assessor.readers.code.python.reach import Bindings, is_fixed, truth
from assessor.readers.code.python.values import Made, origins

MAX_TEXT = 300
MAX_CALLS = 20_000

Argument = Literal | tuple[Literal, ...]

# Tuples, made once: a union of types is made anew wherever it is written, and these stand in the innermost loops.
_COLLECTIONS = (ast.List, ast.Tuple, ast.Set)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_SCALARS = (str, int, float, bool, type(None))
_DATES = frozenset({
    "datetime.datetime", "datetime.date", "pendulum.datetime", "pendulum.date", "pendulum.parse", "pandas.Timestamp",
    "datetime.datetime.fromisoformat", "datetime.date.fromisoformat", "datetime.datetime.strptime", "dateutil.parser.parse",
    "airflow.utils.timezone.datetime", "airflow.utils.timezone.parse",
})  # fmt: skip
"""Calls that make a date of three numbers or of a text."""
_HOLDING_ONE = frozenset(
    {f"{module}.{name}" for module in ("kfp.dsl", "kfp.v2.dsl") for name in ("Input", "Output")}
    | {"typing.Optional", "typing.Annotated"}
)
"""Generics whose first parameter is what the value is."""


@dataclass(slots=True)
class OpenScope:
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
    answers: set[str] = field(default_factory=set)
    """What stands behind its `return`s, each once; empty for what is no literal."""

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
            len(self.answers) == 1 and "" not in self.answers,
        )


class Names:
    """The scopes of a module as far as the walk has come, and what their names stand for.

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
            OpenScope("<module>", 1, 1, "module", MODULE, node=tree),
            OpenScope("<main>", 0, 0, "main", MODULE, node=tree),
        ]
        self.scope = MODULE
        self.class_stack: list[str] = []
        self.constants: list[Constant] = []
        self.entries: dict[str, list[tuple[str, Argument]]] = {}
        """Entries of the dictionaries that names of the module are bound to, as far as they are literals."""
        self.values: dict[str, Argument] = {}
        self.known: set[str] = set()
        self.attributes: dict[tuple[str, str], str] = {}
        self.fields: dict[tuple[str, str], ast.expr] = {}
        """Literals that plain classes of the module hold, by class and name."""
        self.answers: dict[str, ast.expr] = {}
        """Functions that do nothing but return a literal."""
        self.resolving: set[str] = set()

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

    def settled(self, name: str, scope: OpenScope, index: int) -> ast.expr | None:
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
        answer = self.answers.get(name)
        return answer if answer is not None and not self.cells and self.bindings.once(self.tree, name) else None

    def truth(self, test: ast.expr) -> bool | None:
        return truth(test, self, self.module_name)

    def bind(self, name: str, dotted: str) -> None:
        self.scopes[self.scope].types[name] = dotted
        self.known.add(name)

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

    def dated(self, node: ast.expr) -> Argument:
        """The literal of a value, and of a date that a call makes (`datetime(2019, 12, 31)`) its text."""
        literal = self.literal(node)
        if literal is not UNKNOWN or not isinstance(node, ast.Call) or not node.args:
            return literal
        if self.resolve(node.func) not in _DATES:
            return literal
        given = [self.scalar(argument) for argument in node.args[:3]]
        if len(given) == 3 and all(isinstance(part, int) for part in given):
            return "-".join(str(part).zfill(2) for part in given)
        return given[0] if isinstance(given[0], str) else literal

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

    def type_of(self, value: ast.expr) -> str:
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, NAMES_AND_CALLS):
            return self.resolve(value)
        return self.element_type(value.value) if isinstance(value, ast.Subscript) else "?"

    def element_type(self, value: ast.expr) -> str:
        """The class whose objects a call lists: `Endpoint.list(…)[0]` is an Endpoint."""
        owner, _, last = self.resolve(value).rpartition(".") if isinstance(value, ast.Call) else ("", "", "")
        is_class = owner.rpartition(".")[2][:1].isupper()
        return owner if is_class and last in ("list", "list_all", "all", "search") else "?"

    def annotated(self, annotation: ast.expr | None) -> str:
        """The type that an annotation names, also one that may be missing or that a step takes or gives (`Optional[X]`,
        `X | None`, `Output[X]`); `?` for none, builtins and other generics."""
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.right, ast.Constant):
            annotation = annotation.left
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, NAMES):
            inner = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
            annotation = inner if self.resolve(annotation.value) in _HOLDING_ONE else None
        if isinstance(annotation, NAMES):
            dotted = self.resolve(annotation)
            if "." in dotted or dotted in self.known:
                return dotted
        return "?"

    def constant(self, name: str, value: ast.expr) -> None:
        literal = self.literal(value)
        line = self.line_of(value.lineno)
        if literal is not UNKNOWN:
            self.values[name] = literal
            full = f"{self.class_stack[-1]}.{name}" if self.class_stack else name
            self.constants.append(Constant(full, literal, line))
        elif isinstance(value, ast.Dict):
            for key, item in zip(value.keys, value.values, strict=True):
                inner = self.dated(item)
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self.entries.setdefault(name, []).append((key.value[:60], inner))
                    if inner is not UNKNOWN:
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
