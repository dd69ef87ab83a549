"""docs/new_practice.md: a practice costs the files that the page names, at most six, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(
    r"^```(?:yaml|python) (\S+)\n(.*?)^```", (ROOT / "docs" / "new_practice.md").read_text("utf-8"), re.M | re.S
)
CHECKED = ("catalog", "texts", "rubrics", "samples")


def extended(text: str, block: str) -> str:
    """The text of a file with the block where the page says: at the end of its dimension, before the table of rules (and
    in it), among the tools by id, at the end."""
    if "\ngovernance:\n" in text:
        return text.replace("\n\ngovernance:\n", f"\n{block}\ngovernance:\n", 1)
    if "\nRULES: " in text:
        name = block.partition("(")[0].removeprefix("def ")
        text = re.sub(r"^( +)intended,\n", r"\1intended,\n\1seen,\n", text, count=1, flags=re.M)
        return re.sub(
            r"^(RULES: .*\n)", lambda head: f'{block}\n\n{head[1]}    "quality.{name}": {name},\n', text, flags=re.M
        )
    if block.startswith("- id: "):
        later = next(found for found in re.finditer(r"^- id: .*\n", text, re.M) if found[0] > block.splitlines()[0])
        return text[: later.start()] + block + text[later.start() :]
    return text + block


@pytest.mark.slow
def test_a_practice_costs_the_files_of_its_page(tmp_path: Path) -> None:
    assert len(BLOCKS) <= 6
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, kept.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/corpus/", "reports/samples/")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    for name, block in BLOCKS:
        place = tmp_path / name
        place.write_text(extended(place.read_text("utf-8"), block) if place.exists() else block, "utf-8")
    run(tmp_path, "-m", "docs.build")
    chosen = [f"tests/test_{name}.py" for name in CHECKED]
    run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen)
    run(
        tmp_path,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "messages or each_practice",
        "tests/test_cases.py",
    )


def run(folder: Path, *arguments: str) -> None:
    made = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-2000:]
