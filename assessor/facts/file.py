"""All that the readers found in one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.facts.commands import Command, Hook, Inclusion, ShellScript, Target
from assessor.facts.place import BlindSpot, Setting
from assessor.facts.project_files import (
    DataVersion,
    Dockerfile,
    Document,
    LockFile,
    Requirements,
    Resource,
    Secret,
    Service,
    SourceCall,
)
from assessor.facts.python import NotebookFacts, PythonFacts
from assessor.facts.workflow import Workflow


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the readers say of one file's bytes. It depends on the bytes and the file's name alone, so it can be cached.

    Several readers may speak of one file (pyproject.toml: requirements, settings, targets): `merged` joins them.
    """

    python: PythonFacts | None = None
    notebook: NotebookFacts | None = None
    workflows: tuple[Workflow, ...] = ()
    script: ShellScript | None = None
    targets: tuple[Target, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()
    hooks: tuple[Hook, ...] = ()
    requirements: Requirements | None = None
    lock: LockFile | None = None
    dockerfile: Dockerfile | None = None
    services: tuple[Service, ...] = ()
    resources: tuple[Resource, ...] = ()
    data_versions: tuple[DataVersion, ...] = ()
    document: Document | None = None
    secrets: tuple[Secret, ...] = ()
    source_calls: tuple[SourceCall, ...] = ()
    settings: tuple[Setting, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    """(line, reason) of what could not be read; the project layer turns them into blind spots."""

    def merged(self, other: FileFacts) -> FileFacts:
        """Join two readers' facts: tuples are joined in order, for single values the first that is there wins."""
        values = {}
        for name in self.__dataclass_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            values[name] = mine + theirs if isinstance(mine, tuple) else (mine if mine is not None else theirs)
        return FileFacts(**values)

    def written_commands(self) -> Iterator[Command]:
        """The commands of its targets, of its script and of the steps of its workflows."""
        for target in self.targets:
            yield from target.commands
        yield from self.script.commands if self.script else ()
        for workflow in self.workflows:
            for job in workflow.jobs:
                for step in job.steps:
                    yield from step.commands


EMPTY = FileFacts()

__all__ = ["EMPTY", "BlindSpot", "FileFacts"]
