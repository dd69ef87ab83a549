"""Python that is newer than the interpreter: written the older way, line by line."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from assessor.readers.syntax.newer_python import in_older_syntax

NEWER = [
    'x = f"{d["a"]}"',
    'x = f"a {d["a"]!r:>{w["n"]}} b"',
    'x = f"{\n    call(1,\n    2)\n} end"\ny = 2\n',
    "x = f\"{'\\n'.join(rows)}\"",
    "type X[T] = list[T]\ndef f[T: int](a: T) -> T:\n    return a\nclass C[K, V]:\n    pass\n",
    "try:\n    pass\nexcept A, B:\n    pass\n",
    'x = f"{f"{f"{1}"}"}"',
    'x = t"a {b}"',
    'x = f"""{d["""a"""]} {\n  e # comment\n}"""',
    'print(f"{"{"}" f"{x}")',
]


@pytest.mark.parametrize("text", NEWER)
def test_every_interpreter_reads_it(text: str) -> None:
    older = in_older_syntax(text)
    ast.parse(older, feature_version=(3, 11))
    assert older.count("\n") == text.count("\n")


def test_a_name_stays_where_the_rest_cannot() -> None:
    assert in_older_syntax('f"{rows["a"].get("\\n")}"') == 'f"{rows}"'


def test_what_is_old_enough_stays_as_it_is() -> None:
    for path in sorted(Path(__file__).parents[1].glob("assessor/**/*.py")):
        text = path.read_text("utf-8")
        assert in_older_syntax(text) == text, path


def test_it_never_raises() -> None:
    pieces = [
        'f"',
        "f'",
        '"""',
        "{",
        "}",
        "\\",
        "\n",
        "#",
        ":",
        "!r",
        "[",
        "]",
        "a",
        "type X = 1\n",
        "except A, B:",
        "t'",
    ]
    shuffle = random.Random(7)
    for _ in range(3_000):
        text = "".join(shuffle.choice(pieces) for _ in range(shuffle.randint(1, 24)))
        assert in_older_syntax(text).count("\n") == text.count("\n"), text
