"""Which modules a project has any way to come by: what it holds itself, lists, installs by a command or imports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property

from assessor.catalog.tools import load_tools
from assessor.facts.commands import Command
from assessor.project.model import Project, Role
from assessor.project.modules import Modules


class Installed:
    """Answers for one project."""

    def __init__(self, project: Project, modules: Modules) -> None:
        self._project = project
        self._modules = modules

    def may_hold(self, module: str, folder: str) -> bool:
        """The module may be there; False where nothing in the repository speaks of it but who asks whether it is there."""
        root = module.partition(".")[0]
        if root in sys.stdlib_module_names or root in self._imported or self._modules.module(root, folder):
            return True
        names = {_plain(root), *(_plain(p) for t in load_tools() if root in t.imports for p in t.packages)}
        return any(name in said for name in names for said in self._said)

    @cached_property
    def _imported(self) -> frozenset[str]:
        return frozenset(
            imported.target.partition(".")[0]
            for file in self._project.ordered
            if file.code is not None and file.role is not Role.VENDORED
            for imported in file.code.imports
        )

    @cached_property
    def _said(self) -> frozenset[str]:
        """Names of packages, and words of the commands that install something, without their punctuation."""
        found: set[str] = set()
        for file in self._project.ordered:
            facts = file.facts
            found.update(_plain(d.name) for d in (facts.requirements.dependencies if facts.requirements else ()))
            found.update(_plain(name) for name in (facts.lock.names if facts.lock else ()))
        for command in _commands(self._project):
            if "install" in command.argv or "add" in command.argv or "--with" in command.argv:
                found.update(map(_plain, command.argv))
        return frozenset(found)


def _commands(project: Project) -> Iterator[Command]:
    for file in project.ordered:
        yield from file.facts.written_commands()
        yield from file.facts.dockerfile.commands if file.facts.dockerfile else ()


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(".", "")
