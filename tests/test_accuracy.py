"""The figures of docs/accuracy.md: pages are those of the records, and the arithmetic is that of the sources."""

from __future__ import annotations

from collections import Counter

import pytest

from assessor.catalog.accuracy import load_accuracy
from assessor.cli.explain import explanation
from assessor.findings import Rung
from assessor.rubric.loading import shipped_rubric
from assessor.rubric.scoring import level_of
from benchmarks.rubric_agreement import labelled
from docs import accuracy, labelling
from docs.accuracy import Answer, Rate


def test_pages_are_those_of_the_records() -> None:
    first = accuracy.records("first")
    assert first, "no round was measured"
    assert accuracy.PAGE.read_text("utf-8") == accuracy.page(first, accuracy.records("now")), (
        "python -m docs.accuracy pages"
    )
    assert accuracy.SHIPPED.read_text("utf-8") == accuracy.shipped(first), "python -m docs.accuracy pages"


def test_records_hold_what_labels_say() -> None:
    for record in accuracy.records("first"):
        labels = sorted(path.stem for path in (accuracy.CORPUS / record.name).glob("*.yaml"))
        assert labels == sorted(item["repo"].replace("/", "+") for item in record.repositories)


def test_interval_is_wilsons() -> None:
    low, high = Rate(9, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_shares_of_a_few_answers() -> None:
    said = [
        ("used", "used"),
        ("automated", "used"),
        ("absent", "used"),
        ("not_applicable", "absent"),
        ("used", "enforced"),
    ]
    answers = [Answer("a/b", "testing.unit", *pair) for pair in said]
    assert accuracy.exact(answers) == Rate(1, 5)
    assert accuracy.within_one(answers) == Rate(2, 5)
    assert accuracy.precision(answers, Rung.USED) == Rate(3, 3)
    assert accuracy.recall(answers, Rung.USED) == Rate(3, 4)
    assert accuracy.precision(answers, Rung.AUTOMATED) == Rate(0, 1)


@pytest.mark.parametrize("practice", sorted(load_accuracy()))
def test_explain_tells_how_often_a_rating_was_right(practice: str) -> None:
    figures = load_accuracy()[practice]
    text = explanation(practice)
    assert f"{figures.right} of {figures.of} on repositories nobody had looked at" in text
    assert ("look at the proof" in text) == figures.is_doubtful


def label(rungs: dict[str, tuple[object, bool]], google: int) -> dict[str, object]:
    practices = {name: {"rung": rung, "evidence": "seen", "sure": sure} for name, (rung, sure) in rungs.items()}
    levels = {"google": google, "stage": 2, "why": "so"}
    return {"repo": "a/b", "commit": "0", "kind": "x", "levels": levels, "practices": practices}


def test_what_two_readers_said_is_one_label() -> None:
    first = label({"ci.pipeline": (3, False), "testing.unit": (2, True), "data.lineage": (0, False)}, 1)
    second = label({"ci.pipeline": (3, True), "testing.unit": (3, True), "data.lineage": (0, False)}, 1)
    found = labelling.joined(first, second, None)["practices"]
    assert [entry["sure"] for entry in found.values()] == [True, False, False]
    assert (found["testing.unit"]["rung"], found["testing.unit"]["second"]) == (2, 3)


def test_a_level_on_which_readers_differ_is_decided_by_a_third() -> None:
    first, second = label({}, 0), label({}, 1)
    with pytest.raises(labelling.Undecided, match="a/b"):
        labelling.joined(first, second, None)
    levels = labelling.joined(first, second, {"google": 1, "stage": 2, "why": "scheduled"})["levels"]
    assert (levels["google"], [given["google"] for given in levels["readers"]]) == (1, [0, 1])


def test_the_levels_of_the_labelled_repositories_agree_with_their_readers_no_less_often() -> None:
    """By the ratings of the labels, so that this measures the reading of the models and not the scanners."""
    agreed: Counter[str] = Counter()
    for folder in sorted(accuracy.CORPUS.glob("round-[1-9]")):
        for _, levels, found in labelled(folder):
            if levels is not None:
                agreed.update(
                    name for name, level in levels.items() if level_of(shipped_rubric(name), found, {}) == level
                )
                agreed["all"] += 1
    assert (agreed["all"], agreed["stages"], agreed["google"]) >= (70, 63, 67)
