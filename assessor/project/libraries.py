"""Libraries of machine learning that a project names: a sign that it is about models, no proof of any practice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assessor.catalog.tools import Tool
from assessor.facts.role import Role
from assessor.project.model import Project

LEARNING = frozenset(
    {"automl", "cloud_ml", "drift_monitoring", "evaluation", "feature_store", "registry", "responsible_ai"}
    | {"tracking", "training", "tuning"}
)
"""Categories of tools that nothing but machine learning needs."""


def learning_libraries(project: Project, tools: Sequence[Tool]) -> tuple[str, ...]:
    """Ids of the tools of those categories that the project imports or directly depends on, sorted."""
    names = frozenset(_imports(project)) | frozenset(_dependencies(project))
    return tuple(
        sorted(
            tool.id
            for tool in tools
            if tool.category in LEARNING and not names.isdisjoint({*tool.packages, *tool.imports})
        )
    )


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
        yield from (dependency.name.lower() for dependency in requirements.dependencies)
