"""docs/extending.md: each entry, added to a copy of the catalogue, makes its case hold, which does not hold without it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import write_files

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
_EXAMPLE = re.compile(
    r"^## ([^\n]+)\n.*?^```yaml (\S+\.yaml) ?(\w*)\n(.*?)^```\n.*?^```yaml case\n(.*?)^```", re.M | re.S
)
EXAMPLES = _EXAMPLE.findall(PAGE)
RATE = "import json, sys; from assessor.audit import findings; print(json.dumps({k: v.rung for k, v in findings(sys.argv[1]).items()}))"


def test_each_page_has_an_example() -> None:
    assert [title for title, *_ in EXAMPLES] == re.findall(r"^## ([^\n]+)", PAGE, re.M)


def extended(text: str, where: str, entry: str) -> str:
    """The text of a data file with one entry more: a tool, or in a table or concept a word, phrase or line."""
    if not where:
        return f"{text.rstrip()}\n{entry}"
    if f"\n- concept: {where}\n" in text:
        head, _, rest = text.partition(f"\n- concept: {where}\n")
        return f"{head}\n- concept: {where}\n" + rest.replace("words: [", f"words: [{entry.strip()}, ", 1)
    if f"\n{where}: [" in text:
        return text.replace(f"\n{where}: [", f"\n{where}: [{entry.strip()}, ", 1)
    return text.replace(f"\n{where}:\n", f"\n{where}:\n  {entry.strip()}\n", 1)


def rated(package: Path, folder: Path) -> Mapping[str, str]:
    run = subprocess.run(
        [sys.executable, "-c", RATE, str(folder)], cwd=package, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, str] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=[title for title, *_ in EXAMPLES])
def test_one_entry_is_enough(example: tuple[str, str, str, str, str], tmp_path: Path) -> None:
    _, name, where, entry, text = example
    case: dict[str, Any] = yaml.safe_load(text)
    repository, copy = tmp_path / "repository", tmp_path / "copy"
    write_files(repository, case["files"])
    before = rated(ROOT, repository)
    shutil.copytree(ROOT / "assessor", copy / "assessor", ignore=shutil.ignore_patterns("__pycache__"))
    data = copy / "assessor" / "catalog" / name
    changed = extended(data.read_text("utf-8"), where, entry)
    assert changed != data.read_text("utf-8")
    data.write_text(changed, "utf-8")
    after = rated(copy, repository)
    assert {practice: after[practice] for practice in case["expect"]} == case["expect"]
    assert all(before[practice] != rung for practice, rung in case["expect"].items())
