"""Independent pieces of work, shared among processes that are forked for them and take the next piece when they are free.

Such a process is confined: what it may take of memory and processor time is bounded, and it ends with the one that
started it. So a piece that cannot be done in its share costs its own answer and no other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assessor.cores import usable_cores

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, ForkProcess
    from multiprocessing.sharedctypes import Synchronized

Item = TypeVar("Item")
Sent = TypeVar("Sent")

MOST = 8
_SENT_AT_ONCE = 32
_PIECE_SECONDS = 40
"""Processor time after which the system ends a process that works on one piece, where no softer limit has stopped it."""


_is_alone = False


@contextmanager
def alone() -> Iterator[None]:
    """In the body no process is started beside this one: it has its one core of several that are all at work."""
    global _is_alone
    before, _is_alone = _is_alone, True
    try:
        yield
    finally:
        _is_alone = before


def can_fork() -> bool:
    """Work can be done in processes that begin as copies of this one, and may be."""
    return not _is_alone and "fork" in multiprocessing.get_all_start_methods()


def worker_count(jobs: int = 0) -> int:
    """How many processes work at a time: `jobs`, or one for each core that this process may use, at most MOST."""
    return jobs or min(usable_cores(), MOST)


def spare_processes(jobs: int = 0) -> int:
    """How many processes can work beside this one: one for each other core, none where processes cannot be forked."""
    return worker_count(jobs) - 1 if can_fork() else 0


@dataclass(frozen=True, slots=True)
class Bounds(Generic[Item, Sent]):
    """What other processes may take: bytes of memory beyond what they begin with, and the end by `time.monotonic`.

    `lost` answers for a piece that ends the process that works on it (told why), and for those that come too late.
    """

    lost: Callable[[Item, str], Sent]
    memory: int = 0
    ends: float = float("inf")

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.ends


def shared(
    items: Sequence[Item],
    here: Callable[[Item], Sent] | None,
    there: Callable[[Item], Sent],
    helpers: int,
    bounds: Bounds[Item, Sent] | None = None,
) -> Iterator[tuple[Sent, bool]]:
    """The result of each item, in no certain order, and whether it was worked out `here`, in this process.

    `there` works in up to `helpers` others. These see the items through the memory that they are forked with; only
    results are sent. Without `here` this process only gathers. What a helper takes and does not answer, for example
    since it was killed, is worked out here or, where there are bounds, by one more helper; what ends that one too is lost.
    """
    context = multiprocessing.get_context("fork")
    following: Synchronized[int] = context.Value("q", 0)
    started: list[_Helper] = []
    done: set[int] = set()
    try:
        for _ in range(helpers):
            started.append(_started(context, items, there, _Shared(following, len(items)), bounds, started))
        yield from _gathered(items, here, _Shared(following, len(items)), started, done, bounds)
        if bounds is None:
            assert here is not None
            yield from ((here(items[number]), True) for number in range(len(items)) if number not in done)
        else:
            yield from ((result, False) for result in _made_up_for(context, items, there, bounds, done))
    finally:
        for helper in started:
            helper.end()


@dataclass(frozen=True, slots=True)
class _Helper:
    process: ForkProcess
    receiver: Connection
    working: Any
    """A number in shared memory: the item that it works on, -1 for none."""

    def end(self) -> None:
        self.receiver.close()
        self.process.kill()
        self.process.join()


@dataclass(frozen=True, slots=True)
class _Shared:
    """Numbers that no other process takes."""

    following: Synchronized[int]
    count: int

    def __iter__(self) -> Iterator[int]:
        while True:
            with self.following.get_lock():
                number = self.following.value
                self.following.value = number + 1
            if number >= self.count:
                return
            yield number


def _started(
    context: ForkContext,
    items: Sequence[Item],
    there: Callable[[Item], Sent],
    numbers: _Shared | Sequence[int],
    bounds: Bounds[Item, Sent] | None,
    others: Sequence[_Helper] = (),
) -> _Helper:
    receiver, sender = context.Pipe(duplex=False)
    working = context.RawValue("q", -1)
    at_once = _SENT_AT_ONCE if isinstance(numbers, _Shared) else 1
    inherited = [receiver, *(helper.receiver for helper in others)]
    work = (items, there, numbers, sender, working, at_once, bounds, inherited, os.getpid())
    process = context.Process(target=_help, args=work, daemon=True)
    with _held_interrupt():
        process.start()
    sender.close()
    return _Helper(process, receiver, working)


@contextmanager
def _held_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back: between its fork and `_confine` a helper would answer it with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _gathered(
    items: Sequence[Item],
    here: Callable[[Item], Sent] | None,
    numbers: _Shared,
    helpers: Sequence[_Helper],
    done: set[int],
    bounds: Bounds[Item, Sent] | None,
) -> Iterator[tuple[Sent, bool]]:
    open_ones = [helper.receiver for helper in helpers]
    for number in numbers if here else ():
        if here is None or (bounds and bounds.is_over):
            break
        done.add(number)
        yield here(items[number]), True
        for answered, result in _answers(open_ones, timeout=0):
            done.add(answered)
            yield result, False
    while open_ones and not (bounds and bounds.is_over):
        for answered, result in _answers(open_ones, _patience(bounds)):
            done.add(answered)
            yield result, False


def _patience(bounds: Bounds[Any, Any] | None) -> float | None:
    return None if bounds is None or bounds.ends == float("inf") else max(bounds.ends - time.monotonic(), 0.0)


def _made_up_for(
    context: ForkContext,
    items: Sequence[Item],
    there: Callable[[Item], Sent],
    bounds: Bounds[Item, Sent],
    done: set[int],
) -> Iterator[Sent]:
    """What no helper has answered: one more works on it alone, and one after that on what it leaves."""
    left = [number for number in range(len(items)) if number not in done]
    while left and not bounds.is_over:
        helper = _started(context, items, there, left, bounds)
        answered: set[int] = set()
        open_ones = [helper.receiver]
        while open_ones and not bounds.is_over:
            for number, result in _answers(open_ones, _patience(bounds)):
                answered.add(number)
                yield result
        last = helper.working.value
        helper.end()
        left = [number for number in left if number not in answered]
        if left and not bounds.is_over:
            culprit = last if last in left else left[0]
            left.remove(culprit)
            yield bounds.lost(items[culprit], _why(helper.process.exitcode))
    yield from (bounds.lost(items[number], "") for number in left)


def _why(code: int | None) -> str:
    if code == -signal.SIGXCPU:
        return f"more than {_PIECE_SECONDS} s of processor time"
    return "more memory than one file may take, or its process was ended"


def _answers(open_ones: list[Connection], timeout: float | None) -> Iterator[tuple[int, Any]]:
    """What has arrived; a connection that has ended is taken from the list."""
    for receiver in wait(open_ones, timeout):
        assert isinstance(receiver, Connection)
        try:
            yield from receiver.recv()
        except (EOFError, OSError):
            open_ones.remove(receiver)


def _help(
    items: Sequence[Item],
    there: Callable[[Item], Sent],
    numbers: _Shared | Sequence[int],
    sender: Connection,
    working: Any,
    at_once: int,
    bounds: Bounds[Item, Sent] | None,
    inherited: Sequence[Connection],
    parent: int,
) -> None:
    """The work of another process."""
    _confine(bounds.memory if bounds else 0, parent)
    for connection in inherited:  # else it would wait for itself to read what it writes
        connection.close()
    waiting: list[tuple[int, Sent]] = []
    with suppress(BrokenPipeError):  # nobody wants the answers any more
        for number in numbers:
            working.value = number
            if bounds:
                _bound_time()
            waiting.append((number, there(items[number])))
            if len(waiting) == at_once:
                sender.send(waiting)
                waiting = []
        working.value = -1
        sender.send(waiting)
        sender.close()


def _confine(memory: int, parent: int) -> None:
    """End with the parent, by signals as a program does by default, without a core file and within so much memory."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    end_with(parent)
    bound_memory(memory)


def end_with(parent: int) -> None:
    """Let this process end when the one that started it does, however that ends; where the system knows how."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)


def bound_memory(more: int) -> None:
    """Let this process take so many bytes more than it has now, then its allocations fail; 0 and what the system does not
    know change nothing."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        if more:
            bound = pages * resource.getpagesize() + more
            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            known = [limit for limit in (soft, hard, bound) if limit != resource.RLIM_INFINITY]
            resource.setrlimit(resource.RLIMIT_AS, (min(known), hard))
    except (ImportError, OSError, ValueError):
        return


def _bound_time() -> None:
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        soft = int(time.process_time()) + _PIECE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    except (ImportError, OSError, ValueError):
        return
