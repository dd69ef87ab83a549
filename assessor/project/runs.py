"""What starts by itself or by hand: the jobs of all workflows with their real triggers, and what stands before them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from assessor.facts.place import Place
from assessor.facts.workflow import AUTOMATIC, ON_CHANGE, Job, Trigger, Workflow
from assessor.findings import Hop
from assessor.project.model import LIVE_ROLES, Project

_MAX_CALLS = 6


@dataclass(frozen=True)
class Run:
    """One job as some trigger starts it.

    `key` names it in this audit; `needs` are the keys of the runs that must pass before it, near and far; `hops` lead
    from the trigger to the job. `fails` is False where its failure fails nothing. `manual` is why a person must start
    or release it, empty where none must.
    """

    key: str
    path: str
    workflow: Workflow
    job: Job
    triggers: tuple[Trigger, ...]
    needs: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    fails: bool = True
    manual: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    approval: bool = False

    @cached_property
    def is_automatic(self) -> bool:
        return not self.manual and any(t.is_active and t.kind in AUTOMATIC for t in self.triggers)

    @cached_property
    def on_change(self) -> bool:
        """It runs on a push, a pull request or what counts as one."""
        return not self.manual and any(
            t.is_active and (t.kind in ON_CHANGE or t.kind == "server") for t in self.triggers
        )

    @property
    def names_its_trigger(self) -> bool:
        """The repository itself says what starts it; otherwise the CI server knows."""
        return any(t.is_active and t.kind != "server" for t in self.triggers)

    @property
    def is_dead(self) -> bool:
        """No trigger of it can ever fire, not even by hand."""
        return bool(self.triggers) and not any(trigger.is_active for trigger in self.triggers)

    @property
    def schedules(self) -> tuple[Trigger, ...]:
        return () if self.manual else tuple(t for t in self.triggers if t.kind == "schedule" and t.is_active)


def workflow_runs(project: Project) -> Iterator[Run]:
    """Every active job of every live workflow, with reusable workflows and templates called from it."""
    placed = _Workflows(project)
    submitted = _submitted_builds(project)
    for path, workflow in placed.all:
        if workflow.provider == "cloudbuild" and path in submitted:
            continue  # the command that hands it over starts it
        if not workflow.disabled and any(t.kind != "call" for t in workflow.triggers):
            yield from placed.runs(path, workflow)


def _submitted_builds(project: Project) -> frozenset[str]:
    """Files of Cloud Build that a command of this repository hands over (`gcloud builds submit --config FILE`): no trigger
    on the server is to be supposed for them."""
    found = set()
    for file in project.ordered:
        facts = file.facts
        commands = [c for target in facts.targets for c in target.commands]
        commands += facts.script.commands if facts.script else ()
        commands += [c for w in facts.workflows for job in w.jobs for step in job.steps for c in step.commands]
        for command in commands:
            words = command.argv
            if "gcloud" not in words[:2] or "submit" not in words:
                continue
            after = dict(pairwise(words))
            config = next((w.partition("=")[2] for w in words if w.startswith("--config=")), after.get("--config", ""))
            name = config or "cloudbuild.yaml"
            found |= {
                posixpath.normpath(posixpath.join(base, name)) for base in (command.cwd, posixpath.dirname(file.path))
            }
    return frozenset(found)


class _Workflows:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.all = [
            (file.path, workflow)
            for file in project.ordered
            if file.role in LIVE_ROLES
            for workflow in file.facts.workflows
        ]
        self.by_path = dict(reversed(self.all))
        self.names = {name for path, workflow in self.all for name in (workflow.name, path)}

    def _has_branch(self, trigger: Trigger) -> bool:
        """Some branch of the repository meets the filter; unknown branches (a shallow or partial clone) do."""
        history = self.project.history
        if not trigger.branches or history is None or history.is_shallow or not history.branches:
            return True
        patterns = tuple(b for b in trigger.branches if not b.startswith("!"))
        branches = _CONVENTIONAL if set(history.branches) < _CONVENTIONAL else history.branches
        return not patterns or any("$" in p for p in patterns) or any(matches_any(b, patterns) for b in branches)

    def runs(self, path: str, workflow: Workflow) -> Iterator[Run]:
        yield from self._expand(path, workflow, workflow.triggers, (), (), f"{path}#", 0)

    def _expand(
        self,
        path: str,
        workflow: Workflow,
        triggers: tuple[Trigger, ...],
        hops: tuple[Hop, ...],
        upstream: tuple[str, ...],
        prefix: str,
        depth: int,
        caller: Run | None = None,
    ) -> Iterator[Run]:
        jobs = {job.id: job for job in workflow.jobs}
        for job in workflow.jobs:
            if not job.is_active:
                continue
            needs = _transitive(job, jobs)
            own = job.triggers if job.triggers is not None else triggers
            if caller is not None and job.triggers is None:
                own = triggers
            own = tuple(self._checked(trigger) for trigger in own)
            run = Run(
                key=prefix + job.id,
                path=path,
                workflow=workflow,
                job=job,
                triggers=own,
                needs=(*(prefix + need for need in needs), *upstream),
                hops=(*(hops or _trigger_hop(path, own)), Hop(f"job {job.title}", Place(path, job.line))),
                fails=job.can_fail and (caller is None or caller.fails),
                manual=_manual(job, [jobs[n] for n in needs]) or (caller.manual if caller else ""),
                variables=(*self.included(workflow, path), *workflow.env, *job.env),
                approval=job.approval or any(jobs[n].approval for n in needs) or bool(caller and caller.approval),
            )
            if run.is_dead:
                continue
            called = self.called(job.uses, path) if job.uses else None
            if called and depth < _MAX_CALLS:
                yield replace(run, key=run.key + "@call")
                inner = self.by_path[called]
                yield from self._expand(called, inner, own, run.hops, run.needs, f"{run.key}>{called}#", depth + 1, run)
            else:
                yield run

    def included(self, workflow: Workflow, path: str) -> tuple[tuple[str, str], ...]:
        """Variables of the local files that a workflow includes: maps, or lists of name and value."""
        found: dict[str, str] = {}
        for name, _ in workflow.includes:
            source = called_file(name, path, self.project.files)
            names: dict[str, str] = {}
            for setting in self.project.files[source].facts.settings if source else ():
                head, _, tail = setting.key.removeprefix("variables.").partition(".")
                if not setting.key.startswith("variables."):
                    continue
                if not tail:
                    found[head] = setting.value
                elif tail == "name":
                    names[head] = setting.value
                elif tail == "value" and head in names:
                    found[names[head]] = setting.value
        return tuple(found.items())

    def called(self, uses: str, path: str) -> str | None:
        return called_file(uses, path, self.by_path)

    def _checked(self, trigger: Trigger) -> Trigger:
        """A trigger whose filter no file, branch or workflow of this repository meets can never fire."""
        if trigger.kind == "workflow_run" and trigger.sources and not set(trigger.sources) & self.names:
            return replace(trigger, is_active=False)
        if not self._has_branch(trigger):
            return replace(trigger, is_active=False)
        if trigger.paths and trigger.is_active and not any(p.startswith("!") for p in trigger.paths):
            if not any(matches_any(path, trigger.paths) for path in self.project.listed):
                return replace(trigger, is_active=False)
        return trigger


def called_file(uses: str, path: str, known: object) -> str | None:
    """The local file that `uses: ./x`, `template: x.yml` or `include: local` means as seen from `path`."""
    name = uses.partition("@")[0].removeprefix("./").lstrip("/")
    folder = posixpath.dirname(path)
    for candidate in (name, posixpath.normpath(posixpath.join(folder, name))):
        for tail in ("", "/action.yml", "/action.yaml"):
            if candidate + tail in known:  # type: ignore[operator]
                return candidate + tail
    return None


_CONVENTIONAL = frozenset({"main", "master"})
"""What `git init` and the servers call a first branch. A copy with one branch has the name that its maker's git gave."""

