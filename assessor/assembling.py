"""From what was found to the assessment: findings scored by each rubric, put into the models of `assessment`."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from assessor import __version__
from assessor.assessment import (
    AccuracyInfo,
    Assessment,
    BasisInfo,
    BlindSpotInfo,
    ControlInfo,
    CrosswalkInfo,
    DimensionInfo,
    EvidenceInfo,
    GapInfo,
    HandoverInfo,
    HopInfo,
    ItemInfo,
    LevelInfo,
    LoopInfo,
    NearInfo,
    NearMissInfo,
    PlaceInfo,
    PracticeInfo,
    RaiseInfo,
    RepositoryInfo,
    RoadmapStepInfo,
    ScopeInfo,
    ScorecardInfo,
    SectionInfo,
    StationInfo,
    Statistics,
    StepInfo,
    SubjectInfo,
    ToolInfo,
    UnitInfo,
    WhereInfo,
)
from assessor.cache.version import parser_releases
from assessor.catalog.accuracy import load_accuracy
from assessor.catalog.pages import docs_base
from assessor.facts.place import Place
from assessor.findings import Evidence, Finding, NearMiss, Rung
from assessor.project.scope import WHOLE, Scope, Zone
from assessor.project.units import Unit, find_units
from assessor.rubric.anchors import words_of
from assessor.rubric.effort import DAYS
from assessor.rubric.profile import profile_of, profile_text
from assessor.rubric.results import ItemResult
from assessor.rubric.scoring import Scorecard, SectionResult, Shares, score
from assessor.rubric.subject import Seen, subject_of, without_learning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assessor.catalog.practices import Practice
    from assessor.facts import place as facts
    from assessor.findings import Hop
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.effort import Days
    from assessor.rubric.gaps import Gap
    from assessor.rubric.loop import Handover, Loop, StationState
    from assessor.rubric.model import Rubric
    from assessor.rubric.roadmap import Roadmap, RoadmapStep
    from assessor.rubric.subject import Subject
    from assessor.snapshot.snapshot import Snapshot


class Read(Seen, Protocol):
    """What was read of a snapshot: also what could not be read, and how many files were parsed."""

    @property
    def blind_spots(self) -> tuple[facts.BlindSpot, ...]: ...
    @property
    def parsed(self) -> int: ...


def assess(
    snapshot: Snapshot,
    reading: Read,
    findings: Mapping[str, Finding],
    rubrics: Sequence[Rubric],
    crosswalks: Sequence[Crosswalk] = (),
    days: Days = DAYS,
    scope: Scope = WHOLE,
) -> Assessment:
    """Score the findings by each rubric and put all together. The first rubric is the primary one. `scope`: the part of
    the snapshot that the findings are about."""
    from assessor.catalog.practices import load_practices
    from assessor.rubric.loop import find_loop

    practices = load_practices()
    subject = subject_of(findings, reading)
    if not subject.kind.can_be_rated:
        findings = without_learning(findings, practices)
    stack = stacks((entry.path for entry in snapshot.files), snapshot.remote)
    words = words_of(findings, stack)
    metrics = measured(findings)
    cards = {rubric.id: scored(rubric, findings, metrics, words, days, subject.kind) for rubric in rubrics}
    if not subject.kind.can_be_rated:
        cards = {name: unrated(card, subject.text) for name, card in cards.items()}
    return Assessment(
        tool=ToolInfo(name="mlops-assessor", version=__version__, rules=rules_digest(), docs=docs_base(os.environ)),
        repository=repository_info(snapshot, stack),
        primary=rubrics[0].id,
        subject=subject_info(subject, findings),
        scope=scope_info(snapshot, scope),
        practices={practice.id: practice_info(practice, findings[practice.id]) for practice in practices},
        scorecards=cards,
        crosswalks={crosswalk.id: crosswalk_info(crosswalk, findings) for crosswalk in crosswalks},
        loop=loop_info(find_loop(findings)) if subject.kind.can_be_rated else None,
        effort={"S": days.S, "M": days.M, "L": days.L},
        metrics=metrics,
        blind_spots=tuple(_blind_spot(spot) for spot in reading.blind_spots),
        statistics=Statistics(files=reading.listed, read=reading.read, parsed=reading.parsed),
    )


def scored(
    rubric: Rubric,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    words: Sequence[str] = (),
    days: Days = DAYS,
    kind: str = "",
) -> ScorecardInfo:
    """One rubric applied, with the plan to its next level. `words` are those of the steps (see `anchors.words_of`),
    `kind` is what the repository is about (see `subject`)."""
    from assessor.catalog.practices import load_practices
    from assessor.rubric.elsewhere import find_way
    from assessor.rubric.gaps import find_gaps
    from assessor.rubric.roadmap import QUICK_NODES

    practices = load_practices()
    card = score(rubric, findings, metrics, practices=practices)
    roadmap = find_way(
        kind,
        rubric,
        findings,
        metrics,
        days=days,
        practices=practices,
        stack=words,
        items=card.items,
        limit=QUICK_NODES,
    )
    gaps = find_gaps(rubric, card.items, card.level, roadmap.raises, findings, practices, words)
    stated = rubric.statements()
    return _scorecard(card, rubric.floor, roadmap).model_copy(
        update={
            "digest": rubric.digest,
            "gaps": tuple(_gap(gap) for gap in gaps),
            "statements": tuple(name for name in roadmap.blocked if name in stated),
        }
    )


def subject_info(subject: Subject, findings: Mapping[str, Finding]) -> SubjectInfo:
    """What the repository is about, and the shape of it where it can be rated."""
    profile = profile_of(findings) if subject.kind.can_be_rated else {}
    return SubjectInfo(
        kind=subject.kind.value,
        text=subject.text,
        profile=profile,
        profile_text=profile_text(profile),
        signs=subject.signs,
        libraries=subject.libraries,
    )


def unrated(card: ScorecardInfo, why: str) -> ScorecardInfo:
    """The scorecard without what says a level, where there is nothing whose maturity it could tell."""
    levels = (entry.model_copy(update={"own": False, "reached": False, "share": 0.0}) for entry in card.levels)
    nothing = {"level": None, "title": "", "why_no_level": why, "next_level": None, "share": 0.0, "index": None}
    dimensions = {
        name: result.model_copy(update={"level": None, "holds": 0, "asked": 0, "of_level": None})
        for name, result in card.dimensions.items()
    }
    sections = (entry.model_copy(update={"level": None}) for entry in card.sections)
    way = {"roadmap": (), "roadmap_days": 0.0, "roadmap_exact": True, "roadmap_blocked": (), "statements": ()}
    return card.model_copy(
        update={
            **nothing,
            **way,
            "levels": tuple(levels),
            "dimensions": dimensions,
            "sections": tuple(sections),
            "gaps": (),
            "possible_level": None,
        }
    )


def scope_info(snapshot: Snapshot, scope: Scope) -> ScopeInfo:
    """What of a snapshot is rated, with the numbers of the other files."""
    zones = Counter(scope.zone(entry.path) for entry in snapshot.files) if scope != WHOLE else Counter()
    return ScopeInfo(
        folder=scope.folder,
        unit=scope.unit,
        include=scope.include,
        exclude=scope.exclude,
        shared=scope.shared,
        others=scope.others,
        units_found=0 if scope.folder or scope.unit else len(find_units(entry.path for entry in snapshot.files)),
        left_out=zones[Zone.LEFT_OUT],
        followed=zones[Zone.OUTSIDE] + zones[Zone.OTHER],
    )


_UNIT_STEPS = 3


def unit_info(unit: Unit, rated: Assessment) -> UnitInfo:
    """What the whole's reports say of a unit, from the audit of it alone."""
    card = rated.scorecards[rated.primary]
    return UnitInfo(
        name=unit.name,
        paths=unit.paths,
        shared=unit.shared,
        subject=rated.subject,
        level=card.level,
        title=card.title,
        index=card.index,
        next_level=card.next_level,
        share=card.share,
        dimensions=card.dimensions,
        practices={name: info.rung for name, info in rated.practices.items()},
        steps=card.roadmap[:_UNIT_STEPS],
        blind_spots=len(rated.blind_spots),
        statistics=rated.statistics,
    )


