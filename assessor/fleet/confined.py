"""One repository in a process of its own, which can be ended: by its time, by its memory, by whatever the repository does
to it. Both engines run `run_task`, so that a poisonous repository costs its own row and no worker of theirs.

A task is small, pure and idempotent: the same task gives the same row, and doing it twice does no harm.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

from assessor.leavings import remove_stale

_BEGIN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from assessor.cli.fleet_worker import main; main()"
_MOST_TASKS = 40
"""Repositories that a process audits before another one takes its place, so that what leaks does not add up."""
_TRIES = 2
"""How often a repository is begun whose process ends by itself or is killed from outside."""
_GRACE = 15.0
"""Seconds beyond its time that a process has to tell what it knows."""


_PREFIX = "assessor-fleet-"
_STALE_SECONDS = 24 * 3_600
"""A folder may be another container's, whose processes are not seen here; none works on one so long."""


class Ended(Exception):
    """The process ended without an answer; the message says how."""


class TooLong(Exception):
    """There was no answer in time; the process was ended."""


class Confined:
    """A process that audits one repository after the other. Used by one thread."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.left = _MOST_TASKS
        remove_stale(_PREFIX, _STALE_SECONDS)
        self._folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        path = [entry for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117 - an entry may be a zip file
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BEGIN, json.dumps(path), str(memory), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": self._folder},
            start_new_session=os.name == "posix",
        )
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=_listen, args=(self._process.stdout, self._answers), daemon=True).start()

    def ask(self, question: bytes, seconds: float) -> bytes:
        """The answer. Raises Ended and TooLong, after both of which the process is gone."""
        self.left -= 1
        try:
            assert self._process.stdin
            self._process.stdin.write(question + b"\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=seconds)
        except queue.Empty as error:
            self.close()
            raise TooLong from error
        except (OSError, ValueError) as error:
            answer = None
            del error
        if answer is None:
            code = self._ended()
            self.close()
            raise Ended(code)
        return answer

    def _ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        if code is not None and code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended with code {code}"

    def close(self) -> None:
        """End the process with all that it started, and remove what it left."""
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError, ValueError):
                    pipe.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _listen(stream: IO[bytes] | None, answers: queue.Queue[bytes | None]) -> None:
    with suppress(OSError, ValueError):
        while stream and (line := stream.readline()).endswith(b"\n"):
            answers.put(line)
    answers.put(None)


_here = threading.local()


def run_task(task: Mapping[str, Any]) -> str:
    """The row of one repository, as a line of JSON: of its audit, or of what went wrong with it. Never raises for that."""
    from assessor.portfolio import Named, fault_of

    named = Named(**task["named"])
    question = json.dumps(task).encode()
    why = ""
    for _ in range(_TRIES):
        worker = _worker(task["memory"])
        try:
            return worker.ask(question, task["seconds"] + _GRACE).decode()
        except TooLong:
            why = f"it took longer than {task['seconds']:g} s (--timeout)"
            break
        except Ended as error:
            why = f"{error}, {_TRIES} times; perhaps it needs more memory than {task['memory'] // 1_000_000} MB (--memory)"
    return fault_of(named, why).model_dump_json() + "\n"


def _worker(memory: int) -> Confined:
    """This thread's process; another one where it has gone, has done its share or has other bounds."""
    worker: Confined | None = getattr(_here, "worker", None)
    if worker is not None and (worker.left <= 0 or worker.memory != memory or worker._process.poll() is not None):
        worker.close()
        worker = None
    if worker is None:
        worker = _here.worker = Confined(memory)
        with _lock:
            _all.append(worker)
    return worker


_lock = threading.Lock()
_all: list[Confined] = []


def end_all() -> None:
    """End the processes of all threads."""
    with _lock:
        while _all:
            _all.pop().close()
