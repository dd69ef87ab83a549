"""Images that are brought to a registry: by which command or step, whether under a version, and the ways that lead there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.catalog.image_pushes import Pushed, names_a_version, pushed_by_command, pushed_by_step, tags_made
from assessor.facts.place import Place
from assessor.hits.scene import Scene, once
from assessor.lifecycle.expressions import as_variables
from assessor.project.arrivals import Arrival


@dataclass(frozen=True, slots=True)
class ImagePush:
    """A command or step that pushes images; `is_version`: under a tag that names one state."""

    place: Place
    is_version: bool
    ways: tuple[Arrival, ...] = ()


@once
def image_pushes(scene: Scene) -> list[ImagePush]:
    """Every push of an image, those that nothing starts too, each place once."""
    return list(_found(scene))


def pushing_arrivals(scene: Scene) -> list[Arrival]:
    """Every way by which a run comes to a push of an image."""
    return [way for push in image_pushes(scene) for way in push.ways]


def _found(scene: Scene) -> Iterator[ImagePush]:
    ways: dict[Place, list[Arrival]] = {}
    versions: set[Place] = set()
    for place, pushed, way in _sites(scene):
        own = ways.setdefault(place, [])
        if way:
            own.append(way)
        names = _names(scene, pushed, way)
        if any(names_a_version(name) and not (_is_the_ref(name) and _is_of_branches(way)) for name in names):
            versions.add(place)
    for place, arrivals in ways.items():
        yield ImagePush(place, place in versions, tuple(arrivals))


def _is_the_ref(name: str) -> bool:
    """The tag is the name of the branch or tag for which the run started, and no more."""
    return name.rpartition(":")[2] in _REFS


_REFS = frozenset({"$ref", "$GITHUB_REF_NAME"})


def _is_of_branches(way: Arrival | None) -> bool:
    """The run starts for branches alone, each of which has one name for all of its states."""
    triggers = way.run.triggers if way else ()
    return bool(triggers) and all(
        trigger.kind in _OF_A_BRANCH or (trigger.kind == "push" and trigger.branches and not trigger.tags)
        for trigger in triggers
    )


_OF_A_BRANCH = ("schedule", "manual")


def _sites(scene: Scene) -> Iterator[tuple[Place, Pushed, Arrival | None]]:
    for site in (*scene.automation.reach.sites, *scene.automation.idle_sites):
        if pushed := pushed_by_command(site.invocation.words):
            yield site.place, pushed, site.arrival
    for action in scene.automation.reach.actions:
        if pushed := pushed_by_step(action.step.uses, dict(action.step.inputs)):
            yield action.place, pushed, action.arrival


def _names(scene: Scene, pushed: Pushed, way: Arrival | None) -> Iterator[str]:
    """The images that are pushed; of `docker compose push` those that the compose files build, where they name any."""
    for text in pushed.names:
        made = _made_before(way) if ".outputs.tags" in text and way else None
        names = (f":{tag}" for tag in made) if made is not None else as_variables(text).replace(",", " ").split()
        yield from map(as_variables, names)
    if pushed.listed:
        services = [s for _, all_ in scene.project.having(lambda f: f.services) for s in all_ if s.build and s.image]
        yield from (service.image for service in services)


def _made_before(way: Arrival) -> tuple[str, ...] | None:
    """The tags that steps of the job make for others (`${{ steps.meta.outputs.tags }}`); None where none does."""
    made = [tags_made(step.uses, dict(step.inputs)) for step in way.run.job.steps[: way.step]]
    known = [tags for tags in made if tags is not None]
    return tuple(tag for tags in known for tag in tags) if known else None
