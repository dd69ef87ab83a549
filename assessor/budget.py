"""What one piece of an audit may cost, so that no file of a repository can hold up or bring down the rest.

A piece that outruns its share of processor time is stopped where it is (`TooMuch`); what becomes of it then, is for the
caller to say: a blind spot, a practice that is unknown. A repository that people wrote meets none of these limits.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

OUTRAN = "outran its share:"
"""In the reason of a blind spot: it depends on the machine, so an answer with it is not kept in the cache."""


class TooMuch(BaseException):
    """A piece of work has taken more than its share. No `Exception`, so that nothing on the way takes it for another."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds of wall time for an audit, bytes for each process that reads files, beyond what it begins with, and how many
    such processes work at a time (0: as many as this machine gives us)."""

    seconds: float = 3_600.0
    worker_bytes: int = 2_000_000_000
    jobs: int = 0
    begun: float = field(default_factory=time.monotonic)

    @property
    def ends(self) -> float:
        """The end by `time.monotonic`."""
        return self.begun + self.seconds

    @property
    def left(self) -> float:
        """Seconds until the end, none once it is over."""
        return max(self.ends - time.monotonic(), 0.0)

    @property
    def told(self) -> str:
        """Why something was left out once the time is over."""
        return f"{OUTRAN} the audit's {self.seconds:,.0f} s are over (--limit-time)"

    def share(self, seconds: float) -> float:
        """So many seconds, or what is left of the audit; a little always, so that what was read is rated."""
        return min(seconds, max(self.left, _LEAST))


_LEAST = 10.0


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooMuch in the body once it has used so many seconds of processor time.

    It needs Python's main thread and a system with interval timers; elsewhere the body runs without a limit. One within
    another one ends with whichever is over first.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> NoReturn:
        raise TooMuch(f"more than {seconds:g} s of processor time")

    outer = signal.getitimer(signal.ITIMER_PROF)[0]
    begun = time.process_time()
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, min(seconds, outer or math.inf))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if outer:
            signal.setitimer(signal.ITIMER_PROF, max(outer - (time.process_time() - begun), 0.001))
