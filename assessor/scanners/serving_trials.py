"""Trials in the serving environment: before a model is deployed it answers a request in the image or server that will run it.

Counts: a product's trial (`mlflow models predict`, TFX InfraValidator), and a job that starts the project's container and
sends it data. Does not count: a test client inside the test process, and asking a container only whether it is healthy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from assessor.hits.scene import Scene
from assessor.lifecycle.asked_servers import tests_that_ask
from assessor.lifecycle.local_requests import asks_for_prediction, commands_that_ask, scripts_that_ask, starts_service
from assessor.lifecycle.order import comes_after, positions
from assessor.project.arrivals import Arrival, Site
from assessor.scanners.claims import WITH_TESTS, Claim, Reached, Statement, at_command, seen

PRACTICE = "deployment.compatibility"


def compatibility(scene: Scene) -> Iterator[Statement]:
    """A trial is used; in CI or a pipeline automated; enforced where the deployment comes only after it."""
    deployed = scene.hits("deployment.automation", notebooks=False)
    deploying = [way for hit in deployed for way in scene.arrivals(hit) if way.is_automatic]
    held = partial(_comes_first, scene, deploying)
    for hit in scene.hits(PRACTICE, tests=True, notebooks=False):
        yield seen(hit, counts=WITH_TESTS, raised_by=held)
    for place, ways, server in tests_that_ask(scene):
        text = f"{server} is started and asked by tests"
        yield Claim(Reached(place, ways), text, "docker", counts=WITH_TESTS, raised_by=held)
    for place, ways in scripts_that_ask(scene):
        text = "a script asks the started container for a prediction"
        yield Claim(Reached(place, ways), text, "docker", counts=WITH_TESTS, raised_by=held)
    for site in _asked(scene):
        text = "starts the container and asks it for a prediction"
        yield Claim(at_command(site), text, "docker", counts=WITH_TESTS, raised_by=held)


def _comes_first(scene: Scene, deploying: list[Arrival], ways: Sequence[Arrival]) -> str | None:
    """The failure of the trial keeps the deployment away."""
    trials = positions(scene, ways)
    return "and only then deploys" if any(comes_after(scene, trials, later) for later in deploying) else None


def _asked(scene: Scene) -> Iterator[Site]:
    """Requests for a prediction to a container that the same job, or the same script, started before."""
    yield from commands_that_ask(scene)
    if scene.hits("deployment.serving", notebooks=False):
        yield from _asked_by_hand(scene)


def _asked_by_hand(scene: Scene) -> Iterator[Site]:
    """In scripts of the shell; the targets of a makefile need not run one after the other."""
    started: dict[str, int] = {}
    for site in scene.automation.idle_sites:
        if not site.place.path.endswith(".sh"):
            continue
        if starts_service(site):
            started.setdefault(site.place.path, site.place.line)
        elif asks_for_prediction(site) and site.place.line > started.get(site.place.path, 10**9):
            yield site
