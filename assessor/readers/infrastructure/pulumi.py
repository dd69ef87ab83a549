"""Pulumi: a project with its YAML resources, or the configuration of one stack."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.infrastructure.shapes import named
from assessor.readers.syntax.yaml_tree import Node

fits = named(r"Pulumi(?:\.[\w-]+)?\.ya?ml")


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A Pulumi project with its YAML resources, or the configuration of one stack (`Pulumi.prod.yaml`)."""
    stack = name.removeprefix("Pulumi").rpartition(".")[0].strip(".")
    if stack:
        yield Resource("pulumi", "stack", stack, document.line, flat(document))
        return
    if not document.get("runtime"):
        return
    yield Resource("pulumi", "project", document.get("name").text, document.line, flat(document))
    for key, body in document.get("resources").items():
        if body.get("type").kind == "scalar":
            yield Resource("pulumi", body.get("type").text, key.text, key.line, flat(body))
