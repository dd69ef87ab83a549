"""The PDF document: what a reader sees, what a screen reader and an archive need, and that it obeys no repository."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, cast

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest

from assessor.__main__ import main
from assessor.assessment import Assessment, RepositoryInfo
from assessor.errors import UserError
from assessor.render.data import json_report
from assessor.render.pdf import audit as pdf
from assessor.render.pdf.document import LONGEST_NAME, MOST
from assessor.render.pdf.file import printable, time_of
from assessor.render.views.document_texts import document_texts
from assessor.render.views.logo import logo_address
from assessor.render.views.texts import LANGUAGES
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
REPOSITORY = RepositoryInfo(
    name="churn",
    commit="3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
    date="2024-05-06T07:08:09Z",
    remote="https://github.com/example/churn.git",
    branch="main",
    stack=("github",),
)
MILLIMETRE = 72 / 25.4
MARGIN = 20 * MILLIMETRE
LETTER = (612.0, 792.0)
A4 = (595.28, 841.89)


def png(width: int = 60, height: int = 20, mode: int = 2, comment: bytes = b"made by hand") -> bytes:
    """A PNG of one colour; `mode` 2 is RGB, 6 has transparency too."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    row = b"\0" + b"\x0f\x76\x6e\xff"[: 3 if mode == 2 else 4] * width
    head = struct.pack(">IIBBBBB", width, height, 8, mode, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"tEXt", b"Comment\0" + comment), chunk(b"IDAT", zlib.compress(row * height)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    """The audit of a sample, as if it were at a commit of a repository on GitHub."""
    from assessor.audit import audit
    from assessor.cli.audit import chosen_rubrics
    from assessor.seal import sealed

    found = audit(str(ROOT / "sample_repos" / "stage3_cicd"), None, chosen_rubrics(()))
    return sealed(found.model_copy(update={"repository": REPOSITORY}))


@pytest.fixture(scope="module")
def content(assessment: Assessment) -> bytes:
    return pdf.render(assessment)


@pytest.fixture(scope="module")
def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


@pytest.fixture(scope="module")
def texts(reader: pypdf.PdfReader) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in reader.pages]


def flat(text: str) -> str:
    """The text without spaces and line ends, where a page breaks lines."""
    return re.sub(r"\s+", "", text)


def bookmarks(reader: pypdf.PdfReader) -> dict[str, int]:
    """Title → number of the page, counted from 1; titles of chapters and of dimensions."""
    entries: list[Any] = []
    for entry in reader.outline:
        entries += entry if isinstance(entry, list) else [entry]
    return {str(entry.title): (reader.get_destination_page_number(entry) or 0) + 1 for entry in entries}


def page_text(reader: pypdf.PdfReader, title: str) -> str:
    """The text of the page on which a chapter begins."""
    number = next(page for name, page in bookmarks(reader).items() if name.endswith(title))
    return reader.pages[number - 1].extract_text()


def outside(content: bytes) -> list[str]:
    """Texts that stand outside of the margins, with their page; on the cover, outside of the paper."""
    found = []
    document = pypdfium2.PdfDocument(content)
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        left, right = (0.0, width) if number == 0 else (MARGIN - 0.5, width - MARGIN + 0.5)
        words = page.get_textpage()
        for index in range(words.count_rects()):
            x1, y1, x2, y2 = words.get_rect(index)
            if x1 < left or x2 > right or y1 < 0 or y2 > height:
                found.append(f"page {number + 1}: {words.get_text_bounded(x1, y1, x2, y2)[:60]}")
    return found


# ---- what a reader sees ----


def test_no_page_is_empty(texts: list[str]) -> None:
    assert [number for number, text in enumerate(texts, 1) if len(text) < 200] == []


def test_nothing_stands_outside_of_the_margins(content: bytes) -> None:
    assert outside(content) == []


