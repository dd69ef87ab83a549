"""The value of a Python expression that is the same whenever it runs: literals, names bound once to one, and what pure
operators and builtins make of them. Nothing of the audited code is run: every operator stands in a table here.

Only small values are worked out: numbers of a dozen digits, texts and displays of some dozen items.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

_LARGEST = 40
"""Items of a display and characters of a text that an operator may make."""
_GREATEST = 10**12
_MAX_DEPTH = 20

Known = tuple[object]
"""A value, in a tuple of one since it may be None."""


class Names(Protocol):
    """What a place of a module knows of names."""

    def literal_of(self, name: str) -> ast.expr | None:
        """The literal that a name is bound to wherever the place is reached; None where that may change."""

    def is_builtin(self, name: str) -> bool:
        """Nothing in the module binds the name of this builtin to something else."""

    def field_of(self, owner: str, name: str) -> ast.expr | None:
        """The literal under this name of a class or dictionary of the module that nothing changes."""

    def answer_of(self, name: str) -> ast.expr | None:
        """What a function of this name always returns; None where that is not known."""


COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_BUILTINS: Mapping[str, Callable[..., Any]] = {
    "bool": bool, "int": int, "float": float, "str": str, "len": len, "any": any, "all": all, "sum": sum, "min": min,
    "max": max, "abs": abs, "list": list, "tuple": tuple, "set": set, "dict": dict, "frozenset": frozenset, "range": range,
    "reversed": lambda items: items[::-1], "sorted": sorted, "enumerate": lambda items: list(enumerate(items)),
    "zip": lambda *items: list(zip(*items, strict=False)), "round": round, "bytes": bytes,
}  # fmt: skip
_METHODS = frozenset({
    "startswith", "endswith", "lower", "upper", "strip", "isdigit", "isalpha", "items", "keys", "values", "get", "count",
    "split", "title", "casefold",
})  # fmt: skip
_TYPES: Mapping[str, type] = {
    "str": str, "int": int, "float": float, "bool": bool, "list": list, "tuple": tuple, "dict": dict, "set": set, "bytes": bytes,
}  # fmt: skip


def value(node: ast.expr, names: Names, depth: int = 0) -> Known | None:
    """The value of the expression, in a tuple of one; None where it is not the same each time."""
    kind = type(node)
    if kind is ast.Constant:
        return (node.value,)  # type: ignore[attr-defined]
    if depth > _MAX_DEPTH:
        return None
    handler = _HANDLERS.get(kind)
    if handler is None:
        return None
    try:
        found = handler(node, names, depth + 1)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError):
        return None
    return found if found is not None and _is_small(found[0]) else None


def _is_small(found: object) -> bool:
    if isinstance(found, int | float):
        return -_GREATEST < found < _GREATEST
    return len(found) <= _LARGEST if isinstance(found, str | bytes | list | tuple | set | frozenset | dict) else True


def _all(nodes: Iterable[ast.expr], names: Names, depth: int) -> list[object] | None:
    found: list[object] = []
    for node in nodes:
        known = None if len(found) > _LARGEST else value(node, names, depth)
        if known is None:
            return None
        found.append(known[0])
    return found


def _name(node: ast.Name, names: Names, depth: int) -> Known | None:
    bound = names.literal_of(node.id)
    if bound is not None:
        return value(bound, names, depth)
    return (True,) if node.id == "__debug__" else None


def _unary(node: ast.UnaryOp, names: Names, depth: int) -> Known | None:
    inner = value(node.operand, names, depth)
    return None if inner is None else (_UNARY[type(node.op)](inner[0]),)


def _binary(node: ast.BinOp, names: Names, depth: int) -> Known | None:
    made = _BINARY.get(type(node.op))
    sides = _all((node.left, node.right), names, depth) if made else None
    if made is None or sides is None or (isinstance(node.op, ast.Mult | ast.Mod) and not _are_numbers(sides)):
        return None  # a text or list times a number may become large, and `%` formats
    return (made(*sides),)


def _are_numbers(found: Iterable[object]) -> bool:
    return all(isinstance(each, int | float) for each in found)


def _compared(node: ast.Compare, names: Names, depth: int) -> Known | None:
    """A chain holds where each of its links does; a link that does not decides, whatever the others are."""
    left, unknown = node.left, False
    for sign, right in zip(node.ops, node.comparators, strict=True):
        sides = _all((left, right), names, depth)
        if sides is None and isinstance(sign, ast.In | ast.NotIn):
            inside = value(right, names, depth)
            if inside is not None and isinstance(inside[0], list | tuple | set | dict | str) and not inside[0]:
                sides = [None, ()]  # nothing is in what is empty
        if sides is None:
            unknown = True
        elif not COMPARISONS[type(sign)](*sides):
            return (False,)
        left = right
    return None if unknown else (True,)


def _display(node: ast.List | ast.Tuple | ast.Set, names: Names, depth: int) -> Known | None:
    items = _all(node.elts, names, depth)
    made = {ast.List: list, ast.Tuple: tuple, ast.Set: set}[type(node)]
    return None if items is None else (made(items),)


def _dictionary(node: ast.Dict, names: Names, depth: int) -> Known | None:
    if None in node.keys:
        return None
    keys = _all((key for key in node.keys if key), names, depth)
    items = _all(node.values, names, depth)
    return None if keys is None or items is None else (dict(zip(keys, items, strict=True)),)


def _walrus(node: ast.NamedExpr, names: Names, depth: int) -> Known | None:
    return value(node.value, names, depth)


def _subscript(node: ast.Subscript, names: Names, depth: int) -> Known | None:
    if isinstance(node.slice, ast.Slice):
        cut = [None if part is None else value(part, names, depth) for part in (node.slice.lower, node.slice.upper)]
        whole = value(node.value, names, depth)
        asked = (node.slice.lower, node.slice.upper)
        if whole is None or node.slice.step or any(p and c is None for p, c in zip(asked, cut, strict=True)):
            return None
        return (whole[0][slice(*(c[0] if c else None for c in cut))],)  # type: ignore[index]
    key = value(node.slice, names, depth)
    if key is None:
        return None
    if isinstance(node.value, ast.Name) and isinstance(key[0], str):
        field = names.field_of(node.value.id, key[0])
        return None if field is None else value(field, names, depth)
    whole = value(node.value, names, depth)
    return None if whole is None else (whole[0][key[0]],)  # type: ignore[index]


def _attribute(node: ast.Attribute, names: Names, depth: int) -> Known | None:
    if not isinstance(node.value, ast.Name):
        return None
    field = names.field_of(node.value.id, node.attr)
    return None if field is None else value(field, names, depth)


def _called(node: ast.Call, names: Names, depth: int) -> Known | None:
    if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        return None
    if isinstance(node.func, ast.Attribute):
        owner = value(node.func.value, names, depth) if node.func.attr in _METHODS else None
        given = _all(node.args, names, depth)
        return None if owner is None or given is None else (_plain(getattr(owner[0], node.func.attr)(*given)),)
    if isinstance(node.func, ast.Name) and (answer := names.answer_of(node.func.id)) is not None:
        return value(answer, names, depth)
    if not isinstance(node.func, ast.Name) or not names.is_builtin(node.func.id):
        return None
    if node.func.id == "isinstance" and len(node.args) == 2:
        return _is_instance(node.args[0], node.args[1], names, depth)
    made = _BUILTINS.get(node.func.id)
    given = _all(node.args, names, depth) if made else None
    if made is None or given is None:
        return None
    if node.func.id == "range":
        return ([1] if len(range(*(n for n in given if isinstance(n, int)))) else [],)
    return (_plain(made(*given)),)


def _is_instance(node: ast.expr, kind: ast.expr, names: Names, depth: int) -> Known | None:
    asked = _TYPES.get(kind.id) if isinstance(kind, ast.Name) and names.is_builtin(kind.id) else None
    known = value(node, names, depth)
    return None if asked is None or known is None else (isinstance(known[0], asked),)


def _plain(found: object) -> object:
    """Views of a dictionary as lists."""
    return list(found) if type(found) in (type({}.keys()), type({}.values()), type({}.items())) else found  # type: ignore[call-overload]


_HANDLERS: Mapping[type, Callable[[Any, Names, int], Known | None]] = {
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compared,
    ast.List: _display,
    ast.Tuple: _display,
    ast.Set: _display,
    ast.Dict: _dictionary,
    ast.NamedExpr: _walrus,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _called,
}


def holds_nothing(node: ast.expr, names: Names) -> bool:
    """What a loop runs over is known and empty: `[]`, `range(5, 5)`, `{}.items()`, `zip([], rows)`, `rows[:0]`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and not node.slice.step:
        upper = node.slice.upper
        if node.slice.lower is None and isinstance(upper, ast.Constant) and upper.value == 0:
            return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and names.is_builtin(node.func.id):
        if node.func.id == "zip" and not node.keywords:
            return any(holds_nothing(argument, names) for argument in node.args)
        if node.func.id in ("enumerate", "sorted", "reversed", "list", "tuple", "set", "iter") and node.args:
            return holds_nothing(node.args[0], names)
    known = value(node, names)
    return known is not None and isinstance(known[0], str | bytes | list | tuple | set | dict) and not known[0]
