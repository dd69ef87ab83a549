"""The roadmap: its steps reach what they promise, and nothing cheaper does, by looking at every set of work there is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.__main__ import main
from assessor.catalog.loading import Source
from assessor.catalog.practices import RUNGS, load_practices
from assessor.findings import LADDER, Finding, Rung
from assessor.render.data import json_report
from assessor.rubric.changes import load_changes
from assessor.rubric.loading import parse_rubric, shipped_names, shipped_rubric
from assessor.rubric.model import AtRung, Rubric, leaves
from assessor.rubric.roadmap import assume, days_of, find_roadmap
from assessor.rubric.scoring import level_of, score
from tests.audited import audited_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assessor.catalog.practices import RungName

PRACTICES = {practice.id: practice for practice in load_practices()}
CHANGE_OF = {step: change.id for change in load_changes() for step in change.raises}
DAYS = {"S": 0.5, "M": 2.0, "L": 5.0}
POOL = ("ci.pipeline", "testing.unit", "ci.lint", "versioning.data", "experiments.tracking")
"""Two of them rise by one change, one defines few rungs."""
SAMPLES = ("stage1_manual", "stage2_pipeline", "stage3_cicd", "stage4_ci", "stage5_cd", "declared_only")


# ---- the cost of work, told a second time: what each rung costs, changes counted once ----


def climbed(practice: str, here: Rung, wanted: str) -> list[RungName]:
    """The rungs on the way; `declared` comes with any higher one."""
    rungs = [name for name in RUNGS if name in PRACTICES[practice].rungs]
    way = [name for name in rungs if here.height < Rung(name).height <= Rung(wanted).height]
    return [name for name in way if name != "declared"] if len(way) > 1 else way


def cost(found: Mapping[str, Finding], wanted: Mapping[str, str]) -> float:
    alone, together = 0.0, dict[str, float]()
    for practice, goal in wanted.items():
        for rung in climbed(practice, found[practice].rung, goal):
            days = DAYS[PRACTICES[practice].effort[rung]]
            change = CHANGE_OF.get((practice, rung))
            if change:
                together[change] = max(together.get(change, 0.0), days)
            else:
                alone += days
    return alone + sum(together.values())


def choices(found: Mapping[str, Finding], practice: str) -> list[str]:
    """The rungs that a practice can have in the end: as it is, and each higher one."""
    rung = found[practice].rung
    if rung is Rung.NOT_APPLICABLE:
        return [rung.value]
    above = [name for name in RUNGS if name in PRACTICES[practice].rungs and Rung(name).height > rung.height]
    return [rung.value, *above]


def every_end(found: Mapping[str, Finding], practices: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for ends in product(*(choices(found, name) for name in practices)):
        yield {name: end for name, end in zip(practices, ends, strict=True) if end != found[name].rung}


@dataclass(frozen=True)
class Case:
    """A small rubric and ratings of the practices that it asks for."""

    rubric: Rubric
    found: dict[str, Finding]

    def least(self, holds: Callable[[dict[str, Finding]], bool]) -> float | None:
        """The fewest days after which it holds; None where no work suffices."""
        ends = sorted(((cost(self.found, end), end) for end in every_end(self.found, POOL)), key=lambda pair: pair[0])
        return next((days for days, end in ends if holds(assume(self.found, end))), None)


# ---- small rubrics of every shape ----


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    kind = draw(st.sampled_from(["rung", "rung", "any_of", "all_of", "n_of"] if depth else ["rung"]))
    if kind == "rung":
        practice = draw(st.sampled_from(POOL))
        return {practice: draw(st.sampled_from(sorted(PRACTICES[practice].rungs)))}
    children = draw(st.lists(expressions(depth - 1), min_size=2, max_size=3))
    return {"n_of": {"n": 2, "of": children}} if kind == "n_of" else {kind: children}


@st.composite
def ladders(draw: st.DrawFn) -> Rubric:
    """Two levels of required and supporting items, some of them of a dimension."""
    levels: list[dict[str, Any]] = [{"level": 0, "id": "h0", "title": "Nothing"}]
    for number in (1, 2):
        items = [
            {
                "id": f"i{number}{place}",
                "text": "it is so",
                "required": draw(st.booleans()),
                "dimension": draw(st.sampled_from(["ci", "testing"])),
                "requires": requires,
            }
            for place, requires in enumerate(draw(st.lists(expressions(), min_size=1, max_size=4)))
        ]
        share = draw(st.sampled_from([0.0, 0.5, 1.0]))
        levels.append({"level": number, "id": f"h{number}", "title": "More", "supporting_share": share, "items": items})
    return _house(levels=levels)


@st.composite
def counts(draw: st.DrawFn) -> Rubric:
    """Points of two sections, by their sum or by the lowest of them; some items give a part of theirs for less."""
    sections = []
    for number in (1, 2):
        items = []
        for place, requires in enumerate(draw(st.lists(expressions(1), min_size=1, max_size=3))):
            item = {"id": f"i{number}{place}", "text": "it is so", "points": 1, "dimension": "ci", "requires": requires}
            if draw(st.booleans()):
                item["partial"] = {"points": 0.5, "requires": draw(expressions(0))}
            items.append(item)
        sections.append({"id": f"s{number}", "title": "Part", "items": items})
    levels: list[dict[str, Any]] = [{"level": 0, "id": "h0", "title": "Nothing"}]
    levels.append({"level": 1, "id": "h1", "title": "Some", "at_least": 0.5})
    levels.append({"level": 2, "id": "h2", "title": "More", "at_least": 1})
    return _house(levels=levels, sections=sections, scoring=draw(st.sampled_from(["sum", "minimum"])))


def _house(**rest: Any) -> Rubric:
    head = {"id": "house", "title": "House rules", "edition": "1", "source": "us"}
    return parse_rubric(Source("house.yaml", json.dumps(head | rest)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rungs = {name: draw(st.sampled_from([*LADDER[:4], Rung.NOT_APPLICABLE, Rung.UNKNOWN])) for name in POOL}
    rubric = draw(st.one_of(ladders(), counts()))
    return Case(rubric, {name: Finding(name, rung, "") for name, rung in rungs.items()})


@settings(max_examples=150)
@given(case=cases(), target=st.sampled_from([None, 1, 2]))
def test_no_cheaper_set_of_work_reaches_the_level(case: Case, target: int | None) -> None:
    roadmap = find_roadmap(case.rubric, case.found, {}, target=target)
    least = case.least(lambda found: level_of(case.rubric, found, {}) >= roadmap.target)
    assert roadmap.exact
    assert (least is None) == bool(roadmap.blocked)
    if least is not None:
        after = assume(case.found, roadmap.raises)
        assert level_of(case.rubric, after, {}) >= roadmap.target
        assert roadmap.days == pytest.approx(least)
        assert roadmap.days == pytest.approx(sum(step.days for step in roadmap.steps))
        assert roadmap.days == pytest.approx(cost(case.found, roadmap.raises))
        assert roadmap.days == pytest.approx(days_of(roadmap.raises, case.found))


@settings(max_examples=60)
@given(case=cases(), target=st.sampled_from([0, 1, 2]), ci=st.sampled_from([0, 1, 2]))
def test_no_cheaper_set_of_work_lifts_the_dimensions_too(case: Case, target: int, ci: int) -> None:
    def is_there(found: dict[str, Finding]) -> bool:
        card = score(case.rubric, found, {}, practices=[PRACTICES[name] for name in POOL])
        level = card.dimensions["ci"].level
        return card.level >= max(target, here) and (level is None or level >= wanted)

    here = level_of(case.rubric, case.found, {})
    known = case.rubric.levels_of("ci")
    wanted = min(ci, known[-1]) if known else 0
    roadmap = find_roadmap(case.rubric, case.found, {}, target=target, dimensions={"ci": ci})
    least = case.least(is_there)
    assert (least is None) == bool(roadmap.blocked)
    if least is not None:
        assert is_there(assume(case.found, roadmap.raises))
        assert roadmap.days == pytest.approx(least)


@settings(max_examples=60)
@given(case=cases())
def test_steps_go_upwards_and_say_when_a_level_is_reached(case: Case) -> None:
    roadmap = find_roadmap(case.rubric, case.found, {}, target=2)
    found, told = dict(case.found), level_of(case.rubric, case.found, {})
    for step in roadmap.steps:
        for raised in step.raises:
            assert Rung(raised.wanted).height > found[raised.practice].rung.height
        found = assume(found, {raised.practice: raised.wanted for raised in step.raises})
        told = step.reaches or told
        assert level_of(case.rubric, found, {}) == told


# ---- the samples ----


def planned(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["plan", *arguments, "--format", "json"]) == 0
    plan: dict[str, Any] = json.loads(capsys.readouterr().out)
    return plan


@pytest.mark.parametrize("rubric", shipped_names())
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_steps_assumed_reach_the_level(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, sample: str, rubric: str
) -> None:
    """End to end: each rise of the plan as an --assume of the next one."""
    file = tmp_path / "audit.json"
    file.write_text(json_report.render(audited_sample(sample)), "utf-8")
    plan = planned(capsys, str(file), "--rubric", rubric)
    rises = [f"--assume={rise['practice']}={rise['wanted']}" for step in plan["steps"] for rise in step["raises"]]
    last = {text.split("=")[1]: text for text in rises}  # a practice may rise in two steps
    after = planned(capsys, str(file), "--rubric", rubric, "--to", str(plan["goal"]["level"]), *last.values())
    assert after["start"] == plan["end"]
    assert after["steps"] == []
    if not plan["blocked"]:
        assert after["start"]["level"] >= plan["goal"]["level"]


def affordable(found: Mapping[str, Finding], practices: tuple[str, ...], days: float) -> Iterator[dict[str, str]]:
    """Every set of rises that costs less than so many days."""
    if not practices:
        yield {}
        return
    for rest in affordable(found, practices[1:], days):
        for end in choices(found, practices[0]):
            chosen = rest if end == found[practices[0]].rung else {**rest, practices[0]: end}
            if cost(found, chosen) < days - 1e-9:
                yield chosen


@pytest.mark.parametrize(("sample", "rubric"), [("stage2_pipeline", "stages"), ("stage2_pipeline", "google")])
def test_nothing_cheaper_lifts_a_sample(sample: str, rubric: str) -> None:
    model = shipped_rubric(rubric)
    found = {name: Finding(name, Rung(info.rung), "") for name, info in audited_sample(sample).practices.items()}
    roadmap = find_roadmap(model, found, {})
    items = [item for entry in model.levels if entry.level == roadmap.target for item in entry.items]
    asked = {leaf.practice for item in items for leaf in leaves(item.requires) if isinstance(leaf, AtRung)}
    tried = 0
    for ends in affordable(found, tuple(sorted(asked)), roadmap.days):
        tried += 1
        assert level_of(model, assume(found, ends), {}) < roadmap.target
    assert tried > 100
