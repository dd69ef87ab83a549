"""Lists of dependencies that were written by a program: what another list of the same folder names, and all that this needs.

`pip freeze`, `poetry export` and the like leave no trace in the file but its content: every version exact, the names in
order, those of the other list among them and many more. What stands only there was chosen by nobody.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Sequence

from assessor.facts.project_files import Dependency
from assessor.project.model import Project, Role

_TIMES = 2
"""How often as many packages as the other list names."""
_MORE = 15
"""Packages beyond the other list: fewer may be those of developers, written by hand."""


def closed_lists(project: Project) -> frozenset[str]:
    """The paths of such lists."""
    beside: dict[str, list[tuple[str, Sequence[Dependency]]]] = defaultdict(list)
    for file, requirements in project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        own = [dependency for dependency in requirements.dependencies if dependency.ecosystem == "python"]
        if own:
            beside[posixpath.dirname(file.path)].append((file.path, own))
    return frozenset(
        path
        for lists in beside.values()
        for path, own in lists
        if any(_holds(own, other) for name, other in lists if name != path)
    )


def _holds(own: Sequence[Dependency], other: Sequence[Dependency]) -> bool:
    names = {_plain(dependency) for dependency in own}
    wanted = {_plain(d) for d in other if not d.group} or {_plain(d) for d in other}
    if len(names) < max(_TIMES * len(wanted), len(wanted) + _MORE) or not wanted <= names:
        return False
    released = [dependency for dependency in own if "://" not in dependency.specifier]
    return all(dependency.pin == "exact" for dependency in released) and _is_sorted(released)


def _is_sorted(released: Sequence[Dependency]) -> bool:
    """By the names, or by the whole lines."""
    names = [_plain(dependency) for dependency in released]
    return names in (sorted(names), sorted(names, key=lambda name: f"{name}="))


def _plain(dependency: Dependency) -> str:
    return dependency.name.lower().replace("_", "-").replace(".", "-")
