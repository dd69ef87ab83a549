"""Work shared among processes: every item is answered once, whatever becomes of the other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assessor.budget import TooMuch, at_most
from assessor.processes import Bounds, shared, spare_processes

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


def deadly(number: int) -> tuple[int, int]:
    """One piece kills its process at once, one by its memory; the others are quick."""
    if number == 7:
        os.kill(os.getpid(), signal.SIGSEGV)
    if number == 11:
        os.abort()  # as the tree-sitter library does where it gets no memory
    return doubled(number)


def lost(number: int, why: str) -> tuple[int, int]:
    return -number, 1 if why else 0


def test_a_piece_that_ends_its_process_is_lost_and_no_other(capfd: pytest.CaptureFixture[str]) -> None:
    found = [result for result, _ in shared(range(40), None, deadly, 2, Bounds(lost))]
    assert sorted(value for value, _ in found) == sorted([-7, -11, *(2 * n for n in range(40) if n not in (7, 11))])
    assert [why for value, why in found if value < 0] == [1, 1]


def hoards(number: int) -> tuple[int, int]:
    if number == 3:
        return len(bytearray(2_000_000_000)), 0
    return doubled(number)


def test_memory_is_bounded_elsewhere_alone(capfd: pytest.CaptureFixture[str]) -> None:
    found = [value for (value, _), _ in shared(range(9), None, hoards, 1, Bounds(lost, memory=500_000_000))]
    assert sorted(found) == [-3, 0, 2, 4, 8, 10, 12, 14, 16]
    assert len(bytearray(600_000_000)) == 600_000_000


def slow(number: int) -> tuple[int, int]:
    time.sleep(0.2)
    return doubled(number)


def test_what_comes_too_late_is_lost_and_told_apart() -> None:
    begun = time.monotonic()
    bounds = Bounds(lost, ends=begun + 0.5)
    found = [result for result, _ in shared(range(50), None, slow, 1, bounds)]
    assert time.monotonic() - begun < 5
    assert len(found) == 50
    assert {why for value, why in found if value < 0} == {0}


def test_a_share_of_time_stops_what_takes_more() -> None:
    with pytest.raises(TooMuch), at_most(0.2):
        while True:
            sum(range(1000))
    with at_most(5):
        pass
    begun = time.process_time()
    with pytest.raises(TooMuch), at_most(0.3):  # the outer share still holds within and behind an inner one
        with at_most(60):
            sum(range(1000))
        while time.process_time() - begun < 10:
            sum(range(1000))
    assert time.process_time() - begun < 5


ORPHANS = """
import os, signal, sys, time
from assessor.processes import shared
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, and what it starts inherits that
def there(number):
    time.sleep(0.01)
    return "x" * 100_000
shared_ = shared(range(10**6), None, there, 3, __import__("assessor.processes").processes.Bounds(lambda item, why: ""))
next(shared_)
print("started", flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_no_process_outlives_the_one_that_started_it(number: int) -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert len(children) == 3
    parent.send_signal(number)
    parent.wait(10)
    end = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    left = [child for child in children if Path(f"/proc/{child}").exists()]
    states = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] for child in left]
    assert set(states) <= {"Z"}  # nobody may be there to take a dead one off the list
    parent.stdout.close()


SWALLOWED = """
import os, sys, tempfile
from pathlib import Path
import assessor.__main__ as program
from assessor.leavings import own_prefix
sys.unraisablehook = program._end_all_the_same
folder = Path(sys.argv[1])
tempfile.mkdtemp(dir=folder, prefix=own_prefix(folder, "assessor-x-"))
(folder / f".report.json.{os.getpid()}-a.part").write_text("half")
own_prefix(folder, ".report.json.")
if os.fork() == 0:
    os._exit(0)
class Gone:
    def __del__(self):
        program._end_by_signal(15, None)
gone = Gone()
del gone
print("went on")
"""


def test_a_signal_is_not_forgotten_and_leaves_nothing(tmp_path: Path) -> None:
    """Python swallows what is raised in a finalizer or beside a fork, where a signal may come as well as anywhere."""
    (tmp_path / "assessor-x-1-other").mkdir()
    done = subprocess.run([sys.executable, "-c", SWALLOWED, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["assessor-x-1-other"]
