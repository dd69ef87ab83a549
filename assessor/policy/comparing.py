"""What became different between two states: of practices, dimensions and the level, and which lines did it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.comparison import compare
from assessor.findings import Rung
from assessor.policy.statements import NOTHING_SAID
from assessor.policy.verdicts import Change
from assessor.policy.views import Views, nearest_place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from assessor.assessment import Assessment, HopInfo, PracticeInfo
    from assessor.comparison import PracticeChange
    from assessor.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class State:
    """Ratings at one time: rungs, and the level and the dimensions' levels by one model."""

    rubric: str
    level: int
    dimensions: Mapping[str, int | None]
    practices: Mapping[str, str]
    rules: str = ""


def observed_state(views: Views) -> State:
    """What was observed, without attestations and waivers."""
    card, assessment = views.card("observed"), views.assessment
    levels = {name: result.level for name, result in card.dimensions.items()}
    rungs = {name: info.rung for name, info in assessment.practices.items()}
    level = card.level if views.can_be_rated else views.rubric.floor
    return State(views.rubric.id, level, levels if views.can_be_rated else {}, rungs, assessment.tool.rules)


def rescored(rubric: Rubric, assessment: Assessment) -> State:
    """The state of an assessment by a model; scored anew, so that any two states can be compared."""
    return observed_state(Views(assessment, rubric, NOTHING_SAID))


def fell(before: str, after: str) -> bool:
    """A rung became a lower one. From or to the two answers that are no rung nothing falls."""
    return 0 <= Rung(after).height < Rung(before).height


def changes_between(before: State, after: State, new: Assessment, old: Assessment | None = None) -> tuple[Change, ...]:
    """All that differs, what fell first. `old` gives the places of proofs that are gone; None for a baseline."""
    found = [*_levels(before, after), *_practices(before, after, new, old)]
    return tuple(sorted(found, key=lambda change: not change.is_lower))


_NAMED = 3
"""Practices that a verdict names; more are counted, since its blockers and the list of changes name them."""


def told_of(lower: Sequence[Change]) -> str:
    """What fell, in few words."""
    dimensions = [change for change in lower if change.subject.startswith(_DIMENSION)]
    practices = [change for change in lower if change not in dimensions and not change.subject.startswith(_LEVEL)]
    named = [change for change in lower if change.subject.startswith(_LEVEL)]
    named += dimensions if len(lower) == 1 else []
    named += practices if len(practices) <= _NAMED else []
    words = [f"{change.subject} fell {change.before} → {change.after}" for change in named]
    words += [f"{len(dimensions)} dimension{'s' * (len(dimensions) > 1)} fell"] if dimensions and len(lower) > 1 else []
    words += [f"{len(practices)} practices fell"] if len(practices) > _NAMED else []
    return "; ".join(words)


_LEVEL, _DIMENSION = "level of ", "dimension "


def _levels(before: State, after: State) -> Iterator[Change]:
    if before.level != after.level:
        yield Change(f"{_LEVEL}{after.rubric}", str(before.level), str(after.level), "", after.level < before.level)
    for name, now in after.dimensions.items():
        was = before.dimensions.get(name)
        if was is not None and now is not None and was != now:
            yield Change(f"{_DIMENSION}{name}", f"level {was}", f"level {now}", "", now < was)


def _practices(before: State, after: State, new: Assessment, old: Assessment | None) -> Iterator[Change]:
    proofs = {change.practice: change for change in compare(old, new).practices} if old else {}
    hops = (_hops(old), _hops(new)) if old else (frozenset(), frozenset())
    for name, rung in after.practices.items():
        was = before.practices.get(name, rung)
        if was == rung:
            continue
        lower, now = fell(was, rung), new.practices[name]
        place = ""
        if old and name in proofs:
            known = hops[1] if lower else hops[0]
            miss = _new_miss(now, old.practices.get(name)) if lower else ""
            place = miss or _what_did_it(proofs[name], lower, known)
        yield Change(name, was, rung, place or str(nearest_place(now) or ""), lower)


_Hop = tuple[str, str]


def _hops(assessment: Assessment) -> frozenset[_Hop]:
    """Every hop of every route, known by its file and words, whatever line it stands on."""
    proofs = (item for info in assessment.practices.values() for item in info.evidence)
    return frozenset(_hop(hop) for item in proofs for hop in item.hops)


def _hop(hop: HopInfo) -> _Hop:
    return hop.place.path, re.sub(r"line \d+", "line", hop.text)


def _new_miss(now: PracticeInfo, earlier: PracticeInfo | None) -> str:
    """What does not count now and was not there before."""
    known = {(miss.place.path, miss.text) for miss in earlier.near_misses} if earlier else set()
    fresh = (miss for miss in now.near_misses if (miss.place.path, miss.text) not in known)
    return next((f"{miss.place}: {miss.text}" for miss in fresh), "")


def _what_did_it(proof: PracticeChange, lower: bool, known: Collection[_Hop]) -> str:
    """The line by which the rung moved: where a way ends or begins that the other side (`known`) does not have, else the
    proof itself. Where it fell, the line is one of the earlier state."""
    lone = proof.vanished if lower else proof.appeared
    both = (pair.old if lower else pair.new for pair in proof.regraded)
    items = sorted((*lone, *both), key=lambda item: -Rung(item.rung).height)
    if not items:
        return ""
    best = items[0]
    strange = [hop.place for hop in best.hops if _hop(hop) not in known]
    # of a job and its command, both in one file, the command is nearer to what was changed
    place = [place for place in strange if place.path == strange[0].path][-1] if strange else best.place
    return f"it was at {place}" if lower else str(place)
