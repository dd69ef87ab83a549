"""The gate as Markdown, for a job summary and for a comment on a pull request that is edited in place.

The comment begins with a marker by which the next run finds it. What the repository says stands in code spans whose
backticks and line breaks are taken out, so that it can neither link, mention nor close a table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assessor.render.gate_report import summary
from assessor.render.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment
    from assessor.policy.gate import Blocker, GateResult, Verdict

MARKER = "<!-- mlops-assessor -->"
MAX_CHARACTERS = 60_000
"""GitHub takes 65,536 characters in a comment; a job summary may have 1 MiB."""
_SIGNS = {"passed": "✅", "attested": "✅", "waived": "☑️", "undecided": "❓", "failed": "❌"}
_BLOCKERS_SHOWN = 5
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@$&])")


def render(assessment: Assessment, result: GateResult) -> str:
    """The text, ended by a line break and cut at the limit of a comment."""
    text = "\n".join(_lines(assessment, result)) + "\n"
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:MAX_CHARACTERS].rpartition("\n")[0] + "\n\n… cut here; the JSON report has all.\n"


def _lines(assessment: Assessment, result: GateResult) -> Iterator[str]:
    sign = _SIGNS[result.outcome.value]
    yield MARKER
    yield f"{sign} **MLOps maturity**: {escaped(summary(assessment, result))}"
    if result.is_quiet:
        return
    yield ""
    yield "| | condition | seen | what stands in the way |"
    yield "| --- | --- | --- | --- |"
    for verdict in sorted(result.verdicts, key=lambda entry: entry.outcome.lets_pass):
        yield _row(verdict)
    if result.changes:
        yield ""
        yield "| changed | before | after | where |"
        yield "| --- | --- | --- | --- |"
        for change in result.changes:
            yield f"| {code(change.subject)} | {code(change.before)} | {code(change.after)} | {code(change.place)} |"
    if result.notes:
        yield ""
        yield from (f"- {escaped(note)}" for note in result.notes)


def _row(verdict: Verdict) -> str:
    seen = escaped(verdict.seen + (f" ({verdict.note})" if verdict.note else ""))
    blockers = "<br>".join(_blocker(blocker) for blocker in verdict.blockers[:_BLOCKERS_SHOWN])
    left = len(verdict.blockers) - _BLOCKERS_SHOWN
    more = f"<br>and {left} more" if left > 0 else ""
    return f"| {_SIGNS[verdict.outcome.value]} | {code(verdict.condition)} | {seen} | {blockers}{more} |"


def _blocker(blocker: Blocker) -> str:
    """The step comes from our catalogue, so its code spans are kept."""
    climb = f"{code(blocker.practice)} {blocker.rung} → {blocker.wanted}"
    step = blocker.step.replace("|", "\\|")
    return f"{climb}, {code(blocker.place)}: {step}"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no link, mention, emphasis, HTML or table cell in it."""
    plain = _SPECIAL.sub(r"\\\1", visible(text))
    return plain.replace("://", ":\u200b//").replace("\\@", "@\u200b").replace("\\<", "&lt;").replace("\\&", "&amp;")


def code(text: str) -> str:
    """A code span."""
    shown = visible(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown else ""
