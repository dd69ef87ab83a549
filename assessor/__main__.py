"""Starts the command line and turns what went wrong into an exit code: 0 finished, 2 wrong use, 3 our bug."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def main(arguments: list[str] | None = None) -> int:
    """Run the command line with `arguments` (the process's own if None) and return the exit code."""
    import click

    from assessor.cli import cli
    from assessor.errors import UserError

    try:
        code = cli.main(args=arguments, prog_name="assessor", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        _tell(error.format_message(), getattr(error, "ctx", None))
        return 2
    except UserError as error:
        _tell(str(error))
        return 2
    except (click.Abort, KeyboardInterrupt):
        _tell("stopped")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains while it ends
        return 0
    except Exception:
        import traceback

        traceback.print_exc()
        _tell("this is a bug in the assessor; please report the lines above")
        return 3


def _tell(message: str, context: object = None) -> None:
    """One line on standard error; for wrong options, where to find help."""
    path = getattr(context, "command_path", "")
    hint = f" (see {path} --help)" if path else ""
    print(f"assessor: {' '.join(message.split())}{hint}", file=sys.stderr)


def run() -> NoReturn:
    """The process of the command line, from its arguments to its exit code."""
    code = main()
    gc.freeze()  # memory goes with the process: looking through it for garbage once more would take long
    sys.exit(code)


if __name__ == "__main__":
    run()
