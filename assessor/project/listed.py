"""Whether an orchestrator is told of a schedule: some look for every definition in a file, others take what a list names.

Rule: docs.dagster.io "Code locations" and "Definitions": a schedule or sensor that no Definitions object lists is not known
to Dagster. Where a list is made by an expression, or the project lists nothing at all, the schedule is believed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.starts import StartPattern
from assessor.facts.python import UNKNOWN, Call
from assessor.project.model import Project, ProjectFile
from assessor.project.modules import Modules
from assessor.readers.tasks.airflow_ignore import fits


class Listed:
    """Asks of one project; what lists definitions is looked for once for each pattern."""

    def __init__(self, project: Project, modules: Modules) -> None:
        self._project, self._modules = project, modules
        self._lists: dict[tuple[str, ...], list[tuple[ProjectFile, Call]]] = {}
        self._finding: dict[tuple[str, ...], bool] = {}

    def knows(self, file: ProjectFile, pattern: StartPattern) -> bool:
        """The orchestrator is told of the schedules that stand in a file, or finds them itself."""
        if pattern.ignored_by and self._ignores(file, pattern.ignored_by):
            return False
        if not pattern.lists:
            return True
        lists = self._lists.get(pattern.lists)
        if lists is None:
            lists = self._lists[pattern.lists] = list(self._listing(pattern))
        if not lists or self._finds(pattern):
            return True
        return any(self._names(file, place, call) for place, call in lists if _lists_some(call, pattern))

    def _ignores(self, file: ProjectFile, name: str) -> bool:
        """A file of that name, in the folder of the file or above it, has a line that fits its path from there."""
        folder = file.path
        while folder:
            folder = posixpath.dirname(folder)
            beside = self._project.files.get(posixpath.join(folder, name))
            below = file.path[len(folder) + 1 :] if folder else file.path
            if beside and any(fits(r.name, below) for r in beside.facts.resources if r.kind == "ignored"):
                return True
        return False

    def _listing(self, pattern: StartPattern) -> Iterator[tuple[ProjectFile, Call]]:
        for file in self._project.code_files:
            for call in self._modules.index(file.path).facts.calls:
                if matches_any_call(pattern.lists, call.name):
                    yield file, call

    def _finds(self, pattern: StartPattern) -> bool:
        """Something in the project looks for definitions by itself."""
        if pattern.finds not in self._finding:
            self._finding[pattern.finds] = any(
                matches_any_call(pattern.finds, name)
                for file in self._project.code_files
                for name in self._called(file)
            )
        return self._finding[pattern.finds]

    def _called(self, file: ProjectFile) -> Iterator[str]:
        facts = self._modules.index(file.path).facts
        yield from (call.name for call in facts.calls)
        yield from (decorator.name for scope in facts.scopes for decorator in scope.decorators)

    def _names(self, file: ProjectFile, place: ProjectFile, call: Call) -> bool:
        """The list stands in the file itself, names something of it, or of a file that imports it, or names nothing."""
        if place.path == file.path or not call.names:
            return True
        for name in call.names:
            found = self._modules.split(name, place.path)
            if found and (found[0] == file.path or file.path in self._modules.imported(found[0])):
                return True
        return False


def _lists_some(call: Call, pattern: StartPattern) -> bool:
    """The list is given things of that kind, or what it is given is not known."""
    if any(key == "**" for key, _ in call.given):
        return True
    value = call.keyword(pattern.listed_as)
    return call.has_keyword(pattern.listed_as) and (value == UNKNOWN or bool(value))