_ON_THE_SERVER = "what the CI server is set to"
"""Said where the file itself names no trigger: a Jenkinsfile, a cloudbuild.yaml."""


def _trigger_hop(path: str, triggers: tuple[Trigger, ...]) -> tuple[Hop, ...]:
    active = [t for t in triggers if t.is_active and t.kind in AUTOMATIC] or list(triggers)
    if not active:
        return ()
    shown = sorted(active, key=lambda t: (t.kind not in ON_CHANGE, t.line))[0]
    kinds = tuple(dict.fromkeys(t.kind for t in active))
    names = [_ON_THE_SERVER if kind == "server" else kind for kind in kinds[:3]]
    label = f"on: {', '.join(names)}" + (f" ({shown.cron})" if shown.cron and len(active) == 1 else "")
    return (Hop(label, Place(path, shown.line), kinds),)


def _transitive(job: Job, jobs: dict[str, Job]) -> list[str]:
    found: list[str] = []
    waiting = list(job.needs)
    while waiting:
        name = waiting.pop()
        if name in jobs and name not in found and name != job.id:
            found.append(name)
            waiting += jobs[name].needs
    return found


def _manual(job: Job, needed: list[Job]) -> str:
    if job.manual:
        return f"job {job.id} waits for a person (line {job.line})"
    blocking = next((other for other in needed if other.manual), None)
    return f"it needs job {blocking.id}, which a person starts (line {blocking.line})" if blocking else ""


def matches_any(path: str, patterns: tuple[str, ...]) -> bool:
    """GitHub's and Azure's path filters: `*` stays in a folder, `**` does not, a bare folder means all below."""
    return any(_pattern(pattern).match(path) for pattern in patterns)


_PATTERNS: dict[str, re.Pattern[str]] = {}


def _pattern(pattern: str) -> re.Pattern[str]:
    if pattern not in _PATTERNS:
        text = pattern.strip().removeprefix("./").lstrip("/")
        parts = re.split(r"(\*\*/|\*\*|\*|\?)", text)
        mapped = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        body = "".join(mapped.get(part, re.escape(part)) for part in parts)
        below = "" if text.endswith("*") else "(?:/.*)?"
        _PATTERNS[pattern] = re.compile(f"^{body.rstrip('/') if text.endswith('/') else body}{below}$")
    return _PATTERNS[pattern]
