"""Configuration: settings in versioned files, settings classes, and parameters that pipelines pass to training.

A file of another system (a cluster, a collector, an issue form) is none of the project's settings, and settings that
only a deployed service reads are used, since no pipeline passes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.file import EMPTY
from assessor.facts.project_files import Resource
from assessor.findings import Evidence, Finding, Rung
from assessor.hits.scene import Scene
from assessor.lifecycle.order import best
from assessor.lifecycle.stations import training_hits
from assessor.project.arrivals import Arrival, Site
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude

PRACTICE = "versioning.config"

_FILE = re.compile(
    r"(?:^|/)(?:params|config\w*|conf|settings|parameters|hyperparam\w*|\w*_config|\w*_params|constants|options|args"
    r"|\w*_?contract|\w*_?thresholds|\w*_?limits)"
    r"[\w.-]*\.(?:ya?ml|toml|json|ini|cfg)$"
    r"|(?:^|/)(?:configs?|conf|configuration|configurations|settings|params|hparams)/.+\.(?:ya?ml|toml|json|ini|cfg)$",
    re.IGNORECASE,
)


def config(scene: Scene) -> Finding:
    """Declared for a file or module of constants that no code reads as configuration; used where code reads settings or
    a pipeline takes parameters; automated where a run that trains, or one on a schedule, reads or passes them."""
    files = [file for file in scene.project.ordered if _is_settings(scene, file)]
    hits = [h for h in scene.hits(PRACTICE, notebooks=False) if h.tool.id != "config-files" or files]
    training = _training_runs(scene)

    def passes(arrival: Arrival) -> bool:
        return arrival.run.key in training

    evidence = [*ladder.declared(scene, PRACTICE), *ladder.evidence(scene, hits, keep=passes)]
    if not _works(scene):  # settings of nothing
        evidence = [
            replace(item, rung=min(item.rung, Rung.DECLARED, key=lambda rung: rung.height)) for item in evidence
        ]
    unread = [] if hits else [file for file in files if _beside_code(scene, file)]
    if unread:
        text = f"{unread[0].path} is there, no code reads it"
        evidence.append(Evidence(PRACTICE, Rung.DECLARED, unread[0].at(1), text))
    evidence += _constants(scene)
    evidence += _stage_params(scene)
    evidence += _arguments(scene)
    if training_hits(scene, notebooks=True) or scene.hits("training.pipeline"):
        evidence += _pipeline_parameters(scene, training)
        evidence += _resource_parameters(scene, training)
    return conclude(PRACTICE, [_by_own_schedule(scene, item) for item in evidence])


def _works(scene: Scene) -> bool:
    """Something here trains, predicts or prepares data, so that there is something to set."""
    practices = ("training.scripted", "deployment.serving", "data.pipeline", "training.pipeline")
    return any(scene.hits(practice) for practice in practices)


def _training_runs(scene: Scene) -> frozenset[str]:
    """Keys of the runs that start without a person and train."""
    return frozenset(
        a.run.key for hit in training_hits(scene) for a in scene.arrivals(hit) if a.is_automatic and not a.in_test
    )


# ---- files and modules ----

_OTHERS = {
    "apiVersion",
    "kind",
    "receivers",
    "scrape_configs",
    "alerting",
    "datasources",
    "providers",
    "processors",
    "blank_issues_enabled",
}
"""Top keys of clusters, collectors, dashboards, alert managers and issue forms."""


def _is_settings(scene: Scene, file: ProjectFile) -> bool:
    """A file of settings by its name or folder that is the project's own."""
    if file.role not in (Role.FIRST_PARTY, Role.DATA) or file.size <= 2 or not _FILE.search(file.path):
        return False
    if any(part.startswith(".") for part in file.path.split("/")[:-1]) or _in_chart(scene, file.path):
        return False
    if replace(file.facts, settings=(), secrets=(), problems=(), document=None) != EMPTY:
        return False  # another reader knows it: a workflow, resources, services
    return not any(setting.key.partition(".")[0] in _OTHERS for setting in file.facts.settings)


_FOLDER_OF_SETTINGS = re.compile(
    r"(?:^|/)(?:configs?|conf|configuration|configurations|settings|params|hparams)(?:/.*)?$"
)
_PARAMETERS_FILE = re.compile(r"(?:^|/)\w*(?:params|hparam|hyperparam|contract)", re.IGNORECASE)


def _beside_code(scene: Scene, file: ProjectFile) -> bool:
    """The folder that it sets up holds code of the project; beside a product's Dockerfile alone it sets up the product."""
    folder = _FOLDER_OF_SETTINGS.sub("", file.path.rpartition("/")[0])
    if not folder or _PARAMETERS_FILE.search(file.path):
        return True
    return any(code.path.startswith(f"{folder}/") for code in scene.project.code_files)


def _in_chart(scene: Scene, path: str) -> bool:
    parts = path.split("/")[:-1]
    return any("/".join([*parts[:depth], "Chart.yaml"]) in scene.project.listed for depth in range(1, len(parts) + 1))


_CONSTANTS = re.compile(
    r"(?:^|/)(?:\w+_)?(?:config|configs|settings|constants?|params|parameters|hyperparameters|hparams)\.py$",
    re.IGNORECASE,
)


def _constants(scene: Scene) -> Iterator[Evidence]:
    """A module that holds nothing but constants: settings apart, yet in code."""
    for file in scene.project.code_files:
        code = file.facts.python
        if code is None or not _CONSTANTS.search(file.path) or len(code.scopes) > 2 or code.classes:
            continue
        if code.constants:
            text = f"{file.path} keeps settings as constants in code"
            yield Evidence(PRACTICE, Rung.DECLARED, file.at(code.constants[0].line), text)


# ---- what pipelines pass ----


