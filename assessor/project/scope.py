"""Which part of a repository is rated, and whose each file, job and command of it is.

Everything is read that can start something, and the automation graph is that of the whole repository. What lies outside
of the scope is followed but proves nothing, and a job or command that is only about another unit starts nothing here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assessor.facts.role import Role
from assessor.project.path_filters import matches_any, passes

if TYPE_CHECKING:
    from assessor.facts.workflow import Job, Step, Trigger, Workflow
    from assessor.project.project_file import ProjectFile


class Zone(Enum):
    """Whose a file is, seen from what is rated."""

    OWN = "own"
    SHARED = "shared"
    """It counts, though it is not for this alone."""
    OUTSIDE = "outside"
    """Followed where something starts it, no evidence."""
    OTHER = "other"
    """Of another unit: no evidence, and what is about it alone starts nothing here."""
    LEFT_OUT = "left_out"
    """Not read."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is rated, by globs below the repository's root (see `glob_of`).

    `include`: its own files, all where empty. `exclude`: not read at all. `shared`: count beside its own. `others`: those
    of other units, of which a more special `include` takes away. `folder`: the sub-folder that was asked for; `unit`: the
    unit's name.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    folder: str = ""
    unit: str = ""
    is_dispatched: bool = False
    """Another repository of the same system sends it events."""

    @property
    def is_whole(self) -> bool:
        """All that is read is rated."""
        return not self.include and not self.others

    def zone(self, path: str) -> Zone:
        """Whose a path is, by the globs alone."""
        if passes(path, self.exclude):
            return Zone.LEFT_OUT
        if self.others and passes(path, self.others):
            return Zone.OTHER
        if not self.include or passes(path, self.include):
            return Zone.OWN
        return Zone.SHARED if self.shared and passes(path, self.shared) else Zone.OUTSIDE


WHOLE = Scope()


def scope_of(folder: str, include: Sequence[str] = (), exclude: Sequence[str] = (), base: str = "") -> Scope:
    """The scope of globs as people write them, seen from the folder `base`: what they leave of a sub-folder, or of all."""
    own = tuple(_from(base, glob_of(pattern)) for pattern in include)
    if folder and not own:
        own = (below(folder),)
    return Scope(own, tuple(_from(base, glob_of(pattern)) for pattern in exclude), folder=folder)


def _from(base: str, pattern: str) -> str:
    sign, plain = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    return sign + (f"{_LITERAL.sub(_BRACKETS, base)}/{plain}" if base else plain)


def glob_of(pattern: str) -> str:
    """A glob as people write it, from the root: without a `/` inside it fits at any depth, as in .gitignore."""
    sign, plain = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    plain = plain.removeprefix("./")
    if plain.startswith("/"):
        return sign + plain.lstrip("/")
    return sign + (plain if "/" in plain.rstrip("/") else f"**/{plain}")


def below(folder: str) -> str:
    """The glob of all that lies in a folder; the root's is everything."""
    return f"{_LITERAL.sub(_BRACKETS, folder)}/**" if folder else "**"


_LITERAL = re.compile(r"([*?\[])")
_BRACKETS = r"[\1]"

_CI_FOLDERS = (
    ".github/", ".gitlab/", ".circleci/", ".azure", ".pipelines/", ".buildkite/", ".semaphore/", ".woodpecker/",
)  # fmt: skip
_CODE = (".py", ".ipynb", ".r", ".rmd", ".jl", ".scala", ".java", ".js", ".ts", ".go")
_TASKS = frozenset({"noxfile.py", "dodo.py", "tasks.py", "conftest.py", "setup.py"})
"""Code that is a list of tasks or settings."""
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "Pipfile"})


