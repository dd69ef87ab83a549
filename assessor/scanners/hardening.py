"""Hardening of CI: actions of others pinned to a commit, the least permissions for the token of a run, no injection.

Permissions are least where they hold something to reading, or where all that they let be written is written by what runs
under them: a `contents: write` of a job that pushes or releases. Where nothing there needs it, it is explicit and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assessor.catalog.token_needs import scopes_of_action, scopes_of_command
from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.workflow import Job, Workflow
from assessor.findings import NearMiss, Rung, numbered
from assessor.hits.scene import Scene, once
from assessor.lifecycle.expressions import bodies
from assessor.project.model import LIVE_ROLES
from assessor.scanners.claims import Claim, Statement

_COMMIT = re.compile(r"@[0-9a-f]{40}$")
_Permissions = tuple[tuple[str, str], ...]
_Live = Sequence[tuple[str, Workflow]]


def hardening(scene: Scene) -> Iterator[Statement]:
    """Third-party actions pinned to a commit or explicit least permissions are used; both without injection, enforced."""
    live = [(path, workflow) for path, workflow in _of_github(scene) if not workflow.disabled]
    if not live:
        return
    at = scene.project.files
    least = [at[path].at(workflow.line) for path, workflow in live if _is_least(scene, path, workflow)]
    if least:
        some = f"{len(least)} of {len(live)} workflows {'states' if len(least) == 1 else 'state'}"
        yield Claim(least[0], f"{'every workflow states' if len(least) == len(live) else some} least permissions")
    yield from _least_jobs(scene, live)
    pins = list(_pins(scene, live))
    injected = [NearMiss(at[p].at(line), "a script takes text that outsiders write") for p, line in _injected(live)]
    yield from (*pins, *injected[:3])
    all_pinned = any(isinstance(statement, Claim) for statement in pins)
    if all_pinned and len(least) == len(live) and not injected:
        text = "actions are pinned, permissions least, no script takes untrusted text"
        yield Claim(at[live[0][0]].at(1), text, at_least=Rung.ENFORCED)


def _of_github(scene: Scene) -> Iterator[tuple[str, Workflow]]:
    for file, found in scene.project.having(lambda f: f.workflows, LIVE_ROLES):
        yield from ((file.path, w) for w in found if w.provider == "github" and not w.only_listens)


def _injected(live: _Live) -> Iterator[tuple[str, int]]:
    for path, workflow in live:
        for job in workflow.jobs:
            yield from ((path, step.line) for step in job.steps if _takes_untrusted_text(step.script))


def _takes_untrusted_text(script: str) -> bool:
    return any(speaks_of("outsiders_write", body) for body in bodies(script))


# ---- pins ----


def _pins(scene: Scene, live: _Live) -> Iterator[Claim | NearMiss]:
    """Whether all actions of others are pinned to a commit."""
    used = _external(scene, live)
    unpinned = sum(not _COMMIT.search(name) for _, name in used)
    if unpinned:
        yield NearMiss(
            used[0][0],
            f"{unpinned} of {numbered(len(used), 'action', 'actions')} {'is' if unpinned == 1 else 'are'} not pinned to a commit",
        )
    elif used:
        yield Claim(used[0][0], f"{numbered(len(used), 'action is', 'actions are')} pinned to a commit")


def _external(scene: Scene, live: _Live) -> list[tuple[Place, str]]:
    """Where actions of others are used, and which; where only GitHub's own are, those."""
    every = [
        (scene.project.files[path].at(line), name)
        for path, workflow in live
        for name, line in _used_by(workflow)
        if not name.startswith((".", "docker://"))
    ]
    return [(place, name) for place, name in every if not name.startswith(("actions/", "github/"))] or every


def _used_by(workflow: Workflow) -> Iterator[tuple[str, int]]:
    for job in workflow.jobs:
        yield from ((step.uses, step.line) for step in job.steps if step.uses)
        if job.uses:
            yield job.uses, job.line


# ---- permissions ----


def _is_least(scene: Scene, path: str, workflow: Workflow) -> bool:
    """Permissions are stated at the top or in each job, none is write-all, and one of them is the least."""
    of_jobs = [job.permissions for job in workflow.jobs]
    stated = of_jobs if workflow.permissions is None else [workflow.permissions]
    if not stated or None in stated or any(_all(given) for given in (*stated, *of_jobs)):
        return False
    if workflow.permissions is not None and _suffices(scene, path, workflow.permissions, workflow.jobs):
        return True
    return any(_is_least_of(scene, path, job) for job in workflow.jobs)


def _least_jobs(scene: Scene, live: _Live) -> Iterator[Claim]:
    """Jobs that state the least for themselves, beside others that state nothing."""
    for path, workflow in live:
        for job in workflow.jobs:
            if _is_least_of(scene, path, job):
                yield Claim(
                    scene.project.files[path].at(job.line), f"job {job.name or job.id} states least permissions"
                )


def _is_least_of(scene: Scene, path: str, job: Job) -> bool:
    given = job.permissions
    return given is not None and not _all(given) and _suffices(scene, path, given, (job,))


def _all(given: _Permissions | None) -> bool:
    return ("*", "write") in (given or ())


def _suffices(scene: Scene, path: str, given: _Permissions, jobs: Sequence[Job]) -> bool:
    """Something is held to reading, or each scope that may be written is one that some command or action there needs."""
    if not given or any(value in ("read", "none") for _, value in given):
        return True
    needed = {scope for job in jobs for scope in _needed(scene).get((path, job.id), ())}
    return {scope for scope, _ in given} <= needed


@once
def _needed(scene: Scene) -> dict[tuple[str, str], set[str]]:
    """The scopes that the jobs of runs without a person need to be writable, by the path of the workflow and the job."""
    found: dict[tuple[str, str], set[str]] = {}
    reach = scene.automation.reach
    needs = [(site.arrival, scopes_of_command(site.invocation.words)) for site in reach.sites if site.arrival]
    needs += [(site.arrival, scopes_of_action(site.step.uses)) for site in reach.actions]
    for arrival, scopes in needs:
        if scopes and arrival.is_automatic:
            found.setdefault((arrival.run.path, arrival.run.job.id), set()).update(scopes)
    return found
