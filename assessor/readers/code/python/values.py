"""What made a value: the calls whose results it holds, and the comparisons that decided it.

A value is told as a tuple of marks. A text is an origin: the dotted name of a call (`sklearn.metrics.f1_score`), with the
part of its result that was taken (`evaluate[f1]`, `evaluate[0]`), or a parameter (`@check:score`). A number is the
position of a comparison that decided the value. Marks follow the value through assignments, attributes, items, unpacking,
arithmetic, conditional expressions, loops and comprehensions; a call that only counts hides what it was given.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from assessor.facts.python import Comparison, Difference, Guard, Side
from assessor.readers.code.python.nodes import identifiers

Made = tuple[str | int, ...]

MAX_KEY, MAX_ORIGIN = 60, 200
"""Characters of an item's key, and of an origin with its parts."""

MAX_MARKS = 12
"""Marks of one value that are kept."""

MAX_DIFFERENCES = 2_000
"""Of one source."""

COUNTING = frozenset({"len", "range", "enumerate", "type", "isinstance", "hasattr", "id", "hash", "input", "time.time"})
"""Calls whose result says nothing about what was measured in their arguments."""

_COUNTING_METHODS = frozenset({"count", "nunique", "size", "tell", "fileno"})

_KEEPING = frozenset({
    "abs", "all", "any", "bool", "dict", "filter", "float", "int", "iter", "list", "map", "max", "min", "next", "reversed",
    "round", "set", "sorted", "sum", "tuple", "zip", "decimal.Decimal", "copy.copy", "copy.deepcopy", "pandas.concat",
    "operator.lt", "operator.le", "operator.gt", "operator.ge",
})  # fmt: skip
"""Calls whose result is made of what they are given."""

_KEEPING_MODULES = ("numpy.", "math.", "statistics.", "torch.")
_ADDING = frozenset({"assign", "with_columns", "withColumn"})
"""Methods that give rows back with the columns that they are given."""
_GROWING = frozenset({"append", "add", "extend", "update", "insert", "setdefault"})
"""Methods that put their arguments into their receiver."""

_ASKS_A_TASK = frozenset({"xcom_pull"})
_ITEM_OF = frozenset({"get", "pop"})

APPLIED = "()"
"""Mark of what an object gave when it was called itself: `net(x)`."""

DIFFERENCE = "~"
"""Begins the mark of a value made of two that were set against each other; the position of the two follows."""

_REDUCING = frozenset({
    "mean", "nanmean", "fmean", "average", "sum", "nansum", "fsum", "median", "nanmedian", "norm", "quantile", "percentile",
    "count_nonzero", "max", "nanmax", "dist", "agg", "aggregate", "std", "nanstd", "var", "describe",
})  # fmt: skip
"""Last words of calls that make one number of many."""

_SETTING_AGAINST = frozenset({"eq", "equal", "ne", "not_equal", "sub", "subtract", "squared_difference"})
"""Last words of calls that do what `-` and `==` do."""

STORES_ITSELF = ("to_", "save", "write", "insert")
"""Begins the last words of calls that store the object that they are called on (`rows.to_sql(…)`)."""

_DESCENDING = frozenset({"backward", "gradient", "apply_gradients", "minimize", "train_on_batch"})
"""Last words of calls by which a loop trains."""
LEARNED_FROM = _REDUCING | _DESCENDING
"""Last words of the calls from which `Differences.call` learns something."""


def joined(*values: Iterable[str | int]) -> Made:
    """All marks, each once, in order."""
    held = [value for value in values if value]
    return tuple(dict.fromkeys(chain.from_iterable(held)))[:MAX_MARKS] if held else ()


def origins(made: Made) -> tuple[str, ...]:
    """The marks that say what made a value."""
    return tuple([mark for mark in made if isinstance(mark, str)]) if made else ()


def verdicts(made: Made) -> list[int]:
    """The marks that say which comparisons decided a value."""
    return [mark for mark in made if isinstance(mark, int)] if made else []


