"""The assessment as a PDF document for a board and for an auditor's file.

Cover, contents with page numbers, executive summary on one page, roadmap, dimensions, models, statements, and annexes
with all evidence, blind spots, method and version of the rules. The JSON that it was made from lies inside the file;
its SHA-256 is on the cover. What the repository says is escaped and made visible; nothing is fetched.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from assessor.render.data import json_report
from assessor.render.pdf.document import Document
from assessor.render.pdf.file import Attached, printable, write_pdf
from assessor.render.views.document_texts import document_texts
from assessor.render.views.logo import logo_address
from assessor.render.views.view import view_of
from assessor.resources import data_folder

if TYPE_CHECKING:
    from datetime import datetime

    import jinja2
    from markupsafe import Markup

    from assessor.assessment import Assessment

Paper = Literal["a4", "letter"]
_PAPERS = {"a4": ("A4", "297mm"), "letter": ("letter", "11in")}
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Front:
    """What the one who hands the document out adds to it. `logo` is the content of a PNG or JPEG file."""

    organisation: str = ""
    confidentiality: str = ""
    logo: bytes = b""
    author: str = ""
    client: str = ""
    scope: str = ""
    summary: str = ""
    """In the author's own words; paragraphs are parted by an empty line."""
    paper: Paper = "a4"


def render(
    assessment: Assessment,
    *,
    rubric: str = "",
    front: Front | None = None,
    language: str = "en",
    moment: datetime | None = None,
) -> bytes:
    """The PDF. `rubric` is the model shown; the assessment's primary one if empty. `moment`: the one time that it tells, where
    that shall not be the usual one (`time_of`).

    Raises UserError where a native library is missing or the logo is no picture.
    """
    front = front or Front()
    data = json_report.render(assessment).encode()
    texts = document_texts(language)
    shown = Document(view_of(assessment, rubric=rubric, texts=texts), texts, data, moment)
    context = {"front": front, "logo": logo_address(front.logo), **shown.context()}
    html = environment().get_template("report.html.jinja").render(context)
    attached = [Attached("assessment.json", data, shown.t("pdf.data"))]
    if assessment.seal:
        attached.append(Attached("document.json", _manner(shown, front, language), shown.t("pdf.manner")))
    return write_pdf(html, style(front.paper), moment=shown.moment, attached=tuple(attached))


def _manner(shown: Document, front: Front, language: str) -> bytes:
    """How the document is made of its assessment, so that it can be made again."""
    fields = asdict(front) | {"logo": b64encode(front.logo).decode()}
    data = {"model": shown.view.model, "language": language, "moment": shown.moment.timestamp(), "front": fields}
    return json.dumps(data, indent=2, sort_keys=True).encode()


def front_from(fields: dict[str, Any]) -> Front:
    """The front that a document tells of itself. Raises ValueError or TypeError for what is none."""
    known = {name: fields[name] for name in Front.__dataclass_fields__ if name in fields}
    return Front(**known | {"logo": b64decode(str(known.get("logo", "")), validate=True)})


def environment() -> jinja2.Environment:
    """Templates of the PDF: escaped, strict about misspelt names, every text made printable first."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_folder("reports") / "pdf"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters["code"] = _with_code
    return made


def _shown(value: Any) -> Any:
    """Texts with their invisible and missing characters as codes; markup made by the templates stays."""
    return printable(value) if type(value) is str else value


def _with_code(text: str) -> Markup:
    """The text, escaped, with what stands in backticks as code."""
    from markupsafe import Markup, escape

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(printable(text)))))


def style(paper: Paper) -> str:
    """The style sheet for a size of paper."""
    size, height = _PAPERS[paper]
    sheet = (data_folder("reports") / "pdf" / "document.css").read_text(encoding="utf-8")
    return f"{sheet}\n@page {{ size: {size}; }}\n.cover {{ height: {height}; }}\n"
