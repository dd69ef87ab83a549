"""Which statements of a Python tree can run: constant conditions, and what follows a statement that never goes on.

Only what holds whatever the rest of the program does is decided. A name counts as constant where its scope binds it
once, to a literal; arguments, settings and results of calls never do.
"""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable
from typing import Any

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

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_DISPLAYS = (ast.List, ast.Tuple, ast.Set)
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

NameValue = Callable[[str], ast.expr | None]
"""The literal that a name is bound to once; None where it is bound otherwise."""


def truth(test: ast.expr, value_of: NameValue, module: str = "") -> bool | None:
    """Whether a condition always holds (True) or never does (False); None where that is not known.

    `module` is the file's own name without its ending: what `__name__` may be besides `__main__`.
    """
    kind = type(test)
    if kind is ast.Constant:
        return bool(test.value)  # type: ignore[attr-defined]
    if kind is ast.Name or kind is ast.Attribute:
        return _named_truth(test, value_of)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand, value_of, module)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _joined_truth(test, value_of, module)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared_truth(test, value_of, module)
    if isinstance(test, _DISPLAYS):
        return None if any(isinstance(e, ast.Starred) for e in test.elts) else bool(test.elts)
    if isinstance(test, ast.Dict) and not test.keys:
        return False
    return None


def _named_truth(test: ast.expr, value_of: NameValue) -> bool | None:
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", "")
    if name == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.Attribute):
        is_six = isinstance(test.value, ast.Name) and test.value.id == "six"
        return {"PY2": False, "PY3": True}.get(name) if is_six else None
    bound = value_of(name)
    return truth(bound, _no_name) if bound is not None else None


def _no_name(_: str) -> None:
    return None


def _joined_truth(test: ast.BoolOp, value_of: NameValue, module: str) -> bool | None:
    known = [truth(value, value_of, module) for value in test.values]
    decided = not isinstance(test.op, ast.And)  # one true value decides an `or`, one false value an `and`
    if decided in known:
        return decided
    return None if None in known else not decided


def _compared_truth(test: ast.Compare, value_of: NameValue, module: str) -> bool | None:
    left, right, compare = test.left, test.comparators[0], _COMPARISONS.get(type(test.ops[0]))
    if compare is None:
        return None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ast.Name) and one.id == "__name__" and isinstance(other, ast.Constant):
            foreign = other.value not in ("__main__", "__mp_main__", module) and "." not in str(other.value)
            return isinstance(test.ops[0], ast.NotEq) if foreign else None
    asked = _version_part(left)
    if asked is not None:
        return _version_truth(asked, compare, right)
    first, second = _literal(left, value_of), _literal(right, value_of)
    if first is None or second is None:
        return None
    try:
        return bool(compare(first[0], second[0]))
    except TypeError:
        return None


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
    known = _literal(limit, _no_name)
    if known is None:
        return None
    try:
        answers = {bool(compare(part(version), known[0])) for version in _VERSIONS}
    except TypeError:
        return None
    return answers.pop() if len(answers) == 1 else None


def _literal(node: ast.expr, value_of: NameValue) -> tuple[object] | None:
    """The value of a literal, in a tuple of one since it may be None."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, ast.Name):
        bound = value_of(node.id)
        return _literal(bound, _no_name) if bound is not None else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return (-value,) if isinstance(value, int | float) else None
    if isinstance(node, ast.Tuple | ast.List) and len(node.elts) <= _LARGEST:
        items = [_literal(item, value_of) for item in node.elts]
        made = [item[0] for item in items if item is not None]
        if len(made) < len(items):
            return None
        return (tuple(made),) if isinstance(node, ast.Tuple) else (made,)
    return None


def is_empty(node: ast.expr) -> bool:
    """What a loop runs over holds nothing: an empty display or text, `range(0)`."""
    if isinstance(node, _DISPLAYS):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    if isinstance(node, ast.Constant):
        return node.value in ("", b"")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        return len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
    return False


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


class Bindings:
    """How often each scope of a tree binds each name, and which names functions bind outside of themselves."""

    def __init__(self, tree: ast.AST) -> None:
        self.counts: dict[int, Counter[str]] = {}
        self.outer: set[str] = set()
        self.starred = False
        waiting: list[tuple[Counter[str], ast.AST]] = [(self._of(tree), tree)]
        while waiting:
            counts, node = waiting.pop()
            kind = type(node)
            if kind is ast.Name:
                if not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                    counts[node.id] += 1  # type: ignore[attr-defined]
                continue
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

    def once(self, scope: ast.AST, name: str) -> bool:
        """The scope binds the name exactly once, and no function inside says `global` or `nonlocal` of it."""
        return self.counts.get(id(scope), Counter())[name] == 1 and name not in self.outer
