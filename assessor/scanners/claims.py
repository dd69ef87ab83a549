"""What scanners say: claims. A claim tells what stands where and by which ways it counts; it knows no rung but the least.

What a claim is worth is the ladder's business (`ladder.py`): which run reaches its subject, whether a person starts that
run, what its failure stops. A scanner chooses no way and gives no rung above the one that holds where nothing runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from assessor.facts.place import BlindSpot, Place
from assessor.facts.workflow import Trigger
from assessor.findings import Hop, NearMiss, Rung
from assessor.hits.hit import Code as Code
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.project.arrivals import ActionSite, Arrival, Site
from assessor.project.model import ProjectFile


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways to a subject count. Those that a person must start never lift; see `Claim.by_hand`.

    `tests`: ways that only a test opens count too. `builds`: those count that exist only while an image is built. `ci`:
    only those of CI, not of schedules in code and infrastructure. `on_change`: only runs on a push or pull request.
    `recurring`: only runs with a schedule, or started by code, infrastructure or an object of a cluster. `runs`: only those
    of these keys, where not None.
    `trials`: those count that only try the code out, on the data of tests. `none`: no way lifts.
    """

    tests: bool = False
    builds: bool = True
    trials: bool = True
    ci: bool = False
    on_change: bool = False
    recurring: bool = False
    runs: frozenset[str] | None = None
    none: bool = False


ANY = Ways()
NONE = Ways(none=True)
REAL = Ways(trials=False)
"""Training on the data of tests tries the code out and trains no model."""
WITH_TESTS = Ways(tests=True)
IN_CI = Ways(tests=True, ci=True)
TESTED_IN_CI = Ways(tests=True, builds=False, ci=True)
"""An image build that runs tests is no test of a change."""


@dataclass(frozen=True, slots=True)
class Written:
    """A line of a file that runs read, build or apply; with `is_target`, a target, stage or service that they start."""

    file: ProjectFile
    line: int = 1
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """A place together with the ways to it, where these are known already: a command, a chain of jobs."""

    place: Place
    ways: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """A trigger and what it starts: the claim stands at the trigger, its route leads on to that."""

    trigger: Trigger
    what: Hit | Code
    way: Arrival

    @property
    def place(self) -> Place:
        hops = self.way.run.hops  # a called definition is started by the trigger of its caller's file
        return Place(hops[0].place.path if hops else self.way.run.path, self.trigger.line)


Subject = Hit | Code | Written | Reached | Started | Place
"""What a claim is about; a mere place is reached by nothing."""


def place_of(subject: Subject) -> Place:
    """Where a subject stands."""
    match subject:
        case Code() | Written():
            return subject.file.at(subject.line)
        case Place():
            return subject
        case _:
            return subject.place


Raising = Callable[[Sequence[Arrival]], str | None]
"""Says what stops where the claim's subject fails, or must go well before it, given the ways that count; None: nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that speaks for a practice.

    `at_least`: its rung where no run reaches it; absent means that it then says nothing. `by_hand`: its rung where a run
    reaches it that a person starts; as `at_least` where None. `carried`: a route that brings it about without reaching
    it, such as that of what deploys the service in which it stands. `alone`: it counts only where nothing else is
    claimed.
    """

    subject: Subject
    text: str
    tool: str = ""
    at_least: Rung = Rung.USED
    by_hand: Rung | None = None
    counts: Ways = ANY
    raised_by: Raising | None = None
    carried: tuple[Hop, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A number behind a rating."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Why a practice cannot apply to the repository."""

    reason: str


Statement = Claim | NearMiss | Measure | NotApplicable | BlindSpot
"""A blind spot makes the practice unknown where nothing is claimed."""

Rule = Callable[[Scene], Iterable[Statement]]
"""Rates one practice: says all that speaks for and against it."""


def stopping(text: str = "") -> Raising:
    """Enforced where a failure on one of the ways fails its run."""
    return lambda ways: text if any(way.stops_run for way in ways) else None


def intended(scene: Scene, practice: str) -> Iterator[Claim]:
    """A tool of the practice is a dependency or imported, and nothing more: declared."""
    for tool in scene.live_tools:
        place = scene.tool_place(tool) if practice in tool.declares else None
        if place:
            yield Claim(place, f"{tool.title} is declared, nothing here uses it for this", tool.id, Rung.DECLARED)


def always(text: str = "") -> Raising:
    """Enforced wherever a run reaches it: it is there to stop something."""
    return lambda _: text


def at_command(site: Site | ActionSite) -> Reached:
    """A command or action, reached where a run comes to it."""
    return Reached(site.place, (site.arrival,) if site.arrival else ())


def seen(
    hit: Hit,
    *,
    at_least: Rung | None = None,
    counts: Ways = ANY,
    raised_by: Raising | None = None,
    carried: tuple[Hop, ...] = (),
) -> Claim:
    """A product at work: at least what its proof in the catalogue says, or `at_least`."""
    text = f"{hit.tool.title}: {hit.proof.text}" if hit.proof.text else hit.tool.title
    rung = Rung.ABSENT if hit.proof.by_the_way else Rung(hit.proof.rung)
    counts = NONE if rung is Rung.DECLARED else counts
    return Claim(hit, text, hit.tool.id, at_least or rung, counts=counts, raised_by=raised_by, carried=carried)


def guarding(scene: Scene, practice: str, does: str) -> Iterator[Claim]:
    """Products that keep something from happening: enforced by a hook before each commit, or by a run without a person."""
    for hit in scene.hits(practice, tests=True):
        subject = Reached(hit.place, tuple(scene.arrivals(hit)))
        at_least = Rung.ENFORCED if hit.kind == "hook" else Rung.ABSENT
        text = f"{hit.tool.title} {does}"
        yield Claim(subject, text, hit.tool.id, at_least, counts=WITH_TESTS, raised_by=always())


def products(
    scene: Scene, practice: str, *, tests: bool = False, notebooks: bool = True, counts: Ways = ANY
) -> Iterator[Claim]:
    """The common case: products of a practice, declared or at work; with `tests`, those in test files too."""
    yield from intended(scene, practice)
    for hit in scene.hits(practice, tests=tests, notebooks=notebooks):
        yield seen(hit, counts=counts)
