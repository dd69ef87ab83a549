"""Elastic Beanstalk's `.ebextensions`."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.syntax.yaml_tree import Node


def fits(path: str, text: str) -> bool:
    """Files of the folder `.ebextensions`."""
    return "/.ebextensions/" in f"/{path}"


def resources(name: str, document: Node) -> Iterator[Resource]:
    """Elastic Beanstalk's `.ebextensions/*.config`."""
    if any(document.get(key) for key in ("option_settings", "container_commands", "commands")):
        yield Resource("elasticbeanstalk", "environment", name, document.line, flat(document))
