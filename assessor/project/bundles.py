"""Databricks asset bundles as they are deployed: each job in each target, with the target's overrides, presets and mode.

A schedule runs where it is active in a target that automation deploys; where nothing deploys the bundle, in any target.
A pause that a job states itself stands above the target's preset, and that above the mode, which pauses in development.

Rules: docs.databricks.com "Databricks Asset Bundle deployment modes" and "Custom presets".
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assessor.facts.project_files import Resource
from assessor.project.arrivals import Site
from assessor.project.invocations import Invocation, option
from assessor.project.model import Project, Role

RUNS = frozenset({"job", "pipeline", "quality_monitor"})
"""Kinds that have a schedule or a trigger."""

_VARIABLE = re.compile(r"\$\{var\.(\w+)\}")
_PAUSES = ("schedule.pause_status", "trigger.pause_status", "continuous.pause_status")


@dataclass(slots=True)
class Bundle:
    """One bundle: its file, the settings of its targets by name, the defaults of its variables, and what targets override."""

    path: str
    targets: dict[str, Mapping[str, str]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    overrides: dict[tuple[str, str], Resource] = field(default_factory=dict)
    """(target, key of the job) → what the target says of it."""
    keys: set[str] = field(default_factory=set)
    """Keys of the jobs that stand outside of targets."""

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    def target_of(self, words: Iterable[str]) -> str:
        """The target that a command deploys: the one it names, else the default, else the only one."""
        named = option(Invocation("databricks", tuple(words)), "-t", "--target")
        if named:
            return named
        default = next((n for n, s in self.targets.items() if s.get("default", "").lower() == "true"), "")
        return default or (next(iter(self.targets)) if len(self.targets) == 1 else "")


class Bundles:
    """The bundles of a project."""

    def __init__(self, project: Project) -> None:
        self.all: list[Bundle] = []
        for file in project.ordered:
            for resource in file.facts.resources if file.role is Role.FIRST_PARTY else ():
                if (resource.system, resource.kind) == ("databricks", "bundle"):
                    self.all.append(Bundle(file.path))
        for file in project.ordered if self.all else ():
            bundle = self.of(file.path) if file.role is Role.FIRST_PARTY else None
            for resource in file.facts.resources if bundle else ():
                if bundle and resource.system == "databricks":
                    _note(bundle, resource)
        self.deployed: dict[str, set[str]] = defaultdict(set)
        """Path of the bundle → the targets that runs without a person deploy."""

    def of(self, path: str) -> Bundle | None:
        """The bundle in whose folder, or the nearest above, a file lies."""
        above = [b for b in self.all if not b.folder or path.startswith(f"{b.folder}/") or path == b.folder]
        return max(above, key=lambda bundle: len(bundle.folder), default=None)

    def note_deployed(self, sites: Iterable[Site]) -> None:
        """Take over which targets the commands of runs deploy."""
        for site in sites:
            if site.arrival and site.arrival.is_automatic and is_deployment(site):
                bundle = self.of(posixpath.join(site.cwd, "databricks.yml"))
                if bundle:
                    self.deployed[bundle.path].add(bundle.target_of(site.invocation.arguments))

    def resolved(self, path: str, resource: Resource) -> Resource | None:
        """A job as the targets that count make it; None for what a target only changes of a job that stands elsewhere."""
        bundle = self.of(path) if resource.system == "databricks" and resource.kind in RUNS else None
        if bundle is None:
            return resource
        settings = _settings(resource)
        key, own = settings.get("bundle.key", ""), settings.get("bundle.target", "")
        if own and key in bundle.keys:
            return None
        counted = sorted(self.deployed.get(bundle.path, ())) or list(bundle.targets)
        counted = [name for name in counted if name in bundle.targets and own in ("", name)]
        if own and not counted:
            return replace(resource, is_active=False)
        made = [_in_target(bundle, name, key, resource) for name in counted]
        return next((item for item in made if item.is_active), made[0]) if made else resource


def is_deployment(site: Site) -> bool:
    """The command deploys a bundle."""
    return site.invocation.words[:3] == ("databricks", "bundle", "deploy")


def _note(bundle: Bundle, resource: Resource) -> None:
    settings = _settings(resource)
    if resource.kind == "target":
        bundle.targets[resource.name] = settings
    elif resource.kind == "bundle":
        found = {k: v for k, v in settings.items() if k.startswith("variables.") and k.endswith(".default")}
        bundle.variables |= {key.split(".")[1]: value for key, value in found.items()}
    elif "bundle.target" in settings:
        bundle.overrides[settings["bundle.target"], settings.get("bundle.key", "")] = resource
    else:
        bundle.keys.add(settings.get("bundle.key", ""))


def _settings(resource: Resource) -> dict[str, str]:
    return {key: value for key, value, _ in reversed(resource.settings)}


def _in_target(bundle: Bundle, name: str, key: str, job: Resource) -> Resource:
    """The job as a target has it."""
    target, override = bundle.targets[name], bundle.overrides.get((name, key))
    said = {**_settings(job), **(_settings(override) if override else {})}
    pause = next((said[word] for word in _PAUSES if said.get(word)), "")
    variable = _VARIABLE.fullmatch(pause)
    if variable:
        given = (target.get(f"variables.{variable[1]}{tail}") for tail in ("", ".default"))
        pause = next((value for value in given if value), bundle.variables.get(variable[1], ""))
    elif not pause:
        by_mode = "PAUSED" if target.get("mode") == "development" else "UNPAUSED"
        pause = target.get("presets.trigger_pause_status") or by_mode
    schedule = (override.schedule if override else "") or job.schedule
    event = (override.event if override else "") or job.event
    return replace(job, schedule=schedule, event=event, is_active=pause.upper() != "PAUSED")
