"""The legs of a job with a matrix: what its variables are in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from assessor.catalog.programs import programs
from assessor.facts.workflow import Job

_MOST_ROWS = 32

Row = tuple[tuple[str, str], ...]


def rows_of(job: Job, variables: Row) -> tuple[Row, ...]:
    """The variables of each leg, by the names that the commands of any CI system call them; only those that the job's own
    commands and the variables of its run use or that choose targets, since the rest changes nothing that is followed. One
    empty row without a matrix."""
    used = [(name, values) for name, values in job.matrix if values and _is_used(job, variables, name)]
    legs = islice(product(*(values for _, values in used)), _MOST_ROWS)
    names = tuple(name for name, _ in used)
    return tuple(_row(variables, names, leg) for leg in legs)


def _row(variables: Row, names: tuple[str, ...], leg: tuple[str, ...]) -> Row:
    """The variables of the matrix, and those of the run that are made of them."""
    own = tuple(_named(names, leg))
    filled = []
    for variable, text in variables if own else ():
        value = text
        for name, given in zip(names, leg, strict=True):
            value = _reference(name).sub(lambda _, given=given: given, value)  # type: ignore[misc]
        if value != text:
            filled.append((variable, value))
    return (*own, *filled)


def _named(names: tuple[str, ...], leg: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, value in zip(names, leg, strict=True):
        for called in _called(name):
            yield called, value


def _called(name: str) -> tuple[str, ...]:
    """`SESSION` of most systems, `matrix.session` and `matrix` of Buildkite, `parameters.session` of CircleCI."""
    return (name, f"matrix_{name}", f"parameters_{name}") if name else ("matrix",)


@lru_cache(maxsize=1_024)
def _reference(name: str) -> re.Pattern[str]:
    """`$NAME`, `${NAME}`, `$(NAME)` and `${{ matrix.NAME }}`."""
    called = "|".join(re.escape(word) for word in (*_called(name), f"matrix.{name}"))
    return re.compile(rf"\$\{{\{{\s*(?:{called})\s*\}}\}}|\$[{{(](?:{called})[)}}]|\$(?:{called})\b")


def _is_used(job: Job, variables: Row, name: str) -> bool:
    if name in programs().chosen_by.values():
        return True
    wanted = _reference(name)
    words = (word for step in job.steps for command in step.commands for word in command.argv)
    inputs = (value for step in job.steps for _, value in (*step.inputs, *step.env))
    given = (value for _, value in variables)
    return any(wanted.search(text) for text in (*words, *inputs, *given) if "$" in text)
