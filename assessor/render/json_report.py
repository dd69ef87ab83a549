"""The assessment as JSON: stable, with a published schema, the same bytes for the same assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessor.assessment import Assessment


def render(assessment: Assessment) -> str:
    """The JSON text, indented, with a line break at the end."""
    return assessment.model_dump_json(indent=2) + "\n"
