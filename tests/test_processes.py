"""Work shared among processes: every item is answered once, whatever becomes of the other processes."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest

from assessor.processes import shared, spare_processes

pytestmark = pytest.mark.skipif(not spare_processes(), reason="one core, or no way to fork")

HERE = os.getpid()


def doubled(number: int) -> tuple[int, int]:
    time.sleep(0.001)
    return 2 * number, os.getpid()


def killed(number: int) -> tuple[int, int]:
    if number > 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return doubled(number)


def raises(number: int) -> tuple[int, int]:
    raise MemoryError(number)


@pytest.mark.parametrize("there", [doubled, killed])
@pytest.mark.parametrize("helpers", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 200])
def test_each_item_is_answered_once(there: Callable[[int], tuple[int, int]], helpers: int, count: int) -> None:
    found = list(shared(range(count), doubled, there, helpers))
    assert Counter(value for (value, _), _ in found) == Counter(range(0, 2 * count, 2))
    assert all(is_here == (process == HERE) for (_, process), is_here in found)


def test_the_work_is_shared() -> None:
    processes = {process for (_, process), _ in shared(range(200), doubled, doubled, 2)}
    assert HERE in processes
    assert len(processes) == 3


def test_a_failure_elsewhere_is_made_up_for_here(capfd: pytest.CaptureFixture[str]) -> None:
    found = list(shared(range(50), doubled, raises, 1))
    assert len(found) == 50
    assert "MemoryError" in capfd.readouterr().err


def test_nobody_works_on_after_the_reader_has_stopped() -> None:
    results = shared(range(10**6), doubled, doubled, 2)
    processes = {next(results)[0][1] for _ in range(100)} - {HERE}
    results.close()  # type: ignore[attr-defined]
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
