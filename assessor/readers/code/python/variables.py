"""What made the values that variables, attributes and items hold, as far as the walk has come."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable

from assessor.facts.python import MAIN, MODULE
from assessor.readers.code.python.names import Names
from assessor.readers.code.python.nodes import MAX_ITEMS, below
from assessor.readers.code.python.reach import is_fixed
from assessor.readers.code.python.values import Made, joined, origins

_FOLDED = (ast.Name, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.List, ast.Dict, ast.Set)
"""What a name may be bound to that is a constant after all."""


class Variables(Names):
    """The names of a module with what made their values."""

    def __init__(
        self, tree: ast.Module, line_of: Callable[[int], int], module: str = "", *, cells: bool = False
    ) -> None:
        super().__init__(tree, line_of, module, cells=cells)
        self.made_attributes: dict[str, dict[str, Made]] = defaultdict(dict)
        self.displays: dict[int, dict[object, Made]] = {}
        """What made the items of a list, tuple, dictionary or `zip`, by the identity of its node."""
        self.deciding: Made = ()
        """The comparisons under whose conditions this place stands."""
        self.falls_back = False
        """An exception has led here: a name that is set to None (`except ImportError: shap = None`) stands for what it stood
        for, wherever that is there."""

    def made_name(self, name: str) -> Made:
        index = self.scope
        while True:
            scope = self.scopes[index]
            if name in scope.made:
                return scope.made[name]
            if index == MODULE or name in scope.types:
                return ()
            index = scope.parent

    def looked_up(self, node: ast.expr | None) -> Made:
        """What a variable or attribute holds, without walking it again."""
        if isinstance(node, ast.Name):
            return self.made_name(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self.looked_up(node.func.value)
        return ()

    def hold(self, name: str, made: Made, *, adds: bool = False) -> None:
        """A variable of this scope holds a value, or (`adds`) holds it besides what it held."""
        held = self.scopes[self.scope].made
        known = held.get(name, ()) if adds else ()
        if made or known or name in held:
            held[name] = joined(known, made) if known else made

    def each(self, target: ast.expr, iterated: ast.expr, made: Made) -> None:
        """The names of a loop hold items of what it runs over; the number that `enumerate` gives is a counter."""
        counted = isinstance(iterated, ast.Call) and self.resolve(iterated.func) == "enumerate"
        if counted and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            inner = iterated.args[0] if isinstance(iterated, ast.Call) and iterated.args else None
            self.each(target.elts[0], ast.Constant(0), ("range",))
            seen = self.displays.get(id(iterated), {}).get(1)
            self.each(target.elts[1], ast.Constant(0), seen or self.looked_up(inner))
            return
        together = self.displays.get(id(iterated), {}) if isinstance(iterated, ast.Call) else {}
        if together and isinstance(target, ast.Tuple) and len(target.elts) == len(together):
            for number, element in enumerate(target.elts):  # `for guess, truth in zip(guesses, truths)`
                self.each(element, ast.Constant(0), together[number])
            return
        for name in below(target):
            if isinstance(name, ast.Name):
                self.hold(name.id, made)

    def assign_name(self, name: str, value: ast.expr, made: Made) -> None:
        scope = self.scopes[self.scope]
        is_lacking = self.falls_back and isinstance(value, ast.Constant) and value.value is None
        if not is_lacking or name not in scope.types:
            scope.types[name] = self.type_of(value)
        self.local_text(name, value)
        if not self.class_stack and (is_fixed(value) or isinstance(value, _FOLDED)):
            self.scopes[MODULE if self.scope == MAIN else self.scope].literals[name] = value
        if self.scope in (MODULE, MAIN) or isinstance(value, ast.Dict):
            self.constant(name, value)
        # a verdict that both ways set (`ok = True`, then `ok = False` under a condition) keeps its comparison
        self.hold(name, made, adds=bool(self.deciding) or is_lacking)
        for key, item in self.displays.get(id(value), {}).items():
            self.hold(f"{name}[{key}]", item)

    def items(self, value: ast.expr) -> dict[object, Made]:
        """What made the items of a display, or of a variable that holds one."""
        if isinstance(value, ast.Name):
            made, prefix = self.scopes[self.scope].made, value.id + "["
            return {name[len(prefix) : -1]: item for name, item in made.items() if name.startswith(prefix)}
        return self.displays.get(id(value), {})

    def attributes_of(self, class_name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What made the attributes of a class, as far as calls or parameters did."""
        known = ((name, origins(made)) for name, made in self.made_attributes.get(class_name, {}).items())
        return tuple((name, sources) for name, sources in known if sources)[:MAX_ITEMS]
