"""The same files give the same bytes: over hash seeds, zones, locales, umasks, terminals, places and numbers of processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assessor import processes, reading
from assessor.audit import findings
from tests.conftest import commit_files, write_files

ROOT = Path(__file__).parents[1]
FORMS = ["json", "html", "md", "md-long", "csv", "badge", "shields", "terminal"]
SETTINGS = {
    "other seed": {"PYTHONHASHSEED": "1"},
    "another seed": {"PYTHONHASHSEED": "4242"},
    "other zone": {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"},
    "no locale": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "1", "PYTHONHASHSEED": "8"},
    "other locale": {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "9"},
    "dumb terminal": {"TERM": "dumb", "PYTHONHASHSEED": "10"},
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("same") / "repository"
    source = ROOT / "sample_repos" / "stage4_ci"
    files = {
        path.relative_to(source).as_posix(): path.read_text("utf-8")
        for path in sorted(source.rglob("*"))
        if path.is_file()
        and path.suffix in (".py", ".yml", ".yaml", ".md", ".toml", ".txt", "")
        and "cache" not in str(path)
    }
    root.mkdir()
    commit = {"author": "Ada <ada@b.org>", "date": "2024-01-02T03:04:05Z", "message": "m", "files": "all"}
    return commit_files(write_files(root, files), {"commits": [commit]})


def reports(repository: Path, into: Path, changed: dict[str, str]) -> dict[str, bytes]:
    into.mkdir()
    words = [word for form in FORMS for word in ("--format", form, "--output", str(into / form))]
    command = [sys.executable, "-m", "assessor", "audit", "--no-cache", *words, str(repository)]
    environment = os.environ | {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "1700000000"} | changed
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300, capture_output=True)
    return {form: (into / form).read_bytes() for form in FORMS}


@pytest.mark.slow
def test_the_same_bytes_whatever_is_around(repository: Path, tmp_path: Path) -> None:
    first = reports(repository, tmp_path / "first", {})
    for name, changed in SETTINGS.items():
        assert reports(repository, tmp_path / name, changed) == first, name


@pytest.mark.slow
@pytest.mark.skipif(not processes.spare_processes(), reason="one core, or no way to fork")
def test_the_same_findings_by_one_process_and_by_many(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = findings(str(repository))
    monkeypatch.setattr(reading, "PARALLEL_FROM", 1)
    monkeypatch.setattr(reading, "_ALONE_BYTES", 0)
    assert findings(str(repository)) == alone
