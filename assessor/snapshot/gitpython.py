"""GitPython, bound to our ways: what it starts is the git that was looked for among absolute folders, with the variables
that it is given and no others, in a process group of its own.

Import this module only where git is about to be started: GitPython takes 60 ms, and starts `git version` as it is
imported. Its `Repo` is used to clone alone. On a repository that is there already it would read the repository's own
configuration, refs and pointers, each before we have looked at it, and a commit as a whole, be it 100 MB.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from assessor.snapshot.git_process import Watch, environment, git_program, limit_memory, only

with only(environment() | {"GIT_PYTHON_GIT_EXECUTABLE": git_program(), "GIT_PYTHON_REFRESH": "quiet"}):
    import git
    from git.exc import GitCommandError, GitCommandNotFound, GitError

__all__ = ["Cloning", "Command", "GitCommandError", "GitError"]


_GROUP: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}


class Command(git.Git):
    """GitPython's command line. Starting raises OSError, the rest GitError."""

    def execute(self, command: Any, *words: Any, **options: Any) -> Any:
        """As in GitPython; the first word of the command is replaced by the path of git."""
        with only(self.environment()):
            try:
                return cast("Any", super().execute)([git_program(), *command[1:]], *words, **_GROUP, **options)
            except GitCommandNotFound as error:
                raise OSError(0, str(error)) from error

    def begun(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str], *, stdin: bool
    ) -> subprocess.Popen[bytes]:
        """A process of git with pipes, which the caller ends: GitPython would end git alone, not what git has started."""
        self.update_environment(**variables)
        # -C, since GitPython would take `$NAME` and `~` in the name of a folder for more than letters
        wrapped = self.execute(
            ["git", "-C", str(folder), *words], istream=subprocess.PIPE if stdin else None, as_process=True, shell=False
        )
        process = cast("subprocess.Popen[bytes]", wrapped.proc)
        wrapped.proc = None
        limit_memory(process.pid)
        return process


class _CloneCommand(Command):
    """A clone within its time, whose words may be in any encoding."""

    def execute(self, command: Any, *words: Any, **options: Any) -> Any:
        seconds = options.pop("kill_after_timeout", None)
        wrapped = super().execute(command, *words, **options | {"universal_newlines": False})
        if seconds is not None:
            Watch(wrapped.proc, seconds, is_remote=True).start()
        return wrapped


class Cloning(git.Repo):
    """GitPython's repository, for `clone_from`, which refuses URLs and options that would start a program."""

    GitCommandWrapperType = _CloneCommand
