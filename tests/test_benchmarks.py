"""The benchmarks measure what they say, and the page shows the last run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.inputs import git, made, made_files, next_commit
from benchmarks.measuring import RunFailed, run
from benchmarks.page import page

ROOT = Path(__file__).parents[1]


def test_the_page_shows_the_last_run() -> None:
    last = json.loads((ROOT / "benchmarks" / "last.json").read_text("utf-8"))
    assert (ROOT / "docs" / "performance.md").read_text("utf-8") == page(last)


@pytest.mark.parametrize("one_folder", [False, True])
@pytest.mark.parametrize("count", [1, 100, 1_000])
def test_made_repositories_have_the_size_asked_for(count: int, one_folder: bool) -> None:
    files = dict(made_files(count, one_folder=one_folder))
    assert len(files) == count
    assert files == dict(made_files(count, one_folder=one_folder))
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
    folders = {path.rpartition("/")[0] for path in files if path.startswith("steps/")}
    assert len(folders) == (0 if count == 1 else 1 if one_folder else (count - 4) // 50 + 1)


def test_the_next_commit_changes_ten_files(tmp_path: Path) -> None:
    entry = made(40, tmp_path)
    next_commit(entry.folder, 1)
    assert len(git(entry.folder, "diff", "--name-only", "HEAD~1").splitlines()) == 10


def test_a_run_is_measured_with_what_it_starts(tmp_path: Path) -> None:
    busy = "x = list(range(3_000_000))"
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}]); {busy}"
    one = run([sys.executable, "-c", busy], tmp_path, {})
    two = run([sys.executable, "-c", starts], tmp_path, {}, watch_memory=True)
    assert two.processor > one.processor
    with pytest.raises(RunFailed, match="ended with 3: told"):
        run([sys.executable, "-c", "import sys; print('told', file=sys.stderr); sys.exit(3)"], tmp_path, {})
