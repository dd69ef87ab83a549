"""The tasks of a state machine that start a container with a command of their own: `ecs:runTask` and `batch:submitJob`.

The machine's definition stands in the object itself, or in a file that it takes (`templatefile("machine.json", {task = …})`).
A task names the definition of its container and may say which command runs in it instead of that of the image.

Rules: docs.aws.amazon.com/step-functions, "Run Amazon ECS or Fargate tasks" and "Run AWS Batch workloads"; "Intrinsic
functions" (`States.Array`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.project.model import Project, ProjectFile
from assessor.project.paths import joined
from assessor.readers.infrastructure.service_calls import SYSTEM

Named = tuple[ProjectFile, Resource]
"""A file and an object in it."""

_STATE = re.compile(r"(?:^|\.)States\.([^.]+)\.(.+)$")
_WORD = re.compile(r"(?i)(?:^|\.)ContainerOverrides\.(?:\d+\.)?Command(?:\.(\d+)|\.\$)?$")
_ARRAY = re.compile(r"'((?:[^'\\]|\\.){0,300})'|(\$[\w.$\[\]]{1,100})")
_DEFINITION_FILE = re.compile(r"(?<![\w./-])[\w./-]+\.(?:json|yaml|yml|tftpl|tpl)\b(?:\.\w+)?")
_DEFINITIONS = ("TaskDefinition", "JobDefinition", "taskdefinition", "jobdefinition")
_MAX_TASKS = 40


def tasks_of(
    project: Project, file: ProjectFile, machine: Resource, named: Callable[[Iterable[str]], Iterable[Named]]
) -> Iterator[Named]:
    """(file, object with the image and the command) of each such task. `named` finds the objects that texts mention."""
    texts = _defining(machine)
    for place, settings in definitions_of(project, file, machine):
        yield from _asked(place, settings)
        for state, fields in list(_states(settings).items())[:_MAX_TASKS]:
            words = tuple(_command(fields))
            told = [value for key, value, _ in fields if key.rpartition(".")[2] in _DEFINITIONS]
            filled = [_given(value, texts) for value in told]
            for _, container in named(filled) if words else ():
                line = fields[0][2]
                commands = (Command(words, line),)
                yield place, replace(container, name=state, line=line, kind=TASK, commands=commands, schedule="")


def _asked(place: ProjectFile, settings: Iterable[tuple[str, str, int]]) -> Iterator[Named]:
    """What the states ask of services themselves."""
    lines = {line for key, _, line in settings if key.endswith(".Resource")}
    for resource in place.facts.resources:
        if resource.system == SYSTEM and ":" in resource.kind and resource.line in lines:
            yield place, resource


TASK = "task of a state machine"


def _defining(machine: Resource) -> list[str]:
    """What the object says of its definition."""
    return [value for key, value, _ in machine.settings if key.lower().startswith("definition")]


def definitions_of(
    project: Project, file: ProjectFile, machine: Resource
) -> Iterator[tuple[ProjectFile, Iterable[tuple[str, str, int]]]]:
    """The fields of the object itself, and those of the definitions that lie in files which it names."""
    yield file, machine.settings
    folder = file.path.rpartition("/")[0]
    for name in dict.fromkeys(found for text in _defining(machine) for found in _DEFINITION_FILE.findall(text)):
        other = project.files.get(joined(folder, name.removeprefix("/")))
        for resource in other.facts.resources if other is not None and other is not file else ():
            if other is not None and resource.system == SYSTEM and resource.kind == "machine":
                yield other, resource.settings


def _states(settings: Iterable[tuple[str, str, int]]) -> dict[str, list[tuple[str, str, int]]]:
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for key, value, line in settings:
        state = _STATE.search(key)
        if state:
            found[state[1]].append((state[2], value, line))
    return found


def _command(fields: Iterable[tuple[str, str, int]]) -> Iterator[str]:
    """The words of the command that overrides the image's: a list, or what `States.Array` makes one of."""
    for key, value, _ in fields:
        if (found := _WORD.search(key)) is None:
            continue
        if found[1]:
            yield value
        else:
            yield from (text or f"${{{path.strip('$.')}}}" for text, path in _ARRAY.findall(value))


def _given(value: str, texts: Iterable[str]) -> str:
    """`${task}` as the object that the call of the template gives for it (`{ task = aws_ecs_task_definition.fit.arn }`)."""
    name = value.removeprefix("${").removesuffix("}")
    if name == value or not name.isidentifier():
        return value
    given = (re.search(rf"\b{name}\s*[=:]\s*([\w.]+)", text) for text in texts)
    return next((found[1] for found in given if found), value)
