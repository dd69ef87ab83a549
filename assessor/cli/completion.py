"""What the shell proposes for a value: names of practices, tools, models, levels. Imports nothing until it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click


def fitting(words: Iterable[str], begun: str) -> list[str]:
    """The words that begin so."""
    return [word for word in words if word.startswith(begun)]


def rubrics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the shipped maturity models."""
    from assessor.rubric.loading import shipped_names

    return fitting(shipped_names(), incomplete)


def crosswalks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the shipped crosswalks, without what they all begin with."""
    from assessor.rubric.loading import crosswalk_names

    return fitting((name.removeprefix("crosswalk-") for name in crosswalk_names()), incomplete)


def profiles(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the shipped profiles."""
    from assessor.policy.config import profiles as shipped

    return fitting(shipped(), incomplete)


def levels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Levels of the model that the same line names, or of the default one."""
    from assessor.rubric.loading import DEFAULT, shipped_names, shipped_rubric

    given = ctx.params.get("rubric") or DEFAULT
    rubric = shipped_rubric(given if given in shipped_names() else DEFAULT)
    return fitting((str(entry.level) for entry in rubric.levels), incomplete)


def practices(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of practices."""
    from assessor.catalog.practices import load_practices

    return fitting((practice.id for practice in load_practices()), incomplete)


def practice_rungs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """`PRACTICE=RUNG`: names of practices, and behind the sign the rungs that the practice defines."""
    from assessor.catalog.practices import load_practices

    rungs = {practice.id: practice.rungs for practice in load_practices()}
    name, sign, begun = incomplete.partition("=")
    if sign:
        return [f"{name}={rung}" for rung in fitting(rungs.get(name, ()), begun)]
    return [f"{practice}=" for practice in fitting(rungs, incomplete)]


def dimensions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of dimensions."""
    from assessor.catalog.practices import load_practices

    return fitting(dict.fromkeys(practice.dimension for practice in load_practices()), incomplete)


def dimension_levels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """`DIMENSION=N`."""
    name, sign, begun = incomplete.partition("=")
    if sign:
        return [f"{name}={level}" for level in levels(ctx, param, begun)]
    return [f"{dimension}=" for dimension in dimensions(ctx, param, incomplete)]


def samples(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the sample repositories."""
    from assessor.samples import samples as shipped

    return fitting(shipped(), incomplete)
