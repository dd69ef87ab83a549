"""Units of systemd: services with what they start, timers with when. Which service a timer starts is not known here.

Form: systemd.unit(5), systemd.service(5), systemd.timer(5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.syntax import shell

SYSTEM = "systemd"
MAX_LINES = 500
_KINDS = {".timer": "Timer", ".service": "Service"}
_TIMES = ("OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec", "OnBootSec", "OnStartupSec", "OnActiveSec")
_STARTS = "Service.ExecStart"
_PREFIXES = "@-:+!"
"""Signs before the program that change how it is started."""


def matches(path: str) -> bool:
    """The endings of the units that start something."""
    return path.endswith(tuple(_KINDS))


def read(path: str, text: str) -> FileFacts:
    """One resource of the system systemd; none where the file has not the section of its kind."""
    name = path.rpartition("/")[2]
    kind = _KINDS["." + name.rpartition(".")[2]]
    settings = tuple(_settings(text))
    own = [entry for entry in settings if entry[0].startswith(f"{kind}.")]
    if not own:
        return EMPTY
    times = [value for key, value, _ in own if key.partition(".")[2] in _TIMES and value]
    commands = tuple(c for key, value, line in own if key == _STARTS for c in _commands(value, line))
    line = commands[0].line if commands else own[0][2]
    unit = Resource(
        SYSTEM, kind.lower(), name.rpartition(".")[0], line, settings, commands, schedule=", ".join(times[:3])
    )
    return FileFacts(resources=(unit,))


def _settings(text: str) -> Iterator[tuple[str, str, int]]:
    """`Section.Key`, value and line; a line that ends with a backslash goes on."""
    section, before, start = "", "", 0
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        plain = line.strip()
        if not before and (not plain or plain[0] in "#;"):
            continue
        if not before and plain.startswith("["):
            section = plain.strip("[]")
            continue
        start = start if before else number
        if plain.endswith("\\"):
            before += plain[:-1] + " "
            continue
        key, sign, value = (before + plain).partition("=")
        before = ""
        if sign:
            yield f"{section}.{key.strip()}", value.strip(), start


def _commands(value: str, line: int) -> Iterator[Command]:
    """What a service starts; of a program in a folder `bin` its name, wherever that lies on the machine."""
    for command in shell.parse(value.lstrip(_PREFIXES), line).commands:
        program = command.argv[0]
        name = program.rpartition("/")[2] if "bin/" in program else program
        yield replace(command, argv=(name, *command.argv[1:]), line=line)
