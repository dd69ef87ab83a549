"""No text of a repository costs more time or memory than its length allows."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from assessor.audit import findings
from assessor.findings import Rung
from assessor.readers.registry import has_failed, read, readers_of
from assessor.readers.syntax import shell, yaml_tree
from assessor.readers.syntax.yaml_tree import YamlProblem
from tests.bounds import within

LENGTH = shell.MAX_TEXT
UNITS = (
    "a|", "a&&", "a;", "(", ")", "((a ", "$[", "$[a] ", "a=(", "|", "[[ ", "case a in ", "if a; then ", "f() {", "`", "! ",
    "cat <<A\n", "echo a b\n", "$(", '"${a:-', "a=$a$a\n", "a|\n", "||", "<(a ", "f() { a; }\n", "a && b\n", "a &",
    "a\nif [ $? -ne 0 ]; then exit 1; fi\n", "echo ${{ a }} $A\n", "trap a EXIT\n", "echo $a$a$a$a\n",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_shell_text_is_read_within_its_share(unit: str) -> None:
    text = (unit * LENGTH)[:LENGTH]
    with within(4):
        facts = read("run.sh", text, readers_of("run.sh"))
    assert facts.script is not None
    assert all("this shell text" in reason or has_failed(reason) for _, reason in facts.problems)


PYTHON = ("f(1)\n", "a <- b(c)\n", "a\n", "[a]\n", "a,", "*x\n", "import a\n", "x = a < b\n", "a<")


@pytest.mark.parametrize("unit", PYTHON)
@pytest.mark.parametrize("path", ["train.py", "tasks.py", "setup.py", "train.ipynb"])
def test_python_of_any_length_is_read_within_two_seconds_or_told(path: str, unit: str) -> None:
    """What costs time and memory is the number of words and signs: beyond a number a text is not parsed, and says so."""
    for length in (140_000, 4_900_000):
        source = (unit * (length // len(unit))).rstrip(",<") + "\n"
        lines = source.splitlines(keepends=True)
        cells = [{"cell_type": "code", "source": lines[at : at + 400]} for at in range(0, len(lines), 400)]
        text = json.dumps({"cells": cells}) if path.endswith(".ipynb") else source
        with within(4):
            facts = read(path, text, readers_of(path))
        assert not any(has_failed(reason) for _, reason in facts.problems)
    assert any("words and signs" in reason or "cells" in reason for _, reason in facts.problems)


def test_python_that_is_not_parsed_hides_what_it_may_prove(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import mlflow\n" + "mlflow.log_metric('a', 1)\n" * 30_000)
    found = findings(str(tmp_path))["experiments.tracking"]
    assert [spot.place.path for spot in found.blind_spots] == ["train.py"]
    assert found.rung is not Rung.ABSENT


def test_pieces_of_a_notebook_s_line_are_joined_once() -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": ["x = '", *["a"] * 90_000, "'"]}]})
    with within(4):
        facts = read("a.ipynb", text, readers_of("a.ipynb"))
    assert facts.problems == ()


def test_sides_of_a_comparison_are_bounded() -> None:
    chain = read("a.py", "x = a" + " < a" * 20_000 + "\ny = 0 < accuracy < 1\n", readers_of("a.py"))
    assert chain.python is not None
    assert [comparison.line for comparison in chain.python.comparisons] == [2]


@pytest.mark.parametrize("unit", ["<parent>", "<dependency><", "<!--", "<a> ", "<artifactId>  ", "</parent><parent>"])
def test_a_pom_of_any_length_is_read_at_once(unit: str) -> None:
    text = "<project>" + unit * (900_000 // len(unit))
    with within(4):
        assert not any(has_failed(reason) for _, reason in read("pom.xml", text, readers_of("pom.xml")).problems)


def test_a_pom_s_own_name_is_not_that_of_another() -> None:
    parts = ("<parent><artifactId>p</artifactId></parent>", "<build>", "<artifactId>b</artifactId>", "</build>")
    for text in ("".join(parts), parts[0] + parts[1] + "<parent></parent>" + parts[2] + parts[3]):
        facts = read("pom.xml", f"<project>{text}<artifactId> own </artifactId></project>", readers_of("pom.xml"))
        assert facts.requirements and facts.requirements.name == "own"


def test_variables_that_double_stay_small() -> None:
    doubling = "a0=" + "x" * 100 + "\n" + "".join(f"a{i}=$a{i - 1}$a{i - 1}\n" for i in range(1, 60))
    many = "a=" + "x" * 1_900 + "\necho " + "$a" * 60_000
    for text in (doubling + 'python $a59.py\necho "${a59}"\n', many):
        tracemalloc.start()
        script = shell.parse(text)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 100_000_000
        assert max(len(word) for command in script.commands for word in command.argv) < 2_000_000


def test_what_is_left_out_is_told_and_the_rest_is_read() -> None:
    facts = read("run.sh", "a|" * 500, readers_of("run.sh"))
    assert facts.problems == ((1, "a pipe of more than 400 commands; this shell text is not read"),)
    workflow = "on: push\njobs: {a: {runs-on: x, steps: [{run: pytest}, {run: '" + "a|" * 500 + "'}]}}\n"
    facts = read(".github/workflows/a.yml", workflow, readers_of(".github/workflows/a.yml"))
    assert facts.workflows[0].jobs[0].steps[0].commands[0].argv == ("pytest",)
    assert len(facts.problems) == 1


def test_a_yaml_text_of_a_million_nodes_is_refused_while_it_is_read() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(YamlProblem, match="more than"):
            yaml_tree.load("j:\n  script: [a]\n" * 250_000)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()
