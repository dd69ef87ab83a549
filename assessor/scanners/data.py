"""Data: validation, pipeline, feature store, lineage, documentation, parity."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.commands import Target
from assessor.facts.python import MAIN, MODULE, Scope
from assessor.findings import Evidence, Finding, NearMiss, Rung
from assessor.project.closure import is_test_scope
from assessor.project.model import ProjectFile, Role
from assessor.scanners.parity import parity
from assessor.scanners.scene import Hit, Scene, best, conclude, raised
from assessor.scanners.stations import marks


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the six practices of data."""
    yield validation(scene)
    yield pipeline(scene)
    yield conclude("data.feature_store", scene.plain("data.feature_store"))
    yield lineage(scene)
    yield documentation(scene)
    yield parity(scene)


# ---- validation ----

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


def validation(scene: Scene) -> Finding:
    """Schemas, expectations or own checks that code calls; a violation that raises inside a run is enforced."""
    practice = "data.validation"
    evidence = list(scene.declared(practice))
    for hit in scene.hits(practice, tests=True):
        if hit.in_test and not _runs_as_test(scene, hit):
            continue
        for item in scene.evidence([hit], tests=True):
            evidence.append(_enforced(scene, hit, item))
    evidence += own_checks(scene)
    return conclude(practice, evidence)


def _runs_as_test(scene: Scene, hit: Hit) -> bool:
    """A validation product inside a test is used as a test of data only where the test function itself uses it."""
    return hit.scope > MAIN or hit.kind != "call"


def _enforced(scene: Scene, hit: Hit, item: Evidence) -> Evidence:
    """The check stops its run: the product raises by itself, or its result is looked at and raised."""
    if item.rung is not Rung.AUTOMATED:
        return item
    ways = [a for a in scene.arrivals(hit) if a.is_automatic and a.fails]
    if not ways:
        return item
    if hit.tool.id in _RAISES or hit.kind == "command" or hit.in_test or _result_raises(hit):
        return raised(item, "a violation stops the run")
    return item


_RAISES = {
    "pandera",
    "pydeequ",
    "great-expectations-provider",
    "soda",
    "dbt",
    "jsonschema",
    "cerberus",
    "schema",
    "frictionless",
}


def _result_raises(hit: Hit) -> bool:
    """Somewhere in the same function a result is compared or tested and an exception follows."""
    code = hit.file.code
    if code is None:
        return False
    scope = code.scopes[hit.scope] if 0 <= hit.scope < len(code.scopes) else None
    if scope is None:
        return False
    if any(raise_.scope == hit.scope and raise_.line >= hit.place.line for raise_ in code.raises):
        return True
    return any(line >= hit.place.line for line in scope.asserts)


def own_checks(scene: Scene) -> Iterator[Evidence]:
    """Evidence for each home-made check."""
    for file, number in checking_scopes(scene):
        assert file.code is not None
        yield _own_check(scene, file, number, file.code.scopes[number])


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


def _own_check(scene: Scene, file: ProjectFile, number: int, scope: Scope) -> Evidence:
    practice, text = "data.validation", f"{scope.name}() checks the data and fails on a violation"
    item = scene.scope_evidence(practice, file, number, scope.line, text, tests=True)
    if item.rung is Rung.AUTOMATED:
        if any(a.is_automatic and a.fails for a in scene.automation.arrivals(file.path, number)):
            return raised(item)
        return item
    called = scene.automation.arrivals(file.path, number) or is_called(scene, file, number) or file.role is Role.TEST
    return (
        item
        if called
        else Evidence(practice, Rung.DECLARED, item.place, f"{scope.name}() checks data, nothing calls it")
    )


def is_called(scene: Scene, file: ProjectFile, number: int) -> bool:
    """Some first-party call or reference has the function's name."""
    last = file.code.scopes[number].name.rpartition(".")[2] if file.code else ""
    for other in scene.project.ordered:
        if other.code is None:
            continue
        for call in other.code.calls:
            if call.name.rpartition(".")[2] == last and (other.path, call.scope) != (file.path, number):
                return True
        if any(r.name.rpartition(".")[2] == last for r in other.code.references):
            return True
    return False


# ---- pipeline ----


def pipeline(scene: Scene) -> Finding:
    """Scripted preparation is used; a run without a person that reaches it, automated; only in notebooks, declared."""
    practice = "data.pipeline"
    evidence: list[Evidence] = []
    for (path, number), stations in sorted(marks(scene).items()):
        if "data" in stations:
            file = scene.project.files[path]
            scope = scene.modules.index(path).facts.scopes[number]
            name = f"{scope.name}()" if number not in (MODULE, MAIN) else path.rpartition("/")[2]
            line = max(scope.line, 1)
            evidence.append(scene.scope_evidence(practice, file, number, line, f"{name} prepares data"))
    evidence += scene.evidence(h for h in scene.hits(practice, notebooks=False) if h.scope < 0)
    if not evidence:
        for hit in scene.hits(practice):
            if hit.in_notebook:
                evidence.append(
                    Evidence(practice, Rung.DECLARED, hit.place, "data is prepared in a notebook only", hit.tool.id)
                )
    evidence += _sql_models(scene)
    return conclude(practice, evidence)


def _sql_models(scene: Scene) -> Iterator[Evidence]:
    names = [p for p in scene.project.listed if p.endswith("dbt_project.yml")]
    for project in names:
        folder = project.removesuffix("dbt_project.yml")
        models = sorted(p for p in scene.project.listed if p.startswith(folder) and p.endswith(".sql"))
        if models and models[0] in scene.project.files:
            yield Evidence(
                "data.pipeline", Rung.USED, scene.project.files[models[0]].at(1), "dbt models prepare data", "dbt"
            )


# ---- lineage and documentation ----


def lineage(scene: Scene) -> Finding:
    """Stage inputs and outputs recorded (dvc.lock), or lineage calls; by a run without a person, automated."""
    practice = "data.lineage"
    evidence = [*scene.declared(practice), *scene.evidence(h for h in scene.hits(practice) if h.tool.id != "dvc")]
    locked = [f for f in scene.project.ordered if f.path.endswith("dvc.lock") and f.facts.data_versions]
    stages = [
        (file, target)
        for file, targets in scene.project.having(lambda f: f.targets)
        for target in targets
        if isinstance(target, Target) and target.runner == "dvc" and target.inputs and target.outputs
    ]
    for file, target in stages:
        arrival = best(a for a in scene.automation.reach.targets.get((file.path, target.line), ()) if a.is_automatic)
        text = f"stage {target.name} records its inputs and outputs"
        if arrival:
            evidence.append(Evidence(practice, Rung.AUTOMATED, file.at(target.line), text, "dvc", arrival.route))
        elif locked:
            evidence.append(Evidence(practice, Rung.USED, locked[0].at(1), f"{locked[0].path} records {text}", "dvc"))
    return conclude(practice, evidence)


def documentation(scene: Scene) -> Finding:
    """Used: a data card, dictionary, datasheet or schema documentation for the project's own data."""
    practice = "data.documentation"
    evidence, near = [], []
    for file, document in scene.project.having(
        lambda f: f.document, frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION, Role.DATA})
    ):
        if document.kind != "data_card":
            continue
        if document.words >= 25 or len(document.lines) >= 5:
            evidence.append(Evidence(practice, Rung.USED, file.at(1), f"{file.path} documents the data"))
        else:
            near.append(NearMiss(file.at(1), f"{file.path} is too short to document data"))
    evidence += scene.evidence(scene.hits(practice), lift=False)
    return conclude(practice, evidence, near)
