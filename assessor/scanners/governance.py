"""Governance: documentation, licence, ownership, model card, dependency updates, secrets, responsible AI, objectives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile

from assessor.catalog.programs import shown_programs
from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.project_files import Document
from assessor.facts.python import PythonFacts
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.scene import MIN_LINES, Scene
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.claims import Claim, Rule, Statement, guarding, products, seen
from assessor.scanners.model_documents import model_card, objectives

_EVERY = frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION, Role.TEST, Role.DATA, Role.EXAMPLE})


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of governance."""
    return ladder.findings(scene, RULES)


def documents(scene: Scene, *kinds: str) -> Iterator[tuple[ProjectFile, Document]]:
    for file, document in scene.project.having(lambda f: f.document, _EVERY):
        if document.kind in kinds:
            yield file, document


MIN_README_WORDS = 60
"""Without commands, a README with fewer words than this cannot tell how to install and use."""


def documentation(scene: Scene) -> Iterator[Statement]:
    """A README with install and use, or a docs site; built by CI, automated."""
    practice = "governance.documentation"
    said = [*_readmes(scene)]
    pages = any(document.words >= 3 for _, document in documents(scene, "doc"))
    if pages or any(isinstance(statement, Claim) for statement in said):
        said += [Claim(file.at(1), f"{file.path} describes a docs site") for file, _ in documents(scene, "docs_site")]
    yield from said
    if any(isinstance(statement, Claim) for statement in said):  # a site built from nothing documents nothing
        for hit in scene.hits(practice):
            if hit.kind in ("command", "action", "r_call"):
                yield seen(hit, at_least=Rung.ABSENT)


def _readmes(scene: Scene) -> Iterator[Claim | NearMiss]:
    others = any(document.words >= MIN_README_WORDS for _, document in documents(scene, "doc"))
    for file, document in documents(scene, "readme", "model_card"):
        if "/" in file.path or not file.path.lower().startswith("readme"):
            continue
        if _tells_how(document, beside=others):
            yield Claim(file.at(1), f"{file.path} tells how to install and use")
        else:
            text = f"{file.path} does not tell how to install and use ({document.words} words)"
            yield NearMiss(file.at(1), text)


def _tells_how(document: Document, *, beside: bool) -> bool:
    """It shows commands under a heading of use, or several in its text, or has enough words to say it; fewer where pages
    `beside` it say more."""
    headed = any(speaks_of("tells_how", heading) for heading, _ in document.headings)
    commands = _commands_shown(document)
    shows = bool(commands) or document.code_blocks > 0
    if (headed and shows) or len(commands) > 1:
        return True
    wanted = MIN_README_WORDS if headed or shows or beside else 5 * MIN_README_WORDS
    return document.words >= wanted


def _commands_shown(document: Document) -> set[str]:
    """The commands that stand as code in the text (`make train`) or in blocks."""
    spans = (span for line, _ in document.lines for span in line.split("`")[1::2])
    return {span for span in (*spans, *(line for line, _ in document.commands)) if _is_command(span.strip("$ "))}


def _is_command(text: str) -> bool:
    """A program with a word behind it, with or without variables before it (`LEVEL=1 python fit.py`), or a call of R or
    Julia that installs or runs (`targets::tar_make()`)."""
    words = [*dropwhile(_assigns, text.split())]
    if len(words) > 1 and words[0] in shown_programs():
        return True
    return text.endswith(")") and speaks_of("installs_or_runs", text.partition("(")[0])


def _assigns(word: str) -> bool:
    name, sign, _ = word.partition("=")
    return bool(sign) and name.isidentifier()


_LICENSE_KEYS = frozenset(
    {
        "project.license",
        "project.license.text",
        "project.license.file",
        "tool.poetry.license",
        "metadata.license",
        "license",
    }
)
_LICENSE_ENDINGS = (".toml", ".cfg", "package.json")


def license_(scene: Scene) -> Iterator[Statement]:
    """A licence file or field, not deeper than one folder."""
    for file, _ in documents(scene, "license"):
        if file.path.count("/") <= 1:
            yield Claim(file.at(1), f"{file.path} states the licence")
    for file, settings in scene.project.having(lambda f: f.settings):
        if file.path.count("/") <= 1 and file.path.endswith(_LICENSE_ENDINGS):
            for setting in settings:
                if setting.key in _LICENSE_KEYS and setting.value:
                    yield Claim(file.at(setting.line), f"licence {setting.value[:40]}")


def ownership(scene: Scene) -> Iterator[Statement]:
    """CODEOWNERS, CONTRIBUTING, a pull-request template or a maintainers file."""
    for file, document in documents(scene, "codeowners", "contributing", "pr_template", "maintainers"):
        if document.words < 1:
            continue
        if _speaks_for_the_project(scene, file.path):
            yield Claim(file.at(1), f"{file.path} states owners or how to contribute")
        else:
            yield NearMiss(file.at(1), f"{file.path} speaks for what lies in its folder, not for the project")


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


def dependency_updates(scene: Scene) -> Iterator[Statement]:
    """An active dependabot, renovate or pyup configuration."""
    for file, _ in documents(scene, "dependency_updates"):
        yield Claim(file.at(1), f"{file.path} is active", at_least=Rung.AUTOMATED)
    for hit in scene.hits("governance.dependency_updates"):
        if hit.kind in ("action", "command", "r_call"):
            yield seen(hit, at_least=Rung.ABSENT)


_FOREIGN = frozenset({Role.GENERATED, Role.ELSEWHERE})


def secrets(scene: Scene) -> Iterator[Statement]:
    """Found in the tree: declared, whatever else there is. None found: used; with a scanner in CI or pre-commit: enforced."""
    searched = [file for file in scene.project.ordered if file.role not in _FOREIGN]
    found = [(file, secret) for file in searched for secret in file.facts.secrets]
    for file, secret in found:
        name = f" ({secret.name})" if secret.name else ""
        yield Claim(
            file.at(secret.line), f"{secret.kind.replace('_', ' ')} stands in the tree{name}", at_least=Rung.DECLARED
        )
    if found or not any(_holds_code(scene, file) for file in scene.project.ordered):
        return
    yield Claim(_read_from(scene) or scene.project.ordered[0].at(1), "no secret found in the tree")
    yield from guarding(scene, "governance.secrets", "keeps secrets out")


def _holds_code(scene: Scene, file: ProjectFile) -> bool:
    """Code, commands or configuration that could need a secret."""
    facts, code = file.facts, file.code
    if code and file.role is Role.FIRST_PARTY and _does_something(code):
        return True
    if (facts.script and facts.script.commands) or facts.hooks or facts.targets or facts.services or facts.source_calls:
        return True
    return any(run.path == file.path for run in scene.automation.runs.values())


def _does_something(code: PythonFacts) -> bool:
    defines = any(not scope.is_stub for scope in code.scopes[2:])
    return code.source_lines >= MIN_LINES and (bool(code.calls) or defines)


def _read_from(scene: Scene) -> Place | None:
    """Where the environment or a secret store is read."""
    for file in scene.project.code_files:
        for call in file.facts.python.calls if file.facts.python else ():
            if speaks_of("reads_secret", call.name):
                return file.at(call.line)
    return None


RULES: dict[str, Rule] = {
    "governance.documentation": documentation,
    "governance.license": license_,
    "governance.ownership": ownership,
    "governance.model_card": model_card,
    "governance.dependency_updates": dependency_updates,
    "governance.secrets": secrets,
    "governance.responsible_ai": lambda scene: products(scene, "governance.responsible_ai"),
    "governance.objectives": objectives,
}
