"""The gate's verdicts as text and as JSON. In a log each condition stands on one line, so that it can be searched for; at a
terminal what stands in its way begins lines of its own."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assessor.findings import numbered
from assessor.policy.verdicts import exit_code_of, worst
from assessor.render.views.columns import wrap
from assessor.render.views.hostile import inert, inert_json, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import Assessment
    from assessor.policy.verdicts import Blocker, GateResult, Verdict

_WORDS = {"passed": "passed", "attested": "passed", "waived": "passed", "undecided": "undecided", "failed": "FAILED"}
_COLOURS = {"passed": "32", "attested": "33", "waived": "33", "undecided": "35", "failed": "31"}
_BLOCKERS_SHOWN = 3
"""Practices named on one line; the rest is counted (`--format json` has all)."""


def verdict_line(verdict: Verdict) -> str:
    """One line: condition, value seen, and what stands in the way with its place and smallest step."""
    return "; ".join(_parts(verdict))


def _parts(verdict: Verdict) -> list[str]:
    """The condition with the value seen, and each thing that stands in the way."""
    text = f"{verdict.condition}: {verdict.seen}"
    if verdict.note:
        text += f" ({verdict.note})"
    named = [blocker_text(blocker) for blocker in verdict.blockers[:_BLOCKERS_SHOWN]]
    left = len(verdict.blockers) - _BLOCKERS_SHOWN
    return [visible(part) for part in (text, *named, *([f"and {left} more"] if left > 0 else ()))]


def blocker_text(blocker: Blocker) -> str:
    """`practice rung → wanted at place: step`."""
    reason = f", {blocker.reason}" if blocker.reason else ""
    climb = f"{blocker.practice} {blocker.rung} → {blocker.wanted} ({blocker.place}{reason})"
    return f"{climb}: {blocker.step}" if blocker.step else climb


def render_text(
    assessment: Assessment, result: GateResult, *, colour: bool = False, unicode: bool = True, width: int | None = None
) -> str:
    """The whole text, ended by a line break; in lines of at most `width` columns, or a line for each condition."""
    text = inert("\n".join(_lines(assessment, result, colour, width)) + "\n")
    return text if unicode else text.replace("→", "->").replace("…", "...")


def render_units(
    parts: Sequence[tuple[str, Assessment, GateResult]],
    *,
    colour: bool = False,
    unicode: bool = True,
    width: int | None = None,
) -> str:
    """The text of each unit, and one line over all of them."""
    lines = []
    for unit, assessment, result in parts:
        lines.append(_painted(visible(f"unit {unit}"), result.outcome.value, colour))
        lines += _lines(assessment, result, colour, width)
    outcome = worst(result.outcome for _, _, result in parts)
    lines.append(_painted(units_summary(parts), outcome.value, colour))
    text = inert("\n".join(lines) + "\n")
    return text if unicode else text.replace("→", "->").replace("…", "...")


def units_summary(parts: Sequence[tuple[str, Assessment, GateResult]]) -> str:
    """How many units passed, and which did not."""
    left = [unit for unit, _, result in parts if not result.outcome.lets_pass]
    code = exit_code_of(worst(result.outcome for _, _, result in parts))
    named = f": {', '.join(left)}" if left else ""
    return visible(f"gate {_STATES[code]}: {len(parts) - len(left)} of {len(parts)} units pass{named}")


_STATES = {0: "passed", 1: "failed", 4: "could not decide"}


_COLUMN = 10
"""Columns of the word before each line."""


def _lines(assessment: Assessment, result: GateResult, colour: bool, width: int | None) -> Iterator[str]:
    for verdict in sorted(result.verdicts, key=lambda entry: entry.outcome.lets_pass):
        parts = [verdict_line(verdict)] if width is None else _parts(verdict)
        first, *rest = _under(_WORDS[verdict.outcome], parts, width)
        yield _painted(first[:_COLUMN], verdict.outcome.value, colour) + first[_COLUMN:]
        yield from rest
    for change in result.changes:
        where = f" ({change.place})" if change.place else ""
        text = visible(f"{change.subject}: {change.before} → {change.after}{where}")
        yield from _under("fell" if change.is_lower else "changed", [text], width)
    if result.hidden:
        known = numbered(len(result.hidden), "known gap", "known gaps")
        yield from _under("baseline", [f"{known}: {visible(', '.join(result.hidden))}"], width)
    for note in result.notes:
        yield from _under("note", [visible(note)], width)
    yield _painted(summary(assessment, result), result.outcome.value, colour)


def _under(word: str, parts: Sequence[str], width: int | None) -> list[str]:
    """The parts beside the word, each from a new line on where there is a width."""
    room = None if width is None else min(max(width - _COLUMN, 40), 110)
    lines = list(parts) if room is None else [line for part in parts for line in wrap(part, room)]
    return [f"{word if not at else '':<{_COLUMN}}{line}" for at, line in enumerate(lines)]


def summary(assessment: Assessment, result: GateResult) -> str:
    """The last line: how the gate went, of what."""
    state = _STATES[result.exit_code]
    failing = sum(not verdict.outcome.lets_pass for verdict in result.verdicts)
    known = numbered(len(result.verdicts), "condition", "conditions")
    count = f"{failing} of {known}" if failing else known
    repository = assessment.repository
    commit = f" at {repository.commit[:10]}" if repository.commit else ""
    dirty = " with changes that are not committed" if repository.dirty else ""
    return visible(f"gate {state}: {count}, {repository.name}{commit}{dirty}")


def _painted(text: str, outcome: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[outcome]}m{text}\x1b[0m" if colour else text


def as_data(result: GateResult) -> dict[str, Any]:
    """The verdicts as plain values, for JSON."""
    return {
        "schema_version": "1",
        "result": {0: "passed", 1: "failed", 4: "undecided"}[result.exit_code],
        "rubric": result.rubric,
        "verdicts": [
            {
                "condition": verdict.condition,
                "outcome": verdict.outcome.value,
                "seen": verdict.seen,
                "wanted": verdict.wanted,
                "note": verdict.note,
                "blockers": [asdict(blocker) for blocker in verdict.blockers],
            }
            for verdict in result.verdicts
        ],
        "attestations": [entry.model_dump(mode="json") for entry in result.statements.attestations],
        "waivers": [entry.model_dump(mode="json") for entry in result.statements.waivers],
        "refused": [asdict(entry) for entry in result.statements.refused],
        "compared": result.compared,
        "changes": [asdict(change) for change in result.changes],
        "quiet": result.is_quiet,
        "hidden": list(result.hidden),
        "notes": list(result.notes),
    }


def render_json(assessment: Assessment, result: GateResult) -> str:
    """The verdicts and the state they are about, with a line break at the end."""
    return _json(_data(assessment, result))


def render_units_json(parts: Sequence[tuple[str, Assessment, GateResult]]) -> str:
    """The same of each unit, by its name, and the result over all of them."""
    code = exit_code_of(worst(result.outcome for _, _, result in parts))
    units = {unit: _data(assessment, result) for unit, assessment, result in parts}
    return _json({"schema_version": "1", "result": _RESULTS[code], "units": units})


_RESULTS = {0: "passed", 1: "failed", 4: "undecided"}


def _data(assessment: Assessment, result: GateResult) -> dict[str, Any]:
    about = {
        "level": assessment.scorecards[result.rubric].level,
        "repository": assessment.repository.model_dump(),
        "tool": assessment.tool.model_dump(),
    }
    return as_data(result) | about


def _json(data: dict[str, Any]) -> str:
    text = json.dumps(data, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return inert_json(text) + "\n"
