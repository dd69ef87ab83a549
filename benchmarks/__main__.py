"""Measure audits beside radon, the floor and the peers, in one run, and write a table of ratios.

usage: python -m benchmarks [--sizes 100,1000] [--one-folder N] [--repos DIR] [--only NAME,…] [--rounds 3] [--base CHECKOUT]
                            [--peers DIR] [--history N] [--fleet N] [--no-rendering] [--json FILE] [--page FILE]

`--repos` is a folder of repositories (working trees, bare ones, or folders that hold one as `repo`), of which `--only`
names some. `--peers DIR` is where the peers are installed, each in a virtual environment of its own; without it they are
left out. `--base` is a checkout of an earlier state of this project, to see what a change costs. All contenders take turns,
so that a busy machine slows all alike; ratios are the median of those of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from assessor.cli import COMMANDS
from assessor.cores import usable_cores
from benchmarks.contenders import ROOT, Bench, RunFailed, installed, measured, memory, over_time
from benchmarks.inputs import Input, made, real
from benchmarks.measuring import Run, run
from benchmarks.page import page, tables
from benchmarks.rendering import rendering


def main() -> int:
    options = _options()
    peers = options.peers.resolve() if options.peers else Path(os.devnull)
    results: dict[str, Any] = {
        "machine": {
            "python": platform.python_version(),
            "cores": usable_cores(),
            "load": round(os.getloadavg()[0], 1),
            "commit": subprocess.run(
                ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
            ).stdout.strip(),
        },
        "rounds": options.rounds,
        "peers": installed(peers) if options.peers else {},
        "inputs": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        for entry in _inputs(options, Path(folder)):
            _tell(f"{entry.name}: {entry.files:,} files")
            bench = Bench(entry, Path(folder) / "cache", peers, options.jobs)
            results["inputs"].append(_of_one(bench, options))
        if options.fleet and "fleet" in COMMANDS:
            results["fleet"] = _fleet(options, Path(folder))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if options.page:
        options.page.write_text(page(results), "utf-8")
    print(tables(results))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="", help="files of the repositories that are made, with commas")
    parser.add_argument(
        "--one-folder", type=int, default=0, help="also one with so many files, its modules in one folder"
    )
    parser.add_argument("--repos", type=Path, help="a folder of real repositories")
    parser.add_argument("--only", default="", help="of these only those whose names hold one of these texts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, help="processes of our audits (default: one for each core)")
    parser.add_argument("--base", type=lambda path: Path(path).resolve())
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--history", type=int, default=0, help="revisions of each real repository")
    parser.add_argument("--fleet", type=int, default=0, help="so many of --repos, by one worker and by two")
    parser.add_argument("--no-rendering", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--page", type=Path)
    return parser.parse_args()


def _inputs(options: argparse.Namespace, into: Path) -> Iterator[Input]:
    for size in filter(None, options.sizes.split(",")):
        yield made(int(size), into)
    if options.one_folder:
        yield made(options.one_folder, into, one_folder=True)
    for source in _sources(options):
        yield real(source, into)


def _sources(options: argparse.Namespace) -> list[Path]:
    folders = sorted(options.repos.iterdir()) if options.repos else []
    wanted = [text for text in options.only.split(",") if text]
    return [f for f in folders if f.is_dir() and (not wanted or any(text in f.name for text in wanted))]


def _of_one(bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one input. A contender that fails is told and left out."""
    rounds: dict[str, list[Run]] = defaultdict(list)
    failed: list[str] = []
    for number in range(options.rounds):
        try:
            for name, one in measured(bench, number, options.base):
                rounds[name].append(one)
                _tell(
                    f"  {number + 1}/{options.rounds} {name:26} wall {one.wall:7.2f} s  processor {one.processor:7.2f} s"
                )
        except RunFailed as error:
            failed.append(str(error))
            _tell(f"  {error}")
    found: dict[str, Any] = {
        "name": bench.input.name,
        "files": bench.input.files,
        "memory_mb": round(memory(bench).memory),
        "contenders": {name: _figures(runs, rounds["cold"]) for name, runs in rounds.items()},
        "failed": sorted(set(failed)),
    }
    _tell(f"  memory {found['memory_mb']} MB")
    if bench.input.is_real and options.history and "history" in COMMANDS:
        found["history"] = {
            "revisions": options.history,
            **_figures([over_time(bench, options.history)], rounds["cold"]),
        }
    if bench.input.is_real and not options.no_rendering:
        found["rendering"] = rendering(bench.input.folder, options.rounds)
    return found


def _figures(runs: list[Run], cold: list[Run]) -> dict[str, float]:
    """The best seconds, and the median ratio to the cold audit of the same round."""
    pairs = list(zip(runs, cold, strict=False))
    return {
        "wall": round(min(one.wall for one in runs), 3),
        "processor": round(min(one.processor for one in runs), 3),
        "wall_ratio": round(median(one.wall / other.wall for one, other in pairs), 3),
        "processor_ratio": round(median(one.processor / other.processor for one, other in pairs), 3),
    }


def _fleet(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The same repositories by one worker and by two, nothing known before."""
    sources = [str(s / "repo" if (s / "repo").is_dir() else s) for s in _sources(options)[: options.fleet]]
    found: dict[str, Any] = {"repositories": len(sources)}
    for workers in (1, 2):
        out = str(folder / f"fleet-{workers}.jsonl")
        words = [
            sys.executable,
            "-m",
            "assessor",
            "fleet",
            *sources,
            "--workers",
            str(workers),
            "--no-cache",
            "--quiet",
        ]
        one = run([*words, "--output", out], ROOT, {"PYTHONPATH": str(ROOT)}, good=(0, 1))
        found[f"workers_{workers}"] = {"wall": round(one.wall, 2), "processor": round(one.processor, 2)}
        _tell(f"fleet, {workers} workers: wall {one.wall:.1f} s")
    return found


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
