"""Words as data: each concept knows a name that speaks of it and a near one that does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assessor.catalog.loading import DataError, Source, load_models
from assessor.catalog.tools import load_tools
from assessor.catalog.words import Concept, concepts, cut, speaks_of

ASSESSOR = Path(__file__).parents[1] / "assessor"
ASKED = re.compile(r"speaks_of(?:_any)?\(\s*\(?((?:\"\w+\",? ?)+)")


@pytest.mark.parametrize("concept", concepts().values(), ids=lambda entry: entry.concept)
def test_a_concept_tells_its_hit_from_its_miss(concept: Concept) -> None:
    assert concept.is_in(concept.hit)
    assert not concept.is_in(concept.miss)


def test_every_concept_is_asked_and_every_question_has_one() -> None:
    sources = [path.read_text("utf-8") for path in ASSESSOR.rglob("*.py")]
    asked = {name for text in sources for found in ASKED.findall(text) for name in re.findall(r"\w+", found)}
    assert asked <= set(concepts())
    named = {name for text in sources for name in re.findall(r"\"([a-z_]+)\"", text)}
    named |= {concept for tool in load_tools() for proof in tool.proves for concept in (proof.given, proof.speaks)}
    assert set(concepts()) <= named


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("trainModel", "train model"),
        ("train_model_2", "train model 2"),
        ("HTTPServer", "http server"),
        ("ml/01_Prep-data.py", "ml 01 prep data py"),
        ("f1", "f1"),
        ("", ""),
    ],
)
def test_names_are_cut_into_words(name: str, words: str) -> None:
    assert cut(name) == words


@pytest.mark.parametrize(
    ("concept", "name", "speaks"),
    [
        ("train", "train2", True),
        ("train", "constrain", False),
        ("loads_model", "load_champion_model_from_store", True),
        ("loads_model", "json.load", False),
        ("prepares_data", "cleanRows", True),
        ("prepares_data", "unclean", False),
    ],
)
def test_what_names_speak_of(concept: str, name: str, speaks: bool) -> None:
    assert speaks_of(concept, name) is speaks


def test_a_mistake_is_told_with_its_line() -> None:
    text = "- concept: a\n  means: something\n  words: [one, Two]\n  hit: one\n  miss: two\n"
    with pytest.raises(DataError, match=r"words\.yaml:3: "):
        load_models(Source("words.yaml", text), Concept)
