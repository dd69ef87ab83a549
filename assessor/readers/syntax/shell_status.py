"""Which tests of a shell text have a fixed outcome: `true`, `false`, `[ 1 = 2 ]`, `test -n ""`, `((0))`, and what joins them.

Only words without variables, substitutions and patterns are judged; the outcome of everything else is not known (None).
After the bash reference manual, sections "Bash Conditional Expressions" and "Lists of Commands".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

Literal = Callable[["Node"], str | None]
"""The fixed text of a word; None where it depends on something."""

_MAX_DEPTH = 30
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-lt": operator.lt,
    "-le": operator.le,
    "-gt": operator.gt,
    "-ge": operator.ge,
}
_ARITHMETIC = re.compile(r"(-?\d{1,9})\s*(==|!=|<=|>=|<|>)\s*(-?\d{1,9})")
_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FIXED = {"true": True, ":": True, "false": False}


def status(node: Node, literal: Literal, depth: int = 0) -> bool | None:
    """True where the statement always succeeds, False where it always fails, None where it is not known."""
    if depth > _MAX_DEPTH:
        return None
    kind, parts = node.type, [child for child in node.named_children if child.type != "comment"]
    if kind == "command":
        return _command(node, literal)
    if kind == "negated_command" and parts:
        return _negated(status(parts[-1], literal, depth + 1))
    if kind == "list" and len(node.children) == 3:
        left, right = (status(n, literal, depth + 1) for n in (node.children[0], node.children[2]))
        return _both(left, right) if node.children[1].type == "&&" else _either(left, right)
    if kind == "test_command" and len(parts) == 1:
        return _expression(parts[0], literal, depth)
    if kind == "compound_statement" and len(parts) == 1 and node.children[0].type == "((":
        text = literal(parts[0])
        compared = _ARITHMETIC.fullmatch(text.strip()) if text and len(text) < 60 else None
        if compared:
            return _SIGNS[compared[2]](int(compared[1]), int(compared[3]))
        return int(text) != 0 if text and text.isdecimal() and len(text) < 9 else None
    if kind in ("compound_statement", "subshell", "pipeline", "redirected_statement") and parts:
        chosen = parts[0] if kind == "redirected_statement" else parts[-1]
        return status(chosen, literal, depth + 1)
    return None


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return True if left and right else None


def _either(left: bool | None, right: bool | None) -> bool | None:
    if left or right:
        return True
    return False if left is False and right is False else None


def _command(node: Node, literal: Literal) -> bool | None:
    words = [literal(child) for child in node.named_children if child.type != "variable_assignment"]
    if not words or words[0] is None:
        return None
    if words[0] in _FIXED:
        return _FIXED[words[0]]
    if words[0] == "test" and None not in words:
        return _test([word for word in words[1:] if word is not None])
    return None


def _test(words: list[str]) -> bool | None:
    """`test` and `[` with one operand, one operator and an operand, or two operands around an operator."""
    if words[:1] == ["!"] and len(words) > 1:
        return _negated(_test(words[1:]))
    if len(words) <= 1:
        return bool(words and words[0])
    if len(words) == 2:
        return _unary(words[0], words[1])
    return _binary(*words) if len(words) == 3 else None


def _unary(sign: str, operand: str) -> bool | None:
    if sign == "-n":
        return bool(operand)
    return not operand if sign == "-z" else None


def _binary(left: str, sign: str, right: str) -> bool | None:
    if sign in _NUMBERS:
        numbers = [word.strip() for word in (left, right)]
        if all(number.lstrip("+-").isdecimal() and len(number) < 12 for number in numbers):
            return _NUMBERS[sign](int(numbers[0]), int(numbers[1]))
        return None
    if set("*?[]()") & set(right):
        return None  # a pattern
    if sign in ("=", "=="):
        return left == right
    return left != right if sign == "!=" else None


def _expression(node: Node, literal: Literal, depth: int) -> bool | None:
    """What stands between the brackets."""
    if depth > _MAX_DEPTH:
        return None
    if node.type == "unary_expression" and len(node.children) == 2:
        if node.children[0].type == "!":
            return _negated(_expression(node.children[1], literal, depth + 1))
        operand = literal(node.children[1])
        return None if operand is None else _unary(_text(node.children[0]), operand)
    if node.type == "binary_expression" and len(node.children) == 3:
        return _joined(node, literal, depth)
    if node.type == "parenthesized_expression" and len(node.named_children) == 1:
        return _expression(node.named_children[0], literal, depth + 1)
    word = literal(node)
    return None if word is None else bool(word)


def _joined(node: Node, literal: Literal, depth: int) -> bool | None:
    left, middle, right = node.children
    sign = _text(middle)
    if sign in ("&&", "-a", "||", "-o"):
        values = [_expression(part, literal, depth + 1) for part in (left, right)]
        return _both(*values) if sign in ("&&", "-a") else _either(*values)
    words = literal(left), literal(right)
    return None if words[0] is None or words[1] is None else _binary(words[0], sign, words[1])


def _text(node: Node) -> str:
    return node.text.decode("utf-8", "replace") if node.text else ""
