"""Artifacts that an orchestrator records because steps hand them on: typed outputs, properties of earlier steps, outputs
of a pipeline file's jobs.

Rules: kubeflow.org "Create, use, pass, and track ML artifacts"; docs.aws.amazon.com/sagemaker "Amazon SageMaker ML
Lineage Tracking"; learn.microsoft.com "CLI (v2) pipeline job YAML schema".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.hits.scene import Scene
from assessor.lifecycle.expressions import bodies
from assessor.project.model import ProjectFile, Role

_TYPED = frozenset({"Input", "Output", "InputPath", "OutputPath"})
"""Annotations of Kubeflow Pipelines for what a component takes and gives (https://www.kubeflow.org/docs/components/pipelines)."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One place where a step takes what another one made. `scope` is the function, -1 outside of Python."""

    file: ProjectFile
    line: int
    tool: str
    text: str
    scope: int = -1


def handed_on(scene: Scene) -> Iterator[Handed]:
    """The first such place of each file."""
    for file in scene.project.code_files:
        found = _in_code(scene, file)
        if found:
            yield found
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            if resource.system == "azureml":
                line = next((line for _, value, line in resource.settings if any(map(_is_output, bodies(value)))), 0)
                if line:
                    yield Handed(file, line, "azure-ml", "a job of the pipeline takes the output of another one")
                    break


def kept_models(scene: Scene) -> Iterator[Handed]:
    """Steps that give a model to their orchestrator, which keeps it with its run."""
    for file in scene.project.code_files:
        for reference in scene.modules.index(file.path).facts.references:
            if reference.name.startswith("kfp.") and reference.name.endswith(".Output.Model"):
                text = "a step gives its model to the pipeline's store of artifacts"
                yield Handed(file, reference.line, "kubeflow", text, reference.scope)


def _is_output(body: str) -> bool:
    """`parent.jobs.NAME.outputs.NAME`"""
    words = body.split(".")
    return len(words) == 5 and words[:2] == ["parent", "jobs"] and words[3] == "outputs"


def _in_code(scene: Scene, file: ProjectFile) -> Handed | None:
    index = scene.modules.index(file.path)
    for reference in index.facts.references:
        if reference.name.startswith("kfp.") and reference.name.rpartition(".")[2] in _TYPED:
            text = "typed artifacts are handed from step to step"
            return Handed(file, reference.line, "kubeflow", text, reference.scope)
    for call in index.facts.calls:
        if any(name.startswith("sagemaker.") and ".properties." in name for name in call.names):
            return Handed(file, call.line, "sagemaker", "a step takes the properties of another one", call.scope)
    return None
