"""How code starts a definition by its name, as data in `named_runs.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import Field, ValidationInfo, model_validator

from assessor.catalog.loading import Source, Value, did_you_mean, load_models
from assessor.catalog.tools import CallPattern, CommandPattern, load_tools


class NamedRun(Value):
    """One way to say it; see the head of `named_runs.yaml`. `tool` is the id of a tool of the catalogue."""

    tool: str
    calls: tuple[CallPattern, ...] = Field(min_length=1)
    keyword: str
    commands: tuple[CommandPattern, ...] = ()
    option: str = ""
    before: str = ""
    address: str = ""
    defined_by: str
    constructors: tuple[CallPattern, ...] = ()
    decorators: tuple[CallPattern, ...] = ()

    @model_validator(mode="after")
    def _names_a_tool(self, info: ValidationInfo) -> NamedRun:
        known = (info.context or {}).get("tools") or frozenset()
        if self.tool not in known:
            raise ValueError(f"no tool '{self.tool}' in the catalogue{did_you_mean(self.tool, known)}")
        return self


def parse_named_runs(source: Source) -> tuple[NamedRun, ...]:
    """Validate the text of `named_runs.yaml`. Raises DataError."""
    tools = frozenset(tool.id for tool in load_tools())
    return load_models(source, NamedRun, context={"tools": tools}, is_shipped=True)


@cache
def named_runs() -> tuple[NamedRun, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    text = files("assessor.catalog").joinpath("named_runs.yaml").read_text("utf-8")
    return parse_named_runs(Source("named_runs.yaml", text))
