"""Questions about single nodes of a Python tree: pure functions of `ast` nodes, for the walk."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator

from assessor.facts.python import Guard

MAX_ITEMS = 40
OPERATORS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}

# Tuples, made once: a union of types is made anew wherever it is written, and these stand in the innermost loops.
NAMES = (ast.Name, ast.Attribute)
NAMES_AND_CALLS = (ast.Name, ast.Attribute, ast.Call)
SEQUENCES = (ast.List, ast.Tuple)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body after its docstring."""
    return body[1:] if body and _is_text(body[0]) else body


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_stub(body: list[ast.stmt]) -> bool:
    """A body that does nothing: `pass`, `...`, a docstring, `return None`, `raise NotImplementedError`."""
    for node in body:
        empty = isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        unfinished = isinstance(node, ast.Raise) and "NotImplemented" in ast.dump(node)
        nothing = isinstance(node, ast.Return) and (node.value is None or _is_none(node.value))
        if not (empty or unfinished or nothing):
            return False
    return True


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def is_main_test(test: ast.expr) -> bool:
    """`__name__ == "__main__"`, either way round."""
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = [test.left, test.comparators[0]]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    return "__name__" in names and any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)


def below(root: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, in the order of `ast.walk`, at a third of its cost."""
    waiting = deque((root,))
    while waiting:
        node = waiting.popleft()
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif type(value) is list:
                waiting.extend([item for item in value if isinstance(item, ast.AST)])
        yield node


def compares(test: ast.expr) -> bool:
    """Some comparison of sizes or for equality stands in the condition."""
    return any(isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS for node in below(test))


def is_skip(node: ast.expr) -> bool:
    """A mark by which pytest or unittest skips a test whatever holds: `pytest.mark.skip(…)`, `unittest.skip(…)`."""
    if isinstance(node, ast.List | ast.Tuple):
        return any(is_skip(item) for item in node.elts)
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and node.attr == "skip" and _is_of_tests(node.value)


def _is_of_tests(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("mark", "unittest")


def leaves(body: list[ast.stmt]) -> bool:
    """The block ends by leaving the function or the loop."""
    last = body[-1]
    if isinstance(last, _LEAVING):
        return True
    return _exits(last)


def _exits(statement: ast.stmt) -> bool:
    """It ends the process."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("exit", "quit", "_exit")


def stop_after(node: ast.If, following: list[ast.stmt]) -> list[ast.stmt]:
    """What stops where an `if` that only returns is not met: `if good: return` and then `raise TooWeak`."""
    if node.orelse or not isinstance(node.body[-1], ast.Return):
        return []
    return [statement for statement in following[:1] if isinstance(statement, ast.Raise) or _exits(statement)]


def is_constant(node: ast.expr) -> bool:
    """An expression that names nothing, is a tuple of a test and its message, or compares a thing with itself: asserting
    it proves nothing."""
    if isinstance(node, ast.Tuple) and node.elts:
        return True
    if (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(node.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE)
    ):
        left, right = node.left, node.comparators[0]
        if isinstance(left, ast.Name | ast.Attribute) and ast.dump(left) == ast.dump(right):
            return True
    return _is_size(node) or not any(isinstance(inner, NAMES_AND_CALLS) for inner in below(node))


def _is_size(node: ast.expr) -> bool:
    """`len(rows) >= 0`, which holds of everything."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.comparators[0], ast.Constant):
        return False
    is_len = isinstance(node.left, ast.Call) and isinstance(node.left.func, ast.Name) and node.left.func.id == "len"
    least = node.comparators[0].value
    if not is_len or not isinstance(least, int):
        return False
    return (isinstance(node.ops[0], ast.GtE) and least <= 0) or (isinstance(node.ops[0], ast.Gt) and least < 0)


def guards_of(test: ast.expr) -> list[Guard]:
    """What must hold for a branch with this condition to run, as far as names and constants tell it."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [guard for value in test.values for guard in guards_of(value)]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return guards_against(test.operand)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared_guard(test)
    name = _guard_name(test)
    return [Guard(name, True)] if name else []


def _compared_guard(test: ast.Compare) -> list[Guard]:
    name, other, operator = _guard_name(test.left), test.comparators[0], test.ops[0]
    if not name or not isinstance(other, ast.Constant) or not isinstance(other.value, str | int | bool | None):
        return []
    if isinstance(operator, ast.Eq | ast.Is):
        return [Guard(name, other.value)]
    if isinstance(operator, ast.NotEq | ast.IsNot) and not other.value:
        return [Guard(name, True)]
    return []


def guards_against(test: ast.expr) -> list[Guard]:
    """What must hold for what runs where this condition is not met; of several that must hold together nothing is known."""
    return [] if isinstance(test, ast.BoolOp) else inverted(guards_of(test))


def inverted(guards: list[Guard]) -> list[Guard]:
    """The opposite of one yes-or-no guard; of several or of a value nothing certain follows."""
    if len(guards) == 1 and isinstance(guards[0].expects, bool):
        return [Guard(guards[0].name, not guards[0].expects)]
    return []


def _guard_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return str(node.args[0].value) if called in ("get", "getenv") else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("lower", "strip"):
        return _guard_name(node.func.value)
    return ""


def identifiers(node: ast.expr) -> list[str]:
    """The names, attributes and literal keys in an expression, in lower case, at most MAX_ITEMS."""
    if type(node) is ast.Name:
        return [node.id.lower()]
    if type(node) is ast.Constant:
        return []
    found = []
    for inner in below(node):
        if isinstance(inner, ast.Name):
            found.append(inner.id.lower())
        elif isinstance(inner, ast.Attribute):
            found.append(inner.attr.lower())
        elif isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Constant):
            found.append(str(inner.slice.value).lower()[:60])
        elif isinstance(inner, ast.Call) and inner.args and isinstance(inner.args[0], ast.Constant):
            if isinstance(inner.args[0].value, str):
                found.append(inner.args[0].value.lower()[:60])
        if len(found) >= MAX_ITEMS:
            break
    return found


