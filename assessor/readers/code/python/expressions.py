"""Expressions in the order in which they run: calls with what they are given, references, texts, and what made each value."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from assessor.facts.python import MODULE, UNKNOWN, Call, Guard, Reference, Text
from assessor.readers.code.python.constants import holds_nothing
from assessor.readers.code.python.decisions import ASSIGNS, ENDS, EXITS, Decisions
from assessor.readers.code.python.names import MAX_CALLS, MAX_TEXT, Argument
from assessor.readers.code.python.nodes import MAX_ITEMS, NAMES, SEQUENCES, chosen_by, guards_of
from assessor.readers.code.python.values import (
    APPLIED,
    LEARNED_FROM,
    STORES_ITSELF,
    Made,
    grows,
    joined,
    origins,
    part,
    result,
    root_of,
    verdicts,
)

_WITH_CHILDREN = (ast.comprehension, ast.arguments, ast.arg, ast.keyword, ast.withitem, ast.match_case, ast.pattern)
"""What stands between statements and expressions and holds some: all but operators and contexts."""
_TELLING = frozenset({"write", "write_text", "print", "echo", "set_output"})
"""Last words of calls by which a verdict leaves the program."""
_CHOOSING = (".if_", ".elif_")
"""Calls by which a pipeline that is written as an expression chooses what it goes on with (`conditional().if_(…)`)."""
_HOLDS_NOTHING = frozenset({ast.Load, ast.Store, ast.Del, type(None), str, int, *ast.operator.__subclasses__()})


class Expressions(Decisions):
    """The walk over expressions."""

    def __init__(
        self, tree: ast.Module, line_of: Callable[[int], int], module: str = "", *, cells: bool = False
    ) -> None:
        super().__init__(tree, line_of, module, cells=cells)
        self.calls: list[Call] = []
        self.references: dict[tuple[str, int], Reference] = {}
        self.texts: list[Text] = []
        self.chosen: tuple[Guard, ...] = ()
        """The key under which the value of a dictionary stands that is being read."""
        self.forgiven = False
        self.caught: tuple[str, ...] = ()
        """An assertion that fails here fails nothing: it is caught and passed over."""

    def expression(self, node: ast.expr) -> Made:
        """Walk an expression; the marks of its value."""
        kind = type(node)
        if kind is ast.Call:
            return self.call(node)  # type: ignore[arg-type]
        if kind is ast.Name:
            self.note_reference(node)
            return self.made_name(node.id)  # type: ignore[attr-defined]
        if kind is ast.Attribute:
            self.note_reference(node)
            return self.attribute(node)  # type: ignore[arg-type]
        if kind is ast.Constant:
            self.text(node)  # type: ignore[arg-type]
            return ()
        handler = _EXPRESSIONS.get(kind)
        return handler(self, node) if handler else self.children(node)

    def children(self, node: ast.AST) -> Made:
        """Walk what a node holds; the marks of all its expressions."""
        found: Made = ()
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) in _HOLDS_NOTHING:
                continue
            for child in value if type(value) is list else (value,):
                if isinstance(child, ast.expr):
                    made = self.expression(child)
                elif isinstance(child, _WITH_CHILDREN):
                    made = self.children(child)
                else:
                    continue
                if made:
                    found = joined(found, made) if found else made
        return found

    def attribute(self, node: ast.Attribute) -> Made:
        if not isinstance(node.value, ast.Name):
            made = self.expression(node.value)
            return part(made, node.attr) if made else made
        if node.value.id in ("self", "cls"):
            return self.made_attributes.get(self.scopes[self.scope].class_name, {}).get(node.attr, ())
        return ("len",) if node.attr in ("shape", "size") else part(self.made_name(node.value.id), node.attr)

    def subscript(self, node: ast.Subscript) -> Made:
        made = self.expression(node.value)
        chosen = self.expression(node.slice)
        if not isinstance(node.slice, ast.Constant):
            return joined(self.masked(node, made, chosen), made)
        if isinstance(node.value, ast.Name):
            name = f"{node.value.id}[{node.slice.value!s}]"
            scope = self.scopes[self.scope]
            if name in scope.made:
                return scope.made[name]
            if scope.parent == MODULE and name in self.scopes[MODULE].made and node.value.id not in scope.types:
                return self.scopes[MODULE].made[name]
        return part(made, node.slice.value)

    def masked(self, node: ast.Subscript, made: Made, chosen: Made) -> Made:
        """`guess[truth == 1]` sets both against each other, and so does `truth[net(x).topk(9).indices]`, which looks at what a
        model puts first; `rows[rows.size > 3]` only chooses."""
        by = node.slice
        if APPLIED in (mark[: len(APPLIED)] for mark in origins(chosen)) and APPLIED not in made:
            return self.set_against(node, [node.value, by], [made, chosen], is_joint=True)
        if not isinstance(by, ast.Compare) or not _asks_for_a_value(by) or root_of(node.value) == root_of(by.left):
            return ()
        return self.set_against(node, [node.value, by.left], [made, chosen], is_joint=True)

    def display(self, node: ast.List | ast.Tuple) -> Made:
        items = {number: self.expression(item) for number, item in enumerate(node.elts)}
        if isinstance(node, ast.Tuple):
            self.displays[id(node)] = dict(list(items.items())[:MAX_ITEMS])
        return joined(*items.values())

    def dictionary(self, node: ast.Dict) -> Made:
        found: Made = ()
        items: dict[object, Made] = {}
        before, words = self.chosen, [chosen_by(key) for key in node.keys[:MAX_ITEMS]]
        choice = f"one of {', '.join(words)}"[:MAX_TEXT]
        is_choice = sum(word != "" for word in words) > 1
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self.expression(key)
            self.chosen = (Guard(choice, chosen_by(key)),) if is_choice and chosen_by(key) else before
            made = self.expression(value)
            self.chosen = before
            if isinstance(key, ast.Constant) and len(items) < MAX_ITEMS:
                items[key.value] = made
            found = joined(found, made) if made else found
        if items:
            self.displays[id(node)] = items
        return found

    def arithmetic(self, node: ast.BinOp) -> Made:
        left, right = self.expression(node.left), self.expression(node.right)
        if not (left and right):
            return left or right
        if isinstance(node.op, ast.Sub):
            return joined(self.set_against(node, [node.left, node.right], [left, right]), left, right)
        if isinstance(node.op, ast.BitAnd) and _asks_for_a_value(node.left) and _asks_for_a_value(node.right):
            return joined(self.set_against(node, [node.left, node.right], [left, right], is_joint=True), left, right)
        return joined(left, right)

    def joined_text(self, node: ast.JoinedStr) -> Made:
        return tuple(verdicts(self.children(node)))

    def walrus(self, node: ast.NamedExpr) -> Made:
        made = self.expression(node.value)
        self.assign_target(node.target, node.value, made)
        return made

    def assign_target(self, target: ast.expr, value: ast.expr, made: Made) -> None:
        if isinstance(target, ast.Name):
            self.assign_name(target.id, value, made)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            key = (self.scopes[self.scope].class_name, target.attr)
            self.attributes.setdefault(key, self.type_of(value))
            held = self.made_attributes[key[0]]
            held[target.attr] = joined(held.get(target.attr, ()), made)
        elif (
            isinstance(target, ast.Attribute)
            and self.scope == MODULE
            and self.resolve(target) == "nox.options.sessions"
        ):
            self.constant("nox.options.sessions", value)
        elif isinstance(target, ast.Attribute) and target.attr == "__test__" and self.truth(value) is False:
            for scope in self.scopes:
                scope.is_stub = scope.is_stub or (scope.name == self.resolve(target.value) and scope.parent == MODULE)
        elif isinstance(target, SEQUENCES):
            shown = self.displays.get(id(value), {})
            for number, element in enumerate(target.elts):
                if isinstance(element, ast.Name):
                    self.scopes[self.scope].types[element.id] = "?"
                    self.hold(element.id, shown[number] if number in shown else part(made, number))
        elif isinstance(target, ast.Subscript):
            self.expression(target)
            if isinstance(target.value, ast.Name):
                self.hold(target.value.id, made, adds=True)
                if isinstance(target.slice, ast.Constant):
                    self.hold(f"{target.value.id}[{target.slice.value!s}]", made)

    def comparison(self, node: ast.Compare) -> Made:
        sides = [self.expression(side) for side in (node.left, *node.comparators)]
        return self.compare(node, sides)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Made:
        if any(holds_nothing(g.iter, self) or any(self.truth(i) is False for i in g.ifs) for g in node.generators):
            return ()
        found: list[Made] = []
        for generator in node.generators:
            self.each(generator.target, generator.iter, self.expression(generator.iter))
            found += [tuple(verdicts(self.expression(condition))) for condition in generator.ifs]
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        taken = {root_of(part) for part in parts}
        for number in verdicts(joined(*found)):  # `[row for row in rows if row.size > 3]` chooses, it does not judge
            self.decided[number].picks = self.decided[number].picks or bool(self.decided[number].roots & taken)
        return joined(*found, *(self.expression(part) for part in parts))

    def choice(self, node: ast.IfExp) -> Made:
        self.outcome, before = ASSIGNS, self.outcome
        decided = self.truth(node.test)
        made = self.children(node) if decided is None else self.expression(node.body if decided else node.orelse)
        self.outcome = before
        return made

    def logical(self, node: ast.BoolOp) -> Made:
        """Walk the values up to the first that decides: what follows `False and` never runs."""
        decides = not isinstance(node.op, ast.And)
        found: Made = ()
        before = self.guards
        for value in node.values:
            found = joined(found, self.expression(value))
            if self.truth(value) is decides:
                break
            if not decides:
                self.guards = [*self.guards, *guards_of(value)]
        self.guards = before
        return found

    def gives(self, node: ast.Yield | ast.YieldFrom) -> Made:
        self.scopes[self.scope].is_lazy = True
        return self.children(node)

    def text(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and len(node.value) >= 6 and len(self.texts) < MAX_CALLS:
            self.texts.append(Text(node.value[: 2 * MAX_TEXT], self.line_of(node.lineno), self.scope))

    def call(self, node: ast.Call) -> Made:
        number = len(self.calls)
        made = self.call_fact(node)
        if number < MAX_CALLS:
            self.calls.append(made)
        self.note_assertion(made)
        receiver, applied = self.receiver(node.func)
        given = self.arguments(node)
        if made.name in EXITS or made.name.endswith(_CHOOSING):
            for value, marks in zip([*node.args, *(k.value for k in node.keywords)], given.values(), strict=False):
                if marks:
                    self.meet(value, marks, ENDS)
        last = made.name.rpartition(".")[2]
        if last in _TELLING:
            for decided in verdicts(joined(*given.values())):
                self.decided[decided].tells = True
        if (grown := grows(node)) and (added := joined(self.deciding, *given.values())):
            self.hold(grown, added, adds=True)
        if (
            number < MAX_CALLS
            and (receiver or any(given.values()))
            and (named := self.handed(node, receiver, given, last))
        ):
            self.calls[number] = made.with_given(named[:MAX_ITEMS])
        values, line = list(given.values()), self.line_of(node.lineno)
        self.show(made.name, node, values)
        if last in LEARNED_FROM:
            self.differences.call(last, joined(receiver, *values), self.loop_around)
        if last in GROUPING and receiver:
            self.differences.group(node, receiver, values)
        against = self.differences.of_call(line, self.scope, node, receiver, values, self.loop_around)
        return joined(against, applied, result(made.name, node, receiver, values))

    def handed(
        self, node: ast.Call, receiver: Made, given: dict[str, Made], last: str
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What made what the call is handed: its arguments, their items, what is compared in them, what it is called on."""
        handed = given | {".": receiver} if receiver and last.startswith(STORES_ITSELF) else given
        handed = handed | self.items_given(node) if node.args else handed
        named = tuple([(key, sources) for key, marks in handed.items() if marks and (sources := origins(marks))])
        compared = {f"{key}?": self.sides_of(marks) for key, marks in given.items() if marks and verdicts(marks)}
        return named + tuple((key, sources) for key, sources in compared.items() if sources)

    def sides_of(self, marks: Made) -> tuple[str, ...]:
        """What made the values that are compared in an argument."""
        sides = (side for number in verdicts(marks) for side in self.decided[number].sides)
        return tuple(dict.fromkeys(origin for side in sides for origin in side.made_by))[:MAX_ITEMS]

    def show(self, name: str, node: ast.Call, values: list[Made]) -> None:
        """Remember what made the items of what a loop goes through side by side."""
        if name == "zip":
            self.displays[id(node)] = dict(enumerate(values[:MAX_ITEMS]))
        elif name == "enumerate" and values:
            self.displays[id(node)] = {1: values[0]}

    def receiver(self, func: ast.expr) -> tuple[Made, Made]:
        """What made the object whose method is called; and a mark where the object itself is called, as models are."""
        if isinstance(func, ast.Name):
            return (), (APPLIED,) if self.made_name(func.id) else ()
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self":
            held = self.made_attributes.get(self.scopes[self.scope].class_name, {}).get(func.attr)
            return self.expression(func.value), (APPLIED,) if held else ()
        return self.expression(func.value if isinstance(func, ast.Attribute) else func), ()

    def arguments(self, node: ast.Call) -> dict[str, Made]:
        """What made each argument, by position or keyword (`*` and `**` for what is unpacked)."""
        found: dict[str, Made] = {}
        for position, argument in enumerate(node.args):
            starred = isinstance(argument, ast.Starred)
            made = self.expression(argument.value if isinstance(argument, ast.Starred) else argument)
            found["*" if starred else str(position)] = made
        for keyword in node.keywords:
            found[keyword.arg or "**"] = self.expression(keyword.value)
        return found

    def items_given(self, node: ast.Call) -> dict[str, Made]:
        """What made the items of the dictionaries that stand as arguments: `0[auc]` of `json.dumps({"auc": value})`."""
        found: dict[str, Made] = {}
        for position, argument in enumerate(node.args):
            if isinstance(argument, ast.Dict):
                shown = self.displays.get(id(argument), {})
                found |= {f"{position}[{str(key)[:MAX_TEXT]}]": made for key, made in shown.items()}
        return found

    def call_fact(self, node: ast.Call) -> Call:
        names = []
        for value in [*node.args, *[keyword.value for keyword in node.keywords]]:
            if isinstance(value, NAMES):
                names.append(self.resolve(value))
            elif isinstance(value, SEQUENCES):
                names += [self.resolve(item) for item in value.elts if isinstance(item, NAMES)]
        return Call(
            self.resolve(node.func),
            self.line_of(node.lineno),
            self.scope,
            tuple([self.literal(argument) for argument in node.args[:MAX_ITEMS]]),
            tuple([pair for k in node.keywords if k.arg for pair in self.keyword(k.arg, k.value)][:MAX_ITEMS]),
            tuple(self.guards),
            tuple([name for name in names if name and name[0] != "?"][:MAX_ITEMS]),
            caught=self.caught,
        )

    def keyword(self, name: str, value: ast.expr) -> list[tuple[str, Argument]]:
        """A keyword with its literal; of a dictionary, or the name of a module's, also its entries
        (`default_args.retries`)."""
        found: list[tuple[str, Argument]] = [(name, self.dated(value))]
        if isinstance(value, ast.Dict):
            for key, item in list(zip(value.keys, value.values, strict=True))[:MAX_ITEMS]:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.append((f"{name}.{key.value[:60]}", self.dated(item)))
        elif isinstance(value, ast.Name):
            found += [(f"{name}.{key}", item) for key, item in self.entries.get(value.id, ())[:MAX_ITEMS]]
        return found

    def decorator(self, node: ast.expr) -> Call:
        if isinstance(node, ast.Call):
            made = self.call_fact(node)
            for inner in [*node.args, *(k.value for k in node.keywords)]:
                self.expression(inner)
            return made
        self.note_reference(node)
        return Call(self.resolve(node), self.line_of(node.lineno), self.scope)

    def note_assertion(self, call: Call) -> None:
        last = call.name.rpartition(".")[2]
        if not (last.startswith("assert") or call.name in ("pytest.raises", "pytest.warns", "pytest.fail")):
            return
        scope = self.scopes[self.scope]
        computed = [value for value in call.args if value is UNKNOWN]
        if self.forgiven or (last.startswith("assert") and call.args and not computed and last != "assertRaises"):
            scope.trivial += 1
        else:
            scope.asserts.append(call.line)

    def note_reference(self, node: ast.expr) -> None:
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or not (root.id in self.known or root.id in ("self", "cls")):
            return
        dotted = self.resolve(node)
        if dotted and not dotted.startswith("?"):
            line = self.line_of(node.lineno)
            known = self.references.get((dotted, self.scope))
            if known is None or (known.guards and not self.chosen):  # what is used without a choice too needs none
                self.references[dotted, self.scope] = Reference(dotted, line, self.scope, self.chosen)


GROUPING = frozenset({"groupby", "group_by", "groupBy"})


def _asks_for_a_value(node: ast.expr) -> bool:
    """An equality with a fixed value."""
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and isinstance(node.comparators[0], ast.Constant)
    )


_EXPRESSIONS: dict[type, Callable[[Expressions, Any], Made]] = {
    ast.Subscript: Expressions.subscript,
    ast.Tuple: Expressions.display,
    ast.List: Expressions.display,
    ast.Dict: Expressions.dictionary,
    ast.JoinedStr: Expressions.joined_text,
    ast.NamedExpr: Expressions.walrus,
    ast.Yield: Expressions.gives,
    ast.YieldFrom: Expressions.gives,
    ast.Compare: Expressions.comparison,
    ast.IfExp: Expressions.choice,
    ast.BoolOp: Expressions.logical,
    ast.BinOp: Expressions.arithmetic,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
}
