"""Functions that a shell text takes over from other files (`source lib/deploy.sh`), with the words that it gives them.

A sourced file is part of the shell that sources it: its functions, and those of what it sources itself, are known there,
also to each other. Variables that the calling file sets are known to them; of those whose value is not certain nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from assessor.facts.commands import Command, ShellFunction
from assessor.project.arrivals import Context, Shell
from assessor.project.environment import ALL, BETWEEN, Environment, Pairs
from assessor.project.model import Project, ProjectFile
from assessor.project.paths import Paths
from assessor.readers.syntax.shell import UNKNOWN_VALUE

_MAX_FILES = 60
_SOURCING = frozenset({"source", "."})


class ShellFunctions:
    """Answers for one project."""

    def __init__(self, project: Project, paths: Paths) -> None:
        self.project = project
        self.paths = paths
        self._named: dict[tuple[str, ...], Mapping[str, tuple[ProjectFile, ShellFunction]]] = {}

    def shell(self, path: str, commands: Sequence[Command], context: Context) -> Shell | None:
        """The shell that runs these commands, of a script or (no path) of a step; None where it sources no file."""
        sourced = self._sourced(commands, context)
        script = self.project.files[path].facts.script if path else None
        goes_on = not script and any(command.argv[0] in _SOURCING and command.swallowed for command in commands)
        return Shell(path, sourced, script.stops_on_error if script else not goes_on) if sourced else None

    def _sourced(self, commands: Iterable[Command], context: Context) -> tuple[str, ...]:
        """The files that these commands source, and what those do, in the order in which they are read."""
        found: dict[str, None] = {}
        waiting = [(command, context) for command in commands if command.argv[0] in _SOURCING]
        while waiting and len(found) < _MAX_FILES:
            command, place = waiting.pop(0)
            cwd = self.paths.enter(place.cwd, command.cwd, place.path)
            path = self.paths.locate(command.argv[1], replace(place, cwd=cwd)) if command.argv[1:] else None
            if path and path not in found:
                found[path] = None
                script = self.project.files[path].facts.script
                inner = replace(context, path=path)
                waiting += [(c, inner) for c in (script.commands if script else ()) if c.argv[0] in _SOURCING]
        return tuple(found)

    def of(self, name: str, shell: Shell) -> tuple[ProjectFile, ShellFunction] | None:
        """The function of that name, of several the one that was read last, with its file."""
        files = shell.sourced
        known = self._named.get(files)
        if known is None:
            known = self._named[files] = {
                function.name: (self.project.files[path], function)
                for path in files
                if (script := self.project.files[path].facts.script)
                for function in script.functions
            }
        return known.get(name)

    def commands(
        self, function: ShellFunction, words: tuple[str, ...], shell: Shell, context: Context
    ) -> Iterator[Command]:
        """What the function runs where it is given these words; what its conditions keep away is left out."""
        outer = Environment(context.env)
        own = [pair for path in dict.fromkeys((shell.path, context.path)) for pair in self._set_in(path)]
        env = Environment((*((name, outer.filled_word(value)) for name, value in own), *_arguments(words)))
        number = len(function.commands)
        for position, command in enumerate(function.commands, start=1):
            if not env.keeps_away(command.condition):
                yield replace(
                    command,
                    argv=env.filled(command),
                    swallowed=command.swallowed or not (shell.stops or position == number),
                    cwd=env.filled_word(command.cwd),
                    env=tuple((name, env.filled_word(value)) for name, value in command.env),
                    condition=env.told(command.condition),
                )

    def _set_in(self, path: str) -> Pairs:
        """The variables that a file sets."""
        file = self.project.files.get(path)
        return file.facts.script.variables if file and file.facts.script else ()


def _arguments(words: tuple[str, ...]) -> Pairs:
    """What `$1` and the like are in a function. Behind words of which nobody knows how many they are, nothing is known."""
    several = next((i for i, word in enumerate(words) if word.startswith(("$@", "${@", "$()"))), len(words))
    is_known = several == len(words)
    numbered = ((str(number), _argument(words, number - 1, several)) for number in range(1, 10))
    count = str(len(words)) if is_known else UNKNOWN_VALUE
    return (*numbered, ("#", count), *([(ALL, BETWEEN.join(words))] if is_known else ()))


def _argument(words: tuple[str, ...], position: int, several: int) -> str:
    if position >= several:
        return UNKNOWN_VALUE if several < len(words) else ""
    return words[position]
