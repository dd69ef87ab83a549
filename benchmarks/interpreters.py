"""Whether all interpreters write the same bytes: `python benchmarks/interpreters.py [--python COMMAND]... REPOSITORY...`.

COMMAND is a Python that has the assessor installed (it may be several words). Without any, each python3.11 to python3.14 of PATH
and of pyenv gets a virtual environment of its own, with this tree installed. Each audits every repository and writes
every form; prints how many documents were compared, and those that differ, and leaves with 1 where there are any.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
INSIDE = """
import contextlib, hashlib, io, json, os, sys, tempfile
from pathlib import Path
from assessor.__main__ import main

AUDIT = ("json", "html", "pdf", "md", "md-long", "csv", "badge", "in-toto", "shields", "terminal")
GATE = ("sarif", "junit", "gitlab", "github", "azure", "teamcity")
found = {}
with tempfile.TemporaryDirectory() as folder:
    os.environ["MLOPS_ASSESSOR_CACHE"] = f"{folder}/cache"
    for repository in sys.argv[1:]:
        for command, forms in ((["audit"], AUDIT), (["gate", "--min-level", "1"], GATE)):
            words = [word for form in forms for word in ("--format", form, "--output", str(Path(folder, form)))]
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                main([*command, repository, *words])
            for form in forms:
                out = Path(folder, form)
                made = hashlib.sha256(out.read_bytes()).hexdigest() if out.exists() else "nothing"
                out.unlink(missing_ok=True)
                found[f"{Path(repository).name} {form}"] = made
print(json.dumps({"python": sys.version.split()[0], "documents": found}))
"""


def interpreters() -> list[str]:
    """The interpreters of this machine, the first of each version."""
    found = []
    for version in VERSIONS:
        ours = [str(path) for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))]
        found += [path for path in (shutil.which(f"python{version}"), *ours) if path][:1]
    return found


def installed(python: str, folder: Path) -> str:
    """A virtual environment of an interpreter with this tree in it; its Python."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    inside = folder / "bin" / "python"
    subprocess.run([inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)], check=True)
    return shlex.quote(str(inside))


def documents(command: str, repositories: list[str]) -> tuple[str, dict[str, str]]:
    """(version, digest of each document) of one interpreter."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": "random"}
    words = [*shlex.split(command), "-I", "-c", INSIDE, *repositories]
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
    answer = json.loads(done.stdout)
    return answer["python"], answer["documents"]


def main() -> int:
    """Compare; the exit code."""
    parser = argparse.ArgumentParser(description="Whether all interpreters write the same bytes.")
    parser.add_argument("--python", action="append", default=[], metavar="COMMAND")
    parser.add_argument("repositories", nargs="*")
    chosen = parser.parse_args()
    repositories = chosen.repositories or [
        str(path) for path in sorted((ROOT / "sample_repos").iterdir()) if path.is_dir()
    ]
    made: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory(prefix="interpreters-") as folder:
        commands = chosen.python or [
            installed(python, Path(folder) / str(at)) for at, python in enumerate(interpreters())
        ]
        for command in commands:
            version, answers = documents(command, [str(Path(path).resolve()) for path in repositories])
            print(f"{version}: {len(answers)} documents", flush=True)
            for name, digest in answers.items():
                made[name][digest].append(version)
    different = {name: list(by.values()) for name, by in made.items() if len(by) > 1 or "nothing" in by}
    for name, groups in sorted(different.items()):
        print(f"{name}: {' | '.join(', '.join(group) for group in groups)}")
    print(f"{len(made)} documents by each of {len(commands)} interpreters, {len(different)} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
