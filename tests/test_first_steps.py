"""The first step of real repositories differs from one to the next, and begins in a file of theirs.

The repositories are bare mirrors, `OWNER+NAME/repo` below the folder that ASSESSOR_MIRRORS names; without them there is
nothing to measure.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assessor.audit import audit
from assessor.rubric.loading import shipped_rubric
from assessor.snapshot import open_snapshot

MIRRORS = Path(os.environ.get("ASSESSOR_MIRRORS", "/work/.mirror"))
TEN = (
    "001DEEPANSHU+Template-MLFlow-Project",
    "EigenCharlie+Lending-Club-End-to-End",
    "MasroorRehan2003+mlops-kubeflow-assignment",
    "alexeygrigorev+fitness-assistant",
    "bodywork-ml+ml-pipeline-engineering",
    "feast-dev+feast-aws-credit-scoring-tutorial",
    "ham0di01+mlops-forecasting-service",
    "kevinmeix1+metaflow-airflow-training-platform",
    "microsoft+MLOpsPython",
    "Azure+mlops-project-template",
)


@pytest.mark.slow
@pytest.mark.skipif(
    not all((MIRRORS / name / "repo").exists() for name in TEN),
    reason="the mirrors of the ten repositories are not here",
)
def test_ten_repositories_have_eight_different_first_steps_in_files_of_theirs() -> None:
    told = set()
    for name in TEN:
        folder = str(MIRRORS / name / "repo")
        step = audit(folder, None, [shipped_rubric("stages")]).scorecards["stages"].roadmap[0]
        places = [entry.place.path for entry in step.where]
        with open_snapshot(folder) as snapshot:
            assert places and set(places) <= set(snapshot.by_path), name
        told.add((step.title, step.raises[0].fix))
    assert len(told) >= 8
