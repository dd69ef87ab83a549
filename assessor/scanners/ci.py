"""CI: pipeline, lint, types, build, ml, security, hardening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.facts.workflow import LIBRARY, Workflow
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.asked_servers import tests_that_ask
from assessor.lifecycle.data_checks import checker, checking_scopes
from assessor.lifecycle.deployments import deploying_ways
from assessor.lifecycle.errors import measured_errors
from assessor.lifecycle.image_pushes import pushing_arrivals
from assessor.lifecycle.judged_answers import judges_of_answers
from assessor.lifecycle.matter import has_matter
from assessor.lifecycle.order import check_positions, comes_after, is_ci
from assessor.lifecycle.source_tests import source_tests
from assessor.lifecycle.stages import stages
from assessor.lifecycle.stations import training_hits
from assessor.lifecycle.test_cases import test_cases
from assessor.lifecycle.test_images import builds_for_tests
from assessor.project.arrivals import Arrival, Site
from assessor.project.model import LIVE_ROLES, Role
from assessor.scanners import ladder
from assessor.scanners.claims import (
    IN_CI,
    TESTED_IN_CI,
    Claim,
    Code,
    Reached,
    Rule,
    Statement,
    Ways,
    Written,
    at_command,
    products,
)
from assessor.scanners.hardening import hardening

ON_CHANGE = Ways(tests=True, ci=True, on_change=True)


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the seven practices of CI."""
    return ladder.findings(scene, RULES)


# ---- pipeline and checks ----


_CHECKS = (
    "ci.lint",
    "ci.types",
    "ci.security",
    "ci.build",
    "testing.coverage",
    "data.validation",
    "deployment.automation",
)


def pipeline(scene: Scene) -> Iterator[Statement]:
    """Jobs on push or pull request that check, build or test the code; anything else of CI is declared."""
    for site in scene.automation.reach.sites:
        if site.arrival and site.arrival.run.on_change and _works_on_code(scene, site):
            text = f"`{' '.join(site.command.argv)[:60]}` runs on every change"
            provider = site.arrival.run.workflow.provider
            yield Claim(at_command(site), text, provider, Rung.ABSENT, counts=ON_CHANGE)
    for name in _CHECKS:
        for hit in scene.hits(name, tests=True):
            if hit.kind in ("action", "command"):
                text = f"{hit.text[:60]} runs on every change"
                yield Claim(hit, text, hit.tool.id, Rung.ABSENT, counts=ON_CHANGE)
    yield from _idle_workflows(scene)
    yield from _oddities(scene)


def _idle_workflows(scene: Scene) -> Iterator[Claim | NearMiss]:
    """Definitions that do nothing to the code; one in a folder that its provider does not read does not exist."""
    for path, workflow in workflows(scene):
        if not _is_unknown_to_provider(workflow):
            why = workflow.disabled or "it does nothing to the code on a change"
            text = f"{workflow.provider} workflow {workflow.name or path}: {why}"
            place = scene.project.files[path].at(workflow.line)
            if workflow.is_misplaced:
                yield NearMiss(place, text)
            else:
                yield Claim(place, text, workflow.provider, Rung.DECLARED)


def _is_unknown_to_provider(workflow: Workflow) -> bool:
    return workflow.disabled.startswith("wrong folder")


def _oddities(scene: Scene) -> list[NearMiss]:
    unread = [
        NearMiss(scene.project.files[path].at(workflow.line), f"{path}: {workflow.disabled}", workflow.provider)
        for path, workflow in workflows(scene)
        if _is_unknown_to_provider(workflow)
    ]
    broken = [NearMiss(place, text) for place, text in dict.fromkeys(scene.automation.reach.broken)]
    return [*unread, *broken][:10]


def workflows(scene: Scene) -> Iterator[tuple[str, Workflow]]:
    """Every CI definition of first-party files, live or not."""
    for file, found in scene.project.having(lambda f: f.workflows, LIVE_ROLES):
        yield from ((file.path, w) for w in found if w.provider not in _PARTS and not w.only_listens)


_PARTS = frozenset({"github-action", LIBRARY})
"""What only steps of CI definitions call."""


def _works_on_code(scene: Scene, site: Site) -> bool:
    """The command checks, builds, tests or runs the project's code; installing, checking out and pages do not."""
    program, known = site.invocation.program, programs()
    if program in known.limit_complexity:
        return True
    if program in known.publish_pages or _only_gets_ready(site):
        return False
    if program == "python":
        started = scene.automation.started_file(site) is not None
        return started and not speaks_of("makes_pages", site.invocation.script or site.invocation.module)
    return program in known.work_on_code


def _only_gets_ready(site: Site) -> bool:
    """It logs in, sets up its own program, fetches or installs."""
    program, arguments = site.invocation.program, site.invocation.arguments
    if program in ("Rscript", "R"):
        return "install" in " ".join(arguments)
    return " ".join((program, *arguments[:1])) in programs().get_ready


def checked(practice: str) -> Rule:
    """Declared as a dependency or configuration, used in a target or hook, automated in CI."""
    return partial(products, practice=practice, tests=True, counts=IN_CI)


# ---- build ----


