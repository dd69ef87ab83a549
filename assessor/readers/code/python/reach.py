"""Which statements of a Python tree can run: constant conditions, and what follows a statement that never goes on.

Only what holds whatever the rest of the program does is decided. A name counts as constant where its scope binds it
once, to a literal; arguments, settings and results of calls never do.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from typing import Any

from assessor.readers.code.python.constants import COMPARISONS, Names, value
from assessor.readers.code.python.nodes import below

PASSES = ""
"""A block goes on with what follows it."""
LEFT = "left"
"""A block ends its function or its round of a loop: return, break, continue, an endless loop."""
RAISED = "raised"
"""A block ends by an exception or ends the process; a handler or a context manager around it may go on."""

ENDS_PROCESS = frozenset({
    "sys.exit", "exit", "quit", "os._exit", "os.abort", "os.execv", "os.execve", "os.execvp", "os.execl", "os.execlp",
    "pytest.skip", "pytest.exit", "pytest.fail",
})  # fmt: skip
"""Calls that never return."""

_VERSIONS = tuple((3, minor) for minor in range(6, 20))
"""Versions of Python that a repository of today may run on; a condition that none of them meets is false."""

_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef})
_BINDING = _SCOPES | {
    ast.arg, ast.Global, ast.Nonlocal, ast.alias, ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.withitem,
}  # fmt: skip
_BINDS_NOTHING = frozenset({
    ast.Constant, ast.Load, ast.Store, ast.Del, *ast.operator.__subclasses__(), *ast.unaryop.__subclasses__(),
    *ast.boolop.__subclasses__(),
})  # fmt: skip
"""Nodes that a tree is full of and that hold no other ones."""
_LARGEST = 20
"""Items of a display that is compared as a constant."""


def truth(test: ast.expr, names: Names, module: str = "") -> bool | None:
    """Whether a condition always holds (True) or never does (False); None where that is not known.

    `module` is the file's own name without its ending: what `__name__` may be besides `__main__`.
    """
    kind = type(test)
    if kind is ast.Constant:
        return bool(test.value)  # type: ignore[attr-defined]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand, names, module)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _joined_truth(test, names, module)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and (decided := _compared_truth(test, module)) is not None:
        return decided
    if kind is ast.Name or kind is ast.Attribute:
        decided = _named_truth(test)
        if decided is not None:
            return decided
    known = value(test, names)
    return None if known is None else bool(known[0])


def _named_truth(test: ast.expr) -> bool | None:
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", "")
    if name == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.Attribute):
        is_six = isinstance(test.value, ast.Name) and test.value.id == "six"
        return {"PY2": False, "PY3": True}.get(name) if is_six else None
    return None


def _joined_truth(test: ast.BoolOp, names: Names, module: str) -> bool | None:
    known = [truth(each, names, module) for each in test.values]
    is_and = isinstance(test.op, ast.And)  # one true value decides an `or`, one false value an `and`
    if (not is_and) in known:
        return not is_and
    if is_and and _contradicts(test.values):
        return False
    return None if None in known else is_and


def _contradicts(parts: list[ast.expr]) -> bool:
    """Two parts ask the same thing to be equal to two different literals."""
    asked: dict[str, object] = {}
    for part in parts:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq):
            other = part.comparators[0]
            if (
                isinstance(other, ast.Constant)
                and _is_settled(part.left)
                and asked.setdefault(ast.dump(part.left), other.value) != other.value
            ):
                return True
    return False


def _is_settled(node: ast.expr) -> bool:
    """Asking twice gives the same: a name, its attribute or item, a variable of the environment."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name in ("os.environ.get", "os.getenv", "environ.get", "getenv", "len", "str")
    inner = node.value if isinstance(node, ast.Attribute | ast.Subscript) else node
    return isinstance(inner, ast.Name) or (inner is not node and _is_settled(inner))


_PLATFORMS = frozenset(["linux", "linux2", "win32", "cygwin", "darwin", "aix", "wasi", "emscripten", "android", "ios"])


def _compared_truth(test: ast.Compare, module: str) -> bool | None:
    """Comparisons of `__name__`, of the version of Python and of the platform."""
    left, right, sign = test.left, test.comparators[0], test.ops[0]
    is_equality = isinstance(sign, ast.Eq | ast.NotEq)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ast.Name) and one.id == "__name__" and isinstance(other, ast.Constant) and is_equality:
            foreign = other.value not in ("__main__", "__mp_main__", module) and "." not in str(other.value)
            return isinstance(sign, ast.NotEq) if foreign else None
    if isinstance(left, ast.Attribute) and left.attr == "platform" and isinstance(right, ast.Constant) and is_equality:
        is_sys = isinstance(left.value, ast.Name) and left.value.id == "sys"
        unknown = (
            isinstance(right.value, str) and is_sys and not right.value.startswith(("linux", "freebsd", "openbsd"))
        )
        return isinstance(sign, ast.NotEq) if unknown and right.value not in _PLATFORMS else None
    asked, compare = _version_part(left), COMPARISONS.get(type(sign))
    return _version_truth(asked, compare, right) if asked is not None and compare is not None else None


def _version_part(node: ast.expr) -> Callable[[tuple[int, int]], object] | None:
    """What is asked of `sys.version_info`: the whole, its major number, or its first items."""
    if isinstance(node, ast.Attribute):
        if node.attr == "version_info":
            return lambda version: version
        if node.attr == "major" and _version_part(node.value):
            return lambda version: version[0]
    if isinstance(node, ast.Subscript) and _version_part(node.value):
        at = node.slice
        position = _small_number(at)
        if position is not None and position < 2:
            return lambda version: version[position]
        size = _small_number(at.upper) if isinstance(at, ast.Slice) else None
        if size is not None:
            return lambda version: version[:size]
    return None


