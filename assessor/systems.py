"""One system in several repositories: each is rated by itself, and their findings are joined.

What a system needs once (training, a registry, serving) it has as far as one of its repositories has it; what each
repository needs for itself (history, tests, lint; `catalog/systems.yaml`) as far as the one that has least. Evidence of
other repositories than the first is named by them, `NAME:path`. Where one makes what another takes (an image, a package, a
model, a dispatch), that is a hop from one to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from assessor.assessment import BlindSpotInfo, ExchangeInfo, PlaceInfo, SystemInfo
from assessor.audit import audit_parts, default_scope, rate_snapshot
from assessor.catalog.loading import Source, load_value
from assessor.catalog.practices import PracticeId
from assessor.facts.place import BlindSpot, Place
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.garbage import without_collection
from assessor.project.exchanges import Exchange
from assessor.ratings import Rated

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.cache.cache import Cache
    from assessor.project.scope import Scope
    from assessor.project.units import Unit
    from assessor.reading import Progress
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.effort import Days
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot

_MOST_PROOFS, _MOST_MISSES, _MOST_HOPS = 12, 10, 50


@cache
def needed_by_each() -> frozenset[str]:
    """The practices that each repository of a system needs for itself."""
    text = files("assessor.catalog").joinpath("systems.yaml").read_text("utf-8")
    return frozenset(load_value(Source("systems.yaml", text), tuple[PracticeId, ...], is_shipped=True))


@dataclass(frozen=True, slots=True)
class Member:
    """One repository of a system: its name there (empty for the first), its snapshot, and the remote's path."""

    name: str
    snapshot: Snapshot

    @property
    def shown(self) -> str:
        return self.name or self.snapshot.name

    def is_called(self, repository: str) -> bool:
        """`org/name`, as a dispatch has it, means this one."""
        remote = self.snapshot.remote.removesuffix(".git")
        own = self.snapshot.name.rpartition("/")[2]
        return remote.endswith((f"/{repository}", f":{repository}")) or (not remote and repository.endswith(f"/{own}"))


def members_of(first: Snapshot, others: Iterable[Snapshot]) -> list[Member]:
    """The repositories of a system with names that are told apart."""
    found, used = [Member("", first)], {first.name}
    for snapshot in others:
        name, number = snapshot.name, 2
        while name in used:
            name, number = f"{snapshot.name}-{number}", number + 1
        used.add(name)
        found.append(Member(name, snapshot))
    return found


def audit_system(
    members: Sequence[Member],
    rubrics: Sequence[Rubric],
    progress: Progress | None = None,
    cache: Cache | None = None,
    crosswalks: Sequence[Crosswalk] = (),
    days: Days | None = None,
    scope: Scope | None = None,
    units: Sequence[Unit] = (),
) -> Assessment:
    """Audit the repositories as one system. `scope` is that of the first one, and so are the `units`: each is rated beside the
    system by what its own repository shows."""
    from assessor.assembling import assess, with_units
    from assessor.rubric.effort import DAYS

    first = members[0].snapshot
    scope = scope or default_scope(first)
    scopes = [scope, *(default_scope(member.snapshot) for member in members[1:])]
    with without_collection():
        rated = []
        for member, own in zip(members, scopes, strict=True):
            if progress:
                progress(f"reading {member.shown}")
            rated.append(_located(rate_snapshot(member.snapshot, progress, cache, own), member.name))
        dispatched = {hop.taker for hop in _hops(members, rated) if hop.kind == "dispatch"}
        for number, (member, own) in enumerate(zip(members, scopes, strict=True)):
            if member.shown in dispatched:  # what starts on an event starts by itself, since somebody here sends it
                again = rate_snapshot(member.snapshot, progress, cache, replace(own, is_dispatched=True))
                rated[number] = _located(again, member.name)
        hops = _hops(members, rated)
        whole = _joined([_with_starts(one, member, hops) for one, member in zip(rated, members, strict=True)])
        seen = assess(first, whole, whole.findings, rubrics, crosswalks, days or DAYS, scope)
    if units:
        seen = with_units(seen, audit_parts(first, rubrics[:1], units, progress, cache, (), days, scope).whole.units)
    return seen.model_copy(update={"system": _info(members, hops)})


