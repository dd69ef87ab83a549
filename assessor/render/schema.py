"""The JSON Schema of the JSON report as text, as it is shipped in `assessor/assessment.schema.json`."""

from __future__ import annotations

import json

from assessor.assessment import json_schema


def schema_text() -> str:
    """The schema, indented, with a line break at the end."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
