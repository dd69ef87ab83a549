"""Every reader takes time in proportion to the text: four times the text, at most a good four times the time.

The texts are one piece again and again: lines and whole files of cases and samples, and what formats are made of. Pieces
that a reader does not look at take no time, and are passed over.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from types import ModuleType

import pytest

from assessor.budget import TooMuch, at_most
from assessor.readers.registry import readers
from assessor.readers.syntax import left_out
from tests.test_readers_fuzz import texts_by_reader

pytestmark = pytest.mark.nightly
SHORT, LONG = 20_000, 80_000
"""Characters. What grows with the square shows itself here already; 5 MB would take hours."""
LEAST = 0.03
"""Seconds for the short text below which nothing can be told of growth, and nothing be harmful: 5 MB take a few seconds."""
MOST_GROWTH = 8.0
"""Four would be linear, sixteen quadratic; a busy machine measures badly."""
PIECES = (
    "\n", " ", "a", "a\n", "a: b\n", "- a: b\n  c: d\n", "a = b\n", "[a]\n", "[a]: b\n", "{", "[", "(", "a(", "<a>", "a,", "a.", "a|", "\"",
    "'", "`a` ", "#", "# a\n", "//", "/*", "---\n", "=\n", "\\\n", "${a}", "${{ a }}", "{{ a }}", "$(a)", "a==1\n", "f(1)\n", "a: b c\n\techo a\n",
    "resource \"a\" \"b\" {\n", "<dependency><groupId>a</groupId></dependency>\n", "\"a\": {\"b\": 1},\n", "|a|b|\n", "![a](b)", "@a\n",
    "secret=aaaa\n", "password: abcdefgh12345\n", "http://a.b/c?d=e&f ", "a_b-c.d/e ", "#[test]\n", "RUN a && b\n", "stage('a') { sh 'x' }\n",
)  # fmt: skip
_OWN_BOUNDS = frozenset({"python", "nox", "shell_script", "notebook"})
"""tests/test_costly_texts.py has these, whose texts are bounded by what there is to parse."""


def pieces(reader: ModuleType) -> Iterator[tuple[str, str]]:
    """(path, piece): for each kind of file the pieces of all formats, and lines of its own."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for path, text in texts_by_reader()[reader.__name__]:
        kinds.setdefault(path.rpartition(".")[2], []).append((path, text))
    for found in list(kinds.values())[:5]:
        own = dict.fromkeys(line for _, text in found[:2] for line in text.splitlines(keepends=True) if line.strip())
        for piece in (*PIECES, *list(own)[:8]):
            yield found[0][0], piece


def seconds(reader: ModuleType, path: str, piece: str, length: int, most: float) -> float:
    text = (piece * (length // len(piece) + 1))[:length]
    gc.collect()
    gc.disable()  # as in an audit
    begun = time.process_time()
    try:
        with at_most(most):
            reader.read(path, text)
    except TooMuch:
        return most
    finally:
        gc.enable()
        left_out.taken()
    return time.process_time() - begun


def grows(reader: ModuleType, path: str, piece: str) -> str:
    """What is wrong with a piece: how the time grows, twice measured; empty where nothing is."""
    for _ in range(2):
        short = seconds(reader, path, piece, SHORT, 5.0)
        if short < LEAST:
            return ""
        long = seconds(reader, path, piece, LONG, 10.0)
        if long < MOST_GROWTH * short:
            return ""
    return f"{path}: {piece!r} takes {short:.2f} s, and {long:.2f} s for four times as much"


@pytest.mark.slow
@pytest.mark.parametrize(
    "reader",
    [reader for reader in readers() if reader.__name__.rpartition(".")[2] not in _OWN_BOUNDS],
    ids=lambda reader: reader.__name__.rpartition(".")[2],
)
def test_time_grows_with_the_text(reader: ModuleType) -> None:
    assert [told for path, piece in pieces(reader) if (told := grows(reader, path, piece))] == []


def test_a_reader_that_grows_with_the_square_is_found() -> None:
    class Square(ModuleType):
        @staticmethod
        def read(path: str, text: str) -> None:
            for at in range(0, len(text), 2):
                text.count("ab", at)

    assert "takes" in grows(Square("square"), "a", "aa")
