"""Assessments that several tests of reports show: of a sample, of the hostile repository, of one that is all attack."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from assessor.assessment import Assessment, RepositoryInfo
from tests.hostile_repository import ATTACKS, write_hostile_repository

SAMPLES = Path(__file__).parents[1] / "sample_repos"
REPOSITORY = RepositoryInfo(
    name="example/churn",
    commit="3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
    date="2024-05-06T07:08:09Z",
    remote="https://github.com/example/churn.git",
    branch="main",
    stack=("github",),
)
_CLOSED = frozenset({"rung", "rungs", "wanted", "status", "effort", "scoring", "schema_version"})
"""Fields whose values the schema lists."""


@cache
def audited_sample(name: str = "stage3_cicd") -> Assessment:
    """A sample by all models, as if it were at a commit of a repository on GitHub."""
    return _audited(SAMPLES / name).model_copy(update={"repository": REPOSITORY})


def audited_hostile(folder: Path) -> Assessment:
    """The hostile repository, written below `folder`, by all models."""
    return _audited(write_hostile_repository(folder))


def _audited(root: Path) -> Assessment:
    from assessor.audit import audit
    from assessor.cli.audit import chosen_rubrics

    return audit(str(root), None, chosen_rubrics(()), lambda _: None)


def poisoned(assessment: Assessment) -> Assessment:
    """The assessment with an attack behind each of its texts and names, as a forged JSON could have it.

    The same text gets the same attack, so that names still fit what they name.
    """
    return Assessment.model_validate(_poisoned(assessment.model_dump(), ""))


def _poisoned(value: Any, field: str) -> Any:
    if isinstance(value, str) and field not in _CLOSED:
        return _attacked(value)
    if isinstance(value, dict):
        return {_poisoned_key(key, field): _poisoned(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_poisoned(item, field) for item in value]
    return value


_NAMED = frozenset({"practices", "scorecards", "dimensions", "metrics", "values"})
"""Fields whose keys are names, not fields."""


def _poisoned_key(key: str, field: str) -> str:
    return _attacked(key) if field in _NAMED else key


def _attacked(text: str) -> str:
    attacks = tuple(ATTACKS.values())
    return f"{text} {attacks[sum(map(ord, text)) % len(attacks)]}"
