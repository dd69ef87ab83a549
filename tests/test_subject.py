"""What a repository is about: no level where there is no machine learning, and a name for one that only trains or serves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assessor.__main__ import main
from assessor.audit import audit
from assessor.catalog.practices import load_practices
from assessor.planning import make_plan
from assessor.policy.gate import judge
from assessor.policy.model import Gate
from assessor.policy.verdicts import Outcome
from assessor.render.ci.placed_gaps import place_gaps
from assessor.rubric.elsewhere import MADE_ELSEWHERE
from assessor.rubric.loading import shipped_rubric
from assessor.rubric.subject import SIGNS
from assessor.rubric.target import Target

TRAIN = """
import joblib
import pandas as pd
from sklearn.linear_model import Ridge


def train(path: str) -> None:
    frame = pd.read_csv(path)
    model = Ridge(random_state=3)
    model.fit(frame[["area"]], frame["price"])
    joblib.dump(model, "price.joblib")


if __name__ == "__main__":
    train("houses.csv")
"""
SERVE = """
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("price.joblib")


@app.post("/price")
def price(area: float) -> float:
    return float(model.predict([[area]])[0])
"""
LOGIN = """
from fastapi import FastAPI

app = FastAPI()


@app.post("/login")
def login(name: str) -> dict[str, str]:
    return {"token": name[::-1]}
"""
CHECKER = """
package main

import "fmt"

func main() {
	fmt.Println("score", 7)
}
"""
CARD = """
# The key-value model

## Intended use

Maps objects to documents and back.

## Limitations

No cycles.

## Evaluation

Attributes are evaluated when they are asked for.
"""
MOVER = """
import csv


def load(path: str) -> list[dict[str, str]]:
    with open(path) as stream:
        return list(csv.DictReader(stream))


