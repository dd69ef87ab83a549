"""Governance: documentation, licence, ownership, model card, dependency updates, secrets, responsible AI, objectives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.place import Place
from assessor.facts.project_files import Document
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.scene import MIN_LINES, Scene
from assessor.lifecycle.order import best
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude
from assessor.scanners.model_documents import model_card, objectives

_EVERY = frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION, Role.TEST, Role.DATA, Role.EXAMPLE})


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of governance."""
    yield documentation(scene)
    yield license_(scene)
    yield ownership(scene)
    yield model_card(scene)
    yield dependency_updates(scene)
    yield secrets(scene)
    yield conclude("governance.responsible_ai", ladder.plain(scene, "governance.responsible_ai", notebooks=True))
    yield objectives(scene)


def documents(scene: Scene, *kinds: str) -> Iterator[tuple[ProjectFile, Document]]:
    for file, document in scene.project.having(lambda f: f.document, _EVERY):
        if document.kind in kinds:
            yield file, document


MIN_README_WORDS = 60
"""Without commands, a README with fewer words than this cannot tell how to install and use."""


_USE = re.compile(
    r"install|usage|use|getting started|quick ?start|set ?up|run|how to|requirements|start|deploy|train", re.IGNORECASE
)


def documentation(scene: Scene) -> Finding:
    """A README with install and use, or a docs site; built by CI, automated."""
    practice = "governance.documentation"
    evidence, near = [], []
    for file, document in documents(scene, "readme", "model_card"):
        if "/" in file.path or not file.path.lower().startswith("readme"):
            continue
        headed = any(_USE.search(heading) for heading, _ in document.headings)
        shown = headed and document.code_blocks > 0
        if shown or (
            document.words >= MIN_README_WORDS
            and (headed or document.code_blocks or document.words >= 5 * MIN_README_WORDS)
        ):
            evidence.append(Evidence(practice, Rung.USED, file.at(1), f"{file.path} tells how to install and use"))
        else:
            near.append(
                NearMiss(file.at(1), f"{file.path} does not tell how to install and use ({document.words} words)")
            )
    pages = [(f, d) for f, d in documents(scene, "doc") if d.words >= 3]
    for file, _ in documents(scene, "docs_site"):
        if pages or evidence:
            evidence.append(Evidence(practice, Rung.USED, file.at(1), f"{file.path} describes a docs site"))
    built = ladder.evidence(scene, (h for h in scene.hits(practice) if h.kind in ("command", "action", "r_call")))
    if evidence:  # a site that CI builds from nothing documents nothing
        evidence += [item for item in built if item.rung is Rung.AUTOMATED]
    return conclude(practice, evidence, near)


def license_(scene: Scene) -> Finding:
    """A licence file or field."""
    practice = "governance.license"
    evidence = [
        Evidence(practice, Rung.USED, file.at(1), f"{file.path} states the licence")
        for file, document in documents(scene, "license")
        if document.words >= 10 and file.path.count("/") <= 1
    ]
    for file, settings in scene.project.having(lambda f: f.settings):
        for setting in settings:
            stated = setting.key in (
                "project.license",
                "project.license.text",
                "project.license.file",
                "tool.poetry.license",
                "metadata.license",
                "license",
            )
            if (
                stated
                and setting.value
                and file.path.count("/") <= 1
                and file.path.endswith((".toml", ".cfg", "package.json"))
            ):
                evidence.append(Evidence(practice, Rung.USED, file.at(setting.line), f"licence {setting.value[:40]}"))
    return conclude(practice, evidence)


def ownership(scene: Scene) -> Finding:
    """CODEOWNERS, CONTRIBUTING, a pull-request template or a maintainers file."""
    practice = "governance.ownership"
    evidence, near = [], []
    for file, document in documents(scene, "codeowners", "contributing", "pr_template", "maintainers"):
        if document.words < 1:
            continue
        if _speaks_for_the_project(scene, file.path):
            text = f"{file.path} states owners or how to contribute"
            evidence.append(Evidence(practice, Rung.USED, file.at(1), text))
        else:
            near.append(NearMiss(file.at(1), f"{file.path} speaks for what lies in its folder, not for the project"))
    return conclude(practice, evidence, near)


