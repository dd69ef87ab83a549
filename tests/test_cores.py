"""How many processes work: by affinity, by the quota of the container, by what the user says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assessor import cores
from assessor.__main__ import main
from assessor.cores import quota_of, usable_cores
from assessor.processes import MOST, spare_processes, worker_count
from assessor.snapshot.limits import Limits

V1 = "4:memory:/pod/a\n3:cpu,cpuacct:/pod/a\n1:name=systemd:/\n0::/\n"


def group_files(tmp_path: Path, groups: str, files: dict[str, str]) -> tuple[Path, Path]:
    (tmp_path / "cgroup").write_text(groups, "ascii")
    for name, text in files.items():
        (tmp_path / "fs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "fs" / name).write_text(text, "ascii")
    return tmp_path / "cgroup", tmp_path / "fs"


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/a/b\n", {"a/cpu.max": "50000 100000\n", "a/b/cpu.max": "400000 100000\n"}, 0.5),
        ("0::/../../x\n", {"cpu.max": "200000 100000\n", "../x/cpu.max": "10000 100000\n"}, 2.0),
        (V1, {"cpu/pod/a/cpu.cfs_quota_us": "300000\n", "cpu/pod/a/cpu.cfs_period_us": "100000\n"}, 3.0),
        (V1, {"cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"}, None),
        (V1, {"cpu,cpuacct/cpu.cfs_quota_us": "100000\n", "cpu,cpuacct/cpu.cfs_period_us": "0\n"}, None),
        ("nonsense\n", {}, None),
        ("", {}, None),
    ],
)
def test_the_least_quota_of_a_groups_and_those_above_it(
    tmp_path: Path, groups: str, files: dict[str, str], quota: float | None
) -> None:
    assert quota_of(*group_files(tmp_path, groups, files)) == quota


@pytest.mark.parametrize(("quota", "cores_used"), [(None, 6), (1.5, 2), (0.2, 1), (40.0, 6)])
def test_no_more_processes_than_the_container_may_run(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, cores_used: int
) -> None:
    monkeypatch.setattr(cores, "_by_affinity", lambda: 6)
    monkeypatch.setattr(cores, "quota_of", lambda groups, mount: quota)
    assert usable_cores() == cores_used


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_affinity_bounds_the_cores() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_the_users_number_goes_before() -> None:
    assert worker_count(5) == 5
    assert spare_processes(5) == 4
    assert 1 <= worker_count() <= MOST
    assert repr(Limits(jobs=5)) == repr(Limits()), "the number of processes is no part of the cache's key"


@pytest.mark.parametrize("jobs", ["0", "65", "many"])
def test_a_wrong_number_of_jobs_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    assert main(["audit", str(tmp_path), "--jobs", jobs]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_same_bytes_for_any_number_of_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessor.reading.PARALLEL_FROM", 3)
    source = tmp_path / "source"
    source.mkdir()
    for number in range(12):
        (source / f"m{number}.py").write_text(
            f"import sklearn\n\ndef f{number}(x):\n    return x + {number}\n", "utf-8"
        )
    reports = []
    for jobs in ("1", "2", "5"):
        report = tmp_path / f"{jobs}.json"
        command = [
            "audit",
            str(source),
            "--jobs",
            jobs,
            "--no-cache",
            "-q",
            "--format",
            "json",
            "--output",
            str(report),
        ]
        assert main(command) == 0
        reports.append(report.read_bytes())
    assert len(set(reports)) == 1
