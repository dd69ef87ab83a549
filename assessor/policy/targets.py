"""The target that a profile, a configuration, a policy or an option sets for one maturity model, laid beside an assessment.

A target never changes a rating or a level: it says which gaps are `later`, and the cheapest way to it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.assessment import TargetInfo
from assessor.catalog.loading import did_you_mean
from assessor.errors import UserError
from assessor.planning import make_plan
from assessor.policy.config import profiles, targets_of
from assessor.rubric.loading import DEFAULT
from assessor.rubric.roadmap import QUICK_NODES
from assessor.rubric.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from assessor.assessment import Assessment, GapInfo, ScorecardInfo
    from assessor.policy.config import Loaded
    from assessor.policy.model import Policy
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


def target_of_config(loaded: Loaded, rubric: Rubric, own: str = DEFAULT) -> Target | None:
    """What the configuration wants by this model, by `profile` or `targets`; None where it says nothing of it.

    `targets` are levels of the configuration's `own` model (its id). Raises UserError for a level or a dimension that
    the model does not have, and for a profile without a target by the own model.
    """
    config = loaded.config
    if config.profile:
        if rubric.id not in profiles()[config.profile].targets and rubric.id != own:
            return None
        try:
            return target_of_profile(config.profile, rubric)
        except UserError as error:
            raise UserError(f"{loaded.path}:{loaded.line('profile')}: {error}") from error
    if rubric.id != own or (config.targets.level is None and not config.targets.dimensions):
        return None
    target = Target(config.targets.level, config.targets.dimensions, loaded.path)
    for keys, problem in _problems(target, rubric):
        line = loaded.line("targets", *keys)
        raise UserError(f"{loaded.path}:{line}: targets.{'.'.join(keys)}: {problem}")
    return target


def _problems(target: Target, rubric: Rubric) -> Iterator[tuple[tuple[str, ...], str]]:
    """(the keys below `targets`, what is wrong) for what the model cannot give."""
    levels: dict[tuple[str, ...], int] = {("dimensions", name): level for name, level in target.dimensions.items()}
    levels |= {} if target.level is None else {("level",): target.level}
    for keys, level in levels.items():
        if not rubric.floor <= level <= rubric.top:
            yield keys, f"{rubric.id} has no level {level}; its levels are {rubric.floor} to {rubric.top}"
    for name, level in target.dimensions.items():
        known = rubric.levels_of(name)
        if not known:
            yield ("dimensions", name), f"{rubric.id} asks nothing of {name}"
        elif level > known[-1]:
            yield ("dimensions", name), f"{rubric.id} asks nothing of {name} above level {known[-1]}"


@dataclass(frozen=True, slots=True)
class TargetWishes:
    """Who wants a target: a profile named by an option, else the configuration; and a policy that may ask for more.

    `own` is the model that the configuration's levels are meant by.
    """

    loaded: Loaded
    own: str = DEFAULT
    profile: str = ""
    policy: Policy | None = None

    def target(self, rubric: Rubric) -> Target | None:
        """The target by one model; None where nobody wants one. Raises UserError as `target_of_config`."""
        asked = self._of_profile(rubric) if self.profile else target_of_config(self.loaded, rubric, self.own)
        given = self._of_policy(rubric)
        if asked is None or given is None:
            return asked or given
        assert self.policy
        if not (self.policy.locks("targets") or self.policy.locks("profile")):
            return asked
        higher = Target(_most(asked.level, given.level), _highest(asked.dimensions, given.dimensions), given.source)
        return asked if (higher.level, higher.dimensions) == (asked.level, asked.dimensions) else higher

    def _of_profile(self, rubric: Rubric) -> Target | None:
        known = profiles().get(self.profile)
        return target_of_profile(self.profile, rubric) if known is None or rubric.id in known.targets else None

    def _of_policy(self, rubric: Rubric) -> Target | None:
        policy = self.policy
        if policy is None or not (policy.profile or rubric.id == (policy.rubric or DEFAULT)):
            return None
        targets = targets_of(policy, rubric.id)
        if targets.level is None and not targets.dimensions:
            return None
        target = Target(targets.level, targets.dimensions, policy.profile or "policy")
        for keys, problem in _problems(target, rubric):
            raise UserError(f"the policy's targets.{'.'.join(keys)}: {problem}")
        return target


def _most(one: int | None, other: int | None) -> int | None:
    return max((level for level in (one, other) if level is not None), default=None)


def _highest(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in (*one, *other)}


def with_targets(
    assessment: Assessment, rubrics: Sequence[Rubric], target_of: Callable[[Rubric], Target | None]
) -> Assessment:
    """The assessment with the target by each model that has one: the way to it, and which gaps lie beyond it.

    `rubrics` are those that it was scored by.
    """
    cards = dict(assessment.scorecards)
    for rubric in rubrics:
        target = target_of(rubric)
        if target is not None and assessment.scorecards[rubric.id].level is not None:
            cards[rubric.id] = _with_target(assessment, rubric, target)
    return assessment.model_copy(update={"scorecards": cards})


def _with_target(assessment: Assessment, rubric: Rubric, target: Target) -> ScorecardInfo:
    card = assessment.scorecards[rubric.id]
    plan = make_plan(assessment, rubric, target, limit=QUICK_NODES)
    info = TargetInfo(
        level=target.level,
        title="" if target.level is None else rubric.title_of(target.level),
        dimensions=dict(target.dimensions),
        source=target.source,
        reached=plan.is_reached,
        roadmap=plan.steps,
        roadmap_days=plan.days,
        roadmap_exact=plan.exact,
        roadmap_blocked=plan.blocked,
    )
    is_later = _Later(rubric, card, target, frozenset(lift.practice for step in plan.steps for lift in step.raises))
    areas = {item.id: item.dimension for item in card.items}
    gaps = (gap.model_copy(update={"later": is_later(gap, areas[gap.item])}) for gap in card.gaps)
    return card.model_copy(update={"target": info, "gaps": tuple(gaps)})


@dataclass(frozen=True, slots=True)
class _Later:
    """Whether a gap, whose item is of a dimension, lies beyond the target. What is `lifted` on the way there does not."""

    rubric: Rubric
    card: ScorecardInfo
    target: Target
    lifted: frozenset[str]

    def __call__(self, gap: GapInfo, dimension: str) -> bool:
        if gap.practice in self.lifted:
            return False
        wanted = self.target.dimensions.get(dimension)
        if self.rubric.counts_points:
            return not self._is_short(dimension, wanted)  # any point serves what is not reached
        above = [level for level in self.rubric.levels_of(dimension) if wanted is not None and level >= wanted]
        bounds = [self.target.level, min(above, default=wanted)]
        return not any(bound is not None and gap.level <= bound for bound in bounds)

    def _is_short(self, dimension: str, wanted: int | None) -> bool:
        """A model that counts points has not given the level, or that of the dimension, yet."""
        level, result = self.target.level, self.card.dimensions.get(dimension)
        if level is not None and self.card.height < level:
            return True
        return wanted is not None and result is not None and result.level is not None and result.level < wanted
