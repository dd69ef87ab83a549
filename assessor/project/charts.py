"""What values leave out of a chart: an object below `{{ if .Values.x }}`, or suspended by a value, where no one sets it.

A value is known where each file of values that speaks of it, and each `--set` of the repository's own commands, says the
same. A command that takes a file which is not read, or an operator that is given values of its own, may say anything.

Rules: helm.sh/docs/chart_template_guide/values_files, …/control_structures.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from assessor.facts.project_files import Resource
from assessor.project.model import Project

_FALSE = {"false", "0", "", "null", "~", "{}", "[]"}
_OPERATED = {"Application", "ApplicationSet", "HelmRelease"}
_SUSPEND = ("spec.suspend", "suspend")
_PREFIX = "$.Values."


class Charts:
    """Answers for one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def leaves_out(self, resource: Resource) -> bool:
        """Whatever the repository sets, the chart does not make the object, or makes it suspended."""
        if resource.system != "helm":
            return False
        asked = [value for key, value, _ in resource.settings if key == "helm.if"]
        held = [value for key, value, _ in resource.settings if key in _SUSPEND and value.startswith(_PREFIX)]
        return any(self._said(name) == {False} for name in asked) or any(
            self._said(name.removeprefix(_PREFIX)) == {True} for name in held
        )

    def _said(self, name: str) -> set[bool]:
        """What the value may be, true or not; empty where nobody says, both where that is open."""
        if self._is_open or any(key == name or key.endswith(f".{name}") for key in self._operated):
            return {True, False}
        return {
            value.strip().lower() not in _FALSE
            for key, value in (*self._values, *self._set)
            if key == name or key.endswith(f".{name}")  # a chart above gives it below the name of this one
        }

    @cached_property
    def _values(self) -> list[tuple[str, str]]:
        return [(k, v) for r in self._resources() if r.kind == "values" for k, v, _ in r.settings]

    @cached_property
    def _operated(self) -> list[str]:
        """What operators of clusters are given beside the files: their settings and the lines of texts in them."""
        given = [(k, v) for r in self._resources() if r.kind in _OPERATED for k, v, _ in r.settings]
        return [key for key, _ in given] + [value for _, value in given]

    @cached_property
    def _set(self) -> list[tuple[str, str]]:
        """`--set a.b=c` of the repository's commands, and what steps of its jobs are given in such words."""
        found = [
            pair for words in self._helm for word, following in pairwise((*words, "")) for pair in _set(word, following)
        ]
        steps = (s for f in self._project.ordered for w in f.facts.workflows for job in w.jobs for s in job.steps)
        texts = (value for step in steps for _, value in step.inputs if "=" in value)
        return found + [
            (k.strip(), v) for text in texts for k, sign, v in (p.partition("=") for p in text.split(",")) if sign
        ]

    @cached_property
    def _helm(self) -> list[tuple[str, ...]]:
        commands = (command for file in self._project.ordered for command in file.facts.written_commands())
        return [command.argv for command in commands if any(word.startswith("helm") for word in command.argv[:4])]

    @cached_property
    def _is_open(self) -> bool:
        """Some command or operator is given values that are not read."""
        files = self._project.ordered
        known = {posixpath.basename(f.path) for f in files for r in f.facts.resources if r.kind == "values"}
        operated = (r for r in self._resources() if r.kind in _OPERATED)
        named = [value for r in operated for key, value, _ in r.settings if "valuesFiles" in key or "valueFiles" in key]
        for words in self._helm:
            named += (name for word, following in pairwise((*words, "")) for name in _files(word, following))
        return any(posixpath.basename(name) not in known for name in named)

    def _resources(self) -> Iterator[Resource]:
        return (resource for file in self._project.ordered for resource in file.facts.resources)


def _files(word: str, following: str) -> Iterator[str]:
    option, _, value = word.partition("=")
    if option in ("-f", "--values"):
        yield from (value or following).split(",")


def _set(word: str, following: str) -> Iterator[tuple[str, str]]:
    option, sign, value = word.partition("=")
    if option in ("--set", "--set-string", "--set-json", "--set-literal"):
        for part in (value if sign else following).split(","):
            name, _, given = part.partition("=")
            yield name, given
