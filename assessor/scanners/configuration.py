"""Configuration: settings in versioned files, settings classes, and parameters that pipelines pass to training.

A file of another system (a cluster, a collector, an issue form) is none of the project's settings, and settings that
only a deployed service reads are used, since no pipeline passes them.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile, zip_longest

from assessor.catalog.words import speaks_of, stem_of
from assessor.facts.file import EMPTY
from assessor.facts.project_files import Resource
from assessor.findings import Hop, Rung
from assessor.hits.scene import Scene
from assessor.lifecycle.kept_outputs import nodes
from assessor.lifecycle.stages import stages
from assessor.lifecycle.stations import training_hits
from assessor.project.arrivals import Arrival, Site
from assessor.project.model import ProjectFile, Role
from assessor.scanners.claims import (
    NONE,
    WITH_TESTS,
    Claim,
    Code,
    Statement,
    Ways,
    Written,
    at_command,
    intended,
    place_of,
    seen,
)

PRACTICE = "versioning.config"


def config(scene: Scene) -> Iterator[Statement]:
    """Declared for a file or module of constants that no code reads as configuration; used where code reads settings or
    a pipeline takes parameters; automated where a run that trains, or one on a schedule, reads or passes them."""
    yield from intended(scene, PRACTICE)
    training = _training_runs(scene)
    passed = Ways(runs=training)
    for claim in (*_read(scene, passed), *_stage_params(scene), *_parameters(scene, passed)):
        yield replace(claim, carried=_own_schedule(scene, claim))
    yield from _constants(scene)
    yield from _arguments(scene)


def _read(scene: Scene, passed: Ways) -> Iterator[Claim]:
    """Settings that code reads, and files of settings that none does."""
    files = [file for file in scene.project.ordered if _is_settings(scene, file)]
    hits = [hit for hit in scene.hits(PRACTICE, notebooks=False) if hit.tool.id != "config-files" or files]
    works = _works(scene)
    for hit in hits:  # where nothing trains or predicts they are settings of nothing
        yield seen(hit, counts=passed) if works else seen(hit, at_least=Rung.DECLARED, counts=NONE)
    unread = [] if hits else [file for file in files if _beside_code(scene, file)]
    if unread:
        text = f"{unread[0].path} is there, no code reads it"
        yield Claim(unread[0].at(1), text, at_least=Rung.DECLARED)


def _own_schedule(scene: Scene, claim: Claim) -> tuple[Hop, ...]:
    """The route of a run that the file of the claim starts by itself and that passes what it defines (a launch plan, a
    scheduled job)."""
    path = place_of(claim.subject).path
    for run in scene.automation.runs.values():
        if claim.tool and run.path == path and run.is_automatic and run.workflow.provider in ("code", "resource"):
            return run.hops
    return ()


def _works(scene: Scene) -> bool:
    """Something here trains, predicts or prepares data, so that there is something to set."""
    practices = ("training.scripted", "deployment.serving", "data.pipeline", "training.pipeline")
    return any(scene.hits(practice) for practice in practices)


def _training_runs(scene: Scene) -> frozenset[str]:
    """Keys of the runs that start without a person and train."""
    return frozenset(way.run.key for way in _training_ways(scene))


def _training_ways(scene: Scene) -> Iterator[Arrival]:
    for hit in training_hits(scene):
        yield from (way for way in scene.arrivals(hit) if way.is_automatic and not way.in_test)


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


_ENDINGS = (".yml", ".yaml", ".toml", ".json", ".ini", ".cfg")


def _is_named_for_settings(path: str) -> bool:
    """By its name or by a folder above it."""
    if not path.lower().endswith(_ENDINGS):
        return False
    if speaks_of("settings_file", path.rpartition("/")[2].replace(".", "-").partition("-")[0]):
        return True
    return any(speaks_of("settings_folder", folder) for folder in path.split("/")[:-1])


def _is_settings(scene: Scene, file: ProjectFile) -> bool:
    """A file of settings by its name or folder that is the project's own."""
    if file.role not in (Role.FIRST_PARTY, Role.DATA) or file.size <= 2 or not _is_named_for_settings(file.path):
        return False
    if any(part.startswith(".") for part in file.path.split("/")[:-1]) or _in_chart(scene, file.path):
        return False
    if replace(file.facts, settings=(), secrets=(), problems=(), document=None) != EMPTY:
        return False  # another reader knows it: a workflow, resources, services
    return not any(setting.key.partition(".")[0] in _OTHERS for setting in file.facts.settings)


def _beside_code(scene: Scene, file: ProjectFile) -> bool:
    """The folder that it sets up holds code of the project; beside a product's Dockerfile alone it sets up the product."""
    folders = file.path.split("/")[:-1]
    above = list(takewhile(lambda folder: not speaks_of("settings_folder", folder), folders))
    if not above or speaks_of("parameters_file", file.path):
        return True
    return any(code.path.startswith("/".join([*above, ""])) for code in scene.project.code_files)


def _in_chart(scene: Scene, path: str) -> bool:
    parts = path.split("/")[:-1]
    return any("/".join([*parts[:depth], "Chart.yaml"]) in scene.project.listed for depth in range(1, len(parts) + 1))


_TO_EACH_FUNCTION = 3
"""Constants to each function, so many and more, make a module one of settings that also joins a path or an address."""


