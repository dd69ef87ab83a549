"""Google App Engine's app.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat, shell_text
from assessor.readers.infrastructure.shapes import named
from assessor.readers.syntax.yaml_tree import Node

_named = named(r"app\.ya?ml")


def fits(path: str, text: str) -> bool:
    """Its name, and a runtime: templates of other clouds are called so too."""
    return _named(path, text) and "runtime" in text and "Resources:" not in text


def resources(name: str, document: Node) -> Iterator[Resource]:
    """Google App Engine's app.yaml: it has a runtime, and usually an entry point."""
    if document.get("runtime").kind == "scalar" and not document.get("name"):
        entry = document.get("entrypoint")
        service = document.get("service").text or "default"
        commands = shell_text(entry) if entry.kind == "scalar" and entry.text else ()
        yield Resource("appengine", "service", service, document.line, flat(document), commands)
