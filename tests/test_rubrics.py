"""The shipped maturity models: each statement of the published model stands where the source has it, and the levels keep
their promises on what repositories are really rated at."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assessor.catalog.practices import RUNGS, load_practices
from assessor.findings import Finding, Rung
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.model import AtRung, Rubric, leaves
from assessor.rubric.scoring import level_of, score

ROOT = Path(__file__).parents[1]
PRACTICES = {practice.id: practice for practice in load_practices()}

SOURCES: list[tuple[str, str, int | str, int]] = [
    # rubric, what the published model calls it, our level or section, its statements
    ("stages", "1 Manual process", 1, 5),
    ("stages", "2 ML pipeline automation", 2, 8),
    ("stages", "3 CI/CD pipeline automation", 3, 3),
    ("stages", "4 Continuous integration", 4, 7),
    ("stages", "5 Continuous delivery", 5, 5),
    ("google", "Level 0: manual process", 0, 7),
    ("google", "Level 1: 7 characteristics, 2 + 5 + 8 components, 5 triggers", 1, 27),
    ("google", "Level 2: 7 components, 7 stages, 6 tests of CI, 8 considerations of CD", 2, 28),
    ("azure", "Level 0: no MLOps", 0, 20),
    ("azure", "Level 1: DevOps but no MLOps", 1, 20),
    ("azure", "Level 2: automated training", 2, 23),
    ("azure", "Level 3: automated model deployment", 3, 20),
    ("azure", "Level 4: full MLOps automated operations", 4, 22),
    ("ml-test-score", "Data 1 to 7", "data", 7),
    ("ml-test-score", "Model 1 to 7", "model", 7),
    ("ml-test-score", "Infra 1 to 7", "infra", 7),
    ("ml-test-score", "Monitor 1 to 7", "monitor", 7),
    ("marvelous", "1 Documentation", "documentation", 8),
    ("marvelous", "2 Traceability and reproducibility", "traceability", 20),
    ("marvelous", "3 Code quality", "code-quality", 10),
    ("marvelous", "4 Monitoring and support", "monitoring", 8),
    ("marvelous", "5 Data transformation pipelines and feature store", "features", 7),
    ("marvelous", "6 Model explainability", "explainability", 4),
    ("marvelous", "7 A/B testing and feedback loop", "feedback", 3),
    ("aws", "Initial", 1, 1),
    ("aws", "Repeatable", 2, 3),
    ("aws", "Reliable", 3, 4),
    ("aws", "Scalable", 4, 3),
    ("genaiops", "1 Initial", "initial", 2),
    ("genaiops", "2 Defined", "defined", 4),
    ("genaiops", "3 Managed", "managed", 4),
    ("genaiops", "4 Optimized", "optimized", 2),
    ("genaiops", "Architecture guidance", "guidance", 9),
]

AZURE = {
    # level: people, model creation, model release, application integration, and beside the columns highlights, technology
    0: (3, 4, 3, 2, 3, 5),
    1: (3, 4, 3, 4, 3, 3),
    2: (3, 4, 3, 3, 3, 7),
    3: (3, 4, 3, 3, 3, 4),
    4: (3, 5, 3, 3, 3, 5),
}
COLUMNS = ("people", "model-creation", "model-release", "application-integration", "highlights", "technology")


@pytest.mark.parametrize(("name", "called", "place", "count"), SOURCES, ids=lambda value: str(value))
def test_each_statement_of_the_source_stands_in_its_place(name: str, called: str, place: int | str, count: int) -> None:
    rubric = shipped_rubric(name)
    items = [entry.item for entry in rubric.placed if place in (entry.level, entry.section)]
    assert len({item.source for item in items}) == count, called
    if name != "stages":  # whose source is prose: some of its sentences are several items
        assert len(items) == count, called


def test_the_table_covers_all_rubrics_and_nothing_stands_beside_it() -> None:
    counts: Counter[str] = Counter()
    for name, _, _, count in SOURCES:
        counts[name] += count
    assert counts == {"stages": 28, "google": 62, "azure": 105, "ml-test-score": 28, "marvelous": 60, "aws": 11,
                      "genaiops": 21}  # fmt: skip
    assert set(counts) == set(shipped_names())
    for name, count in counts.items():
        assert len({item.source for item in shipped_rubric(name).items if item.source}) == count
        assert all(item.source for item in shipped_rubric(name).items)


@pytest.mark.parametrize("level", AZURE)
def test_the_five_levels_of_azure_have_its_four_columns(level: int) -> None:
    found = Counter(entry.section for entry in shipped_rubric("azure").placed if entry.level == level)
    assert tuple(found[column] for column in COLUMNS) == AZURE[level]


@pytest.mark.parametrize(
    ("points", "level"),
    [(0, 0), (0.5, 1), (1, 1), (1.5, 2), (2, 2), (2.5, 3), (3, 3), (3.5, 4), (5, 4), (5.5, 5), (7, 5)],
)
def test_the_bands_of_the_ml_test_score(points: float, level: int) -> None:
    """Table V of the paper, whose bands are half-open: a score of 1 is in the band from above 0 to 1."""
    levels = shipped_rubric("ml-test-score").levels
    assert max(entry.level for entry in levels if entry.is_met_by(points)) == level


@pytest.mark.parametrize(("points", "level"), [(0, 1), (9, 1), (10, 2), (14, 2), (15, 3), (19, 3), (20, 4), (28, 4)])
def test_the_bands_of_genaiops(points: float, level: int) -> None:
    rubric = shipped_rubric("genaiops")
    assert rubric.full == 28
    assert max(entry.level for entry in rubric.levels if entry.is_met_by(points)) == level


def test_marvelous_asks_for_all_of_the_first_four_sections() -> None:
    rubric = shipped_rubric("marvelous")
    assert [section.id for section in rubric.sections if section.counts] == [
        "documentation", "traceability", "code-quality", "monitoring"
    ]  # fmt: skip
    assert rubric.full == rubric.levels[1].at_least == 46


def test_ml_test_score_is_the_minimum_of_four_sections_of_seven_points() -> None:
    rubric = shipped_rubric("ml-test-score")
    assert (rubric.scoring, [section.full for section in rubric.sections]) == ("minimum", [7, 7, 7, 7])
    assert all(item.partial is not None and item.partial.points == 0.5 for item in rubric.items)


DIMENSIONS = {"stages": 9, "google": 9, "azure": 8, "ml-test-score": 9, "marvelous": 10, "aws": 6, "genaiops": 8}
"""How many of the ten dimensions a model asks something of at least, by what its statements are about."""


@pytest.mark.parametrize("name", shipped_names())
def test_a_rubric_asks_something_of_most_dimensions(name: str) -> None:
    rubric = shipped_rubric(name)
    assert rubric.id == name
    assert len({practice.partition(".")[0] for practice in asked(rubric)}) >= DIMENSIONS[name]


@cache
def asked(rubric: Rubric) -> frozenset[str]:
    """The practices that a rubric asks for, whole or for a part of the points."""
    wanted = [item.requires for item in rubric.items] + [item.partial.requires for item in rubric.items if item.partial]
    return frozenset(leaf.practice for entry in wanted for leaf in leaves(entry) if isinstance(leaf, AtRung))


def _ratings() -> dict[str, dict[str, str]]:
    """Repository → practice → rung: the samples as they must be rated, and a corpus as people rated it."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "sample_repos").glob("*.expected.yaml")):
        found[path.name.partition(".")[0]] = yaml.safe_load(path.read_text("utf-8"))["practices"]
    labels: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "labelled_ratings.yaml").read_text("utf-8"))
    for name, dimensions in labels.items():
        found[name] = {f"{area}.{word}": rung for area, own in dimensions.items() for word, rung in own.items()}
    return found


