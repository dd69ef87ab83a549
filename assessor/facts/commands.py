"""What is run: one command of a shell line, and named groups of commands (make targets, DVC stages, scripts)."""

from __future__ import annotations

from assessor.facts.values import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command of a shell text.

    `argv` has the words with quotes removed; a variable that the text does not define stays as `$NAME`, a command
    substitution becomes `$()` and its inner commands stand as commands of their own.
    """

    argv: tuple[str, ...]
    line: int
    swallowed: bool = False
    """Its failure cannot fail the text: `|| true`, `|| echo`, a make recipe's `-` prefix, the left side of a pipe
    without pipefail, a command that is not the last in a text that does not stop on errors, a test in a condition."""
    cwd: str = ""
    """Folder that a `cd` earlier in the text or `make -C` has gone to, relative to where the text starts."""
    env: tuple[tuple[str, str], ...] = ()
    """Variables set for it: `VAR=x cmd` and earlier `export VAR=x` of the same text."""
    condition: str = ""
    """Text of the `if`/`case` test around it, empty where it is unconditional."""
    is_remote: bool = False
    """It runs on another machine (ssh)."""

    @property
    def text(self) -> str:
        return " ".join(self.argv)


@dataclass(frozen=True, slots=True)
class ShellFunction:
    """A function that a shell text defines. `$1` in its commands is what it is given; calls of other functions stand as
    commands; what is swallowed is so also in a text that stops on errors."""

    name: str
    line: int
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class ShellScript:
    """The commands of a shell text in order.

    `stops_on_error` is True after `set -e` (or `-eo pipefail`, or a shell that CI starts with -e).
    """

    commands: tuple[Command, ...]
    stops_on_error: bool = False
    functions: tuple[ShellFunction, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    """What the text sets: the value where it is certain, else the mark of an unknown one (`$`)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A named group of commands that a runner starts: make target, tox environment, nox session, just recipe, task,
    npm/poe/hatch/pdm script, DVC stage, MLproject entry point.

    `runner` is one of make, tox, nox, just, task, npm, poe, hatch, pdm, pixi, mise, invoke, dvc, mlproject.
    """

    runner: str
    name: str
    line: int
    commands: tuple[Command, ...] = ()
    needs: tuple[str, ...] = ()
    """Names of targets of the same file that run first."""
    inputs: tuple[str, ...] = ()
    """DVC deps and params (`params.yaml:train.lr`), make prerequisites that are files."""
    outputs: tuple[str, ...] = ()
    """DVC outs, metrics, plots."""
    metrics: tuple[str, ...] = ()
    """DVC metrics and plots only."""
    is_default: bool = False
    """It runs when the runner is called without a name."""
    variables: tuple[tuple[str, str], ...] = ()
    """For make: variables that its recipe uses, with the values that the file gives them."""
    made_once: bool = False
    """For make: a file that is made of nothing; where one of its name is there, the recipe does not run."""
    never: str = ""
    """Why its commands never run: its file says that it is not for any system, already up to date, not to be started."""
    names_missing: tuple[str, ...] = ()
    """For make: prerequisites with names of targets that no rule of the file makes."""
    sessions_python: str = ""
    """For nox: the Python function whose body is the session."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Targets of another file that a file of the same runner takes over.

    The first of `paths` that is there is meant; `prefix` stands before their names (`ml:`, `ml::`), and their commands run
    in `folder` (None: that of the other file). Paths and folder are relative to the file that includes.
    """

    runner: str
    prefix: str
    paths: tuple[str, ...]
    folder: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of pre-commit, lefthook or husky."""

    id: str
    line: int
    repo: str = ""
    entry: str = ""
    commands: tuple[Command, ...] = ()
    stages: tuple[str, ...] = ()
    is_named_only: bool = False
    """Its command is the project's own (`entry`): what its id is called says nothing."""
    never: str = ""
    """Why it never runs on a commit: `stages: [manual]`, `exclude: ".*"`; empty where it does."""

    @property
    def does_nothing(self) -> bool:
        """Its own command only prints or succeeds."""
        return self.is_named_only and only_print(self.commands)


def only_print(commands: tuple[Command, ...]) -> bool:
    """There are commands, and none does more than print, wait or succeed."""
    return bool(commands) and all(command.argv[:1] and command.argv[0] in _IDLE for command in commands)


_IDLE = {"true", ":", "echo", "printf", "exit", "false", "sleep", "cd"}
