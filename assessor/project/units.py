"""The units of a monorepo: folders that have a manifest, a pipeline or a service of their own, and code.

Found by the names of files alone, so that they are known before anything is read. Of folders inside each other the outer
one is the unit; the root is one where it has a manifest of its own and code outside of the other units.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessor.facts.role import Role
from assessor.project.scope import Scope, below
from assessor.snapshot.roles import role_of

_MARKS = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|requirements[\w.-]*\.(?:txt|in)|environment\.ya?ml|conda\.ya?ml|Pipfile|DESCRIPTION"
    r"|Project\.toml|package\.json|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt|Cargo\.toml"  # manifests
    r"|dvc\.yaml|MLproject|Snakefile|Kptfile|databricks\.ya?ml|bentofile\.ya?ml|cog\.yaml"  # pipelines and models
    r"|Dockerfile|serverless\.ya?ml|service\.ya?ml|app\.ya?ml"  # services
)
_PARTS = frozenset(
    {
        "docker",
        "deploy",
        "deployment",
        "infra",
        "config",
        "conf",
        ".devcontainer",
        "requirements",
        "docs",
        "scripts",
        "ci",
    }
)
"""Folders by whose names a manifest in them is that of the folder above."""
CODE_ENDINGS = (
    ".py",
    ".ipynb",
    ".r",
    ".rmd",
    ".jl",
    ".scala",
    ".java",
    ".kt",
    ".js",
    ".ts",
    ".go",
    ".rs",
    ".cs",
    ".cpp",
    ".php",
    ".rb",
)
_SOURCE_ROOTS = frozenset({"src", "source", "lib", "app", "python", "code"})
MAX_UNITS = 60
"""Units of one repository that are rated; further ones are told."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its name, globs of its own files and of those that it shares with others."""

    name: str
    paths: tuple[str, ...]
    shared: tuple[str, ...] = ()


def find_units(paths: Iterable[str]) -> list[Unit]:
    """The units that the names of a repository's files show, by name; none where there is only one."""
    first_party = [path for path in paths if role_of(path) is Role.FIRST_PARTY]
    code = sorted(posixpath.dirname(path) for path in first_party if path.lower().endswith(CODE_ENDINGS))
    marked = {posixpath.dirname(path) for path in first_party if _MARKS.fullmatch(path.rpartition("/")[2])}
    folders = sorted({_of_unit(folder) for folder in marked if not folder.startswith(".")})
    outer: list[str] = []
    for folder in folders:
        if folder and not any(folder.startswith(f"{known}/") for known in outer):
            outer.append(folder)
    outer = [folder for folder in outer if any(place == folder or place.startswith(f"{folder}/") for place in code)]
    found = [Unit(folder, (below(folder),)) for folder in outer]
    rest = [place for place in code if place and not any(place == f or place.startswith(f"{f}/") for f in outer)]
    if "" in marked and rest:
        found.insert(0, Unit(".", ("**", *(f"!{below(folder)}" for folder in outer))))
    elif found:
        shared = ("**", *(f"!{below(folder)}" for folder in outer))
        found = [Unit(unit.name, unit.paths, shared) for unit in found]
    return found if len(found) > 1 else []


def _of_unit(folder: str) -> str:
    """The folder of the unit that a mark in this folder is about."""
    while folder and folder.rpartition("/")[2].lower() in _PARTS | _SOURCE_ROOTS:
        folder = folder.rpartition("/")[0]
    return folder


def scope_of_unit(unit: Unit, units: Sequence[Unit], exclude: tuple[str, ...] = ()) -> Scope:
    """What is rated for one unit among others: files of others that are not its own prove nothing for it."""
    others = tuple(glob for other in units if other is not unit and other.name != "." for glob in other.paths)
    back = tuple(f"!{glob}" for glob in unit.paths if unit.name != "." and not glob.startswith("!"))
    more = tuple(f"!{glob}" for glob in unit.shared if glob != "**" and not glob.startswith("!"))
    return Scope(unit.paths, exclude, unit.shared, (*others, *back, *more) if others else (), unit=unit.name)


def neighbours(folder: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Globs of the units of a repository that are neither a sub-folder, nor around it, nor in it."""
    units = (unit.name for unit in find_units(paths) if unit.name != ".")
    return tuple(
        below(name)
        for name in units
        if name != folder and not name.startswith(f"{folder}/") and not folder.startswith(f"{name}/")
    )
