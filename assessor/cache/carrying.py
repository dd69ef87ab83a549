"""A cache that holds in memory what the snapshot before was made of, for snapshots that follow each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from assessor.cache.cache import Cache
from assessor.cache.codec import Codec
from assessor.cache.store import Store

T = TypeVar("T")
R = TypeVar("R")


class Carrying(Cache):
    """The user's cache, or none, behind the answers that were asked for last: they are not decoded again.

    Only what the last question of a kind named is held, so memory is that of one snapshot.
    """

    def __init__(self, store: Store | None, version: bytes) -> None:
        self._behind = Cache(store, version) if store is not None else None
        self._version = version
        self._held: dict[int, dict[bytes, Any]] = {}
        self._new: dict[bytes, bytes] = {}
        self._seen: dict[bytes, Any] = {}

    def load(self, codec: Codec[T], keys: Sequence[bytes]) -> dict[bytes, T]:
        if not keys:
            return {}  # no question: what the last one named stays
        before: dict[bytes, T] = self._held.get(id(codec), {})
        found = {key: before[key] for key in keys if key in before}
        for key in keys:
            if key in self._new and (value := codec.decode(self._new.pop(key))) is not None:
                found[key] = value
        if self._behind is not None and len(found) < len(keys):
            found |= self._behind.load(codec, [key for key in keys if key not in found])
        self._held[id(codec)] = found
        return dict(found)

    def looked_at(self, keys: Sequence[bytes], look: Callable[[bytes], R]) -> dict[bytes, R]:
        found: dict[bytes, R] = {key: self._seen[key] for key in keys if key in self._seen}
        found |= {key: look(self._new[key]) for key in keys if key in self._new}
        if self._behind is not None and len(found) < len(keys):
            found |= self._behind.looked_at([key for key in keys if key not in found], look)
        self._seen = dict(found)
        return found

    def keep(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        kept = list(rows)
        self._new.update(kept)
        if self._behind is not None:
            self._behind.keep(kept)

    def close(self) -> None:
        if self._behind is not None:
            self._behind.close()
