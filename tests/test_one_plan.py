"""One plan everywhere: the same ordered steps in every report and in the gate, whose remedies close what they are told for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from assessor.assessment import Assessment, RoadmapStepInfo
from assessor.catalog.practices import load_practices
from assessor.cli.formats import FORMATS, Manner
from assessor.findings import Rung
from assessor.planning import make_plan
from assessor.policy.gate import judge
from assessor.policy.model import Gate
from assessor.policy.verdicts import GateResult, Outcome
from assessor.render.ci.placed_gaps import place_gaps
from assessor.render.terminal import plan as plan_terminal
from assessor.render.views.texts import load_texts
from assessor.rubric.effort import DAYS, estimate
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.target import Target
from tests.audited import audited_sample

SAMPLES = ("stage1_manual", "stage2_pipeline", "stage3_cicd", "declared_only")
PRACTICES = {practice.id: practice for practice in load_practices()}


def plain(text: str) -> str:
    """The text without marks, tags and line breaks."""
    bare = re.sub(r"<[^>]+>", " ", text).replace("\\", "").replace("`", "").replace("*", "")
    return " ".join(bare.replace("&#39;", "'").split())


def in_order(titles: list[str], text: str) -> bool:
    at = 0
    for title in titles:
        at = text.find(title, at)
        if at < 0:
            return False
        at += len(title)
    return True


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("form", ["terminal", "md", "md-long", "html"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_reports_tell_the_same_steps_in_the_same_order(sample: str, form: str, language: str) -> None:
    found, texts = audited_sample(sample), load_texts(language)
    steps = found.scorecards["stages"].roadmap[:3]
    assert steps
    render = FORMATS[form].audit
    assert render
    text = render(found, Manner(language=language))
    assert isinstance(text, str)
    assert in_order([" ".join(texts.tr(step.title).replace("`", "").split()) for step in steps], plain(text))


def asked(step: RoadmapStepInfo) -> tuple[object, ...]:
    """All of a step but the words of a CI system, which these fixtures set after the audit."""
    return (
        step.title,
        [(raised.practice, raised.rung, raised.wanted) for raised in step.raises],
        (step.days, step.days_low, step.days_high, step.effort, step.where, step.unlocks, step.reaches),
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_plan_of_an_audit_is_the_plan_of_the_command(sample: str) -> None:
    found = audited_sample(sample)
    for name in ("stages", "google", "azure", "aws"):
        plan = make_plan(found, shipped_rubric(name), Target())
        card = found.scorecards[name]
        assert [asked(step) for step in plan.steps] == [asked(step) for step in card.roadmap]
        lifted = [raised.practice for step in card.roadmap for raised in step.raises]
        assert [gap.practice for gap in card.gaps if gap.blocking] == list(dict.fromkeys(lifted))
        text = plain(plan_terminal.render(plan, width=200))
        assert in_order([step.title.replace("`", "") for step in plan.steps], text)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_gate_and_what_ci_systems_get_ask_for_the_plan(sample: str) -> None:
    found = audited_sample(sample)
    card = found.scorecards["stages"]
    assert card.level is not None
    result = judge(Gate(min_level=card.level + 1), found, shipped_rubric("stages"))
    wanted = {raised.practice: raised.wanted for step in card.roadmap for raised in step.raises}
    assert {blocker.practice: blocker.wanted for blocker in result.verdicts[0].blockers} == wanted
    gaps = place_gaps(found, result, {"README.md"})
    assert {gap.rule for gap in gaps if gap.severity == "error"} == set(wanted)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", shipped_names())
def test_steps_are_imperatives_that_stand_once(sample: str, name: str) -> None:
    titles = {practice.title for practice in PRACTICES.values()}
    steps = audited_sample(sample).scorecards[name].roadmap
    shown = [step.title for step in steps]
    assert not titles & set(shown)
    assert len(shown) == len(set(shown))
    climbed = [(raised.practice, raised.wanted) for step in steps for raised in step.raises]
    assert len(climbed) == len(set(climbed))
    for step in steps:
        for raised in step.raises:
            told = [PRACTICES[raised.practice].fix[rung] for rung in PRACTICES[raised.practice].fix]
            assert raised.fix
            assert len(set(re.split(r"(?<=\.) ", raised.fix))) == len(re.split(r"(?<=\.) ", raised.fix)), told


@pytest.mark.parametrize("sample", SAMPLES)
def test_steps_say_where_they_begin_by_files_that_are_there(sample: str) -> None:
    found = audited_sample(sample)
    seen = {proof.place.path for info in found.practices.values() for proof in info.evidence}
    seen |= {miss.place.path for info in found.practices.values() for miss in info.near_misses}
    named = 0
    for card in found.scorecards.values():
        for step in card.roadmap:
            assert {entry.place.path for entry in step.where} <= seen
            named += bool(step.where)
    assert named or sample == "declared_only"


def test_an_estimate_is_a_range_around_the_table_and_grows_with_what_was_seen() -> None:
    assert (estimate(2.0).low, estimate(2.0).high) == (1.0, 4.0)
    assert estimate(2.0, 5).low == estimate(2.0).low
    assert estimate(2.0, 5).high == 8.0
    assert [DAYS.letter(days) for days in (0.5, 0.9, 1.0, 2.0, 3.0, 3.5, 9.0)] == ["S", "S", "M", "M", "M", "L", "L"]
    assert [DAYS.letter(DAYS.of(letter)) for letter in ("S", "M", "L")] == ["S", "M", "L"]


# ---- what the gate tells closes the condition ----

CONDITIONS: list[dict[str, Any]] = [
    *({"min_level": level} for level in (2, 3, 4, 5)),
    *({"min_index": index} for index in (1.9, 2.5, 3.1, 4.99)),
    *({"min": {dimension: level}} for dimension in ("testing", "deployment", "ci", "data") for level in (2, 3, 4)),
    {"min": {"monitoring": 5}},
    *({"min_score": points} for points in (40, 65.5, 90, 100)),
    {"require": {"testing.unit": "enforced", "monitoring.drift": "used", "versioning.data": "automated"}},
]


def closed(found: Assessment, result: GateResult) -> Assessment:
    """The assessment once everything is done that the failing conditions name."""
    practices = dict(found.practices)
    for verdict in result.verdicts:
        for blocker in verdict.blockers:
            info = practices[blocker.practice]
            if Rung(blocker.wanted).height > Rung(info.rung).height:
                practices[blocker.practice] = info.model_copy(update={"rung": blocker.wanted})
    return found.model_copy(update={"practices": practices})


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_remedy_of_a_condition_closes_it(sample: str, condition: dict[str, Any]) -> None:
    found, rubric, gate = audited_sample(sample), shipped_rubric("stages"), Gate.model_validate(condition)
    before = judge(gate, found, rubric)
    for verdict in before.verdicts:
        assert verdict.outcome.lets_pass != bool(verdict.blockers), verdict.condition
        assert all(blocker.step and blocker.do for blocker in verdict.blockers)
    after = judge(gate, closed(found, before), rubric)
    assert [verdict.condition for verdict in after.verdicts if not verdict.outcome.lets_pass] == []


@pytest.mark.parametrize("name", [name for name in shipped_names() if not shipped_rubric(name).counts_points])
@pytest.mark.parametrize("sample", SAMPLES)
def test_so_it_does_by_every_ladder(sample: str, name: str) -> None:
    found, rubric = audited_sample(sample), shipped_rubric(name)
    for level in range(rubric.floor, rubric.top + 1):
        gate = Gate(min_level=level)
        before = judge(gate, found, rubric)
        assert judge(gate, closed(found, before), rubric).outcome is Outcome.PASSED, level


def test_a_condition_of_what_could_not_be_read_names_that_alone() -> None:
    found = audited_sample("stage3_cicd")
    hidden = found.practices["versioning.data"].model_copy(update={"rung": "unknown"})
    code = found.practices["versioning.code"].model_copy(update={"rung": "used"})
    practices = {**found.practices, "versioning.data": hidden, "versioning.code": code}
    unsure = found.model_copy(update={"practices": practices})
    verdict = judge(Gate(min_level=4), unsure, shipped_rubric("stages")).verdicts[0]
    assert {blocker.practice for blocker in verdict.blockers} == {"versioning.data"}
    assert replace(verdict, blockers=()).outcome is Outcome.UNDECIDED