# ---- places ----


def _located(rated: Rated, name: str) -> Rated:
    """The rating with the repository's name before each path."""
    if not name:
        return rated
    return replace(
        rated,
        findings={key: _located_finding(finding, name) for key, finding in rated.findings.items()},
        blind_spots=tuple(_spot(spot, name) for spot in rated.blind_spots),
        manifests=tuple(f"{name}:{path}" for path in rated.manifests),
        exchanges=tuple(replace(item, place=_place(item.place, name)) for item in rated.exchanges),
    )


def _located_finding(finding: Finding, name: str) -> Finding:
    return replace(
        finding,
        evidence=tuple(_evidence(item, name) for item in finding.evidence),
        near_misses=tuple(NearMiss(_place(miss.place, name), miss.text, miss.tool) for miss in finding.near_misses),
        blind_spots=tuple(_spot(spot, name) for spot in finding.blind_spots),
    )


def _evidence(item: Evidence, name: str) -> Evidence:
    route = tuple(replace(hop, place=_place(hop.place, name)) for hop in item.route)
    return replace(item, place=_place(item.place, name), route=route, runs=tuple(f"{name}:{run}" for run in item.runs))


def _spot(spot: BlindSpot, name: str) -> BlindSpot:
    return replace(spot, place=_place(spot.place, name))


def _place(place: Place, name: str) -> Place:
    return Place(f"{name}:{place.path}", place.line, place.end_line)


# ---- what one makes and another takes ----


@dataclass(frozen=True, slots=True)
class SystemHop:
    """One repository makes what another takes."""

    kind: str
    name: str
    maker: str
    made: Exchange
    taker: str
    taken: Exchange


def _hops(members: Sequence[Member], rated: Sequence[Rated]) -> list[SystemHop]:
    found: dict[tuple[str, str, str, str], SystemHop] = {}
    sides = [(member, item) for member, one in zip(members, rated, strict=True) for item in one.exchanges]
    made = [(member, item) for member, item in sides if item.makes]
    taken = [(member, item) for member, item in sides if not item.makes]
    for maker, one in made:
        for taker, other in taken:
            if maker is taker or one.kind != other.kind or not _fits(one, other, taker):
                continue
            name = one.name if one.kind != "image" or not one.name.startswith("*/") else other.name
            hop = SystemHop(one.kind, name, maker.shown, one, taker.shown, other)
            found.setdefault((one.kind, name, maker.shown, taker.shown), hop)
    return sorted(found.values(), key=lambda hop: (hop.kind, hop.name, hop.maker, hop.taker))[:_MOST_HOPS]


def _fits(made: Exchange, taken: Exchange, taker: Member) -> bool:
    if made.kind == "dispatch":
        repository, _, event = made.name.partition(" ")
        return taker.is_called(repository) and (taken.name in ("*", event) or not event)
    if made.kind == "image":
        return _same_image(made.name, taken.name)
    return made.name == taken.name


def _same_image(one: str, other: str) -> bool:
    if one == other:
        return True
    for known, full in ((one, other), (other, one)):
        if known.startswith("*/"):
            tail = known.removeprefix("*/")
            return full.removeprefix("*/") == tail or full.endswith(f"/{tail}")
    return False


def _with_starts(rated: Rated, member: Member, hops: Sequence[SystemHop]) -> Rated:
    """The rating with what dispatches this repository's runs before their routes."""
    starts = [hop for hop in hops if hop.kind == "dispatch" and hop.taker == member.shown]
    if not starts:
        return rated
    found = {
        name: replace(finding, evidence=tuple(_started(item, starts) for item in finding.evidence))
        for name, finding in rated.findings.items()
    }
    return replace(rated, findings=found)


