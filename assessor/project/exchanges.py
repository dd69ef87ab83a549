"""What a repository makes for others and takes from others: images, packages, models, and dispatches of workflows.

Facts of the files alone: whether a run without a person makes them is told by the ratings. A name with a part that only
the run knows (`$REGISTRY/churn:$TAG`) is known by its constant end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from assessor.facts.commands import Command
from assessor.facts.place import Place
from assessor.facts.workflow import Step
from assessor.project.model import Project, ProjectFile, Role

Kind = Literal["image", "package", "model", "dispatch"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing that is made or taken at a place. Of a dispatch `name` is the repository and the event, joined by a blank."""

    kind: Kind
    makes: bool
    name: str
    place: Place


def exchanges(project: Project) -> tuple[Exchange, ...]:
    """Everything of the project's live files, each name once a place."""
    found: dict[Exchange, None] = {}
    publishes = any(_publishes(words) for file in project.ordered for words in _every_command(file))
    for file in project.ordered:
        if file.role is Role.FIRST_PARTY:
            found |= dict.fromkeys(_of_file(file, publishes))
    return tuple(found)


def _of_file(file: ProjectFile, publishes: bool) -> Iterator[Exchange]:
    yield from _images(file)
    yield from _packages(file, publishes)
    yield from _models(file)
    yield from _dispatches(file)


# ---- images ----


def image_name(text: str) -> str:
    """An image without tag and digest; with an unknown part before it, `*/` and the known end; empty where none is known."""
    plain = text.strip().strip("\"'").partition("@")[0]
    head, slash, last = plain.rpartition("/")
    last = _UNKNOWN.split(last.partition(":")[0])[0]
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", last):
        return ""
    if _UNKNOWN.search(head):
        known = _UNKNOWN.split(head)[-1].strip("/")
        return "/".join(part for part in ("*", known, last) if part)
    return f"{head}{slash}{last}"


_UNKNOWN = re.compile(r"\$\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|\$\([^()]{0,200}\)|\$\w+|\{\{[^{}]{0,200}\}\}")


def _images(file: ProjectFile) -> Iterator[Exchange]:
    for name, line in (*_pushed(file), *_built(file)):
        yield from _exchange("image", True, image_name(name), file, line)
    for name, line in _started(file):
        yield from _exchange("image", False, image_name(name), file, line)


def _pushed(file: ProjectFile) -> Iterator[tuple[str, int]]:
    for command in _commands(file):
        words = command.argv
        if words[:2] in (("docker", "push"), ("podman", "push")):
            yield from ((name, command.line) for name in words[2:3])
        elif words[:3] == ("docker", "buildx", "build") and "--push" in words:
            yield from ((name, command.line) for name in _after(words, ("-t", "--tag")))


def _built(file: ProjectFile) -> Iterator[tuple[str, int]]:
    for step in _steps(file):
        if "docker/build-push-action" in step.uses and step.input("push").lower() not in ("", "false"):
            yield from ((name, step.line) for name in re.split(r"[\s,]+", step.input("tags")))


def _started(file: ProjectFile) -> Iterator[tuple[str, int]]:
    facts = file.facts
    yield from ((stage.image, stage.line) for stage in (facts.dockerfile.stages if facts.dockerfile else ()))
    yield from ((service.image, service.line) for service in facts.services if service.image and not service.build)
    yield from ((image, resource.line) for resource in facts.resources for image in resource.images)


# ---- packages ----

_PUBLISHING = (("twine", "upload"), ("poetry", "publish"), ("uv", "publish"), ("flit", "publish"), ("hatch", "publish"),
               ("pdm", "publish"))  # fmt: skip


def _publishes(words: tuple[str, ...]) -> bool:
    return any(words[at : at + 2] in _PUBLISHING for at in range(len(words))) or words[:1] == (
        "pypa/gh-action-pypi-publish",
    )


def _packages(file: ProjectFile, publishes: bool) -> Iterator[Exchange]:
    requirements = file.facts.requirements
    if requirements is None:
        return
    if publishes and requirements.has_build and requirements.name:
        yield from _exchange("package", True, _package(requirements.name), file, 1)
    for dependency in requirements.dependencies:
        yield from _exchange("package", False, _package(dependency.name), file, dependency.line)


