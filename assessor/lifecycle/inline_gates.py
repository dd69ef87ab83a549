"""Checks of a model in Python that stands on a command line or behind it: `python -c "..."`, `python - <<EOF`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.facts.python import Comparison
from assessor.hits.scene import Scene
from assessor.lifecycle.conditions import GOES_ON
from assessor.lifecycle.gates import told_of_metric
from assessor.project.arrivals import Arrival, Site
from assessor.project.walk import inline_facts

_MOST_CODE = 20_000


@dataclass(frozen=True, slots=True)
class InlineGate:
    """A command whose code ends the run by a metric, with what it compares."""

    site: Site
    way: Arrival
    text: str


def inline_gates(scene: Scene) -> Iterator[InlineGate]:
    """The commands of runs whose own code stops by a metric that it reads from somewhere."""
    for site in scene.automation.reach.sites:
        if site.arrival is None or not 0 < len(site.invocation.code) <= _MOST_CODE:
            continue
        text = _stops_by(site.invocation.code)
        if text and site.arrival.fails:
            yield InlineGate(site, site.arrival, text)


def _stops_by(code: str) -> str:
    """What is compared where the code ends with a failure; empty where it never does."""
    return next(filter(None, map(_told, inline_facts(code).comparisons)), "")


def _told(comparison: Comparison) -> str:
    made = any(side.made_by for side in comparison.sides)  # by a file of figures or a tracker: nothing else is in reach
    return told_of_metric(comparison) if comparison.stops and made else ""


def holds_back(scene: Scene, gate: InlineGate) -> bool:
    """A later step of the same job registers or deploys."""
    ways = (way for practice in GOES_ON for hit in scene.hits(practice, notebooks=False) for way in scene.arrivals(hit))
    return any(way.run.key == gate.way.run.key and way.step > gate.way.step for way in ways)
