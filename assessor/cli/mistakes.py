"""Several mistakes in one line."""

from __future__ import annotations


def one_line(error: Exception) -> str:
    """The first mistake of several, with a word about the others."""
    first, *others = str(error).splitlines()
    return f"{first} (and {len(others)} more; `assessor config check` shows all)" if others else first
