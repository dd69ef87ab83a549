"""Messages that go out when a run fails: posted or mailed by a command of CI, by a unit of systemd, by a job's own notices.

A command posts to a channel where a word of it is the address of one (`hooks.slack.com`, `$TEAMS_WEBHOOK`), or where it sends a
text, as channels take it, to an address that is kept secret. A hook by which a platform deploys is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.facts.project_files import Resource
from assessor.findings import Hop
from assessor.hits.scene import Scene
from assessor.lifecycle.deployments import deploying_route
from assessor.project.arrivals import Site
from assessor.project.model import ProjectFile, Role
from assessor.project.starts import unit_named, units_started
from assessor.readers.syntax.shell import embedded_text, parse
from assessor.scanners.claims import NONE, Claim, Statement, Written, at_command

_TEXTS = ('"text"', '"content"', '"message"', "text=", "message=")
_NOTICES = (
    "email_notifications.on_failure",
    "webhook_notifications.on_failure",
    "email_notifications.on_duration_warning",
)
"""Settings of a job of Databricks under which stands whom it tells."""


def told_failures(scene: Scene) -> Iterator[Statement]:
    """Each message that a failure sends: used, and automated where what fails runs by itself."""
    for site in (*scene.automation.reach.sites, *scene.automation.idle_sites):
        if _tells(site.invocation.words) and _is_for_failure(site):
            yield Claim(at_command(site), f"{site.invocation.program} sends a message to someone")
    yield from _units(scene)
    bundle = deploying_route(scene, lambda item: item.hit is not None and item.hit.tool.id == "databricks")
    for file, resource, line in _noticed(scene):
        text = f"{resource.kind} {resource.name} tells someone that it failed"
        yield Claim(Written(file, line), text, resource.system, carried=bundle)


def _is_for_failure(site: Site) -> bool:
    """It stands under a condition of the shell, or in a job or step that runs after a failure; or a person starts it."""
    way = site.arrival
    return way is None or bool(site.command.condition) or way.after_failure or way.runs_anyway


def _tells(words: Sequence[str]) -> bool:
    if words[0] in programs().write_to_people:
        return len(words) > 1
    said = " ".join(words)
    if words[0] not in programs().post_to_addresses or speaks_of("deploy_hook", said):
        return False
    hook = any(speaks_of("channel", word) for word in words[1:] if "://" in word or "$" in word)
    return hook or ("$" in said and any(text in said for text in _TEXTS))


def _units(scene: Scene) -> Iterator[Claim]:
    """The unit of systemd that is started where another fails."""
    for file, resource in _resources(scene, "systemd"):
        named = [(value, line) for key, value, line in resource.settings if key == "Unit.OnFailure"]
        for value, line in named:
            name, at, _ = value.partition("@")
            for _, unit in unit_named(scene.project, file, f"{name}@.service" if at else name):
                if any(map(_tells, _words(unit))):
                    text = f"{unit.name} sends a message to someone where {resource.name} fails"
                    yield Claim(file.at(line), text, "systemd", counts=NONE, carried=_run_of(scene, file, resource))


def _words(unit: Resource) -> Iterator[tuple[str, ...]]:
    """The commands of a unit, and those in the text that it gives to a shell."""
    for command in unit.commands:
        yield command.argv
        text, given = embedded_text(command.argv)
        for inner in parse(text, command.line, given=given).commands if given is not None else ():
            yield inner.argv


def _run_of(scene: Scene, file: ProjectFile, resource: Resource) -> tuple[Hop, ...]:
    """The way by which a timer starts the unit; none where nothing does."""
    for run in scene.automation.runs.values():
        timers = (
            scene.project.files[run.path].facts.resources if run.is_automatic and run.path.endswith(".timer") else ()
        )
        if any(
            (file, resource) in units_started(scene.project, scene.project.files[run.path], timer) for timer in timers
        ):
            return (*run.hops, Hop(f"service {resource.name}", file.at(resource.line)))
    return ()


def _noticed(scene: Scene) -> Iterator[tuple[ProjectFile, Resource, int]]:
    for file, resource in _resources(scene, "databricks"):
        told = [line for key, value, line in resource.settings if value and any(name in key for name in _NOTICES)]
        if told:
            yield file, resource, told[0]


def _resources(scene: Scene, system: str) -> Iterator[tuple[ProjectFile, Resource]]:
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        yield from ((file, resource) for resource in resources if resource.system == system)