def with_units(whole: Assessment, units: Iterable[UnitInfo]) -> Assessment:
    """The whole with its units, lowest first; those without a level stand last."""
    ordered = sorted(units, key=lambda unit: (unit.level is None, unit.index or unit.level or 0, unit.name))
    scope = whole.scope.model_copy(update={"units_found": 0})
    return whole.model_copy(update={"units": tuple(ordered), "scope": scope})


def repository_info(snapshot: Snapshot, stack: tuple[str, ...] = ()) -> RepositoryInfo:
    """Which state of which repository a snapshot is."""
    time = snapshot.commit_time
    return RepositoryInfo(
        name=snapshot.name,
        commit=snapshot.commit,
        dirty=snapshot.dirty,
        date=datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time is not None else "",
        remote=snapshot.remote,
        branch=snapshot.branch,
        stack=stack,
    )


_STACK_FILES = {
    "github": (".github/workflows/",),
    "gitlab": (".gitlab-ci.yml", ".gitlab/"),
    "azure": ("azure-pipelines", ".azure-pipelines/", ".azuredevops/", ".pipelines/"),
    "jenkins": ("Jenkinsfile", ".jenkins/"),
}
_STACK_HOSTS = {"github.": "github", "gitlab.": "gitlab", "dev.azure.": "azure", "visualstudio.": "azure"}


