"""Time the audit of a repository beside another command in the same run, as a ratio.

    python benchmarks/speed.py REPOSITORY [--peer "COMMAND {}"] [--base CHECKOUT] [--rounds 5]

`--peer` is a command with `{}` in place of the repository, for example another auditor; `--base` is a checkout of an
earlier state of this project, to see what a change costs. `this` reads everything anew, `again` is the same with its
cache. All take turns, so that a busy machine slows all alike. Printed are the best of the rounds, in seconds of wall clock
and of processor time (children included), and the median of the rounds' ratios of wall clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass
class Contender:
    """A command and the seconds that its rounds took."""

    name: str
    command: list[str]
    source: Path | None = None
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self) -> None:
        environment = dict(os.environ)
        if self.source:
            environment["PYTHONPATH"] = str(self.source)
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(self.command, env=environment, cwd=self.source, capture_output=True)
        self.wall.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if done.returncode > 1:
            raise SystemExit(f"{self.name} failed: {done.stderr.decode(errors='replace')[-500:]}")


def ours(name: str, source: Path, repository: str, *options: str) -> Contender:
    """An audit by the code of a checkout."""
    command = [sys.executable, "-m", "assessor", "audit", repository, "--format", "json", "--output", os.devnull]
    return Contender(name, [*command, *options], source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--peer", default="")
    parser.add_argument("--base", type=lambda path: Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    contenders = [ours("this", ROOT, options.repository, "--no-cache"), ours("again", ROOT, options.repository)]
    if options.base:
        contenders.append(ours("base", options.base, options.repository, "--no-cache"))
    if options.peer:
        contenders.append(Contender("peer", shlex.split(options.peer.replace("{}", shlex.quote(options.repository)))))
    for _ in range(options.rounds):
        for contender in contenders:
            contender.run()
    this = contenders[0]
    for contender in contenders:
        ratios = [mine / other for mine, other in zip(this.wall, contender.wall, strict=True)]
        ratio = f"  this/{contender.name} {statistics.median(ratios):.2f}" if contender is not this else ""
        print(
            f"{contender.name:5} wall {min(contender.wall):6.2f} s  processor {min(contender.processor):6.2f} s{ratio}"
        )


if __name__ == "__main__":
    main()