def build(scene: Scene) -> Iterator[Statement]:
    """CI builds the package or image; it publishes only after the checks before it: enforced."""
    checks = check_positions(scene, test_cases(scene))
    publishing = [way for way in _publishing(scene) if comes_after(scene, checks, way)]
    for hit in (found for found in scene.hits("ci.build") if found.place not in builds_for_tests(scene)):
        text, held = f"CI builds: {hit.text[:70]}", partial(_publishes_after, publishing)
        yield Claim(hit, text, hit.tool.id, Rung.ABSENT, counts=TESTED_IN_CI, raised_by=held)


def _publishes_after(publishing: Sequence[Arrival], builds: Sequence[Arrival]) -> str | None:
    """One of the ways to what publishes after its checks belongs to the flow of a build."""
    paths, keys = {way.run.path for way in builds}, {way.run.key for way in builds}
    held = any(way.run.path in paths or keys.intersection(way.run.needs) for way in publishing)
    return "and publishes only after its checks" if held else None


def _publishing(scene: Scene) -> list[Arrival]:
    hits = [hit for hit in scene.hits("versioning.releases") if hit.kind in ("command", "action")]
    ways = [*pushing_arrivals(scene), *deploying_ways(scene), *(way for hit in hits for way in scene.arrivals(hit))]
    return [way for way in ways if is_ci(way) and way.is_automatic]


# ---- ml ----


_ML = ("data.validation", "ci.ml", "experiments.registry", "experiments.tracking", "experiments.evaluation")


def ml(scene: Scene) -> Iterator[Statement]:
    """CI trains, runs or validates the pipeline, the data or the model; a manual workflow that does is used."""
    for hit in _ml_hits(scene):
        text = f"CI reaches {hit.shown}"
        yield Claim(hit, text, hit.tool.id, Rung.ABSENT, by_hand=Rung.USED, counts=TESTED_IN_CI)
    for case in test_cases(scene):
        if case.tests_model:
            subject, text = Code(case.file, case.number, case.scope.line), f"CI runs the model in {case.scope.name}()"
            yield Claim(subject, text, "pytest", Rung.ABSENT, counts=TESTED_IN_CI)
    for test in source_tests(scene):
        if test.tests_model:
            text = f"{test.file.path.rpartition('/')[2]} runs the model in CI"
            yield Claim(Written(test.file, test.line), text, test.tool, Rung.ABSENT, counts=TESTED_IN_CI)
    for place, ways, server in tests_that_ask(scene):
        yield Claim(Reached(place, ways), f"CI asks {server} by tests", "pytest", Rung.ABSENT, counts=TESTED_IN_CI)
    for error in measured_errors(scene):
        if error.file.role is Role.FIRST_PARTY and not error.file.is_notebook:
            subject, text = Code(error.file, error.scope, error.line), f"CI measures a model in {error.function}"
            yield Claim(subject, text, at_least=Rung.ABSENT, by_hand=Rung.USED, counts=TESTED_IN_CI)
    for judging in judges_of_answers(scene):
        yield Claim(judging, "CI judges answers", at_least=Rung.ABSENT, by_hand=Rung.USED, counts=TESTED_IN_CI)
    yield from _checks_in_ci(scene)
    yield from _compilations(scene)
    yield from _stages(scene)


def _ml_hits(scene: Scene) -> Iterator[Hit]:
    """Products that train, judge, keep or check models, in tests too; without a model what is checked is no data of one."""
    yield from training_hits(scene, notebooks=True)
    yield from training_hits(scene, tests=True)
    for practice in _ML if has_matter(scene) else ():
        yield from scene.hits(practice, tests=practice == "data.validation")
    yield from (
        hit for hit in scene.hits("testing.model", tests=True) if hit.kind in ("command", "action", "decorator")
    )


def _compilations(scene: Scene) -> Iterator[Claim]:
    """Compiling a pipeline checks its definition; it runs nothing of it."""
    for place, call, way in scene.automation.compilations():
        text = f"CI compiles a pipeline by {call.name}"
        yield Claim(Reached(place, (way,)), text, at_least=Rung.ABSENT, counts=TESTED_IN_CI)


def _checks_in_ci(scene: Scene) -> Iterator[Claim]:
    """Home-made data checks that CI runs, in a step or in a test."""
    for file, number in checking_scopes(scene):
        scope = scene.modules.index(file.path).facts.scopes[number]
        subject, text = Code(file, number, max(scope.line, 1)), f"CI validates data by {checker(file, number)}"
        yield Claim(subject, text, at_least=Rung.ABSENT, counts=IN_CI)


def _stages(scene: Scene) -> Iterator[Claim]:
    """Stages that CI reproduces, of files that are a pipeline by themselves."""
    for stage in (stage for stage in stages(scene) if stage.is_live):
        subject, text = (
            Written(stage.file, stage.target.line, is_target=True),
            f"CI reproduces stage {stage.target.name}",
        )
        yield Claim(subject, text, stage.target.runner, Rung.ABSENT, by_hand=Rung.USED, counts=IN_CI)


RULES: dict[str, Rule] = {
    "ci.pipeline": pipeline,
    "ci.lint": checked("ci.lint"),
    "ci.types": checked("ci.types"),
    "ci.security": checked("ci.security"),
    "ci.build": build,
    "ci.ml": ml,
    "ci.hardening": hardening,
}
