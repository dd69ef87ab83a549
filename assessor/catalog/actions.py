"""Actions and tasks that stand for a command line, as data in `actions.yaml`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, Field

from assessor.catalog.loading import Source, Value, load_models
from assessor.catalog.patterns import matches_text, plain_action


class ActionCommand(Value):
    """One entry; see the head of `actions.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    uses: str
    program: str
    command: str = ""
    default: str = ""
    folder: str = ""
    renamed: dict[str, str] = Field(default_factory=dict, alias="as")
    operands: tuple[str, ...] = ()
    options: dict[str, str] = Field(default_factory=dict)


def parse_actions(source: Source) -> tuple[ActionCommand, ...]:
    """Validate the text of `actions.yaml`. Raises DataError."""
    return load_models(source, ActionCommand, is_shipped=True)


@cache
def action_commands() -> tuple[ActionCommand, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    return parse_actions(Source("actions.yaml", files("assessor.catalog").joinpath("actions.yaml").read_text("utf-8")))


def command_of(uses: str, inputs: Mapping[str, str]) -> tuple[tuple[str, ...], str] | None:
    """The command line (argv, folder) that an action stands for; None where the catalogue does not know it."""
    name = plain_action(uses)
    for entry in action_commands():
        if not matches_text(entry.uses, name):
            continue
        given = inputs.get(entry.command, "")
        action = _words(entry.renamed.get(given, given) if given else entry.default)
        if not action:
            return None
        operands = [inputs[key] for key in entry.operands if inputs.get(key)]
        flags = ["-f"] if entry.program in ("kubectl", "docker", "docker-compose") and operands else []
        options = [word for key, name in entry.options.items() if inputs.get(key) for word in (name, inputs[key])]
        words = (entry.program, *action, *flags, *operands, *options)
        if entry.program == "docker-compose" and operands:
            words = (entry.program, "-f", operands[0], *action)
        return words, inputs.get(entry.folder, "") if entry.folder else ""
    return None


def _words(text: str) -> tuple[str, ...]:
    """The words of an input, as a shell takes them; of a text whose quotes do not end, those between its blanks."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())
