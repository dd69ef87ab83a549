"""Statements in source order, as far as they can run: functions and classes, conditions and loops, what is raised and returned."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from assessor.facts.python import MAIN, MODULE, UNKNOWN, Call, ClassDef, Guard, Import, Raise, Reference, Text
from assessor.readers.code.python.constants import holds_nothing
from assessor.readers.code.python.constants import value as value_of
from assessor.readers.code.python.decisions import ASSERTS, ASSIGNS, RAISES, RETURNS, is_answer
from assessor.readers.code.python.names import MAX_CALLS, OpenScope
from assessor.readers.code.python.nodes import (
    MAX_ITEMS,
    NAMES,
    SEQUENCES,
    always_same,
    below,
    compares,
    guards_against,
    guards_of,
    is_constant,
    is_main_test,
    is_stub,
    leaves,
    names_scripts,
    stop_after,
    without_docstring,
)
from assessor.readers.code.python.reach import ENDS_PROCESS, LEFT, PASSES, RAISED, cannot_raise, is_fixed
from assessor.readers.code.python.skips import Skips
from assessor.readers.code.python.tests import OF_ASSERTIONS, catches, defined_again, forgives, names_bound
from assessor.readers.code.python.values import NOTHING, joined, verdicts


class Walk(Skips):
    """One walk over a module's tree; the lists of facts fill in source order."""

    def __init__(
        self, tree: ast.Module, line_of: Callable[[int], int], module: str = "", *, cells: bool = False
    ) -> None:
        super().__init__(tree, line_of, module, cells=cells)
        self.imports: list[Import] = []
        self.classes: list[ClassDef] = []
        self.raises: list[Raise] = []
        self.loops: list[bool] = []
        """Of each loop around, whether a `break` that can run leaves it."""
        self.ending: set[str] = set()
        """Functions that never return: their bodies raise or end the process."""
        self.lazy: set[str] = set()
        """Functions whose call alone runs nothing: coroutines and generators."""
        self.below: dict[int, list[ast.stmt]] = {}
        """What stops below an `if` that only returns, by the identity of that."""

    def module(self, tree: ast.Module) -> None:
        body = without_docstring(tree.body)
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.known.add(statement.name)
        if body:
            self.scopes[MODULE].end_line = self.line_of(max(s.end_lineno or s.lineno for s in body))
        self.skips = any(self.skips_all(statement) for statement in body)
        self.block(body, goes_on=self.cells)

    def block(self, statements: Iterable[ast.stmt], *, goes_on: bool = False) -> str:
        """Walk statements in order, as far as they can run, and tell how the block ends.

        What follows `if not x: return` stands under the condition x. `goes_on`: nothing ends the block.
        """
        pushed, ends = 0, PASSES
        statements = list(statements)
        replaced_tests = defined_again(statements)
        for number, statement in enumerate(statements):
            if id(statement) in replaced_tests:
                continue
            if isinstance(statement, ast.If):
                self.below[id(statement)] = stop_after(statement, statements[number + 1 :])
            ends = self.statement(statement)
            if ends and not goes_on:
                break
            if isinstance(statement, ast.If) and not statement.orelse and leaves(statement.body):
                inverse = guards_against(statement.test)
                self.guards += inverse
                pushed += len(inverse)
        if pushed:
            del self.guards[-pushed:]
        return ends

    def statement(self, node: ast.stmt) -> str:
        handler = _STATEMENTS.get(type(node))
        if handler:
            return handler(self, node) or PASSES
        self.children(node)
        return PASSES

    def expr(self, node: ast.Expr) -> str:
        if isinstance(node.value, NAMES):
            return PASSES  # a name alone hands nothing on
        name = self.resolve(node.value.func) if isinstance(node.value, ast.Call) else ""
        if name in self.lazy and isinstance(node.value, ast.Call):
            self.arguments(node.value)  # neither awaited nor looped over: the body never runs
            return PASSES
        self.expression(node.value)
        shadowed = "." not in name and name in self.known
        if name in self.ending or name.endswith((".skipTest", "session.skip")) or self.skips_session(node.value):
            return RAISED
        return RAISED if name in ENDS_PROCESS and not shadowed else PASSES

    def leave(self, node: ast.Break | ast.Continue) -> str:
        if isinstance(node, ast.Break) and self.loops:
            self.loops[-1] = True
        return LEFT

    def import_(self, node: ast.Import) -> None:
        for name in node.names:
            alias = name.asname or name.name.partition(".")[0]
            line = self.line_of(node.lineno)
            self.imports.append(Import(name.name, name.asname or name.name, line, self.scope, tuple(self.guards)))
            self.bind(alias, name.name if name.asname else alias)

    def import_from(self, node: ast.ImportFrom) -> None:
        base = "." * node.level + (node.module or "")
        for name in node.names:
            joined = base + name.name if base.endswith(".") else f"{base}.{name.name}"
            alias = name.asname or name.name
            self.imports.append(Import(joined, alias, self.line_of(node.lineno), self.scope, tuple(self.guards)))
            self.bind(alias, joined)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = tuple(self.decorator(d) for d in node.decorator_list)
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            self.expression(default)
        outer = self.scopes[self.scope]
        prefix = self.class_stack[-1] + "." if self.class_stack else ""
        if not prefix and outer.kind in ("function", "method"):
            prefix = outer.name + "."
        name = prefix + node.name
        if not self.class_stack:
            outer.types[node.name] = name
            self.known.add(node.name)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        opened = OpenScope(
            name,
            self.line_of(node.lineno),
            self.line_of(node.end_lineno or node.lineno),
            "method" if self.class_stack else "function",
            self.scope,
            self.class_stack[-1] if self.class_stack else outer.class_name,
            decorators,
            tuple(argument.arg for argument in arguments),
            is_stub=is_stub(node.body),
        )
        for argument in arguments:
            opened.types[argument.arg] = self.annotated(argument.annotation)
            self.typed(argument.annotation, len(self.scopes))
            if argument.arg not in ("self", "cls"):
                opened.made[argument.arg] = (f"@{name}:{argument.arg}",)
        opened.node = node
        if self.skips or any(self.skips_always(d) for d in node.decorator_list):
            opened.is_stub = True
            self.scopes.append(opened)
            return
        ends = self.enter(opened, node.body)
        opened.is_lazy = opened.is_lazy or isinstance(node, ast.AsyncFunctionDef)
        if opened.kind == "function" and not decorators:
            self.note_nature(node, opened, ends)

    def note_nature(self, node: ast.FunctionDef | ast.AsyncFunctionDef, opened: OpenScope, ends: str) -> None:
        """Note of a plain function whether a call of it runs its body, comes back, and what it gives."""
        body = without_docstring(node.body)
        if opened.is_lazy:
            self.lazy.add(opened.name)
        elif ends == RAISED and not opened.is_stub:
            self.ending.add(opened.name)
        if opened.parent == MODULE and len(body) == 1 and isinstance(body[0], ast.Return) and not opened.is_lazy:
            if body[0].value is not None and is_fixed(body[0].value):
                self.answers[node.name] = body[0].value

    def typed(self, annotation: ast.expr | None, scope: int) -> None:
        """Note the generic that a parameter is annotated with: `Output[Model]` says that a step makes an artifact. It is
        noted as `kfp.dsl.Output` and, with what it holds, as `kfp.dsl.Output.Model`."""
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, NAMES):
            dotted = self.resolve(annotation.value)
            if dotted.startswith("kfp."):
                line = self.line_of(annotation.lineno)
                held = self.resolve(annotation.slice) if isinstance(annotation.slice, NAMES) else ""
                for name in (dotted, f"{dotted}.{held.rpartition('.')[2]}" if held else dotted):
                    self.references.setdefault((name, scope), Reference(name, line, scope))

    def enter(self, opened: OpenScope, body: list[ast.stmt]) -> str:
        self.scopes.append(opened)
        before = (self.scope, self.class_stack, self.guards, self.loops, self.deciding, self.loop_lines)
        caught, self.caught = self.caught, ()
        self.scope, self.class_stack, self.guards, self.loops = len(self.scopes) - 1, [], [], []
        self.deciding, self.loop_lines = (), []
        ends = self.block(without_docstring(body))
        self.scope, self.class_stack, self.guards, self.loops, self.deciding, self.loop_lines = before
        self.caught = caught
        return ends

    def class_(self, node: ast.ClassDef) -> None:
        decorators = tuple(self.decorator(d) for d in node.decorator_list)
        bases = tuple(self.resolve(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases)
        fields = tuple(
            s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
        )
        name = f"{self.class_stack[-1]}.{node.name}" if self.class_stack else node.name
        self.classes.append(ClassDef(name, self.line_of(node.lineno), bases, decorators, fields))
        self.scopes[self.scope].types[node.name] = name
        for keyword in node.keywords:
            self.expression(keyword.value)
        self.class_stack = [*self.class_stack, name]
        skips = self.skips
        self.skips = skips or any(self.skips_always(d) for d in node.decorator_list) or self.is_no_test(node)
        self.block(without_docstring(node.body))
        self.class_stack, self.skips = self.class_stack[:-1], skips
        if not node.bases and not node.keywords and not node.decorator_list and not self.class_stack:
            self.note_fields(node)

    def note_fields(self, node: ast.ClassDef) -> None:
        """Literals that a class holds which no framework fills from elsewhere."""
        names = [t.id for s in node.body for t in names_bound(s)]
        for statement in node.body:
            for target in names_bound(statement):
                held = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
                if held is not None and is_fixed(held) and names.count(target.id) == 1:
                    self.fields[node.name, target.id] = held

    def if_(self, node: ast.If) -> str:
        if self.scope == MODULE and is_main_test(node.test):
            main = self.scopes[MAIN]
            main.line, main.end_line = self.line_of(node.lineno), self.line_of(node.end_lineno or node.lineno)
            is_main = isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], ast.Eq | ast.Is)
            for body, scope in ((node.body, MAIN if is_main else MODULE), (node.orelse, MODULE if is_main else MAIN)):
                self.scope = scope
                self.block(body)
            self.scope = MODULE
            return PASSES
        decided = self.truth(node.test)
        if decided is not None:
            return self.block(node.body if decided else node.orelse)
        before, deciding, sized = self.outcome, self.deciding, compares(node.test)
        otherwise = node.orelse or self.below.get(id(node), [])
        self.outcome = self.branch_outcome(node.body, otherwise) if sized else NOTHING
        made, outcome = self.expression(node.test), self.outcome
        self.outcome = before
        if made:
            outcome = outcome if sized else self.branch_outcome(node.body, otherwise)
            self.deciding = joined(self.deciding, self.meet(node.test, made, outcome))
        ends = self.guarded(node.body, guards_of(node.test))
        other = self.guarded(node.orelse, guards_against(node.test))
        self.deciding = deciding
        return max(ends, other) if ends and other else PASSES

    def guarded(self, body: list[ast.stmt], guards: list[Guard]) -> str:
        self.guards += guards
        ends = self.block(body)
        if guards:
            del self.guards[-len(guards) :]
        return ends

    def assert_(self, node: ast.Assert) -> str:
        scope = self.scopes[self.scope]
        decided = self.truth(node.test)
        if decided is not None or self.forgiven or is_constant(node.test):
            scope.trivial += 1
        else:
            scope.asserts.append(self.line_of(node.lineno))
        before, self.outcome = self.outcome, ASSERTS
        made = self.expression(node.test)
        self.outcome = before
        if made:
            self.meet(node.test, made, ASSERTS)
        return RAISED if decided is False else PASSES

    def raise_(self, node: ast.Raise) -> str:
        target = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = self.resolve(target) if target else ""
        self.raises.append(Raise(name, self.line_of(node.lineno), self.scope))
        if node.exc and (made := self.expression(node.exc)):
            for number in verdicts(made):  # `raise SystemExit(0 if good else 1)`
                self.decided[number].meet(RAISES)
        return RAISED

    def return_(self, node: ast.Return) -> str:
        if node.value:
            before, self.outcome = self.outcome, RETURNS
            made = self.expression(node.value)
            self.outcome = before
            for number in verdicts(joined(made, self.deciding) if is_answer(node.value) else made):
                self.decided[number].gives = True
            self.scopes[self.scope].answers.add(ast.dump(node.value) if always_same(node.value) else "")
            returns = self.scopes[self.scope].returns
            returns[""] = joined(returns.get("", ()), made)
            for key, item in self.items(node.value).items():
                if len(returns) < MAX_ITEMS:
                    returns[str(key)] = joined(returns.get(str(key), ()), item)
        return LEFT

    def assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None:
            return
        if isinstance(node.value, ast.Lambda) and isinstance(targets[0], ast.Name) and not self.class_stack:
            self.named_lambda(targets[0].id, node.value)
            return
        before, self.outcome = self.outcome, ASSIGNS
        made = self.expression(node.value)
        self.outcome = before
        if self.deciding and isinstance(node.value, ast.Constant):
            made = self.deciding  # `passed = False` under a condition keeps what decided it
        for target in targets:
            self.assign_target(target, node.value, made)
            if isinstance(target, ast.Attribute) and target.attr in _GIVEN and isinstance(node.value, SEQUENCES):
                self.give(target.attr, node.value)

    def give(self, name: str, words: ast.expr) -> None:
        """A command that an object is given by an attribute (`container.command = ["python", "fit.py"]`) is one that some
        call would be given as a keyword."""
        if len(self.calls) < MAX_CALLS:
            given = ((name, self.literal(words)),)
            line = self.line_of(words.lineno)
            self.calls.append(Call(f"={name}", line, self.scope, (), given, tuple(self.guards)))

    def named_lambda(self, name: str, node: ast.Lambda) -> None:
        """`name = lambda …` is a function: its body runs where it is called."""
        outer = self.scopes[self.scope]
        full = f"{outer.name}.{name}" if outer.kind in ("function", "method") else name
        outer.types[name] = full
        self.known.add(name)
        line, end = self.line_of(node.lineno), self.line_of(node.end_lineno or node.lineno)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = tuple(argument.arg for argument in arguments)
        opened = OpenScope(full, line, end, "function", self.scope, outer.class_name, (), names, node=node)
        opened.types.update(dict.fromkeys(names, "?"))
        self.enter(opened, [ast.copy_location(ast.Return(node.body), node.body)])

    def delete(self, node: ast.Delete) -> None:
        """A function of the module that is deleted does not exist: nothing finds or calls it."""
        gone = {target.id for target in node.targets if isinstance(target, ast.Name)} if self.scope == MODULE else set()
        for scope in self.scopes[MAIN + 1 :]:
            if scope.name in gone:
                scope.is_stub = True
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.expression(target)

    def augment(self, node: ast.AugAssign) -> None:
        made = joined(self.expression(node.value), self.deciding)
        for number in verdicts(self.deciding):  # `if guess == truth: hits += 1`
            made = joined(self.decided[number].difference, made)
        self.differences.reduce(made)
        if isinstance(node.target, ast.Name):
            self.hold(node.target.id, made, adds=True)
        else:
            self.expression(node.target)

    def with_(self, node: ast.With | ast.AsyncWith) -> str:
        conditions = []
        for item in node.items:
            made = self.expression(item.context_expr)
            name = self.type_of(item.context_expr)
            if name.endswith((".Condition", ".If")):  # a pipeline's own condition, written as a context
                conditions.append(Guard(name, True))
            if isinstance(item.optional_vars, ast.Name):
                self.hold(item.optional_vars.id, made)
                self.scopes[self.scope].types[item.optional_vars.id] = self.type_of(item.context_expr)
        before = self.forgiven
        self.forgiven = before or any(self.suppresses(item.context_expr) for item in node.items)
        ends = self.guarded(node.body, conditions)
        self.forgiven = before
        return LEFT if ends == LEFT else PASSES  # a context manager may swallow what is raised

    def suppresses(self, node: ast.expr) -> bool:
        """`contextlib.suppress(AssertionError)`: what is asserted below fails nothing."""
        if not isinstance(node, ast.Call) or self.resolve(node.func) != "contextlib.suppress":
            return False
        return any(isinstance(argument, ast.Name) and argument.id in OF_ASSERTIONS for argument in node.args)

    def for_(self, node: ast.For | ast.AsyncFor) -> str:
        made = self.expression(node.iter)
        if holds_nothing(node.iter, self):
            return self.block(node.orelse)
        for name in below(node.target):
            if isinstance(name, ast.Name):
                self.scopes[self.scope].types[name.id] = "?"
        if isinstance(node.target, ast.Name):
            self.scopes[self.scope].types[node.target.id] = self.element_type(node.iter)
        self.each(node.target, node.iter, made)
        self.scripts_by_turns(node)
        self.loop(node)
        self.block(node.orelse)
        return PASSES

    def scripts_by_turns(self, node: ast.For | ast.AsyncFor) -> None:
        """The names that a loop puts into that of a script one after the other (`f"stages/{name}.py"`), as texts of their own,
        which are too short for that elsewhere."""
        held = self.literal_of(node.iter.id) if isinstance(node.iter, ast.Name) else None
        names = self.literal(held or node.iter)
        if isinstance(names, tuple) and isinstance(node.target, ast.Name) and names_scripts(node.body, node.target.id):
            line = self.line_of(node.iter.lineno)
            self.texts += [Text(name, line, self.scope) for name in names if isinstance(name, str) and name != UNKNOWN]

    def while_(self, node: ast.While) -> str:
        decided = self.truth(node.test)
        if decided is False:
            return self.block(node.orelse)
        if decided is None:
            self.expression(node.test)
        broken = self.loop(node)
        if decided and not broken:
            return LEFT
        self.block(node.orelse)
        return PASSES

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> bool:
        """Walk a loop's body; True where a `break` that can run leaves it."""
        self.loops.append(False)
        self.loop_lines.append((self.line_of(node.lineno), self.line_of(node.end_lineno or node.lineno)))
        self.block(node.body)
        self.loop_lines.pop()
        return self.loops.pop()

    def try_(self, node: ast.Try) -> str:
        before, self.forgiven = self.forgiven, self.forgiven or any(map(forgives, node.handlers))
        caught, self.caught = self.caught, (*self.caught, *catches(node.handlers))[:MAX_ITEMS]
        ends = self.block(node.body)
        self.forgiven, self.caught = before, caught
        ends = ends or self.block(node.orelse)
        for handler in node.handlers if not cannot_raise(node.body) else ():
            if handler.type:
                self.expression(handler.type)
            before_it, self.falls_back = self.falls_back, True
            ends = min(self.block(handler.body), ends)  # the try goes on where one of its ways does
            self.falls_back = before_it
        return self.block(node.finalbody) or ends

    def match(self, node: ast.Match) -> str:
        self.expression(node.subject)
        subject = value_of(node.subject, self)
        for case in node.cases:
            asked = value_of(case.pattern.value, self) if isinstance(case.pattern, ast.MatchValue) else None
            if subject is not None and asked is not None and subject != asked:
                continue
            self.children(case.pattern)
            if case.guard:
                self.expression(case.guard)
            self.block(case.body)
        return PASSES


