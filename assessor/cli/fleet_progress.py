"""What standard error shows of a run: a line for each repository as it is finished and, on a terminal, a bar below."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from typing import TextIO

    from assessor.portfolio import Row

_BAR = 24


class Shown:
    """The run so far: `done` of `count` repositories were finished before it began."""

    def __init__(self, count: int, done: int, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.count, self.done, self.before = count, done, done
        self.quiet = quiet
        self.stream = stream or sys.stderr
        self.begun = time.monotonic()

    def row(self, row: Row) -> None:
        """One more is finished."""
        self.done += 1
        if self.quiet:
            return
        clear = "\r\x1b[K" if self.stream.isatty() else ""
        self.stream.write(f"{clear}{self.done:>{len(str(self.count))}}/{self.count}  {told(row)}\n")
        if self.stream.isatty():
            self.stream.write(self._bar())
        self.stream.flush()

    def _bar(self) -> str:
        full = _BAR * self.done // max(self.count, 1)
        return f"[{'#' * full}{'.' * (_BAR - full)}] {self.done}/{self.count}  {self._left()}"

    def _left(self) -> str:
        """The time that the rest takes if it goes on like this."""
        made = self.done - self.before
        seconds = (time.monotonic() - self.begun) / made * (self.count - self.done) if made else 0.0
        if seconds < 90:
            return f"about {seconds:.0f} s left"
        return f"about {seconds / 60:.0f} min left" if seconds < 5_400 else f"about {seconds / 3_600:.1f} h left"

    def close(self) -> None:
        """Leave no bar behind."""
        if not self.quiet and self.stream.isatty():
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def told(row: Row) -> str:
    """A row in a few words."""
    if row.status == "fault":
        return visible(f"{row.name}: not audited: {row.reason}")
    standing = row.standing
    if standing is None or standing.level is None:
        return visible(f"{row.name}: no machine learning")
    index = "" if standing.index is None else f" ({standing.index:.2f})"
    return visible(f"{row.name}: level {standing.level}{index}")
