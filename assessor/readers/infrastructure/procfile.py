"""Heroku's Procfile: process types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.syntax import shell


def resources(text: str) -> Iterator[Resource]:
    """Heroku's process types: `web: gunicorn app:app`."""
    for number, line in enumerate(text.splitlines()[:200], start=1):
        found = re.match(r"([A-Za-z0-9_-]+):\s*(\S.*)", line)
        if found:
            commands = shell.parse(found[2], number).commands
            yield Resource("procfile", "process", found[1], number, (("command", found[2][:300], number),), commands)
