"""The file beside the results that survives whatever ends a run: each row as it was finished, in the order of finishing.

When all rows are there the results are written in one step, in the order of the list, and the journal goes. A run that was
killed leaves it, perhaps with half a row at its end, and `--resume` goes on from it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from assessor.errors import UserError
from assessor.portfolio import Named, Row, read_rows
from assessor.render.data import lines
from assessor.snapshot.named import read_named

_MOST_BYTES = 2_000_000_000


class Journal:
    """Rows that were finished, in a file. A context manager; leaving it closes the file."""

    def __init__(self, results: str, *, resumes: bool) -> None:
        self.path = Path(f"{results}.part")
        data = read_named(self.path, most=_MOST_BYTES) if resumes and self.path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]  # behind the last line break stands half a row
        self.known = read_rows(str(self.path), whole)
        self._handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o666)
        os.ftruncate(self._handle, len(whole))

    def add(self, row: Row) -> None:
        """Keep a row, on the disk when this returns. Raises UserError where it cannot be written."""
        try:
            data = memoryview(lines.line(row).encode())
            while data:
                data = data[os.write(self._handle, data) :]
            os.fsync(self._handle)
        except OSError as error:
            raise UserError(f"{self.path} cannot be written: {error.strerror}; --resume goes on from it") from error

    def close(self) -> None:
        os.close(self._handle)

    def remove(self) -> None:
        """The results are written."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def finished(rows: Sequence[Row], named: Sequence[Named], rules: str, model: str) -> dict[tuple[str, str], Row]:
    """Rows of an earlier run that need not be made again: audited by these rules and this model, of a named repository."""
    wanted = {one.key for one in named}
    return {
        row.key: row
        for row in rows
        if row.key in wanted and row.standing and row.tool and (row.tool.rules, row.standing.model) == (rules, model)
    }
