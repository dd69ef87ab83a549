"""The pages that are made from the YAML stand in docs/ as they would be made now, and say what the YAML says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from assessor.catalog.practices import load_practices
from assessor.rubric.loading import crosswalk_names, shipped_crosswalk, shipped_names, shipped_rubric

DOCS = Path(__file__).parents[1] / "docs"


def _builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES: dict[Path, str] = _builder().pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_up_to_date(path: Path) -> None:
    assert path.is_file(), "run python -m docs.build"
    assert path.read_text("utf-8") == PAGES[path], "run python -m docs.build"


def test_no_other_page_stands_beside_them() -> None:
    assert set((DOCS / "rubrics").glob("*.md")) == {path for path in PAGES if path.parent.name == "rubrics"}


@pytest.mark.parametrize("name", shipped_names())
def test_every_statement_stands_on_the_page_of_its_rubric(name: str) -> None:
    page = PAGES[DOCS / "rubrics" / f"{name}.md"]
    rows = [line for line in page.splitlines() if line.startswith("| ") and line.endswith("` |")]
    assert len(rows) == len(shipped_rubric(name).items)


@pytest.mark.parametrize("name", crosswalk_names())
def test_every_control_stands_on_the_page_of_its_crosswalk(name: str) -> None:
    page = PAGES[DOCS / "rubrics" / f"{name}.md"]
    assert all(f"| {control.control} |" in page for control in shipped_crosswalk(name).controls)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_to_practices_lead_to_a_heading(path: Path) -> None:
    headings = {practice.id.replace(".", "") for practice in load_practices()}
    assert set(re.findall(r"practices\.md#([^)]+)\)", PAGES[path])) <= headings
    assert all(f"### {practice.id}\n" in PAGES[DOCS / "practices.md"] for practice in load_practices())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_tables_have_one_width(path: Path) -> None:
    """Each row has as many cells as the head of its table."""
    for table in re.findall(r"(?:^\|.*\n)+", PAGES[path], re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1, table[:200]
