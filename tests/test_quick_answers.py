"""What answers quickly answers as the slow and plain way does."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import assessor
from assessor.catalog import words
from assessor.catalog.patterns import matches_any_call, matches_any_command, matches_call, matches_command
from assessor.catalog.programs import programs
from assessor.catalog.tools import load_tools
from assessor.readers.code.python.nodes import below
from assessor.readers.syntax.shell import never_holds
from assessor.readers.syntax.yaml_tree import YamlProblem, load_one
from assessor.readers.texts import secrets
from assessor.readers.texts.secrets import LAST_WORD, last_words

SOURCES = sorted(Path(assessor.__file__).parent.glob("readers/code/*.py"))


def test_the_nodes_below_one_are_those_of_ast_walk() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        assert [id(node) for node in below(tree)] == [id(node) for node in ast.walk(tree)]


@pytest.mark.parametrize(
    "line", ["API_KEY = 'x'", "dbPassword: y", "tokEN=1 Secret_Key=2", "ſecret = 3", "İ_token = 4", "nothing here"]
)
def test_the_last_words_of_secrets_are_found_whatever_their_case(line: str) -> None:
    plain = [found.span() for found in re.finditer(LAST_WORD, line, re.IGNORECASE)]
    assert [found.span() for found in last_words(line, line.lower())] == plain


_PIECES = [
    *(start for _, starts, _ in secrets._SHAPES for start in starts),
    *(
        "wandb login ",
        "wandb_v1_",
        "sk-proj-",
        "sk-ant-",
        "A" * 16,
        "aB3" * 12,
        "0f" * 20,
        "12345678",
        " ",
        "\n",
        "/",
        "=",
    ),
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_tokens_that_are_found_by_their_beginnings_are_those_that_their_shapes_match(text: str) -> None:
    plain = {
        (at, found.end(), kind)
        for kind, _, pattern in secrets._SHAPES
        for at in range(len(text))
        if (found := re.compile(pattern).match(text, at))
    }
    assert {(start, end, kind) for start, end, kind, _ in secrets.tokens(text)} == plain


@pytest.mark.parametrize(
    "condition", ['[ "$MODE" = fit ]', "[[ -n ${MODE} ]]", 'else [ "$1" = "x" ]', '[ "$MODELS" = "" ]']
)
@pytest.mark.parametrize("mode", ["fit", "", "x"])
def test_variables_that_a_condition_does_not_name_change_nothing_of_it(condition: str, mode: str) -> None:
    named = {"MODE": mode, "1": mode}
    assert never_holds(condition, named) is never_holds(condition, named | {"OTHER": "fit", "Z": "", "MOD": "1"})


def test_call_patterns_that_are_looked_up_by_words_match_as_each_alone() -> None:
    patterns = tuple(dict.fromkeys(p for tool in load_tools() for proof in tool.proves for p in proof.calls))
    names = [p.replace("?", "model").replace("*", "thing") for p in patterns[::7]] + ["?", "?.fit", "open", "a.b.c"]
    for name in names:
        assert matches_any_call(patterns, name) == any(matches_call(pattern, name) for pattern in patterns), name


def test_command_patterns_that_are_looked_up_by_programs_match_as_each_alone() -> None:
    patterns = programs().fetches
    lines = [(*pattern.split(), "x") for pattern in patterns] + [("aws", "s3", "ls"), ("python",), ()]
    for several, line in product((patterns, patterns[:3]), lines):
        assert matches_any_command(several, line) == any(matches_command(pattern, line) for pattern in several), line


@settings(max_examples=300)
@given(st.text(alphabet="aZbQ17 _.-é", max_size=12))
def test_a_name_of_ascii_is_cut_as_any_other(name: str) -> None:
    plain = words._WORD.findall(words._BOUNDARY.sub(" ", name).lower())
    assert words.words_of(name) == " ".join(plain)


def test_an_alias_is_the_node_that_it_names() -> None:
    root = load_one("a: &x {b: 1}\nc: *x\nd: &s text\ne: [*s, *s]\nf: &own [*own]\n")
    assert root.get("c") is root.get("a")
    assert root.get("e").texts() == ("text", "text")
    assert [child.kind for child in root.get("f").children] == ["nothing"]


@pytest.mark.parametrize(("text", "line"), [("a: 1\nb: *x\n", 2), ("a: &x 1\nb: 2\nc: &x 3\n", 3)])
def test_an_alias_of_nothing_and_an_anchor_that_stands_twice_are_no_yaml(text: str, line: int) -> None:
    with pytest.raises(YamlProblem) as problem:
        load_one(text)
    assert problem.value.line == line
