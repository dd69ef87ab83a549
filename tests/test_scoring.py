"""Rubrics and scoring: what an item asks, when a level is reached, what gaps say, what a broken file is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.catalog.loading import DataError, Source
from assessor.catalog.practices import load_practices
from assessor.findings import LADDER, Finding, Rung
from assessor.rubric.gaps import Gap, find_gaps
from assessor.rubric.loading import parse_rubric, shipped_names, shipped_rubric
from assessor.rubric.model import Rubric
from assessor.rubric.results import Status
from assessor.rubric.roadmap import find_roadmap
from assessor.rubric.scoring import Scorecard, score

SAMPLES = Path(__file__).parents[1] / "sample_repos"
PRACTICES = [practice.id for practice in load_practices()]

HEAD = "id: house\ntitle: House rules\nedition: '1'\nsource: us\nlevels:\n- {level: 0, id: h0, title: Nothing}\n"


def rubric_of(*levels: str) -> Rubric:
    """A rubric with these levels above an empty floor; each is the rest of a YAML flow mapping."""
    text = HEAD + "".join(f"- {{level: {n}, id: h{n}, title: Level {n}, {rest}}}\n" for n, rest in enumerate(levels, 1))
    return parse_rubric(Source("house.yaml", text))


def items(*requires: str, required: bool = True) -> str:
    flag = "true" if required else "false"
    listed = (f"{{id: {{}}, text: it is so, required: {flag}, requires: {text}}}" for text in requires)
    return "items: [" + ", ".join(listed) + "]"


def numbered(*levels: str) -> Rubric:
    """`rubric_of`, with an id for each item whose id is `{}`."""
    count = iter(range(1000))
    named = []
    for level in levels:
        while "{}" in level:
            level = level.replace("{}", f"i{next(count)}", 1)
        named.append(level)
    return rubric_of(*named)


def findings(**rungs: str) -> dict[str, Finding]:
    """Findings of all practices, absent where not given; `testing__unit="used"`."""
    given_ = {name.replace("__", "."): rung for name, rung in rungs.items()}
    assert set(given_) <= set(PRACTICES)
    return {name: Finding(name, Rung(given_.get(name, "absent")), "") for name in PRACTICES}


def card_of(rubric: Rubric, **rungs: str) -> Scorecard:
    return score(rubric, findings(**rungs), {"lines": 12.0})


def gaps_in(rubric: Rubric, found: dict[str, Finding], stack: tuple[str, ...] = ()) -> tuple[Gap, ...]:
    """The gaps up to the next level, as an audit finds them."""
    card = score(rubric, found, {"lines": 12.0})
    plan = find_roadmap(rubric, found, {"lines": 12.0}, limit=100)
    return find_gaps(rubric, card.items, card.level, plan.raises, found, load_practices(), stack)


def gaps_of(rubric: Rubric, *stack: str, **rungs: str) -> tuple[Gap, ...]:
    return gaps_in(rubric, findings(**rungs), stack)


UNIT = "{testing.unit: automated}"
LINT = "{ci.lint: automated}"


@pytest.mark.parametrize(
    ("requires", "rungs", "status"),
    [
        (UNIT, {}, "unmet"),
        (UNIT, {"testing__unit": "used"}, "unmet"),
        (UNIT, {"testing__unit": "automated"}, "met"),
        (UNIT, {"testing__unit": "enforced"}, "met"),
        (UNIT, {"testing__unit": "unknown"}, "unknown"),
        (UNIT, {"testing__unit": "not_applicable"}, "not_applicable"),
        ("{testing.unit: used, ci.lint: used}", {"testing__unit": "used"}, "unmet"),
        ("{testing.unit: used, ci.lint: used}", {"testing__unit": "used", "ci__lint": "automated"}, "met"),
        (f"{{any_of: [{UNIT}, {LINT}]}}", {"ci__lint": "automated"}, "met"),
        (f"{{any_of: [{UNIT}, {LINT}]}}", {"ci__lint": "unknown"}, "unknown"),
        (f"{{any_of: [{UNIT}, {LINT}]}}", {"ci__lint": "unknown", "testing__unit": "automated"}, "met"),
        (f"{{any_of: [{UNIT}, {LINT}]}}", {"ci__lint": "not_applicable"}, "unmet"),
        (f"{{all_of: [{UNIT}, {LINT}]}}", {"ci__lint": "not_applicable", "testing__unit": "automated"}, "met"),
        (f"{{all_of: [{UNIT}, {LINT}]}}", {"ci__lint": "unknown"}, "unmet"),
        (f"{{all_of: [{UNIT}, {LINT}]}}", {"ci__lint": "unknown", "testing__unit": "automated"}, "unknown"),
        (f"{{n_of: {{n: 1, of: [{UNIT}, {LINT}]}}}}", {"ci__lint": "automated"}, "met"),
        (f"{{n_of: {{n: 2, of: [{UNIT}, {LINT}]}}}}", {"ci__lint": "automated"}, "unmet"),
        (
            f"{{n_of: {{n: 2, of: [{UNIT}, {LINT}]}}}}",
            {"ci__lint": "automated", "testing__unit": "not_applicable"},
            "met",
        ),
        ("{metric: lines, at_most: 12}", {}, "met"),
        ("{metric: lines, at_least: 12.5}", {}, "unmet"),
        ("{metric: rows, at_least: 1}", {}, "unknown"),
    ],
)
def test_what_an_item_asks(requires: str, rungs: dict[str, str], status: str) -> None:
    card = card_of(numbered(items(requires)), **rungs)
    assert card.items[0].status == status


def test_a_statement_leaves_the_count_until_somebody_makes_it() -> None:
    rubric = numbered(items("{attest: People talk to each other}", UNIT, required=False))
    assert [result.status for result in card_of(rubric).items] == ["attestable", "unmet"]
    stated = score(rubric, findings(), {}, attested={"People talk to each other"})
    assert stated.items[0].status is Status.ATTESTED


@pytest.mark.parametrize(
    ("levels", "rungs", "level", "share"),
    [
        ([items(UNIT), items(LINT)], {}, 0, 0.0),
        ([items(UNIT), items(LINT)], {"testing__unit": "automated"}, 1, 0.0),
        ([items(UNIT), items(LINT)], {"ci__lint": "automated"}, 0, 0.0),
        ([items(UNIT), items(LINT)], {"testing__unit": "automated", "ci__lint": "automated"}, 2, 1.0),
        ([items(UNIT, LINT)], {"ci__lint": "automated"}, 0, 0.5),
        ([items(UNIT)], {"testing__unit": "unknown"}, 0, 0.0),
        ([items(UNIT), items(LINT)], {"testing__unit": "not_applicable"}, 1, 0.0),
        (["items: []", items(LINT)], {"ci__lint": "automated"}, 2, 1.0),
        (["supporting_share: 0.5, " + items(UNIT, LINT, required=False)], {"ci__lint": "automated"}, 1, 1.0),
        (["supporting_share: 0.6, " + items(UNIT, LINT, required=False)], {"ci__lint": "automated"}, 0, 0.5),
        (["supporting_share: 0.6, " + items(UNIT, LINT, required=False)], {"ci__lint": "not_applicable"}, 0, 0.0),
        ([items(UNIT, required=False)], {}, 1, 1.0),
    ],
)
def test_when_a_level_is_reached(levels: list[str], rungs: dict[str, str], level: int, share: float) -> None:
    card = card_of(numbered(*levels), **rungs)
    assert (card.level, card.share) == (level, share)


def test_a_higher_level_can_hold_on_its_own() -> None:
    card = card_of(numbered(items(UNIT), items(LINT)), ci__lint="automated")
    assert [(result.own, result.reached) for result in card.levels] == [(True, True), (False, False), (True, False)]


@pytest.mark.parametrize(
    ("rungs", "testing", "ci"),
    [
        ({}, 0, 0),
        ({"testing__unit": "automated"}, 1, 1),
        ({"ci__lint": "automated"}, 0, 2),
    ],
)
def test_a_dimension_has_the_highest_level_that_it_does_not_keep_away(
    rungs: dict[str, str], testing: int, ci: int
) -> None:
    dimensions = card_of(numbered(items(UNIT), items(LINT)), **rungs).dimensions
    assert (dimensions["testing"].level, dimensions["ci"].level, dimensions["quality"].level) == (testing, ci, None)


def test_points_are_the_mean_height_of_what_applies() -> None:
    rungs = {"quality__modularity": "used", "quality__complexity": "enforced", "quality__hooks": "absent"}
    quality = card_of(numbered(items(UNIT)), quality__notebooks="not_applicable", **rungs).dimensions["quality"]
    assert quality.score == pytest.approx(100 * (1 + 1 + 0) / 3, abs=0.05)


def test_a_gap_takes_the_cheapest_alternative() -> None:
    rubric = numbered(items("{any_of: [{training.pipeline: automated}, {ci.lint: automated}]}"))
    gaps = gaps_of(rubric, ci__lint="used")
    assert [(gap.practice, gap.rung, gap.wanted, gap.blocking) for gap in gaps] == [
        ("ci.lint", "used", "automated", True)
    ]


def test_a_practice_stands_once_with_the_highest_rung_that_blocks() -> None:
    rubric = numbered(items("{testing.unit: used}", "{testing.unit: enforced}"))
    gaps = gaps_of(rubric)
    assert [(gap.practice, gap.wanted) for gap in gaps] == [("testing.unit", "enforced")]
    assert [step.rung for step in gaps[0].steps] == ["used", "automated", "enforced"]


def test_only_as_many_supporting_items_block_as_are_missing() -> None:
    rubric = numbered("supporting_share: 0.5, " + items(UNIT, LINT, required=False))
    assert sorted(gap.blocking for gap in gaps_of(rubric)) == [False, True]


def test_gaps_go_no_further_than_the_next_level() -> None:
    assert [gap.practice for gap in gaps_of(numbered(items(UNIT), items(LINT)))] == ["testing.unit"]


def test_an_unknown_practice_is_a_gap_that_says_so() -> None:
    gaps = gaps_of(numbered(items(UNIT)), testing__unit="unknown")
    assert [(gap.practice, gap.status) for gap in gaps] == [("testing.unit", Status.UNKNOWN)]


@pytest.mark.parametrize("stack", ["github", "gitlab"])
def test_fixes_speak_the_words_of_the_stack(stack: str) -> None:
    practice = next(practice for practice in load_practices() if practice.id == "testing.unit")
    (gap,) = gaps_of(numbered(items(UNIT)), stack, testing__unit="used")
    assert gap.steps[0].fix == practice.variants[stack]["automated"]
    (other,) = gaps_of(numbered(items(UNIT)), testing__unit="used")
    assert other.steps[0].fix == practice.fix["automated"]


BROKEN = [
    ("levels: [", "1: "),
    (HEAD, "5: |two levels"),
    (HEAD + "- {level: 2, id: h2, title: Two}\n", "7: |levels rise by one: expected 1, found 2"),
    (HEAD + "- {level: 1, id: h0, title: One}\n", "7: |the id 'h0' stands twice"),
    (HEAD + "- {level: 1, id: h1, title: One, itms: []}\n", "7: levels.1: unknown key|did you mean 'items'?"),
    (HEAD + "- level: 1\n  id: h1\n  title: One\n  supporting_share: 2\n", "10: "),
    (
        HEAD + "- level: 1\n  id: h1\n  title: One\n  items:\n  - id: a\n    text: it is so\n"
        "    requires: {testing.unti: used}\n",
        "13: a|no practice 'testing.unti'; did you mean 'testing.unit'?",
    ),
    (
        HEAD + "- level: 1\n  id: h1\n  title: One\n  items:\n  - id: a\n    text: it is so\n    requires:\n"
        "      any_of:\n      - {testing.unit: used}\n      - {ci.lint: often}\n",
        "16: a|enforced",
    ),
    (
        HEAD + "- {level: 1, id: h1, title: One, items: [{id: a, text: it is so, requires: {ci.lint: enforced}}]}\n",
        "7: a|'ci.lint' defines no rung 'enforced'; it has declared, used, automated",
    ),
    (
        HEAD
        + "- {level: 1, id: h1, title: One, items: [{id: a, text: it is so, requires: {any_off: [{ci.lint: used}]}}]}",
        "7: a|did you mean 'any_of'?",
    ),
    (
        HEAD + "- {level: 1, id: h1, title: One, items: [{id: a, text: it is so, requires: nothing}]}",
        "7: a|expected {practice: rung}, any_of",
    ),
    (
        HEAD + "- {level: 1, id: h1, title: One, items: [{id: a, text: it is so, required: true, requires: "
        "{attest: we all agree}}]}",
        "7: a|cannot be required",
    ),
    (
        HEAD + "- {level: 1, id: h1, title: One, items: [{id: a, text: it is so, dimension: tests, requires: "
        "{ci.lint: used}}]}",
        "7: a|no dimension 'tests'; did you mean 'testing'?",
    ),
    (HEAD + "- {level: 1, id: h1, title: One, title: Two}\n", "the key 'title' stands twice"),
    ("", "1: "),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_rubric_is_told_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_rubric(Source("house.yaml", text))
    first = str(caught.value).splitlines()[0]
    assert first.startswith("house.yaml:")
    assert all(part in f"{first}" for part in expected.split("|")[-1:]), first
    if expected[0].isdigit():
        assert first.startswith(f"house.yaml:{expected.split(':')[0]}:"), first


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.expected.yaml")), ids=lambda path: path.name.split(".")[0])
def test_expected_ratings_give_the_expected_levels(path: Path) -> None:
    expected: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    found = {name: Finding(name, Rung(rung), "") for name, rung in expected["practices"].items()}
    levels = {name: score(shipped_rubric(name), found, {}).level for name in expected["levels"]}
    assert levels == expected["levels"]


RUNGS = st.sampled_from([*LADDER, Rung.NOT_APPLICABLE, Rung.UNKNOWN])
RATINGS = st.lists(RUNGS, min_size=len(PRACTICES), max_size=len(PRACTICES))


def rated(rungs: list[Rung]) -> dict[str, Finding]:
    return {name: Finding(name, rung, "") for name, rung in zip(PRACTICES, rungs, strict=True)}


@pytest.mark.parametrize("name", shipped_names())
@settings(max_examples=60, deadline=None)
@given(rungs=RATINGS, place=st.integers(0, len(PRACTICES) - 1), data=st.data())
def test_a_higher_rung_never_lowers_a_level(name: str, rungs: list[Rung], place: int, data: st.DataObject) -> None:
    if rungs[place] not in LADDER:
        rungs[place] = Rung.ABSENT
    higher = data.draw(st.sampled_from([rung for rung in LADDER if rung.height >= rungs[place].height]))
    before = score(shipped_rubric(name), rated(rungs), {})
    after = score(shipped_rubric(name), rated([*rungs[:place], higher, *rungs[place + 1 :]]), {})
    assert after.level >= before.level
    assert after.share >= before.share or after.level > before.level
    for dimension, result in before.dimensions.items():
        assert (after.dimensions[dimension].level or 0) >= (result.level or 0)
        assert after.dimensions[dimension].score >= result.score


@pytest.mark.parametrize("name", shipped_names())
@settings(max_examples=60, deadline=None)
@given(rungs=RATINGS)
def test_no_level_without_the_required_items_of_all_lower_ones(name: str, rungs: list[Rung]) -> None:
    card = score(shipped_rubric(name), rated(rungs), {})
    needed = [result for result in card.items if result.item.required and result.level <= card.level]
    assert not [result.item.id for result in needed if result.counts and not result.status.holds]
    if card.next_level is not None:
        assert card.share < 1
        plan = find_roadmap(shipped_rubric(name), rated(rungs), {}, limit=50)
        gaps = gaps_in(shipped_rubric(name), rated(rungs))
        assert {gap.practice for gap in gaps if gap.blocking} == set(plan.raises)
        assert plan.raises or plan.blocked


@pytest.mark.parametrize("name", shipped_names())
@settings(max_examples=40, deadline=None)
@given(rungs=st.lists(st.sampled_from(LADDER), min_size=len(PRACTICES), max_size=len(PRACTICES)))
def test_closing_the_blocking_gaps_reaches_the_next_level(name: str, rungs: list[Rung]) -> None:
    """Where practices do not suffice, the statements that the plan asks for are made as well."""
    rubric, found = shipped_rubric(name), rated(rungs)
    card = score(rubric, found, {})
    plan = find_roadmap(rubric, found, {}, limit=100)
    for gap in gaps_in(rubric, found):
        if gap.blocking:
            found[gap.practice] = Finding(gap.practice, Rung(gap.wanted), "")
    texts = rubric.statements()
    said = frozenset(text for item in plan.blocked for text in texts[item])
    assert rubric.counts_points or not said
    assert score(rubric, found, {}, attested=said).level >= (card.next_level or card.level)
