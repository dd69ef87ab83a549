"""Home-made checks of data: functions that look at columns, nulls, types or ranges and stop on a violation."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, MODULE, Comparison, Scope, Side
from assessor.hits.scene import Scene, once
from assessor.lifecycle.matter import has_matter
from assessor.lifecycle.origins import DIFFERENCE, RowsRead, rows_read
from assessor.project.closure import is_test_scope
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey


def checker(file: ProjectFile, number: int) -> str:
    """What a text calls the function that checks, or the script."""
    scope = file.code.scopes[number] if file.code and number > MAIN else None
    return f"{scope.name}()" if scope else file.path.rpartition("/")[2]


@once
def checking_scopes(scene: Scene) -> list[tuple[ProjectFile, int]]:
    """Home-made checks: functions that look at columns, nulls, types or ranges of data and raise, assert or exit."""
    return list(_checking_scopes(scene))


def _checking_scopes(scene: Scene) -> Iterator[tuple[ProjectFile, int]]:
    for file in scene.project.ordered if has_matter(scene) else ():
        if file.code is None or file.is_notebook or file.role not in (Role.FIRST_PARTY, Role.TEST):
            continue
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            if file.role is Role.FIRST_PARTY and _stops_by_rows(scene, file, number):
                yield file, number
                continue
            if number in (MODULE, MAIN) or scope.is_stub:
                continue
            if (_stops(scene, file, number, scope) and _checks_data(scene, file, number, scope)) or (
                file.role is Role.FIRST_PARTY and len(_limits_of_rows(scene, file, number)) >= _SEVERAL
            ):
                yield file, number


_SEVERAL = 2
"""Conditions on read rows from which a function that stops by them is a check, whatever it is called."""


def _limits_of_rows(scene: Scene, file: ProjectFile, number: int) -> set[int]:
    """Lines at which the function stops by what stands in columns of rows that were read."""
    read = rows_read(scene)
    return {
        limit.line
        for limit in scene.modules.index(file.path).limits.get(number, ())
        if limit.stops
        for side in limit.sides
        if _is_of_column(read, (file.path, number), side)
    }


def _stops_by_rows(scene: Scene, file: ProjectFile, number: int) -> bool:
    """What holds of any or all rows that were read (`rows.lt(0).any()`) decides whether the function or script stops."""
    read = rows_read(scene)
    return any(
        test.stops
        and not _OF_ROWS.isdisjoint(test.names)
        and any(read.proves((file.path, number), source) for side in test.sides for source in side.made_by)
        for test in scene.modules.index(file.path).limits.get(number, ())
    )


_OF_ROWS = frozenset({"any", "all"})


def _is_of_column(read: RowsRead, key: ScopeKey, side: Side) -> bool:
    """The value was taken from a column of rows that were read, and is no difference of two."""
    if any(source.startswith(DIFFERENCE) for source in side.made_by):
        return False
    return any("[" in source and read.proves(key, source) for source in side.made_by)


_NEAR = 8
"""Lines after a call within which what its caller raises is about what the call returned."""


def acted_on(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """Callers that stop by the verdict of a check: (file, function, line of the call, name of the check).

    The check looks at data and stops nothing by itself; right after asking it the caller raises, exits or asserts.
    """
    stopping_by_itself = {(file.path, number) for file, number in checking_scopes(scene)}
    verdicts = {key: name for key, name in _verdicts(scene) if key not in stopping_by_itself}
    for file in scene.project.code_files if verdicts else ():
        index = scene.modules.index(file.path)
        for number, calls in index.calls.items():
            for call in calls:
                asked = next((k for k in scene.modules.targets(call.name, file.path) if k in verdicts), None)
                if not asked or asked == (file.path, number):
                    continue
                if _stops_after(scene, file, number, call.line) or _stops_by_answer(scene, file, number, call.name):
                    yield file, number, call.line, verdicts[asked]
                    break


def _verdicts(scene: Scene) -> Iterator[tuple[tuple[str, int], str]]:
    """First-party functions that are named for a check of data, or give back what is wrong with rows, and neither raise nor
    are stubs."""
    for file in scene.project.code_files:
        if file.role is Role.FIRST_PARTY and not file.is_notebook:
            for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
                last = scope.name.rpartition(".")[2]
                if number <= MAIN or scope.is_stub:
                    continue
                if _names_a_check(last) or _finds_faults(scene, file, number):
                    yield (file.path, number), scope.name


def _finds_faults(scene: Scene, file: ProjectFile, number: int) -> bool:
    """It reads rows or asks of a table, and several conditions decide what it gives back (`found.append("empty")`)."""
    index = scene.modules.index(file.path)
    deciding = {limit.line for limit in index.limits.get(number, ()) if limit.gives}
    if len(deciding) < _SEVERAL:
        return False
    calls = index.calls.get(number, ())
    asks = any(speaks_of("asks_of_table", call.name.rpartition(".")[2]) for call in calls)
    return asks or (file.path, number) in _reading_scopes(scene)


@once
def _reading_scopes(scene: Scene) -> frozenset[ScopeKey]:
    """Functions in which a product reads or prepares data."""
    return frozenset((hit.file.path, hit.scope) for hit in scene.hits("data.pipeline", notebooks=False))


def _stops_after(scene: Scene, file: ProjectFile, number: int, line: int) -> bool:
    index = scene.modules.index(file.path)
    near = range(line, line + _NEAR + 1)
    if any(r.line in near for r in index.raises.get(number, ())):
        return True
    if any(asserted in near for asserted in index.facts.scopes[number].asserts):
        return True
    if any(c.name in ("sys.exit", "exit") and c.line in near and c.guards for c in index.calls.get(number, ())):
        return True
    return any(_stops_by_verdict(test, line) for test in index.limits.get(number, ()))


def _stops_by_answer(scene: Scene, file: ProjectFile, number: int, name: str) -> bool:
    """What the call gives back decides whether the function stops (`if said := complaints(rows): sys.exit(said)`)."""
    asked = (test for test in scene.modules.index(file.path).limits.get(number, ()) if test.stops)
    return any(source.partition("[")[0] == name for test in asked for side in test.sides for source in side.made_by)


def _stops_by_verdict(test: Comparison, line: int) -> bool:
    """Further down the function stops by what it kept of the answers (`if not all_passed: sys.exit(1)`)."""
    later = test.line > line and test.stops
    return later and any(speaks_of("says_whether_good", name) for name in test.names)


def _stops(scene: Scene, file: ProjectFile, number: int, scope: Scope) -> bool:
    if scope.asserts:
        return True
    index = scene.modules.index(file.path)
    if any(not r.exception.startswith("NotImplemented") for r in index.raises.get(number, ())):
        return True
    return any(call.name in ("sys.exit", "exit") for call in index.calls.get(number, ()))


def _checks_data(scene: Scene, file: ProjectFile, number: int, scope: Scope) -> bool:
    """It looks at data and is named for a check, or asks several things of a table; in a test, of the project's own data."""
    calls, compared, attributes = _words_of(scene, file, number)
    asked = {name for name in calls if speaks_of("asks_of_table", name)}
    looks = bool(asked) or any(speaks_of("part_of_table", name) for name in compared | attributes)
    last = scope.name.rpartition(".")[2]
    named = _names_a_check(last) or (looks and speaks_of("begins_to_check", last))
    if file.role is Role.TEST or is_test_scope(scope):
        own = named and looks and _reads_real_data(scene, file, number)
        return own or _reads_listed_data(scene, file, number)
    return (named and (looks or bool(compared))) or (looks and len(asked) >= 2) or _stops_by_table(scene, file, number)


