"""What those who know one kind of step ask of the walk that they follow it for."""

from __future__ import annotations

from typing import Protocol

from assessor.facts.commands import Command
from assessor.facts.workflow import Workflow
from assessor.project.arrivals import Context, Reach
from assessor.project.closure import Entry
from assessor.project.invocations import Invocation
from assessor.project.model import Project, ProjectFile
from assessor.project.modules import Modules
from assessor.project.paths import Paths
from assessor.project.submissions import Submissions


class Following(Protocol):
    """A walk over what runs reach; it notes how far they come."""

    project: Project
    modules: Modules
    reach: Reach
    paths: Paths
    submissions: Submissions

    def command(self, command: Command, context: Context) -> None:
        """Follow a command that stands or is made somewhere."""

    def script(self, invocation: Invocation, context: Context) -> None:
        """Follow the file that a command starts."""

    def file(self, path: str, context: Context, invocation: Invocation | None = None) -> None:
        """Follow a file that something starts, reads or applies."""

    def python(self, entries: tuple[Entry, ...], invocation: Invocation, context: Context) -> None:
        """Follow Python from where it begins."""

    def configured(self, path: str, context: Context) -> None:
        """Follow the commands and files that a configuration names which a program is handed."""

    def called(self, file: ProjectFile, workflow: Workflow, context: Context) -> None:
        """Follow the jobs of a definition that something else starts."""

    def named_files(self, invocation: Invocation, context: Context) -> None:
        """Follow the files of this repository that a program is given."""

    def is_new(self, key: tuple[object, ...]) -> bool:
        """This run has not come there yet, and the way there is not too long."""
