"""Starting git, and nothing but git: by its absolute path, in an environment of ours, in a process group that is ended
as a whole. GitPython does the starting (see gitpython.py); what is read of a process is read by the caller."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from assessor.snapshot.git_folder import GitFailed

_OVERRIDES = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.editor": "true",
    "core.askPass": "true",
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.untrackedCache": "keep",
    "core.alternateRefsCommand": "true",
    "credential.helper": "",
    "diff.external": "",
    "gpg.program": "false",
    "log.showSignature": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.directory": "*",
    "submodule.recurse": "false",
    "uploadpack.packObjectsHook": "",
}
_KEPT = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""Variables of the caller that git needs. Its GIT_* variables (a hook sets GIT_DIR) are not passed on."""


MOST_BYTES = 400_000_000
"""Of memory that one git may take for itself, what it maps of packs aside: an object that takes more is none to read."""


def limit_memory(pid: int) -> None:
    """Let a git that was just started take no more than its share, where the system can. What it took before we were
    there again, `Watch` sees."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):  # it has ended already, or has a lower limit
            resource.prlimit(pid, resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def environment(overrides: Mapping[str, str] = _OVERRIDES) -> dict[str, str]:
    """The environment for git on local objects: no system or user configuration, no prompt, no transport, no lock."""
    values = {name: os.environ[name] for name in _KEPT if name in os.environ}
    values["PATH"] = absolute_path(values.get("PATH", os.defpath))
    values |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "true",
        "GIT_ASKPASS": "true",
        "GIT_SSH_COMMAND": "false",
        "GIT_CONFIG_COUNT": str(len(overrides)),
    }
    for number, (key, value) in enumerate(overrides.items()):
        values[f"GIT_CONFIG_KEY_{number}"] = key
        values[f"GIT_CONFIG_VALUE_{number}"] = value
    return values


def git_program() -> str:
    """The path of git. Entries of PATH that are relative or empty are passed over: in the audited folder they would name
    a program of the repository. Raises GitFailed where there is none."""
    return _found_program(os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=4)
def _found_program(path: str) -> str:
    found = shutil.which("git", path=absolute_path(path)) if absolute_path(path) else None
    if found is None:
        raise GitFailed("git cannot be started: it is in no absolute folder of PATH")
    return found


def absolute_path(path: str) -> str:
    """The entries of a PATH that are absolute."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if os.path.isabs(entry))  # noqa: PTH117 - text


_ENVIRONMENT_LOCK = threading.RLock()


@contextmanager
def only(variables: Mapping[str, str]) -> Iterator[None]:
    """For a moment these are all variables of this process: GitPython hands its environment on to git, and what a hook or
    a user has set for git (GIT_DIR, GIT_EXTERNAL_DIFF, GIT_TRACE) must not be there."""
    with _ENVIRONMENT_LOCK:
        kept = dict(os.environ)
        os.environ.clear()
        os.environ.update(variables)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(kept)


class Watch(threading.Thread):
    """Kills git where it takes too long or too much memory or, unless it `is_remote`, works too long or sleeps: on local
    files it works, or waits for a disk, but on a FIFO it sleeps for ever. A context manager: leaving it ends the watch."""

    _SLEEP_SECONDS = 5.0
    _LOOK_SECONDS = 0.2
    PROCESSOR_SECONDS = 8.0
    """For one call on local files; listing 50,000 files or 20,000 commits takes one."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, *, is_remote: bool = False) -> None:
        super().__init__(daemon=True)
        self.process, self.seconds, self.is_remote = process, seconds, is_remote
        self.is_over = threading.Event()

    def run(self) -> None:
        begun = since = time.monotonic()
        before = 0.0
        while not self.is_over.wait(min(self._LOOK_SECONDS, self.seconds)):
            if self.process.returncode is not None:  # its number may be another process's by now
                return
            now, (asleep, used) = time.monotonic(), _state(self.process.pid)
            if not asleep or used != before:
                before, since = used, now
            holds = now - since > self._SLEEP_SECONDS or used > self.PROCESSOR_SECONDS
            holds = holds and not self.is_remote
            if holds or now - begun > self.seconds or _own_memory(self.process.pid) > MOST_BYTES:
                _kill(self.process)
                return

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.is_over.set()


def _state(process: int) -> tuple[bool, float]:
    """Whether a process sleeps, and the seconds of processor time that it has had; (False, 0) where nothing can be known."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return fields[0] == "S", (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError, AttributeError):
        return False, 0.0


def _own_memory(process: int) -> int:
    """Bytes of memory that a process has made for itself, files that it maps aside; 0 where nothing can be known."""
    try:
        text = Path(f"/proc/{process}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    found = re.search(r"^RssAnon:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1_024 if found else 0


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill git with whatever it has started."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and close its pipes; nothing happens where it has ended."""
    if process.poll() is None:
        _kill(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError, ValueError):
                pipe.close()
    process.wait()