_COMMON_FOLDERS = frozenset({"", ".github", ".gitlab", ".bitbucket", "docs", "doc", ".azuredevops"})
_PACKAGES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "DESCRIPTION",
    "Project.toml",
    "package.json",
    "pom.xml",
    "Cargo.toml",
    "go.mod",
)


def _speaks_for_the_project(scene: Scene, path: str) -> bool:
    """It stands at the root, in a folder for such files, or beside the definition of a package that is no chart."""
    folder, _, _ = path.rpartition("/")
    head = folder.partition("/")[0] if folder.startswith(".") else folder
    if head in _COMMON_FOLDERS:
        return True
    listed = scene.project.listed
    return f"{folder}/Chart.yaml" not in listed and any(f"{folder}/{name}" in listed for name in _PACKAGES)


def dependency_updates(scene: Scene) -> Finding:
    """An active dependabot, renovate or pyup configuration."""
    practice = "governance.dependency_updates"
    evidence = [
        Evidence(practice, Rung.AUTOMATED, file.at(1), f"{file.path} is active", route=(Hop(file.path, file.at(1)),))
        for file, _ in documents(scene, "dependency_updates")
    ]
    evidence += [
        e
        for e in ladder.evidence(scene, (h for h in scene.hits(practice) if h.kind in ("action", "command", "r_call")))
        if e.rung is Rung.AUTOMATED
    ]
    return conclude(practice, evidence)


_ENVIRONMENT = re.compile(
    r"^(?:os\.environ|os\.getenv|os\.environ\.get|environ\.|dotenv\.|decouple\.|pydantic_settings\.|google\.cloud\.secretmanager|"
    r"boto3\.client|hvac\.|azure\.keyvault|streamlit\.secrets|prefect\.blocks|airflow\.models\.Variable|airflow\.hooks)"
)


def secrets(scene: Scene) -> Finding:
    """Found in the tree: declared, whatever else there is. None found: used; with a scanner in CI or pre-commit: enforced."""
    practice = "governance.secrets"
    found = []
    for file in scene.project.ordered:
        if file.role in (Role.VENDORED, Role.GENERATED):
            continue
        found += [(file, secret) for secret in file.facts.secrets]
    if found:
        evidence = [
            Evidence(
                practice,
                Rung.DECLARED,
                file.at(s.line),
                f"{s.kind} stands in the tree{f' ({s.name})' if s.name else ''}",
            )
            for file, s in found[:12]
        ]
        return conclude(practice, evidence)
    place = next((f.at(1) for f in scene.project.ordered), None)
    if place is None or not any(_holds_code(scene, file) for file in scene.project.ordered):
        return conclude(practice, [])
    evidence = [Evidence(practice, Rung.USED, _read_from(scene) or place, "no secret found in the tree")]
    for hit in scene.hits(practice, tests=True):
        arrival = best(a for a in scene.arrivals(hit) if a.is_automatic)
        if hit.kind == "hook" or arrival:
            route = scene.route(hit, arrival) if arrival else (Hop(f"pre-commit › {hit.text}", hit.place),)
            evidence.append(
                Evidence(practice, Rung.ENFORCED, hit.place, f"{hit.tool.title} keeps secrets out", hit.tool.id, route)
            )
    return conclude(practice, evidence)


def _holds_code(scene: Scene, file: ProjectFile) -> bool:
    """Code, commands or configuration that could need a secret."""
    facts = file.facts
    code = file.code
    live = any(run.path == file.path for run in scene.automation.runs.values())
    return bool(
        (
            code
            and file.role is Role.FIRST_PARTY
            and code.source_lines >= MIN_LINES
            and (code.calls or any(not s.is_stub for s in code.scopes[2:]))
        )
        or (facts.script and facts.script.commands)
        or live
        or facts.hooks
        or facts.targets
        or facts.services
        or facts.source_calls
    )


def _read_from(scene: Scene) -> Place | None:
    """Where the environment or a secret store is read."""
    for file in scene.project.code_files:
        for call in file.facts.python.calls if file.facts.python else ():
            if _ENVIRONMENT.match(call.name):
                return file.at(call.line)
    return None
