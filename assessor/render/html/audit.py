"""The assessment as one HTML file: self-contained, readable without JavaScript, inert whatever the repository says.

Nothing is fetched: style, script, fonts and charts are inside, and a content security policy that names them by their
hashes forbids everything else. Texts are escaped by the templates (autoescape); `view_of` has made control characters
and marks of direction visible before. Long lists are folded, very long ones cut, and each cut is told with its count.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING

from assessor.render.data import json_report
from assessor.render.html.page import Page
from assessor.render.views.texts import DEFAULT, load_texts
from assessor.render.views.view import view_of
from assessor.resources import data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jinja2

    from assessor.assessment import Assessment

_FONTS = (
    ("Inter", 400, "inter-400.woff2"),
    ("Inter", 600, "inter-600.woff2"),
    ("JetBrains Mono", 400, "jetbrains-mono-400.woff2"),
)
_CODE = re.compile(r"`([^`]+)`")


def render(assessment: Assessment, *, rubric: str = "", language: str = DEFAULT) -> str:
    """The page. `rubric` is the model shown, the assessment's primary one if empty.

    Raises KeyError for a model that was not applied or a language without texts.
    """
    texts = load_texts(language)
    page = Page(view_of(assessment, rubric=rubric, texts=texts), texts, embedded(assessment) if assessment.seal else "")
    style, script = style_sheet("report.css"), _script()
    return (
        environment()
        .get_template("report.html.jinja")
        .render(
            page=page, view=page.view, card=page.view.card, t=texts, style=style, script=script, policy=content_policy
        )
    )


def embedded(assessment: Assessment) -> str:
    """The JSON of the assessment as a page carries it, so that it can be verified: compressed, in base64."""
    return b64encode(zlib.compress(json_report.render(assessment).encode(), 9)).decode()


@cache
def environment() -> jinja2.Environment:
    """Templates of the page: escaped, and strict about misspelt names."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_folder("reports") / "html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["code"] = _with_code
    return made


def _with_code(text: str) -> str:
    """The text, escaped, with what stands in backticks as code."""
    from markupsafe import Markup, escape

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def content_policy(style: str, *scripts: str) -> str:
    """The content security policy (W3C CSP 3): this style, these scripts, pictures and fonts in the file; nothing else."""
    parts = (
        "default-src 'none'",
        f"style-src {_hashes([style])}",
        f"script-src {_hashes(scripts)}",
        "font-src data:",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(parts)


def _hashes(texts: Sequence[str]) -> str:
    return (
        " ".join(f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts) or "'none'"
    )


@cache
def style_sheet(*names: str) -> str:
    """Our fonts and the style sheets of `reports/html` with these names, as one."""
    faces = "".join(_face(family, weight, name) for family, weight, name in _FONTS)
    sheets = (data_folder("reports").joinpath("html", name).read_text("utf-8").strip() for name in names)
    return faces + "\n".join(sheets)


def _face(family: str, weight: int, name: str) -> str:
    font = b64encode((data_folder("reports") / "fonts" / "page" / name).read_bytes()).decode()
    source = f'url("data:font/woff2;base64,{font}") format("woff2")'
    return f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;src:{source}}}\n'


@cache
def _script() -> str:
    return (data_folder("reports") / "html" / "report.js").read_text("utf-8").strip()
