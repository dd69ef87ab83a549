"""pyproject.toml: dependencies, extras and groups, entry points and whether it describes a package.

Reads PEP 621 (`project`), PEP 735 (`dependency-groups`), PEP 518 (`build-system`) and the older tables of Poetry,
PDM, uv, hatch and setuptools. Lines are those of the single requirement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Dependency, Requirements
from assessor.readers.packages.requirements import parse, without_login
from assessor.readers.texts.settings import Entry, SettingsProblem, toml_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


ENDINGS = (".toml",)


def matches(path: str) -> bool:
    return path.rsplit("/", 1)[-1] == "pyproject.toml"


def read(path: str, text: str) -> FileFacts:
    """Return the requirements; a text that is no TOML is a problem."""
    try:
        entries = toml_entries(text)
    except SettingsProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    requirements = Requirements(
        dependencies=tuple(_dependencies(entries)),
        includes=tuple(e.value for e in entries if _is_include(e.path) and e.value not in ("[]", "{}")),
        requires_python=_requires_python(entries),
        entry_points=tuple(_entry_points(entries)),
        has_build=_has_build(entries),
        name=_value(entries, "project", "name") or _value(entries, "tool", "poetry", "name"),
    )
    return EMPTY if requirements == Requirements() else FileFacts(requirements=requirements)


def _value(entries: Iterable[Entry], *path: str) -> str:
    return next((entry.value for entry in entries if entry.path == path), "")


def _is_include(path: tuple[str, ...]) -> bool:
    """`[tool.setuptools.dynamic] dependencies = {file = [...]}` and hatch-requirements-txt's `files`."""
    setuptools = (
        path[:3] == ("tool", "setuptools", "dynamic") and "dependencies" in "".join(path[3:4]) and "file" in path
    )
    return setuptools or (path[:5] == ("tool", "hatch", "metadata", "hooks", "requirements_txt") and "files" in path)


def _requires_python(entries: list[Entry]) -> tuple[str, int] | None:
    wanted = (("project", "requires-python"), ("tool", "poetry", "dependencies", "python"))
    return next(((e.value, e.line) for path in wanted for e in entries if e.path == path and e.value), None)


def _has_build(entries: list[Entry]) -> bool:
    is_named = any(entry.path in (("project", "name"), ("tool", "poetry", "name")) for entry in entries)
    has_backend = any(entry.path[:1] == ("build-system",) and len(entry.path) > 1 for entry in entries)
    refused = (("tool", "poetry", "package-mode"), ("tool", "uv", "package"), ("tool", "pdm", "distribution"))
    return is_named and has_backend and not any(e.path in refused and e.value == "false" for e in entries)


def _entry_points(entries: list[Entry]) -> Iterator[tuple[str, str, int]]:
    roots: tuple[tuple[str, ...], ...] = (
        ("project", "scripts"),
        ("project", "gui-scripts"),
        ("project", "entry-points", "console_scripts"),
        ("tool", "poetry", "scripts"),
        ("tool", "poetry", "plugins", "console_scripts"),
    )
    for entry in entries:
        for root in roots:
            rest = entry.path[len(root) :]
            is_target = len(rest) == 1 or (len(rest) == 2 and rest[1] in ("callable", "reference"))
            if entry.path[: len(root)] == root and is_target and entry.value not in ("", "{}"):
                yield rest[0], entry.value, entry.line


@dataclass(frozen=True, slots=True)
class _Table:
    """Where requirement texts or Poetry-like name tables stand: the path, with `*` for the group's name."""

    path: tuple[str, ...]
    group: str = ""
    is_named: bool = False
    """The members are `name = version` (Poetry), not a list of requirement texts."""

    def group_of(self, path: tuple[str, ...]) -> str | None:
        """Return the group that the path below this table has; None where the path does not lie in it."""
        if len(path) <= len(self.path):
            return None
        group = self.group
        for wanted, key in zip(self.path, path, strict=False):
            if wanted == "*":
                group = key
            elif wanted != key:
                return None
        return group


_TABLES = (
    _Table(("project", "dependencies")),
    _Table(("project", "optional-dependencies", "*")),
    _Table(("dependency-groups", "*")),
    _Table(("build-system", "requires"), "build-system"),
    _Table(("tool", "uv", "dev-dependencies"), "dev"),
    _Table(("tool", "pdm", "dev-dependencies", "*")),
    _Table(("tool", "rye", "dev-dependencies"), "dev"),
    _Table(("tool", "hatch", "envs", "*", "dependencies")),
    _Table(("tool", "hatch", "envs", "*", "extra-dependencies")),
    _Table(("tool", "poetry", "dependencies"), is_named=True),
    _Table(("tool", "poetry", "dev-dependencies"), "dev", is_named=True),
    _Table(("tool", "poetry", "group", "*", "dependencies"), is_named=True),
    _Table(("tool", "pixi", "dependencies"), is_named=True),
    _Table(("tool", "pixi", "pypi-dependencies"), is_named=True),
    _Table(("tool", "pixi", "feature", "*", "dependencies"), is_named=True),
    _Table(("tool", "pixi", "feature", "*", "pypi-dependencies"), is_named=True),
)


def _dependencies(entries: list[Entry]) -> Iterator[Dependency]:
    for table in _TABLES:
        members = [(e, group) for e in entries if (group := table.group_of(e.path)) is not None]
        if table.is_named:
            yield from named_dependencies(members, len(table.path))
            continue
        for entry, group in members:
            is_item = len(entry.path) == len(table.path) + 1 and entry.path[-1].isdigit()
            dependency = parse(entry.value, entry.line, group) if is_item and entry.value not in ("[]", "{}") else None
            if dependency:
                yield dependency


def named_dependencies(
    members: Iterable[tuple[Entry, str]], depth: int, pin: Callable[[str], str] | None = None
) -> Iterator[Dependency]:
    """Read `name = "^1.2"`, `name = {version = …, git = …, rev = …}` and lists of such tables (Poetry, Pipfile, pixi).

    `depth` is the length of the table's path; a package on a local path is first-party and left out.
    """
    tables: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry, group in members:
        name, keys = entry.path[depth], [key for key in entry.path[depth + 1 :] if not key.isdigit()]
        tables.setdefault((name, group), {}).setdefault(keys[0] if keys else "version", entry)
    for (name, group), table in tables.items():
        first = next(iter(table.values()))
        if canonicalize_name(name) == "python" or "path" in table:
            continue
        made = Dependency(canonicalize_name(name), first.line, "none", "", group)
        yield _with_version(made, table, pin or pin_of_poetry)


def _with_version(made: Dependency, table: dict[str, Entry], pin: Callable[[str], str]) -> Dependency:
    url = table.get("git") or table.get("url")
    if url:
        revision = table.get("rev") or table.get("tag") or table.get("ref") or table.get("branch")
        suffix = f"@{revision.value}" if revision else ""
        kind = "exact" if (revision and re.fullmatch(r"[0-9a-f]{7,64}", revision.value)) or "url" in table else "none"
        kind = "range" if kind == "none" and "tag" in table else kind
        return replace(made, pin=kind, specifier=without_login(url.value) + suffix)
    version = table.get("version")
    text = version.value if version and version.value not in ("{}", "[]") else ""
    return replace(made, pin=pin(text), specifier=text)


def pin_of_poetry(version: str) -> str:
    """Poetry's rules: a bare `1.2.3` is exact, `^`, `~`, bounds and wildcards are ranges, `*` is no pin."""
    version = version.strip()
    if version in ("", "*", "latest"):
        return "none"
    if "*" in version or re.search(r"[\^~<>!|]", version):
        return "range"
    return "exact"
