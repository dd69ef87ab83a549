"""The result as an in-toto statement (in-toto Attestation Framework v1), to be signed by cosign, gh or any DSSE signer.

The subject is the commit that was audited; the predicate has the result, by which rules and inputs, and the seal of the
whole assessment, so that a signature of the statement holds for the report too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assessor.render.views.hostile import inert_json

if TYPE_CHECKING:
    from assessor.assessment import Assessment

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:mlops-assessor:maturity:1"


def render(assessment: Assessment) -> str:
    """The statement as JSON, with a line break at the end. A state without a commit is named by the seal alone."""
    text = json.dumps(_statement(assessment), indent=2, ensure_ascii=False)
    return inert_json(text.encode("utf-8", "backslashreplace").decode()) + "\n"


def _statement(assessment: Assessment) -> dict[str, Any]:
    return {
        "_type": STATEMENT,
        "subject": [_subject(assessment)],
        "predicateType": PREDICATE,
        "predicate": _predicate(assessment),
    }


def _subject(assessment: Assessment) -> dict[str, Any]:
    repository, seal = assessment.repository, assessment.seal
    name = f"{repository.name}/{assessment.scope.unit}" if assessment.scope.unit else repository.name
    if repository.commit and not repository.dirty:
        subject: dict[str, Any] = {"name": name, "digest": {"gitCommit": repository.commit}}
        return subject | ({"uri": repository.remote} if repository.remote else {})
    return {"name": f"{name} (assessment)", "digest": {"sha256": seal.digest if seal else ""}}


def _predicate(assessment: Assessment) -> dict[str, Any]:
    card = assessment.scorecards[assessment.primary]
    seal, inputs = assessment.seal, assessment.inputs
    return {
        "assessor": assessment.tool.model_dump(),
        "repository": assessment.repository.model_dump(mode="json"),
        "scope": assessment.scope.model_dump(mode="json"),
        "inputs": inputs.model_dump(mode="json"),
        "model": {"id": assessment.primary, "name": card.name, "edition": card.edition, "digest": card.digest},
        "level": card.level,
        "index": card.index,
        "top": card.top,
        "whyNoLevel": card.why_no_level,
        "attestedLevel": card.attested.level if card.attested else None,
        "levels": {name: other.level for name, other in assessment.scorecards.items()},
        "ratings": {name: info.rung for name, info in assessment.practices.items()},
        "units": {unit.name: unit.level for unit in assessment.units},
        "waived": [
            waiver.practice for waiver in assessment.statements.waivers if waiver.state in ("in_force", "ending")
        ],
        "seal": seal.model_dump() if seal else None,
    }
