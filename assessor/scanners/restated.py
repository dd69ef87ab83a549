"""The numbers in findings that change with a commit though no fact on which anything else rests does: how many commits
there are, and the maintainability index, which a comment changes. What was found before is said again with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assessor.findings import Finding, numbered

if TYPE_CHECKING:
    from assessor.snapshot.history import History

CODE, COMPLEXITY = "versioning.code", "quality.complexity"
INDEX = "maintainability_index"
MIN_MAINTAINABILITY = 20.0
"""Maintainability index from which radon ranks a module A."""


class Said(NamedTuple):
    """What is said of the commits of a history, and what kind of saying it is."""

    kind: str
    text: str


def said_of(history: History | None) -> Said:
    """Used: commits on more than one author-day, of a folder also those of the repository around it. A shallow clone hides
    the history, so it is unknown."""
    if history is None:
        return Said("none", "no git repository")
    if history.author_days > 1 and history.commits > 1:
        authors = numbered(history.authors, "author", "authors")
        return Said("used", f"{history.commits} commits by {authors} on {history.author_days} author-days")
    if history.around:
        own = numbered(history.commits, "commit", "commits")
        return Said("used", f"{own} in a repository of {history.around} commits on more than one author-day")
    if history.is_shallow:
        return Said("hidden", "a shallow clone hides the history")
    return Said("few", f"{numbered(history.commits, 'commit', 'commits')} on one author-day")


def index_of(modules: Iterable[tuple[float, int]]) -> float:
    """The maintainability index of all modules together, of that and the lines of each."""
    known = list(modules)
    return math.fsum(index * lines for index, lines in known) / max(sum(lines for _, lines in known), 1)


def is_maintained(index: float) -> bool:
    """The index is within its bound."""
    return index >= MIN_MAINTAINABILITY


def said_of_complexity(mean: float, index: float) -> str:
    """The sentence on complexity, at whose end the index stands."""
    return f"mean cyclomatic complexity {mean:.1f}, maintainability index {index:.0f}"


_BEGIN = said_of_complexity(0, 0).partition("0")[0]


def with_commits(finding: Finding, before: str, now: str) -> Finding:
    """The finding on commits with another text of the same kind."""
    return _with_texts(finding, lambda text: now if text == before else text)


def with_index(finding: Finding, before: float, now: float) -> Finding:
    """The finding on complexity with another index on the same side of the bound."""
    end = f"{before:.0f}"

    def said(text: str) -> str:
        return text.removesuffix(end) + f"{now:.0f}" if text.startswith(_BEGIN) and text.endswith(f" {end}") else text

    values = tuple((name, round(now, 1) if name == INDEX else value) for name, value in finding.values)
    return replace(_with_texts(finding, said), values=values)


def _with_texts(finding: Finding, said: Callable[[str], str]) -> Finding:
    return replace(
        finding,
        summary=said(finding.summary),
        evidence=tuple(replace(one, text=said(one.text)) for one in finding.evidence),
        near_misses=tuple(replace(one, text=said(one.text)) for one in finding.near_misses),
    )
