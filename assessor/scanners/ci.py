"""CI: pipeline, lint, types, build, ml, security, hardening."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.catalog.programs import programs
from assessor.facts.workflow import Workflow
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.data_checks import checking_scopes
from assessor.lifecycle.matter import has_matter
from assessor.lifecycle.order import best, check_positions, ci_arrivals, comes_after, is_ci
from assessor.lifecycle.source_tests import source_tests
from assessor.lifecycle.stations import training_hits
from assessor.lifecycle.test_cases import TestCase, test_cases
from assessor.project.arrivals import Arrival, Site
from assessor.project.model import LIVE_ROLES
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude, raised


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the seven practices of CI."""
    cases = test_cases(scene)
    yield pipeline(scene)
    for practice in ("ci.lint", "ci.types", "ci.security"):
        yield checked(scene, practice)
    yield build(scene, cases)
    yield ml(scene, cases)
    yield hardening(scene)


_CHECKS = (
    "ci.lint",
    "ci.types",
    "ci.security",
    "ci.build",
    "testing.coverage",
    "data.validation",
    "deployment.automation",
)


_PAGES = re.compile(
    r"mkdocs|sphinx|quarto|gh-pages|pages|jekyll|hugo|docs?\b|render|readme|badge|stale|label|greet|bot", re.I
)


def pipeline(scene: Scene) -> Finding:
    """Jobs on push or pull request that check, build or test the code; anything else of CI is declared."""
    practice = "ci.pipeline"
    evidence: list[Evidence] = []
    for site in scene.automation.reach.sites:
        arrival = site.arrival
        if (
            arrival
            and is_ci(arrival)
            and arrival.run.on_change
            and not arrival.after_failure
            and _works_on_code(scene, site)
        ):
            text = f"`{' '.join(site.command.argv)[:60]}` runs on every change"
            evidence.append(
                Evidence(practice, Rung.AUTOMATED, site.place, text, arrival.run.workflow.provider, arrival.route)
            )
    for name in _CHECKS:
        for hit in scene.hits(name, tests=True):
            if hit.kind == "action":
                ways = [a for a in scene.arrivals(hit) if a.run.on_change and is_ci(a)]
                arrival = best(ways)
                if arrival:
                    text = f"{hit.text} runs on every change"
                    evidence.append(
                        Evidence(practice, Rung.AUTOMATED, hit.place, text, hit.tool.id, scene.route(hit, arrival))
                    )
    near = _oddities(scene)
    for path, workflow in workflows(scene):
        if workflow.disabled.startswith("wrong folder"):
            continue  # its provider does not know it: it does not exist
        why = workflow.disabled or "it does nothing to the code on a change"
        text = f"{workflow.provider} workflow {workflow.name or path}: {why}"
        place = scene.project.files[path].at(workflow.line)
        if workflow.is_misplaced:
            near.append(NearMiss(place, text))
        else:
            evidence.append(Evidence(practice, Rung.DECLARED, place, text, workflow.provider))
    return conclude(practice, evidence, near)


def _oddities(scene: Scene) -> list[NearMiss]:
    unread = [
        NearMiss(scene.project.files[path].at(workflow.line), f"{path}: {workflow.disabled}", workflow.provider)
        for path, workflow in workflows(scene)
        if workflow.disabled.startswith("wrong folder")
    ]
    broken = [NearMiss(place, text) for place, text in dict.fromkeys(scene.automation.reach.broken)]
    return [*unread, *broken][:10]


def workflows(scene: Scene) -> Iterator[tuple[str, Workflow]]:
    """Every CI definition of first-party files, live or not."""
    for file, found in scene.project.having(lambda f: f.workflows, LIVE_ROLES):
        yield from ((file.path, w) for w in found if w.provider != "github-action")


def _works_on_code(scene: Scene, site: Site) -> bool:
    """The command checks, builds, tests or runs the project's code; installing, checking out and pages do not."""
    invocation = site.invocation
    arrival = site.arrival
    assert arrival is not None
    if _PAGES.search(arrival.run.job.id) and invocation.program in programs().publish_pages:
        return False
    if invocation.program in programs().publish_pages:
        return False
    if invocation.program in ("az", "gcloud", "aws") and invocation.arguments[:1] in (
        ("login",),
        ("auth",),
        ("configure",),
        ("config",),
        ("account",),
    ):
        return False
    if invocation.program == "docker" and invocation.arguments[:1] in (("login",), ("pull",), ("logout",)):
        return False
    if invocation.program in ("npm", "yarn", "pnpm") and invocation.arguments[:1] in (("install",), ("ci",), ("i",)):
        return False
    if invocation.program in ("Rscript", "R") and "install" in " ".join(invocation.arguments):
        return False
    if invocation.program in programs().work_on_code:
        return True
    if invocation.program == "python":
        return scene.automation.started_file(site) is not None and not _PAGES.search(
            invocation.script or invocation.module
        )
    return False


