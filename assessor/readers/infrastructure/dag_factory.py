"""DAGs of Airflow that dag-factory makes of YAML: their tasks' commands in their order, and the schedule.

Each key but `default` is a DAG, whose tasks are a map or a list; what `default` says holds where the DAG says nothing.
Format: astronomer.github.io/dag-factory, "Configuration".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import HANDLER, flat, shell_text
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("tasks:", "operator:", "schedule")

_SCHEDULES = ("schedule", "schedule_interval")
_TEXTS = ("bash_command", "cmds", "command")
_MAX_TASKS = 200


def resources(name: str, document: Node) -> Iterator[Resource]:
    """One resource for each DAG; of a single task the kind is `task`."""
    default = document.get("default")
    for key, body in document.items():
        tasks = _tasks(body.get("tasks"))
        if key.text == "default" or not tasks:
            continue
        cron = next((node.text for source in (body, default) for k in _SCHEDULES if (node := source.get(k)).text), "")
        commands = tuple(command for task in _in_order(tasks) for command in _commands(task))
        yield Resource(
            "dagfactory",
            "DAG" if len(tasks) > 1 else "task",
            key.text,
            key.line,
            flat(body),
            commands,
            schedule="" if cron.lower() in ("none", "null", "@once") else cron,
            is_active=not body.get("is_paused_upon_creation").is_true,
        )


def _tasks(node: Node) -> Mapping[str, Node]:
    named = list(node.items()) or [(item.get("task_id"), item) for item in node.each()]
    return {key.text: body for key, body in named[:_MAX_TASKS] if body.get("operator") or body.get("decorator")}


def _in_order(tasks: Mapping[str, Node]) -> Iterator[Node]:
    """The tasks, each after those that it depends on, as far as they can be told."""
    left, done = dict(tasks), set[str]()
    while left:
        ready = [
            key for key, task in left.items() if done.issuperset(set(task.get("dependencies").texts()) & set(tasks))
        ]
        for key in ready or list(left):
            done.add(key)
            yield left.pop(key)


def _commands(task: Node) -> Iterator[Command]:
    """What a task starts: shell texts, or a function by its file or its dotted name."""
    for key in _TEXTS:
        for text in task.get(key).each():
            yield from shell_text(text, stops_on_error=True)
    function, file = task.get("python_callable_name").text, task.get("python_callable_file").text
    module, _, dotted = task.get("python_callable").text.rpartition(".")
    if function and file:
        yield Command((HANDLER, file, function), task.line)
    elif module and dotted:
        yield Command((HANDLER, f"{module.replace('.', '/')}.py", dotted), task.line)