class Zones:
    """The files of one repository by their zones, and whose its jobs and commands are."""

    def __init__(self, scope: Scope, paths: Iterable[str]) -> None:
        self.scope = scope
        self.by_path = {path: scope.zone(path) for path in paths}

    @cached_property
    def own(self) -> frozenset[str]:
        """What triggers of this can be about: its own files and those that it shares by configuration."""
        return frozenset(path for path, zone in self.by_path.items() if zone in (Zone.OWN, Zone.SHARED))

    @cached_property
    def _has_manifest(self) -> bool:
        mine = (path.rpartition("/")[2] for path, zone in self.by_path.items() if zone is Zone.OWN)
        return any(name in _MANIFESTS or name.startswith("requirements") for name in mine)

    @cached_property
    def _folders(self) -> Mapping[str, set[Zone]]:
        """Folder → the zones of what lies below it."""
        found: dict[str, set[Zone]] = {}
        for path, zone in self.by_path.items():
            folder = posixpath.dirname(path)
            while folder:
                found.setdefault(folder, set()).add(zone)
                folder = posixpath.dirname(folder)
        return found

    @cached_property
    def _above(self) -> frozenset[str]:
        """The root and the folders that hold its own files and others' too."""
        mine = {folder for folder, zones in self._folders.items() if Zone.OWN in zones and zones - {Zone.OWN}}
        return frozenset({"", *mine})

    def role(self, file: ProjectFile) -> Role:
        """The file's role in what is rated."""
        zone = self.by_path.get(file.path, Zone.OUTSIDE)
        if zone in (Zone.OWN, Zone.SHARED):
            return file.role
        if zone is Zone.LEFT_OUT:
            return Role.VENDORED
        return file.role if zone is Zone.OUTSIDE and self._is_common(file) else Role.ELSEWHERE

    def _is_common(self, file: ProjectFile) -> bool:
        """It says how things are run in the whole repository: CI, and task and tool settings in a folder above."""
        folder, _, name = file.path.rpartition("/")
        if file.facts.workflows or file.path.startswith(_CI_FOLDERS):
            return True
        if folder not in self._above or file.role is Role.DOCUMENTATION:
            return False
        facts = file.facts
        if file.path.lower().endswith(_CODE) and name not in _TASKS:
            return False
        if facts.targets or facts.hooks or name == "CODEOWNERS":
            return True
        if facts.requirements or facts.lock:
            return not self._has_manifest
        return name.endswith((".cfg", ".ini", ".toml"))

    def concerns(self, path: str) -> bool:
        """What cannot be read there may hide something of what is rated. Folders, and what is in none, may."""
        return self.by_path.get(path, Zone.OUTSIDE) not in (Zone.OTHER, Zone.LEFT_OUT)

    # ---- jobs and commands ----

    def file(self, file: ProjectFile) -> ProjectFile:
        """The file with its role in what is rated, and of its CI definitions what is about that."""
        role, facts = self.role(file), file.facts
        if facts.workflows and role is not Role.ELSEWHERE:
            kept = tuple(found for workflow in facts.workflows if (found := self._workflow(workflow)))
            facts = facts if kept == facts.workflows else replace(facts, workflows=kept)
        return file if role is file.role and facts is file.facts else replace(file, role=role, facts=facts)

    def _workflow(self, workflow: Workflow) -> Workflow | None:
        """The definition with the jobs and triggers that are about what is rated; None where it is all about others."""
        jobs = [job for written in workflow.jobs if (job := self.job(written)) is not None]
        triggers = tuple(trigger for trigger in workflow.triggers if self._meets(trigger))
        if (workflow.jobs and not jobs) or (workflow.triggers and not triggers):
            return None
        if len(jobs) < len(workflow.jobs):
            names = {job.id for job in jobs}
            jobs = [replace(job, needs=tuple(need for need in job.needs if need in names)) for job in jobs]
        whole = replace(workflow, jobs=tuple(jobs), triggers=triggers)
        return workflow if whole == workflow else whole

    def _meets(self, trigger: Trigger) -> bool:
        """One of the files of what is rated passes the trigger's filter of paths."""
        if any("$" in glob for glob in (*trigger.paths, *trigger.paths_ignore)):
            return True
        wanted = [glob for glob in trigger.paths if not glob.startswith("!")]
        if wanted and not any(passes(path, trigger.paths) for path in self.own):
            return False
        ignored = trigger.paths_ignore
        return not ignored or not self.own or any(not matches_any(path, ignored) for path in self.own)

    def job(self, job: Job) -> Job | None:
        """The job as it runs for what is rated, with the values of its matrix that are about it; None for one that is only
        about other units."""
        for name, values in job.matrix:
            made = [(value, _filled(job, name, value)) for value in values]
            if len({whole for _, whole in made}) > 1:
                job = next((whole for _, whole in made if Zone.OWN in self._zones_of_job(whole)), job)
        if job.triggers and not any(self._meets(trigger) for trigger in job.triggers):
            return None
        zones = self._zones_of_job(job)
        if Zone.OTHER not in zones:
            return job
        if Zone.OWN not in zones:
            return None
        return replace(job, steps=tuple(self._step(step) for step in job.steps))

    def _step(self, step: Step) -> Step:
        """The step in its place, without the commands that are only about other units."""
        kept = tuple(c for c in step.commands if not self.is_elsewhere(joined(step.cwd, c.cwd), c.argv))
        texts = [value for _, value in step.inputs]
        if step.uses and self.is_elsewhere(step.cwd, texts):
            return replace(step, uses="", inputs=(), commands=(), script="")
        return step if kept == step.commands else replace(step, commands=kept)

    def _zones_of_job(self, job: Job) -> set[Zone]:
        found: set[Zone] = set()
        for step in job.steps:
            found |= self._zones(step.cwd, (value for _, value in step.inputs))
            for command in step.commands:
                found |= self._zones(joined(step.cwd, command.cwd), command.argv)
        for _, value in (*job.inputs, *job.env):
            found |= self._zones("", (value,))
        return found

    def is_elsewhere(self, cwd: str, words: Iterable[str]) -> bool:
        """What runs in this folder with these words is about other units, and not about what is rated."""
        zones = self._zones(cwd, words)
        return Zone.OTHER in zones and Zone.OWN not in zones

    def _zones(self, cwd: str, words: Iterable[str]) -> set[Zone]:
        found: set[Zone] = set()
        for text in (".", *words):
            for token in _TOKEN.findall(text[:2000]):
                found |= self._zones_of(cwd.strip("/"), token)
        return found

    def _zones_of(self, cwd: str, token: str) -> set[Zone]:
        plain = token.strip("/").removesuffix("/**").removesuffix("/*")
        for path in _meant(cwd, plain):
            if path in self.by_path:
                return {self.by_path[path]}
            if path in self._folders:
                return {Zone.OWN} if Zone.OWN in self._folders[path] else set(self._folders[path])
        return set()


