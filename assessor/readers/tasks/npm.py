"""package.json scripts."""

from __future__ import annotations

import json

from assessor.facts.commands import Target
from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.syntax import shell

ENDINGS = (".json",)


def matches(path: str) -> bool:
    return path.rpartition("/")[2] == "package.json"


def read(path: str, text: str) -> FileFacts:
    """Return the scripts as targets with the line on which each stands."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return EMPTY  # the dependency reader tells it
    scripts = root.get("scripts") if isinstance(root, dict) else None
    if not isinstance(scripts, dict):
        return EMPTY
    targets = []
    start = text.find('"scripts"')
    for name, command in scripts.items():
        if isinstance(command, str):
            at = text.find(json.dumps(name), start)
            line = text.count("\n", 0, max(at, 0)) + 1
            targets.append(Target("npm", name, line, shell.parse(command, line, stops_on_error=True).commands))
    return FileFacts(targets=tuple(targets))
