"""How code hands a pipeline to what runs it, as data in `pipelines.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from assessor.catalog.patterns import matches_call

_KEYS = ("imports", "defines", "compiles", "submits", "local")


@dataclass(frozen=True, slots=True)
class Handover:
    """One orchestrator's ways; see the head of `pipelines.yaml`."""

    tool: str
    imports: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    compiles: tuple[str, ...] = ()
    submits: tuple[str, ...] = ()
    local: tuple[str, ...] = ()


@cache
def handovers() -> tuple[Handover, ...]:
    """All entries in the order of the file. Raises TypeError for an unknown key: the data is ours, so that is a bug."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load(files("assessor.catalog").joinpath("pipelines.yaml").read_text("utf-8"), Loader=loader)
    for entry in entries:
        entry.update({key: tuple(entry.get(key, ())) for key in _KEYS})
    return tuple(Handover(**entry) for entry in entries)


def means(patterns: tuple[str, ...], name: str) -> bool:
    return any(matches_call(pattern, name) for pattern in patterns)
