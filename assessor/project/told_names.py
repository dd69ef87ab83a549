"""Whether a name that a command or a call is told is that of something defined here: each may leave parts open.

`prod-fit` and `$STAGE-fit` may both name what a definition calls `${var.stage}-fit`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_OPEN = re.compile(r"\$\{\{[^}]{0,300}\}\}|\$\{[^}]{0,300}\}|\$\([^)]{0,300}\)|\$\w++|\{[^{}]{0,300}\}|%\w")
_MAX = 300


def is_open(told: str) -> bool:
    """Nothing of the name is known."""
    return not _known_parts(told)


@lru_cache(maxsize=4_096)
def may_mean(told: str, name: str) -> bool:
    """The name that is told may be this one: they are equal, or one fits what the other leaves open."""
    told = _last(told)
    if not name or len(told) > _MAX or len(name) > _MAX or is_open(told) or is_open(name):
        return False
    if _OPEN.search(told) and _OPEN.search(name):
        return _known_parts(told) == _known_parts(name)
    return told == name or _fits(told, name) or _fits(name, told)


def _last(told: str) -> str:
    """The name in an address (`arn:aws:states:eu-west-1:1:stateMachine:fit`) or behind a kind (`cronjob/fit`)."""
    return told.rpartition(":")[2] if told.startswith("arn:") else told.rpartition("/")[2]


def _fits(text: str, pattern: str) -> bool:
    """The text has the known parts of the pattern, in order, from its first to its last letter."""
    known, position = _OPEN.split(pattern), 0
    if len(known) == 1 or not (text.startswith(known[0]) and text.endswith(known[-1])):
        return False
    for part in known:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def _known_parts(text: str) -> list[str]:
    return [part for part in (piece.strip("-_./") for piece in _OPEN.split(text)) if part]
