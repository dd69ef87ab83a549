"""Data: validation, pipeline, feature store, lineage, documentation, parity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from assessor.catalog.patterns import matches_any_call, matches_path, matches_text
from assessor.facts.python import MAIN, MODULE
from assessor.findings import Finding, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.artifacts import handed_on
from assessor.lifecycle.calls import is_called
from assessor.lifecycle.data_checks import acted_on, checker, checking_scopes
from assessor.lifecycle.listed_checks import is_told_of
from assessor.lifecycle.settled import is_settled
from assessor.lifecycle.source_stops import stops_by_rows
from assessor.lifecycle.stations import marks
from assessor.lifecycle.swallowed import is_caught, is_swallowed
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.claims import (
    NONE,
    WITH_TESTS,
    Claim,
    Code,
    Rule,
    Statement,
    Written,
    intended,
    products,
    seen,
    stopping,
)
from assessor.scanners.data_documents import documentation
from assessor.scanners.parity import parity


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the six practices of data."""
    return ladder.findings(scene, RULES)


def validation(scene: Scene) -> Iterator[Statement]:
    """Schemas, expectations or own checks that code calls; a violation that raises inside a run is enforced."""
    practice = "data.validation"
    yield from intended(scene, practice)
    for hit in scene.hits(practice, tests=True):
        if hit.scope > MAIN and is_settled(scene, hit.file.path, hit.scope):
            text = f"{hit.tool.title}: the check answers the same whatever the data"
            yield Claim(hit, text, hit.tool.id, Rung.DECLARED, counts=NONE)
        elif not is_told_of(scene, hit):
            text = f"{hit.tool.title}: a check that the orchestrator is not told of"
            yield Claim(hit, text, hit.tool.id, Rung.DECLARED, counts=NONE)
        elif not hit.in_test or _runs_as_test(hit):
            yield seen(hit, counts=WITH_TESTS, raised_by=partial(_violation_stops, scene, hit))
    yield from _own_checks(scene)


def _runs_as_test(hit: Hit) -> bool:
    """A validation product inside a test is used as a test of data only where the test function itself uses it."""
    return hit.scope > MAIN or hit.kind != "call"


def _violation_stops(scene: Scene, hit: Hit, ways: Sequence[Arrival]) -> str | None:
    """The product raises by itself and no setting says that it only warns, or its result is looked at and raised."""
    if not any(way.stops_run for way in ways) or _is_caught(scene, hit):
        return None
    if hit.proof.raises or "raises" in hit.tool.traits:
        return None if _only_warns(scene, hit) else _STOPS
    return _STOPS if hit.kind == "command" or hit.in_test or _result_raises(hit) else None


def _is_caught(scene: Scene, hit: Hit) -> bool:
    """The violation is caught where it is raised, or by all that call the function."""
    if hit.in_test or hit.call is None or hit.scope < 0:
        return False
    return is_caught(hit.call) or (hit.scope > MAIN and is_swallowed(scene, (hit.file.path, hit.scope)))


_STOPS = "a violation stops the run"


def _only_warns(scene: Scene, hit: Hit) -> bool:
    """A setting of the project, or a name in the function, takes the severity from the product's checks."""
    if hit.proof.warns and hit.file.code is not None:
        named = (reference.name for reference in hit.file.code.references if reference.scope == hit.scope)
        if any(matches_any_call(hit.proof.warns, name) for name in named):
            return True
    for pattern in hit.proof.softened_by:
        path, _, rest = pattern.partition(":")
        key, _, value = rest.partition("=")
        for file, settings in scene.project.having(lambda f: f.settings, frozenset({Role.FIRST_PARTY})):
            if matches_path(path, file.path):
                if any(matches_text(key, s.key) and matches_text(value, s.value) for s in settings):
                    return True
    return False


def _result_raises(hit: Hit) -> bool:
    """Somewhere in the same function a result is compared or tested and an exception follows."""
    code = hit.file.code
    if code is None or not 0 <= hit.scope < len(code.scopes):
        return False
    if any(raise_.scope == hit.scope and raise_.line >= hit.place.line for raise_ in code.raises):
        return True
    return any(line >= hit.place.line for line in code.scopes[hit.scope].asserts)


