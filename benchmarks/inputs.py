"""What is measured: repositories made to a known size, and real ones as working trees of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PER_FOLDER = 50
_MODULE = '''"""Step {n} of the made project."""

import json
import logging
{imports}

LIMIT = {n}
log = logging.getLogger(__name__)


class Step{n}:
    def __init__(self, rows, rate=0.{n}):
        self.rows = rows
        self.rate = rate

    def fit(self, features, target):
        model = LogisticRegression(C=self.rate)
        model.fit(features, target)
        if model.score(features, target) < 0.5:
            raise ValueError("step {n} is too weak")
        return model

    def save(self, path):
        with open(path, "w") as file:
            json.dump({{"rate": self.rate, "rows": len(self.rows)}}, file)


def run_{n}(rows):
    for row in rows:
        if row["value"] > LIMIT and row.get("kind") in ("a", "b"):
            log.info("row %s", row["value"])
    step = Step{n}(rows)
    return step.fit([row["value"] for row in rows], [row["kind"] for row in rows])
'''
_TEST = """from {module} import run_{n}


def test_run_{n}():
    assert run_{n}([{{"value": 1, "kind": "a"}}]) is not None
"""
_CONFIG = "name: step-{n}\nrate: 0.{n}\ntrain:\n  epochs: {n}\n  seed: 7\n  data: data/part-{n}.csv\n"
_MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: step-{n}}}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: step
          image: registry.invalid/step-{n}:1.0
          command: ["python", "-m", "{module}"]
"""
_NOTE = "# Step {n}\n\nThe step fits a model to the rows of part {n}. It is trained by `python -m {module}`.\n\n## Data\n\nMade.\n"
_FIXED = {
    "pyproject.toml": '[project]\nname = "made"\nversion = "1"\ndependencies = ["scikit-learn", "mlflow"]\n',
    "Makefile": "train:\n\tpython -m steps.part_0.step_0\ntest:\n\tpytest tests\n",
    ".github/workflows/ci.yml": "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: actions/checkout@v4\n      - run: pip install .\n      - run: make test\n      - run: make train\n",
}


def made_files(count: int, *, one_folder: bool = False) -> Iterator[tuple[str, str]]:
    """(path, text) of so many files: six in ten Python modules that import each other, then tests, configuration,
    manifests and notes. `one_folder` puts all modules into the same folder."""
    yield from list(_FIXED.items())[:count]
    for number in range(max(0, count - len(_FIXED))):
        part = 0 if one_folder else number // _PER_FOLDER
        module = f"steps.part_{part}.step_{number}"
        kind = number % 10
        if kind < 6:
            before = f"from steps.part_{0 if one_folder else (number - 1) // _PER_FOLDER}.step_{number - 1} import run_{number - 1}"
            known = before if number and (number - 1) % 10 < 6 else ""
            imports = f"from sklearn.linear_model import LogisticRegression\n{known}"
            yield f"{module.replace('.', '/')}.py", _MODULE.format(n=number, imports=imports)
        elif kind == 6:
            tested = f"steps.part_{0 if one_folder else (number - 1) // _PER_FOLDER}.step_{number - 1}"
            yield f"tests/test_{number}.py", _TEST.format(n=number - 1, module=tested)
        elif kind == 7:
            yield f"conf/part_{part}/step_{number}.yaml", _CONFIG.format(n=number)
        elif kind == 8:
            yield f"deploy/part_{part}/step_{number}.yaml", _MANIFEST.format(n=number, module=module)
        else:
            yield f"notes/part_{part}/step_{number}.md", _NOTE.format(n=number, module=module)


@dataclass(frozen=True, slots=True)
class Input:
    """A working tree under git; whatever is measured may add commits to it."""

    name: str
    folder: Path
    files: int
    is_real: bool = False


def made(count: int, into: Path, *, one_folder: bool = False) -> Input:
    """A repository of so many files with one commit."""
    name = f"{count:,} files{' in one folder' if one_folder else ''}"
    folder = into / name.replace(" ", "-").replace(",", "")
    for path, text in made_files(count, one_folder=one_folder):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "made")
    return Input(name, folder, count)


def real(source: Path, into: Path) -> Input:
    """A working tree of a repository (a working tree, a bare one, or a folder that holds it as `repo`) at its newest commit.

    It shares the repository's objects, since a stored one need not have those of old commits. A file that it lacks too is
    left out, by a commit.
    """
    inner = source / "repo" if (source / "repo").is_dir() else source
    name = source.name.replace("+", "/") if inner is not source else source.name
    folder = into / name.replace("/", "+")
    subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(inner.resolve()), str(folder)], check=True)
    subprocess.run(["git", "checkout", "-q", "-f", "HEAD", "--", "."], cwd=folder, stderr=subprocess.DEVNULL)
    if git(folder, "status", "--porcelain"):
        commit(folder, "what is there")
    return Input(name, folder, len(git(folder, "ls-files").splitlines()), is_real=True)


def next_commit(folder: Path, number: int, files: int = 10) -> None:
    """One more commit that changes so many Python files by a comment."""
    paths = [path for path in git(folder, "ls-files", "*.py").splitlines() if (folder / path).is_file()]
    for path in paths[:: max(1, len(paths) // files)][:files]:
        with (folder / path).open("a", encoding="utf-8") as file:
            file.write(f"\n# {number}\n")
    commit(folder, f"change {number}")


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    author = ("-c", "user.name=Bench", "-c", "user.email=bench@example.invalid", "-c", "commit.gpgsign=false")
    git(folder, *author, "commit", "-q", "-m", message, "--no-verify")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
