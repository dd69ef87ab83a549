"""Size and complexity of a Python file, by radon on the tree that was parsed already."""

from __future__ import annotations

import ast
import math

from assessor.facts.python import Metrics


def measure(tree: ast.Module, text: str, source_lines: int) -> Metrics | None:
    """Cyclomatic complexity of each function and the maintainability index, by radon on the parsed tree.

    The index is radon's: 171 - 5.2 ln V - 0.23 G - 16.2 ln L + 50 sin(sqrt(2.4 C)), scaled to 0-100, with Halstead
    volume V, cyclomatic complexity G, source lines L and C the share of comment lines in radians (radon's reading).
    """
    if not source_lines:
        return None
    from radon.complexity import ComplexityVisitor
    from radon.metrics import mi_compute
    from radon.visitors import HalsteadVisitor

    try:
        blocks = ComplexityVisitor.from_ast(tree)
        halstead = HalsteadVisitor.from_ast(tree)
    except (RecursionError, AttributeError, TypeError):  # syntax newer than radon
        return None
    functions = [*blocks.functions, *(method for cls in blocks.classes for method in cls.methods)]
    comments = sum(1 for line in text.splitlines() if line.lstrip().startswith("#"))
    share = 100 * comments / (source_lines + comments)
    index = mi_compute(_volume(halstead), blocks.total_complexity, source_lines, share)
    found = sorted((f.name, f.lineno, f.complexity) for f in functions)
    return Metrics(tuple(found), round(index, 2), source_lines)


def _volume(halstead: object) -> float:
    """Halstead's volume N log2 n (Halstead 1977) of the whole module."""
    length = halstead.operators + halstead.operands  # type: ignore[attr-defined]
    vocabulary = halstead.distinct_operators + halstead.distinct_operands  # type: ignore[attr-defined]
    return float(length * math.log2(vocabulary)) if vocabulary else 0.0
