"""Messages that CI systems pick out of a log: GitHub workflow commands, Azure and TeamCity service messages.

What the repository says is escaped as each system asks, so that a file name cannot start a command of its own. GitHub
shows ten annotations of each kind for a step; the worst come first and the last notice counts the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.ci.gate_report import verdict_line
from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.policy.verdicts import GateResult
    from assessor.render.ci.placed_gaps import PlacedGap

MAX_OF_A_KIND = 10
_GITHUB_KINDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(gaps: Sequence[PlacedGap]) -> str:
    """Workflow commands, one on a line."""
    lines: list[str] = []
    left = 0
    for severity, kind in _GITHUB_KINDS.items():
        own = [gap for gap in gaps if gap.severity == severity and not gap.suppressed]
        room = MAX_OF_A_KIND - (kind == "notice")  # the last notice is for the count
        lines += [_github_line(kind, gap) for gap in own[:room]]
        left += max(len(own) - room, 0)
    if left:
        lines.append(f"::notice title=mlops-assessor::{left} more gaps; the job summary and the report have all")
    return "".join(f"{line}\n" for line in lines)


def _github_line(kind: str, gap: PlacedGap) -> str:
    where = f"file={_property(gap.path)},line={gap.line},endLine={gap.end_line}"
    return f"::{kind} {where},title={_property(gap.rule)}::{_data(gap.message)}"


def _data(text: str) -> str:
    return "%0A".join(visible(line).replace("%", "%25") for line in text.splitlines())


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def azure(gaps: Sequence[PlacedGap]) -> str:
    """Logging commands `##vso[task.logissue]`; notes are none, since Azure has only errors and warnings."""
    return "".join(
        f"##vso[task.logissue type={gap.severity};sourcepath={_azure(gap.path)};linenumber={gap.line};"
        f"code={_azure(gap.rule)}]{_azure_text(gap.message)}\n"
        for gap in gaps
        if gap.severity != "note" and not gap.suppressed
    )


def _azure_text(text: str) -> str:
    return "%0A".join(visible(line).replace("%", "%AZP25") for line in text.splitlines())


def _azure(text: str) -> str:
    return _azure_text(text).replace(";", "%3B").replace("]", "%5D")


def teamcity(gaps: Sequence[PlacedGap], results: Sequence[tuple[str, GateResult]], titles: dict[str, str]) -> str:
    """Inspections for the gaps and a build problem for each condition that does not pass. `results`: by the unit's name,
    empty for the whole repository."""
    return "".join(f"{line}\n" for line in _teamcity_lines(gaps, results, titles))


def _teamcity_lines(
    gaps: Sequence[PlacedGap], results: Sequence[tuple[str, GateResult]], titles: dict[str, str]
) -> Iterator[str]:
    shown = [gap for gap in gaps if not gap.suppressed]
    for rule in dict.fromkeys(gap.rule for gap in shown):
        title = _teamcity(titles.get(rule, rule))
        yield f"##teamcity[inspectionType id='{_teamcity(rule)}' name='{title}' description='{title}' category='MLOps']"
    for gap in shown:
        severity = {"error": "ERROR", "warning": "WARNING", "note": "WEAK WARNING"}[gap.severity]
        yield (
            f"##teamcity[inspection typeId='{_teamcity(gap.rule)}' message='{_teamcity(gap.message)}' "
            f"file='{_teamcity(gap.path)}' line='{gap.line}' SEVERITY='{severity}']"
        )
    for unit, verdict in ((unit, verdict) for unit, result in results for verdict in result.verdicts):
        if not verdict.outcome.lets_pass:
            head = f"{unit}: " if unit else ""
            text = _teamcity(f"{head}{verdict_line(verdict)}"[:3_900])  # TeamCity cuts at 4,000
            name = _teamcity(f"{head}{verdict.condition}")
            yield f"##teamcity[buildProblem description='{text}' identity='{name[:60]}']"


def _teamcity(text: str) -> str:
    plain = visible(text).replace("|", "||").replace("'", "|'").replace("[", "|[").replace("]", "|]")
    return "".join(sign if ord(sign) < 128 else _teamcity_code(sign) for sign in plain)


def _teamcity_code(sign: str) -> str:
    return f"|0x{ord(sign):04X}" if ord(sign) < 0x10000 else "?"