def checked(scene: Scene, practice: str) -> Finding:
    """Declared as a dependency or configuration, used in a target or hook, automated in CI."""
    return conclude(practice, ladder.plain(scene, practice, tests=True, in_tests=True, keep=is_ci))


# ---- build ----


def build(scene: Scene, cases: list[TestCase]) -> Finding:
    """CI builds the package or image; it publishes only after the checks before it: enforced."""
    practice = "ci.build"
    evidence: list[Evidence] = []
    checks = check_positions(scene, cases)
    publishing = _publishing(scene)
    for hit in scene.hits(practice):
        ways = [a for a in scene.arrivals(hit) if is_ci(a) and a.is_automatic and not a.is_build]
        arrival = best(ways)
        if arrival is None:
            continue
        item = Evidence(
            practice, Rung.AUTOMATED, hit.place, f"CI builds: {hit.text[:70]}", hit.tool.id, scene.route(hit, arrival)
        )
        held = [p for p in publishing if comes_after(scene, checks, p) and _same_flow(p, ways)]
        evidence.append(raised(item, "and publishes only after its checks") if held else item)
    return conclude(practice, evidence)


def _same_flow(publish: Arrival, builds: list[Arrival]) -> bool:
    return any(b.run.path == publish.run.path or b.run.key in publish.run.needs for b in builds)


def _publishing(scene: Scene) -> list[Arrival]:
    found = []
    for practice in ("versioning.releases", "deployment.automation"):
        for hit in scene.hits(practice):
            if hit.kind in ("command", "action"):
                found += [a for a in scene.arrivals(hit) if is_ci(a) and a.is_automatic]
    return found


# ---- ml ----


_ML = ("data.validation", "ci.ml", "experiments.registry", "experiments.tracking", "experiments.evaluation")


def ml(scene: Scene, cases: list[TestCase]) -> Finding:
    """CI trains, runs or validates the pipeline, the data or the model; a manual workflow that does is used."""
    practice = "ci.ml"
    evidence: list[Evidence] = []
    hits: list[Hit] = [*training_hits(scene, notebooks=True), *training_hits(scene, tests=True)]
    practices = _ML if has_matter(scene) else ()  # else what is checked or written is no data of a model
    hits += [h for name in practices for h in scene.hits(name, tests=name == "data.validation")]
    hits += [h for h in scene.hits("testing.model") if h.kind in ("command", "action")]
    for hit in hits:
        ways = [a for a in scene.arrivals(hit) if is_ci(a) and not a.is_build]
        arrival = best(a for a in ways if a.is_automatic) or best(ways)
        if arrival is None:
            continue
        rung = Rung.AUTOMATED if arrival.is_automatic else Rung.USED
        text = f"{arrival.run.workflow.provider} job {arrival.run.job.title} reaches {hit.text or hit.tool.title}"
        route = scene.route(hit, arrival) if arrival.is_automatic else ()
        evidence.append(Evidence(practice, rung, hit.place, text, hit.tool.id, route))
    for case in cases:
        arrival = best(ci_arrivals(scene, case.file.path, case.number))
        if case.tests_model and arrival:
            route = scene.automation.route(arrival, case.file.path, case.number, case.scope.line)
            place = case.file.at(case.scope.line)
            evidence.append(
                Evidence(practice, Rung.AUTOMATED, place, f"CI runs the model in {case.scope.name}()", "pytest", route)
            )
    sources = [test for test in source_tests(scene) if test.tests_model]
    found = ladder.of_source_tests(scene, practice, sources, "runs the model in CI")
    evidence += [item for item in found if item.rung is Rung.AUTOMATED]
    evidence += _checks_in_ci(scene)
    evidence += _compilations(scene)
    evidence += _stages(scene)
    return conclude(practice, evidence)


def _compilations(scene: Scene) -> Iterator[Evidence]:
    """Compiling a pipeline checks its definition; it runs nothing of it."""
    for place, call, arrival in scene.automation.compilations():
        if is_ci(arrival) and arrival.is_automatic and not arrival.is_build:
            text = f"{arrival.run.workflow.provider} job {arrival.run.job.title} compiles a pipeline by {call.name}"
            yield Evidence("ci.ml", Rung.AUTOMATED, place, text, "", arrival.route)


