"""The figures of docs/accuracy.md: pages are those of the records, and the arithmetic is that of the sources."""

from __future__ import annotations

import pytest

from assessor.catalog.accuracy import load_accuracy
from assessor.cli.explain import explanation
from assessor.findings import Rung
from docs import accuracy
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
