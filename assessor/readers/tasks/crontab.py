"""Crontabs: each line with its schedule and command. Whether something installs the file is not known here.

Files called `crontab`, `*.cron` and `*.crontab`, and those in a folder `cron.d`, where a user stands before the command.
Form: crontab(5).
"""

from __future__ import annotations

import re
from dataclasses import replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.syntax import shell

SYSTEM = "cron"
MAX_LINES = 1_000
_LINE = re.compile(r"^\s*((?:@\w+)|(?:[\d*/,\-A-Za-z]+\s+){4}[\d*/,\-A-Za-z]+)\s+(\S.*)$")
_USER = re.compile(r"^(?:root|[a-z_][a-z0-9_-]*)\s+(?=\S)")
_VARIABLE = re.compile(r"^\s*[A-Za-z_]\w*\s*=")
_NAMES = re.compile(
    r"(?:^|/)(?:crontab(?:\.txt)?|cronjobs?|[\w.-]*[.-]?crontab|[\w.-]+\.cron)$|(?:^|/)cron\.d/[\w.-]+$"
)


def matches(path: str) -> bool:
    """The names that crontabs have by convention."""
    return _NAMES.search(path) is not None


def read(path: str, text: str) -> FileFacts:
    """One resource of the system cron for each line that is a crontab's; none where another line is something else."""
    found = []
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        if not line.strip() or line.lstrip().startswith("#") or _VARIABLE.match(line):
            continue
        entry = _LINE.match(line)
        if entry is None:
            return EMPTY
        words = entry[2]
        if _has_user(path, words):
            words = _USER.sub("", words, count=1)
        commands = tuple(replace(c, line=number) for c in shell.parse(words, number).commands)
        found.append(Resource(SYSTEM, "crontab", words.split()[0], number, commands=commands, schedule=entry[1]))
    return FileFacts(resources=tuple(found))


def _has_user(path: str, words: str) -> bool:
    """A crontab of the system names the user before the command."""
    return "cron.d/" in path or words.startswith("root ")
