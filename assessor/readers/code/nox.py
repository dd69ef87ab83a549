"""noxfile.py sessions, by the Python reader's facts: a session is a function whose decorator is nox.session."""

from __future__ import annotations

from assessor.facts.commands import Target
from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.code import python

ENDINGS = (".py",)


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in ("noxfile.py", "tasks.py")


def read(path: str, text: str) -> FileFacts:
    """Return a target for each nox session or invoke task; the function's calls hold the commands."""
    if "nox" not in text and "invoke" not in text:
        return EMPTY
    facts = python.read(path, text).python
    if facts is None:
        return EMPTY
    targets = []
    for scope in facts.scopes:
        for decorator in scope.decorators:
            runner = {"nox.session": "nox", "invoke.task": "invoke"}.get(decorator.name)
            if runner:
                name = decorator.keyword("name")
                shown = name if isinstance(name, str) and "\0" not in name else scope.name
                default = runner == "nox" and decorator.keyword("default") is not False
                targets.append(Target(runner, shown, scope.line, is_default=default, sessions_python=scope.name))
    return FileFacts(targets=tuple(targets))
