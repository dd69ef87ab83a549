"""Which crontabs are installed: an image copies them to where cron looks, or a command hands them to it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from assessor.facts.commands import Command
from assessor.project.model import Project, ProjectFile, Role
from assessor.project.paths import joined

_INSTALL = frozenset({"crontab", "supercronic", "yacron", "go-crond"})
_COPY = frozenset({"cp", "mv", "install", "ln"})


def installed_crontabs(project: Project) -> frozenset[str]:
    """The paths of crontabs that some Dockerfile, script, target or service installs."""
    crontabs = [f.path for f in project.ordered if any(r.system == "cron" for r in f.facts.resources)]
    if not crontabs:
        return frozenset()
    named = {name.rstrip("/") for file in project.ordered if file.role is Role.FIRST_PARTY for name in _installed(file)}
    return frozenset(path for path in crontabs if any(_means(name, path) for name in named))


def _means(name: str, path: str) -> bool:
    """The word means the file: its path, its folder, or where it lies in the image."""
    name = name.removeprefix("./")
    return (
        name == path
        or path.endswith(f"/{name}")
        or name.rpartition("/")[2] == path.rpartition("/")[2]
        or (bool(name) and path.startswith(f"{name}/"))
    )


def _installed(file: ProjectFile) -> Iterator[str]:
    facts = file.facts
    if facts.dockerfile:
        folder = posixpath.dirname(file.path)
        for source, destination, _ in facts.dockerfile.copies:
            if "cron" in destination:
                yield joined(folder, source)
                yield source
    for command in _commands(file):
        words = [word for word in command.argv if not word.startswith("-")]
        if words and words[0].rpartition("/")[2] in _INSTALL:
            yield from words[1:]
        elif words and words[0] in _COPY and "cron" in words[-1] and "/" in words[-1]:
            yield from words[1:-1]


def _commands(file: ProjectFile) -> Iterator[Command]:
    facts = file.facts
    if facts.dockerfile:
        yield from (*facts.dockerfile.commands, *facts.dockerfile.entry)
    if facts.script:
        yield from facts.script.commands
    for target in facts.targets:
        yield from target.commands
    for service in facts.services:
        yield from service.command
    for workflow in facts.workflows:
        for job in workflow.jobs:
            for step in job.steps:
                yield from step.commands
