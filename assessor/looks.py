"""What is known of the kept facts of a file without decoding them.

What a comment changes, the maintainability index, stands behind the rest of the facts, so that two files that differ in
nothing else say the same.
"""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

_INDEX = struct.Struct("<d")


class Look(NamedTuple):
    """Of one file: a digest of all that it says but its maintainability index, and that (0 where there is none)."""

    digest: bytes
    maintainability: float


def look(kept: bytes) -> Look:
    """What is known of facts as they are kept."""
    facts, index = parted(kept)
    return Look(hashlib.blake2b(facts, digest_size=16).digest(), index)


def parted(kept: bytes) -> tuple[bytes, float]:
    """(the facts but the index, the index)."""
    (index,) = _INDEX.unpack(kept[-_INDEX.size :].rjust(_INDEX.size, b"\0"))
    return kept[: -_INDEX.size], index


def united(facts: bytes, index: float) -> bytes:
    """The reverse of `parted`."""
    return facts + _INDEX.pack(index)
