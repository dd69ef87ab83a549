"""First-party functions that run a command which they are given (`def run(command): subprocess.run(command, check=True)`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from assessor.facts.commands import Command
from assessor.facts.python import UNKNOWN, Call
from assessor.project.model import Role
from assessor.project.modules import Modules, ScopeKey
from assessor.project.started_calls import as_commands, is_checked, starts_given_command

_LEVELS = 3
"""Functions that hand a command on to each other."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """The parameter that holds the command, its position in a call, and whether its failure raises."""

    name: str
    position: int
    checked: bool


class CommandFunctions:
    """Finds, for the code of one project, the commands that such functions are given."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def text(self, call: Call, path: str) -> str | tuple[str, ...]:
        """The command that a call hands to such a function; empty for other calls and where it is not known."""
        taken = self._taken_by(call, path) if call.args or call.keywords else None
        value = _handed(call, taken) if taken else None
        if isinstance(value, tuple):
            return tuple("$X" if word == UNKNOWN else str(word) for word in value)
        return value if isinstance(value, str) and value != UNKNOWN else ""

    def commands(self, call: Call, path: str) -> tuple[Command, ...]:
        """The commands of such a call, on its line."""
        text, taken = self.text(call, path), self._taken_by(call, path)
        return as_commands(text, call, swallowed=not (taken and taken.checked)) if text else ()

    def _taken_by(self, call: Call, path: str) -> _Taken | None:
        if call.name.rpartition(".")[2] not in self._last_words:
            return None
        return next((self._known[key] for key in self.modules.targets(call.name, path) if key in self._known), None)

    @cached_property
    def _last_words(self) -> frozenset[str]:
        scopes = (self.modules.index(path).facts.scopes[number] for path, number in self._known)
        return frozenset(scope.name.rpartition(".")[2] for scope in scopes)

    @cached_property
    def _known(self) -> Mapping[ScopeKey, _Taken]:
        found: dict[ScopeKey, _Taken] = {}
        for path, file in self.modules.files.items():
            for call in self.modules.index(path).facts.calls if file.role is Role.FIRST_PARTY else ():
                if starts_given_command(call):
                    self._note(found, path, call, "0", is_checked(call, path))
        for _ in range(_LEVELS if found else 0):
            words = {self.modules.index(path).facts.scopes[number].name.rpartition(".")[2] for path, number in found}
            before = len(found)
            for path in self.modules.files:
                for call in self.modules.index(path).facts.calls:
                    if call.name.rpartition(".")[2] in words:
                        for key in self.modules.targets(call.name, path):
                            if key in found:
                                taken = found[key]
                                self._note(found, path, call, str(taken.position), taken.checked)
            if len(found) == before:
                break
        return found

    def _note(self, found: dict[ScopeKey, _Taken], path: str, call: Call, position: str, checked: bool) -> None:
        """The function around a call hands one of its own parameters to it."""
        scope = self.modules.index(path).facts.scopes[call.scope]
        origins = next((made for where, made in call.given if where == position), ())
        given = scope.parameters[1:] if scope.parameters[:1] in (("self",), ("cls",)) else scope.parameters
        for place, name in enumerate(given):
            if origins == (f"@{scope.name}:{name}",):
                found.setdefault((path, call.scope), _Taken(name, place, checked))


def _handed(call: Call, taken: _Taken) -> object:
    named = call.keyword(taken.name)
    return named if named is not None else call.args[taken.position] if taken.position < len(call.args) else None
