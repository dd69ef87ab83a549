"""Which conditions hold: the command line's over the repository's over the policy's, never below what is locked.

The command line stands in the repository's CI files, so it is not trusted more than the repository: a locked key of the
policy is a lower bound for both. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.findings import Rung
from assessor.policy.model import Config, Gate, Policy, UnitEntry
from assessor.rubric.loading import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Effective:
    """The conditions that hold, and in `notes` what the policy overruled."""

    gate: Gate
    notes: tuple[str, ...] = ()


def effective(own: Config, options: Gate, policy: Policy | None = None) -> Effective:
    """Join the repository's configuration, the options of the command line and a policy."""
    asked = overlaid(own.gate.model_copy(update={"rubric": own.gate.rubric or own.rubric}), options)
    if policy is None:
        return Effective(asked.model_copy(update={"rubric": asked.rubric or DEFAULT}))
    given = policy.gate.model_copy(update={"rubric": policy.gate.rubric or policy.rubric})
    defaulted = overlaid(given, asked)
    return _bounded(defaulted, given, policy)


@dataclass(frozen=True, slots=True)
class EffectiveScope:
    """Which globs hold. `takes_options`: the command line may leave out more."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    takes_options: bool = True


def effective_scope(own: Config, include: tuple[str, ...] = (), policy: Policy | None = None) -> EffectiveScope:
    """The globs of a configuration and of the command line within a policy: what it gives or locks by name, only it says."""
    if policy is not None:
        given = bool(policy.include or policy.exclude)
        if (given and policy.locks("exclude")) or {"include", "exclude"} & set(policy.lock):
            return EffectiveScope(policy.include, policy.exclude, takes_options=False)
        if given and not (own.include or own.exclude):
            return EffectiveScope(include or policy.include, policy.exclude)
    return EffectiveScope(include or own.include, own.exclude)


def effective_units(own: Config, policy: Policy | None = None) -> tuple[UnitEntry, ...]:
    """The units that hold: what a policy gives or locks by name, only it says."""
    if policy is None:
        return own.units
    if "units" in policy.lock or (policy.units and policy.locks("units")):
        return policy.units
    return own.units or policy.units


def overlaid(below: Gate, above: Gate) -> Gate:
    """`above` where it says something, else `below`; the conditions on dimensions and practices one by one."""
    return Gate(
        rubric=above.rubric or below.rubric,
        min_level=below.min_level if above.min_level is None else above.min_level,
        min_index=below.min_index if above.min_index is None else above.min_index,
        min=below.min | above.min,
        require=below.require | above.require,
        min_score=below.min_score if above.min_score is None else above.min_score,
        max_unknown=below.max_unknown if above.max_unknown is None else above.max_unknown,
        max_waivers=below.max_waivers if above.max_waivers is None else above.max_waivers,
        strict=below.strict or above.strict,
        allow_no_ml=below.allow_no_ml or above.allow_no_ml,
    )


def _bounded(asked: Gate, given: Gate, policy: Policy) -> Effective:
    """`asked`, with every locked key at least as strict as in `given`."""
    notes: list[str] = []
    values = dict(asked.model_copy(update=_rubric_kept(asked, given, policy, notes)))
    for key, stricter in (
        ("min_level", max),
        ("min_index", max),
        ("min_score", max),
        ("max_unknown", min),
        ("max_waivers", min),
    ):
        bound = getattr(given, key)
        if bound is not None and policy.locks(f"gate.{key}"):
            values[key] = _strictest(key.replace("_", "-"), values[key], bound, stricter, notes)
    if asked.allow_no_ml and not given.allow_no_ml and policy.locks("gate.allow_no_ml"):
        values["allow_no_ml"] = False
        notes.append("the policy asks for machine learning; allow-no-ml does not count")
    if policy.locks("gate.min"):
        found = values["min"]
        lifted = {k: _strictest(f"min {k}", found.get(k), level, max, notes) for k, level in given.min.items()}
        values["min"] = found | lifted
    if policy.locks("gate.require"):
        found = values["require"]
        lifted = {
            k: _strictest(f"require {k}", found.get(k), rung, _higher, notes) for k, rung in given.require.items()
        }
        values["require"] = found | lifted
    return Effective(Gate.model_validate(values), tuple(notes))


def _rubric_kept(asked: Gate, given: Gate, policy: Policy, notes: list[str]) -> dict[str, object]:
    """Levels of two models cannot be compared: where the policy locks levels, its model is the one that counts."""
    rubric = given.rubric or DEFAULT
    level_keys = [
        key for key in ("min_level", "min_index", "min") if getattr(given, key) and policy.locks(f"gate.{key}")
    ]
    locked = policy.locks("gate.rubric") or policy.locks("rubric") or bool(level_keys)
    if not locked or (not given.rubric and not level_keys):
        return {"rubric": asked.rubric or rubric}
    if not asked.rubric or asked.rubric == rubric:
        return {"rubric": rubric}
    notes.append(f"the policy decides by {rubric}; levels of {asked.rubric} do not count")
    return {"rubric": rubric, "min_level": given.min_level, "min_index": given.min_index, "min": given.min}


def _higher(one: str, other: str) -> str:
    return max(one, other, key=lambda name: Rung(name).height)


def _strictest(name: str, asked: object, bound: object, stricter: Callable[..., object], notes: list[str]) -> object:
    found = bound if asked is None else stricter(asked, bound)
    if found != asked and asked is not None:
        notes.append(f"the policy asks {name} {bound}; {asked} does not count")
    return found


def weakened(before: Config, after: Config) -> tuple[str, ...]:
    """What a change of the configuration asks less of, and the waivers and attestations that it adds; one line each."""
    lines = [*_gate_weakened(before, after), *_targets_weakened(before, after)]
    old_waivers = {entry.subject: entry for entry in before.waivers}
    for waiver in after.waivers:
        lines += _statement_added("waiver", waiver.subject, waiver.expires, old_waivers.get(waiver.subject))
    old_said = {entry.subject: entry for entry in before.attestations}
    for entry in after.attestations:
        lines += _statement_added("attestation", entry.subject, entry.expires, old_said.get(entry.subject))
    lines += [f"exclude: {glob} added" for glob in after.exclude if glob not in before.exclude]
    lines += [f"units: {unit.name} became other paths, or none" for unit in before.units if unit not in after.units]
    if before.include != after.include and after.include:
        lines.append(f"include: became {', '.join(after.include)}")
    if before.baseline != after.baseline:
        lines.append(f"baseline: '{before.baseline}' became '{after.baseline}'")
    return tuple(lines)


def _statement_added(kind: str, subject: str, expires: object, old: object) -> Iterable[str]:
    if old is None:
        yield f"{kind} of {subject} added, until {expires}"
    elif old.expires < expires:  # type: ignore[attr-defined]
        yield f"{kind} of {subject} lasts until {expires}, before until {old.expires}"  # type: ignore[attr-defined]


def _gate_weakened(before: Config, after: Config) -> Iterable[str]:
    old, new = before.gate, after.gate
    old_rubric, new_rubric = (entry.gate.rubric or entry.rubric or DEFAULT for entry in (before, after))
    if old_rubric != new_rubric:
        yield f"rubric: {old_rubric} became {new_rubric}"
    for key, sign in (("min_level", 1), ("min_index", 1), ("min_score", 1), ("max_unknown", -1), ("max_waivers", -1)):
        yield from _less(f"gate.{key}", getattr(old, key), getattr(new, key), sign)
    for name, level in old.min.items():
        yield from _less(f"gate.min {name}", level, new.min.get(name), 1)
    for practice, rung in old.require.items():
        now = new.require.get(practice)
        if now is None or Rung(now).height < Rung(rung).height:
            yield f"gate.require {practice}: {rung} became {now or 'nothing'}"
    if old.strict and not new.strict:
        yield "gate.strict: true became false"
    if new.allow_no_ml and not old.allow_no_ml:
        yield "gate.allow_no_ml: false became true"


def _targets_weakened(before: Config, after: Config) -> Iterable[str]:
    if before.profile != after.profile:
        yield f"profile: '{before.profile}' became '{after.profile}'"
    yield from _less("targets.level", before.targets.level, after.targets.level, 1)
    for name, level in before.targets.dimensions.items():
        yield from _less(f"targets.dimensions {name}", level, after.targets.dimensions.get(name), 1)


def _less(name: str, old: float | None, new: float | None, sign: int) -> Iterable[str]:
    """`sign` is 1 where more is stricter, -1 where less is."""
    if old is not None and (new is None or sign * new < sign * old):
        yield f"{name}: {old} became {'nothing' if new is None else new}"
