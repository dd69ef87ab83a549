"""Units of a monorepo: each rated with the whole automation graph, shown in every format, judged by the gate."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from assessor.__main__ import main
from tests.conftest import commit_files, write_files
from tests.test_scope import TEST, TRAIN

if TYPE_CHECKING:
    from pathlib import Path

SERVE = """\
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/predict")
def predict(x: list[float]) -> list[int]:
    return model.predict([x]).tolist()
"""
PAGE = "export const page = () => document.title;\n"
CI = """\
on:
  push: {branches: [main]}
jobs:
  test:
    runs-on: ubuntu-latest
    strategy: {matrix: {unit: [churn, fraud]}}
    steps:
      - run: pytest units/${{ matrix.unit }}/tests
  types:
    runs-on: ubuntu-latest
    steps:
      - run: mypy .
"""
NIGHTLY = """\
on:
  schedule: [{cron: "0 3 * * *"}]
jobs:
  train:
    runs-on: ubuntu-latest
    defaults: {run: {working-directory: units/fraud}}
    steps:
      - run: python train.py
"""
LIMITED = """\
on:
  push: {paths: ["units/score/**"]}
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: ruff check .
"""
HISTORY = {
    "commits": [
        {"author": "Ada <ada@example.com>", "date": f"2024-05-0{day}T10:00:00Z", "message": "m", "files": files}
        for day, files in ((1, ["units/*"]), (2, "all"))
    ]
}
NAMES = ("units/churn", "units/fraud", "units/forecast", "units/score", "units/web")


def five_units(folder: Path) -> Path:
    """Two that train and are tested, one of them each night; one that trains by hand, one that serves, and a page."""
    files = {
        ".github/workflows/ci.yml": CI,
        ".github/workflows/nightly.yml": NIGHTLY,
        ".github/workflows/score.yml": LIMITED,
        "units/score/serve.py": SERVE,
        "units/score/requirements.txt": "fastapi==0.115.0\nscikit-learn==1.5.0\njoblib==1.4.0\n",
        "units/web/package.json": '{"name": "web"}\n',
        "units/web/page.ts": PAGE,
    }
    for name in ("churn", "fraud", "forecast"):
        files |= {
            f"units/{name}/train.py": TRAIN,
            f"units/{name}/tests/test_train.py": TEST,
            f"units/{name}/requirements.txt": "scikit-learn==1.5.0\njoblib==1.4.0\n",
        }
    return commit_files(write_files(folder, files), HISTORY)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return five_units(tmp_path_factory.mktemp("five") / "five")


def shown(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main([*words, "--quiet"]) == code
    return capsys.readouterr().out


def units_of(text: str) -> dict[str, dict[str, Any]]:
    return {unit["name"]: unit for unit in json.loads(text)["units"]}


def test_each_unit_has_its_own_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    units = units_of(shown(capsys, "audit", str(root), "--units", "--format", "json"))
    assert set(units) == set(NAMES)
    table = {
        name: {unit: units[unit]["practices"][name] for unit in NAMES}
        for name in (
            "testing.unit",
            "training.scripted",
            "training.schedule",
            "ci.lint",
            "ci.types",
            "deployment.serving",
        )
    }
    lists = {name: [row[unit] for unit in NAMES] for name, row in table.items()}
    assert lists == {
        "testing.unit": ["automated", "automated", "used", "absent", "absent"],
        "training.scripted": ["used", "automated", "used", "absent", "not_applicable"],
        "training.schedule": ["absent", "automated", "absent", "absent", "not_applicable"],
        "ci.lint": ["absent", "absent", "absent", "automated", "absent"],
        "ci.types": ["automated"] * 5,
        "deployment.serving": ["absent", "absent", "absent", "used", "not_applicable"],
    }
    kinds = [units[name]["subject"]["kind"] for name in NAMES]
    assert kinds == ["training", "training", "training", "serving", "none"]
    assert units["units/web"]["level"] is None


def test_the_lowest_unit_stands_first_and_those_without_a_level_last(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads(shown(capsys, "audit", str(root), "--units", "--format", "json"))
    indices = [unit["index"] for unit in report["units"]]
    assert indices[-1] is None
    assert indices[:-1] == sorted(indices[:-1])
    assert len(set(indices)) > 2


def test_a_unit_alone_is_as_among_the_others(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    units = units_of(shown(capsys, "audit", str(root), "--units", "--format", "json"))
    alone = json.loads(shown(capsys, "audit", str(root), "--unit", "units/fraud", "--format", "json"))
    assert {name: info["rung"] for name, info in alone["practices"].items()} == units["units/fraud"]["practices"]
    assert alone["scope"]["unit"] == "units/fraud"
    assert alone["units"] == []


def test_the_plan_and_the_baseline_of_a_unit_are_its_own(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = json.loads(shown(capsys, "audit", str(root), "--unit", "units/fraud", "--format", "json"))
    plan = json.loads(shown(capsys, "plan", str(root), "--unit", "units/fraud", "--format", "json"))
    first = alone["scorecards"]["stages"]["roadmap"][0]
    assert plan["steps"][0]["title"] == first["title"]
    assert plan["steps"][0]["raises"] == first["raises"]
    assert plan["now"]["index"] == alone["scorecards"]["stages"]["index"]
    file = tmp_path / "fraud.json"
    shown(capsys, "baseline", "write", str(root), "--unit", "units/fraud", "--output", str(file))
    kept = json.loads(file.read_text("utf-8"))["practices"]
    assert kept == {name: rung for name, rung in _rungs(alone).items() if name in kept}
    shown(capsys, "gate", str(root), "--unit", "units/fraud", "--baseline", str(file))


def _rungs(report: dict[str, Any]) -> dict[str, str]:
    return {name: info["rung"] for name, info in report["practices"].items()}


def test_units_stand_beside_the_system_that_their_repository_is_part_of(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"serve.py": SERVE, "requirements.txt": "fastapi==0.110\n"}
    other = commit_files(write_files(tmp_path / "other", files), {"commits": HISTORY["commits"][1:]})
    alone = json.loads(shown(capsys, "audit", str(root), "--units", "--format", "json"))
    both = json.loads(shown(capsys, "audit", str(root), "--units", "--with", str(other), "--format", "json"))
    assert both["units"] == alone["units"]
    assert list(both["system"]["repositories"])[1:] == ["other"]
    report = tmp_path / "both.json"
    report.write_text(json.dumps(both), "utf-8")
    shown(capsys, "verify", str(report), "--repo", str(root), "--with", str(other))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plan", "--units"], "give --unit NAME"),
        (["baseline", "write", "--units"], "give --unit NAME"),
        (["baseline", "write", "--unit", "units/fraud"], "--output .assessor-baseline.units-fraud.json"),
        (["gate", "--units", "--with", "x", "--min-level", "1"], "keep one"),
    ],
)
def test_what_is_for_one_thing_says_so(
    root: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    command = [*words[:2], str(root), *words[2:]] if words[0] == "baseline" else [words[0], str(root), *words[1:]]
    assert main([*command, "--quiet"]) == 2
    assert told in capsys.readouterr().err


def test_configured_units_share_what_they_say(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(
        five_units(tmp_path / "again"),
        {
            "libs/features/clean.py": "import pandas as pd\n\n\ndef clean(path):\n    return pd.read_csv(path).dropna()\n",
            "assessor.yaml": "units:\n  - {name: fraud, paths: [units/fraud/**], shared: [libs/**]}\n"
            "  - {name: scores, paths: [units/score/**, units/web/**]}\n",
        },
    )
    units = units_of(shown(capsys, "audit", str(folder), "--format", "json"))
    assert set(units) == {"fraud", "scores"}
    assert units["fraud"]["practices"]["data.pipeline"] == "used"
    assert units["scores"]["practices"]["data.pipeline"] == "absent"
    assert units["fraud"]["practices"]["training.schedule"] == "automated"


@pytest.mark.parametrize("form", ["terminal", "html", "md", "md-long", "csv"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_form_names_the_units(root: Path, capsys: pytest.CaptureFixture[str], form: str, language: str) -> None:
    text = shown(capsys, "audit", str(root), "--units", "--format", form, "--language", language)
    plain = text.replace("\\", "")
    assert [name for name in NAMES if name not in plain] == []
    if form != "csv":
        assert ("Units" if language == "en" else "Einheiten") in plain


def test_the_csv_has_a_row_for_each_practice_of_each_unit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(capsys, "audit", str(root), "--units", "--format", "csv"))))
    by_unit = {name: [row for row in rows if row["unit"] == name] for name in ("", *NAMES)}
    assert len({len(found) for found in by_unit.values()}) == 1
    assert next(r["rung"] for r in by_unit["units/fraud"] if r["practice"] == "training.schedule") == "automated"


def test_the_pdf_has_a_chapter_of_units(root: Path, tmp_path: Path) -> None:
    import pypdfium2  # type: ignore[import-untyped]

    assert main(["audit", str(root), "--units", "--quiet", "--output", str(tmp_path / "r.pdf")]) == 0
    document = pypdfium2.PdfDocument(tmp_path / "r.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "5  Units" in text.replace("\r\n", " ") or "Units" in text
    assert "One of 5 has no machine learning" in text.replace("\r\n", " ")


# ---- the gate ----


def test_the_gate_judges_each_unit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("gate", str(root), "--units", "--require", "training.scripted=automated")
    text = shown(capsys, *words, code=1)
    assert text.index("unit units/web") > text.index("unit units/fraud") > 0
    assert text.splitlines()[-1].startswith("gate failed: 2 of 5 units pass: ")
    assert shown(capsys, "gate", str(root), "--unit", "units/fraud", *words[3:])
    assert shown(capsys, "gate", str(root), "--unit", "units/churn", *words[3:], code=1)


def test_a_unit_without_machine_learning_stands_in_nobodys_way(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "gate", str(root), "--units", "--min-level", "1").endswith("5 of 5 units pass\n")
    assert shown(capsys, "gate", str(root), "--unit", "units/web", "--min-level", "1", code=4)


def test_sarif_has_a_category_and_junit_a_suite_for_each_unit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("gate", str(root), "--units", "--require", "testing.unit=automated")
    log = json.loads(shown(capsys, *words, "--format", "sarif", code=1))
    categories = [run["automationDetails"]["id"] for run in log["runs"]]
    assert sorted(categories) == [f"mlops-assessor/five/unit/{name}/" for name in sorted(NAMES)]
    keys = [result["partialFingerprints"]["gap/v1"] for run in log["runs"] for result in run["results"]]
    assert len(keys) == len(set(keys))
    tree = ElementTree.fromstring(shown(capsys, *words, "--format", "junit", code=1))
    assert sorted(suite.get("name", "") for suite in tree) == sorted(NAMES)
    assert int(tree.get("failures", "0")) > 0


@pytest.mark.parametrize("form", ["json", "md", "gitlab", "github", "azure", "teamcity"])
def test_every_form_of_the_gate_tells_the_unit(root: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    words = ("gate", str(root), "--units", "--require", "training.scripted=automated", "--format", form)
    text = shown(capsys, *words, code=1)
    assert "units/churn" in text
    assert "units/forecast" in text


def test_since_holds_each_unit_to_its_own_past(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = five_units(tmp_path / "since")
    write_files(
        folder,
        {".github/workflows/nightly.yml": NIGHTLY.replace('schedule: [{cron: "0 3 * * *"}]', "workflow_dispatch:")},
    )
    text = shown(capsys, "gate", str(folder), "--units", "--since", "main", code=1)
    assert text.splitlines()[-1] == "gate failed: 4 of 5 units pass: units/fraud"


# ---- wrong use ----


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--unit", "units/fruad"], "did you mean 'units/fraud'?"),
        (["--unit", "x", "--include", "y"], "keep one"),
    ],
)
def test_wrong_units_are_told(root: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert main(["audit", str(root), "--quiet", *words]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("units: [{name: a, paths: []}]", "assessor.yaml:1: units.0.paths"),
        ("units: [{name: a, paths: [nothing/**]}]", "no file lies in the paths of 'a'"),
        ("units: [{name: a, paths: [x]}, {name: a, paths: [y]}]", "stands twice"),
        ("units: some", "assessor.yaml:1: units"),
    ],
)
def test_mistakes_in_units_have_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    write_files(tmp_path, {"assessor.yaml": text + "\n", "train.py": TRAIN})
    assert main(["audit", str(tmp_path), "--quiet"]) == 2
    assert told in capsys.readouterr().err


def test_one_project_has_no_units_to_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, {"train.py": TRAIN, "requirements.txt": "scikit-learn\n"})
    assert main(["audit", str(tmp_path), "--quiet", "--units"]) == 2
    assert "no units are found here" in capsys.readouterr().err
