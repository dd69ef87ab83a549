"""Answers by what they were worked out from: the store, the version of the rules, and keys made of both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TypeVar

from assessor.cache.codec import Codec
from assessor.cache.store import Store
from assessor.cache.version import rules_version

T = TypeVar("T")
R = TypeVar("R")

_ASKED_AT_ONCE = 2_000


class Cache:
    """Looks up and keeps answers. A context manager: leaving it closes the store."""

    def __init__(self, store: Store, version: bytes) -> None:
        self._store = store
        self._version = version

    def key(self, kind: str, *parts: str) -> bytes:
        """The key of an answer of one kind, made by these rules from these parts (ids of contents, paths)."""
        digest = hashlib.blake2b(self._version, digest_size=16, person=kind.encode()[:16])
        for part in parts:
            data = part.encode("utf-8", "surrogateescape")
            digest.update(b"%d\0" % len(data) + data)
        return digest.digest()

    def load(self, codec: Codec[T], keys: Sequence[bytes]) -> dict[bytes, T]:
        """The answers of those keys that are known."""
        values = self.looked_at(keys, codec.decode)
        return {key: value for key, value in values.items() if value is not None}

    def looked_at(self, keys: Sequence[bytes], look: Callable[[bytes], R]) -> dict[bytes, R]:
        """What `look` says of each encoded answer that is known; few of them are held at a time."""
        found: dict[bytes, R] = {}
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            rows = self._store.load(keys[start : start + _ASKED_AT_ONCE])
            found |= {key: look(data) for key, data in rows.items()}
        return found

    def keep(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep answers that a codec has encoded."""
        self._store.keep(list(rows))

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_cache(store: Store) -> Cache | None:
    """The cache of a store; None where nothing can be looked up, or the rules' version is not known."""
    version = rules_version() if store.is_open else b""
    return Cache(store, version) if version else None