def part(made: Made, key: object) -> Made:
    """The marks of one item or attribute of a value; of a part of a part, `get_run[data.metrics.mae]`."""
    return tuple(_part(mark, str(key)) if isinstance(mark, str) else mark for mark in made)


def _part(origin: str, key: str) -> str:
    if not origin.endswith("]"):
        return f"{origin}[{key[:MAX_KEY]}]"
    return f"{origin[:-1]}.{key}]" if len(origin) + len(key) < MAX_ORIGIN else origin


def result(name: str, node: ast.Call, receiver: Made, given: Iterable[Made]) -> Made:
    """What a call returns is made by it, or by what it is given where it only passes that on or holds it."""
    last = name.rpartition(".")[2]
    if last in _ASKS_A_TASK:
        return _told_by_a_task(name, node, receiver)
    if name in COUNTING or (last in _COUNTING_METHODS and isinstance(node.func, ast.Attribute)):
        return (last,)
    if name in _KEEPING or name.startswith(_KEEPING_MODULES):
        return joined(receiver, *given)
    if last in _ITEM_OF and receiver and node.args and isinstance(node.args[0], ast.Constant):
        return part(receiver, node.args[0].value)
    if last[:1].isupper() or last in _ADDING:  # an object holds what it was made of
        return joined((name,), receiver, *given)
    return joined((name,), receiver)


def _told_by_a_task(name: str, node: ast.Call, receiver: Made) -> Made:
    """What another task of a pipeline handed over: under a key, or what its function, named like it, returned."""
    given = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    task, key = str(given.get("task_ids") or first), given.get("key", "return_value")
    made = joined((name,), receiver)
    return joined((task,), made) if key == "return_value" and task.isidentifier() else part(made, key)


@dataclass(slots=True)
class OpenDifference:
    """Two values set against each other, while the walk still learns what is made of them."""

    line: int
    scope: int
    sides: tuple[Side, Side]
    loop: tuple[int, int]
    is_reduced: bool = False
    descends: bool = False
    is_joint: bool = False
    grouped_by: tuple[str, ...] = ()


class Differences:
    """The differences of one source, and the loops in which something is trained."""

    def __init__(self) -> None:
        self.found: list[OpenDifference] = []
        self.training_loops: set[tuple[int, int]] = set()

    def mark(
        self,
        line: int,
        scope: int,
        nodes: Sequence[ast.expr],
        made: Sequence[Made],
        loop: tuple[int, int],
        *,
        is_joint: bool = False,
    ) -> Made:
        """Note two values that different things made; the mark of what comes of them, none where there is no difference."""
        first, second = (origins(marks) for marks in made[:2])
        if not first or not second or first == second or len(self.found) >= MAX_DIFFERENCES:
            return ()
        names = [tuple(identifiers(node)) for node in nodes[:2]]
        sides = (Side(names[0], first), Side(names[1], second))
        self.found.append(OpenDifference(line, scope, sides, loop, is_joint=is_joint))
        return (f"{DIFFERENCE}{len(self.found) - 1}",)

    def of_call(
        self, line: int, scope: int, node: ast.Call, receiver: Made, given: list[Made], loop: tuple[int, int]
    ) -> Made:
        """`torch.eq(guess, truth)` and `guess.eq(truth)`."""
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if last not in _SETTING_AGAINST or not given:
            return ()
        nodes, made = (
            (node.args[:2], given[:2]) if len(node.args) > 1 else ([node.func, *node.args], [receiver, *given])
        )
        return self.mark(line, scope, nodes, made, loop) if len(nodes) > 1 and len(made) > 1 else ()

    def reduce(self, made: Made) -> None:
        for number in _differences(made):
            self.found[number].is_reduced = True

    def call(self, last: str, made: Made, loop: tuple[int, int]) -> None:
        """Learn from a call what becomes of the differences that it is given or that are asked."""
        if last in _REDUCING:
            self.reduce(made)
        elif last in _DESCENDING:
            if loop[1]:
                self.training_loops.add(loop)
            for number in _differences(made):
                self.found[number].descends = True

    def group(self, node: ast.Call, receiver: Made, given: Iterable[Made]) -> None:
        """Learn that the differences of an object are parted by groups of rows before they are reduced."""
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        keys = tuple(dict.fromkeys([*texts, *without_differences(origins(joined(*given)))])) or ("?",)
        for number in _differences(receiver):
            self.found[number].grouped_by = keys

    def frozen(self) -> tuple[Difference, ...]:
        return tuple(
            Difference(
                d.line,
                d.scope,
                d.sides,
                d.is_reduced,
                d.descends or d.loop in self.training_loops,
                d.is_joint,
                d.grouped_by,
            )
            for d in self.found
        )


