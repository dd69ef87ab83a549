"""Feast's feature_store.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.infrastructure.shapes import named
from assessor.readers.syntax.yaml_tree import Node

fits = named(r"feature_store\.ya?ml")


def resources(name: str, document: Node) -> Iterator[Resource]:
    if document.get("project").kind == "scalar" and (document.get("registry") or document.get("provider")):
        yield Resource("feast", "feature_store", document.get("project").text, document.line, flat(document))
