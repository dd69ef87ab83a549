"""Marks whose tests a conftest skips unless an option of its own is given (pytest's reference: skipping tests by an option)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from assessor.facts.python import AskedMark

_HOOKS = frozenset({"pytest_collection_modifyitems", "pytest_runtest_setup"})


def asked_marks(body: list[ast.stmt]) -> tuple[AskedMark, ...]:
    """The marks of a conftest with this body, each with the switch without which its tests are skipped."""
    functions = [statement for statement in body if isinstance(statement, ast.FunctionDef)]
    switches = {name for f in functions if f.name == "pytest_addoption" for name in _switches(f)}
    found: list[AskedMark] = []
    for function in functions if switches else ():
        if function.name in _HOOKS:
            found += (asked for asked in _skipped(function.body, frozenset()) if asked.option in switches)
    return tuple(dict.fromkeys(found))


def _switches(function: ast.FunctionDef) -> Iterator[str]:
    """Options that are off unless they are given."""
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("addoption"):
            continue
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if given.get("action") == "'store_true'" and given.get("default", "False") in ("False", "None"):
            yield from (text for text in map(_text, call.args) if text.startswith("--"))


def _skipped(body: list[ast.stmt], without: frozenset[str]) -> Iterator[AskedMark]:
    """What the statements skip where none of the options `without` is given."""
    for statement in body:
        if isinstance(statement, ast.For | ast.With):
            yield from _skipped(statement.body, without)
        if not isinstance(statement, ast.If):
            continue
        option = _option(statement.test)
        if option:
            yield from _skipped(statement.orelse, without | {option})
            leaves = isinstance(statement.body[-1], ast.Return)
            without = without | {option} if leaves else without
            continue
        parts = statement.test.values if isinstance(statement.test, ast.BoolOp) else [statement.test]
        if not isinstance(statement.test, ast.BoolOp) or isinstance(statement.test.op, ast.And):
            inner = without | {name for part in parts if (name := _not_given(part))}
            marks = [mark for part in parts if (mark := _mark(part))] if _skips(statement.body) else []
            yield from (AskedMark(mark, name) for mark in marks for name in sorted(inner))
            yield from _skipped(statement.body, inner)


def _not_given(test: ast.expr) -> str:
    return _option(test.operand) if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ""


def _option(test: ast.expr) -> str:
    """The option that `config.getoption("--slow")` asks for; a name stands for the option of that name."""
    if not isinstance(test, ast.Call) or not ast.unparse(test.func).endswith((".getoption", ".getvalue")):
        return ""
    name = _text(test.args[0]) if test.args else ""
    return name if name.startswith("--") or not name else f"--{name.replace('_', '-')}"


def _mark(test: ast.expr) -> str:
    """The mark of `"slow" in item.keywords` or `item.get_closest_marker("slow")`."""
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In):
        return _text(test.left) if ast.unparse(test.comparators[0]).endswith("keywords") else ""
    if isinstance(test, ast.Call) and ast.unparse(test.func).endswith("get_closest_marker") and test.args:
        return _text(test.args[0])
    return ""


def _skips(body: list[ast.stmt]) -> bool:
    """A test is told to be skipped: the mark made before, whatever it is called, or `pytest.skip`."""
    calls = [s.value for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    return any(ast.unparse(call.func).endswith((".add_marker", "pytest.skip")) for call in calls)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
