"""A fleet on a Dask cluster of several processes on loopback: a worker that is killed, a scheduler that begins anew, and
slow and poisonous repositories. Nothing is lost, nothing is there twice, and the rest is finished."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from assessor.__main__ import main
from assessor.errors import UserError
from tests.conftest import commit_files, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="kills processes")]

TRAIN = "from sklearn.linear_model import LogisticRegression\n\nLogisticRegression().fit([[1], [2]], [0, 1])\n"
COUNT = 14


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("fleet")
    for number in range(COUNT):
        folder = top / f"r{number:02}"
        folder.mkdir()
        commit = {"author": "Ada <a@b.org>", "date": "2024-01-02T03:04:05Z", "message": "m", "files": "all"}
        commit_files(write_files(folder, {"train.py": f"{TRAIN}# {number}\n"}), {"commits": [commit]})
    return top


@dataclass
class Cluster:
    """A scheduler and workers, each in a process of its own."""

    port: int
    folder: Path
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *words], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def start_scheduler(self) -> None:
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", "127.0.0.1:0", "--no-show")
        self.scheduler = self._start("distributed.cli.dask_scheduler", *words)

    def start_worker(self) -> None:
        words = (self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        self.workers.append(self._start("distributed.cli.dask_worker", *words, "--death-timeout", "60"))

    def close(self) -> None:
        for process in (*self.workers, *([self.scheduler] if self.scheduler else [])):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Cluster(port, tmp_path)
    made.start_scheduler()
    for _ in range(2):
        made.start_worker()
    client = distributed.Client(made.address, timeout=60)
    client.wait_for_workers(2, timeout=60)
    client.close()
    yield made
    made.close()


@pytest.fixture(scope="module")
def expected(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the local engine says."""
    place = tmp_path_factory.mktemp("local") / "r.jsonl"
    assert main(["fleet", f"{fleet}/*", "--output", str(place), "-q"]) == 0
    return place.read_bytes()


def started(fleet: Path, results: Path, cluster: Cluster, *words: str) -> subprocess.Popen[str]:
    asked = ["fleet", f"{fleet}/*", "--engine", "dask", "--scheduler", cluster.address, "--no-cache"]
    return subprocess.Popen(
        [sys.executable, "-m", "assessor", *asked, "--output", str(results), *words], stderr=subprocess.PIPE, text=True
    )


def rows_seen(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stderr
    return [process.stderr.readline() for _ in range(count)]


def test_the_same_rows_as_here(fleet: Path, cluster: Cluster, tmp_path: Path, expected: bytes) -> None:
    run = started(fleet, tmp_path / "r.jsonl", cluster)
    run.communicate(timeout=180)
    assert run.returncode == 0
    assert (tmp_path / "r.jsonl").read_bytes() == expected


def told(lines: list[str]) -> int:
    """How many different rows were told, each once; what Dask itself writes of lost connections is no row."""
    rows = [line.strip() for line in lines if re.match(r" *\d+/\d+ ", line)]
    assert len(rows) == len(set(rows))
    return len(rows)


def test_a_worker_is_killed_in_the_middle(fleet: Path, cluster: Cluster, tmp_path: Path, expected: bytes) -> None:
    run = started(fleet, tmp_path / "r.jsonl", cluster)
    seen = rows_seen(run, 2)
    cluster.workers[0].send_signal(signal.SIGKILL)
    said = run.communicate(timeout=180)[1]
    assert run.returncode == 0
    assert told([*seen, *said.splitlines()]) == COUNT, "each row is told once"
    assert (tmp_path / "r.jsonl").read_bytes() == expected


def test_the_scheduler_begins_anew(fleet: Path, cluster: Cluster, tmp_path: Path, expected: bytes) -> None:
    run = started(fleet, tmp_path / "r.jsonl", cluster)
    seen = rows_seen(run, 2)
    assert cluster.scheduler
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    time.sleep(1)
    cluster.start_scheduler()
    for _ in range(2):  # as a service or Kubernetes starts them again: without their scheduler workers end
        cluster.start_worker()
    said = run.communicate(timeout=240)[1]
    assert run.returncode == 0
    assert told([*seen, *said.splitlines()]) == COUNT
    assert (tmp_path / "r.jsonl").read_bytes() == expected


def test_the_client_is_killed_and_goes_on(fleet: Path, cluster: Cluster, tmp_path: Path, expected: bytes) -> None:
    run = started(fleet, tmp_path / "r.jsonl", cluster)
    rows_seen(run, 3)
    run.kill()
    run.communicate()
    kept = len((tmp_path / "r.jsonl.part").read_bytes().splitlines())
    assert 3 <= kept <= COUNT
    again = started(fleet, tmp_path / "r.jsonl", cluster, "--resume")
    said = again.communicate(timeout=180)[1]
    assert len(said.splitlines()) == COUNT - kept
    assert (tmp_path / "r.jsonl").read_bytes() == expected


def test_slow_and_poisonous_repositories_cost_their_own_row(
    fleet: Path, cluster: Cluster, tmp_path: Path, expected: bytes
) -> None:
    """One whose audit takes longer than its time, and one whose objects are damaged."""
    slow, poison = tmp_path / "slow", tmp_path / "poison"
    body = "".join(f"def f{n}(x):\n    return [g for g in x if g > {n}]\n\n\n" for n in range(2_500))
    write_files(slow, {f"src/m{number:03}.py": f"# {number}\n{body}" for number in range(400)})
    shutil.copytree(fleet / "r00", poison)
    for file in (poison / ".git" / "objects").rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"no object")
    others = "".join(f"{fleet / f'r{n:02}'}\n" for n in range(COUNT))
    (tmp_path / "list.csv").write_text(f"path,ref\n{slow},\n{poison},main\n" + others.replace("\n", ",\n"))
    results = tmp_path / "r.jsonl"
    words = ["fleet", str(tmp_path / "list.csv"), "--engine", "dask", "--scheduler", cluster.address, "--no-cache"]
    code = main([*words, "--timeout", "15", "--output", str(results), "-q"])
    lines = results.read_text().splitlines()
    rows = {row["name"]: row for row in map(json.loads, lines)}
    assert code == 0
    assert len(lines) == len(rows) == COUNT + 2
    assert rows["poison@main"]["status"] == "fault"
    assert rows["slow"]["status"] == "fault" or rows["slow"]["unread"] > 0, "its own limits may have told it first"
    assert "\n".join(line for line in lines if '"name":"r' in line) + "\n" == expected.decode()
    assert all(worker.poll() is None for worker in cluster.workers), "no worker of the cluster died of it"


def test_a_scheduler_that_is_not_there_is_one_line() -> None:
    from assessor.fleet.engines import Dask

    with pytest.raises(UserError, match="no Dask scheduler answers there"):
        Dask("tcp://127.0.0.1:1", first=2.0)
