"""Each sample repository gets the ratings and the levels that the file beside it states.

`sample_repos/NAME.expected.yaml`: `levels` by rubric, `git` (the history that the fixture makes), `practices` (the rung
of each that is not absent, and of others where a comment says why) and `unsure`, the practices where two experts could differ by one rung.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from assessor.catalog.practices import load_practices
from assessor.findings import Finding, Rung
from tests.conftest import NO_CACHES, commit_files

if TYPE_CHECKING:
    from collections.abc import Mapping


SAMPLES = Path(__file__).parents[1] / "sample_repos"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())


def expectations(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = yaml.safe_load((SAMPLES / f"{name}.expected.yaml").read_text())
    return expected


@pytest.fixture(scope="session", params=NAMES)
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A sample's name and a repository with its files and history."""
    name: str = request.param
    folder = tmp_path_factory.mktemp("sample") / name
    shutil.copytree(SAMPLES / name, folder, ignore=NO_CACHES)
    return name, commit_files(folder, expectations(name)["git"])


@pytest.fixture(scope="session")
def found(sample: tuple[str, Path]) -> Mapping[str, Finding]:
    from assessor.audit import findings

    return findings(str(sample[1]))


def test_ratings(sample: tuple[str, Path], found: Mapping[str, Finding]) -> None:
    expected = expectations(sample[0])
    wrong = []
    for practice, finding in found.items():
        rung = expected["practices"].get(practice, "absent")
        is_near = rung != "not_applicable" and abs(finding.rung.height - Rung(rung).height) <= 1
        if finding.rung != rung and not (practice in expected.get("unsure", ()) and is_near):
            proof = [f"{proof.rung} {proof.place} {proof.text}" for proof in finding.evidence[:3]]
            wrong.append(f"{practice} is {finding.rung}, expected {rung}: {finding.summary} {proof}")
    assert not wrong, "\n".join(wrong)


def test_expectations_name_practices(sample: tuple[str, Path], found: Mapping[str, Finding]) -> None:
    assert set(expectations(sample[0])["practices"]) <= set(found)


def test_each_route_hop_names_a_line_that_exists(sample: tuple[str, Path], found: Mapping[str, Finding]) -> None:
    folder = sample[1]
    for finding in found.values():
        for evidence in finding.evidence:
            for place in (evidence.place, *(hop.place for hop in evidence.route)):
                path = folder / place.path
                assert path.exists(), f"{finding.practice}: {place}"
                assert path.is_dir() or place.line <= max(1, len(path.read_bytes().splitlines())), str(place)


@pytest.mark.parametrize("name", NAMES)
def test_levels_of_the_expected_ratings(name: str) -> None:
    """The rubrics give an expert's ratings the expert's levels; nothing is audited here."""
    from assessor.rubric.loading import shipped_rubric
    from assessor.rubric.scoring import score

    expected = expectations(name)
    rungs = {practice.id: expected["practices"].get(practice.id, "absent") for practice in load_practices()}
    ratings = {practice: Finding(practice, Rung(rung), "") for practice, rung in rungs.items()}
    levels = {rubric: score(shipped_rubric(rubric), ratings, {}).level for rubric in expected["levels"]}
    assert levels == expected["levels"]


def test_levels(sample: tuple[str, Path], found: Mapping[str, Finding]) -> None:
    from assessor.rubric.loading import shipped_rubric
    from assessor.rubric.scoring import score

    expected = expectations(sample[0])["levels"]
    assert {rubric: score(shipped_rubric(rubric), found, {}).level for rubric in expected} == expected
