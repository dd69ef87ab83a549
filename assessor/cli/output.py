"""Where a command's text goes: standard output or a file that is replaced in one step; what a terminal can show."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from assessor.errors import UserError
from assessor.leavings import own_prefix
from assessor.render.views.hostile import inert, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


def print_text(text: str) -> None:
    """Write a text that is made already (a report, our own words) to standard output; characters that its encoding lacks
    are written escaped. Raises UserError where it cannot be written; where nobody reads it any more, nothing happens."""
    encoding = sys.stdout.encoding or "utf-8"
    with _standard_output():
        sys.stdout.write(inert(text).encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()


def print_line(text: str) -> None:
    """Write one line in which words of the repository may stand."""
    print_text(f"{visible(text)}\n")


def print_bytes(content: bytes) -> None:
    """Write to standard output as it is, whatever the encoding of that, as JSON in UTF-8 must be. Raises UserError."""
    with _standard_output():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


@contextmanager
def _standard_output() -> Iterator[None]:
    """What cannot be written is dropped afterwards, or Python would try it once more while it ends."""
    try:
        yield
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        raise UserError(f"standard output cannot be written: {error.strerror or error}") from error


def _drop_output() -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_error(text: str) -> None:
    """Write a made text to standard error; that it cannot be written is told nowhere."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):
        sys.stderr.write(inert(text))
        sys.stderr.flush()


def tell(message: str) -> None:
    """One line on standard error with our name, in which words of the repository may stand."""
    print_error(f"assessor: {visible(' '.join(message.split()))}\n")


def paired(
    formats: Sequence[str], outputs: Sequence[str], *, guess: Callable[[str], str] | None = None
) -> list[tuple[str, str]]:
    """Each `--format` with its `--output`, in the order given; the last format without one goes to standard output.

    Without any format it is the terminal's on standard output, or where there are outputs and `guess` is given, the
    format that it says of each of them. Raises UserError for outputs without a format, for a place that cannot be
    written, and where two formats go to one place.
    """
    for place in outputs:
        check_place("--output", place)
    wanted = list(formats) or [guess(place) for place in outputs if guess] or ["terminal"]
    if len(outputs) > len(wanted):
        none = ", or none at all where the files' endings say it" if guess else ""
        raise UserError(f"{len(outputs)} --output, but {len(wanted)} --format; give a format for each{none}")
    if len(wanted) - len(outputs) > 1:
        raise UserError(f"{len(wanted)} --format, but {len(outputs)} --output; only one can go to standard output")
    places = [*outputs, *["-"] * (len(wanted) - len(outputs))]
    twice = next((place for place in places if places.count(place) > 1), "")
    if twice:
        raise UserError(f"two formats go to {'standard output' if twice == '-' else twice}; give each its own --output")
    return list(zip(wanted, places, strict=True))


def check_place(option: str, target: str) -> None:
    """Raise UserError for a place that an option names and that cannot be a file, before any work is done for it."""
    path = Path(target)
    if target == "-":
        return
    if path.is_dir():
        raise UserError(f"{option} {target} is a folder; give a file in it, for example {path / 'report.json'}")
    if not path.parent.is_dir():
        raise UserError(f"{option} {target}: there is no folder {path.parent}")


def write_output(content: str | bytes, target: str, *, is_data: bool = False) -> None:
    """Write to standard output (`-`) or to a file. Raises UserError where the file cannot be written.

    A file is always UTF-8; so is standard output for data (`is_data`), while a text for people fits its encoding.
    """
    if target == "-" and isinstance(content, str) and not is_data:
        print_text(content)
        return
    if isinstance(content, str):
        content = (content if is_data else inert(content)).encode("utf-8", "backslashreplace")
    if target == "-":
        print_bytes(content)
    else:
        _write_file(content, target)


def refuse_terminal(target: str) -> None:
    """Raise UserError where what is no text would be written to a terminal; asked before the work is done."""
    if target == "-" and sys.stdout.isatty():
        raise UserError("this format is no text for a terminal; give --output FILE, or send the output to a file")


def _write_file(content: bytes, target: str) -> None:
    check_place("--output", target)
    path = Path(target)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # a device or a pipe must stay what it is
        else:
            _replace(path, content)
    except OSError as error:
        raise UserError(f"--output {target} cannot be written: {error.strerror or error}") from error


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and put it in its place, so that nobody ever reads half a report."""
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=own_prefix(path.parent, f".{path.name[:100]}."), suffix=".part"
    )
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
    has_columns: bool
    """It is a terminal, or the environment says how wide it is."""


_FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE")
"""Variables by which logs of CI systems, which are no terminals, get colour (force-color.org, bixense.com/clicolors)."""


def look_of(stream: TextIO, environment: Mapping[str, str], colour: bool | None, *, is_file: bool = False) -> Look:
    """How to show a text on `stream` (or in a file): `colour` is what the user asked for, None where nothing."""
    if is_file:
        return Look(100, bool(colour), True, has_columns=False)
    is_terminal = stream.isatty()
    wanted = not environment.get("NO_COLOR") and (
        any(environment.get(name, "0") not in ("", "0") for name in _FORCING)
        or (is_terminal and environment.get("TERM") != "dumb")
    )
    encoding = (stream.encoding or "").lower().replace("-", "").replace("_", "")
    has_columns = is_terminal or bool(environment.get("COLUMNS"))
    width = shutil.get_terminal_size((100, 24)).columns if has_columns else 100
    unicode = encoding in ("utf8", "utf16", "utf32")
    return Look(width, wanted if colour is None else colour, unicode, has_columns)
