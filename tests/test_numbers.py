"""Numbers that agree: no dimension contradicts the level over all, and after a plan to a level nothing reads below it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.catalog.practices import load_practices
from assessor.findings import LADDER, Finding, Rung
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.model import Rubric
from assessor.rubric.position import index_of, nearness, share_of_level
from assessor.rubric.results import Status
from assessor.rubric.roadmap import assume, find_roadmap
from assessor.rubric.scoring import Scorecard, evaluate, score
from tests.test_rubrics import RATINGS, found_in

PRACTICES = [practice.id for practice in load_practices()]
RUNGS = st.sampled_from([*LADDER, Rung.NOT_APPLICABLE, Rung.UNKNOWN])


def rated(rungs: list[Rung]) -> dict[str, Finding]:
    return {name: Finding(name, rung, "") for name, rung in zip(PRACTICES, rungs, strict=True)}


def contradictions(rubric: Rubric, card: Scorecard) -> list[str]:
    """What reads as if the level over all were another one."""
    found = [
        f"{name} at {d.level}" for name, d in card.dimensions.items() if d.level is not None and d.level < card.level
    ]
    found += [f"{s.id} at {s.level}" for s in card.sections if s.level is not None and s.level < card.level]
    if not (card.level <= card.index < card.level + 1):
        found.append(f"position {card.index}")
    if card.next_level is not None and card.share >= 1:
        found.append(f"all of level {card.next_level} is there, and it is not reached")
    for level in card.levels:
        if not rubric.counts_points and level.own != (level.share >= 1):
            found.append(f"level {level.level}: own {level.own}, share {level.share}")
    for name, result in card.dimensions.items():
        if not 0 <= result.holds <= result.asked or not 0 <= result.score <= 100:
            found.append(f"{name}: {result.holds} of {result.asked}, {result.score}")
    return found


@pytest.mark.parametrize("repository", RATINGS)
@pytest.mark.parametrize("name", shipped_names())
def test_no_dimension_contradicts_the_level(name: str, repository: str) -> None:
    rubric = shipped_rubric(name)
    assert contradictions(rubric, score(rubric, found_in(repository), {})) == []


@pytest.mark.parametrize("name", shipped_names())
@settings(max_examples=40, deadline=None)
@given(rungs=st.lists(RUNGS, min_size=len(PRACTICES), max_size=len(PRACTICES)))
def test_nor_does_any_in_whatever_ratings(name: str, rungs: list[Rung]) -> None:
    rubric = shipped_rubric(name)
    assert contradictions(rubric, score(rubric, rated(rungs), {})) == []


@pytest.mark.parametrize("repository", sorted(RATINGS)[::3])
@pytest.mark.parametrize("name", shipped_names())
def test_after_a_plan_nothing_reads_below_its_goal(name: str, repository: str) -> None:
    rubric, found = shipped_rubric(name), found_in(repository)
    for target in range(rubric.floor, rubric.top + 1):
        plan = find_roadmap(rubric, found, {}, target=target, limit=100)
        if plan.blocked:
            continue  # practices alone do not lead there, and the plan says so
        after = score(rubric, assume(found, plan.raises), {})
        assert after.level >= target
        assert contradictions(rubric, after) == []


@pytest.mark.parametrize("name", shipped_names())
@settings(max_examples=40, deadline=None)
@given(
    rungs=st.lists(st.sampled_from(LADDER), min_size=len(PRACTICES), max_size=len(PRACTICES)),
    place=st.integers(0, len(PRACTICES) - 1),
)
def test_one_rung_more_never_lowers_the_position(name: str, rungs: list[Rung], place: int) -> None:
    rubric, above = shipped_rubric(name), list(rungs)
    above[place] = LADDER[min(rungs[place].height + 1, 4)]
    assert score(rubric, rated(above), {}).index >= score(rubric, rated(rungs), {}).index


@settings(max_examples=60, deadline=None)
@given(rungs=st.lists(RUNGS, min_size=len(PRACTICES), max_size=len(PRACTICES)))
def test_all_of_an_item_is_there_exactly_where_it_holds(rungs: list[Rung]) -> None:
    found = rated(rungs)
    for name in shipped_names():
        for item in shipped_rubric(name).items:
            status, near = evaluate(item.requires, found, {}), nearness(item.requires, found, {})
            assert (near is None) == (not status.counts), item.id
            assert (near == 1) == (status is Status.MET), item.id


@pytest.mark.parametrize(
    ("level", "share", "is_top", "index"),
    [(1, 0.5, False, 1.5), (1, 0.0, False, 1.0), (1, 0.999, False, 1.99), (0, 0.29, False, 0.29), (5, 1.0, True, 5.0)],
)
def test_a_position_never_seems_to_be_a_level_that_is_not_reached(
    level: int, share: float, is_top: bool, index: float
) -> None:
    assert index_of(level, share, is_top) == index


def test_positions_tell_repositories_of_one_level_apart() -> None:
    rubric = shipped_rubric("stages")
    cards = [score(rubric, found_in(name), {}) for name in RATINGS]
    first = [card.index for card in cards if card.level == 1]
    assert len(first) > 8
    assert len(set(first)) > len(first) / 3


def test_floats_are_added_exactly() -> None:
    """Python 3.12 adds floats in another way than 3.11; what is rounded and shown must not follow it."""
    assert share_of_level([0.1] * 10, [], 0) == 0.1