def _constants(scene: Scene) -> Iterator[Claim]:
    """A module that holds hardly anything but constants: settings apart, yet in code."""
    for file in scene.project.code_files:
        code = file.facts.python
        if code is None or code.classes or not speaks_of("constants_module", stem_of(file.path)):
            continue
        functions = len(code.scopes) - 2  # beside the module and its main block
        if len(code.constants) > _TO_EACH_FUNCTION * functions:
            text = f"{file.path} keeps settings as constants in code"
            yield Claim(file.at(code.constants[0].line), text, at_least=Rung.DECLARED)


# ---- what pipelines pass ----


def _stage_params(scene: Scene) -> Iterator[Claim]:
    """Stages with params: reached by a run they are passed automatically."""
    for stage in stages(scene):
        if any(":" in name and "://" not in name for name in stage.target.inputs):
            text = f"stage {stage.target.name} takes its parameters from params"
            subject = Written(stage.file, stage.target.line, is_target=True)
            yield Claim(subject, text, stage.target.runner, counts=WITH_TESTS)


def _arguments(scene: Scene) -> Iterator[Claim]:
    """Settings on the command line by which a run without a person starts training that reads them."""
    trained = {(way.run.key, way.step) for way in _training_ways(scene)}
    for site in scene.automation.reach.sites if trained else ():
        way = site.arrival
        if way is None or (way.run.key, way.step) not in trained:
            continue
        if _passes_settings(site.invocation.arguments) and _reads_arguments(scene, site):
            text = f"`{' '.join(site.command.argv)[:60]}` passes settings to training"
            yield Claim(at_command(site), text, at_least=Rung.ABSENT)


def _passes_settings(arguments: tuple[str, ...]) -> bool:
    """A number, an override, or an option with a value that is no path."""
    for word, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        if _is_number(word) or _is_override(word):
            return True
        name, equals, value = word.partition("=")
        given = value if equals else following
        if name.startswith("-") and name.lstrip("-")[:1].isalpha() and given[:1] != "-" and _is_no_path(given):
            return True
    return False


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def _is_override(word: str) -> bool:
    """`model.depth=3`, `+trainer=gpu`: a setting by its dotted name."""
    name, _, value = word.partition("=")
    return bool(value) and value[0] != "=" and name.lstrip("+").replace(".", "_").isidentifier()


def _is_no_path(value: str) -> bool:
    return bool(value) and not {"/", "\\"} & set(value) and not posixpath.splitext(value)[1]


def _reads_arguments(scene: Scene, site: Site) -> bool:
    started = scene.automation.started_file(site)
    file = scene.project.files.get(started) if started else None
    if file is None or file.code is None:
        return False
    return any(speaks_of("argument_parser", imported.target.partition(".")[0]) for imported in file.code.imports)


_NO_PARAMETER = {"self", "cls", "context", "ctx"}


def _parameters(scene: Scene, passed: Ways) -> Iterator[Claim]:
    """What the definitions of pipelines and jobs take, where something here trains."""
    if training_hits(scene, notebooks=True) or scene.hits("training.pipeline"):
        yield from _pipeline_parameters(scene, passed)
        yield from _node_parameters(scene, passed)
        yield from _resource_parameters(scene, passed)


def _pipeline_parameters(scene: Scene, passed: Ways) -> Iterator[Claim]:
    """The arguments of a function that defines a pipeline of an orchestrator."""
    for hit in scene.hits("training.pipeline"):
        is_flow = hit.text.rpartition(".")[2] == "flow"
        if hit.kind != "decorator" or hit.scope < 0 or hit.file.code is None or is_flow:
            continue  # a flow is called as any function is: what it is given may be data
        scope = hit.file.code.scopes[hit.scope]
        named = [name for name in scope.parameters if name not in _NO_PARAMETER]
        if named:
            text = f"pipeline {scope.name}() takes {', '.join(named[:3])} as parameters"
            yield Claim(Code(hit.file, hit.scope, scope.line), text, hit.tool.id, counts=passed)


def _node_parameters(scene: Scene, passed: Ways) -> Iterator[Claim]:
    """What the nodes of a pipeline take of the project's files of parameters."""
    for node in nodes(scene):
        if node.parameters:
            text = f"a node takes {', '.join(node.parameters[:3])} of the files of parameters"
            yield Claim(Code(node.file, node.scope, node.line), text, "kedro", counts=passed)


def _resource_parameters(scene: Scene, passed: Ways) -> Iterator[Claim]:
    """Parameters in the definition of a job or pipeline: those of a cloud's own format."""
    for file, resources in scene.project.having(lambda f: f.resources):
        for resource in resources:
            line = _parameter_line(resource)
            if line:
                text = f"{resource.kind} {resource.name or file.path} passes parameters"
                yield Claim(Written(file, line), text, resource.system, counts=replace(passed, tests=True))


def _parameter_line(resource: Resource) -> int:
    """The line of the first parameter that a job is given; 0 where there is none."""
    if resource.system == "azureml":
        is_read = any("inputs." in value for _, value, _ in resource.settings)
        first = next((line for key, _, line in resource.settings if key.startswith("inputs.")), 0)
        return first if is_read else 0
    if speaks_of("system_of_jobs", resource.system) or "CodePipeline" in resource.kind:
        return next((line for key, _, line in resource.settings if _passes(key)), 0)
    return 0


def _passes(key: str) -> bool:
    return any(speaks_of("parameters_of_job", part) for part in key.split("."))
