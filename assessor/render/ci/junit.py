"""JUnit XML: each condition of the gate is a test, and so is each practice. For every CI system that shows tests.

A condition that fails is a failure, one that cannot be decided an error, one that passes by a waiver is skipped. So there are
as many failures as the gate has. What stands in the way stands in the failure; a practice is a test that tells its rung, and
is skipped where it does not apply or stands in the way of a condition that already failed for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as tree

from assessor.policy.verdicts import Outcome
from assessor.render.ci.gate_report import blocker_text, verdict_line
from assessor.render.views.hostile import inert, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.assessment import Assessment, PracticeInfo
    from assessor.policy.verdicts import Blocker, GateResult, Verdict


def render(assessment: Assessment, result: GateResult) -> str:
    """The XML text, with a line break at the end."""
    return _document(assessment.repository.name, [_gate_suite(result), *_practice_suites(assessment, result)])


def render_units(parts: Sequence[tuple[str, Assessment, GateResult]]) -> str:
    """One suite for each unit, with its conditions and practices."""
    suites = []
    for unit, assessment, result in parts:
        own = [_gate_suite(result), *_practice_suites(assessment, result)]
        cases = [case for suite in own for case in suite]
        for case in cases:
            case.set("classname", _xml(f"{unit}.{case.get('classname')}"))
        suites.append(_suite(_xml(unit), cases))
    return _document(parts[0][1].repository.name, suites)


def _document(name: str, suites: Sequence[tree.Element]) -> str:
    root = tree.Element("testsuites", name=_xml(f"mlops-assessor {name}"))
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in suites)))
    root.extend(suites)
    tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tree.tostring(root, encoding="unicode") + "\n"


def _gate_suite(result: GateResult) -> tree.Element:
    return _suite("gate", [_condition(verdict) for verdict in result.verdicts])


def _suite(name: str, cases: Sequence[tree.Element]) -> tree.Element:
    suite = tree.Element("testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", "0")
    suite.extend(cases)
    return suite


def _condition(verdict: Verdict) -> tree.Element:
    case = tree.Element("testcase", name=_xml(verdict.condition), classname="assessor.gate", time="0")
    line = _xml(verdict_line(verdict))
    all_blockers = _xml("\n".join(blocker_text(blocker) for blocker in verdict.blockers))
    if verdict.outcome is Outcome.WAIVED:
        _below(case, "skipped", line)
    elif verdict.outcome is Outcome.UNDECIDED:
        _below(case, "error", all_blockers, message=line, type="undecided")
    elif verdict.outcome is Outcome.FAILED:
        _below(case, "failure", all_blockers, message=line, type="failed")
    else:
        _below(case, "system-out", line)
    return case


def _below(case: tree.Element, tag: str, text: str, **attributes: str) -> None:
    tree.SubElement(case, tag, attributes).text = text


def _practice_suites(assessment: Assessment, result: GateResult) -> list[tree.Element]:
    blockers = {
        blocker.practice: (verdict, blocker)
        for verdict in reversed(result.verdicts)
        if not verdict.outcome.lets_pass
        for blocker in verdict.blockers
    }
    suites: dict[str, list[tree.Element]] = {}
    for name, info in assessment.practices.items():
        suites.setdefault(info.dimension, []).append(_practice(name, info, blockers.get(name)))
    return [_suite(name, cases) for name, cases in suites.items()]


def _practice(name: str, info: PracticeInfo, blocked: tuple[Verdict, Blocker] | None) -> tree.Element:
    case = tree.Element("testcase", name=_xml(name), classname=f"assessor.practices.{info.dimension}", time="0")
    if blocked:
        verdict, blocker = blocked
        _below(case, "skipped", _xml(f"see {verdict.condition}: {blocker_text(blocker)}"))
    elif info.rung == "not_applicable":
        _below(case, "skipped", "does not apply to this repository")
    else:
        _below(case, "system-out", _xml(f"{info.rung}: {info.summary}"))
    return case


_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""


def _xml(text: str) -> str:
    """The text as XML can hold it and a log does not obey it."""
    legal = _ILLEGAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return inert("\n".join(visible(line) for line in legal.split("\n")))
