"""Scripts that pyproject.toml, pixi.toml and mise.toml give to poe, hatch, pdm, pixi, taskipy and mise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.commands import Command, Target
from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.syntax import shell
from assessor.readers.syntax.toml_text import TomlProblem, load_toml
from assessor.readers.tasks.tox import TAKES_WORDS

_TABLES = (
    ("poe", ("tool", "poe", "tasks")),
    ("pdm", ("tool", "pdm", "scripts")),
    ("pixi", ("tool", "pixi", "tasks")),
    ("task", ("tool", "taskipy", "tasks")),
    ("mise", ("tool", "mise", "tasks")),
)
_NAMES = ("pyproject.toml", "pixi.toml", "poe_tasks.toml", "hatch.toml", "mise.toml", ".mise.toml")


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in _NAMES


def read(path: str, text: str) -> FileFacts:
    """Return the scripts as targets with the line on which each is named."""
    try:
        root = load_toml(text)
    except TomlProblem:
        return EMPTY  # the dependency reader tells it
    name = path.rpartition("/")[2]
    found: list[Target] = []
    for runner, keys in _TABLES:
        below = keys if name == "pyproject.toml" else keys[2:]
        if name == "pyproject.toml" or runner in name:
            found += _scripts(runner, _table(root, below), text, ".".join(below))
    features = ("tool", "pixi", "feature") if name == "pyproject.toml" else ("feature",)
    if name in ("pyproject.toml", "pixi.toml"):
        for feature, table in _table(root, features).items():
            found += _scripts("pixi", _table(table, ("tasks",)), text, ".".join([*features, feature, "tasks"]))
    prefix = ("tool", "hatch") if name == "pyproject.toml" else ()
    for env, table in _table(root, (*prefix, "envs")).items():
        if isinstance(table, dict):
            found += _scripts("hatch", _table(table, ("scripts",)), text, ".".join([*prefix, "envs", env, "scripts"]))
    return FileFacts(targets=tuple(found)) if found else EMPTY


def _table(root: object, keys: tuple[str, ...]) -> dict[str, object]:
    for key in keys:
        root = root.get(key) if isinstance(root, dict) else None
    return root if isinstance(root, dict) else {}


def _scripts(runner: str, table: dict[str, object], text: str, section: str) -> Iterator[Target]:
    start = max(text.find(f"[{section}"), 0)
    for name, value in table.items():
        found = re.compile(
            rf"^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*=|^\[{re.escape(section)}\.[\"']?{re.escape(name)}[\"']?\]",
            re.MULTILINE,
        ).search(text, start)
        line = text.count("\n", 0, found.start() if found else start) + 1
        commands: list[Command] = []
        needs: list[str] = []
        function = _function(value)
        if function:
            commands.append(Command(("python", "-c", function), line))
        for piece in _pieces(value):
            if piece.startswith("\0"):
                needs.append(piece[1:])
            else:
                commands += _parsed(piece, line)
        kept = tuple(command for command in commands if command.argv[0] not in table)
        needs += [command.argv[0] for command in commands if command.argv[0] in table and command.argv[0] != name]
        yield Target(runner, name, line, kept, tuple(needs))


_TAKEN = re.compile(r"\{args(?::([^{}]*))?\}")
"""Where hatch and pdm put the words behind a script's name, and what stands there without any.

Rule: hatch.pypa.io "Context formatting", pdm-project.org "User scripts"."""


def _parsed(text: str, line: int) -> Iterator[Command]:
    takes = ((TAKES_WORDS, "1"),) if _TAKEN.search(text) else ()
    for command in shell.parse(_TAKEN.sub(lambda m: m[1] or "", text), line, stops_on_error=True).commands:
        yield replace(command, env=(*command.env, *takes))


_CALLED = re.compile(r"\s*+([A-Za-z_][\w.]*+):([A-Za-z_]\w*+)\s*+(?:\(.*\))?\s*+", re.DOTALL)


def _function(value: object) -> str:
    """The code that calls the function which is the task: poe's `script`, pdm's `call` (`pkg.mod:main`)."""
    text = (value.get("script") or value.get("call")) if isinstance(value, dict) else None
    found = _CALLED.fullmatch(text[:300]) if isinstance(text, str) else None
    return f"from {found[1]} import {found[2]}; {found[2]}()" if found else ""


def _pieces(value: object, depth: int = 0) -> Iterator[str]:
    """Command texts; names of other scripts with a NUL in front."""
    if depth > 5:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str) and re.fullmatch(r"[\w:-]+", item):
                yield "\0" + item
            else:
                yield from _pieces(item, depth + 1)
    elif isinstance(value, dict):
        for key in ("cmd", "shell", "composite", "sequence", "run"):
            if key in value:
                yield from _pieces(value[key], depth + 1)
        for key in ("ref", "deps", "depends-on", "depends_on", "depends", "depends_post"):
            names = value.get(key)
            for item in names if isinstance(names, list) else [names]:
                if isinstance(item, str):
                    yield "\0" + item
