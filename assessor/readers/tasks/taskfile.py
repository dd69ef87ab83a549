"""Taskfiles, after taskfile.dev: tasks with commands and dependencies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.commands import Command, Inclusion, Target
from assessor.facts.file import FileFacts
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import Node, YamlProblem, load_one

ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return re.fullmatch(r"taskfile(?:\.dist)?\.ya?ml", path.rpartition("/")[2].lower()) is not None


def read(path: str, text: str) -> FileFacts:
    """Return the tasks; `{{.VAR}}` templates stay as words."""
    try:
        root = load_one(text)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    return FileFacts(
        targets=tuple(each for key, node in root.get("tasks").items() for each in _tasks(key, node)),
        inclusions=tuple(_inclusion(key, node) for key, node in root.get("includes").items()),
    )


_NAMES = tuple(
    f"{stem}{dist}.{end}" for stem in ("Taskfile", "taskfile") for dist in ("", ".dist") for end in ("yml", "yaml")
)


def _inclusion(key: Node, node: Node) -> Inclusion:
    """A namespace: a Taskfile or a folder that has one; its tasks run beside this file unless `dir` says otherwise."""
    path = node.get("taskfile").text if node.is_map else node.text
    paths = (path,) if path.endswith((".yml", ".yaml")) else tuple(posixpath.join(path, name) for name in _NAMES)
    prefix = "" if node.get("flatten").is_true else f"{key.text}:"
    return Inclusion("task", prefix, paths, node.get("dir").text, key.line)


def _tasks(key: Node, node: Node) -> Iterator[Target]:
    """A task under its name and its aliases."""
    task = _task(key, node)
    yield task
    for name in node.get("aliases").texts():
        yield replace(task, name=name, is_default=False)


_HANDED_ON = re.compile(r"\{\{-?\s*\.CLI_ARGS(?:_LIST)?\b[^{}\n]{0,80}\}\}")
"""What stands behind `--` on the command line; nothing where CI gives none."""


def _task(key: Node, node: Node) -> Target:
    body = node.get("cmds") or node.get("cmd") if node.is_map else node
    commands: list[Command] = []
    needs: list[str] = []
    for item in (body or node).each() if body or not node.is_map else ():
        called = item.get("task").text
        if called:
            needs.append(called)
        commands += _commands(
            item, node.get("dir").text, node.get("ignore_error").is_true or item.get("ignore_error").is_true
        )
    for item in node.get("deps").each():
        needs.append(item.text or item.get("task").text)
    return Target(
        "task",
        key.text,
        key.line,
        tuple(commands),
        tuple(n for n in needs if n),
        is_default=key.text == "default",
        never=_never(node),
    )


_SYSTEMS = re.compile(r"linux|darwin|windows|amd64|arm64|386|arm")


def _never(node: Node) -> str:
    """Why a task does not run wherever it is asked for: a test of `status` that always passes, one of `preconditions` that
    never does, no known platform."""
    tests = [[command.argv for command in shell.parse(each.text).commands] for each in node.get("status").each()]
    if tests and all(test in ([("true",)], [(":",)]) for test in tests):
        return "its status says that it is up to date"
    needed = [each.get("sh").text or each.text for each in node.get("preconditions").each()]
    if any([command.argv for command in shell.parse(text).commands] == [("false",)] for text in needed):
        return "its precondition never holds"
    platforms = node.get("platforms").texts()
    return "no system is among its platforms" if platforms and not any(map(_SYSTEMS.search, platforms)) else ""


def _commands(item: Node, folder: str, lost: bool) -> Iterator[Command]:
    source = item if item.kind == "scalar" else item.get("cmd")
    text = _HANDED_ON.sub("", source.text)
    for command in shell.parse(text, source.text_line, stops_on_error=True).commands:
        cwd = f"{folder}/{command.cwd}".rstrip("/") if folder else command.cwd
        yield replace(command, swallowed=command.swallowed or lost, cwd=cwd)
