"""Requests to a platform's deploy hook: the address by which Render, Vercel, Netlify and their like bring out a project anew."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene, once
from assessor.project.arrivals import Arrival, Site


@once
def hooked(scene: Scene) -> tuple[tuple[Site, Arrival], ...]:
    """Commands that call an address which is named for deploying, or which a known platform deploys by."""
    return tuple(_hooked(scene))


def _hooked(scene: Scene) -> Iterator[tuple[Site, Arrival]]:
    clients = programs().clients
    for site in scene.automation.reach.sites:
        if site.invocation.program not in clients or site.arrival is None or site.arrival.in_test:
            continue
        if speaks_of("deploy_hook", site.command.text):
            yield site, site.arrival
