"""Fuzz targets with coverage: `python -m tests.fuzz [--seconds N] [--folder DIR] [NAME ...]`, all of them without a name.

Each runs in a process of its own for so many seconds, beginning with the seeds and with what earlier runs have found in
DIR. Prints a table of inputs, their rate and what was found; an input that breaks something stays in DIR/NAME/crash-….
Needs atheris (`pip install atheris`); the nightly workflow runs it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MOST_MEMORY_MB = 2_000


def fuzz(name: str, corpus: Path, options: list[str]) -> None:
    """Fuzz one target in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["assessor.readers", "assessor.reading"]):
        from tests.fuzz.targets import targets

    atheris.Setup([sys.argv[0], *options, str(corpus)], targets()[name])
    atheris.Fuzz()


def run(name: str, folder: Path, seconds: int) -> tuple[int, int, str]:
    """Fuzz one target in another process; (inputs, inputs a second, what went wrong)."""
    from tests.fuzz.targets import MAX_BYTES, seeds

    corpus = folder / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number:04}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", f"-rss_limit_mb={MOST_MEMORY_MB}", "-timeout=30",
               f"-artifact_prefix={folder / name}/", "-print_final_stats=1"]  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz", "--one", name, "--folder", str(corpus), *options]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    inputs = re.search(r"number_of_executed_units: (\d+)", done.stderr) or re.search(r"#(\d+)[^#]*\Z", done.stderr)
    rate = re.search(r"average_exec_per_sec: +(\d+)", done.stderr)
    told = re.findall(r"^ *=== Uncaught Python exception: ===\n(.*)|^==\d+== ERROR: (.*)", done.stderr, re.MULTILINE)
    wrong = "; ".join(one or other for one, other in told) or (
        "" if done.returncode == 0 else done.stderr[-200:].strip()
    )
    return int(inputs[1]) if inputs else 0, int(rate[1]) if rate else 0, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the readers and the shell parser with coverage.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen, options = parser.parse_known_args()
    if chosen.one:
        fuzz(chosen.one, chosen.folder, options)
        return 0
    from tests.fuzz.targets import targets

    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="fuzz-"))
    failed = False
    print("| target | inputs | a second | found |\n| --- | ---: | ---: | --- |")
    for name in chosen.names or targets():
        inputs, rate, wrong = run(name, folder, chosen.seconds)
        failed = failed or bool(wrong)
        print(f"| {name} | {inputs:,} | {rate:,} | {wrong} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
