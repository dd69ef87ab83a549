"""Every regular expression of the package takes time in proportion to the text: twice the text, at most 2.5 times the time.

The texts come from the expression itself: for each repetition in it what leads there, then what may be repeated many
times, then a character at which it must fail. Texts are long enough that what grows with the square shows itself, and what
has a bound (`{0,80}`) has reached it.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from re import _constants as codes
from re import _parser as parser
from typing import Any

import pytest

from assessor.budget import TooMuch, at_most
from tests.package_patterns import ANYWHERE, START, WHOLE, Asked, asked_patterns

SHORT, LONG = 10_000, 20_000
"""Characters."""
MOST_GROWTH = 2.5
GLANCE, LEAST = 4_000, 0.0005
"""Characters, and seconds for them, below which there is nothing to tell: the mildest square takes more."""
ENOUGH = 0.04
"""Seconds that are measured at least to tell how time grows, as some systems count it in steps of 4 ms."""
ENDLESS = 1.5
ALPHABET = " a1\nA_-./:=\"'\t\\{[(<#,@$*~;|}])>%&+!?"
PLAIN, MOST_SIGNS = " a1\n", 12


def slow_strings(pattern: re.Pattern[str], length: int) -> list[str]:
    """Texts that pump each repetition of an expression."""
    found: list[str] = []
    signs = [sign for sign in ALPHABET if sign in PLAIN or sign in pattern.pattern][:MOST_SIGNS]
    for before, units in _repetitions(parser.parse(pattern.pattern, pattern.flags), "", signs):
        for unit in units:
            pumped = before + (unit * (length // len(unit) + 1))[:length]
            found.append(pumped + "\x00")
        if before:
            found.append((before * (length // len(before) + 1))[:length])
    return found


def _repetitions(tree: Any, before: str, signs: list[str]) -> Iterator[tuple[str, list[str]]]:
    for code, argument in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            _, most, body = argument
            yield from _repetitions(body, before, signs)
            if most is codes.MAXREPEAT or most > 20:
                yield before, _units(body, signs)
        elif code is codes.SUBPATTERN:
            yield from _repetitions(argument[3], before, signs)
        elif code is codes.ATOMIC_GROUP:
            yield from _repetitions(argument, before, signs)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _repetitions(argument[1], before, signs)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from _repetitions(branch, before, signs)
        before += _sample([(code, argument)])
    if before:  # what only looking for it again and again makes slow
        yield before, [before]


def _units(body: Any, signs: list[str]) -> list[str]:
    """What a repetition may repeat: each sign that it takes, or a text that it matches."""
    if len(body) == 1 and body[0][0] in (codes.IN, codes.ANY, codes.NOT_LITERAL):
        return [sign for sign in signs if _takes(body[0], sign)] or [_sample(body) or "a"]
    return [_sample(body) or "a"]


def _takes(item: tuple[Any, Any], sign: str) -> bool:
    code, argument = item
    if code is codes.ANY:
        return sign != "\n"
    if code is codes.NOT_LITERAL:
        return sign != chr(argument)
    negated = argument[0][0] is codes.NEGATE
    return bool(negated) != any(_is_member(one, sign) for one in argument)


def _is_member(item: tuple[Any, Any], sign: str) -> bool:
    code, argument = item
    if code is codes.LITERAL:
        return sign == chr(argument)
    if code is codes.RANGE:
        return bool(argument[0] <= ord(sign) <= argument[1])
    return code is codes.CATEGORY and re.match(_CATEGORIES[argument], sign) is not None


_CATEGORIES = {codes.CATEGORY_WORD: r"\w", codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_NOT_SPACE: r"\S",
               codes.CATEGORY_NOT_WORD: r"\W", codes.CATEGORY_NOT_DIGIT: r"\D"}  # fmt: skip


def _sample(tree: Any) -> str:
    """A text that the expression matches, more or less."""
    made = ""
    for code, argument in tree:
        if code is codes.LITERAL:
            made += chr(argument)
        elif code in (codes.IN, codes.ANY, codes.NOT_LITERAL):
            taken = [sign for sign in "a1A_" + ALPHABET if _takes((code, argument), sign)]
            made += taken[0] if taken else _first(argument)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            made += _sample(argument[2]) * min(max(argument[0], 1), 100)
        elif code is codes.SUBPATTERN:
            made += _sample(argument[3])
        elif code is codes.ATOMIC_GROUP:
            made += _sample(argument)
        elif code is codes.BRANCH:
            made += _sample(argument[1][0])
    return made


def _first(items: Any) -> str:
    code, argument = items[0]
    return chr(argument[0] if code is codes.RANGE else argument) if code in (codes.RANGE, codes.LITERAL) else "é"


def seconds(asked: Asked, text: str, times: int = 1) -> float:
    """Of processor time to ask an expression of a text so many times; ENDLESS where it takes longer."""
    begun = time.process_time()
    try:
        with at_most(ENDLESS):
            for _ in range(times):
                _ask(asked, text)
    except TooMuch:
        return ENDLESS
    return time.process_time() - begun


def _ask(asked: Asked, text: str) -> None:
    if asked.way == ANYWHERE:
        for _ in asked.pattern.finditer(text):
            pass
    elif asked.way == START:
        asked.pattern.match(text)
    else:
        asked.pattern.fullmatch(text)


def grows(asked: Asked) -> str:
    """What is wrong with an expression; empty where nothing is."""
    for number, text in enumerate(slow_strings(asked.pattern, GLANCE)):
        if (glanced := _glance(asked, text)) > LEAST:
            if glanced >= ENDLESS and seconds(asked, text) >= ENDLESS:  # so is its half: no growth could be measured
                return f"{asked}: no end for {len(text)} characters {text[:50]!r}"
            half, short, long = (slow_strings(asked.pattern, length)[number] for length in (GLANCE // 2, SHORT, LONG))
            if glanced > MOST_GROWTH * _glance(asked, half) and all(
                _growth(asked, short, long) > MOST_GROWTH for _ in range(3)
            ):
                return f"{asked}: {seconds(asked, long):.2f} s for {len(long)} characters {long[:50]!r}"
    return ""


def _glance(asked: Asked, text: str) -> float:
    """The best of three: a busy machine makes it only longer."""
    best = math.inf
    for _ in range(3):
        begun = time.perf_counter()
        _ask(asked, text) if best < math.inf else seconds(asked, text)
        best = min(best, time.perf_counter() - begun)
        if best <= LEAST / 3 or best > 1:
            break
    return best


def _growth(asked: Asked, short: str, long: str) -> float:
    once = seconds(asked, long)
    if once >= ENDLESS:
        return math.inf
    times = math.ceil(ENOUGH / max(once, ENOUGH / 25))
    return seconds(asked, long, times) / max(seconds(asked, short, times), ENOUGH / 20)


OF_FILE_NAMES = frozenset(
    {"assessor.readers.packages.requirements._NAME", "assessor.readers.infrastructure.compose._NAME"}
)
"""Asked of the last part of a path alone, for which file systems take 255 bytes."""


@pytest.mark.slow
@pytest.mark.nightly
def test_every_pattern_takes_time_in_proportion_to_the_text() -> None:
    patterns = [asked for asked in asked_patterns() if asked.where not in OF_FILE_NAMES]
    assert len(patterns) > 500
    assert [told for asked in patterns if (told := grows(asked))] == []


def _possessive(tree: Any) -> Iterator[Any]:
    """What is repeated possessively."""
    for code, argument in tree:
        if code is codes.POSSESSIVE_REPEAT:
            yield argument[2]
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            yield from _possessive(argument[2])
        elif code is codes.SUBPATTERN:
            yield from _possessive(argument[3])
        elif code is codes.ATOMIC_GROUP:
            yield from _possessive(argument)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from _possessive(branch)


def test_only_single_signs_are_repeated_possessively() -> None:
    """Python before 3.11.5 (Debian 12 has 3.11.2) loses its place where a group that is so repeated fails half-way, and
    finds no `/* comment */`; `(?>(?:…)*)` means the same and works."""
    single = (codes.IN, codes.ANY, codes.LITERAL, codes.NOT_LITERAL)
    groups = {
        str(asked)
        for asked in asked_patterns()
        for body in _possessive(parser.parse(asked.pattern.pattern, asked.pattern.flags))
        if len(body) != 1 or body[0][0] not in single
    }
    assert groups == set()


@pytest.mark.parametrize(
    ("pattern", "way"),
    [
        (r"(a+)+$", START),
        (r"(?:[-.+]?\w+)*$", START),
        (r"\w*model\w*load\w*\(", START),
        (r"\s*x", ANYWHERE),
        (r"<!--.*?-->", ANYWHERE),
        (r"[^=]*?[ ]*=", WHOLE),
        (r"[.a]*[-.]*,", WHOLE),
    ],
)
def test_slow_ones_are_found(pattern: str, way: str) -> None:
    assert grows(Asked(re.compile(pattern), way, "here"))


@pytest.mark.parametrize(
    ("pattern", "way"), [(r"\s*x", START), (r"(?<!\s)\s{0,80}x", ANYWHERE), (r"(?>[^=]*)=", WHOLE), (r"\w++\(", START)]
)
def test_those_in_proportion_are_left_alone(pattern: str, way: str) -> None:
    assert not grows(Asked(re.compile(pattern), way, "here"))
