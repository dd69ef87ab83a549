"""Commands that try code out: they are given data that lies among the tests, or are a script of the examples.

Rule: shared/decisions.md, "Training that only runs on toy data in CI as a smoke test".
"""

from __future__ import annotations

from functools import lru_cache

from assessor.facts.role import Role
from assessor.project.invocations import Invocation, without_variable
from assessor.project.model import Project
from assessor.snapshot.content import DATA_SUFFIXES, suffix_of
from assessor.snapshot.roles import role_of


def is_trial(project: Project, invocation: Invocation) -> bool:
    """An argument names data of tests, or what is started is a script of the examples."""
    script = project.files.get(without_variable(invocation.script)) if invocation.script else None
    if script is not None and script.role is Role.EXAMPLE:
        return True
    return any(map(_is_tried_data, [word.rpartition("=")[2] for word in invocation.arguments]))


def names_tried_data(env: tuple[tuple[str, str], ...]) -> bool:
    """One of the variables names data of tests."""
    return any(_is_tried_data(value) for _, value in env)


@lru_cache(maxsize=8192)
def _is_tried_data(value: str) -> bool:
    return suffix_of(value) in DATA_SUFFIXES and role_of(without_variable(value)) is Role.TEST
