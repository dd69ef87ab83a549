"""The environments of a deployment, by the words of files, jobs and commands: development, test, staging, production."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assessor.catalog.words import cut, speaks_of
from assessor.hits.hit import Hit
from assessor.lifecycle.expressions import bodies, whole, with_values
from assessor.project.arrivals import Arrival
from assessor.project.runs import Run

STAGES = {
    "dev": "dev", "develop": "dev", "development": "dev", "test": "test", "testing": "test", "qa": "test", "uat": "staging",
    "staging": "staging", "stage": "staging", "stg": "staging", "preprod": "staging", "pre-prod": "staging", "preproduction": "staging",
    "acc": "staging", "acceptance": "staging", "prod": "prod", "production": "prod", "prd": "prod", "live": "prod",
}  # fmt: skip


_CHOICE = re.compile(r"(.+?)&&\s*'?([\w./:-]+)'?\s*\|\|\s*'?([\w./:-]+)'?")
_BY_REF = ("github.ref", "github.base_ref", "github.event")
_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off"})
"""Values that switch something and name no target."""


def _is_switch(value: str) -> bool:
    """A value that turns something on or off, a number or an option; no name of a target."""
    return value.lower() in _SWITCHES or value.isdecimal() or value.startswith("-")


def chosen_by_condition(text: str) -> tuple[str, ...]:
    """The two values of `${{ condition && 'a' || 'b' }}` where the ref or event decides: the targets of one deployment.

    What a variable or input decides is a setting, and `yes` or `no` names no target.
    """
    choices = filter(None, (_CHOICE.fullmatch(body) for body in bodies(text[:20_000])))
    for condition, first, second in (found.groups() for found in choices):
        if (
            any(name in condition.lower() for name in _BY_REF)
            and first != second
            and not (_is_switch(first) or _is_switch(second))
        ):
            return (first, second)
    return ()


def targets_of(hit: Hit, arrival: Arrival) -> tuple[str, ...]:
    """The targets among which the ref or event chooses, or one for each value of the job's matrix."""
    job = arrival.run.job
    named = whole(job.environment)
    values = dict(job.matrix).get(named.removeprefix("matrix."), ()) if named.startswith("matrix.") else ()
    chosen = next(filter(None, map(chosen_by_condition, target_texts(hit, arrival))), ())
    return values if len(values) > 1 else chosen


def filled(text: str, run: Run) -> str:
    """A text of a called definition with what this caller gives for its inputs and parameters."""
    given = dict(run.variables) if "${{" in text else {}
    return with_values(text, lambda body: _given(body, given)) if given else text


def _given(body: str, given: Mapping[str, str]) -> str | None:
    """What is given for an input or a parameter."""
    head, _, name = body.rpartition(".")
    return given.get(name) if head.rpartition(".")[2] in ("inputs", "parameters") else None


def is_asked(text: str) -> bool:
    """A person says it when starting the run: the text is nothing but an input (`${{ inputs.environment }}`)."""
    return whole(text).removeprefix("github.event.").startswith(("inputs.", "parameters."))


def target_texts(hit: Hit, arrival: Arrival) -> Iterator[str]:
    """What may name the target of a deployment: its job's environment, its command, the script of its step as written."""
    job = arrival.run.job
    yield job.environment
    yield hit.text
    if hit.kind == "command" and 0 <= arrival.step < len(job.steps):
        yield job.steps[arrival.step].script


def stage_named(name: str) -> str | None:
    """The environment that a file or folder name speaks of: `prod.tfvars`, `values-staging.yaml`, `overlays/dev`."""
    return next(
        (STAGES[part] for part in cut(name).split() if part in STAGES and part not in ("test", "testing", "live")), None
    )


def _said_by_callers(arrival: Arrival) -> Iterator[str]:
    """What the callers of a job say of where it works: the inputs that name an environment, and the names of their jobs."""
    run = arrival.run
    calling = [hop.text.removeprefix("job ") for hop in run.hops[:-1] if hop.text.startswith("job ")]
    if calling:
        yield from (value for name, value in run.variables if speaks_of("names_environment", name))
        yield from reversed(calling)


_UNCLEAR = frozenset({"test", "testing", "live", "stage", "acc"})
"""Words of jobs that may mean something else; a job that deploys to `test` means the environment."""


def stage_of(hit: Hit, arrival: Arrival) -> str | None:
    """The environment that a way to a hit is for, by the words of its job, step and text; None where none is named."""
    job = arrival.run.job
    environment, *named = (filled(text, arrival.run) for text in (job.environment, job.id, job.name, job.stage))
    words = [environment, *named, hit.text]
    step = job.steps[arrival.step] if 0 <= arrival.step < len(job.steps) else None
    words += [step.name] if step else []
    words += _said_by_callers(arrival)
    for text in words:
        unclear = _UNCLEAR - {"test"} if speaks_of("deploy", text) else _UNCLEAR
        unclear = frozenset() if text == environment else unclear
        if part := next((part for part in cut(text).split() if part in STAGES and part not in unclear), ""):
            return STAGES[part]
    return "staging" if "stage" in cut(hit.text).split() else None