def number_of(node: ast.expr) -> float | None:
    """The value of a numeric literal; None for anything else and for what no float can hold."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number_of(node.operand) if isinstance(node.operand, ast.Constant) else None
        return -value if value is not None else None
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        try:
            return float(node.value)
        except OverflowError:
            return None
    return None


def chosen_by(key: ast.expr | None) -> str:
    """The word by which a value of a dictionary is chosen: a text, or the last name of `Kind.training`; else empty."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    return key.attr if isinstance(key, ast.Attribute) else ""


def always_same(node: ast.expr) -> bool:
    """A literal other than None, or an object of a class that is given nothing but literals: `Verdict(passed=True)`."""
    if isinstance(node, ast.Constant):
        return node.value is not None
    if isinstance(node, ast.UnaryOp):
        return always_same(node.operand)
    if isinstance(node, ast.Tuple | ast.List):
        return bool(node.elts) and all(map(always_same, node.elts))
    if isinstance(node, ast.Dict):
        return bool(node.values) and all(map(always_same, node.values))
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return name[:1].isupper() and bool(given) and all(map(always_same, given))


_SCRIPTS = (".py", ".sh", ".R", ".ipynb")


def names_scripts(body: list[ast.stmt], name: str) -> bool:
    """A composed text below takes the value of the name and ends as the name of a script does, or names a module to start."""
    for node in (node for statement in body for node in below(statement)):
        if isinstance(node, ast.JoinedStr):
            held = (part.value for part in node.values if isinstance(part, ast.FormattedValue))
            takes = any(isinstance(value, ast.Name) and value.id == name for value in held)
            fixed = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
            if takes and any(text.endswith(_SCRIPTS) or ("-m " in text) for text in fixed):
                return True
    return False
