"""`reports/samples/` stands as `python -m docs.samples` would write it now.

All bytes are compared, except those of PDFs: they are the same on one machine, but the libraries below WeasyPrint (Pango,
zlib) differ from one machine to the next. Of a PDF the words and the JSON inside are compared.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from assessor.cli.formats import formats_of
from assessor.cli.gate import FORMATS as GATE_FORMATS

if TYPE_CHECKING:
    from assessor.cli.formats import Subject

STALE = "run python -m docs.samples"
FOLDER = Path(__file__).parents[1] / "reports" / "samples"
NAMES = sorted(path.name for path in FOLDER.iterdir())


@cache
def made() -> dict[str, bytes]:
    found: dict[str, bytes] = import_module("docs.samples").samples()
    return found


def test_there_is_a_sample_of_each_form() -> None:
    assert sorted(made()) == NAMES, STALE
    subjects: tuple[Subject, ...] = ("audit", "plan", "comparison", "history", "fleet")
    assert len(NAMES) == sum(len(formats_of(subject)) for subject in subjects) + len(GATE_FORMATS) - 1, (
        "all but Parquet"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_what_would_be_written_now(name: str) -> None:
    kept, now = (FOLDER / name).read_bytes(), made()[name]
    if name.endswith(".pdf"):
        assert read(kept) == read(now), STALE
    else:
        assert kept == now, STALE


def read(pdf: bytes) -> tuple[set[str], dict[str, Any]]:
    """The words of a PDF, as line breaks may fall elsewhere, and the files inside."""
    reader = pypdf.PdfReader(BytesIO(pdf))
    text = " ".join(page.extract_text() for page in reader.pages)
    return set(re.findall(r"[^\W\d_]{4,}", text)), dict(reader.attachments)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_names_no_folder_of_who_made_it(name: str) -> None:
    assert not re.search(rb"/(tmp|home|root|Users)/\w", (FOLDER / name).read_bytes())
