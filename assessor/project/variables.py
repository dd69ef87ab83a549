"""Variables of infrastructure code with the values that the repository gives them, and what these leave out.

A variable of Terraform has a default, and what files of values, module calls, `-var` and `TF_VAR_` say instead; one of a
Databricks bundle what its targets say. All of them count, since which of them holds is settled where the code is applied.

Language: developer.hashicorp.com/terraform/language/values/variables, …/expressions/conditionals.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from assessor.facts.project_files import Resource
from assessor.project.model import Project
from assessor.readers.ci.conditions import EITHER, NO, UNKNOWN, YES, Known, Scalar, Truth, parse, truth

VARIABLE = re.compile(r"\bvar\.(\w+)")
_UNSET = {"", "{}", "null", "none", "paused", "false", "[]"}
_NOTHING = {"0", "[]", "{}", "null", "toset([])", "tomap({})", "{ }", "[ ]"}
_A_VARIABLE = re.compile(r"(!?)\s*var\.(\w+)")
_OPPOSITE = {"true": "false", "false": "true"}
_OFF: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("paused", "suspend", "suspended", "disabled"), frozenset({"true"})),
    **dict.fromkeys(("enabled", "is_enabled"), frozenset({"false"})),
    **dict.fromkeys(("state", "schedule_status"), frozenset({"disabled", "paused"})),
    "pause_status": frozenset({"paused", "", "null", "none"}),
}
"""What decides whether something with a schedule is on, and the values that turn it off."""
_MAX_LOCALS = 10
_WORDS: Mapping[str, Scalar] = {"true": True, "false": False, "null": None}
_PLAIN = re.compile(r"[\w.@/:+ -]*")


class Variables:
    """The variables of one project, by name."""

    def __init__(self, project: Project) -> None:
        self._values: dict[str, set[str]] = defaultdict(set)
        self._locals: dict[str, set[str]] = defaultdict(set)
        for _, resources in project.having(lambda f: f.resources):
            for resource in resources:
                for name, value in _given(resource):
                    self._values[name].add(value)
                if resource.kind == "locals":
                    for key, value, _ in resource.settings:
                        self._locals[key].add(value)
        declared = any(r.kind == "variable" for _, found in project.having(lambda f: f.resources) for r in found)
        for name, value in _given_by_commands(project) if self._values or declared else ():
            self._values[name].add(value)

    def filled(self, text: str) -> str:
        """What a text that is the name of a variable stands for, where the repository gives it one value alone."""
        name = text.removeprefix("var.")
        known = self._values.get(name, set()) if text.startswith("var.") else set()
        return next(iter(known)) if len(known) == 1 else text

    def values(self, name: str) -> list[str]:
        """What the variable may be."""
        return sorted(self._values.get(name, ()))

    def unset(self, text: str) -> bool:
        """The text names a variable whose every value switches a schedule off."""
        return any({v.lower() for v in self._values[n]} <= _UNSET for n in VARIABLE.findall(text) if n in self._values)

    def switches_off(self, resource: Resource) -> bool:
        """A setting that decides whether the object is on is a variable whose every value turns it off (`paused = var.held`,
        `enabled = !var.held`)."""
        return any(self._turns_off(key.rpartition(".")[2], value.strip()) for key, value, _ in resource.settings)

    def _turns_off(self, key: str, text: str) -> bool:
        off, name = _OFF.get(key, frozenset()), _A_VARIABLE.fullmatch(text) if key in _OFF else None
        known = {value.lower() for value in self._values.get(name[2], ())} if name else set()
        if name and name[1]:
            known = {_OPPOSITE.get(value, "") for value in known}
        return bool(known) and known <= off

    def leaves_out(self, resource: Resource) -> bool:
        """By its `count` or `for_each` nothing is made of the object, whichever of the values holds."""
        return any(self._is_nothing(value) for key, value, _ in resource.settings if key in ("count", "for_each"))

    def _is_nothing(self, text: str) -> bool:
        condition, question, branches = text.partition("?")
        if text.strip() in _NOTHING:
            return True
        if not question:
            known = self._known(text.strip().lower(), 0).values
            return bool(known) and all(value in (0.0, "0", None) for value in known or ())
        one, colon, other = branches.rpartition(":")
        first, second = one.strip() in _NOTHING, other.strip() in _NOTHING
        if not colon or first == second:
            return bool(colon) and first
        return self._truth(condition, 0) == (YES if first else NO)

    def _truth(self, text: str, depth: int) -> Truth:
        return truth(parse(text.strip()), lambda name: self._known(name, depth)) if depth < _MAX_LOCALS else EITHER

    def _known(self, name: str, depth: int) -> Known:
        """What is known of `var.x` or `local.x`."""
        kind, _, rest = name.partition(".")
        if kind == "var":
            return _as_known(next((v for n, v in self._values.items() if n.lower() == rest), set()))
        found = next((v for n, v in self._locals.items() if n.lower() == rest), set()) if kind == "local" else set()
        if len(found) != 1:
            return UNKNOWN
        text = next(iter(found))
        if "." not in text and _PLAIN.fullmatch(text):
            return _as_known(found)
        outcome = self._truth(text, depth + 1)
        return UNKNOWN if outcome == EITHER else Known(tuple(outcome))


def _as_known(values: set[str]) -> Known:
    """Plain values in their types; what is an expression may be anything."""
    if not values or not all(_PLAIN.fullmatch(value) and not VARIABLE.search(value) for value in values):
        return UNKNOWN
    return Known(tuple(_typed(value) for value in sorted(values)))


def _typed(value: str) -> Scalar:
    if value in _WORDS:
        return _WORDS[value]
    return float(value) if re.fullmatch(r"-?\d{1,15}", value) else value


def _given(resource: Resource) -> Iterator[tuple[str, str]]:
    """(name, value) of the variables that an object declares with a default, or sets."""
    if resource.kind == "variable":
        yield from ((resource.name, value) for key, value, _ in resource.settings if key == "default")
    elif resource.kind in ("tfvars", "bundle", "target", "terragrunt", "module"):
        for key, value, _ in resource.settings:
            if not key.endswith((".description", ".type")):
                yield key.removeprefix("variables.").removeprefix("inputs.").partition(".")[0], value


def _given_by_commands(project: Project) -> Iterator[tuple[str, str]]:
    """What `-var name=value` and `TF_VAR_name` of the repository's own commands and jobs give."""
    for file in project.ordered:
        for workflow in file.facts.workflows:
            for job in workflow.jobs:
                for name, value in (*workflow.env, *job.env, *(pair for step in job.steps for pair in step.env)):
                    if name.startswith("TF_VAR_"):
                        yield name.removeprefix("TF_VAR_"), value
        for command in file.facts.written_commands():
            yield from _of_words(command.argv)
            yield from ((n.removeprefix("TF_VAR_"), v) for n, v in command.env if n.startswith("TF_VAR_"))


def _of_words(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for word, following in pairwise((*words, "")):
        option, _, value = word.partition("=")
        if option in ("-var", "--var"):
            name, _, given = (value or following).partition("=")
            yield name.strip("'\""), given.strip("'\"")
