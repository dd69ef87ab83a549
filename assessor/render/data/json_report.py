"""An assessment, a comparison or a plan as JSON: stable, with a published schema, the same bytes for the same content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views.hostile import inert_json

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.comparison import Comparison
    from assessor.planning import Plan


def render(shown: Assessment | Comparison | Plan) -> str:
    """The JSON text, indented, with a line break at the end."""
    return inert_json(shown.model_dump_json(indent=2)) + "\n"
