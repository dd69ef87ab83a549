"""One audit from end to end: snapshot → facts → project → findings → scorecards → assessment."""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.place import BlindSpot, Place
from assessor.facts.role import Role
from assessor.findings import Finding
from assessor.project.model import Project, ProjectFile
from assessor.snapshot.content import is_binary_path

if TYPE_CHECKING:
    from multiprocessing.pool import AsyncResult

    from assessor.assessment import Assessment
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import FileEntry, Snapshot

Progress = Callable[[str], None]

_READ_ROLES = frozenset({Role.FIRST_PARTY, Role.TEST, Role.DOCUMENTATION, Role.EXAMPLE, Role.DATA, Role.GENERATED})
_MAX_DATA_BYTES = 200_000
"""Data files are read only for what stands beside data: .dvc files, cards, pointers, small configuration."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the project and how many files were listed, read and parsed as Python."""

    project: Project
    listed: int
    read: int
    parsed: int


PARALLEL_FROM = 400
"""Files from which on reading is shared among processes; below, starting them costs more than it saves."""

MAX_PROCESSES = 8
_BATCH = 24

_Task = tuple[str, Role, int, bytes]


def read_project(snapshot: Snapshot, progress: Progress | None = None) -> Reading:
    """Read each file of the snapshot once and gather its facts."""
    wanted = {entry.path: entry for entry in snapshot.files if _is_wanted(entry)}
    tasks = ((path, _role(wanted[path]), wanted[path].size, data) for path, data in snapshot.read_all(wanted))
    files: dict[str, ProjectFile] = {}
    for file in _read_files(tasks, len(wanted)):
        if progress and len(files) % 200 == 0:
            progress(f"reading {len(files)} of {len(wanted)} files")
        files[file.path] = file
    files = {path: files[path] for path in wanted if path in files}
    listed = frozenset(entry.path for entry in snapshot.files)
    files = promoted(without_model_packages(files, listed))
    blind = (*snapshot.problems, *_problems(files))
    parsed = sum(1 for file in files.values() if file.facts.python is not None)
    return Reading(Project(files, snapshot.history(), blind, listed), len(listed), len(files), parsed)


def _read_files(tasks: Iterator[_Task], count: int) -> Iterator[ProjectFile]:
    """Read in this process, or many files in as many as there are cores, this one included, in no certain order."""
    others = min(os.cpu_count() or 1, MAX_PROCESSES) - 1
    if count < PARALLEL_FROM or others < 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(read_file, tasks)
        return
    from assessor.readers.registry import readers

    readers()  # imported once here, not in every process
    with multiprocessing.get_context("fork").Pool(others) as pool:
        handed: deque[AsyncResult[list[ProjectFile]]] = deque()
        while batch := list(islice(tasks, _BATCH)):
            while handed and handed[0].ready():
                yield from handed.popleft().get()
            if len(handed) < 5 * others:
                handed.append(pool.map_async(read_file, batch, chunksize=_BATCH))
            else:
                yield from map(read_file, batch)
        for result in handed:
            yield from result.get()


def read_file(task: _Task) -> ProjectFile:
    """The facts of one file: (path, role by its path, size in bytes, bytes)."""
    from assessor.readers.registry import read, readers_of
    from assessor.snapshot.content import is_text
    from assessor.snapshot.roles import refine_role

    path, role, size, data = task
    if not is_text(data):
        return ProjectFile(path, role, size, EMPTY)
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    role = refine_role(role, path, text[:2000])
    facts = EMPTY if role is Role.GENERATED and path.endswith(".py") else read(path, text, readers_of(path))
    return ProjectFile(path, role, size, _with_text_facts(path, text, facts, role))


_CI_FOLDERS = (".github/", ".gitlab/", ".circleci/", ".azure", ".pipelines/", ".buildkite/")


def _role(entry: FileEntry) -> Role:
    """What stands in a CI folder is the project's own, also where a folder below is called test or docs."""
    if entry.path.startswith(_CI_FOLDERS) and not entry.path.endswith(".md"):
        return Role.FIRST_PARTY
    return entry.role


_STRUCTURED = (".yaml", ".yml", ".json", ".tf", ".xml", ".proto", ".js", ".ts", ".tsx", ".go", ".html", ".css", ".svg")


def _is_wanted(entry: FileEntry) -> bool:
    """Large data, and structured files that are no first party (test fixtures, examples), cannot be evidence."""
    if entry.role is Role.DATA and entry.size > _MAX_DATA_BYTES:
        return False
    if is_binary_path(entry.path) and entry.size > 1_000:
        return False  # smaller ones may be Git LFS pointers
    if _role(entry) in (Role.TEST, Role.EXAMPLE, Role.DOCUMENTATION) and entry.path.endswith(_STRUCTURED):
        if not entry.path.rpartition("/")[2].startswith(("docker-compose", "compose", "conda", "environment")):
            return entry.role is Role.EXAMPLE and entry.size < _MAX_DATA_BYTES // 10
    return entry.role in _READ_ROLES and not (entry.is_symlink and entry.target)


_MAX_SECRET_BYTES = 400_000


def _with_text_facts(path: str, text: str, facts: FileFacts, role: Role) -> FileFacts:
    """Facts that any text may hold: credentials, Git LFS pointers."""
    from assessor.readers import dvc, secrets

    if role in (Role.FIRST_PARTY, Role.TEST, Role.EXAMPLE, Role.DATA) and len(text) <= _MAX_SECRET_BYTES:
        found = secrets.find(path, text)
        facts = replace(facts, secrets=(*facts.secrets, *found)) if found else facts
    if text.startswith("version https://git-lfs"):
        facts = facts.merged(dvc.read_lfs_pointer(path, text))
    return facts