def _checks_in_ci(scene: Scene) -> Iterator[Evidence]:
    """Home-made data checks that CI runs, in a step or in a test."""
    for file, number in checking_scopes(scene):
        assert file.code is not None
        scope = file.code.scopes[number]
        text = f"CI validates data by {scope.name}()"
        item = ladder.scope_evidence(scene, "ci.ml", file, number, scope.line, text, keep=is_ci, tests=True)
        if item.rung is Rung.AUTOMATED:
            yield item


def _stages(scene: Scene) -> Iterator[Evidence]:
    """DVC stages that CI reproduces."""
    for (path, line), arrivals in sorted(scene.automation.reach.targets.items()):
        stage = next((t for t in scene.project.files[path].facts.targets if t.line == line and t.runner == "dvc"), None)
        if stage is None:
            continue
        ways = [a for a in arrivals if is_ci(a)]
        arrival = best(a for a in ways if a.is_automatic) or best(ways)
        if arrival:
            rung = Rung.AUTOMATED if arrival.is_automatic else Rung.USED
            place, text = scene.project.files[path].at(line), f"CI reproduces stage {stage.name}"
            yield Evidence("ci.ml", rung, place, text, "dvc", arrival.route if arrival.is_automatic else ())


# ---- hardening ----


_COMMIT = re.compile(r"@[0-9a-f]{40}$")


_INJECTION = re.compile(
    r"\$\{\{[^}]*github\.(?:event\.(?:issue|pull_request|comment|review|discussion|head_commit|commits|pages)[^}]*"
    r"(?:title|body|message|name|ref|label|email)|head_ref)[^}]*\}\}"
)


def hardening(scene: Scene) -> Finding:
    """Third-party actions pinned to a commit or explicit least permissions are used; both without injection, enforced."""
    practice = "ci.hardening"
    live = [(p, w) for p, w in workflows(scene) if w.provider == "github" and not w.disabled]
    evidence: list[Evidence] = []
    if not live:
        return conclude(practice, [])
    pinned, external, first = _pins(live)
    least = [(p, w) for p, w in live if _least(w)]
    injected = [
        (p, step.line) for p, w in live for job in w.jobs for step in job.steps if _INJECTION.search(step.script)
    ]
    at = scene.project.files
    all_pinned = external > 0 and pinned == external
    if all_pinned:
        evidence.append(
            Evidence(practice, Rung.USED, at[first[0]].at(first[1]), f"{pinned} actions are pinned to a commit")
        )
    if least and len(least) == len(live):
        path, workflow = least[0]
        evidence.append(
            Evidence(practice, Rung.USED, at[path].at(workflow.line), "every workflow states least permissions")
        )
    elif least:
        path, workflow = least[0]
        evidence.append(
            Evidence(
                practice,
                Rung.USED,
                at[path].at(workflow.line),
                f"{len(least)} of {len(live)} workflows state least permissions",
            )
        )
    if all_pinned and len(least) == len(live) and not injected:
        place = at[live[0][0]].at(1)
        text = "actions are pinned, permissions least, no script takes untrusted text"
        evidence.append(Evidence(practice, Rung.ENFORCED, place, text, route=(Hop(text, place),)))
    near = [NearMiss(at[p].at(line), "a script takes text that outsiders write") for p, line in injected[:3]]
    if external and not all_pinned:
        near.append(
            NearMiss(at[first[0]].at(first[1]), f"{external - pinned} of {external} actions are not pinned to a commit")
        )
    return conclude(practice, evidence, near)


def _pins(live: list[tuple[str, Workflow]]) -> tuple[int, int, tuple[str, int]]:
    """(pinned, all, first place) of third-party actions; where only GitHub's own are used, of those."""
    own: list[tuple[str, str, int]] = []
    third: list[tuple[str, str, int]] = []
    for path, workflow in live:
        for job in workflow.jobs:
            uses = [(s.uses, s.line) for s in job.steps if s.uses] + ([(job.uses, job.line)] if job.uses else [])
            for name, line in uses:
                if name.startswith((".", "docker://")):
                    continue
                (own if name.startswith(("actions/", "github/")) else third).append((name, path, line))
    chosen = third or own
    first = (chosen[0][1], chosen[0][2]) if chosen else ("", 1)
    return sum(1 for name, _, _ in chosen if _COMMIT.search(name)), len(chosen), first


def _least(workflow: Workflow) -> bool:
    """Permissions are stated at the top or in each job, none is write-all, and something is held to reading: a lone
    `contents: write` is explicit but not least."""
    stated = [workflow.permissions] if workflow.permissions is not None else [job.permissions for job in workflow.jobs]
    if not stated or any(p is None for p in stated):
        return False
    every = [*stated, *(job.permissions for job in workflow.jobs if job.permissions is not None)]
    if any(("*", "write") in (p or ()) for p in every):
        return False
    return any(not p or any(value in ("read", "none") for _, value in p) for p in every)
