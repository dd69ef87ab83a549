"""Names as data: each list is asked for, each question has a list, and mistakes in the data are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assessor
from assessor.catalog.loading import DataError, Source
from assessor.catalog.names import beginnings, names_of, parse_names
from assessor.project.mounts import command_in_checkout

SOURCES = Path(assessor.__file__).parent
TEXT = (SOURCES / "catalog" / "names.yaml").read_text("utf-8")


def test_every_list_is_asked_and_every_question_has_one() -> None:
    asked = {
        found
        for path in SOURCES.rglob("*.py")
        for found in re.findall(r"\b(?:names_of|beginnings)\(\s*\"([a-z_]+)\"", path.read_text("utf-8"))
    }
    assert asked == set(parse_names(Source("names.yaml", TEXT)))


def test_names_are_known_letter_by_letter() -> None:
    assert "GITHUB_REF" in names_of("variable_of_the_branch")
    assert "github_ref" not in names_of("variable_of_the_branch")
    assert "s3://shop/model.pkl".startswith(beginnings("scheme_of_a_bucket"))
    with pytest.raises(KeyError):
        names_of("what_nobody_wrote")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {concept: a, means: b, names: []}\n", "names"),
        ("- {concept: a, means: b, names: [c, c]}\n", "stands twice"),
        ("- {concept: a, means: b, names: [C], lower: true}\n", "lower case"),
        ("- {concept: a, means: b, names: [c]}\n- {concept: a, means: b, names: [c]}\n", "'a' stands in two entries"),
    ],
)
def test_mistakes_in_the_data_are_named(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_names(Source("names.yaml", text))


@pytest.mark.parametrize(
    ("folder", "is_checkout"),
    [
        (".", True), ("$PWD", True), ("${PWD}", True), ("$()", True), ("${{ github.workspace }}", True), ("%CD%", True),
        ("$(Build.SourcesDirectory)", True), ("${CI_PROJECT_DIR}", True), ("data", False), ("$HOME", False), ("$PWD/data", False),
    ],
)  # fmt: skip
def test_a_folder_is_known_as_the_checkout(folder: str, is_checkout: bool) -> None:
    words = ["--rm", "--mount", f"source={folder},target=/src", "-w", "/src", "python:3.12", "pytest", "tests"]
    assert command_in_checkout(words) == ((("pytest", "tests"), "") if is_checkout else None)
