"""Home-made checks of data: functions that look at columns, nulls, types or ranges and stop on a violation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.python import MAIN, MODULE, Scope
from assessor.hits.scene import Scene
from assessor.project.closure import is_test_scope
from assessor.project.model import ProjectFile, Role

_CHECK_NAME = re.compile(
    r"(?:^|_)(?:validate|validation|check|verify|assert|test|ensure|audit)(?:_\w+)?_?"
    r"(?:data|dataset|dataframe|df|schema|schemas|columns?|dtypes?|nulls?|missing|nans?|duplicates?|input_data|features?|"
    r"ranges?|quality|distribution|integrity|rows?|records?|raw|table)(?:$|_|s$)|"
    r"(?:^|_)(?:data|schema|df|dataframe|dataset|feature|input)_(?:validation|validator|quality|check|checks|checker)|"
    r"^validate_all_columns|^expect_",
    re.IGNORECASE,
)


_CHECK_WORDS = {
    "columns", "dtypes", "dtype", "isnull", "isna", "notnull", "notna", "duplicated", "nunique", "schema", "null_count",
    "missing", "missing_columns", "required_columns", "expected_columns", "expected_cols", "missing_cols", "any", "between", "isin",
}  # fmt: skip


_DATA_CALLS = {
    "isnull",
    "isna",
    "notnull",
    "notna",
    "duplicated",
    "isin",
    "between",
    "nunique",
    "is_unique",
    "is_monotonic_increasing",
}


def checking_scopes(scene: Scene) -> list[tuple[ProjectFile, int]]:
    """Home-made checks: functions that look at columns, nulls, types or ranges of data and raise, assert or exit."""
    if "checking_scopes" not in scene.memo:
        scene.memo["checking_scopes"] = list(_checking_scopes(scene))
    known: list[tuple[ProjectFile, int]] = scene.memo["checking_scopes"]
    return known


def _checking_scopes(scene: Scene) -> Iterator[tuple[ProjectFile, int]]:
    for file in scene.project.ordered:
        if file.code is None or file.is_notebook or file.role not in (Role.FIRST_PARTY, Role.TEST):
            continue
        for number, scope in enumerate(scene.modules.index(file.path).facts.scopes):
            if number in (MODULE, MAIN) or scope.is_stub:
                continue
            if _stops(scene, file, number, scope) and _checks_data(scene, file, number, scope):
                yield file, number


def _stops(scene: Scene, file: ProjectFile, number: int, scope: Scope) -> bool:
    if scope.asserts:
        return True
    code = file.code
    assert code is not None
    if any(r.scope == number and not r.exception.startswith("NotImplemented") for r in code.raises):
        return True
    calls = scene.modules.index(file.path).calls.get(number, ())
    return any(call.name in ("sys.exit", "exit") for call in calls)


def _checks_data(scene: Scene, file: ProjectFile, number: int, scope: Scope) -> bool:
    code = file.code
    assert code is not None
    calls = {c.name.rpartition(".")[2] for c in scene.modules.index(file.path).calls.get(number, ())}
    compared = {name for c in code.comparisons if c.scope == number for name in c.names}
    attributes = {r.name.rpartition(".")[2] for r in scene.modules.index(file.path).references.get(number, ())}
    looks = (calls & _DATA_CALLS) or (compared | attributes) & (_CHECK_WORDS - {"any"})
    last = scope.name.rpartition(".")[2]
    named = bool(_CHECK_NAME.search(last)) or (bool(looks) and bool(_CHECK_VERB.match(last)))
    if file.role is Role.TEST or is_test_scope(scope):
        if _reads_listed_data(scene, file, number):
            return True
        return named and bool(looks) and _reads_real_data(scene, file, number)
    return (named and bool(looks or compared)) or (bool(looks) and len(calls & _DATA_CALLS) >= 2)


_CHECK_VERB = re.compile(r"(?:validate|check|verify|ensure|assert)(?:_|$)", re.IGNORECASE)


_READS = {
    "read_csv",
    "read_parquet",
    "read_json",
    "read_excel",
    "read_table",
    "read_sql",
    "read_feather",
    "load_dataset",
}


def _reads_listed_data(scene: Scene, file: ProjectFile, number: int) -> bool:
    """The function itself reads a data file that is in the repository."""
    for call in scene.modules.index(file.path).calls.get(number, ()):
        if call.name.rpartition(".")[2] in _READS:
            paths = [value.removeprefix("./") for value in call.args if isinstance(value, str)]
            if any(path in scene.project.listed for path in paths):
                return True
    return False


def _reads_real_data(scene: Scene, file: ProjectFile, number: int) -> bool:
    """A test validates data only where the project's data, and not a frame made in the test, is looked at."""
    index = scene.modules.index(file.path)
    own = {c.name.rpartition(".")[2] for c in index.calls.get(number, ())}
    module = {c.name.rpartition(".")[2] for scope, calls in index.calls.items() for c in calls if scope != number}
    return bool(own & _READS) or (bool(module & _READS) and "DataFrame" not in own)
