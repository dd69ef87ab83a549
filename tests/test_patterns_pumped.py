"""Every regular expression of the package, on strings made to be slow for it: none is exponential or cubic.

The strings come from the expression itself: for each repetition in it a text that leads there, then what is repeated many
times, then a character at which it must fail. Quadratic ones pass; they see texts of bounded length, and readers have a
share of time.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from re import _constants as codes
from re import _parser as parser
from typing import Any

import pytest

import assessor
from assessor.budget import TooMuch, at_most

LENGTH = 3_000
SECONDS = 0.6
"""For a text of 3,000 characters: a quadratic expression takes a tenth, a cubic one minutes."""
MOST_STRINGS = 12
MATCHED_WHOLE = {r"(?:^|.*/)(?:\.buildkite/.+|\.?buildkite(?:[._-][^/]{0,100})?)\.ya?ml"}
"""Used on whole paths alone, where they begin once."""


def package_patterns() -> dict[str, re.Pattern[str]]:
    """Each compiled expression that stands in a module, by the expression."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(assessor.__path__, "assessor."):
        if module.name != "assessor.__main__":
            for value in list(vars(importlib.import_module(module.name)).values()):
                found |= {pattern.pattern: pattern for pattern in _patterns_in(value, 0)}
    return found


def _patterns_in(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif depth < 3 and isinstance(value, (tuple, list, frozenset, set)):
        for item in value:
            yield from _patterns_in(item, depth + 1)
    elif depth < 3 and isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from _patterns_in(item, depth + 1)


def slow_strings(pattern: re.Pattern[str]) -> list[str]:
    """Texts that pump each repetition of an expression."""
    found: list[str] = []
    for before, body in _repetitions(parser.parse(pattern.pattern, pattern.flags), ""):
        unit = body or "a"
        pumped = (unit * LENGTH)[:LENGTH]
        found += [before + pumped + "\x00", before * (LENGTH // (len(before) or 1) if before else 0) + "\x00"]
    return list(dict.fromkeys(found))[:MOST_STRINGS]


def _repetitions(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    for code, argument in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            _, most, body = argument
            yield from _repetitions(body, before)
            if most is codes.MAXREPEAT or most > 20:
                yield before, _sample(body)
        elif code is codes.SUBPATTERN:
            yield from _repetitions(argument[3], before)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from _repetitions(branch, before)
        before += _sample([(code, argument)])


def _sample(tree: Any) -> str:
    """A text that the expression matches, more or less."""
    made = ""
    for code, argument in tree:
        if code is codes.LITERAL:
            made += chr(argument)
        elif code is codes.IN:
            made += _member(argument)
        elif code in (codes.ANY, codes.NOT_LITERAL):
            made += "a"
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            made += _sample(argument[2]) * min(max(argument[0], 1), 100)
        elif code is codes.SUBPATTERN:
            made += _sample(argument[3])
        elif code is codes.ATOMIC_GROUP:
            made += _sample(argument)
        elif code is codes.BRANCH:
            made += _sample(argument[1][0])
    return made


_CLASSES = {codes.CATEGORY_WORD: "a", codes.CATEGORY_DIGIT: "1", codes.CATEGORY_SPACE: " ", codes.CATEGORY_NOT_SPACE: "a",
            codes.CATEGORY_NOT_WORD: " ", codes.CATEGORY_NOT_DIGIT: "a"}  # fmt: skip


def _member(items: Any) -> str:
    if items[0][0] is codes.NEGATE:
        taken = {chr(argument) for code, argument in items[1:] if code is codes.LITERAL}
        return next(sign for sign in "a1 -_" if sign not in taken)
    for code, argument in items:
        if code is codes.LITERAL:
            return chr(argument)
        if code is codes.RANGE:
            return chr(argument[0])
        if code is codes.CATEGORY and argument in _CLASSES:
            return _CLASSES[argument]
    return "a"


def seconds(pattern: re.Pattern[str], text: str) -> float:
    begun = time.process_time()
    try:
        with at_most(2):
            if pattern.pattern not in MATCHED_WHOLE:
                pattern.search(text)
            pattern.fullmatch(text)
    except TooMuch:
        return 2.0
    return time.process_time() - begun


def too_slow(pattern: re.Pattern[str]) -> list[str]:
    return [text[:80] for text in slow_strings(pattern) if seconds(pattern, text) > SECONDS]


@pytest.mark.slow
def test_no_pattern_is_worse_than_quadratic() -> None:
    patterns = package_patterns()
    assert len(patterns) > 300
    slow = {pattern[:200]: found for pattern, compiled in patterns.items() if (found := too_slow(compiled))}
    assert slow == {}


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(?:[-.+]?\w+)*$", r"(?:x+x+)+y", r"\w*model\w*load\w*\("])
def test_slow_ones_are_found(pattern: str) -> None:
    compiled = re.compile(pattern)
    assert too_slow(compiled) or any(seconds(compiled, text * 3) > SECONDS for text in slow_strings(compiled))
