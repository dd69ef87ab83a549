"""How long each format takes on top of the audit, and how large it becomes.

usage: python -m benchmarks.reports [--formats NAME,NAME] [--runs N] REPOSITORY ...

Audits each repository once, then renders every format as often as asked, each time in a process of its own that was
forked after the audit: the time has the renderer's imports and templates in it, as it has on the command line.
Prints the median seconds and the size. The limits of the project: HTML 0.5 s, PDF 5 s, for the largest repository.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from assessor.audit import audit
from assessor.cli.audit import chosen_rubrics
from assessor.cli.formats import Manner, formats_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from assessor.assessment import Assessment

FORMATS = formats_of("audit")
LIMITS = {"html": 0.5, "pdf": 5.0}
"""Seconds."""


def measured(name: str, assessment: Assessment) -> tuple[float, int]:
    """Seconds and bytes of one rendering in a process of its own."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_render, args=(name, assessment, there))
    process.start()
    there.close()
    found: tuple[float, int] = here.recv()
    process.join()
    return found


def _render(name: str, assessment: Assessment, answer: Connection) -> None:
    start = time.perf_counter()
    render = FORMATS[name].audit
    assert render
    content = render(assessment, Manner(to_file=True))
    seconds = time.perf_counter() - start
    answer.send((seconds, len(content if isinstance(content, bytes) else content.encode())))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", metavar="REPOSITORY")
    parser.add_argument("--formats", default=",".join(FORMATS), help="default: all")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    is_slow = False
    for target in options.repositories:
        start = time.perf_counter()
        assessment = audit(target, None, chosen_rubrics(()), lambda _: None)
        print(f"{target}\n  audit      {time.perf_counter() - start:7.2f} s  {assessment.statistics.files:,} files")
        for name in options.formats.split(","):
            runs = [measured(name, assessment) for _ in range(options.runs)]
            seconds = median(seconds for seconds, _ in runs)
            is_late = seconds > LIMITS.get(name, float("inf"))
            is_slow = is_slow or is_late
            print(f"  {name:10} {seconds:7.3f} s {runs[0][1]:11,} bytes{'  too slow' if is_late else ''}")
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
