"""SARIF 2.1.0 as GitHub code scanning takes it.

Every practice is a rule whether or not it has a gap, so that an alert closes when its gap does. Limits are those that
GitHub documents for uploads: it keeps 5,000 results of a run, refuses texts beyond 1,024 characters in a rule's
description, and shows ten tags. Keys are ours (`primaryLocationLineHash`), so that an alert survives moved lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assessor import __version__
from assessor.catalog.practices import load_practices
from assessor.render.ci.placed_gaps import BLIND_SPOT, within
from assessor.render.views.hostile import inert_json
from assessor.render.views.pages import practice_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assessor.assessment import Assessment
    from assessor.catalog.practices import Practice
    from assessor.render.ci.placed_gaps import PlacedGap

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 5_000
_MAX_DESCRIPTION = 1_024
_MAX_MESSAGE = 1_000


def render(assessment: Assessment, gaps: Sequence[PlacedGap]) -> str:
    """The JSON text, with a line break at the end. `gaps` stand worst first; those beyond the limit are counted."""
    return render_all([(assessment, gaps)])


def render_all(parts: Iterable[tuple[Assessment, Sequence[PlacedGap]]]) -> str:
    """One run for each part of a repository, with a category of its own."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(assessment, gaps) for assessment, gaps in parts]}
    return inert_json(json.dumps(log, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()) + "\n"


def _run(assessment: Assessment, gaps: Sequence[PlacedGap]) -> dict[str, Any]:
    docs = assessment.tool.docs
    rules = [*(_rule(practice, docs) for practice in load_practices()), _blind_spot_rule()]
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    kept, left = within(gaps, MAX_RESULTS)
    run: dict[str, Any] = {
        "tool": {"driver": _driver(rules, assessment)},
        "automationDetails": {"id": f"mlops-assessor/{_category(assessment)}/"},
        "invocations": [_invocation(left)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(gap, numbers) for gap in kept],
    }
    remote = assessment.repository.remote
    if remote.startswith(("https://", "http://")) and assessment.repository.commit:
        where = {"repositoryUri": quote(remote, safe=":/?&=%@+~"), "revisionId": assessment.repository.commit}
        run["versionControlProvenance"] = [where]
    return run


def _category(assessment: Assessment) -> str:
    """What GitHub keeps the alerts of a run apart by: the repository, and the unit where only one is rated."""
    name, unit = assessment.repository.name or "repository", assessment.scope.unit
    return f"{name}/unit/{unit}" if unit else name


def _driver(rules: list[dict[str, Any]], assessment: Assessment) -> dict[str, Any]:
    return {
        "name": "mlops-assessor",
        **({"informationUri": assessment.tool.docs} if assessment.tool.docs else {}),
        "version": __version__,
        "semanticVersion": __version__,
        "rules": rules,
        "properties": {"catalogue": assessment.tool.rules},
    }


def _invocation(left: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if left:
        text = f"{left:,} more gaps are left out; the limit is {MAX_RESULTS:,} results"
        invocation["toolExecutionNotifications"] = [{"level": "note", "message": {"text": text}}]
    return invocation


def _rule(practice: Practice, docs: str) -> dict[str, Any]:
    rungs = "\n".join(f"- **{rung}**: {text}" for rung, text in practice.rungs.items())
    steps = "\n".join(f"- to {rung}: {text}" for rung, text in practice.fix.items())
    plain = " ".join(f"To {rung}: {text}" for rung, text in practice.fix.items())
    page = practice_page(docs, practice.id)
    return {
        "id": practice.id,
        **({"helpUri": page} if page else {}),
        "name": "".join(word.capitalize() for word in practice.id.replace(".", "_").split("_")),
        "shortDescription": {"text": _cut(practice.title, _MAX_DESCRIPTION)},
        "fullDescription": {"text": _cut(f"{practice.title}. {practice.why}", _MAX_DESCRIPTION)},
        "help": {"text": f"{practice.why} {plain}", "markdown": f"{practice.why}\n\n{rungs}\n\nNext:\n\n{steps}\n"},
        "defaultConfiguration": {"level": "warning"},
        "properties": {
            "tags": ["mlops", "maturity", practice.dimension],
            "precision": "high",
            "problem.severity": "recommendation",
        },
    }


def _blind_spot_rule() -> dict[str, Any]:
    text = "A file that may carry a practice could not be read"
    return {
        "id": BLIND_SPOT,
        "name": "BlindSpot",
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"{text}. What it would show is unknown, not absent."},
        "help": {"text": "Make the file readable: correct its syntax, or leave it out of the repository."},
        "defaultConfiguration": {"level": "note"},
        "properties": {"tags": ["mlops", "maturity"], "precision": "very-high", "problem.severity": "recommendation"},
    }


def _result(gap: PlacedGap, numbers: dict[str, int]) -> dict[str, Any]:
    region = {"startLine": gap.line, "startColumn": 1, "endLine": gap.end_line, "endColumn": 2}
    result: dict[str, Any] = {
        "ruleId": gap.rule,
        "ruleIndex": numbers[gap.rule],
        "level": gap.severity,
        "message": {"text": _cut(gap.message, _MAX_MESSAGE)},
        "locations": [{"physicalLocation": {"artifactLocation": _uri(gap.path), "region": region}}],
        "partialFingerprints": {"primaryLocationLineHash": f"{gap.key}:1", "gap/v1": gap.key},
    }
    if gap.suppressed:
        suppression = {"kind": "external", "status": "accepted", "justification": _cut(gap.suppressed, _MAX_MESSAGE)}
        result["suppressions"] = [suppression]
    return result


def _uri(path: str) -> dict[str, str]:
    return {"uri": quote(path, safe="/-._~", errors="backslashreplace"), "uriBaseId": "%SRCROOT%"}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
