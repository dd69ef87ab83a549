"""Bicep files, read line by line: resources and modules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.project_files import Resource

_MAX_RESOURCES = 1_000
_BICEP = re.compile(r"^[ \t]*(resource|module)[ \t]+(\w+)[ \t]+'([^'\n]+)'", re.MULTILINE)
_BICEP_SETTING = re.compile(r"^[ \t]*(\w+)[ \t]*:[ \t]*([^{\[\n][^\n]*)$", re.MULTILINE)


def resources(text: str) -> Iterator[Resource]:
    """Resources (kind without the API version) and modules; the simple `key: value` lines up to the next one."""
    starts = list(_BICEP.finditer(text[:500_000]))[:_MAX_RESOURCES]
    line, at = 1, 0
    for number, found in enumerate(starts):
        line += text.count("\n", at, found.start(1))
        at = found.start(1)
        end = starts[number + 1].start() if number + 1 < len(starts) else min(len(text), at + 20_000)
        settings = []
        for setting in _BICEP_SETTING.finditer(text, found.end(), end):
            where = line + text.count("\n", at, setting.start(1))
            settings.append((setting[1], setting[2].strip().strip("'")[:300], where))
            if len(settings) >= 100:
                break
        kind = "module" if found[1] == "module" else found[3].partition("@")[0]
        yield Resource("bicep", kind, found[2], line, tuple(settings))
