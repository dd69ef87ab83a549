"""A fleet as a PDF document whose first page is for a board. Its JSON lines lie inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.data import lines
from assessor.render.pdf.audit import Paper, environment, style
from assessor.render.pdf.file import Attached, time_of, write_pdf
from assessor.render.views.document_texts import document_texts
from assessor.render.views.fleet import fleet_view

if TYPE_CHECKING:
    from assessor.overview import Overview

_MOST = 400
"""Repositories that are printed; what is cut is told, and the lines inside have it."""


def render(fleet: Overview, *, paper: Paper = "a4", language: str = "en") -> bytes:
    """The PDF. Raises UserError where a native library is missing, KeyError for a language without texts."""
    from markupsafe import Markup

    texts = document_texts(language)
    view = fleet_view(fleet, texts)
    moment = time_of(f"{fleet.day}T00:00:00Z")
    html = (
        environment()
        .get_template("fleet.html.jinja")
        .render(
            view=view,
            t=texts,
            title=f"{texts('fleet.kind')}: {view.title}",
            moment=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            most=_MOST,
            cell=Markup,
        )
    )
    attached = Attached("fleet.jsonl", lines.render(fleet.listed).encode(), texts("fleet.data"))
    return write_pdf(html, style(paper), moment=moment, attached=(attached,))