def _package(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# ---- models ----

_REGISTERS = {"register_model": ("name", 1), "create_registered_model": ("name", 0), "push_to_hub": ("repo_id", 0)}
_LOADS = {"from_pretrained": ("pretrained_model_name_or_path", 0), "hf_hub_download": ("repo_id", 0),
          "snapshot_download": ("repo_id", 0), "load_model": ("model_uri", 0), "SentenceTransformer": ("model_name_or_path", 0),
          "pipeline": ("model", 1)}  # fmt: skip
_REGISTRY = re.compile(r"models:/([^/@]+)")
_HUB = re.compile(r"[\w.-]+/[\w.-]+")


def _models(file: ProjectFile) -> Iterator[Exchange]:
    for call in file.code.calls if file.code else ():
        last = call.name.rpartition(".")[2]
        for calls, makes in ((_REGISTERS, True), (_LOADS, False)):
            if last in calls:
                keyword, position = calls[last]
                value = call.keyword(keyword)
                if value is None and len(call.args) > position:
                    value = call.args[position]
                yield from _exchange("model", makes, _model(value, makes), file, call.line)
        registered = call.keyword("registered_model_name")
        if isinstance(registered, str):
            yield from _exchange("model", True, registered, file, call.line)


def _model(value: object, makes: bool) -> str:
    """The name of a registered model, or of one on a hub; what is read by another address names none."""
    if not isinstance(value, str):
        return ""
    found = _REGISTRY.match(value)
    if found:
        return found[1]
    return value if makes or _HUB.fullmatch(value) else ""


# ---- dispatches ----

_API = re.compile(r"repos/([\w.-]+/[\w.-]+)/(?:dispatches|actions/workflows/[\w.-]+/dispatches)")
_EVENT = re.compile(r"event_type[\"']?\s*[=:]\s*[\"']?([\w.-]+)")


def _dispatches(file: ProjectFile) -> Iterator[Exchange]:
    for step in _steps(file):
        if "repository-dispatch" in step.uses and step.input("repository"):
            name = f"{step.input('repository')} {step.input('event-type')}"
            yield from _exchange("dispatch", True, name.strip(), file, step.line)
    for command in _commands(file):
        text = " ".join(command.argv)
        found = _API.search(text)
        if found:
            said = _EVENT.search(text)
            name = f"{found[1]} {said[1] if said else ''}"
            yield from _exchange("dispatch", True, name.strip(), file, command.line)
        elif command.argv[:3] == ("gh", "workflow", "run"):
            for name in _after(command.argv, ("-R", "--repo")):
                yield from _exchange("dispatch", True, name, file, command.line)
    for workflow in file.facts.workflows:
        for trigger in workflow.triggers:
            if trigger.kind == "repository_dispatch" and trigger.is_active:
                for event in trigger.types or ("",):
                    yield from _exchange("dispatch", False, event or "*", file, trigger.line)


# ---- where they stand ----


def _exchange(kind: Kind, makes: bool, name: str, file: ProjectFile, line: int) -> Iterator[Exchange]:
    if name and len(name) <= 300:
        yield Exchange(kind, makes, name, file.at(line))


def _steps(file: ProjectFile) -> Iterator[Step]:
    for workflow in file.facts.workflows:
        if not workflow.disabled:
            yield from (step for job in workflow.jobs if job.is_active for step in job.steps)


def _commands(file: ProjectFile) -> Iterator[Command]:
    facts = file.facts
    yield from (command for step in _steps(file) for command in step.commands)
    yield from facts.script.commands if facts.script else ()
    yield from (command for target in facts.targets for command in target.commands)


def _every_command(file: ProjectFile) -> Iterable[tuple[str, ...]]:
    yield from (command.argv for command in _commands(file))
    yield from ((step.uses.partition("@")[0],) for step in _steps(file) if step.uses)


def _after(words: tuple[str, ...], options: tuple[str, ...]) -> Iterator[str]:
    """What stands after one of the options, or joined to it by `=`."""
    for word, following in zip(words, (*words[1:], ""), strict=True):
        name, sign, value = word.partition("=")
        if name in options:
            yield value if sign else following
