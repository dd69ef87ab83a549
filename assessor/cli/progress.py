"""What is being done, on standard error at a terminal: one line that is written over, with a bar where the work is counted."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from collections.abc import Callable

_QUIET_SECONDS = 1.0
"""Work that is done sooner shows no progress."""
_REDRAW_SECONDS = 0.1
_BAR = 24


class ProgressLine:
    """Told what is being done, and how much of it is done where that is known; silent where `stream` is no terminal, and
    on short work unless the work is known to be long."""

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, is_long: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.stream = stream
        self.now = now
        self.is_on = stream.isatty() and not quiet
        self.is_shown = False
        self.shows_from = now() + (0 if is_long else _QUIET_SECONDS)
        self.draws_from = 0.0
        self.doing, self.since = "", now()

    def __call__(self, doing: str, done: int = 0, of: int = 0) -> None:
        if not self.is_on:
            return
        now = self.now()
        is_new = doing != self.doing
        if is_new:
            self.doing, self.since = doing, now
        if now < self.shows_from or (now < self.draws_from and not is_new):
            return
        self.is_shown, self.draws_from = True, now + _REDRAW_SECONDS  # first: Ctrl-C may come while it is written
        width = shutil.get_terminal_size((80, 24)).columns - 1
        self.stream.write(f"\r\x1b[K{visible(self._line(done, of, now))[:width]}")
        self.stream.flush()

    def _line(self, done: int, of: int, now: float) -> str:
        """`reading       ██████░░░░  1,200 of 3,458  0:04 left`; without a count `joining what the files say …`."""
        if not of:
            return f"{self.doing} …" if self._has_signs else f"{self.doing} ..."
        full, empty = ("█", "░") if self._has_signs else ("#", "-")
        filled = min(_BAR * done // of, _BAR)
        left = (now - self.since) / done * (of - done) if done else 0
        time_left = f"  {int(left) // 60}:{int(left) % 60:02d} left" if left >= 1 else ""
        return f"{self.doing:<9} {full * filled}{empty * (_BAR - filled)}  {done:,} of {of:,}{time_left}"

    @property
    def _has_signs(self) -> bool:
        return (self.stream.encoding or "").lower().replace("-", "").startswith("utf")

    def close(self) -> None:
        """Leave the line empty."""
        if self.is_shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.is_shown = False
