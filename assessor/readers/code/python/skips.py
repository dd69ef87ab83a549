"""What keeps tests from running: marks, set-ups that skip, tests over no case."""

from __future__ import annotations

import ast
from collections.abc import Callable

from assessor.readers.code.python.constants import holds_nothing
from assessor.readers.code.python.expressions import Expressions
from assessor.readers.code.python.nodes import SEQUENCES, is_skip, without_docstring
from assessor.readers.code.python.tests import SETTING_UP, is_skipping, names_bound, skips_each


class Skips(Expressions):
    """The walk over expressions that knows which of them keep tests from running."""

    def __init__(
        self, tree: ast.Module, line_of: Callable[[int], int], module: str = "", *, cells: bool = False
    ) -> None:
        super().__init__(tree, line_of, module, cells=cells)
        self.skips = False
        self.marks: set[str] = set()
        """Names for a mark that skips (`later = pytest.mark.skip`)."""

    def skips_all(self, statement: ast.stmt) -> bool:
        """A statement of a module of tests that keeps all of them from running: its mark, `__test__`, a fixture that skips."""
        if isinstance(statement, ast.FunctionDef):
            return self.module_name != "conftest" and skips_each(
                statement
            )  # what a conftest does is asked of its facts
        if not isinstance(statement, ast.Assign):
            return False
        names = {target.id for target in names_bound(statement)}
        held = statement.value
        if "pytestmark" in names:
            marks = held.elts if isinstance(held, SEQUENCES) else [held]
            return any(is_skip(mark) or self.skips_if(mark) for mark in marks)
        if is_skip(held):
            self.marks |= names
        return "__test__" in names and self.truth(held) is False

    def skips_always(self, decorator: ast.expr) -> bool:
        """A mark, or a name for one, by which a test never runs."""
        if isinstance(decorator, ast.Name) and decorator.id in self.marks:
            return self.bindings.once(self.tree, decorator.id)
        return is_skip(decorator) or self.skips_if(decorator) or self.is_without_cases(decorator)

    def skips_if(self, node: ast.expr) -> bool:
        """`skipif` or `skipUnless` whose condition is known."""
        if not isinstance(node, ast.Call) or not node.args:
            return False
        name, test = self.resolve(node.func).rpartition(".")[2], node.args[0]
        if name == "skipif" and isinstance(test, ast.Constant) and isinstance(test.value, str):
            return test.value.strip() in ("True", "1")  # pytest evaluates a text
        decided = self.truth(test) if name in ("skipif", "skipIf", "skipUnless") else None
        return decided is (name != "skipUnless") and decided is not None

    def is_without_cases(self, node: ast.expr) -> bool:
        """`parametrize` over nothing: pytest skips such a test."""
        is_call = isinstance(node, ast.Call) and self.resolve(node.func).endswith("mark.parametrize")
        return isinstance(node, ast.Call) and is_call and len(node.args) > 1 and holds_nothing(node.args[1], self)

    def is_no_test(self, node: ast.ClassDef) -> bool:
        """`__test__ = False` in a class, a set-up that skips, or a constructor, with which pytest collects none of it."""
        for statement in node.body:
            if isinstance(statement, ast.Assign) and any(t.id == "__test__" for t in names_bound(statement)):
                return self.truth(statement.value) is False
            is_plain = node.name.startswith("Test") and not node.bases
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__" and is_plain:
                return any(isinstance(s, ast.FunctionDef) and s.name.startswith("test") for s in node.body)
            if isinstance(statement, ast.FunctionDef) and statement.name in SETTING_UP and statement.body:
                first = without_docstring(statement.body)[:1]
                if first and is_skipping(first[0]):
                    return True
        return False

    def skips_session(self, node: ast.expr) -> bool:
        """`session.skip(…)` of nox, in a function that is a session."""
        is_skip = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("skip", "error")
        )
        return is_skip and any(d.name == "nox.session" for d in self.scopes[self.scope].decorators)
