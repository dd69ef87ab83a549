"""An assessment, a comparison or a plan as JSON: stable, with a published schema, the same bytes for the same content."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.comparison import Comparison
    from assessor.planning import Plan


def render(shown: Assessment | Comparison | Plan) -> str:
    """The JSON text, indented, with a line break at the end."""
    return shown.model_dump_json(indent=2) + "\n"
