"""Which tests of a Python module never run, or cannot fail: pure questions about nodes, for the walk in `python`.

After pytest's reference (marks, `__test__`, fixtures used unasked, what is collected) and that of unittest.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from assessor.readers.code.python.nodes import FUNCTIONS, without_docstring


def names_bound(statement: ast.stmt) -> list[ast.Name]:
    """The plain names that an assignment binds."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
    return [target for target in targets if isinstance(target, ast.Name)]


def defined_again(statements: list[ast.stmt]) -> frozenset[int]:
    """Tests of a block whose name a later one of the same block takes: nothing collects or calls them."""
    found: dict[str, int] = {}
    gone: set[int] = set()
    for statement in statements:
        if isinstance(statement, FUNCTIONS) and statement.name.startswith("test"):
            if statement.name in found:
                gone.add(found[statement.name])
            found[statement.name] = id(statement)
    return frozenset(gone)


OF_ASSERTIONS = frozenset({"AssertionError", "Exception", "BaseException"})
_TELLING = frozenset({"fail", "exit", "_exit", "assertTrue", "assertFalse", "assertEqual", "append"})


def forgives(handler: ast.ExceptHandler) -> bool:
    """It catches a failed assertion and goes on: nothing in it raises, asserts or fails."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    if kinds and not any(isinstance(kind, ast.Name) and kind.id in OF_ASSERTIONS for kind in kinds):
        return False
    return goes_on(handler)


def catches(handlers: list[ast.ExceptHandler]) -> tuple[str, ...]:
    """The exceptions after which the program goes on as if nothing had been; `Exception` for a bare `except`."""
    found: list[str] = []
    for handler in handlers:
        if goes_on(handler):
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
            found += [getattr(kind, "attr", getattr(kind, "id", "")) for kind in kinds] or ["Exception"]
    return tuple(dict.fromkeys(found))


def goes_on(handler: ast.ExceptHandler) -> bool:
    """Nothing in the handler raises, asserts, fails or keeps what it caught."""
    for node in (inner for statement in handler.body for inner in ast.walk(statement)):
        called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Raise | ast.Assert | ast.Assign | ast.AugAssign) or called in _TELLING:
            return False
    return True


SETTING_UP = frozenset({"setUp", "setUpClass", "setup_method", "setup_class", "asyncSetUp"})


def is_skipping(statement: ast.stmt) -> bool:
    """`self.skipTest(…)`, `pytest.skip(…)`, `raise unittest.SkipTest`."""
    node: ast.AST | None = None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        node = statement.value.func
    elif isinstance(statement, ast.Raise):
        node = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(node, ast.Attribute) and node.attr in ("skip", "skipTest", "SkipTest")


def skips_each(function: ast.FunctionDef) -> bool:
    """A fixture that every test uses unasked and that begins with skipping."""
    first = without_docstring(function.body)[:1]
    return is_unasked(function) and bool(first) and is_skipping(first[0])


def is_unasked(function: ast.FunctionDef) -> bool:
    """A fixture that every test uses unasked."""
    return any(
        isinstance(d, ast.Call) and any(k.arg == "autouse" and is_true(k.value) for k in d.keywords)
        for d in function.decorator_list
    )


def is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


_ANSWERED = frozenset({"pytest_ignore_collect", "pytest_runtest_protocol", "pytest_collect_file", "pytest_pyfunc_call"})
"""Hooks that keep a test from being collected or run where they answer."""


def stops_tests(body: list[ast.stmt]) -> bool:
    """A conftest with this body keeps every test from running, whatever is asked."""
    if any(ast.unparse(call.func) == "pytest.exit" for call in _done_each_time(body)):
        return True
    return any(isinstance(statement, ast.FunctionDef) and _stops_each(statement) for statement in body)


def _stops_each(function: ast.FunctionDef) -> bool:
    body = without_docstring(function.body)
    if function.name in _ANSWERED and body:
        return isinstance(body[0], ast.Return) and body[0].value is not None and is_true(body[0].value)
    if function.name == "pytest_configure":
        return any(_collects_only(statement) for statement in body)
    calls = [(ast.unparse(call.func), call) for call in _done_each_time(body)]
    if function.name == "pytest_collection_modifyitems":
        return any(name.endswith(".clear") or _marks_skipped(name, call) for name, call in calls)
    unasked = function.name == "pytest_runtest_setup" or skips_each(function)
    return unasked and any(name == "pytest.skip" for name, _ in calls)


def _done_each_time(body: list[ast.stmt]) -> list[ast.Call]:
    """The calls that stand as statements of a body or of its loops, up to the first way past them."""
    found: list[ast.Call] = []
    for statement in body:
        if isinstance(statement, ast.If | ast.Try | ast.Return | ast.Raise | ast.While | ast.With):
            break
        if isinstance(statement, ast.For):
            found += _done_each_time(statement.body)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            found.append(statement.value)
    return found


def _marks_skipped(name: str, call: ast.Call) -> bool:
    mark = call.args[0] if call.args else None
    mark = mark.func if isinstance(mark, ast.Call) else mark
    return name.endswith(".add_marker") and mark is not None and ast.unparse(mark) == "pytest.mark.skip"


def _collects_only(statement: ast.stmt) -> bool:
    """`config.option.collectonly = True`."""
    if not isinstance(statement, ast.Assign) or not is_true(statement.value):
        return False
    return any(isinstance(t, ast.Attribute) and t.attr == "collectonly" for t in statement.targets)


def tests_need(body: list[ast.stmt]) -> tuple[str, ...]:
    """Modules that the file, or a fixture which each test uses unasked, asks for by `pytest.importorskip`."""
    found = [call for statement in body for call in _asked_for(statement)]
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and (
            statement.name == "pytest_runtest_setup" or is_unasked(statement)
        ):
            found += [call for inner in statement.body for call in _asked_for(inner)]
    named = [call.args[0].value for call in found if call.args and isinstance(call.args[0], ast.Constant)]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))


def _asked_for(statement: ast.stmt) -> list[ast.Call]:
    """The statement is, binds or returns `pytest.importorskip(…)`, or yields it."""
    held = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.Return) else None
    held = held.value if isinstance(held, ast.Yield) else held
    is_asking = isinstance(held, ast.Call) and ast.unparse(held.func) in ("pytest.importorskip", "importorskip")
    return [held] if is_asking and isinstance(held, ast.Call) else []


_LAST = frozenset({"pytest_sessionfinish", "pytest_unconfigure"})
_WELL = frozenset({"0", "pytest.ExitCode.OK", "ExitCode.OK"})
_ENDS = frozenset({"os._exit", "sys.exit", "exit", "quit"})


def forgives_tests(body: list[ast.stmt]) -> bool:
    """A conftest with this body lets the session tell success whatever failed."""
    return any(isinstance(statement, ast.FunctionDef) and _forgives_each(statement) for statement in body)


def _forgives_each(function: ast.FunctionDef) -> bool:
    done = list(_always(function.body))
    if function.name in _LAST:
        return any(_ends_well(statement) for statement in done)
    if function.name == "pytest_runtest_makereport":
        return any(_sets(statement, "outcome", {"'passed'"}) for statement in done)
    if function.name == "pytest_collection_modifyitems":
        return any(_may_all_fail(call) for call in _done_each_time(function.body))
    return False


def _always(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body, and those under a condition that asks whether anything failed."""
    for statement in body:
        if isinstance(statement, ast.If) and _asks_for_failure(statement.test):
            yield from _always(statement.body)
        else:
            yield statement


