"""How far a repository is on the way to a level: the rungs climbed of those that the level asks. Pure.

A level is reached or not; between two levels repositories differ all the same. What a single demand lacks is told by its
rungs: `used` where `automated` is asked is two thirds of the way. Alternatives count by the nearest one, several demands
by their mean; what cannot apply and what only a statement can show leave the count, what could not be read counts
nothing. One rung more never gives less, and all of it is there exactly where the level's items hold.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assessor.findings import Finding, Rung
from assessor.rubric.model import AllOf, AnyOf, AtRung, Attest, Bound, Expression, NOf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def nearness(
    expression: Expression,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    attested: Collection[str] = (),
) -> float | None:
    """How much of an expression is there, 0 to 1; None where it leaves the count."""
    match expression:
        case AtRung():
            return _climbed(expression, findings)
        case Bound():
            return _bounded(expression, metrics)
        case Attest():
            return 1.0 if expression.attest in attested else None
        case AnyOf():
            return _mean_of_best(1, [nearness(child, findings, metrics, attested) for child in expression.any_of])
        case AllOf():
            parts = [nearness(child, findings, metrics, attested) for child in expression.all_of]
            return _mean_of_best(len(parts), parts)
        case NOf():
            parts = [nearness(child, findings, metrics, attested) for child in expression.n_of.of]
            return _mean_of_best(expression.n_of.n, parts)


def _climbed(wanted: AtRung, findings: Mapping[str, Finding]) -> float | None:
    finding = findings.get(wanted.practice)
    rung = finding.rung if finding else Rung.UNKNOWN
    if rung is Rung.NOT_APPLICABLE:
        return None
    return min(max(rung.height, 0) / Rung(wanted.rung).height, 1.0)


def _bounded(bound: Bound, metrics: Mapping[str, float]) -> float:
    value = metrics.get(bound.metric, math.nan)
    low = -math.inf if bound.at_least is None else bound.at_least
    high = math.inf if bound.at_most is None else bound.at_most
    return 1.0 if low <= value <= high else 0.0


def _mean_of_best(wanted: int, parts: Sequence[float | None]) -> float | None:
    counting = sorted((part for part in parts if part is not None), reverse=True)
    chosen = counting[:wanted]
    return math.fsum(chosen) / len(chosen) if chosen else None


def share_of_level(required: Sequence[float], supporting: Sequence[float], wanted: int) -> float:
    """How much of a level is there, 0 to 1: the mean of all required items and of the nearest supporting ones, as many
    as are wanted; 1 where it asks nothing."""
    asked = [*required, *sorted(supporting, reverse=True)[:wanted]]
    return math.fsum(asked) / len(asked) if asked else 1.0


def index_of(level: int, share: float, is_top: bool) -> float:
    """The position as one number that sorts repositories: the level and, behind the point, the share of the next one,
    rounded down to hundredths, so that no repository seems to have a level that it does not have."""
    return float(level) if is_top else round(level + min(math.floor(share * 100 + 1e-9), 99) / 100, 2)
