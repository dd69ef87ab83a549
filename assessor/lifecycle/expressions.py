"""Expressions of GitHub and Azure in texts: `${{ github.sha }}`."""

from __future__ import annotations

import re
from collections.abc import Callable

_EXPRESSION = re.compile(r"\$\{\{([^}]{0,1000})\}\}")


def bodies(text: str) -> list[str]:
    """What stands between the braces of each expression."""
    return [body.strip() for body in _EXPRESSION.findall(text)]


def as_variables(text: str) -> str:
    """The text with `$` for each expression: it differs from run to run."""
    return _EXPRESSION.sub("$", text)


def whole(text: str) -> str:
    """The body of a text that is one expression and nothing else; empty where it is none."""
    found = _EXPRESSION.fullmatch(text.strip())
    return found[1].strip() if found else ""


def with_values(text: str, value: Callable[[str], str | None]) -> str:
    """The text with what is known of each expression in its place."""

    def filled(found: re.Match[str]) -> str:
        known = value(found[1].strip())
        return found[0] if known is None else known

    return _EXPRESSION.sub(filled, text)
