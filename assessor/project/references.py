"""What a rule or schedule of infrastructure code starts: the functions, containers and state machines that it names.

An object is named by its address (`aws_lambda_function.fit.arn` in Terraform) or its logical name (`Fit.Arn` in
CloudFormation), by the rule itself, by what ties a target to the rule, or by a state machine that the rule starts.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial

from assessor.catalog.objects import part_of_kind
from assessor.facts.project_files import Resource
from assessor.project.model import Project, ProjectFile, Role
from assessor.project.paths import joined
from assessor.project.state_tasks import Named, tasks_of

_ADDRESS = re.compile(r"\b(module\.[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*|[a-z]\w*\.[A-Za-z_][\w-]*)")
_LOGICAL_NAME = re.compile(r"[A-Za-z]\w*")
_MAX_STARTED = 40


class References:
    """Looks up the objects of a project by their names."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_name: dict[str, list[Named]] = defaultdict(list)
        self._ties: dict[str, list[Named]] = defaultdict(list)
        self._outputs = _Outputs(project)
        for file in project.ordered:
            for resource in file.facts.resources if file.role is Role.FIRST_PARTY else ():
                for name in _names(file, resource):
                    self._by_name[name].append((file, resource))
                for address in self._told(file, resource) if part_of_kind().get(resource.kind) == "ties" else ():
                    self._ties[address].append((file, resource))

    def started(self, file: ProjectFile, resource: Resource) -> list[Named]:
        """What a run of the rule, schedule or state machine starts, in the order in which it is named."""
        found = list(self._tasks(file, resource))
        self._collect(file, resource, found, {id(resource)})
        return found[:_MAX_STARTED]

    def _collect(self, file: ProjectFile, resource: Resource, found: list[Named], seen: set[int]) -> None:
        tied = [tie for name in _names(file, resource) for tie in self._ties.get(name, ())]
        for source_file, source in [(file, resource), *tied]:
            for name in self._told(source_file, source):
                for target_file, target in self._by_name.get(name, ()):
                    part = part_of_kind().get(target.kind)
                    if id(target) in seen or part not in ("started", "orchestrates") or len(found) >= _MAX_STARTED:
                        continue
                    seen.add(id(target))
                    found.append((target_file, target))
                    if part == "orchestrates":
                        found += self._tasks(target_file, target)
                        self._collect(target_file, target, found, seen)

    def _tasks(self, file: ProjectFile, resource: Resource) -> Iterator[Named]:
        """What a state machine starts that is no object of its own."""
        if part_of_kind().get(resource.kind) == "orchestrates":
            yield from tasks_of(self._project, file, resource, partial(self._containers, file))

    def _containers(self, file: ProjectFile, texts: Iterable[str]) -> Iterator[Named]:
        """The objects with an image that texts of a file mention."""
        for name in dict.fromkeys(name for text in texts for name in _in_text(file, text)):
            for found in (name, *self._outputs.of(file, name)):
                yield from (named for named in self._by_name.get(found, ()) if named[1].images)

    def _told(self, file: ProjectFile, resource: Resource) -> Iterable[str]:
        """The names that an object mentions, with those that the outputs of modules stand for."""
        for name in _mentioned(file, resource):
            yield name
            yield from self._outputs.of(file, name)


class _Outputs:
    """The addresses that the outputs of Terraform's local modules give."""

    def __init__(self, project: Project) -> None:
        self._sources: dict[tuple[str, str], str] = {}
        self._given: dict[tuple[str, str], list[str]] = {}
        for file in project.ordered:
            folder = posixpath.dirname(file.path)
            for resource in file.facts.resources if file.role is Role.FIRST_PARTY else ():
                values = {key: value for key, value, _ in resource.settings}
                if (resource.system, resource.kind) == ("terraform", "module"):
                    self._sources[folder, resource.name] = joined(folder, values.get("source", ""))
                elif (resource.system, resource.kind) == ("terraform", "output"):
                    self._given[folder, resource.name] = _ADDRESS.findall(values.get("value", ""))

    def of(self, file: ProjectFile, name: str) -> list[str]:
        """What `module.jobs.fit_arn` is in the module's own folder."""
        word, _, rest = name.partition(".")
        module, _, output = rest.partition(".")
        if word != "module" or not output:
            return []
        folder = self._sources.get((posixpath.dirname(file.path), module))
        return self._given.get((folder, output), []) if folder else []


def starts_others(resource: Resource) -> bool:
    """The object can start others: it has a schedule or an event of its own, and is no job of a platform that runs itself."""
    return resource.system in ("terraform", "cloudformation")


def _names(file: ProjectFile, resource: Resource) -> Iterator[str]:
    if resource.system == "terraform":
        yield f"{resource.kind}.{resource.name}"
    elif resource.system == "cloudformation":
        yield f"{file.path}#{resource.name}"


def _mentioned(file: ProjectFile, resource: Resource) -> Iterable[str]:
    """The names that an object's settings mention, each once, in their order."""
    found: dict[str, None] = {}
    for _, value, _ in resource.settings:
        found.update(dict.fromkeys(_in_text(file, value)))
    return found


def _in_text(file: ProjectFile, text: str) -> list[str]:
    """The names of objects in a text: addresses of Terraform, logical names of a template."""
    if file.path.endswith((".tf", ".tf.json", ".hcl")):
        return _ADDRESS.findall(text)
    return [f"{file.path}#{name}" for name in _LOGICAL_NAME.findall(text)]
