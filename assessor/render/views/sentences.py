"""What an audit found, in another language: the sentences of scanners and readers, translated by their patterns.

An assessment says in English what was found, since its JSON is read by programs; `reports/texts/LANGUAGE.found.yaml` has
each sentence beside its translation, with `{names}` for what the repository fills in: `{path} is kept`. A sentence is
known where one pattern fits it whole; of several the one with the most words of its own, but first those that join others.
What stands for `{said}` or a name that begins so must itself be a known sentence, other values are translated where they
are one. A sentence that no pattern fits stays English.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEEPEST = 5
"""Sentences inside sentences: `tool: what it does; what stops`."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A sentence cut at its names: one more piece of its own words than names."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    translated: str

    @property
    def own(self) -> int:
        return sum(map(len, self.pieces))

    @property
    def joins(self) -> bool:
        """It joins other sentences; asked first, so that no value spans two of them."""
        return all(name.startswith("said") for name in self.names)

    def values(self, text: str) -> dict[str, str] | None:
        """What stands for the names, each as short as it can be; None where the text is another sentence.

        Looks for one piece after the other and never goes back, so that the time is linear in the text.
        """
        first, *middle, last = self.pieces
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last):
            return None
        at, found = len(first), []
        for piece in middle:
            hit = text.find(piece, at + 1, end)
            if hit < 0:
                return None
            found.append(text[at:hit])
            at = hit + len(piece)
        return dict(zip(self.names, [*found, text[at:end]], strict=True)) if at < end else None


@dataclass(frozen=True)
class Sentences:
    """The sentences of one language. `said` remembers what was asked before; it grows with the report."""

    whole: Mapping[str, str]
    patterns: tuple[_Pattern, ...]
    _said: dict[str, str] = field(default_factory=dict)

    def said(self, text: str) -> str:
        """The sentence in this language; empty where it is not known."""
        if text not in self._said:
            self._said[text] = self._of(text, _DEEPEST)
        return self._said[text]

    def _of(self, text: str, depth: int) -> str:
        if text in self.whole:
            return self.whole[text]
        for pattern in self.patterns if depth else ():
            values = pattern.values(text)
            if values is None:
                continue
            told = {name: self._of(value, depth - 1) for name, value in values.items()}
            if all(told[name] for name in told if name.startswith("said")):
                return pattern.translated.format_map({name: told[name] or value for name, value in values.items()})
        return ""


def sentences(written: Mapping[str, str], catalogue: Mapping[str, str]) -> Sentences:
    """Those of a file: English sentence → its translation, both with the same names; and those that the catalogue says."""
    whole = {**catalogue, **{text: other for text, other in written.items() if "{" not in text}}
    patterns = [_pattern(text, other) for text, other in written.items() if "{" in text]
    return Sentences(whole, tuple(sorted(patterns, key=lambda pattern: (not pattern.joins, -pattern.own))))


def _pattern(text: str, translated: str) -> _Pattern:
    parts = [(literal, name) for literal, name, _, _ in string.Formatter().parse(text)]
    names = tuple(name for _, name in parts if name is not None)
    pieces = [literal for literal, _ in parts]
    return _Pattern(tuple(pieces if len(pieces) > len(names) else [*pieces, ""]), names, translated)
