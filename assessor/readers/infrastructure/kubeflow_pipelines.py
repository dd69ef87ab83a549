"""Compiled Kubeflow and Vertex pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import containers_of, images_in
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("pipelineInfo", "deploymentSpec")


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A compiled Kubeflow or Vertex pipeline (`pipelineInfo` and `deploymentSpec`, perhaps below `pipelineSpec`)."""
    spec = document.get("pipelineSpec") if document.get("pipelineSpec").is_map else document
    info = spec.get("pipelineInfo", "name")
    if info.kind != "scalar":
        return
    tasks = spec.get("root", "dag", "tasks")
    settings = tuple((f"tasks.{key.text}", key.text, key.line) for key, _ in tasks.items())[:400]
    images = images_in(containers_of(spec.get("deploymentSpec")))
    yield Resource("kubeflow", "pipeline", info.text, info.line, settings, images=images)
