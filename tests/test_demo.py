"""The samples that travel with the package: each audits at the stage that it is made for, from a clone and by `demo`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from assessor.__main__ import main
from assessor.samples import samples

ROOT = Path(__file__).parents[1]


def level_of(name: str) -> int:
    levels = yaml.safe_load((ROOT / "sample_repos" / f"{name}.expected.yaml").read_text())["levels"]
    return int(levels["stages"])


@pytest.mark.parametrize("name", samples())
def test_a_sample_is_at_its_stage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", name, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scorecards"]["stages"]["level"] == level_of(name)
    assert found["repository"]["commit"], "with a history"


def test_samples_are_listed_and_wrong_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(samples())
    assert main(["demo", "stage4"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_a_sample_can_be_kept_and_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "kept"
    assert main(["demo", "stage1_manual", "--keep", str(folder)]) == 0
    assert (folder / ".git").is_dir() and "kept" in capsys.readouterr().out
    assert main(["demo", "stage1_manual", "--keep", str(folder)]) == 2


def test_a_folder_is_judged_by_the_history_of_its_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    main(["demo", "stage4_ci", "--keep", str(folder)])
    capsys.readouterr()
    (folder / "late").mkdir()
    (folder / "late" / "train.py").write_text("from sklearn.svm import SVC\n\nSVC().fit([[1], [2]], [1, 2])\n")
    calm = ["-c", "user.name=A", "-c", "user.email=a@b.example"]
    subprocess.run(["git", *calm, "add", "."], cwd=folder, check=True)
    subprocess.run(["git", *calm, "commit", "-qm", "Add a part"], cwd=folder, check=True)
    assert main(["audit", str(folder / "late"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["practices"]["versioning.code"]["rung"] == "used"
