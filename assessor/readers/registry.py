"""The visible list of readers, and which of them read a file of a given name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from assessor.budget import OUTRAN
from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.syntax import left_out
from assessor.readers.texts import settings

READERS = (
    "code.python",
    "code.notebook",
    "ci.github_actions",
    "ci.gitlab_ci",
    "ci.azure_pipelines",
    "ci.jenkins",
    "ci.circleci",
    "ci.bitbucket",
    "ci.travis",
    "ci.cloud_build",
    "ci.argo_tekton",
    "ci.drone",
    "ci.buildkite",
    "ci.semaphore",
    "ci.appveyor",
    "ci.cirrus",
    "ci.taskcluster",
    "ci.taskgraph",
    "tasks.shell_script",
    "tasks.makefile",
    "tasks.tox",
    "code.nox",
    "tasks.just",
    "tasks.taskfile",
    "tasks.npm",
    "tasks.pyproject_scripts",
    "tasks.dvc",
    "tasks.snakemake",
    "tasks.mlproject",
    "tasks.crontab",
    "tasks.airflow_ignore",
    "tasks.systemd",
    "infrastructure.dockerfile",
    "infrastructure.compose",
    "tasks.pre_commit",
    "packages.requirements",
    "packages.pyproject",
    "packages.setup_files",
    "packages.pipfile",
    "packages.conda",
    "packages.manifests",
    "packages.lock_files",
    "code.other_languages",
    "code.test_functions",
    "code.sources",
    "texts.settings",
    "texts.documents",
    "texts.described_columns",
    "infrastructure.terraform",
    "infrastructure.kubernetes",
    "infrastructure.cloud_templates",
    "infrastructure.monitoring_config",
    "infrastructure.cdk",
)
"""Reader modules of this package, in the order in which their facts of one file are joined."""


MAX_UNKNOWN_YAML = 50_000
"""Characters of a YAML file of no known format that is read for its settings."""


_FAILED = "reader failed:"


def has_failed(reason: str) -> bool:
    """A problem of a file tells of a reader's bug, or of too little time or memory, not of the file."""
    return _FAILED in reason or OUTRAN in reason


@lru_cache(maxsize=1)
def readers() -> tuple[ModuleType, ...]:
    """All reader modules, imported."""
    return tuple(import_module(f"assessor.readers.{name}") for name in READERS)


def readers_of(path: str) -> list[ModuleType]:
    """The readers that read a file of this name."""
    name = path.rpartition("/")[2]
    ending = f".{name.rpartition('.')[2]}".lower() if "." in name else ""
    return [reader for reader in _readers_of_ending(ending) if reader.matches(path)]


@lru_cache(maxsize=1_024)
def _readers_of_ending(ending: str) -> tuple[ModuleType, ...]:
    """The readers that have to be asked about files whose names end so. Many declare in ENDINGS, in small letters, what all
    of theirs end with; the others are asked about every file."""
    return tuple(reader for reader in readers() if ending in getattr(reader, "ENDINGS", (ending,)))


def read(path: str, text: str, chosen: list[ModuleType]) -> FileFacts:
    """Join the facts of the readers given. A reader that fails has a bug of ours: that is told as a problem of the file,
    since one reader's bug must not cost the other answers."""
    facts = EMPTY
    left_out.taken()  # notes of what was parsed outside of readers belong to no file
    for reader in chosen:
        read_one: Callable[[str, str], FileFacts] = reader.read
        try:
            found = read_one(path, text)
        except Exception as error:
            name = reader.__name__.rpartition(".")[2]
            found = FileFacts(problems=((1, f"the {name} {_FAILED} {type(error).__name__}: {error}"),))
        if notes := left_out.taken():
            found = replace(found, problems=(*found.problems, *notes))
        if found is not EMPTY:
            facts = found if facts is EMPTY else facts.merged(found)
    if path.endswith((".yml", ".yaml")) and facts == EMPTY and len(text) <= MAX_UNKNOWN_YAML:
        return settings.read_as("yaml", path, text)  # a product's own format: its keys may name commands and scripts
    return facts
