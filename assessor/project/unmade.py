"""Objects of infrastructure code of which nothing is made, or that do nothing as they are written.

A module that is written for others offers what its users may ask for: `for_each = var.models` over a variable whose default
is empty. Where no file of values and no module call of this repository fills it, the object exists for others only.
A switch (`count = var.enabled ? 1 : 0`) is none of that: a person turns it on, and until the repository says so no run does. What `count = 0` or a local of nought leaves
out is made for nobody, and so are the objects of a module whose every call is left out.

Language: developer.hashicorp.com/terraform/language/meta-arguments/for_each and count.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.project.model import Project, Role
from assessor.project.paths import joined
from assessor.project.variables import VARIABLE, Variables

_EMPTY = frozenset({"[]", "{}", "toset([])", "null"})
_LOCAL = re.compile(r"\blocal\.([\w-]+)")
_VARIABLE = re.compile(r"\bvar\.([\w-]+)")


def unmade(project: Project) -> frozenset[tuple[str, int]]:
    """The places of these objects: path and line."""
    return _for_others(project) | _left_out(project)


def switched_off(project: Project) -> frozenset[tuple[str, int]]:
    """The places of objects that a variable switches on, where each value that the repository gives it leaves them out."""
    asked = [(p, r) for p, r in _objects(project) if any(k in _COUNTS and VARIABLE.search(v) for k, v, _ in r.settings)]
    variables = Variables(project) if asked else None
    return frozenset((path, r.line) for path, r in asked if variables and variables.leaves_out(r))


def _left_out(project: Project) -> frozenset[tuple[str, int]]:
    """Objects that nobody's values bring back, and those of modules that are left out wherever they are called."""
    objects = list(_objects(project))
    off = [(path, resource) for path, resource in objects if resource.kind != "module" and _is_off(resource)]
    switched = {k for _, r in objects if r.kind == "locals" for k, v, _ in r.settings if VARIABLE.search(v)}
    counted = [(path, r) for path, r in objects if any(_is_fixed(k, v, switched) for k, v, _ in r.settings)]
    variables = Variables(project) if counted else None
    gone = [(path, r) for path, r in counted if variables and variables.leaves_out(r)]
    called = [(path, resource) for path, resource in objects if resource.kind == "module"]
    lost = {_source(*call) for call in gone if call[1].kind == "module"}
    lost -= {_source(*call) for call in called if call not in gone}
    inner = [(path, resource) for path, resource in objects if posixpath.dirname(path) in lost]
    return frozenset((path, resource.line) for path, resource in (*off, *gone, *inner))


_COUNTS = frozenset({"count", "for_each"})
_OFF = frozenset(
    {
        ("enabled", "false"),
        ("is_enabled", "false"),
        ("disabled", "true"),
        ("actions_enabled", "false"),
        ("paused", "true"),
    }
)


def _is_fixed(key: str, value: str, switched: set[str]) -> bool:
    """How many there are is not for a variable to say."""
    return key in _COUNTS and not VARIABLE.search(value) and switched.isdisjoint(_LOCAL.findall(value))


def _is_off(resource: Resource) -> bool:
    """The object itself is switched off, not one of its parts."""
    return any((key, value.lower()) in _OFF for key, value, _ in resource.settings)


def _source(path: str, call: Resource) -> str | None:
    """The folder of this repository that a call of a module names."""
    source = next((value for key, value, _ in call.settings if key == "source"), "")
    return joined(posixpath.dirname(path), source) if source.startswith(".") else None


def _for_others(project: Project) -> frozenset[tuple[str, int]]:
    """Objects of which only a user of the module makes some."""
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
