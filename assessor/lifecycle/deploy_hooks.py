"""Requests to a platform's deploy hook: the address by which Render, Vercel, Netlify and their like bring out a project anew."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene
from assessor.project.arrivals import Arrival, Site


def hooked(scene: Scene) -> Iterator[tuple[Site, Arrival]]:
    """Commands that call an address which is named for deploying, or which a known platform deploys by."""
    for site in scene.automation.reach.sites:
        if site.arrival is None or site.arrival.in_test or site.invocation.program not in programs().clients:
            continue
        if speaks_of("deploy_hook", site.command.text):
            yield site, site.arrival
