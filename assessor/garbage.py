"""When Python's cyclic garbage collector works."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """For work that makes many objects of which few are garbage in cycles: the collector finds next to nothing among them
    and takes its time.

    Those that live on are counted as old at the end (that is what freezing and unfreezing does), or the collector would
    look through all of them as soon as it runs again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