def _started(item: Evidence, starts: Sequence[SystemHop]) -> Evidence:
    for hop in starts:
        first = item.route[0] if item.route else None
        if first and "repository_dispatch" in first.triggers and first.place.path == hop.taken.place.path:
            before = Hop(f"{hop.maker} dispatches {hop.made.name}", hop.made.place, ("repository_dispatch",))
            runs = tuple(dict.fromkeys((*item.runs, first.place.path, hop.made.place.path)))
            return replace(item, route=(before, *item.route), runs=runs)
    return item


# ---- joined ----


def _joined(rated: Sequence[Rated]) -> Rated:
    first = rated[0]
    return replace(
        first,
        findings={name: _finding(name, [one.findings[name] for one in rated]) for name in first.findings},
        blind_spots=tuple(spot for one in rated for spot in one.blind_spots),
        listed=sum(one.listed for one in rated),
        read=sum(one.read for one in rated),
        parsed=sum(one.parsed for one in rated),
        libraries=tuple(dict.fromkeys(name for one in rated for name in one.libraries)),
        manifests=tuple(path for one in rated for path in one.manifests),
        hidden=any(one.hidden for one in rated),
        named=any(one.named for one in rated),
        exchanges=(),
    )


def _finding(name: str, findings: Sequence[Finding]) -> Finding:
    """One finding of several: the lowest of what each needs, else the highest; not applicable only where it is everywhere."""
    known = [finding for finding in findings if finding.rung is not Rung.NOT_APPLICABLE]
    if not known:
        return findings[0]
    decides = _lowest(known) if name in needed_by_each() else _highest(known)
    others = [finding for finding in known if finding is not decides]
    evidence = (*decides.evidence, *_in_order(item for finding in others for item in finding.evidence))
    misses = (*decides.near_misses, *(miss for finding in others for miss in finding.near_misses))
    spots = (*decides.blind_spots, *(spot for finding in others for spot in finding.blind_spots))
    if name in needed_by_each():
        evidence = (
            tuple(item for item in evidence if item.rung.height <= max(decides.rung.height, 0)) or decides.evidence
        )
    return replace(
        decides,
        evidence=tuple(_in_order(evidence))[:_MOST_PROOFS],
        near_misses=misses[:_MOST_MISSES],
        blind_spots=spots[:_MOST_MISSES],
    )


def _in_order(items: Iterable[Evidence]) -> Iterator[Evidence]:
    yield from sorted(items, key=lambda item: -item.rung.height)


def _lowest(findings: Sequence[Finding]) -> Finding:
    """What is unknown could be lowest, so it decides."""
    return min(findings, key=lambda finding: finding.rung.height)


def _highest(findings: Sequence[Finding]) -> Finding:
    """Of equals the first; unknown is above absent, since it could be more."""
    return max(findings, key=lambda finding: 0.5 if finding.rung is Rung.UNKNOWN else finding.rung.height)


def _info(members: Sequence[Member], hops: Sequence[SystemHop]) -> SystemInfo:
    from assessor.assembling import repository_info

    return SystemInfo(
        repositories={member.shown: repository_info(member.snapshot) for member in members},
        hops=tuple(
            ExchangeInfo(
                kind=hop.made.kind,
                name=hop.name,
                maker=hop.maker,
                made=_place_info(hop.made.place),
                taker=hop.taker,
                taken=_place_info(hop.taken.place),
            )
            for hop in hops
        ),
    )


def _place_info(place: Place) -> PlaceInfo:
    return PlaceInfo(path=place.path, line=place.line, end_line=place.end_line)


def with_unread(assessment: Assessment, configuration: str, names: Sequence[str]) -> Assessment:
    """The assessment with a blind spot for each repository that the configuration counts to the system and nobody gave."""
    reason = "of the same system, not read; give it with --with"
    spots = (BlindSpotInfo(place=PlaceInfo(path=configuration), reason=f"{name}: {reason}") for name in names)
    return assessment.model_copy(update={"blind_spots": (*assessment.blind_spots, *spots)}) if names else assessment
