"""One file of the audited repository with what the readers found in it."""

from __future__ import annotations

from dataclasses import dataclass

from assessor.facts.file import FileFacts
from assessor.facts.place import Place
from assessor.facts.python import PythonFacts
from assessor.facts.role import Role

OTHER_LANGUAGES = (
    ".r",
    ".jl",
    ".java",
    ".scala",
    ".kt",
    ".go",
    ".cpp",
    ".cc",
    ".rs",
    ".rb",
    ".ts",
    ".js",
    ".swift",
    ".cs",
    ".c",
)
"""Endings of code whose lines are not counted; its bytes stand for them."""
_SOME_BYTES = 3


def size_that_counts(path: str, size: int) -> int:
    """The size of a file as far as anything follows from it: of code in other languages all of it, else whether it is
    empty, or as good as that (`{}`). So a comment more in a module changes nothing that is known of it."""
    return size if path.lower().endswith(OTHER_LANGUAGES) else min(size, _SOME_BYTES)


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file: its path, role, size (see `size_that_counts`) and facts."""

    path: str
    role: Role
    size: int
    facts: FileFacts

    @property
    def code(self) -> PythonFacts | None:
        """The Python code of a module or notebook."""
        if self.facts.python:
            return self.facts.python
        return self.facts.notebook.code if self.facts.notebook else None

    @property
    def is_notebook(self) -> bool:
        return self.facts.notebook is not None

    def at(self, line: int) -> Place:
        return Place(self.path, max(line, 1))
