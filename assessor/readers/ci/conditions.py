"""Conditions of CI definitions, decided as far as a text can decide them: can it be true, can it be false?

One grammar covers the expressions of GitHub (`github.ref == 'x' && !cancelled()`), GitLab (`$CI_COMMIT_TAG =~ /^v/`)
and Azure (`and(succeeded(), eq(variables['Build.Reason'], 'Schedule'))`). What is not known may be either; regular
expressions of the repository are never run, since it could choose one that takes for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Scalar = str | float | bool | None
Truth = frozenset[bool]

YES: Truth = frozenset({True})
NO: Truth = frozenset({False})
EITHER: Truth = YES | NO

_MAX_LENGTH = 5_000
_MAX_DEPTH = 40
_MAX_VALUES = 50


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a value: all its possible values, or all beginnings of its text; neither: nothing is known.

    The beginning "" says of a text only that it is not empty.
    """

    values: tuple[Scalar, ...] | None = None
    prefixes: tuple[str, ...] | None = None


UNKNOWN = Known()
Situation = Callable[[str], Known]
"""What is known of a name, in lower case (`github.ref`, `$ci_commit_tag`, `variables.build.reason`)."""


@dataclass(frozen=True, slots=True)
class Expression:
    """`kind` is literal, name, regex, call (`name`: the function or operator in lower case) or unknown."""

    kind: str
    name: str = ""
    value: Scalar = None
    parts: tuple[Expression, ...] = ()


class _NoExpression(ValueError):
    """The text is none of the expressions that this grammar knows."""