def _noop(walk: Walk, node: ast.AST) -> None:
    """Statements without expressions of interest."""


_GIVEN = frozenset({"command", "args", "cmd"})
"""Attributes by which containers and tasks are told what to start."""

_STATEMENTS: dict[type, Callable[[Walk, Any], str | None]] = {
    ast.Import: Walk.import_,
    ast.ImportFrom: Walk.import_from,
    ast.FunctionDef: Walk.function,
    ast.AsyncFunctionDef: Walk.function,
    ast.ClassDef: Walk.class_,
    ast.If: Walk.if_,
    ast.Expr: Walk.expr,
    ast.Delete: Walk.delete,
    ast.While: Walk.while_,
    ast.Match: Walk.match,
    ast.Break: Walk.leave,
    ast.Continue: Walk.leave,
    ast.Assert: Walk.assert_,
    ast.Raise: Walk.raise_,
    ast.Return: Walk.return_,
    ast.Assign: Walk.assign,
    ast.AnnAssign: Walk.assign,
    ast.AugAssign: Walk.augment,
    ast.With: Walk.with_,
    ast.AsyncWith: Walk.with_,
    ast.For: Walk.for_,
    ast.AsyncFor: Walk.for_,
    ast.Try: Walk.try_,
    ast.TryStar: Walk.try_,
    ast.Pass: _noop,
    ast.Global: _noop,
    ast.Nonlocal: _noop,
}
