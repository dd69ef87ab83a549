"""The documents say what is so: commands run, lists are complete, paths exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("**/*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in _BLOCK.findall(text) if name == language]


def examples() -> list[tuple[str, str]]:
    """Each `$ command` of the console blocks with the output that stands below it (`...` is any text)."""
    found = []
    for document in DOCUMENTS:
        for block in blocks(document.read_text(), "console"):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                found.append((command, output.strip()))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("command", "output"), examples(), ids=[command for command, _ in examples()])
def test_console_example(command: str, output: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "assessor"
    run = subprocess.run(
        [sys.executable, "-m", "assessor", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in output.split("..."))
    assert re.search(pattern, " ".join(run.stdout.split())), "where lines break does not matter"


def test_there_are_two_set_up_commands_and_ci_runs_the_second() -> None:
    start = README.split("## Start")[1].split("\n## ")[0]
    first, second = (block.strip() for block in blocks(start, "sh"))
    assert "assessor audit sample_repos/" in first
    assert second in (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_named_paths_exist() -> None:
    named = re.findall(r"`((?:sample_repos|tests|docs|\.ci)/[\w./]*)`", README)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_each_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    wanted = {re.split(r"[<>=!~\[ ]", line)[0] for line in listed}
    reasons = re.findall(r"^\| ([\w-]+) \| (.+) \|$", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert {name for name, _ in reasons} - {"package", "---"} == wanted


def test_the_table_of_models_is_complete() -> None:
    from assessor.rubric.loading import shipped_names

    table = README.split("## Maturity models")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^\| \[`([\w-]+)`\]", table, re.MULTILINE)) == sorted(shipped_names())


def test_the_rubric_of_the_readme_has_no_mistakes() -> None:
    from assessor.catalog.loading import Source
    from assessor.rubric.loading import parse_rubric

    (text,) = blocks(README.split("## Maturity models")[1], "yaml")
    rubric = parse_rubric(Source("house.yaml", text))
    assert "scanned" in {item.id for item in rubric.items}
    assert "room-to-explore" not in {item.id for item in rubric.items}
