"""MLproject files, after MLflow's documentation of projects: entry points with their commands."""

from __future__ import annotations

import re

from assessor.facts.commands import Target
from assessor.facts.file import FileFacts
from assessor.facts.place import Setting
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import YamlProblem, load_one


def matches(path: str) -> bool:
    return path.rpartition("/")[2].lower() == "mlproject"


def read(path: str, text: str) -> FileFacts:
    """Return the entry points; parameters (`{lr}`) stay as placeholders."""
    try:
        root = load_one(text)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    targets = []
    for key, node in root.get("entry_points").items():
        command = node.get("command")
        plain = re.sub(r"\{(\w+)\}", r"$\1", command.text)
        found = shell.parse(plain, command.text_line, stops_on_error=True).commands
        targets.append(Target("mlproject", key.text, key.line, found, is_default=key.text == "main"))
    settings = tuple(Setting(key.text, value.text, key.line) for key, value in root.items() if value.kind == "scalar")
    return FileFacts(targets=tuple(targets), settings=settings)
