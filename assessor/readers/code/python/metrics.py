"""Size and complexity of a Python file by radon's definitions, in one pass over the tree that was parsed already.

Radon walks the tree once for complexity and once for Halstead's counts, with a new visitor for each statement of each
function; here both are counted on one way, and radon makes the index of the counts. That the numbers are radon's is
tested (`tests/test_python_metrics.py`).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from assessor.facts.python import Metrics


def measure(tree: ast.Module, text: str, source_lines: int) -> Metrics | None:
    """Cyclomatic complexity of each function and method (McCabe 1976), and the maintainability index; None without code.

    The index (0-100) is radon's, after Oman and Hagemeister (1992), of Halstead's volume (1977), cyclomatic complexity,
    source lines and the percentage of comment lines.
    """
    if not source_lines:
        return None
    from radon.metrics import mi_compute

    counts = _Counts()
    counts.count(tree)
    comments = sum([line[:1] == "#" for line in map(str.lstrip, text.splitlines())])
    share = 100 * comments / (source_lines + comments)
    index = mi_compute(counts.volume, counts.module.total, source_lines, share)
    return Metrics(tuple(sorted(counts.module.found())), round(index, 2), source_lines)


@dataclass(slots=True)
class _Block:
    """A module, class or function, and the functions and classes in it that count for themselves."""

    name: str = ""
    line: int = 0
    complexity: int = 1
    functions: list[_Block] = field(default_factory=list)
    classes: list[_Block] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Decisions of a module with those of its functions, classes and methods, plus one."""
        functions = sum(function.complexity - 1 for function in self.functions)
        return self.complexity + functions + sum(cls._with_methods - 1 for cls in self.classes)

    @property
    def _with_methods(self) -> int:
        return self.complexity + sum(method.complexity for method in self.functions)

    def found(self) -> Iterator[tuple[str, int, int]]:
        """(name, line, complexity) of the functions of a module and the methods of its classes; what stands inside of
        functions and of inner classes is not told apart."""
        for block in (self, *self.classes):
            yield from ((function.name, function.line, function.complexity) for function in block.functions)


class _Counts:
    """Decisions by block, operators and operands."""

    def __init__(self) -> None:
        self.module = _Block()
        self._operators = self._operands = 0
        self._seen_operators: set[type[ast.AST]] = set()
        self._seen_operands: set[tuple[str | None, object]] = set()

    @property
    def volume(self) -> float:
        """Halstead's volume N log2 n of the whole module."""
        vocabulary = len(self._seen_operators) + len(self._seen_operands)
        return (self._operators + self._operands) * math.log2(vocabulary) if vocabulary else 0.0

    def count(self, tree: ast.Module) -> None:
        """Visit each node once. With it goes the block whose decisions it may be (None in an assertion and in what stands
        before the body of a class) and the name of the innermost function, of which operands are told apart."""
        stack: list[tuple[ast.AST, _Block | None, str | None]] = [(tree, self.module, None)]
        while stack:
            node, block, function = stack.pop()
            kind = type(node)
            if kind in _FUNCTIONS:
                inner = _opened(node, block.functions if block else [])
                name = node.name  # type: ignore[attr-defined]
                stack.extend((child, inner, name) for child in node.body)  # type: ignore[attr-defined]
                continue
            if isinstance(node, ast.ClassDef):
                inner = _opened(node, block.classes if block else [])
                stack.extend((child, inner, function) for child in node.body)
                before = (*node.decorator_list, *node.bases, *node.keywords, *getattr(node, "type_params", ()))
                stack.extend((child, None, function) for child in before)
                continue
            if kind in _OPERATIONS:
                self._operation(node, function)
            if block is not None:
                block.complexity += _decisions(node, kind)
                block = None if kind is ast.Assert else block
            for name in node._fields:
                value = getattr(node, name, None)
                for child in value if type(value) is list else (value,):
                    if type(child) not in _LEAVES and isinstance(child, ast.AST):
                        stack.append((child, block, function))

    def _operation(self, node: ast.AST, function: str | None) -> None:
        operators, operands = _parts(node)
        self._operators += len(operators)
        self._operands += len(operands)
        self._seen_operators.update(map(type, operators))
        self._seen_operands.update((function, _named(operand)) for operand in operands)


_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef})
_OPERATIONS = frozenset({ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.AugAssign, ast.Compare})
_LEAVES = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.alias, ast.arg, str, int, type(None)})
"""Nodes, most of a tree, that neither decide nor hold what does; only a lambda's `arg` comes here, which has no annotation."""
_LOOPS = frozenset({ast.For, ast.While, ast.AsyncFor})
_SINGLE = frozenset({ast.If, ast.IfExp, ast.Assert})


def _opened(node: ast.AST, blocks: list[_Block]) -> _Block:
    inner = _Block(node.name, node.lineno)  # type: ignore[attr-defined]
    blocks.append(inner)
    return inner


def _decisions(node: ast.AST, kind: type[ast.AST]) -> int:
    """How many ways a node adds to those through its block."""
    if kind in _SINGLE:
        return 1
    if kind in _LOOPS:
        return 1 + bool(node.orelse)  # type: ignore[attr-defined]
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return len(node.ifs) + 1
    if isinstance(node, ast.Try):
        return len(node.handlers) + bool(node.orelse)
    if isinstance(node, ast.Match):
        rest = any(isinstance(c.pattern, ast.MatchAs) and c.pattern.pattern is None for c in node.cases)
        return max(0, len(node.cases) - rest)
    return 0


def _parts(node: ast.AST) -> tuple[list[ast.AST], list[ast.expr]]:
    """The operators and operands of an operation."""
    match node:
        case ast.BinOp():
            return [node.op], [node.left, node.right]
        case ast.UnaryOp():
            return [node.op], [node.operand]
        case ast.BoolOp():
            return [node.op], node.values
        case ast.AugAssign():
            return [node.op], [node.target, node.value]
        case ast.Compare():
            return [*node.ops], [node.left, *node.comparators]
    return [], []


def _named(operand: ast.expr) -> object:
    """What makes two operands one: a name, the last part of a dotted name, a value; anything else is one for itself."""
    match operand:
        case ast.Name():
            return operand.id
        case ast.Attribute():
            return operand.attr
        case ast.Constant():
            return operand.value
    return operand
