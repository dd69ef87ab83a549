"""A comparison of two assessments as a PDF document, with the look, the tags and the steadiness of a report's.

The JSON of the comparison lies inside the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.data import json_report
from assessor.render.pdf.audit import Paper, environment, style
from assessor.render.pdf.document import LONGEST_NAME, figure, shortened
from assessor.render.pdf.file import Attached, time_of, write_pdf
from assessor.render.views.comparison import comparison_view
from assessor.render.views.document_texts import document_texts

if TYPE_CHECKING:
    from assessor.comparison import Comparison

_MOST = 25
"""Proofs of one kind that a practice shows; what is cut is told, and the JSON inside has it."""
_LONGEST_TITLE = 2 * LONGEST_NAME


def render(comparison: Comparison, *, paper: Paper = "a4", language: str = "en") -> bytes:
    """The PDF. Raises UserError where a native library is missing, KeyError for a language without texts."""
    texts = document_texts(language)
    data = json_report.render(comparison).encode()
    view = comparison_view(comparison, texts)
    moment = time_of(comparison.new.repository.date)
    html = (
        environment()
        .get_template("comparison.html.jinja")
        .render(
            view=view,
            comparison=view.comparison,
            t=texts,
            title=shortened(view.title, _LONGEST_TITLE),
            moment=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            most=_MOST,
            figure=figure,
        )
    )
    attached = Attached("comparison.json", data, texts("compare.data"))
    return write_pdf(html, style(paper), moment=moment, attached=(attached,))
