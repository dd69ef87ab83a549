"""The JSON Schemas of the JSON reports as text; that of an audit is shipped as `assessor/assessment.schema.json`."""

from __future__ import annotations

import json

from assessor import assessment, comparison, planning, portfolio, trend


def schema_text(kind: str = "audit") -> str:
    """The schema of an `audit`, a `comparison`, a `plan` or one line of a `history` or a `fleet`, indented, with a line break at the end."""
    makers = {
        "audit": assessment.json_schema,
        "comparison": comparison.json_schema,
        "plan": planning.json_schema,
        "history": trend.json_schema,
        "fleet": portfolio.json_schema,
    }
    return json.dumps(makers[kind](), indent=2, ensure_ascii=False) + "\n"
