"""Bounds of processor time that mean the same on a slow or busy machine."""

from __future__ import annotations

import ast
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

YARDSTICK = "value = compute(first, [second, 3])\n" * 20_000
REFERENCE = 0.4  # seconds that the yardstick takes on the idle machine on which the bounds were set


def slowness() -> float:
    """How many times slower than that machine this one is now: of its processors, and of what this process already holds."""
    begun = time.process_time()
    for _ in range(3):
        ast.parse(YARDSTICK)
    return max(1.0, (time.process_time() - begun) / 3 / REFERENCE)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block takes at most so many seconds of processor time; a slower machine gets as many more as it is slower."""
    begun = time.process_time()
    yield
    took = time.process_time() - begun
    assert took < seconds or took < seconds * slowness(), f"{took:.1f} s of at most {seconds} s"
