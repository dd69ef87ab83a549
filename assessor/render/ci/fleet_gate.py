"""The gate over a fleet as one table, and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assessor.policy.verdicts import FAILED, PASSED, Outcome
from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from assessor.policy.fleet_gate import FleetResult, Judged

_CODES = {Outcome.FAILED: "31", Outcome.UNDECIDED: "35"}
_WORD, _LEAST = 10, 40


def render(result: FleetResult, *, width: int, colour: bool, unicode: bool) -> str:
    """A line for each repository that did not pass, the worst first, and what follows; ended by a line break."""
    open_ones = [one for one in result.judged if not one.outcome.lets_pass]
    names = max((len(visible(one.row.name)) for one in open_ones), default=0)
    profiles = max((len(visible(one.row.profile)) for one in open_ones), default=0)
    lines = [_line(one, names, profiles, width, colour) for one in open_ones]
    word = {PASSED: "passed", FAILED: "FAILED"}.get(result.exit_code, "undecided")
    counts = f"{len(result.judged)} judged, {len(result.failed)} failed, {len(result.new)} of them new (at most {result.most})"
    more = f", {len(result.undecided)} undecided, {result.left_out} without machine learning left out"
    text = "\n".join([*lines, f"{word}: {counts}{more}"]) + "\n"
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")


def _line(one: Judged, names: int, profiles: int, width: int, colour: bool) -> str:
    word = "known" if one.is_known else one.outcome.value
    shown = word.ljust(_WORD)
    if colour and one.outcome in _CODES and not one.is_known:
        shown = f"\x1b[{_CODES[one.outcome]}m{shown}\x1b[0m"
    profile = f"{visible(one.row.profile).ljust(profiles)}  " if profiles else ""
    beside = f"{shown}  {visible(one.row.name).ljust(names)}  {profile}"
    return f"{beside}{visible(one.told)[: max(width - names - profiles - _WORD - 6, _LEAST)]}".rstrip()


def plain(result: FleetResult) -> dict[str, Any]:
    """The same for programs."""
    return {
        "kind": "fleet-gate",
        "exit_code": result.exit_code,
        "failed": len(result.failed),
        "new": len(result.new),
        "most": result.most,
        "undecided": len(result.undecided),
        "left_out": result.left_out,
        "repositories": [_plain(one) for one in result.judged],
    }


def _plain(one: Judged) -> dict[str, Any]:
    return {
        "name": one.row.name,
        "source": one.row.source,
        "ref": one.row.ref,
        "profile": one.row.profile,
        "outcome": one.outcome.value,
        "known": one.is_known,
        "reason": one.row.reason,
        "verdicts": [
            {"condition": v.condition, "outcome": v.outcome.value, "seen": v.seen, "wanted": v.wanted}
            for v in one.verdicts
        ],
    }
