"""The PDF document: what a reader sees, what a screen reader and an archive need, and that it obeys no repository."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest

from assessor.__main__ import main
from assessor.assessment import Assessment, RepositoryInfo
from assessor.render import json_report, pdf
from assessor.render.pdf_file import printable, time_of

if TYPE_CHECKING:
    from assessor.render.pdf import Paper

ROOT = Path(__file__).parents[1]
REPOSITORY = RepositoryInfo(
    name="churn",
    commit="3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
    date="2024-05-06T07:08:09Z",
    remote="https://github.com/example/churn.git",
    branch="main",
    stack=("github",),
)
POINTS = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    """The audit of a sample, as if it were at a commit of a repository on GitHub."""
    from assessor.audit import audit
    from assessor.cli.audit import chosen_rubrics

    found = audit(str(ROOT / "sample_repos" / "stage4_ci"), None, chosen_rubrics(()), lambda _: None)
    return found.model_copy(update={"repository": REPOSITORY})


@pytest.fixture(scope="module")
def content(assessment: Assessment) -> bytes:
    return pdf.render(assessment)


@pytest.fixture(scope="module")
def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def test_no_page_is_empty(reader: pypdf.PdfReader) -> None:
    assert [number for number, page in enumerate(reader.pages, 1) if len(page.extract_text()) < 120] == []


def test_cover_says_what_was_assessed(reader: pypdf.PdfReader, assessment: Assessment) -> None:
    cover = reader.pages[0].extract_text()
    card = assessment.scorecards["stages"]
    for text in ("churn", f"Level {card.level} of {card.top}", card.title, REPOSITORY.commit, "6 May 2024"):
        assert text in cover


def test_bookmarks_name_the_chapters_in_order(reader: pypdf.PdfReader) -> None:
    pages = [reader.get_destination_page_number(entry) for entry in reader.outline if not isinstance(entry, list)]
    assert len(pages) == 8
    assert pages == sorted(pages)


def test_the_assessment_lies_inside(reader: pypdf.PdfReader, assessment: Assessment) -> None:
    assert reader.attachments["assessment.json"] == [json_report.render(assessment).encode()]


def test_same_bytes_twice(content: bytes, assessment: Assessment) -> None:
    assert pdf.render(assessment) == content


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_command_writes_a_file_of_the_paper(tmp_path: Path, paper: Paper) -> None:
    target, project = tmp_path / "report.pdf", tmp_path / "project"
    project.mkdir()
    (project / "train.py").write_text("import mlflow\n\nmlflow.start_run()\n")
    assert main(["audit", str(project), "--format", "pdf", "--output", str(target), "--paper", paper]) == 0
    pages = pypdf.PdfReader(target).pages
    assert {tuple(round(float(side), 2) for side in page.mediabox[2:]) for page in pages} == {POINTS[paper]}


def test_no_bytes_go_to_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["audit", "no/such/folder", "--format", "pdf"]) == 2
    assert "--output FILE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("größer → ≥", "größer → ≥"),
        ("a\u202eb", "a\\u202eb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("漢", "\\u6f22"),
        ("🙂", "\\U0001f642"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


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
