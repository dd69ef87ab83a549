"""A comparison of two assessments as one HTML page: the look, the fonts and the inertness of a report, and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.html.audit import content_policy, environment, style_sheet
from assessor.render.views.comparison import comparison_view
from assessor.render.views.texts import DEFAULT, load_texts

if TYPE_CHECKING:
    from assessor.comparison import Comparison

_MOST = 25
"""Proofs of one kind that a practice shows; what is cut is told, and the JSON has it."""


def render(comparison: Comparison, *, language: str = DEFAULT) -> str:
    """The page. Raises KeyError for a language without texts."""
    texts = load_texts(language)
    view = comparison_view(comparison, texts)
    style = style_sheet("report.css", "comparison.css")
    template = environment().get_template("comparison.html.jinja")
    return template.render(
        view=view, comparison=view.comparison, t=texts, style=style, policy=content_policy, most=_MOST
    )
