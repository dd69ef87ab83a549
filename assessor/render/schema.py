"""The JSON Schemas of the JSON reports as text; that of an audit is shipped as `assessor/assessment.schema.json`."""

from __future__ import annotations

import json

from assessor import assessment, comparison


def schema_text(kind: str = "audit") -> str:
    """The schema of an `audit` or a `comparison`, indented, with a line break at the end."""
    schema = comparison.json_schema() if kind == "comparison" else assessment.json_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