def transform(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["amount"]]
"""
PLACEHOLDER = "import time\n\nfor step in range(5):\n    time.sleep(1)\n    print(step)\n"
JOB = "work:\n  script:\n    - pip install boto3 %s\n    - python %s --rounds 5\n"

KINDS: list[tuple[str, dict[str, str], str]] = [
    ("a trainer and a service", {"train.py": TRAIN, "serve.py": SERVE}, "system"),
    ("only a trainer", {"train.py": TRAIN, "requirements.txt": "scikit-learn==1.5.0\n"}, "training"),
    ("only a service", {"serve.py": SERVE, "requirements.txt": "fastapi==0.115.0\n"}, "serving"),
    ("a library that is imported", {"a.py": "import torch\n\nprint(torch)\n"}, "parts"),
    ("a tracker that is imported", {"requirements.txt": "mlflow==2.9.0\n", "a.py": "import mlflow\n"}, "parts"),
    (
        "libraries among the dependencies alone",
        {"requirements.txt": "mlflow\nlightgbm\n", "a.py": "print(1)\n"},
        "none",
    ),
    ("a project file of a tracker", {"MLproject": "name: x\n", "a.py": "print(1)\n"}, "parts"),
    ("a web template", {"app/main.py": LOGIN, "requirements.txt": "fastapi==0.115.0\n"}, "none"),
    ("a checker in Go", {"main.go": CHECKER, "go.mod": "module example.com/checker\n"}, "none"),
    (
        "a mover of data",
        {"move.py": MOVER, ".github/workflows/n.yml": "on: {schedule: [{cron: '0 3 * * *'}]}\n"},
        "none",
    ),
    (
        "a placeholder of a trainer for which a job installs a library",
        {"jobs/train.py": PLACEHOLDER, ".gitlab-ci.yml": JOB % ("scikit-learn==1.5", "jobs/train.py")},
        "parts",
    ),
    (
        "a trainer of people for which a job installs another library",
        {"jobs/train.py": PLACEHOLDER, ".gitlab-ci.yml": JOB % ("requests", "jobs/train.py")},
        "none",
    ),
    (
        "another script for which a job installs a library",
        {"jobs/report.py": PLACEHOLDER, ".gitlab-ci.yml": JOB % ("scikit-learn", "jobs/report.py")},
        "none",
    ),
    (
        "a function named for training a model",
        {"a.py": "from odd import run\n\n\ndef train_river_model():\n    run()\n"},
        "parts",
    ),
    ("a function of R named for it", {"R/fit.R": "fit_model <- function(rows) odd::estimate(rows)\n"}, "parts"),
    ("a script named for it", {"run_train_ensemble.sh": "#!/bin/sh\nmodel_ensemble config.yaml\n"}, "parts"),
    ("a function named for training people", {"a.py": "def train_teachers(model):\n    return model\n"}, "none"),
    ("a function that saves a model of data", {"a.py": "def save_model(form):\n    form.save()\n"}, "none"),
    ("a test named for it", {"tests/test_a.py": "def test_train_model():\n    assert 1 + 1 == 2\n"}, "none"),
    ("packages of R for models", {"R/a.R": "library(fabletools)\nprint(1)\n"}, "parts"),
    ("packages of R for tables", {"R/a.R": "library(dplyr)\nprint(1)\n"}, "none"),
    ("words alone", {"README.md": "# Models\n\nWe train a model with scikit-learn and serve it.\n"}, "none"),
    ("a page of a model of data", {"docs/model.md": CARD, "lib/model.rb": "class Model\nend\n"}, "none"),
    ("a page of a trained model", {"docs/model.md": CARD, "train.py": TRAIN}, "training"),
    ("nothing", {}, "empty"),
]


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(("files", "kind"), [entry[1:] for entry in KINDS], ids=[entry[0] for entry in KINDS])
def test_what_a_repository_is_about(tmp_path: Path, files: dict[str, str], kind: str) -> None:
    found = audit(str(written(tmp_path, files)), None, [shipped_rubric("stages"), shipped_rubric("ml-test-score")])
    assert found.subject is not None
    assert found.subject.kind == kind
    has_level = kind not in ("none", "empty")
    for card in found.scorecards.values():
        assert (card.level is not None, card.index is not None, bool(card.title)) == (has_level,) * 3
        assert bool(card.why_no_level) != has_level
        assert has_level or not (card.gaps or card.roadmap or card.statements or card.next_level)
    assert bool(found.subject.profile_text) == has_level


def test_practices_that_need_a_model_do_not_apply_without_one(tmp_path: Path) -> None:
    found = audit(str(written(tmp_path, {"app.py": LOGIN})), None, [shipped_rubric("stages")]).practices
    need = {practice.id for practice in load_practices() if practice.needs_model}
    assert set(SIGNS) <= need
    assert {name for name, info in found.items() if info.summary == "there is no model here"} == need
    assert all(found[name].rung == "not_applicable" for name in need)
    assert found["testing.unit"].rung == "absent"


LIBRARY = {
    "pyproject.toml": "[build-system]\nrequires = ['hatchling']\n[project]\nname = 'rows'\nversion = '1.0'\n",
    "src/rows.py": "import csv\n\n\ndef count(path):\n    with open(path) as f:\n        return len(list(csv.reader(f)))\n",
    ".github/workflows/release.yml": "on: {push: {tags: ['v*']}}\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: actions/checkout@v4\n      - run: python -m build\n      - run: twine upload dist/*\n",
}
PAGES = "on: push\njobs:\n  pages:\n    runs-on: ubuntu-latest\n    steps:\n      - run: mkdocs gh-deploy\n"


@pytest.mark.parametrize(
    ("beside", "rung"),
    [
        ({}, "not_applicable"),
        ({"Dockerfile": "FROM python:3.11-slim\nCOPY . .\nCMD python src/rows.py\n"}, "absent"),
        ({"compose.yaml": "services: {rows: {build: .}}\n"}, "absent"),
        ({"app.py": LOGIN}, "absent"),
        ({".github/workflows/pages.yml": PAGES, "docs/index.md": "# Rows\n\nCounts rows.\n"}, "absent"),
        ({"train.py": TRAIN}, "absent"),
    ],
    ids=["library", "container", "compose", "service", "pages", "training"],
)
def test_what_is_only_published_has_nothing_to_watch(tmp_path: Path, beside: dict[str, str], rung: str) -> None:
    found = audit(str(written(tmp_path, LIBRARY | beside)), None, [shipped_rubric("stages")]).practices
    need = {practice.id for practice in load_practices() if practice.needs_run}
    watched = need - {"versioning.config", "deployment.infrastructure", "monitoring.logging"}
    assert {found[name].rung for name in watched} == {rung}


def test_a_schedule_of_something_else_declares_no_training_where_there_is_none(tmp_path: Path) -> None:
    scan = "on: {schedule: [{cron: '0 3 * * *'}]}\njobs:\n  s:\n    runs-on: x\n    steps:\n      - run: pip-audit\n"
    files = {"app.py": LOGIN, ".github/workflows/scan.yml": scan}
    found = audit(str(written(tmp_path, files)), None, [shipped_rubric("stages")]).practices
    assert found["training.schedule"].rung == "not_applicable"


def test_manifests_of_a_model_are_a_part_of_machine_learning(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  containers:\n    - {name: s, image: a/b:1, ports: [{containerPort: 80}]}\n"
    kinds = []
    for name in ("price-inference", "price-list"):
        found = audit(str(written(tmp_path / name, {"pod.yaml": pod % name})), None, [shipped_rubric("stages")])
        assert found.subject is not None
        kinds.append((found.subject.kind, found.scorecards["stages"].level))
    assert kinds == [("serving", 1), ("none", None)]


def test_practices_of_data_apply_where_there_is_data_alone(tmp_path: Path) -> None:
    code = "import duckdb\n\n\ndef load_orders():\n    return duckdb.read_csv('orders.csv')\n"
    dbt = "select store, sum(amount) as revenue from {{ ref('orders') }} group by 1"
    files = {"load_orders.py": code, "dbt_project.yml": "name: shop\n", "models/daily.sql": dbt}
    found = audit(str(written(tmp_path, files)), None, [shipped_rubric("stages")])
    assert found.subject is not None
    assert found.subject.kind == "none"
    assert found.practices["data.pipeline"].rung == "used"
    assert {found.practices[name].rung for name in ("testing.data", "versioning.data", "data.validation")} == {"absent"}
    assert found.practices["training.scripted"].rung == "not_applicable"


def test_what_could_not_be_read_may_be_a_model(tmp_path: Path) -> None:
    found = audit(str(written(tmp_path, {"train.py": "def train(:\n"})), None, [shipped_rubric("stages")])
    assert found.subject is not None
    assert found.subject.kind != "none"


@pytest.mark.parametrize(
    ("files", "options", "code", "said"),
    [
        ({"app.py": LOGIN}, ["--min-level", "1"], 4, "No machine learning was found here"),
        ({"app.py": LOGIN}, ["--min-level", "1", "--allow-no-ml"], 0, "No machine learning was found here"),
        ({"app.py": LOGIN}, ["--min-index", "1.5", "--allow-no-ml"], 0, "no level is asked for"),
        ({"app.py": LOGIN}, ["--allow-no-ml", "--require", "testing.unit=used"], 1, "testing.unit"),
        ({}, ["--min-level", "1"], 4, "no file could be read"),
        ({"train.py": TRAIN}, ["--min-level", "1"], 0, "level 1 of stages"),
        ({"train.py": TRAIN}, ["--min-index", "1.9"], 1, "position 1."),
    ],
)
def test_the_gate_does_not_decide_about_what_is_not_there(
    tmp_path: Path, files: dict[str, str], options: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(written(tmp_path, files))
    assert main(["gate", target, "--quiet", "--no-cache", *options]) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("form", ["terminal", "md", "md-long", "html", "json"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_report_says_so_first(
    tmp_path: Path, form: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(written(tmp_path, {"app.py": LOGIN}))
    assert main(["audit", target, "--quiet", "--no-cache", "--format", form, "--language", language]) == 0
    text = capsys.readouterr().out
    if form == "json":
        data: dict[str, Any] = json.loads(text)
        assert data["scorecards"]["stages"]["level"] is None
        assert data["subject"]["kind"] == "none"
    else:
        said = "No machine learning was found" if language == "en" else "Hier wurde kein maschinelles Lernen gefunden"
        assert said in " ".join(text.split())
        assert "None" not in text


def test_there_is_no_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(written(tmp_path, {"app.py": LOGIN}))
    assert main(["plan", target, "--quiet", "--no-cache"]) == 0
    text = capsys.readouterr().out
    assert "No level: No machine learning was found here" in " ".join(text.split())
    assert "1  " not in text


# ---- a repository that only serves ----


def test_the_plan_of_a_service_is_about_serving(tmp_path: Path) -> None:
    found = audit(str(written(tmp_path, {"serve.py": SERVE})), None, [shipped_rubric("stages")])
    card = found.scorecards["stages"]
    lifted = {raised.practice for step in card.roadmap for raised in step.raises}
    assert {"monitoring.predictions", "monitoring.drift", "deployment.rollback", "versioning.models"} <= lifted
    assert not lifted & MADE_ELSEWHERE
    assert "automated-training" in card.roadmap_blocked
    assert [step.where[0].place.path for step in card.roadmap if step.where][:1] == ["serve.py"]
    plan = make_plan(found, shipped_rubric("stages"), Target())
    assert [step.title for step in plan.steps] == [step.title for step in card.roadmap]
    assert all(step.level == card.next_level and step.reaches is None for step in card.roadmap)


def test_the_gate_of_a_service_names_what_can_be_done_here(tmp_path: Path) -> None:
    found = audit(str(written(tmp_path, {"serve.py": SERVE})), None, [shipped_rubric("stages")])
    verdict = judge(Gate(min_level=2), found, shipped_rubric("stages")).verdicts[0]
    assert verdict.outcome is Outcome.FAILED
    assert not {blocker.practice for blocker in verdict.blockers} & MADE_ELSEWHERE
    assert "training" in verdict.note
    gaps = place_gaps(found, judge(Gate(min_level=1), found, shipped_rubric("stages")), {"serve.py"})
    assert "monitoring.drift" in {gap.rule for gap in gaps if gap.severity == "warning"}


@pytest.mark.parametrize("files", [{"serve.py": SERVE}, {"train.py": TRAIN}], ids=["serving", "training"])
@pytest.mark.parametrize("form", ["terminal", "md", "md-long", "html"])
def test_what_only_serves_or_only_trains_is_named_so(
    tmp_path: Path, files: dict[str, str], form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(written(tmp_path, files))
    assert main(["audit", target, "--quiet", "--no-cache", "--format", form]) == 0
    said = (
        "Serving only: its models come from elsewhere" if "serve.py" in files else "Training only: what uses its models"
    )
    assert said in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("requirements", "code", "libraries"),
    [
        ("anthropic==0.40\n", "import anthropic\n\nanthropic.Anthropic()\n", ("anthropic",)),
        ("anthropic==0.40\n", "x = 1\n", ()),
        ("", "from langchain_core.prompts import Template\n\nTemplate()\n", ("langchain",)),
        ("", "import onnxruntime\n\nonnxruntime.InferenceSession('m.onnx')\n", ("onnxruntime",)),
        ("", "import boto3\n\nboto3.client('s3')\n", ()),
        ("", "from pyspark.sql import SparkSession\n\nSparkSession.builder\n", ()),
        ("", "from pyspark.ml import Pipeline\n\nPipeline()\n", ("estimator-fit", "pyspark.ml", "spark-tuning")),
        ("requests==2.32\n", "import pandas\n\npandas.DataFrame()\n", ()),
        ("", "from .openai import client\n\nclient()\n", ()),
    ],
)
def test_libraries_say_that_it_is_about_models(
    tmp_path: Path, requirements: str, code: str, libraries: tuple[str, ...]
) -> None:
    files = {"app.py": code} | ({"requirements.txt": requirements} if requirements else {})
    found = audit(str(written(tmp_path, files)), None, [shipped_rubric("stages")]).subject
    assert found is not None
    assert found.libraries == libraries
    assert (found.kind != "none") == bool(libraries)


def test_code_that_could_not_be_read_may_be_a_model(tmp_path: Path) -> None:
    files = {"a.py": "print(1)\n", "study.ipynb": "{}" + " " * 100}
    folder = written(tmp_path, files)
    assert kind_of(folder) == "none"
    (folder / "study.ipynb").unlink()
    (folder / "study.ipynb").symlink_to("/nowhere/study.ipynb")
    assert kind_of(folder) == "parts"


def kind_of(folder: Path) -> str:
    subject = audit(str(folder), None, [shipped_rubric("stages")]).subject
    assert subject is not None
    return subject.kind
