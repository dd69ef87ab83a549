"""The practices as CSV, one row each, for spreadsheets: comma, double quotes, CRLF, a head row (RFC 4180).

A spreadsheet runs a cell that begins like a formula. What a repository says is therefore made harmless in two steps:
characters that are obeyed instead of shown are written as their codes, and a sign of a formula gets an apostrophe
before it where a cell begins, also one that begins only for a spreadsheet that takes another separator than the comma
(OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, TypeVar

from assessor.assessment import AttestationInfo, WaiverInfo
from assessor.render.views.hostile import visible
from assessor.render.views.statement_words import COUNTING
from assessor.render.views.view import HEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assessor.assessment import Assessment, GapInfo, PracticeInfo, RungName, ScorecardInfo, UnitInfo

Said = TypeVar("Said", AttestationInfo, WaiverInfo)

COLUMNS = (
    "dimension", "practice", "title", "rung", "height", "highest", "summary",
    "evidence", "near_misses", "blind_spots", "best_path", "best_line", "best_tool", "best_text", "route",
    "wanted", "level", "blocking", "effort", "fix", "later",
    "attested", "attested_until", "waived_until",
    "repository", "commit", "date", "rules", "unit",
)  # fmt: skip
"""`height` is the rung as a number, 0 (absent) to 4 (enforced), empty where there is none; `highest` is the highest rung
that the practice defines. `wanted` to `later` are the gap by the primary model, empty where there is none. `attested` is
the rung that is stated, with its last day; `waived_until` the last day of a waiver: each only where it counts. The rows
of the units of a monorepo stand below the whole's, with `unit` and without proofs."""

_AT_START = re.compile(r"""[\s'"]*[=+\-@|%＝＋－＠]""")
_AFTER_SEPARATOR = re.compile(r"([;,]\s*)(?=[=+\-@＝＋－＠])")


def render(assessment: Assessment, *, rubric: str = "") -> str:
    """The table. `rubric` is the model whose gaps are shown; the primary one if empty."""
    return table(COLUMNS, ()) + rows(assessment, rubric=rubric)


def table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A head row, if there are columns, and lines of values."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    if columns:
        writer.writerow(columns)
    writer.writerows([cell(value) for value in line] for line in lines)
    return stream.getvalue()


def rows(assessment: Assessment, *, rubric: str = "") -> str:
    """The table without its head row."""
    gaps = _gaps(assessment.scorecards[rubric or assessment.primary])
    found = (_row(assessment, name, info, gaps.get(name)) for name, info in assessment.practices.items())
    units = (
        _unit_row(assessment, unit, name, rung) for unit in assessment.units for name, rung in unit.practices.items()
    )
    return table((), ([row.get(column) for column in COLUMNS] for row in (*found, *units)))


def cell(value: object) -> str:
    """A value as a spreadsheet can hold it without running it."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = _AFTER_SEPARATOR.sub(r"\1'", visible(value))
    return f"'{text}" if _AT_START.match(text) else text


def _gaps(card: ScorecardInfo) -> dict[str, GapInfo]:
    """The first gap of each practice: blocking ones come first."""
    found: dict[str, GapInfo] = {}
    for gap in card.gaps:
        found.setdefault(gap.practice, gap)
    return found


def _counting(entries: Sequence[Said], practice: str) -> list[Said]:
    """Those about a practice that count."""
    return [entry for entry in entries if entry.practice == practice and entry.state in COUNTING]


def _height(entry: AttestationInfo) -> int:
    return HEIGHTS.get(entry.rung or "", -1)


def _row(assessment: Assessment, name: str, practice: PracticeInfo, gap: GapInfo | None) -> dict[str, object]:
    best = practice.evidence[0] if practice.evidence else None
    repository = assessment.repository
    said = max(_counting(assessment.statements.attestations, name), key=_height, default=None)
    waived = max(_counting(assessment.statements.waivers, name), key=lambda entry: entry.expires, default=None)
    return {
        "dimension": practice.dimension,
        "practice": name,
        "title": practice.title,
        "rung": practice.rung,
        "height": HEIGHTS.get(practice.rung),
        "highest": practice.rungs[-1] if practice.rungs else "",
        "summary": practice.summary,
        "evidence": len(practice.evidence),
        "near_misses": len(practice.near_misses),
        "blind_spots": len(practice.blind_spots),
        "best_path": best.place.path if best else "",
        "best_line": best.place.line if best else None,
        "best_tool": best.tool if best else "",
        "best_text": best.text if best else "",
        "route": " › ".join(best.route) if best else "",
        "wanted": gap.wanted if gap else "",
        "level": gap.level if gap else None,
        "blocking": ("yes" if gap.blocking else "no") if gap else "",
        "effort": gap.effort if gap else "",
        "fix": gap.fix if gap else "",
        "later": ("yes" if gap.later else "no") if gap else "",
        "attested": said.rung if said else "",
        "attested_until": said.expires if said else "",
        "waived_until": waived.expires if waived else "",
        "repository": repository.name,
        "commit": repository.commit,
        "date": repository.date,
        "rules": assessment.tool.rules,
        "unit": assessment.scope.unit,
    }


def _unit_row(assessment: Assessment, unit: UnitInfo, name: str, rung: RungName) -> dict[str, object]:
    """One practice of one unit: its rung, and whose it is."""
    practice, repository = assessment.practices[name], assessment.repository
    return {
        "dimension": practice.dimension,
        "practice": name,
        "title": practice.title,
        "rung": rung,
        "height": HEIGHTS.get(rung),
        "highest": practice.rungs[-1] if practice.rungs else "",
        "repository": repository.name,
        "commit": repository.commit,
        "date": repository.date,
        "rules": assessment.tool.rules,
        "unit": unit.name,
    }
