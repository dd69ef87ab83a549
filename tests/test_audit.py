"""What holds of any audit: the same bytes for the same repository, each file read and parsed once, however it is read."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import assessor.audit
import assessor.reading
from assessor import processes
from assessor.__main__ import main
from assessor.findings import Rung
from assessor.reading import read_project, wanted_files
from assessor.render.data import json_report
from assessor.rubric.loading import shipped_rubric
from assessor.snapshot import open_snapshot
from assessor.snapshot.snapshot import Snapshot
from tests.conftest import NO_CACHES, commit_files, write_files
from tests.test_samples import NAMES, SAMPLES, expectations

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with the most automation, with its history."""
    name = NAMES[-1]
    folder = tmp_path_factory.mktemp("audit") / name
    shutil.copytree(SAMPLES / name, folder, ignore=NO_CACHES)
    return commit_files(folder, expectations(name)["git"])


def audited(target: Path, ref: str | None = None) -> str:
    return json_report.render(assessor.audit.audit(str(target), ref, [shipped_rubric("stages")]))


def test_the_same_bytes_whatever_the_hash_seed(repository: Path) -> None:
    command = [sys.executable, "-m", "assessor", "audit", str(repository), "--format", "json", "--output", "-"]
    seeds = [dict(os.environ, PYTHONHASHSEED=seed) for seed in ("1", "2", "77")]
    texts = {subprocess.run(command, env=seed, cwd=ROOT, capture_output=True, check=True).stdout for seed in seeds}
    assert len(texts) == 1


def test_several_processes_give_what_one_gives(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = audited(repository)
    monkeypatch.setattr(assessor.reading, "PARALLEL_FROM", 0)
    for cores in (1, 3):
        monkeypatch.setattr(processes, "usable_cores", lambda cores=cores: cores)
        assert audited(repository) == alone


def test_a_revision_gives_what_its_working_tree_gives(repository: Path) -> None:
    tree, revision = json.loads(audited(repository)), json.loads(audited(repository, "HEAD"))
    assert tree["practices"] == revision["practices"]
    assert tree["scorecards"] == revision["scorecards"]


def test_each_file_is_read_once_and_each_module_parsed_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()
    parsed: Counter[str] = Counter()
    parse, read_all = ast.parse, Snapshot.read_all

    def counting(self: Snapshot, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path, data in read_all(self, paths):
            read[path] += 1
            yield path, data

    def parsing(source: str, *arguments: object, **options: object) -> ast.Module:
        parsed[source] += 1
        return parse(source, *arguments, **options)  # type: ignore[no-any-return, call-overload]

    monkeypatch.setattr(Snapshot, "read_all", counting)
    monkeypatch.setattr(ast, "parse", parsing)
    with open_snapshot(str(repository), None) as snapshot:
        reading = read_project(wanted_files(snapshot))
    modules = [path for path in read if path.endswith(".py")]
    assert set(read.values()) == {1}
    assert modules
    texts = Counter((repository / path).read_text("utf-8") for path in modules)
    assert all(parsed[text] <= texts[text] for text in texts)
    assert reading.parsed == len([path for path in modules if reading.project.files[path].facts.python])


def test_an_empty_folder_is_audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(tmp_path), "--format", "json", "--output", "-"]) == 0
    practices = json.loads(capsys.readouterr().out)["practices"]
    assert {entry["rung"] for entry in practices.values()} <= {"absent", "not_applicable"}


@pytest.mark.parametrize(
    ("modules", "large", "rung"),
    [(40, "reports/week.html", Rung.USED), (4, "reports/week.html", Rung.UNKNOWN), (40, ".env.dump", Rung.UNKNOWN)],
)
def test_few_files_that_could_not_be_searched_stay_a_blind_spot_of_the_secrets(
    tmp_path: Path, modules: int, large: str, rung: Rung
) -> None:
    texts = {
        f"shop/m{number}.py": f"import os\n\nKEY = os.environ['KEY_{number}']\nprint(KEY)\n"
        for number in range(modules)
    }
    found = assessor.audit.findings(str(write_files(tmp_path, {**texts, large: "x" * 5_000_001})))["governance.secrets"]
    assert found.rung is rung
    assert [spot.place.path for spot in found.blind_spots] == [large]


def test_files_of_others_that_are_too_many_to_search_hide_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A token behind them is not seen, so nothing says that there is none."""
    code = "import os\n\n\ndef key():\n    value = os.environ['KEY']\n    print(value)\n    return value\n\n\nprint(key())\n"
    write_files(tmp_path / "r", {"shop.py": code, **{f"vendor/m{number}.js": "x = 1\n" for number in range(3)}})

    def told() -> tuple[str, list[str], int]:
        main(["audit", str(tmp_path / "r"), "--format", "json", "--no-cache"])
        answer = json.loads(capsys.readouterr().out)
        rated = answer["practices"]["governance.secrets"]
        return rated["rung"], [spot["reason"] for spot in answer["blind_spots"]], answer["statistics"]["read"]

    assert told() == ("used", [], 1)
    monkeypatch.setattr(assessor.reading, "_MOST_VENDORED", 1)
    rating, reasons, _ = told()
    assert rating == "unknown"
    assert any("2 files of others are not searched for secrets" in reason for reason in reasons)
