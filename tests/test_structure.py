"""What holds the middle of the house together: words and products as data, rungs in one place, nothing too big to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes
from re import _parser

import pytest
from radon.complexity import cc_visit
from radon.visitors import Class

from assessor.catalog.tools import known_commands, load_tools

ASSESSOR = Path(__file__).parents[1] / "assessor"
MODULES = sorted((*(ASSESSOR / "scanners").glob("*.py"), *(ASSESSOR / "lifecycle").glob("*.py")))


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
    assert sum(1 for path in MODULES for _ in patterns(path)) <= 16, "words belong into words.yaml"


def alternatives(parsed: object) -> Iterator[int]:
    """How many alternatives each choice of a parsed expression has."""
    for part in parsed if isinstance(parsed, list | tuple | _parser.SubPattern) else ():
        if isinstance(part, tuple) and len(part) == 2 and part[0] is codes.BRANCH:
            yield len(part[1][1])
        yield from alternatives(part)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_an_expression_has_three_alternatives_at_most(path: Path) -> None:
    for text in patterns(path):
        assert max(alternatives(_parser.parse(text)), default=0) <= 3, f"words belong into words.yaml: {text}"


PRODUCTS = known_commands() | {
    name.lower()
    for tool in load_tools()
    for name in (tool.id, *tool.packages, *tool.imports, *(root.partition(".")[0] for root in tool.imports))
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_products_stand_in_the_catalogue(path: Path) -> None:
    """No table of them in code: `docker`, `podman`, `kubectl` belong into programs.yaml, calls and imports into tools."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        entries = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
        words = [e.value for e in entries if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        named = [word for word in words if not word.startswith(".") and word.partition(".")[0].lower() in PRODUCTS]
        assert len(named) < 3 or set(named) <= NO_PRODUCTS, f"line {getattr(node, 'lineno', 0)}"


NO_PRODUCTS = {"github.ref", "github.base_ref", "github.event", "dvc.yaml", "dvc.lock"}
"""Values of a context, and files."""


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
    assert sum(size > 10 for size, _, _ in found) / len(found) <= 0.10


def test_no_class_is_too_long() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert (node.end_lineno or 0) - node.lineno < 250, f"{path.stem}.{node.name}"


def imports() -> dict[str, set[str]]:
    """The modules of the package that each of them imports, at its top, late or for types alone."""
    names = {".".join(path.relative_to(ASSESSOR).with_suffix("").parts): path for path in ASSESSOR.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("assessor."):
                module = (node.module or "").removeprefix("assessor.")
                asked = {f"{module}.{alias.name}" for alias in node.names} | {module}
                found[name] |= asked & set(names)
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = imports()
    while leaves := {name for name, others in left.items() if not others & set(left)}:
        left = {name: others for name, others in left.items() if name not in leaves}
    while tops := set(left) - {other for name in left for other in left[name]}:
        left = {name: others for name, others in left.items() if name not in tops}
    assert not left, sorted(left)
