"""What must be so in every audit, by every model: numbers agree, a plan reaches its goal, and a remedy closes the gate.

Over the samples always; over real repositories where ASSESSOR_CORPUS names a folder of them (clones, or bare mirrors at
`NAME/repo`), for example of those that `tests/corpus` has labels for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from assessor.assessment import Assessment, ScorecardInfo
from assessor.audit import audit
from assessor.cli.audit import chosen_rubrics
from assessor.planning import Plan, make_plan
from assessor.policy.gate import judge
from assessor.policy.model import Gate
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.target import Target
from tests.audited import SAMPLES, audited_sample
from tests.test_one_plan import CONDITIONS, asked, closed

CORPUS = Path(os.environ.get("ASSESSOR_CORPUS", SAMPLES / "none"))
REPOSITORIES = sorted(path for path in SAMPLES.iterdir() if path.is_dir()) + sorted(
    folder / "repo" if (folder / "repo").exists() else folder for folder in CORPUS.glob("*") if folder.is_dir()
)
LIMIT = 300
"""Nodes of a plan's search: what is asked here holds of every plan, of the cheapest and of the next best."""

each = pytest.mark.parametrize(
    "repository", REPOSITORIES, ids=lambda path: path.parent.name if path.name == "repo" else path.name
)


@lru_cache(maxsize=1)
def audited(repository: Path) -> Assessment:
    """The repository by all models; tests of one repository stand together, so that one is kept."""
    if repository.parent == SAMPLES:
        return audited_sample(repository.name)
    return audit(str(repository), None, chosen_rubrics(()))


def contradictions(card: ScorecardInfo) -> Iterator[str]:
    """What a report of the card shows that reads as if its level were another one."""
    if card.level is None:
        yield from (f"{name} at {d.level}, no level over all" for name, d in card.dimensions.items() if d.level)
        return
    assert card.index is not None
    parts = [(name, d.level) for name, d in card.dimensions.items()] + [(s.id, s.level) for s in card.sections]
    yield from (f"{name} at {level}" for name, level in parts if level is not None and level < card.level)
    if not card.level <= card.index < card.level + 1:
        yield f"position {card.index}"
    if card.next_level is not None and card.share >= 1:
        yield f"all of level {card.next_level} is there, and it is not reached"
    for name, d in card.dimensions.items():
        if not 0 <= d.holds <= d.asked or not 0 <= d.score <= 100:
            yield f"{name}: {d.holds} of {d.asked}, {d.score} points"
        if card.level == card.top and card.scoring == "levels" and d.level is not None and d.level < card.top:
            yield f"{name} below the top"
    if card.next_level is not None and not card.roadmap and not card.roadmap_blocked:
        yield f"nothing leads to level {card.next_level}"


def below_goal(plan: Plan) -> Iterator[str]:
    """What still reads below the goal once all steps are done; nothing is asked where the plan says that it is blocked."""
    if plan.why_no_plan or plan.blocked:
        return
    assert plan.end.level is not None
    if plan.end.level < plan.goal.level:
        yield f"ends at {plan.end.level}"
    yield from (
        f"{name} at {at}" for name, at in plan.end.dimensions.items() if at is not None and at < plan.goal.level
    )


@each
def test_the_numbers_the_plan_and_the_gate_of_a_repository_agree(repository: Path) -> None:
    found = audited(repository)
    wrong = [f"{name}: {said}" for name, card in found.scorecards.items() for said in contradictions(card)]
    for name in shipped_names():
        rubric = shipped_rubric(name)
        for level in range(rubric.floor, rubric.top + 1):
            plan = make_plan(found, rubric, Target(level), limit=LIMIT)
            wrong += [f"{name}: after the plan to {level} {said}" for said in below_goal(plan)]
    assert wrong == []


@each
def test_every_report_of_a_repository_shows_the_plan_of_the_command(repository: Path) -> None:
    found = audited(repository)
    for name, card in found.scorecards.items():
        plan = make_plan(found, shipped_rubric(name), Target())
        assert [asked(step)[:2] for step in plan.steps] == [asked(step)[:2] for step in card.roadmap], name
        lifted = [raised.practice for step in card.roadmap for raised in step.raises]
        assert set(lifted) >= {gap.practice for gap in card.gaps if gap.blocking}, name


@each
def test_the_remedy_of_a_failing_gate_closes_it(repository: Path) -> None:
    found = audited(repository)
    if found.subject is not None and not found.subject.can_be_rated:
        assert not judge(Gate(min_level=1), found, shipped_rubric("stages")).outcome.lets_pass
        return
    asked_for = [(shipped_rubric("stages"), Gate.model_validate(condition)) for condition in CONDITIONS]
    for name in shipped_names():
        rubric = shipped_rubric(name)
        if not rubric.counts_points:
            asked_for += [(rubric, Gate(min_level=level)) for level in range(rubric.floor, rubric.top + 1)]
    for rubric, gate in asked_for:
        before = judge(gate, found, rubric)
        after = judge(gate, closed(found, before), rubric)
        left = [v.condition for v in after.verdicts if not v.outcome.lets_pass and not unmendable(v.condition, found)]
        assert left == [], rubric.id


def unmendable(condition: str, found: Assessment) -> bool:
    """The plan says that practices alone do not lead there: what a repository that only serves cannot mend here."""
    return found.subject is not None and found.subject.kind == "serving" and not condition.startswith("require")
