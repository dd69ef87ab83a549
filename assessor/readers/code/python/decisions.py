"""Comparisons and other conditions with what follows from them: what stops, what is called, what is given back."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from assessor.facts.python import Guard, Side
from assessor.readers.code.python.constants import value
from assessor.readers.code.python.names import MAX_CALLS
from assessor.readers.code.python.nodes import MAX_ITEMS, NAMES, OPERATORS, below, identifiers, number_of
from assessor.readers.code.python.values import (
    NOTHING,
    STOPS,
    Differences,
    Made,
    OpenComparison,
    Outcome,
    differences_of,
    joined,
    origins,
    replaced,
    root_of,
    verdicts,
    without_differences,
)
from assessor.readers.code.python.variables import Variables

MAX_SIDES = 10
"""Of one comparison; people write three (`0 < rate < 1`)."""
EXITS = {"sys.exit", "exit", "quit", "os._exit", "SystemExit"}
ASSIGNS, ASSERTS, RETURNS = Outcome("assign"), Outcome("assert"), Outcome("return", gives=True)
RAISES, ENDS = Outcome("raise"), Outcome("exit")

_INFINITE = frozenset({"math.inf", "numpy.inf", "numpy.Inf"})
_ASSIGNMENTS = (ast.Assign, ast.AugAssign)
_DOING = (ast.Raise, ast.Return, ast.Call, *_ASSIGNMENTS)


def is_answer(value: ast.expr | None) -> bool:
    """A returned value that is fixed (True, "deploy", a tuple or dictionary with such): the answer to a question."""
    if isinstance(value, ast.JoinedStr):
        return True
    if isinstance(value, ast.Constant):
        return value.value is not None
    if isinstance(value, ast.Tuple):
        return any(is_answer(item) for item in value.elts)
    return isinstance(value, ast.Dict) and any(is_answer(item) for item in value.values)


class Decisions(Variables):
    """The variables of a module with the comparisons that decide something."""

    def __init__(
        self, tree: ast.Module, line_of: Callable[[int], int], module: str = "", *, cells: bool = False
    ) -> None:
        super().__init__(tree, line_of, module, cells=cells)
        self.decided: list[OpenComparison] = []
        self.differences = Differences()
        self.outcome = NOTHING
        """What follows from a comparison at this place."""
        self.guards: list[Guard] = []
        self.loop_lines: list[tuple[int, int]] = []

    def meet(self, node: ast.expr, made: Made, outcome: Outcome) -> Made:
        """The comparisons behind a condition learn what follows from it; what calls returned is a condition itself."""
        found = verdicts(made)
        for number in found:
            self.decided[number].meet(outcome)
        sources = without_differences(origins(made))
        if sources and len(self.decided) < MAX_CALLS:
            side = Side(tuple(identifiers(node)), sources)
            test = OpenComparison(
                side.names, "", None, self.line_of(node.lineno), self.scope, "", (), (side,), frozenset()
            )
            test.meet(outcome)
            found.append(len(self.decided))
            self.decided.append(test)
        return tuple(found)

    def compare(self, node: ast.Compare, made: list[Made]) -> Made:
        """Note a comparison of sizes, or for equality where its outcome stops something or a call made a side."""
        operator = OPERATORS.get(type(node.ops[0]))
        nodes = [node.left, *node.comparators]
        passed = joined(*(differences_of(marks) for marks in made), *(verdicts(marks) for marks in made))
        if operator is None or len(nodes) > MAX_SIDES or len(self.decided) >= MAX_CALLS:
            # `is`, `in`: what is asked of the value, not a size; what one holds of the other sets both against each other
            held = isinstance(node.ops[0], ast.In | ast.NotIn) and len(nodes) == 2
            return joined(self.set_against(node, nodes, made) if held else (), *made)
        outcome = self.outcome
        sized = operator not in ("==", "!=") or outcome.kind in STOPS
        against = self.set_against(node, nodes, made) if operator in ("==", "!=") else ()
        if not sized and not any(origins(marks) for marks in made):
            return passed
        names = tuple(dict.fromkeys(name for side in nodes for name in identifiers(side)))
        if not names:
            return passed
        sides = tuple(Side(tuple(identifiers(side)), origins(marks)) for side, marks in zip(nodes, made, strict=True))
        number = next((v for v in map(number_of, nodes) if v is not None), None)
        roots = frozenset(root for root in map(root_of, nodes) if root)
        line, loop = self.line_of(node.lineno), self.loop_around
        found = OpenComparison(
            names, operator, number, line, self.scope, outcome.kind, outcome.effects, sides, roots, loop, is_sized=sized
        )
        found.difference, found.guards = against, tuple(self.guards)
        found.limit = self.limit_of(nodes)
        self.decided.append(found)
        return joined(against, passed, (len(self.decided) - 1,))

    def limit_of(self, nodes: list[ast.expr]) -> float | None:
        """The number that one of two sides always is, where the other is a value and no arithmetic."""
        numbers = [self.number(node) for node in nodes]
        if len(nodes) != 2 or (numbers[0] is None) == (numbers[1] is None):
            return None
        other = nodes[0] if numbers[0] is None else nodes[1]
        return None if isinstance(other, ast.BinOp) else next(number for number in numbers if number is not None)

    def number(self, node: ast.expr) -> float | None:
        """The value of an expression that is always the same number."""
        if isinstance(node, NAMES) and self.resolve(node) in _INFINITE:
            return math.inf
        if isinstance(node, ast.Call) and self.resolve(node.func) == "float" and len(node.args) == 1:
            text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            return math.inf if str(text).lower().lstrip("+") in ("inf", "infinity") else None
        known = value(node, self)
        found = known[0] if known else None
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    def set_against(self, node: ast.expr, nodes: list[ast.expr], made: list[Made], *, is_joint: bool = False) -> Made:
        """A guess that was held against a limit (`net(x) > 0`) is still made by what guessed."""
        sides = [joined(marks, *(s.made_by for n in verdicts(marks) for s in self.decided[n].sides)) for marks in made]
        line = self.line_of(node.lineno)
        return self.differences.mark(line, self.scope, nodes, sides, self.loop_around, is_joint=is_joint)

    @property
    def loop_around(self) -> tuple[int, int]:
        return self.loop_lines[-1] if self.loop_lines else (0, 0)

    def branch_outcome(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> Outcome:
        """What an if's branches do: the strongest thing first, and the names called in them."""
        kinds: set[str] = set()
        effects: list[str] = []
        gives = False
        made = _made_in([*body, *orelse])
        budget = 400
        for node in (inner for statement in [*body, *orelse] for inner in below(statement)):
            budget -= 1
            if budget < 0:
                break
            if not isinstance(node, _DOING):
                continue
            if isinstance(node, ast.Raise):
                kinds.add("raise")
            elif isinstance(node, ast.Return):
                kinds.add("return")
                gives = gives or is_answer(node.value)
            elif isinstance(node, ast.Call):
                name = self.named(node.func, made)
                effects.append(name)
                kinds.add("exit" if name in EXITS else "print" if name == "print" else "call")
            elif isinstance(node, _ASSIGNMENTS):
                kinds.add("assign")
                if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                    effects.append(f"={node.value.value[:40]}")
        order = ("raise", "exit", "return", "call", "assign", "print")
        kind = next((kind for kind in order if kind in kinds), "none")
        bound = frozenset(replaced(body) | replaced(orelse)) if "assign" in kinds else frozenset()
        return Outcome(kind, tuple(dict.fromkeys(effects))[:MAX_ITEMS], gives, bound)

    def named(self, node: ast.expr, made: dict[str, ast.expr]) -> str:
        """The dotted name of what is called, as `resolve`; what the branch itself binds is not bound yet."""
        name = self.resolve(node)
        head, dot, rest = name.partition(".")
        return f"{self.resolve(made[head])}.{rest}" if dot and head in made else name


def _made_in(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """The names that statements of a body bind to what a call gives: `found = client.search(…)`."""
    pairs = ((s.targets[0], s.value) for s in body if isinstance(s, ast.Assign) and len(s.targets) == 1)
    return {t.id: v for t, v in pairs if isinstance(t, ast.Name) and isinstance(v, ast.Call | ast.Await)}
