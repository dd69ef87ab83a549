"""Definitions of AWS Step Functions in a file of their own (Amazon States Language, states-language.net)."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.infrastructure.service_calls import SYSTEM, service_calls
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("StartAt", "States", "Type")


def resources(name: str, document: Node) -> Iterator[Resource]:
    """One state machine with the fields of its states; the object that takes the file starts it."""
    states = document.get("States")
    if document.get("StartAt").kind == "scalar" and states.is_map:
        settings = flat(states, "States")
        yield Resource(SYSTEM, "machine", name.partition(".")[0], states.line, settings)
        yield from service_calls(settings)
