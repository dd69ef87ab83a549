"""One small project, run by every orchestrator that is read, gets the same ratings: what runs it changes no proof.

`orchestrators/project.yaml` holds the project: modules that prepare, train, check, release and predict. Each other file
there adds what one orchestrator needs, with its own schedule, as its users write it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from assessor.audit import findings
from assessor.findings import Rung
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "orchestrators"
PROJECT = "project"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != PROJECT)
WANTED = {
    "data.pipeline": "automated",
    "data.lineage": "automated",
    "training.scripted": "automated",
    "training.pipeline": "automated",
    "training.schedule": "automated",
    "training.validation_gate": "enforced",
    "experiments.evaluation": "automated",
    "experiments.tracking": "automated",
    "experiments.registry": "enforced",
    "versioning.models": "automated",
}


@cache
def files(name: str) -> Mapping[str, str]:
    found: dict[str, str] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return found


def rated(folder: Path, added: Mapping[str, str], project: Mapping[str, str] | None = None) -> dict[str, Rung]:
    write_files(folder, {**(project or files(PROJECT)), **added})
    found = findings(str(folder))
    return {practice: found[practice].rung for practice in WANTED}


@pytest.mark.parametrize("name", NAMES)
def test_every_orchestrator_gives_the_same_ratings(name: str, tmp_path: Path) -> None:
    assert {practice: rung.value for practice, rung in rated(tmp_path, files(name)).items()} == WANTED


@pytest.mark.parametrize("name", NAMES)
def test_without_its_training_module_nothing_of_training_is_automated(name: str, tmp_path: Path) -> None:
    """Every file still says "train"; the module that it starts is gone."""
    project = {path: text for path, text in files(PROJECT).items() if path != "orchard/train.py"}
    heights = {practice: rung.height for practice, rung in rated(tmp_path, files(name), project).items()}
    assert all(heights[practice] <= Rung(WANTED[practice]).height for practice in WANTED)
    assert heights["training.scripted"] < Rung.AUTOMATED.height
    assert heights["training.schedule"] < Rung.AUTOMATED.height


def test_the_project_alone_is_run_by_nobody(tmp_path: Path) -> None:
    found = rated(tmp_path, {})
    assert found["training.pipeline"] is Rung.ABSENT
    assert all(rung.height < Rung.AUTOMATED.height for rung in found.values())
