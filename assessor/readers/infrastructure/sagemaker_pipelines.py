"""SageMaker pipeline definitions as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("2020-12-01", '"Steps"', suffix=(".json",))


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A SageMaker pipeline definition (JSON with `Version: 2020-12-01` and `Steps`)."""
    steps = document.get("Steps").each()
    if not steps or not all(step.get("Type") for step in steps):
        return
    yield Resource(
        "sagemaker", "pipeline", name.partition(".")[0], document.line, flat(document.get("Parameters"), "Parameters")
    )
    for step in steps:
        yield Resource("sagemaker", f"{step.get('Type').text}Step", step.get("Name").text, step.line, flat(step))
