"""What names speak of: concepts and their words, as data in `words.yaml`.

A name is cut into words (`trainModel`, `train_model`, `ml.train-model`: train, model), and speaks of a concept where one
of the concept's phrases stands in it. A word alone proves nothing above *declared*: whoever asks needs a second witness,
such as a product in reach, a value that one made, a call, a run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field, model_validator

from assessor.catalog.loading import Source, Value, load_models

Phrase = Annotated[str, Field(pattern=r"^\^?[a-z0-9*]+(?: [a-z0-9*]+)*\$?$")]
"""Words of a name in a row; `*` stands for any letters, `^` for the beginning and `$` for the end of the name."""

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+[0-9]*|[0-9]+")
_WORD_OF_ASCII = re.compile(r"(?:[A-Z]+(?![a-z])|[A-Z]?[a-z]+)[0-9]*|[0-9]+")
"""Both at once, several times faster; beyond ASCII there are letters whose small form is another one."""


class Concept(Value):
    """One entry of `words.yaml`; the head of the file says what the keys mean."""

    concept: Annotated[str, Field(pattern=r"^[a-z]+(?:_[a-z]+)*$")]
    means: Annotated[str, Field(min_length=8)]
    words: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    never: tuple[Phrase, ...] = ()
    beside: tuple[Phrase, ...] = ()
    hit: str
    miss: str

    @model_validator(mode="after")
    def _stands_once(self) -> Concept:
        if len(set(self.words)) < len(self.words):
            twice = next(word for word in self.words if self.words.count(word) > 1)
            raise ValueError(f"'{twice}' stands twice in the words of '{self.concept}'")
        return self

    @cached_property
    def _wanted(self) -> re.Pattern[str]:
        return _any_of(self.words)

    @cached_property
    def _refused(self) -> re.Pattern[str] | None:
        return _any_of(self.never) if self.never else None

    @cached_property
    def _allowed(self) -> re.Pattern[str]:
        return _any_of((*self.words, *self.beside))

    def is_in(self, name: str) -> bool:
        """The name speaks of the concept."""
        return self.is_said_in(cut(name))

    def found_in(self, text: str) -> str:
        """The words of a text (`words_of`) that speak of the concept; empty where none do."""
        found = self._wanted.search(text) if self.is_said_in(text) else None
        return found.group() if found else ""

    def is_said_in(self, text: str) -> bool:
        """Words in small letters, as `words_of` gives them, speak of the concept."""
        if not self._wanted.search(text) or (self._refused and self._refused.search(text)):
            return False
        return not self.beside or not self._allowed.sub(" ", text).strip()


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One look back for all phrases: tried before each of them, it makes the search several times slower."""
    return re.compile(f"(?<![a-z0-9])(?:{'|'.join(map(_pattern, sorted(phrases, key=len, reverse=True)))})")


def _pattern(phrase: str) -> str:
    inner = phrase.removeprefix("^").removesuffix("$").replace("*", "[a-z0-9]*").replace(" ", " +")
    start = "^ *" if phrase.startswith("^") else ""
    end = " *$" if phrase.endswith("$") else "(?![a-z0-9])"
    number = "" if inner[-1] in "0123456789*" else "[0-9]*"  # train2 is train
    return f"{start}{inner}{number}{end}"


@lru_cache(maxsize=32768)
def cut(name: str) -> str:
    """The words of a name in small letters, with blanks between them."""
    if name.isascii():
        return " ".join(_WORD_OF_ASCII.findall(name)).lower()
    return " ".join(_WORD.findall(_BOUNDARY.sub(" ", name).lower()))


def words_of(text: str) -> str:
    """The words of a page or sentence, to ask several concepts of; unlike names they are not kept."""
    return cut.__wrapped__(text)


@cache
def concepts() -> Mapping[str, Concept]:
    """All concepts by name. Raises DataError for a mistake in the data, or a concept that stands twice."""
    text = files("assessor.catalog").joinpath("words.yaml").read_text("utf-8")
    found: tuple[Concept, ...] = load_models(Source("words.yaml", text), Concept, is_shipped=True)
    return {entry.concept: entry for entry in found}


@lru_cache(maxsize=131_072)  # a repository of 4,000 files asks 70,000 different questions
def speaks_of(concept: str, name: str) -> bool:
    """The name of a function, file, variable, job or call speaks of a concept of `words.yaml`. KeyError for an unknown one."""
    return concepts()[concept].is_in(name)


def says(concept: str, words: str) -> bool:
    """The words of a text (`words_of`) speak of a concept of `words.yaml`. KeyError for an unknown one."""
    return concepts()[concept].is_said_in(words)


def stem_of(path: str) -> str:
    """The name of a file without folders and ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def speaks_of_any(names: tuple[str, ...], name: str) -> bool:
    """The name speaks of one of several concepts."""
    return any(speaks_of(concept, name) for concept in names)
