"""What products are and how their pipelines are built and started, asked of the catalogue by names in code."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.tools import Trait, load_tools

FRAMEWORKS = ("training", "automl")
"""Categories of tools that train models: `fit` of something unknown counts beside an import of one."""


@cache
def having(trait: Trait) -> frozenset[str]:
    """The ids of all tools of a trait."""
    return frozenset(tool.id for tool in load_tools() if trait in tool.traits)


@cache
def table_roots() -> frozenset[str]:
    """Packages whose import says that a file works on tables or arrays."""
    return frozenset(name.partition(".")[0] for tool in load_tools() if "table" in tool.traits for name in tool.imports)


@cache
def called_roots() -> frozenset[str]:
    """Packages whose models are asked by calling them: `net(x)`."""
    return frozenset(
        name.partition(".")[0] for tool in load_tools() if "called" in tool.traits for name in tool.imports
    )


@cache
def framework_roots() -> frozenset[str]:
    """Packages whose import says that a file trains models or applies them."""
    return frozenset(
        name.partition(".")[0] for tool in load_tools() if tool.category in FRAMEWORKS for name in tool.imports
    )


@lru_cache(maxsize=16384)
def makes_step(name: str) -> bool:
    """A call, decorator or base class of that dotted name makes one step of a pipeline."""
    return _fits("steps", name)


@lru_cache(maxsize=16384)
def keeps_what_steps_give(name: str) -> bool:
    """A decorator of that dotted name makes a step whose returned values its orchestrator keeps."""
    return matches_any_call(_keeping_steps(), name)


@cache
def _keeping_steps() -> tuple[str, ...]:
    return tuple(pattern for tool in load_tools() if "keeps" in tool.traits for pattern in tool.steps)


@lru_cache(maxsize=16384)
def submits(name: str) -> bool:
    """A call of that dotted name starts a run of a pipeline on its orchestrator."""
    return _fits("submits", name)


@lru_cache(maxsize=16384)
def chooses(name: str) -> bool:
    """A call or decorator of that dotted name makes a step whose answer decides which later ones run."""
    return _fits("choosers", name)


@lru_cache(maxsize=16384)
def transforms(name: str) -> bool:
    """A call of that dotted name fits or applies a preparation of data, no model."""
    return _fits("transforms", name)


@lru_cache(maxsize=16384)
def chains(name: str) -> bool:
    """A call of that dotted name makes preparation and model one object."""
    return _fits("chains", name)


@lru_cache(maxsize=16384)
def makes_logger(name: str) -> bool:
    """A call of that dotted name, or what it is called on, returns a logger."""
    return _fits("loggers", name) or _fits("loggers", name.rpartition(".")[0])


@cache
def persistence_roots() -> tuple[str, ...]:
    """Packages that write objects to disk, with a dot behind each: beginnings of their calls."""
    return tuple(f"{name}." for tool in load_tools() if tool.category == "persistence" for name in tool.imports)


_CHECKS = ("testing.unit", "ci.lint", "ci.types")


@cache
def checking_commands() -> tuple[str, ...]:
    """The commands of linters, type checkers and products of tests."""
    proofs = (proof for tool in load_tools() for proof in tool.proves if proof.practice in _CHECKS)
    return tuple(pattern for proof in proofs for pattern in proof.commands)


_Patterned = Literal["steps", "submits", "choosers", "transforms", "chains", "loggers"]


def _fits(trait: _Patterned, name: str) -> bool:
    return matches_any_call(_patterns(trait), name)


@cache
def _patterns(trait: _Patterned) -> tuple[str, ...]:
    """The patterns of a trait, of all tools."""
    return tuple(pattern for tool in load_tools() for pattern in getattr(tool, trait))
