"""The floor: read every file and parse every Python file, in so many processes; no audit can be faster and look.

usage: python -m benchmarks.floor FOLDER [--jobs N]
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import subprocess
import sys
import warnings
from pathlib import Path

from assessor.cores import usable_cores


def parsed(path: str) -> int:
    """The bytes of a file; a Python file is parsed too."""
    try:
        data = Path(path).read_bytes()
        if path.endswith(".py"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(data)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return 0
    return len(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=usable_cores())
    options = parser.parse_args()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=options.folder, capture_output=True, check=True).stdout
    paths = [str(options.folder / name) for name in listed.decode("utf-8", "surrogateescape").split("\0") if name]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        total = sum(pool.imap_unordered(parsed, paths, chunksize=32))
    print(f"{len(paths)} files, {total} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
