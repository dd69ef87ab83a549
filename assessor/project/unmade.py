"""Objects of infrastructure code of which nothing is made: one for each item of a list that is empty here.

A module that is written for others offers what its users may ask for: `for_each = var.models` over a variable whose default
is empty. Where no file of values and no module call of this repository fills it, the object exists for others only.
A switch (`count = var.enabled ? 1 : 0`) is none of that: a person turns it on.

Language: developer.hashicorp.com/terraform/language/meta-arguments/for_each and count.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.project.model import Project, Role

_EMPTY = frozenset({"[]", "{}", "toset([])", "null"})
_VARIABLE = re.compile(r"\bvar\.([\w-]+)")


def unmade(project: Project) -> frozenset[tuple[str, int]]:
    """The places of these objects: path and line."""
    empty = {(posixpath.dirname(path), r.name) for path, r in _objects(project, "variable") if _is_empty(r)}
    if not empty:
        return frozenset()
    given = _given(project)
    wanted = {(folder, name) for folder, name in empty if name not in given}
    return frozenset(
        (path, resource.line)
        for path, resource in _objects(project)
        if any((posixpath.dirname(path), name) in wanted for name in _made_for(resource))
    )


def _objects(project: Project, kind: str = "") -> Iterator[tuple[str, Resource]]:
    for file in project.ordered:
        for resource in file.facts.resources:
            if resource.system == "terraform" and kind in ("", resource.kind):
                yield file.path, resource


def _is_empty(variable: Resource) -> bool:
    return any(key == "default" and value in _EMPTY for key, value, _ in variable.settings)


def _made_for(resource: Resource) -> Iterator[str]:
    """The variables whose items an object is made for."""
    for key, value, _ in resource.settings:
        if key == "for_each" or (key == "count" and value.lstrip().startswith("length(")):
            yield from _VARIABLE.findall(value)


def _given(project: Project) -> frozenset[str]:
    """The names that a file of values or a module call of the project itself gives."""
    found: set[str] = set()
    for file in project.ordered:
        if file.role in (Role.EXAMPLE, Role.TEST, Role.DOCUMENTATION):
            continue
        for resource in file.facts.resources:
            if resource.system == "terraform" and resource.kind in ("tfvars", "module", "terragrunt"):
                found.update(part for key, _, _ in resource.settings for part in key.split(".")[:2])
    return frozenset(found)
