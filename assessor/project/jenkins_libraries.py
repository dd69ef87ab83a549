"""Functions of Groovy files as a Jenkins pipeline calls them: with the arguments in place of their parameters.

A file that the pipeline loads (`x = load 'ci/build.groovy'`) stands as `PATH@FUNCTION`; a step that no plugin of sight has is
the function `call` of `vars/STEP.groovy`, or another one of that file (`build.image()`), as Jenkins takes them from the root
of a shared library.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from assessor.facts.workflow import LIBRARY, Job, Step, Workflow
from assessor.readers.ci.groovy import filled, given_to
from assessor.readers.syntax.shell import parse

_PROVIDERS = frozenset({"jenkins", LIBRARY})


def called_function(step: Step, workflow: Workflow, known: Container[str]) -> str | None:
    """The Groovy file of this repository whose function a step of a pipeline calls."""
    if workflow.provider not in _PROVIDERS:
        return None
    path = step.uses.partition("@")[0] if "@" in step.uses else f"vars/{step.uses.partition('.')[0]}.groovy"
    return path if path in known else None


def function_steps(step: Step, library: Workflow) -> Iterator[tuple[Job, tuple[Step, ...]]]:
    """The function that a step calls, and its steps with the arguments in them."""
    _, at, function = step.uses.partition("@")
    name = function if at else step.uses.partition(".")[2] or "call"
    inputs = tuple((key, _unquoted(value)) for key, value in step.inputs)
    for job in library.jobs:
        if job.id == name:
            given = given_to(job.inputs, inputs)
            yield replace(job, inputs=()), tuple(_bound(each, given) for each in job.steps)


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] == value[-1:] == "'" else value


def _bound(step: Step, given: dict[str, str]) -> Step:
    if step.uses:
        return replace(step, inputs=tuple((name, filled(value, given)) for name, value in step.inputs))
    script = filled(step.script, given)
    if script == step.script or not step.commands:
        return step
    is_own_shell = script.lstrip().startswith("#!")  # Jenkins starts `sh -xe`
    made = parse(script, step.line, stops_on_error=step.name == "sh" and not is_own_shell).commands
    moved = step.commands[0].line - made[0].line if made else 0
    lost = all(command.swallowed for command in step.commands)  # it only asks for the status
    commands = tuple(replace(c, line=c.line + moved, swallowed=c.swallowed or lost) for c in made)
    return replace(step, script=script, commands=commands)
