"""What a document says already; what still waits to be written says nothing."""

from __future__ import annotations

from assessor.catalog.words import speaks_of
from assessor.facts.project_files import Document


def filled_lines(document: Document, after: int = 0, upto: int = 1_000_000) -> list[str]:
    """The lines of a part of a document that say something, with the headings below which something is said: what waits to
    be filled in (`TODO`) says nothing."""
    titles = {line for _, line in document.headings}
    kept: list[str] = []
    waiting: list[tuple[int, str]] = []
    for text, line in document.lines:
        if not after < line <= upto:
            continue
        if line in titles:
            depth = len(text) - len(text.lstrip("#"))
            waiting = [*((above, title) for above, title in waiting if above < depth), (depth, text)]
        elif not speaks_of("waits_to_be_filled", text):
            kept += [title for _, title in waiting] + [text]
            waiting = []
    return kept
