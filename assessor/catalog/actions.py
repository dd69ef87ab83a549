"""Actions and tasks that stand for a command line, as data in `actions.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml

from assessor.catalog.patterns import matches_text


@dataclass(frozen=True, slots=True)
class ActionCommand:
    """One entry; see the head of `actions.yaml`."""

    uses: str
    program: str
    command: str = ""
    default: str = ""
    folder: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    operands: tuple[str, ...] = ()


@cache
def action_commands() -> tuple[ActionCommand, ...]:
    """All entries in the order of the file. Raises TypeError for an unknown key: the data is ours, so that is a bug."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load(files("assessor.catalog").joinpath("actions.yaml").read_text("utf-8"), Loader=loader)
    found = []
    for entry in entries:
        renamed = entry.pop("as", {})
        operands = tuple(entry.pop("operands", ()))
        found.append(ActionCommand(renamed=renamed, operands=operands, **entry))
    return tuple(found)


def command_of(uses: str, inputs: Mapping[str, str]) -> tuple[tuple[str, ...], str] | None:
    """The command line (argv, folder) that an action stands for; None where the catalogue does not know it."""
    name = uses.partition("@")[0]
    for entry in action_commands():
        if not matches_text(entry.uses, name):
            continue
        given = inputs.get(entry.command, "")
        action = (entry.renamed.get(given, given),) if given else tuple(entry.default.split())
        if not action:
            return None
        operands = [inputs[key] for key in entry.operands if inputs.get(key)]
        flags = ["-f"] if entry.program in ("kubectl", "docker", "docker-compose") and operands else []
        words = (entry.program, *action, *flags, *operands)
        if entry.program == "docker-compose" and operands:
            words = (entry.program, "-f", operands[0], *action)
        return words, inputs.get(entry.folder, "") if entry.folder else ""
    return None
