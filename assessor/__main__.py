"""Starts the command line and turns what went wrong into an exit code: 0 finished, 2 wrong use, 3 our bug."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn


def main(arguments: list[str] | None = None) -> int:
    """Run the command line with `arguments` (the process's own if None) and return the exit code."""
    try:
        return _answered(arguments)
    except KeyboardInterrupt:  # also while modules are imported and while an error is told
        sys.stderr.write("assessor: stopped\n")
        return 130


def _answered(arguments: list[str] | None) -> int:
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some reads what every package installs

    import click

    from assessor.cli import cli
    from assessor.cli.output import print_error, print_text, tell
    from assessor.errors import UserError
    from assessor.render.views.hostile import visible

    try:
        code = cli.main(args=arguments, prog_name="assessor", standalone_mode=False)
        print_text("")
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        tell(error.format_message() + _hint(getattr(error, "ctx", None)))
        return 2
    except UserError as error:
        tell(str(error))
        return 2
    except click.Abort:
        raise KeyboardInterrupt from None
    except OSError as error:  # the machine's trouble: a deleted folder, a full disk, too many open files
        name = f": {error.filename}" if error.filename else ""
        tell(f"{error.strerror or error}{name}")
        return 2
    except MemoryError:
        tell("there is not enough memory")
        return 2
    except Exception:
        import traceback

        print_error("".join(f"{visible(line)}\n" for line in traceback.format_exc().splitlines()))
        tell("this is a bug in the assessor; please report the lines above")
        return 3


def _hint(context: object) -> str:
    """For wrong options, where to find help."""
    path = getattr(context, "command_path", "")
    return f" (see {path} --help)" if path else ""


class _Ended(SystemExit):
    """A signal ended the process; 128 + n is what a shell says of it."""


def _end_by_signal(number: int, frame: object) -> NoReturn:
    """Leave as an error does, so that helpers end and temporary folders go."""
    raise _Ended(128 + number)


def _end_all_the_same(told: sys.UnraisableHookArgs) -> None:
    """Where Python lets nothing be raised (beside a fork, in a finalizer) the signal is not forgotten."""
    if isinstance(told.exc_value, _Ended):
        _leave(int(str(told.exc_value)))
    sys.__unraisablehook__(told)


def _leave(code: int) -> NoReturn:
    from assessor.leavings import remove

    remove()
    os._exit(code)


def run() -> NoReturn:
    """The process of the command line, from its arguments to its exit code."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:  # nohup ignores one
            signal.signal(getattr(signal, name), _end_by_signal)
    sys.unraisablehook = _end_all_the_same
    # a stream that the caller has closed is None in Python
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - lives as long as the process
    if sys.stdout is None:
        print("assessor: standard output is closed; send it to a file or to /dev/null", file=sys.stderr)
        sys.exit(2)
    try:
        code = main()
    except _Ended as ended:
        _leave(int(str(ended)))
    gc.freeze()  # memory goes with the process: looking through it for garbage once more would take long
    sys.exit(code)


if __name__ == "__main__":
    run()
