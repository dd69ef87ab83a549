"""Ratings that are kept: by all that was asked, and by what the files say, so that a commit that changes no fact costs none.

What a rating depends on is the facts of the files and what the history says of branches and tags. How many commits and
authors there are, and the maintainability index, stand in two findings, in which they are put anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from assessor.facts.place import BlindSpot
from assessor.findings import Finding
from assessor.looks import Look
from assessor.project.exchanges import Exchange
from assessor.readers.registry import has_failed
from assessor.reading import Gathered, Reading, Wanted
from assessor.scanners.restated import CODE, COMPLEXITY, index_of, is_maintained, said_of, with_commits, with_index

if TYPE_CHECKING:
    from assessor.cache.cache import Cache
    from assessor.cache.codec import Codec
    from assessor.project.scope import Scope


@dataclass(frozen=True, slots=True)
class Rated:
    """The rating of one snapshot: all that scoring and reports take from its files."""

    findings: dict[str, Finding]
    blind_spots: tuple[BlindSpot, ...]
    listed: int
    read: int
    parsed: int
    libraries: tuple[str, ...] = ()
    """Libraries of machine learning that it imports."""
    manifests: tuple[str, ...] = ()
    """Paths of the files that name its dependencies."""
    hidden: bool = False
    """Some of its own code could not be read."""
    named: bool = False
    """Some of its functions or scripts is named for training a model."""
    exchanges: tuple[Exchange, ...] = ()
    """What it makes for other repositories and takes from them."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What findings say and no fact tells that is kept under their key: of commits, and the maintainability index."""

    commits: str
    index: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is kept for a question: the key of the rating, and the numbers of this state."""

    rating: bytes
    numbers: _Numbers


@dataclass(frozen=True, slots=True)
class _ByFacts:
    """What is kept for facts: the rating, the numbers of the state for which it was made, and the lines of its modules."""

    rated: Rated
    numbers: _Numbers
    modules: dict[str, int]

    def said_with(self, now: _Numbers) -> Rated:
        """The rating of a state with other numbers."""
        if now == self.numbers:
            return self.rated
        found = dict(self.rated.findings)
        found[CODE] = with_commits(found[CODE], self.numbers.commits, now.commits)
        found[COMPLEXITY] = with_index(found[COMPLEXITY], self.numbers.index, now.index)
        return replace(self.rated, findings=found)

    def index_now(self, known: Mapping[str, Look]) -> float:
        """The maintainability index of the same modules with other comments."""
        return index_of((known[path].maintainability, lines) for path, lines in self.modules.items())


class Ratings:
    """The ratings of one snapshot that a cache knows. Each question is asked in turn, the cheapest first."""

    def __init__(self, cache: Cache, wanted: Wanted) -> None:
        self._cache = cache
        self._wanted = wanted

    def asked_before(self, scopes: Iterable[Scope]) -> dict[Scope, Rated]:
        """Those whose files and history were the same, byte by byte."""
        keys = {scope: self._question(scope) for scope in scopes}
        asked = self._cache.load(_asked_codec(), list(keys.values()))
        made = self._cache.load(_facts_codec(), list({one.rating for one in asked.values()}))
        return {
            scope: made[asked[key].rating].said_with(asked[key].numbers)
            for scope, key in keys.items()
            if key in asked and asked[key].rating in made
        }

    def same_facts(self, scopes: Iterable[Scope], gathered: Gathered) -> dict[Scope, Rated]:
        """Those whose files say the same, whatever their bytes."""
        history = self._wanted.snapshot.history()
        if gathered.known is None or (history is not None and history.problem):
            return {}
        keys = {scope: self._facts(scope, gathered.known) for scope in scopes}
        made = self._cache.load(_facts_codec(), list(keys.values()))
        found: dict[Scope, Rated] = {}
        for scope, key in keys.items():
            if key not in made:
                continue
            numbers = _Numbers(said_of(history).text, made[key].index_now(gathered.known))
            if is_maintained(numbers.index) == is_maintained(made[key].numbers.index):
                found[scope] = made[key].said_with(numbers)
                self._keep_question(scope, key, numbers)
        return found

    def keep(self, scope: Scope, gathered: Gathered, reading: Reading, rated: Rated) -> None:
        """Keep a rating under its facts and its question, where nothing stood in the way that may not be there next time."""
        if not self._is_repeatable(rated, reading):
            return
        key = self._cache.key("rated", self._question(scope).hex())
        if gathered.known is not None:
            key = self._facts(scope, gathered.known)
        modules = reading.project.scoped(scope).measured
        index = index_of((metrics.maintainability, metrics.source_lines) for _, metrics in modules)
        numbers = _Numbers(said_of(reading.project.history).text, index)
        lines = {file.path: metrics.source_lines for file, metrics in modules}
        if encoded := _facts_codec().encode(_ByFacts(rated, numbers, lines)):
            self._cache.keep([(key, encoded)])
            self._keep_question(scope, key, numbers)

    def _keep_question(self, scope: Scope, rating: bytes, numbers: _Numbers) -> None:
        encoded = _asked_codec().encode(_Asked(rating, numbers))
        self._cache.keep([(self._question(scope), encoded)] if encoded else [])

    def _question(self, scope: Scope) -> bytes:
        """What findings depend on: every path with what is known of it, the content of those that are read, the history."""
        snapshot, ids = self._wanted.snapshot, self._wanted.ids
        files = (
            f"{entry.path}\0{ids.get(entry.path, '')}\0{entry.size}\0{entry.is_symlink:d}\0{entry.target}\0{entry.unreadable}"
            for entry in snapshot.files
        )
        problems, limits = repr(snapshot.listing_problems), repr(snapshot.limits)
        return self._cache.key("rating", *files, snapshot.history_key(), problems, limits, repr(scope))

    def _facts(self, scope: Scope, known: Mapping[str, Look]) -> bytes:
        """What findings follow from but for their numbers: every path with what its file says, and the history but for
        its commits."""
        snapshot = self._wanted.snapshot
        files = (
            f"{entry.path}\0{known[entry.path].digest.hex() if entry.path in known else ''}" for entry in snapshot.files
        )
        history = snapshot.history()
        refs = history and (history.branches, history.is_shallow, history.tags)
        asked = (repr(snapshot.problems), repr(snapshot.limits), repr(scope))
        return self._cache.key("findings", *files, repr(refs), said_of(history).kind, *asked)

    def _is_repeatable(self, rated: Rated, reading: Reading) -> bool:
        from assessor.scanners.every import FAILED

        history = reading.project.history
        is_whole = reading.is_whole and not (history and history.problem)
        if not is_whole or any(has_failed(spot.reason) for spot in rated.blind_spots):
            return False
        return not any(FAILED in spot.reason for finding in rated.findings.values() for spot in finding.blind_spots)


@lru_cache(maxsize=1)
def _asked_codec() -> Codec[_Asked]:
    from assessor.cache.codec import Codec

    return Codec(_Asked)


@lru_cache(maxsize=1)
def _facts_codec() -> Codec[_ByFacts]:
    from assessor.cache.codec import Codec

    return Codec(_ByFacts)
