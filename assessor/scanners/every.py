"""The visible list of scanners, in the order of the dimensions; one scanner's failure stays its own.

A scanner that raises has a bug of ours. What it has rated until then counts, its other practices are unknown, with a
blind spot that tells the reason; no other dimension loses anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from assessor.budget import TooMuch, at_most
from assessor.catalog.words import speaks_of, stem_of
from assessor.facts.place import BlindSpot, Place
from assessor.findings import Finding, Rung
from assessor.hits.scene import Scene
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

Scan = Callable[[Scene], Iterator[Finding]]
"""Rates the practices of one dimension, one after the other."""

SCANNERS: tuple[tuple[str, Scan], ...] = (
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


def scan_all(
    scene: Scene,
    practices: Iterable[str],
    scanners: Sequence[tuple[str, Scan]] = SCANNERS,
    seconds: float = 600.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Finding]:
    """Rate every practice, one dimension after the other: what one asks of the scene, the next ones find answered.

    `practices` are all ids in order; one that no scanner rates is our bug (KeyError). `scanners`: (dimension, scan); `seconds` is the processor time of each;
    `progress` is told what is done, how much of it, and of how much.
    """
    wanted = tuple(practices)
    found: dict[str, Finding] = {}
    for done, scanner in enumerate(scanners, start=1):
        found |= {finding.practice: finding for finding in _shielded(*scanner, scene, wanted, seconds)}
        if progress:
            progress("rating", done, len(scanners))
    return {practice: _with_blind_spots(found[practice], scene) for practice in wanted}


def all_unknown(practices: Iterable[str], reason: str) -> dict[str, Finding]:
    """Every practice, none of which could be rated."""
    names = tuple(practices)
    spot = BlindSpot(Place("."), reason[:_LONGEST_REASON], names)
    return {name: Finding(name, Rung.UNKNOWN, spot.reason, blind_spots=(spot,)) for name in names}


def _shielded(dimension: str, scan: Scan, scene: Scene, practices: Sequence[str], seconds: float) -> Iterator[Finding]:
    """What a scanner says; where it raises or takes too long, unknown for each practice of its dimension that it has not
    rated yet."""
    rated = set()
    try:
        with at_most(seconds):
            for finding in scan(scene):
                rated.add(finding.practice)
                yield finding
    except (TooMuch, Exception) as error:
        left = tuple(name for name in practices if name.partition(".")[0] == dimension and name not in rated)
        reason = f"the {dimension} {FAILED} {type(error).__name__}: {error}"[:_LONGEST_REASON]
        spot = BlindSpot(Place("."), reason, left)
        yield from (Finding(practice, Rung.UNKNOWN, reason, blind_spots=(spot,)) for practice in left)


FAILED = "scanner failed:"
"""In the reason of a blind spot: it tells of a bug of ours, not of the repository."""
_LONGEST_REASON = 300


def _with_blind_spots(finding: Finding, scene: Scene) -> Finding:
    """Add what could not be read and may hide the practice; its only carrier unreadable makes the practice unknown."""
    spots = (*scene.project.blind_spots, *scene.automation.blind_spots)
    hiding = tuple(spot for spot in spots if finding.practice in spot.practices)
    if not hiding:
        return finding
    rung, summary = finding.rung, finding.summary
    spots = (*finding.blind_spots, *hiding)[:10]
    if rung is Rung.ABSENT and _only_carriers(hiding, scene):
        rung, summary = Rung.UNKNOWN, f"could not be read: {hiding[0].place} ({hiding[0].reason})"
    if finding.practice in _PROVEN_BY_NOTHING_FOUND and rung in (Rung.USED, Rung.ENFORCED) and not _few(hiding, scene):
        rung, summary = Rung.UNKNOWN, f"not all could be searched: {hiding[0].place} ({hiding[0].reason})"
    return Finding(finding.practice, rung, summary, finding.evidence, finding.near_misses, spots, finding.values)


_PROVEN_BY_NOTHING_FOUND = frozenset({"governance.secrets"})
"""What is not read may hold the very thing whose absence is the proof."""

_FEW = 20
"""One file in so many may be unread: large pages, notebooks and tables that a clone leaves out. The report names each."""


def _few(hiding: tuple[BlindSpot, ...], scene: Scene) -> bool:
    """Nearly everything was searched, and what was not is no file that programs take their settings from."""
    unread = {spot.place.path for spot in hiding}
    return len(unread) * _FEW <= len(scene.project.files) and not any(_may_set(path) for path in unread)


def _may_set(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(".env") or speaks_of("settings_file", stem_of(path))


def _only_carriers(hiding: tuple[BlindSpot, ...], scene: Scene) -> bool:
    """No other file of the same kind was read."""
    told = [spot.alone for spot in hiding if spot.alone is not None]
    if told:
        return any(told)
    blind = {spot.place.path for spot in hiding if not _is_read_in_part(spot, scene)}
    kinds = {_kind(path) for path in blind}
    return bool(blind) and not any(_kind(path) in kinds and path not in blind for path in scene.project.files)


def _is_read_in_part(spot: BlindSpot, scene: Scene) -> bool:
    """A cell that is no Python hides that cell of its notebook, not the others."""
    file = scene.project.files.get(spot.place.path)
    return file is not None and file.is_notebook and file.code is not None and bool(file.code.calls)


def _kind(path: str) -> str:
    """The ending; notebooks and modules carry the same."""
    ending = path.rpartition(".")[2]
    return "py" if ending == "ipynb" else ending