def _stops_by_table(scene: Scene, file: ProjectFile, number: int) -> bool:
    """What columns there are, their types, or which of their rows are empty, doubled or known (`"price" not in df.columns`,
    `df["label"].isin(known)`) decides whether the function stops, whatever the function is called."""
    limits = scene.modules.index(file.path).limits.get(number, ())
    return any(limit.stops and any(map(_is_of_table, limit.names)) for limit in limits)


def _is_of_table(name: str) -> bool:
    return speaks_of("columns_of_table", name) or speaks_of("asks_of_table", name)


def _words_of(scene: Scene, file: ProjectFile, number: int) -> tuple[set[str], set[str], set[str]]:
    """The last words of a function's calls, what it compares, and the last words of the attributes that it names."""
    index = scene.modules.index(file.path)
    calls = {c.name.rpartition(".")[2] for c in index.calls.get(number, ())}
    compared = {name for comparison in index.comparisons.get(number, ()) for name in comparison.names}
    attributes = {r.name.rpartition(".")[2] for r in index.references.get(number, ())}
    return calls, compared, attributes


def _names_a_check(name: str) -> bool:
    return speaks_of("checks", name) and speaks_of("part_of_data", name)


def _reads_listed_data(scene: Scene, file: ProjectFile, number: int) -> bool:
    """The function itself reads a data file that is in the repository."""
    for call in scene.modules.index(file.path).calls.get(number, ()):
        if speaks_of("reads_table", call.name.rpartition(".")[2]):
            paths = [value.removeprefix("./") for value in call.args if isinstance(value, str)]
            if any(path in scene.project.listed for path in paths):
                return True
    return False


def _reads_real_data(scene: Scene, file: ProjectFile, number: int) -> bool:
    """A test validates data only where the project's data, and not a frame made in the test, is looked at."""
    index = scene.modules.index(file.path)
    own = {c.name.rpartition(".")[2] for c in index.calls.get(number, ())}
    module = {c.name.rpartition(".")[2] for scope, calls in index.calls.items() for c in calls if scope != number}
    return _reads(own) or (_reads(module) and "DataFrame" not in own)


def _reads(names: set[str]) -> bool:
    return any(speaks_of("reads_table", name) for name in names)
