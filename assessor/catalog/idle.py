"""With which words a program does not do its work, as data in `idle.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

_EVERYTHING = {"*", "**", ".", "./", "**/*", "/", ".*", "*.py", "**/*.py"}


@dataclass(frozen=True, slots=True)
class IdleWords:
    """What the catalogue knows of one program; see the head of `idle.yaml`."""

    options: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    subcommands: frozenset[str] = frozenset()
    forgives: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    excludes: frozenset[str] = frozenset()
    grouped: bool = False


@cache
def _entries() -> Mapping[str, IdleWords]:
    """Program → its entry. Raises TypeError for an unknown key: the data is ours, so that is a bug."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, IdleWords] = {}
    for entry in yaml.load(files("assessor.catalog").joinpath("idle.yaml").read_text("utf-8"), Loader=loader):
        programs, reads, grouped = entry.pop("programs"), tuple(entry.pop("reads", ())), entry.pop("grouped", False)
        made = IdleWords(reads=reads, grouped=grouped, **{key: frozenset(words) for key, words in entry.items()})
        found.update(dict.fromkeys(programs, made))
    return found


def known_programs() -> tuple[str, ...]:
    return tuple(_entries())


@lru_cache(maxsize=8192)
def idle_word(program: str, arguments: tuple[str, ...]) -> str:
    """The word with which the program does not do its work; empty where it does."""
    every, own = _entries()["*"], _entries().get(program, IdleWords())
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
    return own is not None and any(word in own.forgives or _in_group(word, own.forgives, own) for word in arguments)


def files_read(program: str) -> tuple[str, ...]:
    """Endings of the files that the program looks at; empty where that is not known."""
    own = _entries().get(program)
    return own.reads if own else ()


def _before_dashes(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _is_option(word: str, every: IdleWords, own: IdleWords) -> bool:
    name = word.partition("=")[0]
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
