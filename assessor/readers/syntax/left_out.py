"""What a parser leaves out of a text since it would cost too much, told as a problem of the file that is being read.

Parsers of inner languages (a shell text in a workflow) are called deep in readers, whose results have no room for it.
So they note it here, and `registry.read` takes the notes once a reader is done.
"""

from __future__ import annotations

_NOTES: list[tuple[int, str]] = []
_MOST = 20


def note(line: int, reason: str) -> None:
    """Remember a reason with the line at which the left out text begins."""
    if len(_NOTES) < _MOST and (line, reason) not in _NOTES:
        _NOTES.append((line, reason))


def taken() -> tuple[tuple[int, str], ...]:
    """The notes since the last call."""
    if not _NOTES:
        return ()
    notes = tuple(_NOTES)
    _NOTES.clear()
    return notes
