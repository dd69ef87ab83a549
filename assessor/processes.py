"""Independent pieces of work, shared among processes that are forked for them and take the next piece when they are free."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

Item = TypeVar("Item")
Sent = TypeVar("Sent")

MOST = 8
_SENT_AT_ONCE = 32


def spare_processes() -> int:
    """How many processes can work beside this one: one for each other core, none where processes cannot be forked."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 0
    return min(os.cpu_count() or 1, MOST) - 1


def shared(
    items: Sequence[Item], here: Callable[[Item], Sent], there: Callable[[Item], Sent], helpers: int
) -> Iterator[tuple[Sent, bool]]:
    """The result of each item, in no certain order, and whether it was worked out `here`, in this process.

    `there` works in up to `helpers` others. These see the items through the memory that they are forked with; only
    results are sent. What a helper takes and does not answer, for example since it was killed, is worked out here.
    """
    context = multiprocessing.get_context("fork")
    following: Synchronized[int] = context.Value("q", 0)
    started = []
    for _ in range(helpers):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_help, args=(items, there, following, sender), daemon=True)
        process.start()
        sender.close()
        started.append((process, receiver))
    try:
        yield from _gathered(items, here, following, [receiver for _, receiver in started])
    finally:
        for process, receiver in started:
            receiver.close()
            process.terminate()
            process.join()


def _gathered(
    items: Sequence[Item],
    here: Callable[[Item], Sent],
    following: Synchronized[int],
    receivers: list[Connection],
) -> Iterator[tuple[Sent, bool]]:
    open_ones = list(receivers)
    done: set[int] = set()
    for number in _taken(following, len(items)):
        done.add(number)
        yield here(items[number]), True
        for answered, result in _answers(open_ones, timeout=0):
            done.add(answered)
            yield result, False
    while open_ones:
        for answered, result in _answers(open_ones, timeout=None):
            done.add(answered)
            yield result, False
    for number in range(len(items)):
        if number not in done:
            yield here(items[number]), True


def _answers(open_ones: list[Connection], timeout: float | None) -> Iterator[tuple[int, Any]]:
    """What has arrived; a connection that has ended is taken from the list."""
    for receiver in wait(open_ones, timeout):
        assert isinstance(receiver, Connection)
        try:
            yield from receiver.recv()
        except (EOFError, OSError):
            open_ones.remove(receiver)


def _taken(following: Synchronized[int], count: int) -> Iterator[int]:
    """Numbers that no other process takes."""
    while True:
        with following.get_lock():
            number = following.value
            following.value = number + 1
        if number >= count:
            return
        yield number


def _help(
    items: Sequence[Item], there: Callable[[Item], Sent], following: Synchronized[int], sender: Connection
) -> None:
    """The work of another process."""
    waiting: list[tuple[int, Sent]] = []
    for number in _taken(following, len(items)):
        waiting.append((number, there(items[number])))
        if len(waiting) == _SENT_AT_ONCE:
            sender.send(waiting)
            waiting = []
    sender.send(waiting)
    sender.close()
