"""Words with which programs do not do their work: every program's own words are told, near ones are not, mistakes are named."""

from __future__ import annotations

import pytest

from assessor.catalog.idle import forgives, idle_word, parse_idle
from assessor.catalog.loading import DataError, Source


@pytest.mark.parametrize(
    ("program", "words", "expected"),
    [
        ("pytest", "--co", "--co"), ("pytest", "tests --collect-only", "--collect-only"), ("pytest", "-V", "-V"),
        ("pytest", "-v", ""), ("pytest", "-q tests", ""), ("pytest", "tests -- --co", ""),
        ("tox", "--notest", "--notest"), ("tox", "list", "list"), ("tox", "-e py311", ""),
        ("make", "-n check", "-n"), ("make", "-nB check", "-nB"), ("make", "-j4 check", ""), ("make", "check", ""),
        ("bash", "-n run.sh", "-n"), ("bash", "-ex run.sh", ""),
        ("ruff", "check .", ""), ("ruff", "check . --exclude *", "--exclude"), ("ruff", "check . --exclude=docs", ""),
        ("anything", "--help", "--help"), ("anything", "sub --help", "--help"), ("anything", "--version", "--version"),
        ("helm", "upgrade --version 1.2 shop x", ""),
    ],
)  # fmt: skip
def test_idle_word(program: str, words: str, expected: str) -> None:
    assert idle_word(program, tuple(words.split())) == expected


@pytest.mark.parametrize(
    ("program", "words", "expected"),
    [("flake8", "--exit-zero .", True), ("flake8", ".", False), ("make", "-i check", True), ("make", "check", False)],
)
def test_forgives(program: str, words: str, expected: bool) -> None:
    assert forgives(program, tuple(words.split())) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- programs: [a]\n  option: [-n]\n", "option"),
        ("- programs: [a]\n  options: [n]\n", "options"),
        ("- programs: []\n", "programs"),
        ("- programs: [a]\n- programs: [a]\n", "'a' stands in two entries"),
    ],
)
def test_mistakes_in_the_data_are_named(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_idle(Source("idle.yaml", text))
