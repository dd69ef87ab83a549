"""Whether a command brings a folder of definitions of an orchestrator to where that reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.tools import Proof, Tool
from assessor.facts.python import PythonFacts
from assessor.hits.ground import Ground
from assessor.project.arrivals import Site
from assessor.project.invocations import without_variable
from assessor.project.paths import joined

_DEFINES = "training.pipeline"
_ELSEWHERE = re.compile(r"[\w.@${}-]+:")
"""How an address begins that is not on this machine: `gs://…`, `host:/opt`, `namespace/pod:`."""


class HandedDefinitions:
    """Answers for one repository; the files that define something are found once for each tool."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._files: dict[str, tuple[str, ...]] = {}

    def kept(self, found: Iterable[tuple[Tool, Proof]], site: Site) -> Iterator[tuple[Tool, Proof]]:
        """The proofs of a command that hold; one that asks for definitions does where the command hands some over."""
        return ((tool, proof) for tool, proof in found if not proof.hands_over or self.holds(tool, site))

    def holds(self, tool: Tool, site: Site) -> bool:
        """The command copies a folder of this repository, or a file, that holds definitions of the tool, to another machine."""
        for word in site.invocation.arguments:
            value = word.partition("=")[2] if word.startswith("--") and "=" in word else word
            plain = without_variable(value).rstrip("/*")
            if _ELSEWHERE.match(value):
                return False  # it fetches them
            place = joined(site.cwd, plain) if plain and not value.startswith("-") else ""
            if place and any(path == place or path.startswith(f"{place}/") for path in self._definitions(tool)):
                return True
        return False

    def _definitions(self, tool: Tool) -> tuple[str, ...]:
        if tool.id not in self._files:
            self._files[tool.id] = tuple(
                file.path for file in self.ground.project.ordered if file.code and _defines(tool, file.code)
            )
        return self._files[tool.id]


def _defines(tool: Tool, code: PythonFacts) -> bool:
    if not any(found.target.startswith(tool.imports) for found in code.imports):
        return False
    proofs = [proof for proof in tool.proves if proof.practice == _DEFINES]
    named = [(proof.calls, call.name) for proof in proofs for call in code.calls]
    named += [(proof.decorators, name) for proof in proofs for name in _decorators(code)]
    return any(matches_any_call(patterns, name) for patterns, name in named)


def _decorators(code: PythonFacts) -> Iterator[str]:
    return (call.name for scope in code.scopes for call in scope.decorators)
