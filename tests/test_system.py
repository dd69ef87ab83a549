"""One system in several repositories: joined findings, places with names, and hops from what one makes to what another takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assessor.__main__ import main
from assessor.project.exchanges import image_name
from assessor.systems import needed_by_each
from tests.conftest import commit_files, write_files
from tests.test_scope import TEST, TRAIN
from tests.test_units import SERVE

if TYPE_CHECKING:
    from pathlib import Path

MAKES = """\
on:
  schedule: [{cron: "0 3 * * *"}]
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: python train.py
      - run: python register.py
      - uses: docker/build-push-action@v6
        with: {push: true, tags: "ghcr.io/acme/churn:${{ github.sha }}"}
      - uses: peter-evans/repository-dispatch@v3
        with: {repository: acme/serving, event-type: model-made}
"""
REGISTER = 'import mlflow\n\n\ndef register(uri):\n    mlflow.register_model(uri, "churn")\n\n\nif __name__ == "__main__":\n    register("runs:/1/model")\n'
TAKES = """\
on:
  repository_dispatch: {types: [model-made]}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: kubectl apply -f deploy.yaml
"""
DEPLOY = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: churn}
spec:
  template:
    spec:
      containers:
        - name: churn
          image: ghcr.io/acme/churn:1.0
"""
LOADS = SERVE.replace('joblib.load("model.joblib")', 'mlflow.pyfunc.load_model("models:/churn/Production")').replace(
    "import joblib", "import mlflow"
)
HISTORY = {"commits": [
    {"author": "Ada <ada@example.com>", "date": f"2024-05-0{day}T10:00:00Z", "message": "m", "files": files}
    for day, files in ((1, ["*.py"]), (2, "all"))
]}  # fmt: skip


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(what serves, what trains)."""
    folder = tmp_path_factory.mktemp("system")
    training = {
        ".github/workflows/train.yml": MAKES, "train.py": TRAIN, "register.py": REGISTER, "tests/test_train.py": TEST,
        "Dockerfile": "FROM python:3.12\nCOPY . .\n", "requirements.txt": "scikit-learn==1.5.0\nmlflow==2.20.0\n",
    }  # fmt: skip
    serving = {
        ".github/workflows/deploy.yml": TAKES, "deploy.yaml": DEPLOY, "serve.py": LOADS,
        "requirements.txt": "fastapi==0.115.0\nmlflow==2.20.0\n", "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
    }  # fmt: skip
    return (
        commit_files(write_files(folder / "serving", serving), HISTORY),
        commit_files(write_files(folder / "training", training), HISTORY),
    )


def audited(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["audit", *words, "--format", "json", "--quiet"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_a_system_needs_once_one_repository_has(
    system: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    serving, training = map(str, system)
    alone, other, whole = (
        audited(capsys, serving),
        audited(capsys, training),
        audited(capsys, serving, "--with", training),
    )
    kinds = [report["subject"]["kind"] for report in (alone, other, whole)]
    assert kinds == ["serving", "training", "system"]
    rungs = {name: [r["practices"][name]["rung"] for r in (alone, other, whole)] for name in alone["practices"]}
    assert (
        rungs["training.schedule"] == ["declared", "automated", "automated"]
        or rungs["training.schedule"][2] == "automated"
    )
    assert rungs["deployment.serving"][::2] == ["used", "automated"]  # alone nothing in sight sends the event
    heights = {"absent": 0, "declared": 1, "used": 2, "automated": 3, "enforced": 4}
    for name, (one, two, joined) in rungs.items():
        known = [heights[rung] for rung in (one, two) if rung in heights]
        if joined in heights and len(known) == 2:
            if name in needed_by_each():
                assert heights[joined] == min(known), name
            else:  # an event that the other one sends starts what alone a person starts
                assert heights[joined] >= max(known), name


def test_places_name_the_other_repository(system: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    serving, training = map(str, system)
    practices = audited(capsys, serving, "--with", training)["practices"]
    assert practices["training.scripted"]["evidence"][0]["place"]["path"] == "training:train.py"
    assert practices["training.scripted"]["evidence"][0]["hops"][0]["place"]["path"].startswith("training:.github/")
    assert practices["deployment.serving"]["evidence"][0]["place"]["path"] == "serve.py"


def test_what_one_makes_and_another_takes_is_a_hop(
    system: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    serving, training = map(str, system)
    report = audited(capsys, serving, "--with", training)
    hops = {(hop["kind"], hop["maker"], hop["taker"]): hop["name"] for hop in report["system"]["hops"]}
    assert hops == {
        ("image", "training", "serving"): "ghcr.io/acme/churn",
        ("model", "training", "serving"): "churn",
        ("dispatch", "training", "serving"): "acme/serving model-made",
    }
    route = next(e for e in report["practices"]["deployment.automation"]["evidence"] if e["hops"])["hops"]
    assert route[0]["text"] == "training dispatches acme/serving model-made"
    assert route[0]["place"]["path"] == "training:.github/workflows/train.yml"


def test_a_dispatch_to_another_repository_is_none(
    system: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving, _ = system
    files = {".github/workflows/train.yml": MAKES.replace("acme/serving", "acme/other"), "train.py": TRAIN}
    other = write_files(tmp_path / "training", files)
    hops = audited(capsys, str(serving), "--with", str(other))["system"]["hops"]
    assert [hop["kind"] for hop in hops] == ["image"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ghcr.io/acme/churn:1.0", "ghcr.io/acme/churn"),
        ("acme/churn@sha256:00", "acme/churn"),
        ("${REGISTRY}/churn:${TAG}", "*/churn"),
        ("ghcr.io/${{ github.repository }}:latest", ""),
        ("$IMAGE", ""),
        ("localhost:5000/churn:1", "localhost:5000/churn"),
    ],
)
def test_images_are_known_by_their_constant_end(text: str, name: str) -> None:
    assert image_name(text) == name


@pytest.mark.parametrize("form", ["terminal", "html", "md", "md-long"])
def test_every_report_names_the_repositories(
    system: tuple[Path, Path], capsys: pytest.CaptureFixture[str], form: str
) -> None:
    serving, training = map(str, system)
    assert (
        main(
            ["audit", serving, "--with", training, "--quiet", "--format", form, *(["-v"] if form == "terminal" else [])]
        )
        == 0
    )
    shown = capsys.readouterr().out.replace("\\", "").replace("\n", " ")
    assert "System of" in shown
    assert "ghcr.io/acme/churn" in shown


def test_the_gate_judges_the_system(system: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    serving, training = map(str, system)
    asked = ["--require", "training.scripted=automated", "--quiet"]
    assert main(["gate", serving, *asked]) == 1
    assert main(["gate", serving, "--with", training, *asked]) == 0
    assert main(["gate", serving, "--with", training, "--since", "main", "--quiet"]) == 2


def test_a_system_is_verified_with_its_repositories(
    system: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving, training = map(str, system)
    file = str(tmp_path / "r.json")
    assert main(["audit", serving, "--with", training, "--quiet", "--output", file]) == 0
    assert main(["verify", file, "--repo", serving, "--with", training, "--quiet"]) == 0
    assert main(["verify", file, "--repo", serving, "--quiet"]) == 2


def test_a_repository_names_others_and_opens_none(
    system: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, training = system
    root = write_files(tmp_path / "serving", {"serve.py": LOADS, "assessor.yaml": "system: [acme/training]\n"})
    spots = [spot["reason"] for spot in audited(capsys, str(root))["blind_spots"]]
    assert "acme/training: of the same system, not read; give it with --with" in spots
    assert audited(capsys, str(root), "--with", str(training))["blind_spots"] == []
