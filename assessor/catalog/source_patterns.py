"""Patterns of calls in languages that are read by a tokeniser: `REGISTRY:PACKAGE::CALL`.

`npm:openai::chat.completions.create` is a call whose dotted name ends so, in a file that loads the package `openai` of npm
or a part of it. That the project depends on it is enough for Ruby and .NET, whose files need not load what they call, and for
npm where the call has two words or more, which a client keeps that another file made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Set
from functools import cache
from typing import NamedTuple

from assessor.catalog.registries import SOURCE_CALL, registries
from assessor.catalog.tools import load_tools
from assessor.readers.code.sources import language_of


class SourcePattern(NamedTuple):
    """A pattern in its parts."""

    registry: str
    package: str
    words: tuple[str, ...]

    @property
    def by_project(self) -> bool:
        """It is enough that the project depends on the package."""
        known_by = registries()[self.registry].known_by
        return known_by == "project" or (known_by == "chain" and len(self.words) > 1)

    def is_in(self, name: str) -> bool:
        """The dotted name ends with the words of the pattern."""
        return tuple(name.split(".")[-len(self.words) :]) == self.words

    def is_loaded(self, loaded: Collection[str], declared: Set[str]) -> bool:
        """The file loads the package, or the project depends on it where that is enough."""
        if self.by_project and f"{self.registry}:{self.package.lower()}" in declared:
            return True
        below = self.package + registries()[self.registry].separator
        return any(name == self.package or name.startswith(below) for name in loaded)


@cache
def source_pattern(text: str) -> SourcePattern:
    """A pattern as the catalogue writes it, in its parts."""
    match = SOURCE_CALL.fullmatch(text)
    assert match, "the catalogue holds no other"
    return SourcePattern(match[1], match[2], tuple(match[3].split(".")))


def all_patterns() -> frozenset[str]:
    """Every pattern of this kind in the catalogue."""
    tools = load_tools()
    proofs = {pattern for tool in tools for proof in tool.proves for pattern in proof.source_calls}
    return frozenset(proofs.union(*(tool.asks for tool in tools)))


def may_show(path: str, text: str) -> bool:
    """The text may hold a call of the catalogue. Files of languages that are not read by `code.sources` always may.

    It is asked of every file of these languages, so that most must be refused at hardly any cost: JavaScript by the packages
    that it loads, the others by words.
    """
    language = language_of(path)
    if language is None:
        return True
    if _may_be_held(language.ecosystem) and _loads_known(language.ecosystem, text):
        return True
    return any(mark in text for mark in _marks(language.ecosystem))


def _may_be_held(registry: str) -> bool:
    """Calls of the registry's packages may be asked of a client that another file made."""
    return registry in registries() and registries()[registry].known_by == "chain"


_LOADS = (
    re.compile(r"from ?[\"']([^\"'\n]{1,200})[\"']"),
    re.compile(r"(?:require|import)\([\"']([^\"'\n]{1,200})[\"']"),
)


def _loads_known(registry: str, text: str) -> bool:
    known = _packages_of(registry)
    found = set(_LOADS[0].findall(text))
    if "require(" in text or "import(" in text:
        found.update(_LOADS[1].findall(text))
    return any(name in known or name[: name.find("/")] in known or _scoped(name) in known for name in found)


def _scoped(name: str) -> str:
    return "/".join(name.split("/", 2)[:2]) if name[0] == "@" else name


@cache
def _packages_of(registry: str) -> frozenset[str]:
    return frozenset(p.package for p in map(source_pattern, all_patterns()) if p.registry == registry)


@cache
def _marks(registry: str) -> tuple[str, ...]:
    """Texts of which one stands in every file in which a pattern of the registry may be found; none holds another. Where calls
    may be asked of a client that another file made, only those of calls that need no loading."""
    patterns = [p for p in map(source_pattern, all_patterns()) if p.registry == registry]
    found = {_mark_of(p) for p in patterns if p.by_project or not _may_be_held(registry)}
    return tuple(sorted(mark for mark in found if not any(other in mark for other in found if other != mark)))


def _mark_of(pattern: SourcePattern) -> str:
    """Where any call of the name counts, the name; else that or the package that must be loaded, whichever is longer."""
    if _may_be_held(pattern.registry):
        return ".".join(pattern.words)
    called = max(pattern.words, key=len)
    return called if pattern.by_project or len(called) > len(pattern.package) else pattern.package
