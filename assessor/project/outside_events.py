"""Events from outside on which workflows start (`repository_dispatch`), and whether anything in sight sends them.

Where no code of the repository sends one, no page tells of a webhook and no definition makes one, a person or nobody sends it
(https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#repository_dispatch).
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.traits import submits
from assessor.catalog.words import speaks_of
from assessor.facts.python import PythonFacts, Scope
from assessor.project.model import LIVE_ROLES, Project, ProjectFile

UNSENT = "unsent"
"""The type of a trigger by an event that nothing in sight sends."""

_INTERFACE = "/dispatches"


def are_sent(project: Project) -> bool:
    """Code or a script sends such events, or a page or definition speaks of a webhook."""
    if any(map(_sends, (file for file in project.ordered if file.role in LIVE_ROLES))):
        return True
    pages = [file.facts.document for file in project.ordered if file.facts.document]
    if any(speaks_of("webhook", text) for page in pages for text, _ in (*page.headings, *page.lines)):
        return True
    settings = ((key, value) for f in project.ordered for r in f.facts.resources for key, value, _ in r.settings)
    return any(speaks_of("webhook", key) or speaks_of("webhook", value) for key, value in settings)


def _sends(file: ProjectFile) -> bool:
    """A script that calls the interface, or Python that does and is no answer to a request."""
    facts = file.facts
    commands = (*(facts.script.commands if facts.script else ()), *(c for t in facts.targets for c in t.commands))
    if any(_INTERFACE in word for command in commands for word in command.argv):
        return True
    return file.code is not None and any(not _answers(file.code.scopes[number]) for number in _asking(file.code))


def _asking(code: PythonFacts) -> Iterator[int]:
    """The functions of a module that ask for a dispatch."""
    yield from (text.scope for text in code.texts if _INTERFACE in text.value)
    yield from (call.scope for call in code.calls if submits(call.name) and speaks_of("dispatches", call.name))


def _answers(scope: Scope) -> bool:
    """It answers requests: somebody has to ask first."""
    return any(speaks_of("handles_request", decorator.name.rpartition(".")[2]) for decorator in scope.decorators)
