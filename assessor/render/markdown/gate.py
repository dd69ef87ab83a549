"""The gate as Markdown, for a job summary and for a comment on a pull request that is edited in place.

The comment begins with a marker by which the next run finds it. What the repository says can neither link, mention nor
close a table (`markdown_text`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.policy.verdicts import worst
from assessor.render.ci.gate_report import summary, units_summary
from assessor.render.markdown.text import COMMENT_BYTES, Block, code, escaped, fitted, prose, row, table_head

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import Assessment
    from assessor.policy.verdicts import Blocker, GateResult, Verdict

MARKER = "<!-- mlops-assessor -->"
_SIGNS = {"passed": "✅", "attested": "✅", "waived": "☑️", "undecided": "❓", "failed": "❌"}
_BLOCKERS_SHOWN = 5


def render(assessment: Assessment, result: GateResult) -> str:
    """The text, at most as long as a comment may be."""
    return fitted(list(_blocks(assessment, result)), COMMENT_BYTES, _cut)


def render_units(parts: Sequence[tuple[str, Assessment, GateResult]]) -> str:
    """One table for each unit below the line over all of them."""
    sign = _SIGNS[worst(result.outcome for _, _, result in parts).value]
    head = Block((MARKER, f"{sign} **MLOps maturity**: {escaped(units_summary(parts))}"))
    blocks = [head]
    for unit, assessment, result in parts:
        _, *rest = _blocks(assessment, result)
        blocks += [Block(("", f"#### {_SIGNS[result.outcome.value]} {code(unit)}")), *rest]
    return fitted(blocks, COMMENT_BYTES, _cut)


def _cut(left: int) -> str:
    return f"… {left} {'row' if left == 1 else 'rows'} cut here; the JSON report has all."


def _blocks(assessment: Assessment, result: GateResult) -> Iterator[Block]:
    sign = _SIGNS[result.outcome.value]
    yield Block((MARKER, f"{sign} **MLOps maturity**: {escaped(summary(assessment, result))}"))
    if result.is_quiet:
        return
    verdicts = sorted(result.verdicts, key=lambda entry: entry.outcome.lets_pass)
    yield Block(("", *table_head(("", "condition", "seen", "what stands in the way"))), tuple(map(_row, verdicts)))
    if result.changes:
        changes = tuple(
            row((code(change.subject), code(change.before), code(change.after), code(change.place)))
            for change in result.changes
        )
        yield Block(("", *table_head(("changed", "before", "after", "where"))), changes, rank=1)
    if result.notes:
        yield Block(("",), tuple(f"- {escaped(note)}" for note in result.notes), rank=2)


def _row(verdict: Verdict) -> str:
    seen = escaped(verdict.seen + (f" ({verdict.note})" if verdict.note else ""))
    blockers = "<br>".join(_blocker(blocker) for blocker in verdict.blockers[:_BLOCKERS_SHOWN])
    left = len(verdict.blockers) - _BLOCKERS_SHOWN
    more = f"<br>and {left} more" if left > 0 else ""
    return row((_SIGNS[verdict.outcome.value], code(verdict.condition), seen, blockers + more))


def _blocker(blocker: Blocker) -> str:
    """The step comes from our catalogue, so its code spans are kept."""
    climb = f"{code(blocker.practice)} {blocker.rung} → {blocker.wanted}"
    return f"{climb}, {code(blocker.place)}: {prose(blocker.step)}"
