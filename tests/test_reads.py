"""The table of what is read agrees with the readers that there are, and known systems without one are blind spots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assessor.audit import findings
from assessor.catalog.loading import DataError, Source, load_models
from assessor.catalog.reads import Read, load_reads, unread
from assessor.findings import Rung
from assessor.project.path_filters import Glob
from assessor.readers.registry import READERS
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path


def test_every_reader_stands_in_the_table_and_no_other_does() -> None:
    assert {entry.reader for entry in load_reads()} - {""} == set(READERS)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{id: a, title: A, kind: ci, files: [by content], how: jobs}", "known by its file names"),
        ("{id: a, title: A, kind: language, files: [a.x], how: calls}", "CI system or orchestrator"),
        ("{id: A, title: A, kind: ci, files: [a.x], how: jobs}", "id"),
        ("{id: a, title: A, kind: ci, files: [], how: jobs}", "files"),
        ("{id: a, title: A, kind: ci, files: [a.x], how: jobs, more: x}", "more"),
    ],
)
def test_a_mistake_in_the_table_is_told(entry: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        load_models(Source("reads.yaml", f"- {entry}\n"), Read, is_shipped=True)


def _example(pattern: str) -> str:
    return pattern.replace("**/", "").replace("**", "main.yml").replace("*", "main")


@pytest.mark.parametrize("system", unread(), ids=lambda entry: entry.id)
def test_files_of_a_known_system_make_ci_unknown(system: Read, tmp_path: Path) -> None:
    path = _example(system.files[0])
    assert Glob(system.files[0]).matches(path)
    write_files(tmp_path, {path: "steps: {one: {run: pytest}}\n", "a.py": "print(1)\n", "b.yml": "x: 1\n"})
    found = findings(str(tmp_path))
    for practice in ("ci.lint", "ci.pipeline", "training.schedule"):
        assert found[practice].rung is Rung.UNKNOWN, practice
        assert found[practice].blind_spots[0].place.path == path
        assert system.title in found[practice].blind_spots[0].reason


def test_beside_ci_that_is_read_they_stay_absent(tmp_path: Path) -> None:
    files = {
        ".harness/main.yml": "a: 1\n",
        ".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: pytest}]}}\n",
    }
    write_files(tmp_path, files)
    found = findings(str(tmp_path))
    assert found["ci.lint"].rung is Rung.ABSENT
    assert found["ci.lint"].blind_spots


def test_names_that_only_look_alike_hide_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/harness/main.yml": "a: 1\n", "zuul.md": "x\n", "src/dagger.py": "a = 1\n"})
    assert findings(str(tmp_path))["ci.lint"].rung is Rung.ABSENT
