"""With which words a program does not do its work, as data in `idle.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from assessor.catalog.loading import DataError, Source, Value, load_models

_EVERYTHING = {"*", "**", ".", "./", "**/*", "/", ".*", "*.py", "**/*.py"}
_OFF = {"none", "false", "off", "no", "0"}
"""Values with which an option is not given: `--dry-run=none`."""
Word = Annotated[str, Field(pattern=r"^\S+$")]
Option = Annotated[str, Field(pattern=r"^-\S+$")]


class IdleWords(Value):
    """What the catalogue knows of some programs; see the head of `idle.yaml`."""

    programs: Annotated[tuple[Word, ...], Field(min_length=1)]
    options: frozenset[Option] = frozenset()
    alone: frozenset[Option] = frozenset()
    subcommands: frozenset[Word] = frozenset()
    forgives: frozenset[Option] = frozenset()
    fails_with: frozenset[Option] = frozenset()
    forgiven_by: Mapping[Word, frozenset[Word]] = Field(default_factory=dict)
    reads: tuple[Annotated[str, Field(pattern=r"^\.\w+$")], ...] = ()
    excludes: frozenset[Option] = frozenset()
    profiles: Mapping[Option, Word] = Field(default_factory=dict)
    grouped: bool = False


_NOTHING = IdleWords(programs=("-",))


def parse_idle(source: Source) -> Mapping[str, IdleWords]:
    """Validate the text of `idle.yaml`: program → its entry. Raises DataError, and where a program stands twice."""
    found: dict[str, IdleWords] = {}
    for entry in load_models(source, IdleWords, is_shipped=True):
        for program in entry.programs:
            if program in found:
                raise DataError(f"{source.name}:1: the program '{program}' stands in two entries")
            found[program] = entry
    return found


@cache
def _entries() -> Mapping[str, IdleWords]:
    return parse_idle(Source("idle.yaml", files("assessor.catalog").joinpath("idle.yaml").read_text("utf-8")))


@lru_cache(maxsize=8192)
def idle_word(program: str, arguments: tuple[str, ...]) -> str:
    """The word with which the program does not do its work; empty where it does."""
    every, own = _entries()["*"], _entries().get(program, _NOTHING)
    if len(arguments) == 1 and arguments[0] in every.alone | own.alone:
        return arguments[0]
    given = _before_dashes(arguments)
    if given and given[0] in own.subcommands:
        return given[0]
    excluded = _excluded(given, own)
    return next((word for word in given if _is_option(word, every, own)), "") or excluded


@lru_cache(maxsize=8192)
def forgives(program: str, arguments: tuple[str, ...]) -> bool:
    """Nothing that the program finds makes it fail."""
    own = _entries().get(program)
    if own is None:
        return False
    if own.fails_with and not _is_given(arguments, own.fails_with):
        return True
    return any(word in own.forgives or _in_group(word, own.forgives, own) for word in arguments)


def is_forgiven_by(program: str, env: tuple[tuple[str, str], ...]) -> bool:
    """By the variables that it is started with, nothing that the program finds makes it fail."""
    own = _entries().get(program)
    given = dict(env) if own and own.forgiven_by else {}
    return any(given.get(name, "").strip("'\"") in values for name, values in own.forgiven_by.items()) if own else False


def _is_given(arguments: tuple[str, ...], options: frozenset[str]) -> bool:
    """One of the options stands there, with another value than 0."""
    for number, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in options:
            return (value if equals else next(iter(arguments[number + 1 :]), "")).strip("'\"") != "0"
    return False


def files_read(program: str) -> tuple[str, ...]:
    """Endings of the files that the program looks at; empty where that is not known."""
    own = _entries().get(program)
    return own.reads if own else ()


def profiles_of(program: str) -> Mapping[str, str]:
    """Options of the program that name a folder → the file of settings there which gives it more options."""
    own = _entries().get(program)
    return own.profiles if own else {}


def idle_setting(program: str, settings: Sequence[tuple[str, str]]) -> str:
    """The setting (name and value, without dashes) with which the program does not do its work; empty where it does."""
    own = _entries().get(program, _NOTHING)
    return next((name for name, value in settings if f"--{name}" in own.options and value.lower() not in _OFF), "")


def _before_dashes(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _is_option(word: str, every: IdleWords, own: IdleWords) -> bool:
    name, _, value = word.partition("=")
    if value.strip("'\"").lower() in _OFF:
        return False
    return name in every.options or name in own.options or _in_group(word, own.options, own)


def _in_group(word: str, options: frozenset[str], own: IdleWords) -> bool:
    """`-nB` holds -n."""
    plain = own.grouped and len(word) > 2 and word[0] == "-" and word[1:].isalpha()
    return plain and any(f"-{letter}" in options for letter in word[1:])


def _excluded(given: Sequence[str], own: IdleWords) -> str:
    """An option that leaves every file out."""
    for position, word in enumerate(given):
        name, _, value = word.partition("=")
        following = given[position + 1] if position + 1 < len(given) else ""
        if name in own.excludes and (value or following).strip("'\"") in _EVERYTHING:
            return word
    return ""
