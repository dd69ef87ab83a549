"""Assessments that several tests of reports show: of a sample, of the hostile repository, of one that is all attack."""

from __future__ import annotations

import shutil
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from assessor.assessment import Assessment, RepositoryInfo, json_schema
from tests.hostile_repository import ATTACKS, hostile_config, write_hostile_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parents[1] / "sample_repos"
REPOSITORY = RepositoryInfo(
    name="example/churn",
    commit="3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
    date="2024-05-06T07:08:09Z",
    remote="https://github.com/example/churn.git",
    branch="main",
    stack=("github",),
)


@cache
def audited_sample(name: str = "stage3_cicd") -> Assessment:
    """A sample by all models and crosswalks, without the history of this repository, as if it were at a commit of one on
    GitHub."""
    with TemporaryDirectory() as folder:
        copy = shutil.copytree(SAMPLES / name, Path(folder) / name)
        return _audited(copy).model_copy(update={"repository": REPOSITORY})


def audited_hostile(folder: Path) -> Assessment:
    """The hostile repository, written below `folder`, by all models and crosswalks, with hostile statements."""
    return stated(_audited(write_hostile_repository(folder)), hostile_config(), date(2024, 6, 1))


def stated(assessment: Assessment, config: str, day: date | None) -> Assessment:
    """The assessment with the attestations and waivers of a configuration."""
    from assessor.cli.audit import chosen_rubrics
    from assessor.policy.config import find_config
    from assessor.policy.stated import with_statements

    return with_statements(assessment, chosen_rubrics(()), find_config({"assessor.yaml": config}.get), day)


def _audited(root: Path) -> Assessment:
    from assessor.audit import audit
    from assessor.cli.audit import chosen_crosswalks, chosen_rubrics
    from assessor.rubric.loading import crosswalk_names

    return audit(str(root), None, chosen_rubrics(()), crosswalks=chosen_crosswalks(crosswalk_names()))


def poisoned(assessment: Assessment) -> Assessment:
    """The assessment with an attack behind each of its texts and names, as a forged JSON could have it.

    The same text gets the same attack, so that names still fit what they name.
    """
    return Assessment.model_validate(_poisoned(assessment.model_dump(), _fixed_words()))


def _fixed_words() -> frozenset[str]:
    """The names of all fields of an assessment and the values that its schema lists."""
    return frozenset(_words_of(json_schema()))


def _words_of(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        yield from schema.get("enum", ())
        yield from (schema["const"],) if "const" in schema else ()
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _words_of(part)


def _poisoned(value: Any, fixed: frozenset[str]) -> Any:
    if isinstance(value, str):
        return value if value in fixed else _attacked(value)
    if isinstance(value, dict):
        return {_poisoned(key, fixed): _poisoned(item, fixed) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_poisoned(item, fixed) for item in value]
    return value


def _attacked(text: str) -> str:
    attacks = tuple(ATTACKS.values())
    return f"{text} {attacks[sum(map(ord, text)) % len(attacks)]}"
