"""Flows of Kestra: their tasks' commands and scripts, and what triggers them.

Format: kestra.io/docs, "Flow" and "Triggers".
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat, shell_text
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("namespace:", "tasks:", "io.kestra")

_SCHEDULE = ".Schedule"
_MAX_NODES = 4_000


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A flow for each of its triggers, or one that only a person starts."""
    if not (document.get("id") and document.get("namespace") and document.get("tasks")):
        return
    commands = tuple(_commands(document.get("tasks")))[:200]
    settings = flat(document)
    triggers = document.get("triggers").each()
    for trigger in triggers:
        is_active = not (trigger.get("disabled").is_true or document.get("disabled").is_true)
        cron = trigger.get("cron").text
        is_schedule = bool(cron) and trigger.get("type").text.endswith(_SCHEDULE)
        event = "" if is_schedule else trigger.get("type").text
        yield Resource(
            "kestra", "flow", document.get("id").text, trigger.line, settings, commands,
            schedule=cron if is_schedule else "", is_active=is_active, event=event,
        )  # fmt: skip
    if not triggers:
        yield Resource("kestra", "flow", document.get("id").text, document.get("id").line, settings, commands)


def _commands(tasks: Node) -> Iterator[Command]:
    for _, task in tasks.walk(_MAX_NODES):
        kind = task.get("type").text
        if not kind.startswith("io.kestra") or task.get("disabled").is_true:
            continue
        for item in task.get("commands").each():
            yield from shell_text(item, stops_on_error=True)
        script = task.get("script")
        if script.kind == "scalar" and kind.endswith("shell.Script"):
            yield from shell_text(script, stops_on_error=True)
        elif script.kind == "scalar" and kind.endswith("python.Script"):
            yield Command(("python", "-c", script.text), script.line)
