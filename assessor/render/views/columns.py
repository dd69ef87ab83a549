"""Text in columns of a terminal, where a sign takes none, one or two of them (Unicode Standard Annex 11)."""

from __future__ import annotations

import unicodedata


def cells(text: str) -> int:
    """How many columns of a terminal a visible text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(sign) for sign in text)


def _cells_of(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrap(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` columns (at least two), broken between words where that can be."""
    lines, line, used = [], "", 0
    for word in text.split():
        size = cells(word)
        if line and used + 1 + size <= room:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        while size > room:
            head = fitting(word, room)
            lines.append(head)
            word = word[len(head) :]
            size = cells(word)
        line, used = word, size
    return [*lines, line] if line or not lines else lines


def fitting(text: str, room: int) -> str:
    """The longest beginning that takes at most `room` columns."""
    used = 0
    for number, sign in enumerate(text):
        used += _cells_of(sign)
        if used > room:
            return text[:number]
    return text