def test_cover_says_what_was_assessed(reader: pypdf.PdfReader, assessment: Assessment) -> None:
    cover = reader.pages[0].extract_text()
    card = assessment.scorecards["stages"]
    digest = hashlib.sha256(json_report.render(assessment).encode()).hexdigest()
    for text in ("churn", f"Level {card.level} of {card.top}", card.title, REPOSITORY.commit, "6 May 2024", digest):
        assert text in cover


def test_bookmarks_name_chapters_and_dimensions_in_order(reader: pypdf.PdfReader, assessment: Assessment) -> None:
    found = bookmarks(reader)
    dimensions = dict.fromkeys(practice.dimension for practice in assessment.practices.values())
    assert len(found) == 9 + len(dimensions)
    assert list(found.values()) == sorted(found.values())


def test_contents_tell_the_pages(reader: pypdf.PdfReader) -> None:
    contents = flat(reader.pages[1].extract_text())
    wrong = [title for title, page in bookmarks(reader).items() if not re.search(rf"{flat(title)}[.]*{page}", contents)]
    assert wrong == []


def test_summary_is_one_page(reader: pypdf.PdfReader) -> None:
    pages = bookmarks(reader)
    assert pages["2 Roadmap"] == pages["1 Executive summary"] + 1


def test_each_page_after_the_cover_has_running_head_and_number(texts: list[str]) -> None:
    for number, text in enumerate(texts[1:], 2):
        assert "MLOps maturity assessment · churn" in text
        assert f"{number} / {len(texts)}" in text


def test_numbers_are_those_of_the_json(reader: pypdf.PdfReader, assessment: Assessment) -> None:
    data = json.loads(json_report.render(assessment))
    card, words = data["scorecards"]["stages"], document_texts()
    summary = flat(page_text(reader, "Executive summary"))
    for name, result in card["dimensions"].items():
        level = f"{result['holds']} of {result['asked']}" if result["asked"] else "–"
        assert flat(f"{words('dimension.' + name)}{result['score']:.15g}{level}") in summary
    for rung in ("absent", "used", "automated"):
        count = sum(practice["rung"] == rung for practice in data["practices"].values())
        assert re.search(rf"\b{count}\b", page_text(reader, "Executive summary"))
    roadmap = flat(page_text(reader, "Roadmap"))
    low, high = map(float, re.findall(r"([\d.]+)to([\d.]+)days\(estimate\)", roadmap)[0])
    assert low <= card["roadmap_days"] <= high
    models = flat(page_text(reader, "Maturity models"))
    for other in data["scorecards"].values():
        assert flat(f"{other['name']} {other['edition']} {other['level']} of {other['top']} {other['title']}") in models
    evidence = sum(len(practice["evidence"]) for practice in data["practices"].values())
    assert f"All {evidence} proofs" in page_text(reader, "All evidence")


def test_every_proof_is_in_the_annex(reader: pypdf.PdfReader, texts: list[str], assessment: Assessment) -> None:
    annex = flat("".join(texts[bookmarks(reader)["A All evidence"] - 1 :]))
    proofs = [item for practice in assessment.practices.values() for item in practice.evidence]
    assert [item for item in proofs if flat(str(item.place)) not in annex] == []
    triggers = {item.hops[0].text.partition(" (")[0] for item in proofs if item.hops}  # crons stand there in words
    assert [text for text in triggers if flat(text) not in annex] == []


# ---- what machines need ----


def structure(reader: pypdf.PdfReader) -> Iterator[Any]:
    """All elements of the tree of tags, depth first."""

    def below(element: Any) -> Iterator[Any]:
        element = element.get_object()
        if not isinstance(element, pypdf.generic.DictionaryObject) or element.get("/Type") == "/OBJR":
            return
        yield element
        children = element.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            yield from below(child)

    root: Any = reader.trailer["/Root"]
    yield from below(root["/StructTreeRoot"]["/K"][0])


