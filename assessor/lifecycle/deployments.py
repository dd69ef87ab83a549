"""What brings the project into service, the ways that lead to it, and what holds it back until it is good enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.tools import known_commands
from assessor.facts.place import Place
from assessor.findings import Hop, Rung, numbered
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.deploy_hooks import hooked
from assessor.lifecycle.endpoint_checks import positions_after_deployment
from assessor.lifecycle.gates import gates
from assessor.lifecycle.order import best, check_positions, comes_after, stands_before
from assessor.lifecycle.test_cases import test_cases
from assessor.project.arrivals import Arrival, Site
from assessor.project.pulls import PULL


@dataclass(frozen=True, slots=True)
class Deployment:
    """Something that deploys. `route`: how it starts without a person; empty where a person starts it or nothing does.

    `by_person`: some run reaches it, which a person starts. `after`: what must go well before it, in words.
    """

    place: Place
    text: str
    tool: str
    route: tuple[Hop, ...] = ()
    by_person: bool = False
    after: str = ""
    hit: Hit | None = None

    @property
    def brings_services(self) -> bool:
        """Not so where it installs a pipeline at its orchestrator."""
        return self.hit is None or self.hit.tool.category != "orchestration"


@once
def deployments(scene: Scene) -> list[Deployment]:
    """Commands on other machines that start something there, and every product that deploys."""
    return list(_deployments(scene))


def deploying_route(scene: Scene, counts: Callable[[Deployment], bool] = lambda item: True) -> tuple[Hop, ...]:
    """The route of the strongest deployment without a person among those that count; empty where there is none."""

    def order(item: Deployment) -> tuple[object, ...]:
        hops = [(hop.place, hop.text) for hop in item.route]
        return (not item.after, item.place, item.tool, item.text, len(hops), hops)

    first = min((item for item in deployments(scene) if item.route and counts(item)), key=order, default=None)
    return first.route if first else ()


def _deployments(scene: Scene) -> Iterator[Deployment]:
    guard = _Guard(scene)
    for site, way in on_own_machine(scene):
        yield _started(
            site.place, f"`{site.command.text[:60]}` on a machine that stays", "docker", way.route, guard, [way]
        )
    for site, way in over_ssh(scene):
        yield _started(site.place, f"`{site.command.text[:60]}` on another machine", "ssh", way.route, guard, [way])
    for rollout in scene.automation.reach.rollouts:
        way = rollout.arrival
        scripts = numbered(len(rollout.scripts), "script to where it runs", "scripts to where they run")
        text = f"{rollout.program} brings {scripts}"
        route = (*way.route, Hop(f"{rollout.program} reads {rollout.place.path}", rollout.place))
        yield _started(rollout.place, text, "", route, guard, [way, *rollout.served])
    known = {hit.place for hit in scene.hits("deployment.automation", notebooks=False)}
    for site, way in _told_to_deploy(scene):
        if site.place not in known:
            text = f"`{' '.join(site.invocation.words[:4])}` deploys"
            yield _started(site.place, text, "", way.route, guard, [way])
    for site, way in hooked(scene):
        yield _started(site.place, "a deploy hook of the platform is called", "", way.route, guard, [way])
    for run in scene.automation.runs.values():
        if run.workflow.provider == PULL:
            tool, text = run.workflow.name.partition("#")[0], run.hops[0].text if run.hops else run.job.title
            place = Place(run.path, run.job.line)
            yield Deployment(place, text, tool, run.hops if run.is_automatic else (), not run.is_automatic)
    for hit in scene.hits("deployment.automation", notebooks=False):
        yield _by_product(scene, hit, guard)


def _started(
    place: Place, text: str, tool: str, route: tuple[Hop, ...], guard: _Guard, ways: list[Arrival]
) -> Deployment:
    """What the first of some ways starts."""
    if not ways[0].is_automatic:
        return Deployment(place, text, tool, by_person=True)
    return Deployment(place, text, tool, route, after=guard.before(ways))


def _by_product(scene: Scene, hit: Hit, guard: _Guard) -> Deployment:
    ways = [way for way in scene.arrivals(hit) if not way.in_test and not way.is_build and not _is_its_own(hit, way)]
    automatic = [way for way in ways if way.is_automatic]
    way = best(automatic)
    text = f"{hit.tool.title}: {hit.proof.text or hit.text[:60]}"
    if way is None:
        return Deployment(hit.place, text, hit.tool.id, _by_itself(hit), bool(ways), hit=hit)
    return Deployment(hit.place, text, hit.tool.id, scene.route(hit, way), after=guard.before(automatic), hit=hit)


def _is_its_own(hit: Hit, way: Arrival) -> bool:
    """The schedule is that of what the call installs at its orchestrator: it runs that, and not the call."""
    return (
        hit.tool.category == "orchestration" and way.run.workflow.provider == "code" and way.run.path == hit.file.path
    )


def _by_itself(hit: Hit) -> tuple[Hop, ...]:
    """A definition that deploys without any run of this repository: the platform pulls."""
    if Rung(hit.proof.rung).height <= Rung.USED.height or hit.arrivals or hit.kind in ("action", "command", "call"):
        return ()
    return (Hop(hit.shown, hit.place),)


class _Guard:
    """Tells what stands before a deployment."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._checks = check_positions(scene, test_cases(scene)) | positions_after_deployment(scene)
        self._gates = list(gates(scene))

    def before(self, ways: list[Arrival]) -> str:
        """What must go well before one of some ways goes on: an approval, checks, a gate; empty where nothing does."""
        for arrival in ways:
            if arrival.run.approval:
                return "after an approval"
            if comes_after(self._scene, self._checks, arrival):
                return "after the checks before it"
        return "after a gate" if any(stands_before(self._scene, gate, ways) for gate in self._gates) else ""


