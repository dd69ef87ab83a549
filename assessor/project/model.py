"""The audited repository as facts: every file with its role and what the readers found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.place import BlindSpot
from assessor.facts.python import Metrics
from assessor.facts.role import Role
from assessor.project.project_file import ProjectFile
from assessor.project.scope import Scope, Zone, Zones
from assessor.snapshot.history import History

__all__ = ["LIVE_ROLES", "Project", "ProjectFile", "Role"]

T = TypeVar("T")

LIVE_ROLES = frozenset({Role.FIRST_PARTY, Role.TEST})
"""Roles whose code and configuration count as evidence."""


@dataclass(frozen=True)
class Project:
    """All files with their facts, the history (None without git) and what could not be read."""

    files: Mapping[str, ProjectFile]
    history: History | None = None
    blind_spots: tuple[BlindSpot, ...] = ()
    listed: frozenset[str] = field(default=frozenset())
    """Every path of the snapshot, read or not (binaries, data)."""
    zones: Zones | None = None
    """Whose each file is, where not the whole repository is rated."""
    is_dispatched: bool = False
    """Another repository of the same system sends it events."""

    def scoped(self, scope: Scope) -> Project:
        """The project in which only what is in scope is evidence."""
        if scope.is_whole and not scope.exclude:
            return replace(self, is_dispatched=True) if scope.is_dispatched else self
        zones = Zones(scope, (*self.listed, *self.files))
        files = {path: zones.file(file) for path, file in self.files.items()}
        for path in self.listed:
            if zones.by_path[path] is Zone.LEFT_OUT:
                files[path] = ProjectFile(path, Role.VENDORED, 0, EMPTY)  # it is there, so that no way breaks at it
        listed = frozenset(path for path in self.listed if zones.by_path[path] is not Zone.LEFT_OUT)
        blind = tuple(spot for spot in self.blind_spots if zones.concerns(spot.place.path))
        return replace(
            self,
            files=files,
            listed=listed,
            blind_spots=blind,
            zones=None if scope.is_whole else zones,
            is_dispatched=scope.is_dispatched,
        )

    @property
    def own(self) -> frozenset[str]:
        """The paths that a filter of triggers must meet for what is rated."""
        return self.zones.own if self.zones else self.listed

    def having(
        self, pick: Callable[[FileFacts], T | None], roles: frozenset[Role] = LIVE_ROLES
    ) -> Iterator[tuple[ProjectFile, T]]:
        """Yield (file, value) of every file of these roles for which `pick` finds something that is not empty, by path."""
        files = self._live if roles is LIVE_ROLES else (file for file in self.ordered if file.role in roles)
        for file in files:
            if value := pick(file.facts):
                yield file, value

    @cached_property
    def _live(self) -> tuple[ProjectFile, ...]:
        return tuple(file for file in self.ordered if file.role in LIVE_ROLES)

    @cached_property
    def ordered(self) -> tuple[ProjectFile, ...]:
        return tuple(self.files[path] for path in sorted(self.files))

    @cached_property
    def code_files(self) -> tuple[ProjectFile, ...]:
        """First-party modules that are no tests and no notebooks."""
        return tuple(f for f in self.ordered if f.role is Role.FIRST_PARTY and f.facts.python)

    @cached_property
    def measured(self) -> tuple[tuple[ProjectFile, Metrics], ...]:
        """Those of them whose size and complexity are known, with these."""
        return tuple((f, f.facts.python.metrics) for f in self.code_files if f.facts.python and f.facts.python.metrics)

    @cached_property
    def notebooks(self) -> tuple[ProjectFile, ...]:
        return tuple(
            f for f in self.ordered if f.is_notebook and f.role in (Role.FIRST_PARTY, Role.EXAMPLE, Role.DOCUMENTATION)
        )

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder of the snapshot, the root as the empty text."""
        found = {""}
        for path in self.listed:
            parts = path.split("/")[:-1]
            found.update("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return frozenset(found)