def _asks_for_failure(test: ast.expr) -> bool:
    """`if exitstatus`, `if exitstatus != 0`, `if report.failed`: what is done then is done for every failure."""
    said = ast.unparse(test)
    return said in {
        f"{name}{end}" for name in ("exitstatus", "session.exitstatus") for end in _FAILURES
    } or said.endswith(".failed")


_FAILURES = ("", " != 0", " == 1", " > 0")


def _ends_well(statement: ast.stmt) -> bool:
    if _sets(statement, "exitstatus", _WELL):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not call.args:
        return False
    return ast.unparse(call.func) in _ENDS and ast.unparse(call.args[0]) in _WELL


def _sets(statement: ast.stmt, attribute: str, values: Collection[str]) -> bool:
    if not isinstance(statement, ast.Assign) or ast.unparse(statement.value) not in values:
        return False
    return any(isinstance(target, ast.Attribute) and target.attr == attribute for target in statement.targets)


def _may_all_fail(call: ast.Call) -> bool:
    """Each test is marked as one that is expected to fail, without `strict`."""
    mark = call.args[0] if call.args else None
    strict = isinstance(mark, ast.Call) and any(k.arg in ("strict", "raises") for k in mark.keywords)
    mark = mark.func if isinstance(mark, ast.Call) else mark
    marks = ast.unparse(call.func).endswith(".add_marker") and mark is not None
    return marks and not strict and ast.unparse(mark or call) == "pytest.mark.xfail"
