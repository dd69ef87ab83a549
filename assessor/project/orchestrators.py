"""Programs that the catalogue does not know, and that deploy or run what a file of their own names.

A program is taken for one where automation calls it with a verb that deploys or runs (`stagehand create deployment`) and
its own file (`stagehand.yaml`, or the file that it is given) names scripts or modules of this repository.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from assessor.catalog.programs import programs
from assessor.catalog.tools import known_commands
from assessor.facts.commands import Command
from assessor.facts.place import Setting
from assessor.project.arrivals import Arrival, Context, Rollout, hopped
from assessor.project.following import Following
from assessor.project.invocations import Invocation
from assessor.project.model import ProjectFile

_VERBS = {"deploy", "apply", "submit", "run", "register", "launch", "up", "start", "schedule", "rollout"}
_MAKES = {"create", "update", "new", "publish", "push"}
_THINGS = re.compile(r"deploy|pipeline|workflow|flow|job|service|stage|run|project|schedule")
_ONLY_LOOKS = {"lint", "validate", "check", "plan", "diff", "delete", "get", "list", "logs", "describe", "test", "init"}
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?::[A-Za-z_]\w*)?")
_SCRIPTS = (".py", ".ipynb", ".sh", ".R", ".r", ".jl")
_SERVED = {"port", "ports", "replicas", "service", "ingress", "endpoint"}
_MAX_SCRIPTS = 40


class Orchestrators:
    """Follows such programs for one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk

    def deploys(self, invocation: Invocation) -> bool:
        """The program is not known, and its first words say that it deploys or runs something."""
        program, words = invocation.program, [word.lower() for word in invocation.operands[:3]]
        if program in known_commands() or program in programs().only_read or program in programs().work_on_code:
            return False
        if not words or words[0] in _ONLY_LOOKS or "--dry-run" in invocation.arguments:
            return False
        return words[0] in _VERBS or (bool(_MAKES & set(words[:2])) and any(_THINGS.search(word) for word in words))

    def own_file(self, invocation: Invocation, context: Context) -> str | None:
        """The file that the program is given, or the one of its own name, where that names scripts of this repository."""
        names = [word.partition("=")[2] or word for word in invocation.arguments[:30]]
        names = [name for name in names if name.endswith((".yaml", ".yml", ".toml", ".json"))]
        names += [f"{invocation.program}{ending}" for ending in (".yaml", ".yml", ".toml")]
        for name in names:
            found = self.walk.paths.locate(name, context)
            if found and any(True for _ in self._started(self.walk.project.files[found], context)):
                return found
        return None

    def follow(self, path: str, invocation: Invocation, context: Context) -> None:
        """Start what the file names, each script with its arguments, in order."""
        file = self.walk.project.files[path]
        served: list[Arrival] = []
        scripts: list[str] = []
        self.walk.reach.files[path].append(context.arrival)
        for setting, words in self._started(file, context):
            part = setting.key.rpartition(".")[0]
            hop = hopped(context.arrival, file, setting.line, part or setting.key)
            scripts.append(words[1])
            if any(
                _SERVED & set(s.key[len(part) :].split("."))
                for s in file.facts.settings
                if s.key.startswith(part + ".")
            ):
                served.append(hop)
            command = Command((*words, *self._arguments(file, part)), setting.line)
            self.walk.command(command, replace(context, arrival=hop, path=path, cwd=""))
        place = file.at(1)
        rollout = Rollout(invocation.program, place, context.arrival, tuple(scripts), tuple(served))
        self.walk.reach.rollouts.append(rollout)

    def _started(self, file: ProjectFile, context: Context) -> Iterator[tuple[Setting, tuple[str, ...]]]:
        """The settings that name a script or module of this repository, with the words that start it."""
        count = 0
        for setting in file.facts.settings:
            value = setting.value.strip()
            if count >= _MAX_SCRIPTS or len(value) > 200:
                continue
            if value.endswith(_SCRIPTS):
                found = self.walk.paths.locate(value, replace(context, path=file.path))
            else:
                module = _MODULE.fullmatch(value)
                found = self.walk.modules.module(value.partition(":")[0], "") if module else None
            if found:
                count += 1
                yield setting, (_interpreter(found), found)

    @staticmethod
    def _arguments(file: ProjectFile, part: str) -> list[str]:
        """The arguments that stand beside a script: a list, or one text."""
        found: dict[str, list[str]] = defaultdict(list)
        for setting in file.facts.settings:
            key = setting.key[len(part) + 1 :] if setting.key.startswith(f"{part}.") else ""
            if re.fullmatch(r"(?:args|arguments|parameters)(?:\.\d+)?", key):
                found[key.partition(".")[0]] += [setting.value] if "." in key else setting.value.split()
        return [word for words in found.values() for word in words][:50]


def _interpreter(path: str) -> str:
    return {"sh": "bash", "R": "Rscript", "r": "Rscript", "jl": "julia", "ipynb": "papermill"}.get(
        path.rpartition(".")[2], "python"
    )
