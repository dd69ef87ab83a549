"""Reads the assessment that an HTML or PDF report carries, and how its pages were made. The file may come from anywhere."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from assessor.errors import UserError

_MOST_BYTES = 200_000_000
"""Bytes of an assessment that are unpacked."""
_BLOCK = re.compile(
    rb'<script type="application/json" id="assessment" data-encoding="zlib" data-model="([^"<>]{0,200})" '
    rb'data-language="(\w{2})">"([A-Za-z0-9+/=]*)"</script>'
)
ASSESSMENT, DOCUMENT = "assessment.json", "document.json"
"""Files inside a PDF: the assessment, and how the document was made of it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a report carries: the JSON of its assessment and, for pages, their kind (`html`, `pdf`; empty for JSON alone),
    the model and language that they show, and what else they were made with."""

    data: bytes
    kind: str = ""
    model: str = ""
    language: str = "en"
    manner: dict[str, Any] = field(default_factory=dict)


def carried(name: str, data: bytes) -> Carried:
    """What the bytes of a report carry. Raises UserError for pages that carry no assessment."""
    if data.startswith(b"%PDF-"):
        return _of_pdf(name, data)
    if b"<html" in data[:4000].lower():
        return _of_html(name, data)
    return Carried(data)


def _of_html(name: str, data: bytes) -> Carried:
    found = _BLOCK.search(data)
    if found is None:
        raise UserError(f"{name} carries no assessment: no report of `assessor audit --format html`, or an older one")
    model, language, block = found.groups()
    return Carried(_unpacked(name, block), "html", model.decode("utf-8", "replace"), language.decode())


def _unpacked(name: str, block: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(base64.b64decode(block, validate=True), _MOST_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise UserError(f"{name}: the assessment in it is damaged: {error}") from error
    if not unpacker.eof:
        raise UserError(f"{name}: the assessment in it is cut, or larger than {_MOST_BYTES:,} bytes")
    return content


def page_without_block(data: bytes) -> bytes:
    """An HTML report without the assessment in it, whose compressed bytes depend on the library that made them."""
    return _BLOCK.sub(rb"", data)


def _of_pdf(name: str, data: bytes) -> Carried:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        inside = PdfReader(io.BytesIO(data)).attachments
        files = {file: bytes(inside[file][0]) for file in (ASSESSMENT, DOCUMENT) if file in inside}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise UserError(f"{name}: no PDF that can be read: {str(error)[:200]}") from error
    if ASSESSMENT not in files:
        raise UserError(f"{name} carries no assessment: no report of `assessor audit --format pdf`")
    manner = _manner(name, files.get(DOCUMENT, b"{}"))
    return Carried(files[ASSESSMENT], "pdf", str(manner.get("model", "")), str(manner.get("language", "en")), manner)


def _manner(name: str, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}: {DOCUMENT} in it is damaged: {str(error)[:100]}") from error
    return found if isinstance(found, dict) else {}
