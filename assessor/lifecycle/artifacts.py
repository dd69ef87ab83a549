"""Artifacts that an orchestrator records because steps hand them on: typed outputs, properties of earlier steps, outputs
of a pipeline file's jobs.

Rules: kubeflow.org "Create, use, pass, and track ML artifacts"; docs.aws.amazon.com/sagemaker "Amazon SageMaker ML
Lineage Tracking"; learn.microsoft.com "CLI (v2) pipeline job YAML schema".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.catalog.traits import keeps_what_steps_give
from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene
from assessor.lifecycle.expressions import bodies
from assessor.lifecycle.kept_outputs import nodes
from assessor.lifecycle.stations import marks
from assessor.lifecycle.trained import trained_values
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
    """Steps that give a model to their orchestrator, which keeps it with its run, or under a version of its catalogue."""
    for file in scene.project.code_files:
        for reference in scene.modules.index(file.path).facts.references:
            if reference.name.startswith("kfp.") and reference.name.endswith(".Output.Model"):
                text = "a step gives its model to the pipeline's store of artifacts"
                yield Handed(file, reference.line, "kubeflow", text, reference.scope)
        for number in _steps_that_give_a_model(scene, file):
            scope = scene.modules.index(file.path).facts.scopes[number]
            text = f"{scope.name}() gives its model to the orchestrator, which keeps it with the run"
            yield Handed(file, scope.line, "", text, number)
        for call in scene.modules.index(file.path).facts.calls:
            if any(name.startswith("sagemaker.") and _MADE_BY_TRAINING in name for name in call.names):
                text = "a step takes the model of a training step"
                yield Handed(file, call.line, "sagemaker", text, call.scope)
    yield from _versions_of_a_catalogue(scene)


_MADE_BY_TRAINING = ".properties.ModelArtifacts"
_FILES = ("FlyteFile", "FlyteDirectory")
_SERIALISES = ("dump", "save", "save_model", "save_pretrained", "save_weights", "to_disk", "write_bytes")


def _steps_that_give_a_model(scene: Scene, file: ProjectFile) -> Iterator[int]:
    """Steps, of orchestrators that keep what steps return, which return a trained model or the file into which they wrote it."""
    index = scene.modules.index(file.path)
    for number, scope in enumerate(index.facts.scopes):
        if not any(keeps_what_steps_give(decorator.name) for decorator in scope.decorators):
            continue
        if _puts_a_model_on_its_flow(scene, file, number):
            yield number
        written = any(source.partition("[")[0].endswith(_FILES) for _, sources in scope.returns for source in sources)
        if _gives_what_it_trained(scene, file.path, number) or (written and _is_given_a_model(scene, file, number)):
            yield number


def _puts_a_model_on_its_flow(scene: Scene, file: ProjectFile, number: int) -> bool:
    """The step trains what it keeps as an attribute of its flow (`self.model = Ridge().fit(…)`)."""
    index = scene.modules.index(file.path)
    owner = index.classes.get(index.facts.scopes[number].class_name)
    if owner is None or "train" not in marks(scene).get((file.path, number), frozenset()):
        return False
    trained = trained_values(scene)
    return any(trained.proves((file.path, number), source) for _, sources in owner.attributes for source in sources)


def _gives_what_it_trained(scene: Scene, path: str, number: int) -> bool:
    """The function returns what a training made."""
    returns = scene.modules.index(path).facts.scopes[number].returns
    return any(trained_values(scene).proves((path, number), source) for _, sources in returns for source in sources)


def _is_given_a_model(scene: Scene, file: ProjectFile, number: int) -> bool:
    """Something that a training made is handed to a call of the function, or stores itself there."""
    return any(
        trained_values(scene).proves((file.path, number), source)
        for call in scene.modules.index(file.path).calls.get(number, ())
        if call.name.rpartition(".")[2] in _SERIALISES
        for _, sources in call.given
        for source in sources
    )


def _versions_of_a_catalogue(scene: Scene) -> Iterator[Handed]:
    """Models that nodes of Kedro write into a data set of which the catalogue keeps versions.

    Rule: docs.kedro.org "Dataset versioning"."""
    kept = _versioned(scene)
    for node in nodes(scene) if kept else ():
        names = sorted(kept.intersection(node.gives))
        named = any(speaks_of("kept_model", name) for name in names)
        for path, number in node.functions if names else ():
            if named or _gives_what_it_trained(scene, path, number):
                scope = scene.modules.index(path).facts.scopes[number]
                text = f"the catalogue keeps versions of {names[0]}, which {scope.name}() gives"
                yield Handed(scene.modules.files[path], scope.line, "kedro", text, number)


def _versioned(scene: Scene) -> set[str]:
    """The data sets of which catalogues keep versions."""
    settings = (s for file in scene.project.ordered if "catalog" in file.path for s in file.facts.settings)
    return {
        s.key.removesuffix(_VERSIONED) for s in settings if s.key.endswith(_VERSIONED) and s.value.lower() == "true"
    }


_VERSIONED = ".versioned"


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
