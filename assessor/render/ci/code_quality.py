"""GitLab Code Quality: a JSON array of description, check_name, fingerprint, severity and location."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assessor.render.views.hostile import inert_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.render.ci.placed_gaps import PlacedGap

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(gaps: Sequence[PlacedGap]) -> str:
    """The JSON text, with a line break at the end. GitLab knows no suppression, so waived gaps are left out."""
    entries = [
        {
            "description": gap.message,
            "check_name": gap.rule,
            "fingerprint": gap.key,
            "severity": _SEVERITIES[gap.severity],
            "location": {"path": gap.path, "lines": {"begin": gap.line, "end": gap.end_line}},
        }
        for gap in gaps
        if not gap.suppressed
    ]
    return (
        inert_json(json.dumps(entries, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace").decode())
        + "\n"
    )
