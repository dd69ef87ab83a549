"""What is measured side by side: audits by this checkout and another one, radon, the floor, and the peers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inputs import Input, next_commit
from benchmarks.measuring import Run, RunFailed, run

ROOT = Path(__file__).parents[1]

PEERS = {
    "ml-project-doctor": (("ml-project-doctor", "{}", "--format", "json", "--output", os.devnull), (0, 1)),
    "reprolint": (("reprolint", "{}"), (0, 1)),
    "mllint": (("mllint", "{}"), (0, 1)),
}
"""Peer → its command, with `{}` for the folder, and the exit codes of a run that went well."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where things lie while one input is measured."""

    input: Input
    cache: Path
    peers: Path
    jobs: int | None = None

    def audit(self, *options: str, command: str = "audit", source: Path = ROOT, watch_memory: bool = False) -> Run:
        """An audit by the code of a checkout, written as JSON to nowhere."""
        words = [sys.executable, "-m", "assessor", command, str(self.input.folder), "--quiet", *options]
        if self.jobs and source == ROOT:
            words += ["--jobs", str(self.jobs)]
        environment = {"PYTHONPATH": str(source), "MLOPS_ASSESSOR_CACHE": str(self.cache)}
        return run(words, source, environment, watch_memory=watch_memory, good=(0, 1) if command == "gate" else (0,))

    def without_cache(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)


_JSON = ("--format", "json", "--output", os.devnull)


def measured(bench: Bench, number: int, base: Path | None) -> Iterator[tuple[str, Run]]:
    """One round: every contender once, one after the other, so that a busy machine slows all alike."""
    bench.without_cache()
    yield "cold", bench.audit(*_JSON)
    yield "warm", bench.audit(*_JSON)
    yield "gate, warm", bench.audit("--min-level", "1", command="gate")
    next_commit(bench.input.folder, number)
    yield "next commit (ten files)", bench.audit(*_JSON)
    yield "cold, nothing kept", bench.audit(*_JSON, "--no-cache")
    if base:
        yield "base, nothing kept", bench.audit(*_JSON, "--no-cache", source=base)
    folder = str(bench.input.folder)
    radon = [_radon(bench, "cc"), _radon(bench, "mi")]
    yield "radon cc + radon mi", Run(sum(one.wall for one in radon), sum(one.processor for one in radon))
    yield "floor", run([sys.executable, "-m", "benchmarks.floor", folder], ROOT, {"PYTHONPATH": str(ROOT)})
    for name, (words, good) in PEERS.items():
        program = bench.peers / name / "bin" / words[0]
        if program.exists():
            yield name, run([str(program), *(word.replace("{}", folder) for word in words[1:])], ROOT, {}, good=good)


def memory(bench: Bench) -> Run:
    """A cold audit with an eye on the memory of all its processes together."""
    bench.without_cache()
    return bench.audit(*_JSON, watch_memory=True)


def over_time(bench: Bench, revisions: int) -> Run:
    """The history of so many commits, nothing known before."""
    bench.without_cache()
    return bench.audit("--every", "1", "--most", str(revisions), command="history")


def _radon(bench: Bench, command: str) -> Run:
    """radon by the interpreter that audits: it is a dependency of this project."""
    words = [sys.executable, "-m", "radon", command, "-s", str(bench.input.folder)]
    return run(words, bench.input.folder, {})


def installed(peers: Path) -> dict[str, str]:
    """Each peer → how it stands: its version, or why it cannot be installed. Each is in a virtual environment of its own."""
    told: dict[str, str] = {}
    for name in PEERS:
        home = peers / name
        python = home / "bin" / "python"
        if not python.exists():
            venv.create(home, with_pip=True)
        if not (home / "bin" / name).exists():
            subprocess.run([str(python), "-m", "pip", "install", "-q", name], capture_output=True)
        if (home / "bin" / name).exists():
            shown = subprocess.run([str(python), "-m", "pip", "show", name], capture_output=True, text=True).stdout
            told[name] = next((line.split()[1] for line in shown.splitlines() if line.startswith("Version:")), "?")
        else:
            told[name] = "cannot be installed here"
    return told


__all__ = ["PEERS", "Bench", "RunFailed", "installed", "measured", "memory", "over_time"]