def _differences(made: Made) -> list[int]:
    texts = (mark for mark in made if isinstance(mark, str) and mark.startswith(DIFFERENCE))
    return [int(text[1:].partition("[")[0]) for text in texts]


def differences_of(made: Made) -> Made:
    """The marks of values that were set against each other."""
    return tuple(mark for mark in made if isinstance(mark, str) and mark.startswith(DIFFERENCE))


def without_differences(sources: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(source for source in sources if not source.startswith(DIFFERENCE))


def grows(node: ast.Call) -> str:
    """The name of the variable that a call adds to (`failed.append(name)`); empty where it adds to none."""
    func = node.func
    is_growing = isinstance(func, ast.Attribute) and func.attr in _GROWING and isinstance(func.value, ast.Name)
    return func.value.id if is_growing else ""  # type: ignore[attr-defined]


def root_of(node: ast.expr) -> str:
    """The variable that an expression takes its value from: `best` of `best["score"]`, `self.best` of an attribute."""
    while isinstance(node, ast.Subscript | ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return f"self.{node.attr}"
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def replaced(body: Iterable[ast.stmt]) -> set[str]:
    """The variables that a branch binds anew to something computed: its first level only."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.Assign) and not isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                targets = target.elts if isinstance(target, ast.Tuple) else [target]
                found.update(root_of(inner) for inner in targets)
    return found - {""}


@dataclass(slots=True)
class Outcome:
    """What follows from a condition.

    `kind`: the first of raise, exit, assert, return, call, assign, print, none that a branch does. `gives`: a branch
    returns a fixed answer. `bound`: variables that a branch binds to something computed.
    """

    kind: str = "none"
    effects: tuple[str, ...] = ()
    gives: bool = False
    bound: frozenset[str] = frozenset()


NOTHING = Outcome()
STOPS = frozenset({"raise", "exit", "assert"})


@dataclass(slots=True)
class OpenComparison:
    """A comparison while the walk still learns what follows from it."""

    names: tuple[str, ...]
    operator: str
    literal: float | None
    line: int
    scope: int
    outcome: str
    effects: tuple[str, ...]
    sides: tuple[Side, ...]
    roots: frozenset[str]
    loop: tuple[int, int] = (0, 0)
    stops: bool = False
    gives: bool = False
    picks: bool = False
    leaves: bool = False
    tells: bool = False
    follows: dict[str, None] = field(default_factory=dict)
    difference: Made = ()
    """The mark of the difference that it decides by, where it asks for equality."""
    is_sized: bool = False
    """Sizes are compared, or equality decides whether something stops."""
    limit: float | None = None
    guards: tuple[Guard, ...] = ()

    def meet(self, outcome: Outcome) -> None:
        """Learn what a condition that this comparison decides leads to."""
        self.stops = self.stops or outcome.kind in STOPS
        self.gives = self.gives or outcome.gives
        self.leaves = self.leaves or outcome.kind == "return"
        self.picks = self.picks or bool(self.roots & outcome.bound)
        self.follows.update(dict.fromkeys(outcome.effects))

    def frozen(self) -> Comparison:
        return Comparison(
            self.names,
            self.operator,
            self.literal,
            self.line,
            self.scope,
            self.outcome,
            self.effects,
            self.sides,
            self.loop,
            self.stops,
            self.gives,
            self.leaves,
            self.picks,
            tuple(self.follows)[:40],
            self.tells,
            self.limit,
            self.guards,
        )
