"""ARM deployment templates."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import first, flat
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("deploymentTemplate.json", "resources", suffix=(".json",))

_MAX_RESOURCES = 1_000


def resources(name: str, document: Node) -> Iterator[Resource]:
    """Resources of an ARM deployment template, nested ones too: kind `Microsoft.MachineLearningServices/workspaces`."""
    queue = [(item, "") for item in _members(document.get("resources"))]
    for item, parent in queue:
        kind = item.get("type")
        if kind.kind != "scalar" or len(queue) > _MAX_RESOURCES:
            continue
        whole = f"{parent}/{kind.text}" if parent and not kind.text.startswith("Microsoft.") else kind.text
        yield Resource("arm", whole, item.get("name").text, kind.line, flat(item), schedule=_recurrence(item))
        queue += [(child, whole) for child in _members(item.get("resources"))]
        inner = item.get("properties", "template", "resources")
        queue += [(child, "") for child in _members(inner)]


def _members(node: Node) -> tuple[Node, ...]:
    """The items of a list, or the values of a map (ARM's language version 2 names its resources)."""
    return tuple(value for _, value in node.entries) if node.is_map else node.each()


def _recurrence(item: Node) -> str:
    frequency = first(item, "recurrence.frequency")
    return f"every {frequency}" if frequency else ""
