"""Frozen values as compact bytes and back: MessagePack by the fields and types of their dataclasses, made by msgspec.

Decoding builds the declared types and nothing else, so that no kept bytes can run anything, and refuses what does not
fit them.
"""

from __future__ import annotations

import zlib
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

_MOST_BYTES = 100_000_000
"""Bytes of one value; the facts of a file have some ten thousand, all findings of a large repository a few millions."""
_LEVEL = 1
"""Facts shrink to a quarter at zlib's fastest level; the next levels gain little and cost more time than they save."""


class Codec(Generic[T]):
    """Encodes and decodes values of one type. `level`: that of zlib; 0 for what is only handed to another process."""

    def __init__(self, kind: type[T], level: int = _LEVEL) -> None:
        self._level = level
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(kind)

    def encode(self, value: T) -> bytes | None:
        """The value as bytes; None where decoding them would not give exactly this value.

        That is so for a lone surrogate, an integer beyond 64 bits, and a value that is not of its declared type.
        """
        try:
            data = self._encoder.encode(value)
            is_exact = len(data) <= _MOST_BYTES and self._encoder.encode(self._decoder.decode(data)) == data
        except (UnicodeEncodeError, OverflowError, RecursionError, TypeError, msgspec.MsgspecError):
            return None
        return zlib.compress(data, self._level) if is_exact else None

    def decode(self, data: bytes) -> T | None:
        """The value that was encoded; None for bytes that are none of this type."""
        try:
            opened = zlib.decompressobj()
            plain = opened.decompress(data, _MOST_BYTES)
            return self._decoder.decode(plain) if opened.eof else None
        except (zlib.error, msgspec.DecodeError, UnicodeDecodeError, RecursionError, MemoryError):
            return None