def _own_checks(scene: Scene) -> Iterator[Claim]:
    """Home-made checks that stop by themselves, and verdicts by which a caller stops; those that nothing calls are
    declared."""
    for file, number in checking_scopes(scene):
        assert file.code is not None
        name = checker(file, number)
        subject = Code(file, number, max(file.code.scopes[number].line, 1))
        if file.role is Role.TEST or _is_live(scene, file, number):
            text = f"{name} checks the data and fails on a violation"
            is_lost = number > MAIN and is_swallowed(scene, (file.path, number))
            yield Claim(subject, text, counts=WITH_TESTS, raised_by=None if is_lost else stopping())
        else:
            yield Claim(subject, f"{name} checks data, nothing calls it", at_least=Rung.DECLARED, counts=NONE)
    for file, stop in stops_by_rows(scene):
        text = f"{file.path} stops where the data is not as it should be"
        yield Claim(Written(file, stop.line), text, "r", raised_by=stopping())
    for file, number, line, name in acted_on(scene):
        text = f"by the verdict of {name}() on the data it goes no further"
        yield Claim(Code(file, number, line), text, counts=WITH_TESTS, raised_by=stopping())


def _is_live(scene: Scene, file: ProjectFile, number: int) -> bool:
    is_script = number in (MODULE, MAIN)
    return is_script or bool(scene.automation.arrivals(file.path, number)) or is_called(scene, file, number)


# ---- pipeline ----


def pipeline(scene: Scene) -> Iterator[Statement]:
    """Scripted preparation is used; a run without a person that reaches it, automated; only in notebooks, declared."""
    practice = "data.pipeline"
    for (path, number), stations in sorted(marks(scene).items()):
        if "data" in stations:
            scope = scene.modules.index(path).facts.scopes[number]
            name = f"{scope.name}()" if number not in (MODULE, MAIN) else path.rpartition("/")[2]
            yield Claim(Code(scene.project.files[path], number, max(scope.line, 1)), f"{name} prepares data")
    for hit in scene.hits(practice):
        if hit.in_notebook:
            text = "data is prepared in a notebook only"
            yield Claim(hit, text, hit.tool.id, Rung.DECLARED, counts=NONE, alone=True)
        elif hit.scope < 0:
            yield seen(hit)
    yield from _sql_models(scene)


def _sql_models(scene: Scene) -> Iterator[Claim]:
    for project in (p for p in scene.project.own if p.endswith("dbt_project.yml")):
        folder = project.removesuffix("dbt_project.yml")
        models = sorted(p for p in scene.project.own if p.startswith(folder) and p.endswith(".sql"))
        if models and models[0] in scene.project.files:
            yield Claim(scene.project.files[models[0]].at(1), "dbt models prepare data", "dbt")


# ---- feature store, lineage and documentation ----


def feature_store(scene: Scene) -> Iterator[Statement]:
    """Features that are materialised or read are used; definitions that nothing reads, declared."""
    return products(scene, "data.feature_store")


def lineage(scene: Scene) -> Iterator[Statement]:
    """Stage inputs and outputs recorded (dvc.lock, an orchestrator's artifacts), or lineage calls; by a run without a
    person, automated."""
    practice = "data.lineage"
    yield from intended(scene, practice)
    for hit in scene.hits(practice):
        if hit.tool.id != "dvc":
            yield seen(hit)
    for hit in scene.hits("training.pipeline"):
        if hit.proof.records:
            yield Claim(hit, f"{hit.tool.title} records what the steps of the pipeline take and give", hit.tool.id)
    for item in handed_on(scene):
        subject = Code(item.file, item.scope, item.line) if item.scope >= 0 else Written(item.file, item.line)
        yield Claim(subject, item.text, item.tool)
    yield from _locked_stages(scene)


def _locked_stages(scene: Scene) -> Iterator[Claim]:
    locked = [f for f in scene.project.ordered if f.path.endswith("dvc.lock") and f.facts.data_versions]
    for file, targets in scene.project.having(lambda f: f.targets):
        for target in targets:
            if target.runner == "dvc" and target.inputs and target.outputs:
                text = f"stage {target.name} records its inputs and outputs"
                subject = Written(file, target.line, is_target=True)
                yield Claim(subject, text, "dvc", Rung.USED if locked else Rung.ABSENT)


RULES: dict[str, Rule] = {
    "data.validation": validation,
    "data.pipeline": pipeline,
    "data.feature_store": feature_store,
    "data.lineage": lineage,
    "data.documentation": documentation,
    "data.parity": parity,
}
