"""What kustomizations change of the objects below them: an overlay may suspend a CronJob that its base runs, or wake it.

An object that kustomizations list is made by those which no other one lists. Where some run applies one of these, only those
that are applied say what becomes of it; with none, all of them. What is applied by itself is as it is written.

Rules: kubectl.docs.kubernetes.io/references/kustomize, "patches", "patchesStrategicMerge", "patchesJson6902", "replicas".
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping

from assessor.facts.project_files import Resource
from assessor.project.model import Project
from assessor.project.paths import joined
from assessor.readers.syntax.yaml_tree import Node, YamlProblem, load

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_LISTS = ("resources.", "bases.", "components.")
_SUSPENDS = "/spec/suspend"


class Kustomizations:
    """Answers for one project; `applied` are the files that some run applies."""

    def __init__(self, project: Project, applied: Container[str]) -> None:
        self._project = project
        self._applied = applied
        self._own: dict[str, Resource] = {}
        self._above: dict[str, set[str]] = defaultdict(set)
        for file in project.ordered:
            if posixpath.basename(file.path) in KUSTOMIZATIONS and file.facts.resources:
                self._own[file.path] = file.facts.resources[0]
        for path, kustomization in self._own.items():
            for key, value, _ in kustomization.settings:
                if key.startswith(_LISTS):
                    self._above[self._target(joined(posixpath.dirname(path), value))].add(path)

    def _target(self, place: str) -> str:
        """The kustomization of a folder, or the file itself."""
        return next((path for name in KUSTOMIZATIONS if (path := f"{place}/{name}") in self._own), place)

    def is_active(self, path: str, resource: Resource) -> bool:
        """The object runs as some kustomization makes it, or as it is written where none has a say."""
        if resource.kind != "CronJob" or path not in self._above:
            return resource.is_active
        outcomes = dict(self._outcomes(path, resource, resource.is_active, frozenset()))
        applied = [active for top, active in outcomes.items() if top in self._applied]
        return any(applied or outcomes.values())

    def tops(self, path: str, done: frozenset[str] = frozenset()) -> set[str]:
        """The kustomizations that no other one lists and that lead to a file, through others."""
        above = self._above.get(path, set()) - done
        if not above:
            return {path} & self._own.keys()
        return {top for other in above for top in self.tops(other, done | {other})}

    def _outcomes(
        self, path: str, resource: Resource, active: bool, done: frozenset[str]
    ) -> Iterator[tuple[str, bool]]:
        """(kustomization that no other one lists, whether the object runs as it makes it)."""
        above = self._above.get(path, set()) - done
        if not above and path in self._own:
            yield path, active
        for other in sorted(above):
            said = self._said(other, resource)
            yield from self._outcomes(other, resource, active if said is None else not said, done | {other})

    def _said(self, path: str, resource: Resource) -> bool | None:
        """Whether the patches of a kustomization suspend the object; None where they do not say."""
        settings = {key: value for key, value, _ in self._own[path].settings}
        found: bool | None = None
        for key, value in settings.items():
            head, _, last = key.rpartition(".")
            if key.startswith("patches") and (last == "patch" or last.isdigit()) and _aims_at(settings, head, resource):
                found = _of_text(value, resource) if "\n" in value else found
            if key.startswith("patches") and (last == "path" or last.isdigit()) and "\n" not in value:
                said = self._of_file(joined(posixpath.dirname(path), value), resource)
                found = said if said is not None and _aims_at(settings, head, resource) else found
        return found

    def _of_file(self, path: str, resource: Resource) -> bool | None:
        """What a file that is laid over objects of its kind and name says."""
        file = self._project.files.get(path)
        for patch in file.facts.resources if file else ():
            if patch.kind == resource.kind and patch.name == resource.name:
                said = next((value for key, value, _ in patch.settings if key == "spec.suspend"), "")
                return said.lower() == "true" if said else None
        return None


def _aims_at(settings: Mapping[str, str], head: str, resource: Resource) -> bool:
    kind, name = settings.get(f"{head}.target.kind", ""), settings.get(f"{head}.target.name", "")
    return kind in ("", resource.kind) and name in ("", resource.name, ".*")


def _of_text(text: str, resource: Resource) -> bool | None:
    try:
        documents = load(text)
    except YamlProblem:
        return None
    for document in documents:
        if document.is_list:
            return _of_operations(document)
        if document.get("spec", "suspend") and document.get("kind").text in ("", resource.kind):
            name = document.get("metadata", "name").text
            return document.get("spec", "suspend").is_true if name in ("", resource.name) else None
    return None


def _of_operations(operations: Node) -> bool | None:
    """A JSON patch."""
    found = [step for step in operations.each() if step.get("path").text == _SUSPENDS]
    return found[-1].get("value").is_true if found and found[-1].get("op").text in ("add", "replace") else None