_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<text>'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<regex>/(?:[^/\\\n]|\\.)+/[a-z]*)
    | (?P<name>\$\{\w+\}|\$?[A-Za-z_][\w-]*)
    | (?P<operator>&&|\|\||==|!=|<=|>=|=~|!~|[<>!])
    | (?P<mark>[()\[\],.*])
    )""",
    re.VERBOSE,
)
_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "=~": 3, "!~": 3, "<": 4, ">": 4, "<=": 4, ">=": 4}
_LITERALS: Mapping[str, Scalar] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Expression | None:
    """Parse a condition; None where it is no expression of this grammar, so nothing can be said of it."""
    if len(text) > _MAX_LENGTH:
        return None
    try:
        return _Parser(text).whole()
    except _NoExpression:
        return None


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        position, text = 0, text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise _NoExpression
            self.tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()

    def whole(self) -> Expression:
        found = self.binary(1, 0)
        if self.at != len(self.tokens):
            raise _NoExpression
        return found

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, wanted: str = "") -> tuple[str, str]:
        token = self.peek()
        if token[0] == "end" or (wanted and token[1] != wanted):
            raise _NoExpression
        self.at += 1
        return token

    def binary(self, lowest: int, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise _NoExpression
        left = self.unary(depth + 1)
        while _PRECEDENCE.get(self.peek()[1], 0) >= lowest and self.peek()[0] == "operator":
            operator = self.take()[1]
            right = self.binary(_PRECEDENCE[operator] + 1, depth + 1)
            left = Expression("call", operator, parts=(left, right))
        return left

    def unary(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise _NoExpression
        kind, text = self.take()
        if text == "!" and kind == "operator":
            return Expression("call", "not", parts=(self.unary(depth + 1),))
        if text == "(" and kind == "mark":
            inner = self.binary(1, depth + 1)
            self.take(")")
            return self.postfix(inner, depth)
        if kind == "text":
            return Expression("literal", value=_unquoted(text))
        if kind == "number":
            return Expression("literal", value=float(text))
        if kind == "regex":
            return Expression("regex", text)
        if kind == "name":
            return self.named(text, depth)
        raise _NoExpression

    def named(self, text: str, depth: int) -> Expression:
        if text.lower() in _LITERALS:
            return Expression("literal", value=_LITERALS[text.lower()])
        if self.peek() == ("mark", "("):
            return self.postfix(self.call(text, depth), depth)
        return self.postfix(Expression("name", text.lower().replace("{", "").replace("}", "")), depth)

    def call(self, name: str, depth: int) -> Expression:
        self.take("(")
        parts: list[Expression] = []
        while self.peek()[1] != ")":
            parts.append(self.binary(1, depth + 1))
            if self.peek()[1] != ")":
                self.take(",")
        self.take(")")
        return Expression("call", name.lower(), parts=tuple(parts))

    def postfix(self, left: Expression, depth: int) -> Expression:
        while self.peek() in (("mark", "."), ("mark", "[")):
            opening = self.take()[1]
            if opening == ".":
                kind, name = self.take()
                key = Expression("literal", value=name) if kind == "name" else Expression("unknown")
            else:
                key = self.binary(1, depth + 1)
                self.take("]")
            if left.kind == "name" and key.kind == "literal" and isinstance(key.value, str):
                left = Expression("name", f"{left.name}.{key.value.lower()}")
            else:
                left = Expression("unknown")
        return left


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if text[0] == "'" else re.sub(r"\\(.)", r"\1", text[1:-1])


def both(first: Situation, second: Situation) -> Situation:
    """What one or the other knows; the first has the word."""

    def look(name: str) -> Known:
        known = first(name)
        return second(name) if known == UNKNOWN else known

    return look


def truth(expression: Expression | None, situation: Situation = lambda _: UNKNOWN) -> Truth:
    """Which truth values the expression can have in a situation."""
    if expression is None or expression.kind in ("unknown", "regex"):
        return EITHER
    if expression.kind == "call":
        return _call(expression, situation)
    return _of_known(_value(expression, situation))


def _of_known(known: Known) -> Truth:
    if known.values is not None:
        return frozenset(bool(value) for value in known.values)
    return YES if known.prefixes else EITHER


def _value(expression: Expression, situation: Situation) -> Known:
    if expression.kind == "literal":
        return Known((expression.value,))
    if expression.kind == "name":
        return situation(expression.name)
    if expression.kind == "call" and expression.name == "fromjson" and len(expression.parts) == 1:
        known = _value(expression.parts[0], situation)
        return (
            Known(tuple(map(_of_json, known.values))) if known.values and all(map(_is_plain, known.values)) else UNKNOWN
        )
    if expression.kind == "call":
        outcome = truth(expression, situation)
        return Known(tuple(outcome)) if len(outcome) == 1 and expression.name in _DECIDED else UNKNOWN
    return UNKNOWN


_JSON_WORDS: Mapping[Scalar, Scalar] = {"true": True, "false": False, "null": None}


def _is_plain(text: Scalar) -> bool:
    return isinstance(text, str) and (
        text.strip() in _JSON_WORDS or re.fullmatch(r"-?\d{1,15}", text.strip()) is not None
    )


def _of_json(text: Scalar) -> Scalar:
    word = str(text).strip()
    return _JSON_WORDS[word] if word in _JSON_WORDS else float(word)


def _call(expression: Expression, situation: Situation) -> Truth:
    name, parts = expression.name, expression.parts
    if name in ("&&", "and"):
        return NO if _contradicts(expression, situation) else _all([truth(part, situation) for part in parts])
    if name in ("||", "or"):
        return _negated(_all([_negated(truth(part, situation)) for part in parts]))
    if name == "not" and parts:
        return _negated(truth(parts[0], situation))
    if name in _STATUS:
        known = situation(f"{name}()")
        return YES if name == "always" else frozenset(map(bool, known.values)) if known.values else EITHER
    if name == "fromjson":
        return _of_known(_value(expression, situation))
    return _compared(name, parts, situation) if len(parts) >= 2 else EITHER


def _contradicts(expression: Expression, situation: Situation) -> bool:
    """Two parts of a conjunction ask one name to equal two different literals."""
    asked: dict[str, Scalar] = {}
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if part.kind == "call" and part.name in ("&&", "and"):
            waiting += part.parts
        elif part.kind == "call" and part.name in ("==", "eq") and len(part.parts) == 2:
            names = [each.name for each in part.parts if each.kind == "name"]
            values = [known.values for each in part.parts if each.kind != "name" and (known := _value(each, situation))]
            if len(names) == 1 and len(values) == 1 and values[0] and len(values[0]) == 1:
                if not _same(asked.setdefault(names[0], values[0][0]), values[0][0]):
                    return True
    return False


_STATUS = frozenset(
    ["always", "success", "failure", "cancelled", "canceled", "succeeded", "failed", "succeededorfailed"]
)
"""Functions of how earlier steps and jobs have ended; a situation knows them as `success()`."""


def _compared(name: str, parts: tuple[Expression, ...], situation: Situation) -> Truth:
    left, right = _value(parts[0], situation), _value(parts[1], situation)
    if name in ("==", "eq"):
        return _equal(left, right)
    if name in ("!=", "ne"):
        return _negated(_equal(left, right))
    if name == "startswith":
        return _starts(left, right)
    if name == "contains":
        return _contains(left, right)
    if name in ("in", "notin"):
        outcome = _negated(_all([_negated(_equal(left, _value(part, situation))) for part in parts[1:]]))
        return outcome if name == "in" else _negated(outcome)
    if name in ("=~", "!~"):
        outcome = _matches(left, parts[1])
        return outcome if name == "=~" else _negated(outcome)
    return EITHER


_DECIDED = frozenset({"&&", "and", "||", "or", "not", "==", "!=", "eq", "ne", "startswith", "contains", "in", "notin"})


def _all(truths: list[Truth]) -> Truth:
    if any(each == NO for each in truths):
        return NO
    return YES if all(each == YES for each in truths) else EITHER


def _negated(outcome: Truth) -> Truth:
    return frozenset(not value for value in outcome)


def _equal(left: Known, right: Known) -> Truth:
    if left.values is not None and right.values is not None:
        pairs = ((a, b) for a in left.values[:_MAX_VALUES] for b in right.values[:_MAX_VALUES])
        return frozenset(_same(a, b) for a, b in pairs)
    for one, other in ((left, right), (right, left)):
        if one.values is not None and other.prefixes is not None:
            return EITHER if any(_begins(value, other.prefixes) for value in one.values) else NO
    return EITHER


def _same(left: Scalar, right: Scalar) -> bool:
    """GitHub's loose equality: texts without case, other types as numbers (null and '' are 0, other texts are none)."""
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return _number(left) == _number(right)


