"""One SQLite file of keys and values that never fails its user: trouble with it means that nothing is kept.

Several processes may use it at once (write-ahead log, busy timeout), and one that is killed leaves what it had committed.
Each value is sealed by a digest over key and value, so that a damaged page is no answer. A file that SQLite calls
malformed is removed and begun anew. The oldest rows go when the file outgrows its limit.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

FILE_NAME = "answers-1.sqlite"
"""The number is that of the tables' form: another form gets another file."""

MAX_BYTES = 512 * 1024 * 1024
_BUSY_SECONDS = 3.0
_ASKED_AT_ONCE = 500
_SEAL = 16
_KEPT_SHARE = 0.8
"""What stays of a full store, so that not every run has to evict."""
_EVICTIONS = 8
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""Result codes that another try cannot mend; SQLITE_ERROR is a table of another form (https://sqlite.org/rescode.html)."""

_TROUBLE = (sqlite3.Error, UnicodeError, TypeError, ValueError, OverflowError, MemoryError, IndexError)
"""What SQLite and its module raise for a damaged file."""

_TABLE = "CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, value BLOB NOT NULL)"
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# A cache of the MLOps assessor (https://bford.info/cachedir/); it can be removed at any time.\n"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds: answers, and the bytes of its file."""

    path: Path
    answers: int
    size: int


class Store:
    """Keys and values in `folder`. Used by one thread at a time."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path = folder / FILE_NAME
        self.max_bytes = max_bytes
        self._connection = self._opened()

    @property
    def is_open(self) -> bool:
        """Something can be looked up; whether something can be kept shows when it is tried."""
        return self._connection is not None

    def load(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that are known and whole."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            asked = keys[start : start + _ASKED_AT_ONCE]
            words = f"SELECT key, value FROM answer WHERE key IN ({','.join('?' * len(asked))})"
            nothing: list[tuple[bytes, bytes]] = []
            for key, value in self._attempt(partial(_selected, words=words, keys=asked), nothing):
                if isinstance(value, bytes) and value[:_SEAL] == _seal(key, value[_SEAL:]):
                    found[key] = value[_SEAL:]
        return found

    def keep(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep all rows or, where the store cannot be written, none; then bring it below its limit."""
        sealed = [(key, _seal(key, value) + value) for key, value in rows]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO answer (key, value) VALUES (?, ?)", sealed)
            connection.execute("COMMIT")
            _evict(connection, self.max_bytes)

        self._attempt(write, None)

    def contents(self) -> Contents:
        """What is kept at the moment."""
        answers = self._attempt(lambda c: int(c.execute("SELECT count(*) FROM answer").fetchone()[0]), 0)
        return Contents(self.path, answers, sum(path.stat().st_size for path in self._files() if path.is_file()))

    def clear(self) -> None:
        """Forget everything. Rows are removed, not the file, which another process may have open."""

        def empty(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM answer")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self._attempt(empty, None)

    def close(self) -> None:
        if self._connection is not None:
            with suppress(*_TROUBLE):
                self._connection.close()
            self._connection = None

    def _attempt(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What `work` gives; an error ends the use of the store for this process."""
        if self._connection is None:
            return otherwise
        try:
            return work(self._connection)
        except _TROUBLE as error:
            self.close()
            if _is_damage(error):
                self._remove()
            return otherwise

    def _opened(self) -> sqlite3.Connection | None:
        for _ in range(2):  # the second time without the damaged file
            try:
                _make_folder(self.path.parent)
                _make_private(self.path)
                return _connect(self.path)
            except OSError:
                return None
            except _TROUBLE as error:
                if not _is_damage(error):
                    return None
                self._remove()
        return None

    def _files(self) -> list[Path]:
        return [self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm")]

    def _remove(self) -> None:
        for path in self._files():
            with suppress(OSError):
                path.unlink()


def _seal(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_SEAL, key=key).digest()


def _is_damage(error: Exception) -> bool:
    if not isinstance(error, sqlite3.Error):
        return True  # names or values that are no text, of another type, or beyond all measure
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in _DAMAGED


def _make_folder(folder: Path) -> None:
    """The folder, marked for backup programs and for git where it lies inside a working tree."""
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "CACHEDIR.TAG").write_text(_TAG, "utf-8")
    (folder / ".gitignore").write_text("*\n", "utf-8")


def _make_private(path: Path) -> None:
    """The file is its owner's alone, since it tells of repositories that not everybody may read."""
    with suppress(OSError):  # a read-only folder: then nothing is kept
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        with suppress(sqlite3.OperationalError):  # another process is changing the mode, or the disk is read-only
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_TABLE)
        connection.execute("SELECT key, value FROM answer LIMIT 0")
    except BaseException:
        connection.close()
        raise
    return connection


def _selected(connection: sqlite3.Connection, words: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    return connection.execute(words, keys).fetchall()


def _evict(connection: sqlite3.Connection, max_bytes: int) -> None:
    """Remove the oldest rows. Ids rise by one a row, so that a share of them has about that share of the bytes."""
    for _ in range(_EVICTIONS):
        size = _used_bytes(connection)
        first, last = connection.execute("SELECT min(id), max(id) FROM answer").fetchone()
        if size <= max_bytes or first is None:
            return
        share = 1 - _KEPT_SHARE * max_bytes / size
        connection.execute("DELETE FROM answer WHERE id <= ?", (first + int((last - first) * share),))


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