_TOKEN = re.compile(r"[\w.@/-]+(?:\*\*?)?")


def _meant(cwd: str, token: str) -> Iterator[str]:
    """The paths that a word may mean, seen from a folder and from the root; a dotted name as a module too."""
    for base in dict.fromkeys((cwd, "")):
        yield joined(base, token)
        if "." in token and "/" not in token:
            dotted = joined(base, token.replace(".", "/"))
            yield f"{dotted}.py"
            yield dotted


def joined(base: str, path: str) -> str:
    """Join and normalise; `.` and the root are the empty text."""
    whole = posixpath.normpath(posixpath.join(base, path)) if base or path else ""
    return "" if whole == "." else whole


def _filled(job: Job, name: str, value: str) -> Job:
    """The job with one value of its matrix put in."""
    pattern = re.compile(r"\$\{\{\s*matrix\." + re.escape(name) + r"\s*\}\}|\$matrix_" + re.escape(name) + r"\b")
    return replace(job, steps=_put(job.steps, pattern, value), env=_put(job.env, pattern, value))


def _put(part: Any, pattern: re.Pattern[str], value: str) -> Any:
    if isinstance(part, str):
        return pattern.sub(lambda _: value, part) if "matrix" in part else part
    if isinstance(part, tuple):
        return tuple(_put(item, pattern, value) for item in part)
    if is_dataclass(part) and not isinstance(part, type):
        changed = {field.name: _put(getattr(part, field.name), pattern, value) for field in fields(part)}
        return replace(part, **changed)
    return part
