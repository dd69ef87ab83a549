"""What holds the middle of the house together: words and products as data, rungs in one place, nothing too big to read.

The first numbers are ratchets: they may only fall, until they meet the second.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from radon.complexity import cc_visit
from radon.visitors import Class

ASSESSOR = Path(__file__).parents[1] / "assessor"
MODULES = sorted((*(ASSESSOR / "scanners").glob("*.py"), *(ASSESSOR / "lifecycle").glob("*.py")))
SETTLED = [
    p for p in MODULES if p.parent.name == "lifecycle" or p.stem in ("experiments", "training", "slices", "symmetry")
]
"""Modules in which the second numbers hold already."""


def patterns(path: Path) -> Iterator[str]:
    """The texts of regular expressions of one module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            if node.func.value.id == "re" and node.func.attr != "escape" and node.args:
                yield "".join(
                    n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant) and isinstance(n.value, str)
                )


def complexities(path: Path) -> Iterator[tuple[int, str]]:
    for block in cc_visit(path.read_text("utf-8")):
        if not isinstance(block, Class):  # its methods stand beside it
            yield block.complexity, block.name


def test_regular_expressions_grow_fewer() -> None:
    assert sum(1 for path in MODULES for _ in patterns(path)) <= 75, "20 in the end: words belong into words.yaml"
    assert sum(1 for path in SETTLED for _ in patterns(path)) <= 10


RATING = {"ladder", "every", "templates"}
"""`ladder` gives the rungs; `every` says what could not be rated, `templates` what only a template declares."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_rungs_are_given_by_the_ladder_alone(path: Path) -> None:
    made = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert path.stem in RATING or not made & {"Evidence", "Finding", "best", "run_files"} - ALLOWED.get(
        path.stem, set()
    )


ALLOWED = {"versioning": {"best"}, "deployments": {"best"}, "order": {"best"}}
"""What a push of versions or a deployment carries along has one route, which `best` chooses."""


def test_functions_stay_short() -> None:
    found = [(size, path.stem, name) for path in MODULES for size, name in complexities(path)]
    assert max(found)[0] <= 20
    assert sum(size > 10 for size, _, _ in found) / len(found) <= 0.145, "0.10 in the end"


def test_no_class_is_too_long() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert (node.end_lineno or 0) - node.lineno < 250, f"{path.stem}.{node.name}"
