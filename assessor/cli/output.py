"""Where a command's text goes: standard output or a file that is replaced in one step; what a terminal can show."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUIET_SECONDS = 1.0
"""Work that is done sooner shows no progress."""


def print_text(text: str) -> None:
    """Write to standard output; characters that its encoding lacks are written escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def print_bytes(content: bytes) -> None:
    """Write to standard output as it is, whatever the encoding of that, as JSON in UTF-8 must be."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_output(text: str, target: str, *, is_data: bool = False) -> None:
    """Write to standard output (`-`) or to a file. Raises UserError where the file cannot be written.

    A file is always UTF-8; so is standard output for data (`is_data`), while a text for people fits its encoding.
    """
    if target == "-":
        print_bytes(text.encode("utf-8")) if is_data else print_text(text)
        return
    _write_file(text.encode("utf-8"), target)


def write_bytes(content: bytes, target: str) -> None:
    """Write what is no text to a file, or to standard output (`-`) where that is no terminal. Raises UserError."""
    refuse_terminal(target)
    print_bytes(content) if target == "-" else _write_file(content, target)


def refuse_terminal(target: str) -> None:
    """Raise UserError where what is no text would be written to a terminal; asked before the work is done, too."""
    if target == "-" and sys.stdout.isatty():
        raise UserError("this format is no text for a terminal; give --output FILE, or send the output to a file")


def _write_file(content: bytes, target: str) -> None:
    path = Path(target)
    if path.is_dir():
        raise UserError(f"--output {target} is a folder; give a file in it, for example {path / 'report.json'}")
    if not path.parent.is_dir():
        raise UserError(f"--output {target}: there is no folder {path.parent}")
    try:
        _replace(path, content)
    except OSError as error:
        raise UserError(f"--output {target} cannot be written: {error.strerror or error}") from error


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and put it in its place, so that nobody ever reads half a report."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(_mode_of(path))
        os.replace(name, path)  # noqa: PTH105 - a path that is a link is replaced, not followed
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode_of(path: Path) -> int:
    """The permissions that the file has, or those that a new file would get."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


@dataclass(frozen=True, slots=True)
class Look:
    """What the receiver of a text can show."""

    width: int
    colour: bool
    unicode: bool


def look_of(stream: TextIO, environment: Mapping[str, str], colour: bool | None, *, is_file: bool = False) -> Look:
    """How to show a text on `stream` (or in a file): `colour` is what the user asked for, None where nothing."""
    if is_file:
        return Look(100, bool(colour), True)
    is_terminal = stream.isatty()
    wanted = is_terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    encoding = (stream.encoding or "").lower().replace("-", "").replace("_", "")
    width = shutil.get_terminal_size((100, 24)).columns if is_terminal or environment.get("COLUMNS") else 100
    return Look(width, wanted if colour is None else colour, encoding in ("utf8", "utf16", "utf32"))


class ProgressLine:
    """One line on standard error that is written over; silent where that is no terminal and on short work."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self.stream = stream
        self.started = time.monotonic()
        self.is_on = stream.isatty() and not quiet
        self.is_shown = False

    def __call__(self, text: str) -> None:
        if self.is_on and time.monotonic() - self.started > _QUIET_SECONDS:
            self.stream.write(f"\r\x1b[K{text[:78]}")
            self.stream.flush()
            self.is_shown = True

    def close(self) -> None:
        """Leave the line empty."""
        if self.is_shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
