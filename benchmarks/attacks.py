"""Audits each hostile repository of a folder, and tells what it cost: `python -m benchmarks.attacks FOLDER [NAME ...]`.

FOLDER holds one repository in each of its folders. Each is audited alone, with an empty cache; a branch named `evil`,
where there is one, is audited too (`--ref evil`). Prints a table with the processor time of the audit and of all that it
started, the most memory of all of them together, and the exit code, and leaves with 1 where one takes more than
SECONDS or MEMORY_MB, ends otherwise than with 0 or 2, prints a traceback, or leaves a process behind.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Watch

SECONDS = 10.0
MEMORY_MB = 500.0
PATIENCE = 240
"""Seconds of wall time after which an audit is ended."""


@dataclass(frozen=True)
class Cost:
    """What one audit took and how it ended."""

    name: str
    seconds: float
    memory_mb: float
    code: int
    wrong: str


def audited(repository: Path, ref: str, name: str) -> Cost:
    """Audit one repository in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        said = Path(folder) / "said"
        command = [sys.executable, "-m", "assessor", "audit", str(repository), "--format", "json", "--output",
                   f"{folder}/report.json", *(["--ref", ref] if ref else [])]  # fmt: skip
        environment = os.environ | {"MLOPS_ASSESSOR_CACHE": f"{folder}/cache"}
        with said.open("wb") as output:
            started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
            )
            watch = Watch(started.pid)
            status, usage = _ended_after(started.pid, PATIENCE)
            memory = watch.end()
        code = os.waitstatus_to_exitcode(status)
        text = said.read_text("utf-8", "replace")
    seconds = usage.ru_utime + usage.ru_stime
    return Cost(name, seconds, memory, code, _wrong(seconds, memory, code, text, started.pid))


def _ended_after(pid: int, patience: int) -> tuple[int, resource.struct_rusage]:
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
    signal.alarm(patience)
    try:
        _, status, usage = os.wait4(pid, 0)
    finally:
        signal.alarm(0)
    return status, usage


def _wrong(seconds: float, memory: float, code: int, text: str, pid: int) -> str:
    found = []
    if seconds > SECONDS:
        found.append("time")
    if memory > MEMORY_MB:
        found.append("memory")
    if code not in (0, 2):
        found.append(f"exit {code}")
    if "Traceback" in text:
        found.append("traceback")
    try:
        os.killpg(pid, signal.SIGKILL)
        found.append("a process left behind")
    except ProcessLookupError:
        pass
    return ", ".join(found)


def attacks(folder: Path, names: list[str]) -> list[tuple[Path, str, str]]:
    """(repository, ref, name) of each audit; the ref is empty for the files of the folder."""
    found: list[tuple[Path, str, str]] = []
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        if not names or repository.name in names:
            found.append((repository, "", repository.name))
            if (repository / ".git/refs/heads/evil").is_file():
                found.append((repository, "evil", f"{repository.name} --ref evil"))
    return found


def main(arguments: list[str]) -> int:
    """Measure what the command line names; the exit code."""
    failed = 0
    print("| repository | s | MB | exit | wrong |\n| --- | ---: | ---: | ---: | --- |")
    for repository, ref, name in attacks(Path(arguments[0]), arguments[1:]):
        cost = audited(repository, ref, name)
        failed += bool(cost.wrong)
        print(f"| {cost.name} | {cost.seconds:.1f} | {cost.memory_mb:.0f} | {cost.code} | {cost.wrong} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