RATINGS = _ratings()


def found_in(repository: str) -> dict[str, Finding]:
    rungs = RATINGS[repository]
    return {name: Finding(name, Rung(rungs.get(name, "absent")), "") for name in PRACTICES}


@pytest.mark.parametrize("repository", RATINGS)
@pytest.mark.parametrize("name", shipped_names())
def test_one_rung_more_never_lowers_the_level(name: str, repository: str) -> None:
    rubric, found = shipped_rubric(name), found_in(repository)
    before = level_of(rubric, found, {})
    for practice in sorted(asked(rubric)):
        above = next((r for r in RUNGS if r in PRACTICES[practice].rungs and _is_above(r, found[practice].rung)), None)
        if above is not None:
            raised = found | {practice: Finding(practice, Rung(above), "")}
            assert level_of(rubric, raised, {}) >= before, (practice, above)


def _is_above(rung: str, other: Rung) -> bool:
    return other is not Rung.NOT_APPLICABLE and Rung(rung).height > other.height


@pytest.mark.parametrize("repository", RATINGS)
@pytest.mark.parametrize("name", shipped_names())
def test_a_level_has_all_that_it_and_the_lower_ones_require(name: str, repository: str) -> None:
    rubric = shipped_rubric(name)
    card = score(rubric, found_in(repository), {})
    needed = [result for result in card.items if result.item.required and result.level <= card.level and result.counts]
    assert not [result.item.id for result in needed if not result.status.holds]
    if rubric.counts_points:
        assert card.points is not None
        assert all(entry.is_met_by(card.points) for entry in rubric.levels if entry.level <= card.level)


ORDER = ["stage1_manual", "stage2_pipeline", "stage3_cicd", "stage4_ci", "stage5_cd"]


@pytest.mark.parametrize("name", [name for name in shipped_names() if not shipped_rubric(name).counts_points])
def test_the_samples_rise_in_every_ladder(name: str) -> None:
    levels = [score(shipped_rubric(name), found_in(sample), {}).level for sample in ORDER]
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]
