"""Template engines' marks in a text, blanked so that the rest reads as what it will be: Jinja's and Go's.

Nothing is rendered: an expression becomes the last name in it, a statement nothing, of two branches the first stays.
Lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_TEXT = 200_000
"""Characters of a template that are read."""

_COMMENTS = (
    (re.compile(r"\{#"), re.compile(r"#\}")),
    (re.compile(r"\{\{-?\s*+/\*"), re.compile(r"\*/\s*+-?\}\}")),
)
"""How a comment begins and how it ends."""
_BRANCH = re.compile(r"\{([%{])-?\s*+(?:(el(?:se|if)\b)|((?:if|for|range|with)\b)|(end(?:if)?\s*+-?[%}]\}))")
"""Marks that begin another branch, that begin a nested block, and that end a block."""
_MOST_ELSE = 8_000
_STATEMENT = re.compile(
    r"\{%(?:[^%{]|%(?!\})|\{(?!%)){0,2000}%\}"
    r"|\{\{-?\s*+(?:if|else|end|range|with|define|block|template|include|skip)\b[^{}]{0,500}\}\}"
)
_EXPRESSION = re.compile(
    r"\{\{-?\s*(?P<quote>['\"`])(?P<text>.{0,300}?)(?P=quote)\s*-?\}\}|\{\{(?P<names>.{0,500}?)\}\}", re.DOTALL
)
_NAME = re.compile(r"[A-Za-z_]\w*")


def without_marks(text: str) -> str:
    """The text as it will be read, line for line; a text that is too long gives nothing."""
    if len(text) > MAX_TEXT:
        return ""
    for begins, ends in _COMMENTS:
        text = _without(text, _comments(text, begins, ends))
    text = _without(text, _other_branches(text))
    text = _STATEMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _EXPRESSION.sub(_value, text)


def _without(text: str, parts: Iterable[tuple[int, int]]) -> str:
    """The text without the parts from start to end, whose lines stay."""
    at, pieces = 0, []
    for start, end in parts:
        pieces += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end
    return "".join(pieces) + text[at:]


def _comments(text: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """From each beginning to the next end; one without an end is none, and neither are those behind it."""
    start = begins.search(text)
    while start and (end := ends.search(text, start.end())):
        yield start.start(), end.end()
        start = begins.search(text, end.end())


def _other_branches(text: str) -> Iterator[tuple[int, int]]:
    """From the first `else` or `elif` of a block that holds no other block to its end."""
    first: re.Match[str] | None = None
    for mark in _BRANCH.finditer(text):
        _, other, nested, end = mark.groups()
        if other:
            first = first or mark
        elif nested:
            first = None
        elif end and first and first[1] == mark[1]:
            if mark.start() - first.end() <= _MOST_ELSE:
                yield first.start(), mark.end()
            first = None


def _value(found: re.Match[str]) -> str:
    """`{{ '${{' }}` writes itself; `{{ cookiecutter.name | lower }}` stands for a name."""
    lines = "\n" * found[0].count("\n")
    if found["quote"]:
        return found["text"] + lines
    names = _NAME.findall(found["names"].partition("|")[0])
    return (names[-1] if names else "") + lines