def _number(value: Scalar) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _begins(value: Scalar, prefixes: tuple[str, ...]) -> bool:
    return (
        isinstance(value, str)
        and value != ""
        and value.lower().startswith(tuple(prefix.lower() for prefix in prefixes))
    )


def _starts(left: Known, right: Known) -> Truth:
    if right.values is None or len(right.values) != 1:
        return EITHER
    wanted = str(right.values[0]).lower()
    if left.values is not None:
        return frozenset(str(value or "").lower().startswith(wanted) for value in left.values)
    if left.prefixes is None:
        return EITHER
    if all(prefix.lower().startswith(wanted) for prefix in left.prefixes):
        return YES
    touching = any(prefix.lower().startswith(wanted) or wanted.startswith(prefix.lower()) for prefix in left.prefixes)
    return EITHER if touching else NO


def _contains(left: Known, right: Known) -> Truth:
    if right.values is None or len(right.values) != 1:
        return EITHER
    wanted = str(right.values[0]).lower()
    if left.values is not None:
        return frozenset(wanted in str(value or "").lower() for value in left.values)
    return _starts(left, right) if wanted.startswith("refs/") else EITHER


_PLAIN_ALTERNATIVES = re.compile(r"\^?\(?(?:\?:)?([\w/-]+(?:\|[\w/-]+)*)\)?\$?")


def _matches(left: Known, right: Expression) -> Truth:
    """Decide `=~` for an empty value and for a list of plain words such as `/^(push|web)$/`."""
    if left.values is None:
        return EITHER
    if all(value is None or value == "" for value in left.values):
        return NO
    body = right.name[1:].rpartition("/")[0] if right.kind == "regex" else ""
    plain = _PLAIN_ALTERNATIVES.fullmatch(body.replace("\\/", "/"))
    if plain is None:
        return EITHER
    words = plain.group(1).split("|")
    return frozenset(any(word in str(value) for word in words) for value in left.values)
