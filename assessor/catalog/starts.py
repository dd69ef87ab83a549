"""How code says that it starts by itself: the schedules and sensors of orchestrators, as data in `starts.yaml`."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from assessor.catalog.loading import Source, Value, did_you_mean, load_models
from assessor.catalog.tools import CallPattern, ImportName, load_tools


class StartPattern(Value):
    """One way to say it; see the head of `starts.yaml`. `tool` is the id of a tool of the catalogue."""

    tool: str
    kind: Literal["schedule", "event"]
    calls: tuple[CallPattern, ...] = ()
    decorators: tuple[CallPattern, ...] = ()
    keywords: tuple[str, ...] = ()
    events: tuple[CallPattern, ...] = ()
    both: tuple[CallPattern, ...] = ()
    imports: tuple[ImportName, ...] = ()
    jobs: tuple[CallPattern, ...] = ()
    selections: tuple[CallPattern, ...] = ()
    everything: tuple[CallPattern, ...] = ()
    members: tuple[CallPattern, ...] = ()
    lists: tuple[CallPattern, ...] = ()
    listed_as: str = ""
    checks_as: str = ""
    finds_checks: tuple[CallPattern, ...] = ()
    finds: tuple[CallPattern, ...] = ()
    sources: tuple[CallPattern, ...] = ()
    until: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    ignored_by: str = ""
    paused: dict[str, Annotated[str | int | bool, Field()]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_a_tool(self, info: ValidationInfo) -> StartPattern:
        known = (info.context or {}).get("tools") or frozenset()
        if self.tool not in known:
            raise ValueError(f"no tool '{self.tool}' in the catalogue{did_you_mean(self.tool, known)}")
        if not (self.calls or self.decorators):
            raise ValueError("a start without calls and decorators can never be seen")
        if bool(self.lists) != bool(self.listed_as):
            raise ValueError("'lists' and 'listed_as' belong together")
        return self

    @cached_property
    def roots(self) -> frozenset[str]:
        """The packages of which a file must import one; empty where a call of an unknown receiver may be meant."""
        heads = {name.partition(".")[0] for name in (*self.calls, *self.decorators)}
        return frozenset(self.imports or (() if "?" in heads else heads))


def parse_starts(source: Source) -> tuple[StartPattern, ...]:
    """Validate the text of `starts.yaml`. Raises DataError."""
    tools = frozenset(tool.id for tool in load_tools())
    return load_models(source, StartPattern, context={"tools": tools}, is_shipped=True)


@cache
def start_patterns() -> tuple[StartPattern, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    return parse_starts(Source("starts.yaml", files("assessor.catalog").joinpath("starts.yaml").read_text("utf-8")))
