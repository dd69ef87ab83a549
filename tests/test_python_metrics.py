"""Complexity and maintainability of Python: radon's numbers, on odd pieces, the samples, this package and the corpus."""

from __future__ import annotations

import ast
import os
import warnings
from pathlib import Path

import pytest
from radon.complexity import ComplexityVisitor
from radon.metrics import h_visit_ast, mi_compute

from assessor.readers.code.python.metrics import measure

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("ASSESSOR_CORPUS", ROOT / "tests" / "corpus"))

PIECES = [
    "",
    "x = 1\n",
    "x = -a + b * 2 if c and d or not e else [i for i in r if i if not j]\n",
    "assert a and b\nassert (lambda x: x if x else y)(1)\n",
    "def f(a=b and c, *, d: e | f = 1 + 2):\n    return a + a\n",
    "@d(a or b)\nasync def f():\n    async for i in r:\n        pass\n    else:\n        def g():\n            return 1 if a else 2\n",
    "class A(b or c, metaclass=d and e):\n    x = 1 + 1\n    def f(self):\n        if a:\n            pass\n    class B:\n        def g(self):\n            while b:\n                pass\n    if c:\n        def h(self): ...\n",
    "def f():\n    class A:\n        def g(self):\n            if a:\n                return b\n    return A\n",
    "try:\n    a\nexcept B:\n    c\nexcept D:\n    e\nelse:\n    f\nfinally:\n    g\n",
    "match a:\n    case 1:\n        b\n    case [x, *y] if c:\n        d\n    case _:\n        e\n",
    "match a:\n    case {'b': c}:\n        d\n    case E() as f:\n        g\n    case h:\n        i\n",
    "a += b\na.b += a.c\nb.a = 1 < 2 < 3\n1 == True == 1.0\n",
    "def f():\n    return x + x\ndef g():\n    return x + x\ndef f():\n    return x * x\n",
    "if a:\n    def f():\n        for i in b:\n            c\nelse:\n    class D:\n        def f(self):\n            with a or b as c:\n                d\n",
    "# a\nx = 1\n# b\ny = x + 1  # c\n",
]


def radons(tree: ast.Module, text: str, lines: int) -> tuple[tuple[tuple[str, int, int], ...], float]:
    blocks = ComplexityVisitor.from_ast(tree)
    functions = [*blocks.functions, *(method for cls in blocks.classes for method in cls.methods)]
    comments = sum(1 for line in text.splitlines() if line.lstrip().startswith("#"))
    volume = h_visit_ast(tree).total.volume
    index = mi_compute(volume, blocks.total_complexity, lines, 100 * comments / (lines + comments))
    return tuple(sorted((f.name, f.lineno, f.complexity) for f in functions)), round(index, 2)


def sources() -> list[tuple[str, str]]:
    found = [(f"piece {number}", text) for number, text in enumerate(PIECES)]
    folders = (ROOT / "assessor", ROOT / "sample_repos", ROOT / "tests", CORPUS)
    for path in sorted({path for folder in folders if folder.is_dir() for path in folder.rglob("*.py")}):
        found.append((str(path), path.read_text("utf-8", errors="replace")))
    return found


def test_the_numbers_are_radons() -> None:
    for name, text in sources():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                continue
        lines = sum(1 for line in text.splitlines() if line.strip())
        found = measure(tree, text, lines)
        if found is None:
            assert not lines
        else:
            assert (found.complexities, found.maintainability) == radons(tree, text, lines), name


def test_what_is_too_deep_for_radon_is_measured() -> None:
    tree = ast.parse("x = " + "+".join(["a"] * 900))
    with pytest.raises(RecursionError):
        ComplexityVisitor.from_ast(tree)
    found = measure(tree, "", 1)
    assert found is not None
    assert 0 <= found.maintainability <= 100
