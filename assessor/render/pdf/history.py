"""A history as a PDF document, with the look, the tags and the steadiness of a report's. Its JSON lines lie inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.data import lines
from assessor.render.pdf.audit import Paper, environment, style
from assessor.render.pdf.document import LONGEST_NAME, figure, shortened
from assessor.render.pdf.file import Attached, time_of, write_pdf
from assessor.render.views.document_texts import document_texts
from assessor.render.views.history import history_view

if TYPE_CHECKING:
    from assessor.trend import Trend

_LONGEST_TITLE = 2 * LONGEST_NAME


def render(trend: Trend, *, paper: Paper = "a4", language: str = "en") -> bytes:
    """The PDF. Raises UserError where a native library is missing, KeyError for a language without texts."""
    texts = document_texts(language)
    view = history_view(trend, texts)
    moment = time_of(f"{trend.last.revision.day}T00:00:00Z")
    html = (
        environment()
        .get_template("history.html.jinja")
        .render(
            view=view,
            t=texts,
            title=shortened(view.title, _LONGEST_TITLE),
            moment=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            figure=figure,
        )
    )
    attached = Attached("history.jsonl", lines.render(trend.points).encode(), texts("history.data"))
    return write_pdf(html, style(paper), moment=moment, attached=(attached,))
