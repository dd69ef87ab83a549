"""Faults cost nothing that is told as if it were whole; benchmarks/faults.py makes each a hundred times, this one a few."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults import FAULTS

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_or_wrong(name: str, tmp_path: Path) -> None:
    if FAULTS[name].needs_mount and (os.geteuid() != 0 or not shutil.which("mount")):
        pytest.skip("a small disk needs root")
    command = [sys.executable, str(ROOT / "benchmarks/faults.py"), "3", "--only", name, "--seed", "7"]
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if "mount: " in done.stderr:
        pytest.skip("this container may mount nothing")
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"| {FAULTS[name].title} | 3 |" in done.stdout
