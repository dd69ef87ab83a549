"""Template engines' marks in a text, blanked so that the rest reads as what it will be: Jinja's and Go's.

Nothing is rendered: an expression becomes the last name in it, a statement nothing, of two branches the first stays.
Lines keep their numbers.
"""

from __future__ import annotations

import re

MAX_TEXT = 200_000
"""Characters of a template that are read."""

_ELSE = re.compile(
    r"\{([%{])-?\s*el(?:se|if)\b(?:(?!\{[%{]-?\s*(?:if|for|range|with)\b).){0,8000}?\{\1-?\s*end(?:if)?\s*-?[%}]\}",
    re.DOTALL,
)
_COMMENT = re.compile(r"\{#.*?#\}|\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_STATEMENT = re.compile(
    r"\{%.{0,2000}?%\}|\{\{-?\s*(?:if|else|end|range|with|define|block|template|include|skip)\b[^{}]{0,500}\}\}",
    re.DOTALL,
)
_EXPRESSION = re.compile(
    r"\{\{-?\s*(?P<quote>['\"`])(?P<text>.{0,300}?)(?P=quote)\s*-?\}\}|\{\{(?P<names>.{0,500}?)\}\}", re.DOTALL
)
_NAME = re.compile(r"[A-Za-z_]\w*")


def without_marks(text: str) -> str:
    """The text as it will be read, line for line; a text that is too long gives nothing."""
    if len(text) > MAX_TEXT:
        return ""
    for pattern in (_COMMENT, _ELSE, _STATEMENT):
        text = pattern.sub(_blank, text)
    return _EXPRESSION.sub(_value, text)


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _value(found: re.Match[str]) -> str:
    """`{{ '${{' }}` writes itself; `{{ cookiecutter.name | lower }}` stands for a name."""
    lines = "\n" * found[0].count("\n")
    if found["quote"]:
        return found["text"] + lines
    names = _NAME.findall(found["names"].partition("|")[0])
    return (names[-1] if names else "") + lines
