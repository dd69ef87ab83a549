"""HTML in, one PDF file out: tagged (PDF/UA-1), archivable (PDF/A-3a), with our fonts only, the same bytes each time.

WeasyPrint is imported late: it takes half a second and native libraries (Pango) that only this format needs. Nothing is
fetched: the only addresses that are answered are those of our own fonts (`report:NAME`) and `data:`.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from assessor.errors import UserError
from assessor.garbage import without_collection
from assessor.render.views.hostile import visible
from assessor.resources import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FONTS = ("Inter-Regular.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf")
_PDF_UA = b"""
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the document conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
"""WeasyPrint writes either PDF/A or PDF/UA; a file can be both. PDF/A wants properties beyond its own described."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file kept inside the PDF."""

    name: str
    content: bytes
    description: str


@without_collection()
def write_pdf(html: str, css: str, *, moment: datetime, attached: tuple[Attached, ...] = ()) -> bytes:
    """The PDF of a whole HTML document. `moment` is written wherever the file tells a time.

    Raises UserError where the native libraries are missing.
    """
    weasyprint = _weasyprint()
    fetcher = _fetcher(weasyprint)
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    sheet = weasyprint.CSS(string=css, url_fetcher=fetcher, font_config=fonts, base_url="report:")
    source = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="report:", media_type="print")
    document = source.render(stylesheets=[sheet], font_config=fonts, **_OPTIONS)
    document.metadata.attachments = [
        weasyprint.Attachment(
            string=item.content,
            name=item.name,
            description=item.description,
            created=moment,
            modified=moment,
            relationship="Source",
        )
        for item in attached
    ]
    identifier = hashlib.sha256(html.encode() + b"\0" + css.encode()).digest()[:16]
    content = document.write_pdf(finisher=_finish, pdf_identifier=identifier, **_OPTIONS)
    assert isinstance(content, bytes)
    return content


_OPTIONS: Mapping[str, Any] = {"pdf_variant": "pdf/a-3a", "custom_metadata": False}


def time_of(commit_date: str, environment: Mapping[str, str] = os.environ) -> datetime:
    """The one time that a report tells: SOURCE_DATE_EPOCH if set, else the commit's, else 1980-01-01. Never the clock."""
    epoch = environment.get("SOURCE_DATE_EPOCH", "")
    if epoch.isascii() and epoch.isdigit() and len(epoch) <= 11:
        return datetime.fromtimestamp(int(epoch), UTC)
    try:
        return datetime.fromisoformat(commit_date.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)


def printable(text: str) -> str:
    """The text with every character that our fonts lack, or that is obeyed instead of shown, written as its code.

    Another font would come from the machine: the bytes would differ between machines, and its licence be unknown.
    """
    shown = visible(text)
    if shown.isascii():
        return shown
    known = _characters()
    return "".join(sign if ord(sign) in known else _code(sign) for sign in shown)


def _code(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


@cache
def _characters() -> frozenset[int]:
    """The code points that at least one of our fonts can show."""
    from fontTools.ttLib import TTFont

    folder = data_folder("reports") / "fonts"
    found: set[int] = set()
    for name in FONTS:
        with TTFont(folder / name, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


@contextmanager
def _libraries_by_name() -> Iterator[None]:
    """Let a native library be asked of the system's loader by its name, and nowhere else.

    On Linux Python's `find_library` starts ldconfig, and the gcc and ld of PATH, which may lead into the audited folder;
    the loader knows the names with a version that WeasyPrint asks for too.
    """
    search = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _weasyprint() -> Any:
    """The library. Raises UserError with one line that says what to install."""
    try:
        with _libraries_by_name():
            import weasyprint
    except OSError as error:
        raise UserError(
            "--format pdf needs the Pango library; install it with 'apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0 libharfbuzz-subset0' (Debian, Ubuntu), 'dnf install pango' (Fedora), "
            "'apk add pango' (Alpine) or 'brew install pango' (macOS)"
        ) from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return weasyprint


def _fetcher(weasyprint: Any) -> Any:
    """Answers for our own fonts and `data:`, refuses the rest; what is refused is left out of the page."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    folder = data_folder("reports") / "fonts"

    class Offline(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix("report:")
            if name in FONTS:
                return URLFetcherResponse(url, (folder / name).read_bytes(), {"Content-Type": "font/otf"})
            return super().fetch(url, headers)

    return Offline(allowed_protocols=("data",), allow_redirects=False)


def _finish(document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves out of the file's objects just before they are written."""
    _declare_pdf_ua(pdf)
    _scope_headers(pdf)


def _declare_pdf_ua(pdf: Any) -> None:
    """Add to the metadata that the file is PDF/UA-1 too; the tags are there, since PDF/A-3a wants them as well."""
    stream = pdf.objects[_number(pdf.catalog["Metadata"])]
    stream.stream = [part.replace(b"</rdf:RDF>", _PDF_UA + b"</rdf:RDF>") for part in stream.stream]


def _scope_headers(pdf: Any) -> None:
    """Say of each header cell what it heads (ISO 32000-1, 14.8.5.7): its column in a row of headers, else its row."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TR":
            cells = [pdf.objects[_number(reference)] for reference in element["K"]]
            scope = "/Column" if all(cell["S"] == "/TH" for cell in cells) else "/Row"
            for cell in cells:
                if cell["S"] == "/TH":
                    cell["A"]["Scope"] = scope


def _number(reference: bytes) -> int:
    """The number of the object that a reference (`12 0 R`) means."""
    return int(reference.split()[0])
