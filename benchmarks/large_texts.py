"""What large texts cost each reader: `python -m benchmarks.large_texts [--seconds N] [--most BYTES] [READER ...]`.

Each piece that formats are made of, and lines of cases and samples, again and again: 100 kB first, and where that takes
so long that the largest file that is read would take a second, that too, by the whole of `read_file` in a process of its
own. Prints a Markdown row for each reader: texts, the longest time and the most memory for a large one, how the time grew
beyond the size, and the texts that are over 2 s or 200 MB. A text that was given up within its share is told as left out.
Docs/reliability.md has the table.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import sys
import time
from dataclasses import dataclass
from types import ModuleType

from assessor.budget import OUTRAN
from assessor.facts.role import Role
from assessor.readers.registry import readers
from assessor.reading import read_file
from tests.test_readers_linear import pieces

SHORT, LONG = 100_000, 5_000_000
TELLING = 0.01
"""Seconds for the short text from which on the long one is looked at."""
MOST_SECONDS, MOST_BYTES = 2.0, 200_000_000


@dataclass(frozen=True)
class Cost:
    """Of one text: processor time, memory beyond what was there before, and whether it was given up."""

    seconds: float
    memory: int
    left_out: bool


def cost(path: str, piece: str, length: int) -> Cost:
    """What it takes to read so many characters of a piece, in a process of its own."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        try:
            text = (piece * (length // len(piece) + 1))[:length].encode()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            begun = time.process_time()
            file = read_file((path, Role.FIRST_PARTY, len(text), text))
            taken = time.process_time() - begun
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
            left_out = any(OUTRAN in reason for _, reason in file.facts.problems)
            os.write(writing, pickle.dumps(Cost(taken, most, left_out)))
        finally:
            os._exit(0)
    os.close(writing)
    told = b""
    while part := os.read(reading, 65_536):
        told += part
    os.close(reading)
    os.waitpid(process, 0)
    return pickle.loads(told) if told else Cost(0.0, 0, left_out=True)


def measured(reader: ModuleType, ends: float) -> str:
    """The row of one reader, as far as the time goes."""
    texts = large = left = 0
    slowest, most, growth, over = 0.0, 0, 0.0, []
    for path, piece in pieces(reader):
        if time.monotonic() > ends:
            break
        texts += 1
        short = cost(path, piece, SHORT)
        if short.seconds < TELLING and not short.left_out:
            continue
        large += 1
        long = cost(path, piece, LONG)
        left += long.left_out
        slowest, most = max(slowest, long.seconds), max(most, long.memory)
        if not long.left_out:
            growth = max(growth, long.seconds / short.seconds / (LONG / SHORT))
        if long.seconds > MOST_SECONDS or long.memory > MOST_BYTES:
            over.append(f"{path} {piece[:30]!r} {long.seconds:.1f} s {long.memory / 1e6:.0f} MB")
    name = reader.__name__.rpartition(".")[2]
    for line in over:
        print(f"{name}: {line}", file=sys.stderr, flush=True)
    return f"| {name} | {texts} | {large} | {slowest:.1f} | {most / 1e6:.0f} | {growth:.2f} | {left} | {len(over)} |"


def main() -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(description="What large texts cost each reader.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=3_600.0, help="for all readers together")
    chosen = parser.parse_args()
    ends = time.monotonic() + chosen.seconds
    print("| reader | texts | large | s | MB | growth | left out | over |\n| --- " + "| ---: " * 7 + "|")
    for reader in readers():
        if not chosen.names or reader.__name__.rpartition(".")[2] in chosen.names:
            print(measured(reader, ends), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