def test_declares_pdf_ua_and_pdf_a(reader: pypdf.PdfReader) -> None:
    root: Any = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfuaid:part="1"' in metadata
    assert 'pdfaid:part="3" pdfaid:conformance="A"' in metadata
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert root["/Lang"] == "en"
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert reader.metadata is not None
    assert reader.metadata.title == "MLOps maturity assessment: churn"
    assert "2024-05-06T07:08:09Z" in metadata


def test_tags_are_whole(reader: pypdf.PdfReader) -> None:
    """PDF/UA-1: figures have words (7.3), header cells a scope (7.5), headings skip no level (7.4.2)."""
    elements = list(structure(reader))
    figures = [element for element in elements if element["/S"] == "/Figure"]
    assert len(figures) == 3
    assert all(len(figure["/Alt"]) > 20 for figure in figures)
    heads = [element for element in elements if element["/S"] == "/TH"]
    assert {head["/A"]["/Scope"] for head in heads} == {"/Column", "/Row"}
    levels = [int(element["/S"][2:]) for element in elements if re.fullmatch(r"/H\d", element["/S"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_every_page_is_in_the_tree_of_tags(reader: pypdf.PdfReader) -> None:
    assert [page.get("/StructParents") for page in reader.pages] == list(range(len(reader.pages)))
    assert {str(page["/Tabs"]) for page in reader.pages} == {"/S"}


def link_annotations(reader: pypdf.PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        yield from (entry.get_object() for entry in page.get("/Annots", []))


def test_links_lead_to_lines_and_to_places_inside(reader: pypdf.PdfReader) -> None:
    found = list(link_annotations(reader))
    assert all(entry["/Subtype"] == "/Link" and entry["/Contents"] and "/StructParent" in entry for entry in found)
    inside = {entry["/Dest"] for entry in found if "/Dest" in entry}
    assert inside <= set(reader.named_destinations)
    assert {"summary", "evidence", "method"} <= inside
    addresses = {entry["/A"]["/URI"] for entry in found if "/A" in entry}
    assert len(addresses) > 10
    start = f"https://github.com/example/churn/blob/{REPOSITORY.commit}/"
    assert [address for address in addresses if not address.startswith(start)] == []


def fonts(reader: pypdf.PdfReader) -> dict[str, Any]:
    return {
        font["/BaseFont"].partition("+")[2] or font["/BaseFont"]: font
        for page in reader.pages
        for font in (entry.get_object() for entry in cast("Any", page["/Resources"])["/Font"].values())
    }


def test_only_our_fonts_and_all_embedded(reader: pypdf.PdfReader) -> None:
    found = fonts(reader)
    assert {name.replace("-", "") for name in found} == {"Inter", "InterSemiBold", "JetBrainsMono"}
    for font in found.values():
        assert "/ToUnicode" in font
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_the_assessment_lies_inside(reader: pypdf.PdfReader, assessment: Assessment) -> None:
    assert reader.attachments["assessment.json"] == [json_report.render(assessment).encode()]


def test_same_bytes_from_another_process(content: bytes, assessment: Assessment, tmp_path: Path) -> None:
    source = tmp_path / "assessment.json"
    source.write_text(json_report.render(assessment), "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "assessor", "report", str(source), "--format", "pdf", "--output", "-"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert hashlib.sha256(run.stdout).hexdigest() == hashlib.sha256(content).hexdigest()


# ---- what a repository says is inert ----

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src='http://evil.example/x.png'>",
    '<a href="javascript:alert(1)">x</a>',
    "</style><style>@page{size:1cm}</style>",
    "url(file:///etc/passwd) @import 'http://evil.example/x.css'",
    "{{ 7*7 }}{% raw %}",
    "a\u202egnp.exe\u2066",
    "\x1b[31mred\x1b]0;own\x07",
    "`x<b>y`",
    "W" * 300,
    "漢字🙂",
    "]]>&lt;&#60;",
)
PLAIN = {"rung", "dimension", "rungs", "practice", "item", "wanted", "status", "effort", "id", "values", "unlocks"}
"""Keys whose values are ours."""


def spoiled(value: Any, words: Iterator[str], key: str = "") -> Any:
    """The JSON value with a hostile text before each text that may come from a repository."""
    if isinstance(value, dict):
        return {name: spoiled(entry, words, name) for name, entry in value.items()}
    if isinstance(value, list) and key not in PLAIN:
        return [spoiled(entry, words, key) for entry in value]
    return next(words) + value if isinstance(value, str) and key not in PLAIN else value


@pytest.fixture(scope="module")
def hostile(assessment: Assessment) -> bytes:
    data, words = json.loads(json_report.render(assessment)), itertools.cycle(HOSTILE)
    for practice in data["practices"].values():
        practice["evidence"] = practice["evidence"][:1]
    data["practices"] = spoiled(data["practices"], words)
    data["repository"] |= {"name": "".join(HOSTILE), "branch": HOSTILE[0], "remote": f"https://{HOSTILE[1]}"}
    data["blind_spots"] = [
        {"place": {"path": word, "line": 1}, "reason": word, "practices": ["testing.unit"]} for word in HOSTILE
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MOST, "blind_spots", len(HOSTILE) - 2)
        return pdf.render(Assessment.model_validate(data), front=pdf.Front(HOSTILE[0], HOSTILE[3]))


def test_hostile_texts_are_shown_and_do_nothing(hostile: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(hostile))
    text = flat("".join(page.extract_text() for page in reader.pages))
    for shown in (*HOSTILE[:6], "a\\u202egnp.exe\\u2066", "\\x1b[31mred\\x1b]0;own\\x07", "\\u6f22", "]]>&lt;&#60;"):
        assert flat(shown) in text
    assert "2moreentriesarenotprinted" in text
    assert {tuple(round(float(side), 2) for side in page.mediabox[2:]) for page in reader.pages} == {A4}
    assert not [entry for entry in link_annotations(reader) if "/A" in entry]
    assert not any(page.images for page in reader.pages)
    for name in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/SubmitForm", b"/GoToR"):
        assert not re.search(name + rb"\b", hostile)
    assert set(reader.attachments) == {"assessment.json", "document.json"}


def test_hostile_texts_stay_on_the_page(hostile: bytes) -> None:
    assert outside(hostile) == []
    reader = pypdf.PdfReader(io.BytesIO(hostile))
    pages = bookmarks(reader)
    assert pages["1 Executive summary"] == 3
    assert pages["2 Roadmap"] == 4
    assert {name.replace("-", "") for name in fonts(reader)} == {"Inter", "InterSemiBold", "JetBrainsMono"}
    assert reader.metadata is not None
    assert len(str(reader.metadata.title)) < 100 + LONGEST_NAME


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("größer → ≥", "größer → ≥"),
        ("Привет, Ελλάδα", "Привет, Ελλάδα"),
        ("a\u202eb", "a\\u202eb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("漢", "\\u6f22"),
        ("🙂", "\\U0001f642"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


# ---- options, configuration, errors ----

CONFIG = """\
report:
  organisation: Nordwind Bank
  confidentiality: Vertraulich. Nur für den Prüfungsausschuss.
  logo: docs/logo.png
"""


def test_command_takes_paper_and_letterhead(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    project = write_files(
        tmp_path / "project", {"train.py": "import mlflow\n\nmlflow.start_run()\n", "assessor.yaml": CONFIG}
    )
    (project / "docs").mkdir()
    (project / "docs" / "logo.png").write_bytes(png(mode=6))
    arguments = ["--format", "pdf", "--output", str(target), "--paper", "letter"]
    assert main(["audit", str(project), *arguments]) == 0
    reader = pypdf.PdfReader(target)
    assert {tuple(round(float(side), 2) for side in page.mediabox[2:]) for page in reader.pages} == {LETTER}
    assert outside(target.read_bytes()) == []
    assert len(reader.pages[0].images) == 1
    assert next(element["/Alt"] for element in structure(reader) if element["/S"] == "/Figure") == "Nordwind Bank"
    assert all("Vertraulich. Nur für den Prüfungsausschuss." in page.extract_text() for page in reader.pages)
    assert reader.metadata is not None
    assert reader.metadata.author == "Nordwind Bank"
    assert len(page_text(reader, "Blind spots")) > 200


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_another_language(assessment: Assessment, language: str) -> None:
    content = pdf.render(assessment, language=language)
    reader, texts = pypdf.PdfReader(io.BytesIO(content)), document_texts(language)
    pages = bookmarks(reader)
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert f"1 {texts('pdf.summary')}" in pages
    assert pages[f"2 {texts('pdf.roadmap')}"] == pages[f"1 {texts('pdf.summary')}"] + 1
    assert outside(content) == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_languages_have_the_same_messages(language: str) -> None:
    def fields(message: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(message) if name}

    english, other = document_texts().messages, document_texts(language).messages
    assert english.keys() == other.keys()
    assert [key for key in english if fields(english[key]) != fields(other[key])] == []


def test_no_bytes_go_to_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["audit", "no/such/folder", "--format", "pdf"]) == 2
    assert "--output FILE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("logo", "files", "told"),
    [
        (
            "docs/lgo.png",
            {"docs/logo.png": png()},
            "no file 'docs/lgo.png' in the repository; did you mean 'docs/logo.png'?",
        ),
        ("../logo.png", {}, "'../logo.png' is no path below the repository's root"),
        ("/etc/hostname", {}, "'/etc/hostname' is no path below the repository's root"),
        ("http://evil.example/logo.png", {}, "no file 'http://evil.example/logo.png' in the repository"),
        ("logo.svg", {"logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, "no PNG or JPEG file"),
        ("logo.png", {"logo.png": png()[:60]}, "no PNG or JPEG file, or a broken one"),
    ],
)
def test_a_wrong_logo_is_told_in_one_line(
    logo: str, files: dict[str, bytes], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, {"assessor.yaml": f"report:\n  logo: {logo}\n"})
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert main(["audit", str(tmp_path), "--format", "pdf", "--output", str(tmp_path / "out.pdf")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"GIF89a" + bytes(20), "no PNG or JPEG"),
        (png() + bytes(2_000_000), "bytes; at most 2,000,000"),
        (png(5000, 4000), "5000 by 4000 pixels"),
    ],
)
def test_logos_are_refused(content: bytes, told: str) -> None:
    with pytest.raises(UserError, match=told):
        logo_address(content)


def test_a_logo_is_its_pixels_alone() -> None:
    assert logo_address(b"") == ""
    assert logo_address(png()).startswith("data:image/png;base64,")
    assert logo_address(png(comment=b"secret")) == logo_address(png())


def test_missing_pango_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class NoPango:
        """Finds weasyprint as it is found on a machine without Pango."""

        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("sys.meta_path", [NoPango(), *sys.meta_path])
    write_files(tmp_path, {"train.py": "x = 1\n"})
    assert main(["audit", str(tmp_path), "--format", "pdf", "--output", str(tmp_path / "out.pdf")]) == 2
    error = capsys.readouterr().err
    assert "apt-get install libpango" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("commit_date", "environment", "year"),
    [
        ("2024-05-06T07:08:09Z", {}, 2024),
        ("2024-05-06T07:08:09Z", {"SOURCE_DATE_EPOCH": "0"}, 1970),
        ("2024-05-06T07:08:09Z", {"SOURCE_DATE_EPOCH": "soon"}, 2024),
        ("", {}, 1980),
    ],
)
def test_time_of(commit_date: str, environment: dict[str, str], year: int) -> None:
    assert time_of(commit_date, environment).year == year