_MODEL_PACKAGE = ("conda.yaml", "python_env.yaml", "requirements.txt", "MLmodel", "input_example.json")


def without_model_packages(files: Mapping[str, ProjectFile], listed: frozenset[str]) -> dict[str, ProjectFile]:
    """What MLflow writes beside a saved model (a folder with `MLmodel`) is generated, not the project's environment."""
    return {
        path: replace(file, role=Role.GENERATED) if _is_model_package(path, listed) else file
        for path, file in files.items()
    }


def _is_model_package(path: str, listed: frozenset[str]) -> bool:
    folder, _, name = path.rpartition("/")
    return name in _MODEL_PACKAGE and bool(folder) and f"{folder}/MLmodel" in listed


def promoted(files: Mapping[str, ProjectFile]) -> dict[str, ProjectFile]:
    """Where nothing but examples holds code (the repository is one example), the examples are the first party."""
    code = [file for file in files.values() if file.code is not None]
    if any(file.role is Role.FIRST_PARTY and not _is_setup(file.path) for file in code):
        return dict(files)
    return {
        path: replace(file, role=Role.FIRST_PARTY) if file.role is Role.EXAMPLE else file
        for path, file in files.items()
    }


def _is_setup(path: str) -> bool:
    return path in ("setup.py", "conftest.py", "noxfile.py", "docs/conf.py")


def _problems(files: Mapping[str, ProjectFile]) -> Iterable[BlindSpot]:
    for path in sorted(files):
        file = files[path]
        if file.role in (Role.FIRST_PARTY, Role.TEST):
            for line, reason in file.facts.problems:
                hidden = () if _EMPTY.search(reason) else hidden_by(path)
                yield BlindSpot(Place(path, max(line, 1)), reason, hidden)


_EMPTY = re.compile(r"\bempty\b|without FROM", re.IGNORECASE)
"""An empty file was read: it hides nothing."""

_CODE_PRACTICES = (
    "experiments.tracking", "experiments.registry", "experiments.tuning", "experiments.evaluation", "training.scripted",
    "training.pipeline", "training.validation_gate", "data.validation", "data.pipeline", "deployment.serving",
    "monitoring.logging", "monitoring.service", "monitoring.drift", "versioning.seeds", "versioning.config",
)  # fmt: skip
_CI_PRACTICES = (
    "ci.pipeline", "ci.lint", "ci.types", "ci.build", "ci.ml", "ci.security", "deployment.automation", "testing.coverage",
)  # fmt: skip


def hidden_by(path: str) -> tuple[str, ...]:
    """The practices that a file of this kind may carry."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".py", ".ipynb", ".r")):
        return _CODE_PRACTICES
    if ".github/workflows" in path or name in (".gitlab-ci.yml", ".travis.yml", "jenkinsfile") or "pipelines" in name:
        return _CI_PRACTICES
    if name.startswith(("dockerfile", "docker-compose", "compose")):
        return ("versioning.environment", "deployment.packaging")
    if name.endswith(".tf"):
        return ("deployment.infrastructure", "deployment.environments")
    if name.startswith(("requirements", "pyproject", "setup.", "pipfile", "environment")):
        return ("versioning.dependencies",)
    if name == "dvc.yaml":
        return ("training.pipeline", "versioning.data", "data.lineage")
    return ()


def rate(project: Project) -> dict[str, Finding]:
    """Rate every practice of the catalogue for a project."""
    from assessor.catalog.practices import load_practices
    from assessor.catalog.tools import load_tools
    from assessor.project.automation import Automation
    from assessor.project.modules import Modules
    from assessor.scanners.every import scan_all
    from assessor.scanners.scene import Scene

    modules = Modules(project)
    scene = Scene(project, modules, Automation(project, modules), load_tools())
    return scan_all(scene, [practice.id for practice in load_practices()])


def findings(target: str, ref: str | None = None) -> dict[str, Finding]:
    """Rate the repository at `target`. Raises SnapshotError for a target or revision that cannot be opened."""
    from assessor.snapshot import open_snapshot

    with open_snapshot(target, ref) as snapshot:
        return rate(read_project(snapshot).project)


def audit(target: str, ref: str | None, rubrics: Sequence[Rubric], progress: Progress | None = None) -> Assessment:
    """Audit a repository and score it by the rubrics.

    `target` is a folder, a git directory or a clone URL; `ref` a revision. `progress` takes one line at a time. Raises
    SnapshotError for wrong input.
    """
    from assessor.snapshot import open_snapshot

    with open_snapshot(target, ref) as snapshot:
        return audit_snapshot(snapshot, rubrics, progress)


def audit_snapshot(snapshot: Snapshot, rubrics: Sequence[Rubric], progress: Progress | None = None) -> Assessment:
    """Audit a snapshot that the caller has opened, for example to read its configuration too."""
    from assessor.assessment import assess

    with without_collection():
        reading = read_project(snapshot, progress)
        if progress:
            progress("rating practices")
        return assess(snapshot, reading, rate(reading.project), rubrics)


@contextmanager
def without_collection() -> Iterator[None]:
    """Facts are many small objects without cycles: the cyclic collector finds nothing among them and takes half the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
