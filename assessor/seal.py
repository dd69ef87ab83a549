"""The seal of an assessment: digests over all that it says, so that a change to a stored one is seen. Pure.

Each part has a digest of its own, so that it can be told which of them was changed. A seal is no signature: who forges a
report can seal it anew, and only the repository, or a signature around the file, tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assessor.assessment import SealInfo

if TYPE_CHECKING:
    from assessor.assessment import Assessment

_PARTS = {
    "repository": ("repository", "scope", "system"),
    "rules": ("schema_version", "tool", "effort", "primary"),
    "inputs": ("inputs",),
    "statements": ("statements",),
    "ratings": ("subject", "practices", "metrics", "blind_spots", "statistics", "loop"),
    "levels": ("scorecards", "crosswalks"),
    "units": ("units",),
}
"""Part → the fields of an assessment that it covers; what is in none of them is the part `more`."""
SEAL = "seal"


def seal_of(tree: Mapping[str, Any]) -> SealInfo:
    """The seal of an assessment's JSON, whatever seal that bears."""
    known = {name for names in _PARTS.values() for name in names} | {SEAL}
    parts = {part: {name: tree[name] for name in names if name in tree} for part, names in _PARTS.items()}
    others = {name: value for name, value in tree.items() if name not in known}
    if others:
        parts["more"] = others
    digests = {part: _digest(fields) for part, fields in parts.items()}
    return SealInfo(digest=_digest(digests), parts=digests)


def _digest(value: object) -> str:
    """SHA-256 of the value as JSON with sorted keys, without blanks, in UTF-8 (RFC 8785 but for the form of numbers)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sealed(assessment: Assessment) -> Assessment:
    """The assessment with the seal of what it says now."""
    return assessment.model_copy(update={SEAL: seal_of(json.loads(assessment.model_dump_json()))})


def broken_parts(tree: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The parts of an assessment's JSON that its seal does not fit; None where it bears none."""
    worn = tree.get(SEAL)
    if not isinstance(worn, dict) or not worn.get("digest"):
        return None
    made, given = seal_of(tree), worn.get("parts")
    given = given if isinstance(given, dict) else {}
    changed = [part for part in (*made.parts, *given) if made.parts.get(part) != given.get(part)]
    if worn["digest"] != made.digest and not changed:
        changed = [SEAL]
    return tuple(dict.fromkeys(changed))
