"""One file of the audited repository with what the readers found in it."""

from __future__ import annotations

from dataclasses import dataclass

from assessor.facts.file import FileFacts
from assessor.facts.place import Place
from assessor.facts.python import PythonFacts
from assessor.facts.role import Role


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file: its path, role, size in bytes and facts."""

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
