"""Calls of a text by the tokens of its language: a name before an opening parenthesis is a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assessor.facts.project_files import SourceCall
from assessor.readers.code.languages import Tokens
from assessor.readers.texts.settings import Lines

MAX_CALLS = 5_000
"""Calls of one file that are kept."""

MAX_ARGUMENTS = 200
"""Characters of a call's arguments that are kept."""


def calls(text: str, language: str, tokens: Tokens) -> Iterator[SourceCall]:
    """Yield the calls of a source text in the order of their names; `language` is the name to put on them."""
    lines = Lines(text)
    open_marks: list[int] = []  # index in found, or -1 for a bracket that is no call's
    found: list[tuple[str, int, int, int]] = []  # name, offset, start and end of the arguments
    pending = -1
    for match in _pattern(tokens).finditer(text):
        if match["call"]:
            pending = -1
            if match["call"] not in tokens.words and len(found) < MAX_CALLS:
                found.append((match["call"], match.start(), -1, -1))
                pending = len(found) - 1
        elif match["open"]:
            is_call = pending >= 0 and match["open"] == "("
            open_marks.append(pending if is_call else -1)
            if is_call:
                name, at, _, _ = found[pending]
                found[pending] = (name, at, match.end(), -1)
            pending = -1
        elif match["close"] and open_marks:
            index = open_marks.pop()
            if index >= 0:
                name, at, start, _ = found[index]
                found[index] = (name, at, start, match.start())
    for name, at, start, end in found:
        yield SourceCall(language, name, lines.of(at), _arguments(text, start, end))


_pattern = cache(Tokens.pattern)


def _arguments(text: str, start: int, end: int) -> str:
    if start < 0:
        return ""
    stop = min(end if end >= 0 else len(text), start + 2 * MAX_ARGUMENTS)
    return re.sub(r"\s+", " ", text[start:stop]).strip()[:MAX_ARGUMENTS]
