"""The target that a profile, a configuration or an option sets for one maturity model; wrong names are told in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.catalog.loading import did_you_mean
from assessor.errors import UserError
from assessor.policy.config import profiles, targets_of
from assessor.rubric.target import Target

if TYPE_CHECKING:
    from assessor.policy.config import Loaded
    from assessor.rubric.model import Rubric


def target_of_profile(name: str, rubric: Rubric) -> Target:
    """The target of a shipped profile. Raises UserError for another name, and where it has none for this model."""
    if name not in profiles():
        known = did_you_mean(name, profiles()) or f"; there are {', '.join(profiles())}"
        raise UserError(f"no profile '{name}'{known}")
    targets = profiles()[name].targets
    if rubric.id not in targets:
        raise UserError(f"the profile '{name}' has no target by {rubric.id}; it has one by {', '.join(targets)}")
    return Target(targets[rubric.id].level, targets[rubric.id].dimensions, name)


def target_of_level(name: str, rubric: Rubric) -> Target:
    """The level that a person names, by its number, id or title. Raises UserError where the model has no such level."""
    wanted = name.strip().casefold()
    for entry in rubric.levels:
        if wanted in (str(entry.level), entry.id.casefold(), entry.title.casefold()):
            return Target(entry.level)
    known = ", ".join(f"{entry.level} ({entry.title})" for entry in rubric.levels)
    near = did_you_mean(name, (word for entry in rubric.levels for word in (entry.id, entry.title)))
    raise UserError(f"{rubric.id} has no level '{name}'{near or f'; it has {known}'}")


def target_of_config(loaded: Loaded, rubric: Rubric) -> Target | None:
    """What the configuration wants by this model, by `profile` or `targets`; None where it says nothing of it.

    `targets` are levels of the configuration's own model. Raises UserError for a level that the model does not have.
    """
    config = loaded.config
    targets = targets_of(config, rubric.id)
    if targets.level is None and not targets.dimensions:
        return None
    wanted = {"level": targets.level, **{f"dimensions.{name}": level for name, level in targets.dimensions.items()}}
    for key, level in wanted.items():
        if level is not None and not rubric.floor <= level <= rubric.top:
            line = loaded.line("targets", *key.split("."))
            raise UserError(
                f"{loaded.path}:{line}: targets.{key}: {rubric.id} has no level {level}; its levels are "
                f"{rubric.floor} to {rubric.top}"
            )
    return Target(targets.level, targets.dimensions, config.profile or loaded.path)
