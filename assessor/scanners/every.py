"""The visible list of scanners, in the order of the dimensions; one scanner's failure stays its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from assessor.facts.place import BlindSpot
from assessor.findings import Finding, Rung
from assessor.hits.scene import Scene
from assessor.processes import shared
from assessor.scanners import (
    ci,
    data,
    deployment,
    experiments,
    governance,
    monitoring,
    quality,
    testing,
    training,
    versioning,
)

SCANNERS: tuple[tuple[str, Callable[[Scene], Iterator[Finding]]], ...] = (
    ("versioning", versioning.scan),
    ("data", data.scan),
    ("experiments", experiments.scan),
    ("training", training.scan),
    ("testing", testing.scan),
    ("ci", ci.scan),
    ("deployment", deployment.scan),
    ("monitoring", monitoring.scan),
    ("quality", quality.scan),
    ("governance", governance.scan),
)


def scan_all(scene: Scene, practices: Iterable[str], helpers: int = 0) -> dict[str, Finding]:
    """Rate every practice, with the help of so many other processes.

    `practices` are all ids in order; one that no scanner rates is our bug (KeyError).
    """

    def run(scan: Callable[[Scene], Iterator[Finding]]) -> list[Finding]:
        return list(scan(scene))

    scanners = [scan for _, scan in SCANNERS]
    if helpers:
        _ = scene.all_hits  # nearly all scanners ask for them: found once, before the processes part
        results = [findings for findings, _ in shared(scanners, run, run, helpers)]
    else:
        results = [run(scan) for scan in scanners]
    found = {finding.practice: finding for findings in results for finding in findings}
    return {practice: _with_blind_spots(found[practice], scene) for practice in practices}


def _with_blind_spots(finding: Finding, scene: Scene) -> Finding:
    """Add what could not be read and may hide the practice; its only carrier unreadable makes the practice unknown."""
    hiding = tuple(spot for spot in scene.project.blind_spots if finding.practice in spot.practices)
    if not hiding:
        return finding
    rung, summary = finding.rung, finding.summary
    if rung is Rung.ABSENT and _only_carriers(hiding, scene):
        rung, summary = Rung.UNKNOWN, f"could not be read: {hiding[0].place} ({hiding[0].reason})"
    return Finding(finding.practice, rung, summary, finding.evidence, finding.near_misses, hiding[:10], finding.values)


def _only_carriers(hiding: tuple[BlindSpot, ...], scene: Scene) -> bool:
    """No other file of the same kind was read."""
    endings = {spot.place.path.rpartition(".")[2] for spot in hiding}
    blind = {spot.place.path for spot in hiding}
    return not any(path.rpartition(".")[2] in endings and path not in blind for path in scene.project.files)
