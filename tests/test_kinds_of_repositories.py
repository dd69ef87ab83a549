"""One table over every kind of repository: level, headline, first step, the gate's answer and its exit code."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from assessor.__main__ import main
from tests.conftest import commit_files, write_files
from tests.test_scope import TEST, TRAIN, monorepo
from tests.test_system import DEPLOY, LOADS, MAKES, REGISTER, TAKES
from tests.test_units import SERVE, five_units

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HISTORY = {"commits": [
    {"author": "Ada <ada@example.com>", "date": f"2024-05-0{day}T10:00:00Z", "message": "m", "files": "all"}
    for day in (1,)
]}  # fmt: skip
REQUIREMENTS = "scikit-learn==1.5.0\njoblib==1.4.0\n"
TRAINING = {"train.py": TRAIN, "requirements.txt": REQUIREMENTS}
SERVING = {"serve.py": SERVE, "requirements.txt": f"fastapi==0.115.0\n{REQUIREMENTS}"}
WEB = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef home():\n    return 'x'\n",
       "requirements.txt": "flask==3.0.0\n"}  # fmt: skip
TEMPLATE = {"cookiecutter.json": '{"name": "churn"}\n', "{{cookiecutter.name}}/train.py": TRAIN,
            "{{cookiecutter.name}}/requirements.txt": REQUIREMENTS, "README.md": "# A template\n"}  # fmt: skip


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def empty(folder: Path) -> list[str]:
    folder.mkdir()
    return [str(folder)]


def plain(files: dict[str, str]) -> Callable[[Path], list[str]]:
    return lambda folder: [str(write_files(folder, files))]


def committed(files: dict[str, str]) -> Callable[[Path], list[str]]:
    return lambda folder: [str(commit_files(write_files(folder, files), HISTORY))]


def without_commits(folder: Path) -> list[str]:
    write_files(folder, TRAINING)
    git(folder, "init", "-q", "--initial-branch=main")
    return [str(folder)]


def shallow(folder: Path) -> list[str]:
    whole = folder.parent / "whole"
    history = {
        "commits": [
            entry | {"files": files} for entry, files in zip(HISTORY["commits"] * 2, (["*.txt"], "all"), strict=True)
        ]
    }
    commit_files(write_files(whole, TRAINING), history)
    git(folder.parent, "clone", "-q", "--depth=1", f"file://{whole}", str(folder))
    return [str(folder)]


def sub_folder(folder: Path) -> list[str]:
    return [str(commit_files(monorepo(folder), HISTORY) / "services/two")]


def units(folder: Path) -> list[str]:
    return [str(five_units(folder)), "--units"]


def system(folder: Path) -> list[str]:
    serving = {".github/workflows/deploy.yml": TAKES, "deploy.yaml": DEPLOY, "serve.py": LOADS}
    training = {".github/workflows/train.yml": MAKES, "register.py": REGISTER, "tests/test_train.py": TEST} | TRAINING
    other = commit_files(write_files(folder.parent / "training", training), HISTORY)
    return [str(commit_files(write_files(folder, serving), HISTORY)), "--with", str(other)]


@dataclass(frozen=True)
class Row:
    """What is told of a kind of repository; `first` is the first step of the plan, `gate` its exit code for --min-level 2."""

    make: Callable[[Path], list[str]]
    level: int | None
    kind: str
    headline: str
    first: str
    gate: int
    answer: str


TRAINS = "Training only: what uses its models is not in this repository."
BOTH = "Trains models and serves them."
VALIDATE_FIRST = "Validate the data against a schema"
FAILED, UNDECIDED = "gate failed: 1 of 1 condition", "gate could not decide: 1 of 1 condition"
TABLE = {
    "empty": Row(empty, None, "empty", "There is no file here.", "", 4, UNDECIDED),
    "no git": Row(plain(TRAINING), 1, "training", TRAINS, VALIDATE_FIRST, 1, FAILED),
    "no commits": Row(without_commits, 1, "training", TRAINS, VALIDATE_FIRST, 1, FAILED),
    "no ML": Row(
        committed(WEB), None, "none",
        "No machine learning was found here: no training, no model, and no library for either.", "", 4, UNDECIDED,
    ),
    "serving only": Row(
        committed(SERVING), 1, "serving", "Serving only: its models come from elsewhere.",
        "Run the model tests without a person", 1, FAILED,
    ),
    "training only": Row(committed(TRAINING), 1, "training", TRAINS, VALIDATE_FIRST, 1, FAILED),
    "template": Row(committed(TEMPLATE), 1, "training", TRAINS, "Track the experiments", 1, FAILED),
    "shallow": Row(shallow, 1, "training", TRAINS, VALIDATE_FIRST, 1, FAILED),
    "sub-folder": Row(sub_folder, 1, "training", TRAINS, VALIDATE_FIRST, 1, FAILED),
    "five units": Row(units, 1, "system", BOTH, "Validate the data in every automated run", 1, "gate failed: 1 of 5 units pass"),
    "system": Row(system, 2, "system", BOTH, "Run all tests in CI on every change", 0, "gate passed: 1 condition"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_every_kind_of_repository_says_what_it_is(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = TABLE[name]
    words = row.make(tmp_path / "repo")
    assert main(["audit", *words, "--quiet", "--format", "json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    card = report["scorecards"]["stages"]
    subject = report["subject"]
    steps = [step["title"] for step in card["roadmap"]]
    assert (card["level"], subject["kind"], subject["text"]) == (row.level, row.kind, row.headline)
    assert (steps[0] if steps else "") == row.first
    assert (card["why_no_level"] == subject["text"]) == (row.level is None)
    assert main(["gate", *words, "--quiet", "--min-level", "2"]) == row.gate
    assert capsys.readouterr().out.splitlines()[-1].startswith(row.answer)
    assert main(["audit", *words, "--quiet"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert row.first in shown
    if row.kind != "system":
        assert row.headline in shown


def test_what_is_not_known_of_a_history_is_unknown_with_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shallow(tmp_path / "repo")
    assert main(["audit", *words, "--quiet", "--format", "json"]) == 0
    practice = json.loads(capsys.readouterr().out)["practices"]["versioning.code"]
    assert practice["rung"] == "unknown"
    assert main(["gate", *words, "--quiet", "--require", "versioning.code=used"]) == 4
    assert "unshallow" in capsys.readouterr().out