def stacks(paths: Iterable[str], remote: str) -> tuple[str, ...]:
    """The CI systems whose files a repository has, sorted; without any, the one of the remote's host."""
    starts = [(start, name) for name, beginnings in _STACK_FILES.items() for start in beginnings]
    found = {name for path in paths for start, name in starts if path.startswith(start)}
    if not found:
        found = {name for host, name in _STACK_HOSTS.items() if host in remote}
    return tuple(sorted(found))


def measured(findings: Mapping[str, Finding]) -> dict[str, float]:
    """All measured numbers behind the ratings, as `PRACTICE.NAME`; what rubrics can put bounds on."""
    return {f"{name}.{key}": value for name, finding in sorted(findings.items()) for key, value in finding.values}


def rules_digest() -> str:
    """Twelve hexadecimal digits that change whenever the data by which practices are rated, or the release of a parser,
    changes."""
    digest = hashlib.sha256(parser_releases())
    catalog = files("assessor.catalog")
    data = [item for folder in (catalog, catalog.joinpath("tools")) for item in folder.iterdir()]
    for item in sorted(data, key=lambda entry: entry.name):
        if item.name.endswith(".yaml"):
            digest.update(item.name.encode() + b"\0" + item.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def observed(assessment: Assessment) -> dict[str, Finding]:
    """The findings behind an assessment as far as scoring and plans ask: rungs, sentences, measured values, and where the
    proofs and near misses stand; no routes."""
    return {name: _finding(name, info) for name, info in assessment.practices.items()}


def _finding(name: str, info: PracticeInfo) -> Finding:
    proofs = (Evidence(name, Rung(e.rung), _fact_place(e.place), e.text, e.tool) for e in info.evidence)
    near = (NearMiss(_fact_place(miss.place), miss.text, miss.tool) for miss in info.near_misses)
    return Finding(name, Rung(info.rung), info.summary, tuple(proofs), tuple(near), values=tuple(info.values.items()))


def _fact_place(info: PlaceInfo) -> Place:
    return Place(info.path, info.line, info.end_line)


def practice_info(practice: Practice, finding: Finding) -> PracticeInfo:
    return PracticeInfo(
        title=practice.title,
        dimension=practice.dimension,
        rungs=tuple(practice.rungs),
        rung=finding.rung.value,
        summary=finding.summary,
        evidence=tuple(_evidence(item) for item in finding.evidence),
        near_misses=tuple(NearMissInfo(place=_place(m.place), text=m.text, tool=m.tool) for m in finding.near_misses),
        blind_spots=tuple(_blind_spot(spot) for spot in finding.blind_spots),
        values=dict(finding.values),
        accuracy=_accuracy(practice.id),
    )


def _accuracy(practice: str) -> AccuracyInfo | None:
    known = load_accuracy().get(practice)
    return AccuracyInfo(right=known.right, of=known.of, is_doubtful=known.is_doubtful) if known else None


def _place(place: facts.Place) -> PlaceInfo:
    return PlaceInfo(path=place.path, line=place.line, end_line=place.end_line)


def _blind_spot(spot: facts.BlindSpot) -> BlindSpotInfo:
    return BlindSpotInfo(place=_place(spot.place), reason=spot.reason, practices=spot.practices)


def _hop(hop: Hop) -> HopInfo:
    return HopInfo(text=hop.text, place=_place(hop.place), triggers=hop.triggers)


def _evidence(evidence: Evidence) -> EvidenceInfo:
    return EvidenceInfo(
        rung=evidence.rung.value,
        tool=evidence.tool,
        place=_place(evidence.place),
        route=tuple(f"{hop.place} {hop.text}" for hop in evidence.route),
        hops=tuple(_hop(hop) for hop in evidence.route),
        text=evidence.text,
    )


def _scorecard(card: Scorecard, floor: int, roadmap: Roadmap | None = None) -> ScorecardInfo:
    return ScorecardInfo(
        name=card.rubric_title,
        edition=card.edition,
        level=card.level,
        title=card.title,
        floor=floor,
        top=card.top,
        next_level=card.next_level,
        share=floored(card.share),
        index=card.index,
        levels=tuple(
            LevelInfo(
                level=r.level,
                title=r.title,
                own=r.own,
                reached=r.reached,
                share=floored(r.share),
                basis=basis_info(r.basis),
            )
            for r in card.levels
        ),
        dimensions={
            name: DimensionInfo(
                level=result.level,
                score=result.score,
                unknown=result.unknown,
                holds=result.holds,
                asked=result.asked,
                of_level=result.of_level,
            )
            for name, result in card.dimensions.items()
        },
        gaps=(),
        roadmap=tuple(step_info(step) for step in roadmap.steps) if roadmap else (),
        roadmap_days=roadmap.days if roadmap else 0.0,
        roadmap_exact=roadmap.exact if roadmap else True,
        roadmap_blocked=roadmap.blocked if roadmap else (),
        items=tuple(_item(result, card.scoring) for result in card.items),
        counts={status.value: count for status, count in card.counts.items()},
        scoring=card.scoring,
        possible_level=card.possible_level,
        points=_rounded(card.points),
        possible=_rounded(card.possible),
        full=card.full,
        unit=card.unit,
        sections=tuple(_section(result) for result in card.sections),
        basis=basis_info(card.basis),
    )


def floored(share: float) -> float:
    """A share in thousandths; only a whole one is 1."""
    return min(round(share, 3), 0.999) if share < 1 else 1.0


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def basis_info(shares: Shares) -> BasisInfo:
    return BasisInfo(
        observed=round(shares.observed, 3),
        attested=round(shares.attested, 3),
        unstated=round(shares.unstated, 3),
        unknown=round(shares.unknown, 3),
    )


def _section(result: SectionResult) -> SectionInfo:
    return SectionInfo(
        id=result.id,
        title=result.title,
        counts=result.counts,
        level=result.level,
        points=_rounded(result.points),
        possible=_rounded(result.possible),
        full=result.full,
        basis=basis_info(result.basis),
    )


def step_info(step: RoadmapStep) -> RoadmapStepInfo:
    """One step of a roadmap for renderers."""
    return RoadmapStepInfo(
        title=step.title,
        raises=tuple(
            RaiseInfo(practice=r.practice, title=r.title, rung=r.rung.value, wanted=r.wanted, fix=r.fix)
            for r in step.raises
        ),
        effort=step.effort,
        days=step.days,
        level=step.level,
        unlocks=step.unlocks,
        reaches=step.reaches,
        near=tuple(
            NearInfo(practice=n.practice, text=n.text, place=_place(n.place) if n.place else None) for n in step.near
        ),
        change=step.change,
        days_low=round(step.estimate.low, 3),
        days_high=round(step.estimate.high, 3),
        where=tuple(WhereInfo(role=anchor.role, place=_place(anchor.place)) for anchor in step.anchors),
    )


def _gap(gap: Gap) -> GapInfo:
    return GapInfo(
        practice=gap.practice,
        title=gap.title,
        item=gap.item,
        text=gap.text,
        level=gap.level,
        blocking=gap.blocking,
        status=gap.status.value,
        rung=gap.rung.value,
        wanted=gap.wanted,
        why=gap.why,
        fix=" ".join(step.fix for step in gap.steps),
        effort=max((step.effort for step in gap.steps), key="SML".index, default=None),
        steps=tuple(StepInfo(rung=step.rung, fix=step.fix, effort=step.effort) for step in gap.steps),
    )


def _item(result: ItemResult, scoring: str) -> ItemInfo:
    item = result.item
    counted = scoring != "levels" and not item.lack
    return ItemInfo(
        id=item.id,
        source=item.source,
        text=item.text,
        level=result.level,
        dimension=item.area,
        required=item.required,
        lack=item.lack,
        status=result.status.value,
        section=result.section,
        points=result.points if counted else None,
        possible=result.possible if counted else None,
        worth=item.points if counted else None,
    )


def crosswalk_info(crosswalk: Crosswalk, findings: Mapping[str, Finding]) -> CrosswalkInfo:
    """What the findings support of a framework, control by control."""
    from assessor.rubric.crosswalk import Support, supported

    results = supported(crosswalk, findings)
    group = {control.id: group.title for group in crosswalk.groups for control in group.controls}
    return CrosswalkInfo(
        name=crosswalk.title,
        edition=crosswalk.edition,
        source=crosswalk.source,
        scope=crosswalk.scope,
        counts={kind.value: sum(result.support is kind for result in results) for kind in Support},
        controls=tuple(
            ControlInfo(
                id=result.control.id,
                control=result.control.control,
                text=result.control.text,
                group=group[result.control.id],
                support=result.support.value,
                supports={demand.practice: demand.rung for demand in result.control.practices},
                by={practice: rung.value for practice, rung in result.by},
                attest=result.control.attest,
                note=result.control.note,
            )
            for result in results
        ),
    )


def loop_info(loop: Loop) -> LoopInfo:
    """The loop for renderers."""
    return LoopInfo(
        stations=tuple(_station(state) for state in loop.stations),
        handovers=tuple(_handover(entry) for entry in loop.handovers),
        first_break=loop.handovers.index(loop.first_break) if loop.first_break else None,
        manual=tuple(loop.handovers.index(entry) for entry in loop.manual),
    )


def _station(state: StationState) -> StationInfo:
    return StationInfo(
        id=state.station.id,
        title=state.station.title,
        rung=state.rung.value,
        practice=state.practice,
        place=_place(state.proof.place) if state.proof else None,
        text=state.proof.text if state.proof else "",
    )


def _handover(handover: Handover) -> HandoverInfo:
    return HandoverInfo(
        start=handover.start.station.id,
        end=handover.end.station.id,
        by=handover.by.value,
        reason=handover.reason,
        why=handover.why,
        values=dict(handover.values),
        places=tuple(_place(proof.place) for proof in handover.proofs),
    )
