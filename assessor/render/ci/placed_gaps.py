"""Gaps as CI systems take them: each on a real file of the repository, with a severity and a key that stays.

One entry for a practice: an error where it stands in the way of a condition of the gate, a warning where it blocks the
next level and the target asks for it, a note for the rest. What could not be read and may hide a practice is a note of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assessor.policy.statements import covers
from assessor.policy.verdicts import Outcome
from assessor.policy.views import nearest_place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from assessor.assessment import Assessment, GapInfo, PlaceInfo
    from assessor.policy.model import Waiver
    from assessor.policy.verdicts import Blocker, GateResult, Verdict

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
BLIND_SPOT = "blind-spot"
"""The rule of what could not be read."""


@dataclass(frozen=True, slots=True)
class PlacedGap:
    """One gap on one file. `key` names it whatever the line and the file's name; `suppressed` says why it is not told as
    a new one: it is waived, or a baseline knows it."""

    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    end_line: int
    key: str
    suppressed: str = ""


def place_gaps(assessment: Assessment, result: GateResult, files: Collection[str]) -> tuple[PlacedGap, ...]:
    """All gaps, the worst first. `files` are the paths of the repository; empty for a repository without files."""
    anchor = anchor_of(files, assessment)
    if not anchor:
        return ()
    waived, known = waived_practices(assessment, result), f"known by the baseline {result.baseline}"
    found: dict[str, PlacedGap] = {}
    begins = _begins(assessment)
    told = [*_of_verdicts(result), *_of_card(assessment)]
    for practice, severity, message in sorted(told, key=lambda entry: SEVERITIES.index(entry[1])):
        if practice in found:
            continue
        place = nearest_place(assessment.practices[practice]) or begins.get(practice)
        path, line, end = _on_file(place, files, anchor)
        why = _why_waived(waived.get(practice)) or (known if severity != "error" and practice in result.hidden else "")
        key = key_of("gap", practice)
        found[practice] = PlacedGap(practice, severity, message, path, line, end, key, why)
    gaps = [*found.values(), *_blind_spots(assessment, files)]
    return tuple(sorted(gaps, key=lambda gap: (SEVERITIES.index(gap.severity), bool(gap.suppressed))))


def _begins(assessment: Assessment) -> dict[str, PlaceInfo]:
    """Practice → the file where the plan's step to it begins: what is missing is done there, and nowhere else to be seen."""
    card = assessment.scorecards.get(assessment.primary)
    steps = (*card.roadmap, *(card.target.roadmap if card.target else ())) if card else ()
    return {raised.practice: step.where[0].place for step in reversed(steps) if step.where for raised in step.raises}


def of_unit(gaps: Iterable[PlacedGap], unit: str) -> tuple[PlacedGap, ...]:
    """The gaps as those of a unit: each says whose it is, and no two units share a key."""
    return tuple(replace(gap, message=f"{unit}: {gap.message}", key=key_of(unit, gap.key)) for gap in gaps)


def _why_waived(waiver: Waiver | None) -> str:
    return f"{waiver.reason} ({waiver.owner}, {waiver.ticket}, until {waiver.expires})" if waiver else ""


def key_of(*words: str) -> str:
    """32 hexadecimal digits that name a gap for as long as it stays the same one."""
    return hashlib.sha256("\0".join(words).encode("utf-8", "backslashreplace")).hexdigest()[:32]


_ANCHORS = ("assessor.yaml", "assessor.yml", "pyproject.toml", "README.md", "README.rst", "README", "setup.py")
_CI_FILES = (".github/workflows/", ".gitlab-ci.yml", "azure-pipelines.yml", "Jenkinsfile")


def anchor_of(files: Collection[str], assessment: Assessment) -> str:
    """The file on which a gap of the whole repository is shown; empty where there is none."""
    for name in (*_ANCHORS[:3],):
        if name in files:
            return name
    for start in _CI_FILES:
        found = sorted(path for path in files if path.startswith(start))
        if found:
            return found[0]
    seen = next((name for name in _ANCHORS[3:] if name in files), "")
    return seen or min(files, key=lambda path: (path.count("/"), path), default="")


def waived_practices(assessment: Assessment, result: GateResult) -> dict[str, Waiver]:
    """Practice → the waiver in force that covers it."""
    return {
        waiver.practice: waiver
        for waiver in result.statements.waivers
        if waiver.practice in assessment.practices and covers(waiver, assessment.practices[waiver.practice])
    }


def _of_verdicts(result: GateResult) -> Iterator[tuple[str, Severity, str]]:
    for verdict in result.verdicts:
        if not verdict.outcome.lets_pass:
            for blocker in verdict.blockers:
                yield blocker.practice, "error", _blocker_message(verdict, blocker)


def _blocker_message(verdict: Verdict, blocker: Blocker) -> str:
    state = "could not be decided" if verdict.outcome is Outcome.UNDECIDED else "failed"
    rungs = f"{blocker.title}: {blocker.rung}, wanted {blocker.wanted}."
    reason = f" {blocker.reason}." if blocker.reason else ""
    return f"{rungs}{reason} {blocker.step} The condition {verdict.condition} {state}.".replace("  ", " ")


def _of_card(assessment: Assessment) -> Iterator[tuple[str, Severity, str]]:
    card = assessment.scorecards.get(assessment.primary)
    for gap in card.gaps if card else ():
        yield gap.practice, "warning" if gap.blocking and not gap.later else "note", _gap_message(gap, assessment)
    asked = {gap.practice for gap in card.gaps} if card else set()
    for raised in (raised for step in card.roadmap for raised in step.raises) if card else ():
        if raised.practice not in asked:  # what the plan asks for beside the model
            yield raised.practice, "warning", f"{raised.title}: {raised.rung}, wanted {raised.wanted}. {raised.fix}"


def _gap_message(gap: GapInfo, assessment: Assessment) -> str:
    model = assessment.scorecards[assessment.primary].name
    asked = f"Level {gap.level} of {model} asks: {gap.text}."
    return f"{gap.title}: {gap.rung}, wanted {gap.wanted}. {gap.fix} {asked}"


def _on_file(place: PlaceInfo | None, files: Collection[str], anchor: str) -> tuple[str, int, int]:
    if place is None or place.path not in files:
        return anchor, 1, 1
    line = max(place.line, 1)
    return place.path, line, max(place.end_line or line, line)


def _blind_spots(assessment: Assessment, files: Collection[str]) -> Iterator[PlacedGap]:
    """Keys count equal ones, so that a file that is moved or renamed keeps its own."""
    seen: Counter[str] = Counter()
    for spot in assessment.blind_spots:
        if not spot.practices or spot.place.path not in files:
            continue
        base = re.sub(r"\d+", "", spot.reason)  # lines in it move
        seen[base] += 1
        line = max(spot.place.line, 1)
        message = f"Could not be read: {spot.reason}. It may hide {', '.join(spot.practices)}."
        key = key_of(BLIND_SPOT, base, str(seen[base]))
        yield PlacedGap(BLIND_SPOT, "note", message, spot.place.path, line, max(spot.place.end_line or line, line), key)


def counted(gaps: Iterable[PlacedGap]) -> Mapping[str, int]:
    """How many of each severity, suppressed ones left out."""
    found = Counter(gap.severity for gap in gaps if not gap.suppressed)
    return {severity: found[severity] for severity in SEVERITIES}


def within(gaps: Sequence[PlacedGap], limit: int) -> tuple[Sequence[PlacedGap], int]:
    """The worst `limit` gaps, and how many are left out."""
    return gaps[:limit], max(len(gaps) - limit, 0)
