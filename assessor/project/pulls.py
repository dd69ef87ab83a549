"""Definitions that an operator or a platform applies by itself on every merge: Argo CD, Flux, Render, App Platform.

The readers mark them: `gitops.sync` says automated or by hand, `gitops.path` names a folder of the repository that is
applied. A folder that is not here lies in another repository, and nothing of this one is applied.

Rules: argo-cd.readthedocs.io "Automated Sync Policy"; fluxcd.io "Kustomization"; render.com "Blueprint YAML Reference".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.project_files import Resource
from assessor.facts.workflow import Trigger
from assessor.project.model import Project, Role
from assessor.project.paths import folder_of
from assessor.project.starts import Start, started_run

PULL = "pull"
"""The provider of these runs."""

_HELD_BACK = "resource"
"""The provider where it is suspended: it deploys nothing, and what lies in its folder is a person's."""

_TOOLS = {"Application": "argo-cd", "ApplicationSet": "argo-cd", "Kustomization": "flux", "HelmRelease": "flux"}


def pulls(project: Project) -> Iterator[Start]:
    """A run for each of them, started by a merge, or by a person where it is not synchronised by itself or suspended."""
    for file in project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        for number, resource in enumerate(file.facts.resources):
            sync = next(((value, line) for key, value, line in resource.settings if key == "gitops.sync"), None)
            if sync is None:
                continue
            named = [value for key, value, _ in resource.settings if key == "gitops.path"]
            folders = tuple(f for f in map(folder_of, named) if not f or f in project.folders)
            if named and not folders:
                continue
            by_itself = sync[0] == "automated" and resource.is_active
            trigger = Trigger("push" if by_itself else "manual", sync[1])
            label = (
                f"{resource.kind} {resource.name} {'follows the branch' if by_itself else 'is synchronised by hand'}"
            )
            provider = PULL if resource.is_active else _HELD_BACK
            run = started_run(provider, file.path, resource.line, f"{_tool(resource)}#{number}", trigger, label)
            run = replace(run, job=replace(run.job, name=resource.name or resource.kind))
            yield Start(run, commands=() if resource.schedule else resource.commands, folders=folders, applies=True)


def _tool(resource: Resource) -> str:
    return _TOOLS.get(resource.kind, "heroku")