def _stage_params(scene: Scene) -> Iterator[Evidence]:
    """DVC stages with params: reached by a run they are passed automatically."""
    for file, targets in scene.project.having(lambda f: f.targets):
        for target in targets:
            if target.runner != "dvc" or not any(":" in i for i in target.inputs):
                continue
            text, place = f"stage {target.name} takes its parameters from params", file.at(target.line)
            ways = scene.automation.reach.targets.get((file.path, target.line), ())
            arrival = best(a for a in ways if a.is_automatic)
            if arrival:
                yield Evidence(PRACTICE, Rung.AUTOMATED, place, text, "dvc", arrival.route)
            else:
                yield Evidence(PRACTICE, Rung.USED, place, text, "dvc")


_PARSERS = {
    "argparse", "click", "typer", "fire", "absl", "hydra", "tyro", "docopt", "simple_parsing", "jsonargparse", "sys",
    "transformers", "trl", "configargparse", "cyclopts", "defopt", "plac", "clize", "optparse",
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", re.IGNORECASE)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")
_OVERRIDE = re.compile(r"\+{0,2}[A-Za-z_][\w.]*=(?!=).+")


def _arguments(scene: Scene) -> Iterator[Evidence]:
    """Settings on the command line by which a run without a person starts training that reads them."""
    trained = {
        (a.run.key, a.step)
        for hit in training_hits(scene)
        for a in scene.arrivals(hit)
        if a.is_automatic and not a.in_test
    }
    for site in scene.automation.reach.sites if trained else ():
        arrival = site.arrival
        if arrival is None or arrival.in_test or (arrival.run.key, arrival.step) not in trained:
            continue
        if _passes_settings(site.invocation.arguments) and _reads_arguments(scene, site):
            text = f"`{' '.join(site.command.argv)[:60]}` passes settings to training"
            yield Evidence(PRACTICE, Rung.AUTOMATED, site.place, text, route=arrival.route)


def _passes_settings(arguments: tuple[str, ...]) -> bool:
    """A number, an override, or an option with a value that is no path."""
    for at, word in enumerate(arguments):
        if _NUMBER.fullmatch(word) or _OVERRIDE.fullmatch(word):
            return True
        name, equals, value = word.partition("=")
        following = arguments[at + 1] if at + 1 < len(arguments) else ""
        given = value if equals else following
        if _OPTION.fullmatch(name) and given and not given.startswith("-") and not re.search(r"[/\\]|\.\w+$", given):
            return True
    return False


def _reads_arguments(scene: Scene, site: Site) -> bool:
    started = scene.automation.started_file(site)
    file = scene.project.files.get(started) if started else None
    if file is None or file.code is None:
        return False
    return any(imported.target.partition(".")[0] in _PARSERS for imported in file.code.imports)


_NO_PARAMETER = {"self", "cls", "context", "ctx"}


def _pipeline_parameters(scene: Scene, training: frozenset[str]) -> Iterator[Evidence]:
    """The arguments of a function that defines a pipeline of an orchestrator."""
    for hit in scene.hits("training.pipeline"):
        if hit.kind != "decorator" or hit.scope < 0 or hit.file.code is None or hit.text.endswith("flow"):
            continue  # a flow is called as any function is: what it is given may be data
        scope = hit.file.code.scopes[hit.scope]
        named = [name for name in scope.parameters if name not in _NO_PARAMETER]
        if named:
            text = f"pipeline {scope.name}() takes {', '.join(named[:3])} as parameters"
            yield ladder.scope_evidence(
                scene,
                PRACTICE,
                hit.file,
                hit.scope,
                scope.line,
                text,
                tool=hit.tool.id,
                keep=lambda a: a.run.key in training,
            )


_PARAMETERS = re.compile(
    r"(?:^|\.)(?:UserParameters|HyperParameters|hyperparameters|base_parameters|named_parameters|python_params|job_parameters"
    r"|notebook_params|parameters)(?:\.|$)"
)


def _resource_parameters(scene: Scene, training: frozenset[str]) -> Iterator[Evidence]:
    """Parameters in the definition of a job or pipeline: those of a cloud's own format."""
    for file, resources in scene.project.having(lambda f: f.resources):
        for resource in resources:
            line = _parameter_line(resource)
            if not line:
                continue
            text = f"{resource.kind} {resource.name or file.path} passes parameters"
            item = Evidence(PRACTICE, Rung.USED, file.at(line), text, resource.system)
            arrival = best(
                a for a in scene.automation.reach.files.get(file.path, ()) if a.is_automatic and a.run.key in training
            )
            yield replace(item, rung=Rung.AUTOMATED, route=arrival.route) if arrival else item


_JOBS = {"databricks", "azureml", "sagemaker", "vertex", "argo"}


def _parameter_line(resource: Resource) -> int:
    """The line of the first parameter that a job is given; 0 where there is none."""
    if resource.system == "azureml":
        read = any("parent.inputs." in value or "inputs." in value for _, value, _ in resource.settings)
        return next((line for key, _, line in resource.settings if key.startswith("inputs.") and read), 0)
    if resource.system in _JOBS or "CodePipeline" in resource.kind:
        return next((line for key, _, line in resource.settings if _PARAMETERS.search(key)), 0)
    return 0


def _by_own_schedule(scene: Scene, item: Evidence) -> Evidence:
    """What a definition passes is passed by the runs that the same file starts by itself (a launch plan, a scheduled job)."""
    if item.rung is not Rung.USED or not item.tool:
        return item
    run = next(
        (
            run
            for run in scene.automation.runs.values()
            if run.path == item.place.path and run.is_automatic and run.workflow.provider in ("code", "resource")
        ),
        None,
    )
    return replace(item, rung=Rung.AUTOMATED, route=run.hops) if run and run.hops else item
