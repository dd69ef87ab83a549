"""Which Dockerfile of the repository an image's name stands for: what commands, steps and compose services build it from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from assessor.catalog.image_pushes import builds_image
from assessor.catalog.words import cut, speaks_of
from assessor.facts.commands import Command
from assessor.facts.workflow import Step
from assessor.project.environment import Environment
from assessor.project.invocations import Invocation, option, without_variable
from assessor.project.model import Project
from assessor.project.paths import folder_of, joined

DOCKERFILES = ("file", "dockerfile", "containerfiles", "docker_file")
"""Inputs of steps that name the Dockerfile."""
_BUILD_CONTEXTS = ("context", "path", "build_context", "build-context", "docker-context")
_NAMES = ("tags", "tag", "image", "image_name", "image-name", "imagename", "repository", "repo", "name", "destination")
_DEFAULT_CONTEXT = re.compile(r"^\{\{\s*defaultContext\s*\}\}:?")
_MOST_NAMES = 20


def image_name(image: str) -> str:
    """The last part of an image's name, without its tag and digest. Where that is a variable, one registry holds several
    images, and what is written first in the tag tells them apart: `fit` of `$REPOSITORY:fit-$VERSION`."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    word = cut(tag.partition("$")[0]).partition(" ")[0] if name.startswith("$") else ""
    return f":{word}" if len(word) > _SHORTEST and word.isalpha() and not speaks_of("moving_tag", word) else name


_SHORTEST = 2
"""Letters of a tag's first word beyond which it can name an image."""


def context_of_build(given: Mapping[str, str]) -> str:
    """The folder of an image build, by the inputs of its step in lower case; `{{defaultContext}}:folder` is a folder of the
    repository's own checkout.

    Rule: github.com/docker/build-push-action, "Git context"."""
    written = next((given[name] for name in _BUILD_CONTEXTS if given.get(name)), "")
    return folder_of(_DEFAULT_CONTEXT.sub("", written))


def images_by_name(project: Project) -> dict[str, str]:
    """Image name (last part, no tag) → the Dockerfile that the repository builds it from."""
    dockerfiles = frozenset(f.path for f in project.ordered if f.facts.dockerfile)
    if not dockerfiles:
        return {}
    found: dict[str, str] = {}
    for name, candidates in (*_of_services(project), *_of_commands(project), *_of_steps(project)):
        path = next((path for path in candidates if path in dockerfiles), None)
        if path and name and not name.startswith("$"):
            found.setdefault(name, path)
    for before, after in _second_names(project):
        if before in found and after and not after.startswith("$"):
            found.setdefault(after, found[before])
    return found


def _of_services(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    for file, services in project.having(lambda f: f.services):
        for service in services:
            if service.build:
                folder = joined(posixpath.dirname(file.path), service.build)
                path = joined(folder, service.dockerfile or "Dockerfile")
                yield image_name(service.image) or service.name, (path,)


def _second_names(project: Project) -> Iterator[tuple[str, str]]:
    """`docker tag` gives an image a second name."""
    for command, _ in all_commands(project):
        words = [word for word in command.argv if word != "image"]
        if words[:2] in (["docker", "tag"], ["podman", "tag"]) and len(words) > 3:
            yield image_name(words[2]), image_name(words[3])


def _of_commands(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    for command, folder in all_commands(project):
        words = [w for w in command.argv if w not in ("buildx", "image")]
        if not any(words[: len(build)] == build for build in _BUILDS):
            continue
        named = option(Invocation("docker", tuple(words[1:])), "-f", "--file")
        where = _folder_given(words)
        candidates = tuple(
            joined(base, without_variable(candidate))
            for candidate in (named, posixpath.join(where, "Dockerfile"), posixpath.join(where, named))
            for base in (joined(folder, command.cwd), "")
        )
        for tag in _values(words, ("-t", "--tag", "--image")):
            yield image_name(tag), candidates


_BUILDS = (["docker", "build"], ["podman", "build"], ["gcloud", "builds", "submit"], ["az", "acr", "build"])
"""Commands that build an image of a folder, here or by a service that is sent it."""


def _folder_given(words: list[str]) -> str:
    """The last word, where it is no option and no value of one; else where the command is called."""
    before = words[-2] if len(words) > 1 else ""
    is_value = before.startswith("-") and "=" not in before and words[0] in ("gcloud", "az")
    return "." if words[-1].startswith("-") or is_value or words[-1] in ("submit", "build") else words[-1]


def _values(words: list[str], names: tuple[str, ...]) -> Iterator[str]:
    """The values of an option that may be given several times."""
    for word, following in pairwise((*words, "")):
        name, joint, value = word.partition("=")
        if name in names:
            yield value if joint else following


def _of_steps(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Actions, tasks and orbs that build an image."""
    for file, workflows in project.having(lambda f: f.workflows):
        for workflow in workflows:
            for job in workflow.jobs:
                for step in job.steps:
                    if step.uses and builds_image(step.uses):
                        yield from _of_step(step, posixpath.dirname(file.path))


def _of_step(step: Step, beside: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = {name.lower(): value for name, value in step.inputs}
    folder = context_of_build(given)
    named = next((without_variable(given[name]) for name in DOCKERFILES if given.get(name)), "Dockerfile")
    candidates = (joined("", named), joined(folder, named), joined(joined(beside, folder), named))
    texts = " ".join(given[name].replace(",", " ") for name in _NAMES if given.get(name))
    for name in texts.split()[:_MOST_NAMES]:
        yield image_name(name), candidates


def all_commands(project: Project) -> Iterator[tuple[Command, str]]:
    """The commands of targets, scripts and steps, each with the folder that they begin in."""
    for file in project.ordered:
        folder = posixpath.dirname(file.path)
        for target in file.facts.targets:
            yield from ((command, folder) for command in target.commands)
        if file.facts.script:
            yield from ((command, "") for command in file.facts.script.commands)
        for workflow in file.facts.workflows:
            for job in workflow.jobs:
                for step in job.steps:
                    known = Environment((*workflow.env, *job.env, *step.env))
                    for command in step.commands:
                        argv = known.filled(command)
                        yield replace(command, argv=argv, cwd=joined(folder_of(step.cwd), command.cwd)), ""
