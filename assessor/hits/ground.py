"""What is known of a repository before any product is looked for: its files, modules, automation, dependencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assessor.catalog.registries import with_own_names
from assessor.catalog.tools import Tool
from assessor.facts.place import Place
from assessor.facts.project_files import Dependency
from assessor.project.automation import Automation
from assessor.project.closed_lists import closed_lists
from assessor.project.model import Project, ProjectFile, Role
from assessor.project.modules import Modules
from assessor.project.unmade import switched_off, unmade


@dataclass(frozen=True)
class Ground:
    """One repository and the products that may be found in it."""

    project: Project
    modules: Modules
    automation: Automation
    tools: Sequence[Tool]

    @cached_property
    def dependencies(self) -> Mapping[str, tuple[ProjectFile, Dependency]]:
        """Direct dependencies by normalised name; the first place that names one, but for lists that a program has closed over
        others. Those of JavaScript, Ruby, Go, .NET and the
        JVM by the name with its registry too (`npm:openai`), or by that alone where Python has packages of that name."""
        found: dict[str, tuple[ProjectFile, Dependency]] = {}
        for file, requirements in self.project.having(lambda f: f.requirements):
            for dependency in requirements.dependencies if file.path not in self.closed_lists else ():
                name = dependency.name.lower()
                found.setdefault(f"{dependency.ecosystem}:{name}", (file, dependency))
                if dependency.ecosystem not in with_own_names():
                    found.setdefault(name, (file, dependency))
        return found

    @cached_property
    def closed_lists(self) -> frozenset[str]:
        """The paths of lists of dependencies that a program has closed over others."""
        return closed_lists(self.project)

    @cached_property
    def unmade(self) -> frozenset[tuple[str, int]]:
        """Places of objects of infrastructure code of which nothing is made here."""
        return unmade(self.project)

    @cached_property
    def switched_off(self) -> frozenset[tuple[str, int]]:
        """The places of objects that only a person's value brings about, though runs apply their file."""
        return switched_off(self.project)

    @cached_property
    def own_packages(self) -> frozenset[str]:
        """Import roots that this repository itself provides: a tool's own repository does not prove the tool's use."""
        found = set()
        for path in self.modules.files:
            if path.endswith("/__init__.py") and self.modules.files[path].role is Role.FIRST_PARTY:
                parts = path.split("/")[:-1]
                parents = {"/".join(parts[:depth]) + "/__init__.py" for depth in range(1, len(parts))}
                if not any(parent in self.modules.files for parent in parents):
                    found.add(parts[-1])
        return frozenset(found)

    @cached_property
    def live_tools(self) -> tuple[Tool, ...]:
        own_names = {r.name for _, r in self.project.having(lambda f: f.requirements)}
        return tuple(
            t for t in self.tools if self.own_packages.isdisjoint(t.imports) or own_names.isdisjoint(t.packages)
        )

    @cached_property
    def imported_roots(self) -> Mapping[str, Place]:
        """Third-party import roots and dotted targets of first-party code, with their first place."""
        found: dict[str, Place] = {}
        for file in self.project.ordered:
            code = file.code
            if code is None or file.role not in (Role.FIRST_PARTY, Role.TEST):
                continue
            for imported in code.imports:
                parts = imported.target.split(".")
                if parts[0] and not self.shadow(parts[0], file.path):
                    for size in range(1, min(len(parts), 4) + 1):
                        found.setdefault(".".join(parts[:size]), file.at(imported.line))
        return found

    def shadow(self, name: str, path: str) -> str:
        """The first-party module that an import of this name in a file finds before a product's: one beside the script or
        at the root of its package, which does not import the product itself. Empty where there is none."""
        key = (name, path.rpartition("/")[0])
        known = self._shadows.get(key)
        if known is None:
            known = self._shadows[key] = self._shadowing(*key)
        return known

    def _shadowing(self, name: str, folder: str) -> str:
        files, root = self.modules.files, folder
        while root and f"{root}/__init__.py" in files:
            root = root.rpartition("/")[0]
        base = f"{root}/" if root else ""
        for found in (f"{base}{name}.py", f"{base}{name}/__init__.py"):
            if found in files and all(
                i.target.partition(".")[0] != name for i in self.modules.index(found).facts.imports
            ):
                return found
        return ""

    @cached_property
    def _shadows(self) -> dict[tuple[str, str], str]:
        return {}

    @cached_property
    def called_names(self) -> frozenset[str]:
        """Every dotted name that first-party code calls or hands to a call."""
        found: set[str] = set()
        for file in self.project.ordered:
            if file.role is Role.FIRST_PARTY and file.code is not None:
                for call in file.code.calls:
                    found.add(call.name)
                    found.update(call.names)
        return frozenset(found)

    def tool_place(self, tool: Tool) -> Place | None:
        """Where a tool is a dependency, or else imported."""
        for package in tool.packages:
            if package.lower() in self.dependencies:
                file, dependency = self.dependencies[package.lower()]
                return file.at(dependency.line)
        return next((self.imported_roots[name] for name in tool.imports if name in self.imported_roots), None)
