"""How code says that it starts by itself: the schedules and sensors of orchestrators, as data in `starts.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class StartPattern:
    """One way to say it; see the head of `starts.yaml`."""

    tool: str
    kind: str
    calls: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    paused: dict[str, object] = field(default_factory=dict)

    @cached_property
    def roots(self) -> frozenset[str]:
        """The packages of which a file must import one; empty where a call of an unknown receiver may be meant."""
        heads = {name.partition(".")[0] for name in (*self.calls, *self.decorators)}
        return frozenset(self.imports or (() if "?" in heads else heads))


@cache
def start_patterns() -> tuple[StartPattern, ...]:
    """All entries in the order of the file. Raises KeyError for an entry without tool or kind: the data is ours."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = yaml.load(files("assessor.catalog").joinpath("starts.yaml").read_text("utf-8"), Loader=loader)
    return tuple(
        StartPattern(
            tool=entry["tool"],
            kind=entry["kind"],
            paused=entry.get("paused", {}),
            **{
                key: tuple(entry.get(key, ()))
                for key in ("calls", "decorators", "keywords", "imports", "jobs", "members")
            },
        )
        for entry in entries
    )
