"""One run of a command: seconds of wall clock and of processor, and the most memory of its processes together."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BETWEEN_LOOKS = 0.05
"""Seconds between two looks at the memory of a run."""


class RunFailed(RuntimeError):
    """A command that is measured ended with an error of its own."""


@dataclass(frozen=True, slots=True)
class Run:
    """`wall` and `processor` (user and system, of it and what it started) in seconds; `memory` in MB."""

    wall: float
    processor: float
    memory: float = 0.0


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    watch_memory: bool = False,
    good: Sequence[int] = (0,),
) -> Run:
    """Run a command to its end. Raises RunFailed for an exit code that is not among the good ones."""
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env={**_compiled(), **environment}, stdout=subprocess.DEVNULL, stderr=errors
        )
        watch = Watch(process.pid) if watch_memory else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        most = watch.end() if watch else 0.0
        if process.returncode not in good:
            errors.seek(0)
            told = errors.read()[-400:].decode(errors="replace").strip()
            raise RunFailed(f"{' '.join(command[:4])} … ended with {process.returncode}: {told}")
    return Run(wall, usage.ru_utime + usage.ru_stime, most)


def _compiled() -> dict[str, str]:
    """The caller's environment, with Python's byte code kept: an installation has it, and so have all rounds but the first."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "benchmarks-bytecode"), **kept}


class Watch:
    """Looks at a process and all below it. Shared pages count once (PSS), so that forked processes are not overstated."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> float:
        """Stop looking; the most that was seen, in MB."""
        self._over.set()
        self._thread.join()
        return self._most / 1_000

    def _look(self) -> None:
        while not self._over.wait(_BETWEEN_LOOKS):
            self._most = max(self._most, sum(_kilobytes(pid) for pid in _family(self._pid)))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for tasks in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (tasks / "children").read_text("ascii").split()]
        except OSError:
            continue
    return found


def _kilobytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return 0
