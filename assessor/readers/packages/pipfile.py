"""Pipfile: pipenv's direct dependencies, `[packages]` and `[dev-packages]` (and other categories)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Requirements
from assessor.readers.packages.pyproject import named_dependencies
from assessor.readers.packages.requirements import pin_of
from assessor.readers.texts.settings import Entry, SettingsProblem, toml_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_TABLES = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def matches(path: str) -> bool:
    return path.rsplit("/", 1)[-1] == "Pipfile"


def read(path: str, text: str) -> FileFacts:
    """Return the requirements; a text that is no TOML is a problem."""
    try:
        entries = toml_entries(text)
    except SettingsProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    dependencies = tuple(named_dependencies(_members(entries), 1, pin_of_pipenv))
    version = next(
        (e for e in entries if e.path in (("requires", "python_version"), ("requires", "python_full_version"))), None
    )
    if not dependencies and version is None:
        return EMPTY
    python = (version.value, version.line) if version else None
    return FileFacts(requirements=Requirements(dependencies=dependencies, requires_python=python))


def _members(entries: list[Entry]) -> Iterator[tuple[Entry, str]]:
    for entry in entries:
        if len(entry.path) > 1 and entry.path[0] not in _OTHER_TABLES:
            table = entry.path[0]
            yield entry, "" if table == "packages" else "dev" if table == "dev-packages" else table


def pin_of_pipenv(version: str) -> str:
    """pipenv's rules: `*` is no pin, the rest are PEP 440 specifiers."""
    return "none" if version.strip() in ("", "*") else pin_of(version)
