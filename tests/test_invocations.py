"""What a command line starts once the wrappers are off."""

from __future__ import annotations

import shlex

import pytest

from assessor.project.invocations import interpret, switches, without_variable


@pytest.mark.parametrize(
    ("line", "program", "script", "module"),
    [
        ("python src/train.py --lr 1", "python", "src/train.py", ""),
        ("python3.11 -m src.models.train", "python", "", "src.models.train"),
        ("$(PYTHON) -m src.train", "python", "", "src.train"),
        (".venv/bin/python -u src/train.py", "python", "src/train.py", ""),
        ("poetry run python train.py", "python", "train.py", ""),
        ("uv run --with pandas train.py", "python", "train.py", ""),
        ("uv run --directory ml python -m pkg.mod", "python", "", "pkg.mod"),
        ("pipenv run pytest tests", "pytest", "", ""),
        ("python -m pytest -q", "pytest", "", ""),
        ("coverage run -m pytest", "pytest", "", ""),
        ("coverage run train.py", "python", "train.py", ""),
        ("conda run -n env python train.py", "python", "train.py", ""),
        ("uvicorn src.api:app --port 80", "uvicorn", "", "src.api"),
        ("streamlit run app.py", "streamlit", "app.py", ""),
        ("./scripts/run.sh a", "run.sh", "./scripts/run.sh", ""),
        ("bash -e run.sh", "bash", "run.sh", ""),
        ("python -W ignore train.py", "python", "train.py", ""),
        ("/usr/bin/make test", "make", "", ""),
        ("Rscript run.R", "Rscript", "run.R", ""),
        ("accelerate launch train.py", "python", "train.py", ""),
        ("torchrun --nproc_per_node 2 train.py", "python", "train.py", ""),
    ],
)
def test_wrappers_come_off(line: str, program: str, script: str, module: str) -> None:
    found = interpret(tuple(shlex.split(line)))
    assert found is not None
    assert (found.program, found.script, found.module) == (program, script, module)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--mlflow 0", {"mlflow": "0"}),
        ("--dry-run --epochs 3", {"dry_run": "true", "epochs": "3"}),
        ("--no-register", {"no_register": "true", "register": "false"}),
        ("train.register=false", {"register": "false"}),
        ("--register=false x.py", {"register": "false"}),
    ],
)
def test_switches(line: str, expected: dict[str, str]) -> None:
    assert dict(switches(tuple(shlex.split(line)))) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$GITHUB_WORKSPACE/src/x.py", "src/x.py"),
        ("${{ github.workspace }}/x.py", "x.py"),
        ("$(Build.SourcesDirectory)/a/b.sh", "a/b.sh"),
        ("./x.py", "x.py"),
        ("src/x.py", "src/x.py"),
    ],
)
def test_leading_variables_come_off(path: str, expected: str) -> None:
    assert without_variable(path) == expected


def test_an_empty_line_starts_nothing() -> None:
    assert interpret(()) is None
    assert interpret(("poetry", "run")) is None
