"""What a file is to the project: the word that decides whether it can be evidence."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a file is to the project."""

    FIRST_PARTY = "first_party"
    TEST = "test"
    DOCUMENTATION = "documentation"
    EXAMPLE = "example"
    VENDORED = "vendored"
    GENERATED = "generated"
    DATA = "data"
    TEMPLATE = "template"
    """A source of files for other repositories."""
    ELSEWHERE = "elsewhere"
    """Outside of what is rated: followed where something starts it, no evidence."""
