"""Data: validation, pipeline, feature store, lineage, documentation, parity."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.commands import Target
from assessor.facts.place import Place
from assessor.facts.python import MAIN, MODULE, Scope
from assessor.findings import Evidence, Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import is_called
from assessor.lifecycle.data_checks import checking_scopes
from assessor.lifecycle.order import best
from assessor.lifecycle.stations import marks
from assessor.project.model import ProjectFile, Role
from assessor.readers.texts.documents import is_dictionary_sheet
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude, raised
from assessor.scanners.parity import parity


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the six practices of data."""
    yield validation(scene)
    yield pipeline(scene)
    yield conclude("data.feature_store", ladder.plain(scene, "data.feature_store"))
    yield lineage(scene)
    yield documentation(scene)
    yield parity(scene)


def validation(scene: Scene) -> Finding:
    """Schemas, expectations or own checks that code calls; a violation that raises inside a run is enforced."""
    practice = "data.validation"
    evidence = list(ladder.declared(scene, practice))
    for hit in scene.hits(practice, tests=True):
        if hit.in_test and not _runs_as_test(scene, hit):
            continue
        for item in ladder.evidence(scene, [hit], tests=True):
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
    if "raises" in hit.tool.traits or hit.kind == "command" or hit.in_test or _result_raises(hit):
        return raised(item, "a violation stops the run")
    return item


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


def _own_check(scene: Scene, file: ProjectFile, number: int, scope: Scope) -> Evidence:
    practice, text = "data.validation", f"{scope.name}() checks the data and fails on a violation"
    item = ladder.scope_evidence(scene, practice, file, number, scope.line, text, tests=True)
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
            evidence.append(ladder.scope_evidence(scene, practice, file, number, line, f"{name} prepares data"))
    evidence += ladder.evidence(scene, (h for h in scene.hits(practice, notebooks=False) if h.scope < 0))
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
    evidence = [
        *ladder.declared(scene, practice),
        *ladder.evidence(scene, (h for h in scene.hits(practice) if h.tool.id != "dvc")),
    ]
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
        is_table = bool(document.lines) and file.path.endswith((".yml", ".yaml", ".json"))
        if document.words >= 25 or len(document.lines) >= 5 or is_table:
            evidence.append(Evidence(practice, Rung.USED, file.at(1), f"{file.path} documents the data"))
        else:
            near.append(NearMiss(file.at(1), f"{file.path} is too short to document data"))
    for path in sorted(scene.project.listed):
        if is_dictionary_sheet(path):
            evidence.append(Evidence(practice, Rung.USED, Place(path, 1), f"{path} is a data dictionary"))
    evidence += ladder.evidence(scene, scene.hits(practice), lift=False)
    return conclude(practice, evidence, near)
