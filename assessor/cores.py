"""How many cores this process may use: what the machine has, less what its affinity and its container take away."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_GROUPS = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """Cores by the process's affinity, at most what the quota of its control groups gives, and at least one."""
    cores = _by_affinity()
    quota = quota_of(_GROUPS, _MOUNT)
    return max(1, cores if quota is None else min(cores, math.ceil(quota)))


def _by_affinity() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def quota_of(groups: Path, mount: Path) -> float | None:
    """The least quota, in cores, of a process's control groups and those above them; None where there is none.

    `groups` is its `/proc/PID/cgroup`, `mount` where the controllers are mounted. Version 2 tells quota and period in
    `cpu.max`, version 1 in `cpu.cfs_quota_us` and `cpu.cfs_period_us` (Linux, Documentation/admin-guide/cgroup-v2.rst
    and scheduler/sched-bwc.rst). In a container its own group is the mount itself.
    """
    quotas = [quota for folder in _folders(groups, mount) if (quota := _quota(folder)) is not None]
    return min(quotas, default=None)


def _folders(groups: Path, mount: Path) -> Iterator[Path]:
    """The folders of the groups that may bound the processor, from each group up to its root."""
    for line in _text(groups).splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        names = controllers.split(",")
        roots = [mount] if not controllers else [mount / controllers, mount / "cpu"] if "cpu" in names else []
        own = PurePosixPath(path.lstrip("/"))
        for root in roots:
            yield from (root / folder for folder in (own, *own.parents) if ".." not in folder.parts)


def _quota(folder: Path) -> float | None:
    quota, _, period = _text(folder / "cpu.max").strip().partition(" ")
    if not period:
        quota, period = _text(folder / "cpu.cfs_quota_us").strip(), _text(folder / "cpu.cfs_period_us").strip()
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # `max`, -1 below, or no such file
        return None
    return cores if cores > 0 else None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace")
    except OSError:
        return ""
