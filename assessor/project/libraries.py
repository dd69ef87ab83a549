"""Libraries of machine learning that a project names: a sign that it is about models, no proof of any practice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from assessor.catalog.loading import Source, load_value
from assessor.catalog.tools import Tool
from assessor.facts.role import Role
from assessor.project.model import Project

LEARNING = frozenset(
    {"automl", "cloud_ml", "drift_monitoring", "evaluation", "feature_store", "registry", "responsible_ai"}
    | {"tracking", "training", "tuning"}
)
"""Categories of tools that nothing but machine learning needs."""


def learning_libraries(project: Project, tools: Sequence[Tool]) -> tuple[str, ...]:
    """Ids of the tools of those categories, and packages of `learning.yaml`, that the project imports or directly depends
    on, sorted."""
    names = frozenset(_imports(project)) | frozenset(_dependencies(project))
    found = {
        tool.id for tool in tools if tool.category in LEARNING and not names.isdisjoint({*tool.packages, *tool.imports})
    }
    plain = {name.replace("_", "-") for name in names}
    for pattern in known_packages():
        start = pattern.removesuffix("*")
        if any(name == start or (start != pattern and name.startswith(start)) for name in plain):
            found.add(start.removesuffix("-"))
    return tuple(sorted(found))


@cache
def known_packages() -> tuple[str, ...]:
    """The packages of `learning.yaml`. Raises DataError."""
    text = files("assessor.catalog").joinpath("learning.yaml").read_text("utf-8")
    written = load_value(Source("learning.yaml", text), dict[str, tuple[_Pattern, ...]], is_shipped=True)
    return tuple(pattern for group in written.values() for pattern in group)


_Pattern = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\*?$")]


def _imports(project: Project) -> Iterator[str]:
    """Dotted names that its own code, tests and notebooks import, each with all its beginnings."""
    for file in project.ordered:
        if file.code is None or file.role not in (Role.FIRST_PARTY, Role.TEST, Role.TEMPLATE):
            continue
        for imported in file.code.imports:
            parts = imported.target.split(".")
            yield from (".".join(parts[:size]) for size in range(1, len(parts) + 1) if parts[0])


def _dependencies(project: Project) -> Iterator[str]:
    for _, requirements in project.having(lambda facts: facts.requirements):
        python = (entry for entry in requirements.dependencies if entry.ecosystem == "python")
        yield from (dependency.name.lower() for dependency in python)
