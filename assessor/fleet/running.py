"""Running a fleet: tasks in, rows out as they finish, each repository once, whatever becomes of workers and engines."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass
from typing import Any

from assessor.fleet.confined import run_task
from assessor.fleet.engines import Engine
from assessor.portfolio import Named, Row, fault_of

_AHEAD = 2
"""Tasks that are handed in for each place of the engine, so that none is idle and few are lost."""
_TRIES = 4
"""How often a task is handed in whose engine loses it."""
_LOOK = 2.0
"""Seconds after which the engine is looked at though nothing was finished."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms repositories are audited: seconds and bytes for each, the model, the folder for their own reports."""

    rubric: str
    seconds: float = 1_800.0
    memory: int = 4_000_000_000
    reports: str = ""
    language: str = "en"
    cache: bool = True

    def task(self, named: Named) -> dict[str, Any]:
        """What is sent to a worker."""
        return {"named": asdict(named), **asdict(self)}


def rows_of(
    named: Sequence[Named], terms: Terms, engine: Engine, run: Callable[[Mapping[str, Any]], str] = run_task
) -> Iterator[Row]:
    """The row of each repository as it is finished, in no certain order. Raises UserError where the engine stays away."""
    waiting = deque(named)
    running: dict[Future[str], Named] = {}
    lost: Counter[tuple[str, str]] = Counter()
    while waiting or running:
        broken = False
        try:
            while waiting and len(running) < _AHEAD * engine.places:
                running[engine.submit(run, terms.task(waiting[0]))] = waiting[0]
                waiting.popleft()
        except engine.lost:
            broken = True
        done, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
        for future in done:
            one = running.pop(future)
            row = _row(future, engine)
            if row is not None:
                yield row
            elif lost[one.key] + 1 < _TRIES:
                lost[one.key] += 1
                waiting.appendleft(one)
                broken = True
            else:
                yield fault_of(one, f"the engine lost it {_TRIES} times")
        if broken or not getattr(engine, "is_there", True):
            waiting.extendleft(reversed(running.values()))
            running.clear()
            engine.renew()


def _row(future: Future[str], engine: Engine) -> Row | None:
    """The row that was worked out; None where the engine lost it."""
    try:
        return Row.model_validate_json(future.result(timeout=0))
    except engine.lost:
        return None
