"""The files that let a CI system run the gate, from the templates in `ci/` and `templates/`. Pure but for reading these."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from assessor.resources import data_folder

SYSTEMS = ("github", "gitlab", "azure", "jenkins")
_PLAIN_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file to write, relative to the target; `note` says what is left to do by hand."""

    path: str
    text: str
    note: str = ""


def ci_files(system: str, branch: str, paths: Collection[str], source: str = "") -> tuple[Proposal, ...]:
    """What a repository with these files, whose main branch is `branch`, needs to be judged by this CI system. `source` is
    what pip installs there; empty where the reader has to say it."""
    name = branch if _PLAIN_BRANCH.fullmatch(branch) else "main"
    if system == "github":
        found: tuple[Proposal, ...] = (_github(name),)
    elif system == "gitlab":
        found = _gitlab(paths)
    else:
        found = (_azure(name),) if system == "azure" else (_jenkins(paths),)
    first, *others = found
    return (replace(first, text=_with_source(first.text, source)), *others)


_EMPTY = {
    '          PACKAGE: ""\n': "          PACKAGE: {}\n",
    "        ASSESSOR_PACKAGE = ''\n": "        ASSESSOR_PACKAGE = '{}'\n",
}
_INPUT = re.compile(r"^( +)(?:description|displayName): What pip installs[^\n]*\n(?: +type: string\n)?", re.MULTILINE)


def _with_source(text: str, source: str) -> str:
    """The template with what pip installs; as it is, failing at once, where that is not known."""
    if not source or not _PLAIN_SOURCE.fullmatch(source):
        return text
    for empty, filled in _EMPTY.items():
        text = text.replace(empty, filled.format(source))
    return _INPUT.sub(lambda found: f'{found[0]}{found[1]}default: "{source}"\n', text, count=1)


_PLAIN_SOURCE = re.compile(r"[\w@:/.+#=%~ -]{8,500}")
"""Without anything that a shell, YAML or Groovy could obey."""


def _template(folder: str, path: str) -> str:
    return data_folder(folder).joinpath(path).read_text("utf-8")


def _github(branch: str) -> Proposal:
    text = _template("ci", "github/workflow.yml").replace("branches: [main]", f"branches: [{branch}]")
    return Proposal(".github/workflows/mlops-maturity.yml", text)


_INCLUDE = "include:\n  - local: .gitlab/mlops-maturity.yml\n"


def _gitlab(paths: Collection[str]) -> tuple[Proposal, ...]:
    """The component as a local file; where there is no pipeline yet, one that includes it."""
    job = _template("templates", "mlops-assessor.yml")
    text = f"# The MLOps maturity gate. Its conditions stand in assessor.yaml.\n{job[job.index('spec:') :]}"
    if ".gitlab-ci.yml" in paths:
        note = f"Add to .gitlab-ci.yml (the inputs stand at the top of the file): {' '.join(_INCLUDE.split())}"
        return (Proposal(".gitlab/mlops-maturity.yml", text, note),)
    return (Proposal(".gitlab/mlops-maturity.yml", text), Proposal(".gitlab-ci.yml", _INCLUDE))


_AZURE_HEAD = """\
# The MLOps maturity gate. Its conditions stand in assessor.yaml.
trigger:
  branches:
    include: [{branch}]

pr:
  branches:
    include: ["*"]

pool:
  vmImage: ubuntu-latest

"""


def _azure(branch: str) -> Proposal:
    template = _template("ci", "azure/gate.yml")
    steps = template[template.index("parameters:\n  - name") :]
    steps = steps.replace("steps:\n", 'steps:\n  - checkout: self\n    fetchDepth: "0"\n\n', 1)
    note = "Create a pipeline for it: Pipelines, New pipeline, Existing Azure Pipelines YAML file."
    return Proposal(".azure-pipelines/mlops-maturity.yml", _AZURE_HEAD.format(branch=branch) + steps, note)


def _jenkins(paths: Collection[str]) -> Proposal:
    text = _template("ci", "jenkins/Jenkinsfile")
    if "Jenkinsfile" not in paths:
        return Proposal("Jenkinsfile", text)
    note = "Create a multibranch pipeline with this script path, or copy the stage into your Jenkinsfile."
    return Proposal("Jenkinsfile.mlops-maturity", text, note)


def other_systems(paths: Collection[str]) -> tuple[str, ...]:
    """Titles of the CI systems without a template of ours whose files are among these, read or only known."""
    from assessor.catalog.reads import BY_CONTENT, load_reads
    from assessor.project.path_filters import matches_any

    found = []
    for entry in load_reads():
        globs = [glob for glob in entry.files if glob != BY_CONTENT]
        if entry.kind == "ci" and globs and any(matches_any(path, globs) for path in paths):
            found.append(entry.title)
    return tuple(found)


_SCRIPT = """\
#!/bin/sh
# The MLOps maturity gate. Its conditions stand in assessor.yaml; a job of your CI calls this script.
# Exit codes: 0 passed, 1 failed, 2 wrong use, 4 could not decide.
set -eu
if ! command -v assessor >/dev/null; then
  # a wheel, or git+https://... with a commit: the source that you trust, since no index is asked by name
  python3 -m pip install --quiet "${MLOPS_ASSESSOR_SOURCE:?where the assessor is to be installed from}"
fi
exec assessor gate . --format terminal --output - --format junit --output mlops-maturity.xml
"""


def gate_script(systems: Collection[str], source: str = "") -> Proposal:
    """What any CI system can call. `source` as for `ci_files`; the variable can name another one."""
    note = f"{' and '.join(systems)}: call it in a job that runs on each change, with the whole history checked out."
    known = source if _PLAIN_SOURCE.fullmatch(source) else ""
    text = _SCRIPT.replace(":?where the assessor is to be installed from}", f":-{known}}}") if known else _SCRIPT
    return Proposal("mlops-maturity.sh", text, note)
