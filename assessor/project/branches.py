"""Conditions of jobs and steps that ask for a branch which the repository does not have.

`if: github.ref == 'refs/heads/live'` never holds where nobody has a branch `live`, whatever starts the workflow. Only an
equality with a plain name is judged; patterns and beginnings may mean branches to come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from assessor.catalog.names import names_of
from assessor.facts.workflow import Job, Step
from assessor.readers.ci.conditions import NO, Expression, truth
from assessor.readers.ci.github_actions import parsed_condition

_BEGINNINGS = ("refs/heads/", "origin/", "/")
_OTHER = ("refs/tags/", "refs/pull/", "refs/merge/")
_SHELL_TEST = re.compile(r"""(?:test|\[\[?)\s+["']?\$\{?(\w+)\}?["']?\s+(==?|!=)\s+["']?([\w./-]+)["']?(?:\s+\]\]?)?""")
_EXPRESSION = re.compile(r"expression\s*+\{\s*+(?:return\s++)?([^{};]++)\}")
_EQUAL = {"==": False, "eq": False, "endswith": False, "in": False, "!=": True, "ne": True, "notin": True}
"""Comparisons with what comes of them where the name is none of the values."""


class Branches:
    """The names that branches and tags of one repository have; None where they are not known."""

    def __init__(self, known: Iterable[str] | None) -> None:
        self._known = None if known is None else frozenset(name.lower() for name in known)
        self._lacks = lru_cache(maxsize=2_048)(self._find)

    def lacks(self, condition: str) -> bool:
        """The condition only holds on a branch that nobody has."""
        return bool(condition) and self._known is not None and self._lacks(condition)

    def live(self, job: Job) -> Job:
        """The job with its steps in their places; one for a branch that nobody has does nothing."""
        if self._known is None:
            return job
        steps = tuple(map(self._live_step, job.steps))
        return job if steps == job.steps else replace(job, steps=steps)

    def _live_step(self, step: Step) -> Step:
        if self.lacks(step.condition):
            return replace(step, uses="", inputs=(), commands=(), script="")
        kept = tuple(command for command in step.commands if not self.lacks(command.condition))
        return step if len(kept) == len(step.commands) else replace(step, commands=kept)

    def _find(self, condition: str) -> bool:
        expression = parsed_condition(_in_common_words(condition))
        return expression is not None and truth(self._judged(expression)) == NO

    def _judged(self, expression: Expression) -> Expression:
        """The expression with the comparisons decided that ask for a name which nobody has."""
        if expression.kind != "call":
            return expression
        names = [
            part for part in expression.parts if part.kind == "name" and part.name in names_of("branch_in_conditions")
        ]
        others = [part for part in expression.parts if part not in names]
        if expression.name in _EQUAL and len(names) == 1 and others and all(map(self._is_nobodys, others)):
            return Expression("literal", value=_EQUAL[expression.name])
        return replace(expression, parts=tuple(self._judged(part) for part in expression.parts))

    def _is_nobodys(self, part: Expression) -> bool:
        name = part.value
        if part.kind != "literal" or not isinstance(name, str) or not name or name.startswith(_OTHER):
            return False
        for beginning in _BEGINNINGS:
            name = name.removeprefix(beginning)
        return "$" not in name and name.lower() not in (self._known or ())


def _in_common_words(condition: str) -> str:
    """A shell's test of one variable and Jenkins' `expression {…}` as the comparison that they are."""
    if tested := _SHELL_TEST.fullmatch(condition.strip()):
        is_branch = tested[1] in names_of("variable_of_the_branch")
        return f"github.ref_name {'!=' if tested[2] == '!=' else '=='} '{tested[3]}'" if is_branch else ""
    inside = _EXPRESSION.fullmatch(condition.strip())
    return inside[1] if inside else condition