def _small_number(node: ast.expr | None) -> int | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and 0 <= value <= 2 else None


def _version_truth(
    part: Callable[[tuple[int, int]], object], compare: Callable[[Any, Any], Any], limit: ast.expr
) -> bool | None:
    known = value(limit, _NoNames())
    if known is None:
        return None
    try:
        answers = {bool(compare(part(version), known[0])) for version in _VERSIONS}
    except TypeError:
        return None
    return answers.pop() if len(answers) == 1 else None


class _NoNames:
    """A place where no name is known."""

    def literal_of(self, name: str) -> None:
        return None

    def is_builtin(self, name: str) -> bool:
        return False

    def field_of(self, owner: str, name: str) -> None:
        return None

    def answer_of(self, name: str) -> None:
        return None


def is_fixed(node: ast.expr) -> bool:
    """A literal that nothing can change once a name holds it: a number, a text, a tuple of such."""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Tuple):
        return len(node.elts) <= _LARGEST and all(isinstance(item, ast.Constant) for item in node.elts)
    return isinstance(node, ast.Constant)


def cannot_raise(body: list[ast.stmt]) -> bool:
    """Nothing in the block can fail: `pass`, a text, a name bound to a literal. Its handlers never run."""
    for node in body:
        bare = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        bound = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Assign) and not all(isinstance(target, ast.Name) for target in node.targets):
            return False
        if not (bare or bound or isinstance(node, ast.Pass)):
            return False
    return True


def _read_in(node: ast.AST) -> str | None:
    """The name whose items the node reads without changing or handing on anything."""
    inner: ast.AST | None = None
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _READING:
            inner = node.func.value
        elif isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
            inner = node.args[0]
    elif isinstance(node, ast.Subscript):
        inner = node.value if isinstance(node.ctx, ast.Load) else None
    elif isinstance(node, _LOOPING):
        inner = node.iter
    elif isinstance(node, _CHOOSING):
        inner = node.test
    return inner.id if isinstance(inner, ast.Name) else None


_LOOPING = (ast.For, ast.comprehension)
_CHOOSING = (ast.If, ast.While)
_HOLDING = frozenset({ast.Call, ast.Subscript, *_LOOPING, *_CHOOSING})
_READING = frozenset({"get", "items", "keys", "values", "count", "index"})


class Bindings:
    """How often each scope of a tree binds each name, and which names functions bind outside of themselves."""

    def __init__(self, tree: ast.AST) -> None:
        self.counts: dict[int, Counter[str]] = {}
        self.outer: set[str] = set()
        self.starred = False
        self.tree = tree
        self._reads: Counter[str] = Counter()
        self._uses: Counter[str] = Counter()
        self._set: set[str] | None = None
        waiting: list[tuple[Counter[str], ast.AST]] = [(self._of(tree), tree)]
        while waiting:
            counts, node = waiting.pop()
            kind = type(node)
            if kind is ast.Name:
                self._uses[node.id] += 1  # type: ignore[attr-defined]
                if not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                    counts[node.id] += 1  # type: ignore[attr-defined]
                continue
            if kind in _HOLDING and (read := _read_in(node)) is not None:
                self._reads[read] += 1
            if kind in _BINDING:
                self._count(node, counts)
                if kind in _SCOPES:
                    counts = self._of(node)
            for name in node._fields:
                value = getattr(node, name, None)
                if type(value) is list:
                    waiting += [(counts, child) for child in value if isinstance(child, ast.AST)]
                elif isinstance(value, ast.AST) and type(value) not in _BINDS_NOTHING:
                    waiting.append((counts, value))

    def _of(self, scope: ast.AST) -> Counter[str]:
        return self.counts.setdefault(id(scope), Counter())

    def _count(self, node: ast.AST, counts: Counter[str]) -> None:
        if isinstance(node, ast.arg):
            counts[node.arg] += 2  # whatever the caller gives
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self.outer.update(node.names)
        elif isinstance(node, ast.alias):
            self.starred = self.starred or node.name == "*"
            counts[(node.asname or node.name).partition(".")[0]] += 1
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            counts[node.name] += 1
        elif isinstance(node, ast.AugAssign | ast.For | ast.AsyncFor | ast.comprehension | ast.withitem):
            target = node.optional_vars if isinstance(node, ast.withitem) else node.target
            for inner in ast.walk(target) if target is not None else ():
                if isinstance(inner, ast.Name):
                    counts[inner.id] += 1

    def is_only_read(self, name: str) -> bool:
        """Wherever the name stands besides its one binding, an item or attribute of it is read, compared or looped over."""
        return self._uses[name] == self._reads[name] + 1

    def sets_attribute(self, name: str) -> bool:
        """Something in the module gives an attribute of this name a value from outside of its class."""
        if self._set is None:
            self._set = set()
            for node in below(self.tree):
                if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                    self._set.add(node.attr)
                elif isinstance(node, ast.Name) and node.id == "setattr":
                    self._set.add("*")
        return name in self._set or "*" in self._set

    def once(self, scope: ast.AST, name: str) -> bool:
        """The scope binds the name exactly once, and no function inside says `global` or `nonlocal` of it."""
        return self.counts.get(id(scope), Counter())[name] == 1 and name not in self.outer
