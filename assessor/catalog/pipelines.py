"""How code hands a pipeline to what runs it, as data in `pipelines.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from assessor.catalog.loading import Source, Value, load_models
from assessor.catalog.tools import CallPattern, ImportName


class Handover(Value):
    """One orchestrator's ways; see the head of `pipelines.yaml`."""

    tool: str
    imports: tuple[ImportName, ...] = ()
    defines: tuple[CallPattern, ...] = ()
    compiles: tuple[CallPattern, ...] = ()
    submits: tuple[CallPattern, ...] = ()
    local: tuple[CallPattern, ...] = ()


@cache
def handovers() -> tuple[Handover, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    text = files("assessor.catalog").joinpath("pipelines.yaml").read_text("utf-8")
    return load_models(Source("pipelines.yaml", text), Handover, is_shipped=True)