@once
def deploying_ways(scene: Scene) -> list[Arrival]:
    """Every way by which a run comes to what deploys: products, commands on other machines, programs told to deploy."""
    ways = [way for _, way in (*over_ssh(scene), *on_own_machine(scene), *hooked(scene), *_told_to_deploy(scene))]
    ways += [rollout.arrival for rollout in scene.automation.reach.rollouts]
    hits = (hit for hit in scene.hits("deployment.automation", notebooks=False) if hit.kind in ("command", "action"))
    ways += [way for hit in hits for way in scene.arrivals(hit)]
    return [way for way in ways if not way.in_test and not way.is_build]


def _told_to_deploy(scene: Scene) -> Iterator[tuple[Site, Arrival]]:
    """Commands of programs that are not of this repository and that the catalogue does not know, told to deploy
    (`openmapflow deploy`)."""
    for site in scene.automation.reach.sites:
        made = site.invocation
        if (
            "deploy" not in made.arguments
            or made.operands[0] != "deploy"
            or made.script
            or made.module
            or site.arrival is None
            or site.arrival.in_test
        ):
            continue
        is_known = made.program in known_commands() or made.program in programs().target_runners
        pages = made.program in programs().publish_pages
        if not (is_known or pages or scene.automation.is_own_program(made.program)):
            yield site, site.arrival


@once
def on_own_machine(scene: Scene) -> list[tuple[Site, Arrival]]:
    """Commands of a job on a runner of the project's own that leave a service running there."""
    ended: dict[str, tuple[int, int]] = {}
    starts: list[tuple[Site, Arrival]] = []
    for site in scene.automation.reach.sites:
        if (way := site.arrival) is None or not way.run.job.own_machine or way.in_test:
            continue
        words = site.invocation.words
        if _ends_services(words):
            ended[way.run.key] = (way.step, site.place.line)
        elif matches_any_command(programs().start_services, words) and _is_left(words):
            starts.append((site, way))
    return [(s, way) for s, way in starts if ended.get(way.run.key, (-1, 0)) < (way.step, s.place.line)]


def _is_left(words: tuple[str, ...]) -> bool:
    """The command goes on without what it has started."""
    return any(word == "--detach" or (word[:1] == "-" and word[1:].isalpha() and "d" in word) for word in words[1:8])


def _ends_services(words: tuple[str, ...]) -> bool:
    """The command ends services."""
    return words[0] in programs().restart_services and not {"stop", "rm", "down", "kill"}.isdisjoint(words[1:4])


def over_ssh(scene: Scene) -> Iterator[tuple[Site, Arrival]]:
    """Commands on another machine that start or restart something there."""
    for site in scene.automation.reach.sites:
        if not site.command.is_remote or site.arrival is None:
            continue
        words = site.invocation.words
        starts = {"up", "run", "restart", "start", "reload", "apply", "deploy", "pull"} & set(words[1:4])
        if (
            (words[0] in programs().restart_services and starts)
            or site.invocation.script
            or words[0] in ("make", "bash", "sh")
        ):
            yield site, site.arrival
