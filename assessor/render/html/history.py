"""A history as one HTML page: the look, the fonts and the inertness of a report, and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.html.audit import content_policy, environment, style_sheet
from assessor.render.views.history import history_view
from assessor.render.views.texts import DEFAULT, load_texts

if TYPE_CHECKING:
    from assessor.trend import Trend


def render(trend: Trend, *, language: str = DEFAULT) -> str:
    """The page. Raises KeyError for a language without texts."""
    texts = load_texts(language)
    view = history_view(trend, texts)
    style = style_sheet("report.css", "comparison.css", "history.css")
    template = environment().get_template("history.html.jinja")
    return template.render(view=view, t=texts, style=style, policy=content_policy)
