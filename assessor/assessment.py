"""The assessment: everything that a renderer needs, as frozen models. Dumped, it is the stable JSON of an audit.

`schema_version` changes when a field is removed or changes its meaning; new fields may come at any time. The schema
made from these models is shipped as `assessment.schema.json`; a test compares the two.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assessor import __version__
from assessor.rubric.scoring import ItemResult, Scorecard, SectionResult, Shares, score

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assessor.catalog.practices import Practice
    from assessor.facts import place as facts
    from assessor.findings import Evidence, Finding, Hop
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.gaps import Gap
    from assessor.rubric.loop import Handover, Loop, StationState
    from assessor.rubric.model import Rubric
    from assessor.rubric.roadmap import Roadmap, RoadmapStep
    from assessor.snapshot.snapshot import Snapshot


def _encodable(value: Any) -> Any:
    """Names of files may hold bytes that are no UTF-8; they are escaped (`\\udc80`), since JSON cannot carry them."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_encodable)]
RungName = Literal["absent", "declared", "used", "automated", "enforced", "not_applicable", "unknown"]
Share = Annotated[float, Field(ge=0, le=1)]
StatusName = Literal["met", "partial", "unmet", "unknown", "not_applicable", "attested", "attestable"]
EffortName = Literal["S", "M", "L"]
CarrierName = Literal["pipeline", "event", "schedule", "person", "nobody", "unknown"]
StatementState = Literal["in_force", "ending", "expired", "early", "undated", "barred", "too_long", "unused", "ignored"]
SupportName = Literal["supported", "partly", "unsupported", "unknown", "not_applicable", "attest"]


class Part(BaseModel):
    """A frozen part of the assessment."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolInfo(Part):
    """What made the assessment. `rules` is a digest of practices and tools: equal digests rate alike."""

    name: str
    version: str
    rules: str


class RepositoryInfo(Part):
    """Which state of which repository. `date` is the commit's, in UTC; `stack` are the CI systems found there."""

    name: Text
    commit: Text = ""
    dirty: bool = False
    date: str = ""
    remote: Text = ""
    branch: Text = ""
    stack: tuple[str, ...] = ()


class PlaceInfo(Part):
    """A file, a line counted from 1 and, where known, the last line."""

    path: Text
    line: int = 1
    end_line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class HopInfo(Part):
    """One step of a route."""

    text: Text
    place: PlaceInfo


class EvidenceInfo(Part):
    """One proof. `route` has the hops as text, `PATH:LINE what runs there`; `hops` has them in parts."""

    rung: RungName
    tool: Text = ""
    place: PlaceInfo
    route: tuple[Text, ...] = ()
    hops: tuple[HopInfo, ...] = ()
    text: Text = ""


class NearMissInfo(Part):
    """What looks like the practice and does not count, and why."""

    place: PlaceInfo
    text: Text
    tool: Text = ""


class BlindSpotInfo(Part):
    """What could not be read, why, and which practices that may hide."""

    place: PlaceInfo
    reason: Text
    practices: tuple[str, ...] = ()


class PracticeInfo(Part):
    """The rating of one practice. `rungs` are those that it defines, lowest first."""

    title: str
    dimension: str
    rungs: tuple[RungName, ...]
    rung: RungName
    summary: Text
    evidence: tuple[EvidenceInfo, ...] = ()
    near_misses: tuple[NearMissInfo, ...] = ()
    blind_spots: tuple[BlindSpotInfo, ...] = ()
    values: dict[str, float] = {}


class StepInfo(Part):
    """One rung to climb and what to do for it; effort S is hours, M days, L weeks."""

    rung: RungName
    fix: str
    effort: EffortName


class RaiseInfo(Part):
    """One practice that a step of the roadmap lifts, and what to do for it."""

    practice: str
    title: str
    rung: RungName
    wanted: RungName
    fix: str


class NearInfo(Part):
    """What is nearly there: the rung below the wanted one, or what looks like the practice and does not count."""

    practice: str
    text: Text
    place: PlaceInfo | None = None


class RoadmapStepInfo(Part):
    """One piece of work on the cheapest way, in days of one person; what one change lifts together is one step.

    `unlocks` are the items that hold after it and did not before; `level` is the level that it is needed for, `reaches`
    the level that is reached once it is done. `change` names a change that lifts several practices at once.
    """

    title: str
    raises: tuple[RaiseInfo, ...]
    effort: EffortName
    days: float
    level: int
    unlocks: tuple[str, ...] = ()
    reaches: int | None = None
    near: tuple[NearInfo, ...] = ()
    change: str = ""


class GapInfo(Part):
    """A practice that should rise, what asks for it, why it matters and what to do in this repository's own stack.

    `blocking` gaps keep the next level away. `status` is `unknown` where what could show it was unreadable.
    """

    practice: str
    title: str
    item: str
    text: str
    level: int
    blocking: bool
    status: StatusName
    rung: RungName
    wanted: RungName
    why: str
    fix: str
    effort: EffortName | None = None
    steps: tuple[StepInfo, ...] = ()


class ItemInfo(Part):
    """One statement of the model. For a weakness (`lack`) `met` means that it is overcome."""

    id: str
    source: str
    text: str
    level: int
    dimension: str
    required: bool
    lack: bool
    status: StatusName
    section: str = ""
    points: float | None = None
    possible: float | None = None
    worth: float | None = None


class BasisInfo(Part):
    """On what a result rests: shares of the items that apply which were observed, attested, could be attested but were
    not, and could not be read. They add up to 1, or are all 0 where nothing applies."""

    observed: Share = 0.0
    attested: Share = 0.0
    unstated: Share = 0.0
    unknown: Share = 0.0


class LevelInfo(Part):
    """One level: `own` says that its own items hold, `reached` that all lower ones do too; `share` of it that holds."""

    level: int
    title: str
    own: bool
    reached: bool
    share: Share
    basis: BasisInfo = BasisInfo()


class SectionInfo(Part):
    """One section: points, those at best (`possible`) and all there are (`full`) where the model counts points; else a
    column over all levels with the level that it reaches. `counts`: its points decide."""

    id: str
    title: str
    counts: bool = True
    level: int | None = None
    points: float | None = None
    possible: float | None = None
    full: float | None = None
    basis: BasisInfo = BasisInfo()


class DimensionInfo(Part):
    """One dimension: its level (null where the model asks nothing of it) and points, 0 to 100, alike in all models."""

    level: int | None
    score: Annotated[float, Field(ge=0, le=100)]
    unknown: int = 0


class AttestedInfo(Part):
    """A scorecard once more, with the attestations in force. It never changes what was observed.

    `dimensions` are only those whose level differs; `items` are those that hold, or earn more points, only since
    somebody stated it. Each item whose answer rests on a statement is in the attested share of `basis`.
    """

    level: int
    title: str
    points: float | None = None
    dimensions: dict[str, int | None] = {}
    items: tuple[str, ...] = ()
    basis: BasisInfo = BasisInfo()


class ScorecardInfo(Part):
    """One maturity model applied.

    `level` is proven. `possible_level` would hold if all that is unknown held and all that can be stated were stated;
    `points` and `possible` are the same interval where the model counts points (`scoring` is `sum`, or `minimum`: the
    lowest section decides), out of `full`. `statements` are items that would have to be stated for the next level.
    """

    name: str
    edition: str
    level: int
    title: str
    floor: int
    top: int
    next_level: int | None
    share: Share
    levels: tuple[LevelInfo, ...]
    dimensions: dict[str, DimensionInfo]
    gaps: tuple[GapInfo, ...]
    roadmap: tuple[RoadmapStepInfo, ...] = ()
    roadmap_days: float = 0.0
    """All its steps together; no way to the next level is shorter if `roadmap_exact`."""
    roadmap_exact: bool = True
    roadmap_blocked: tuple[str, ...] = ()
    """Items in the way that no practice can mend: a measured bound, a statement."""
    items: tuple[ItemInfo, ...] = ()
    counts: dict[StatusName, int] = {}
    scoring: Literal["levels", "sum", "minimum"] = "levels"
    possible_level: int | None = None
    points: float | None = None
    possible: float | None = None
    full: float | None = None
    unit: str = ""
    sections: tuple[SectionInfo, ...] = ()
    statements: tuple[str, ...] = ()
    basis: BasisInfo = BasisInfo()
    attested: AttestedInfo | None = None
    """Null where no attestation in force says anything to this model."""


class ControlInfo(Part):
    """One control of a framework and how far practices give evidence for it; none of the words says that it is met.

    `support` is `attest` where no repository can give evidence. `supports` are the practices that can, at the rung from
    which on they do; `by` are those that do, at the rung that they have. `attest` is what people have to state in any case.
    """

    id: str
    control: str
    text: str
    group: str
    support: SupportName
    supports: dict[str, RungName] = {}
    by: dict[str, RungName] = {}
    attest: str
    note: str = ""


class CrosswalkInfo(Part):
    """A framework that is no maturity model, such as a law or a standard, and what supports each of its controls."""

    name: str
    edition: str
    source: str
    scope: str = ""
    counts: dict[SupportName, int]
    controls: tuple[ControlInfo, ...]


class StationInfo(Part):
    """One station of the life cycle: the highest rung among the practices that show it, and the proof of it."""

    id: str
    title: str
    rung: RungName
    practice: str
    place: PlaceInfo | None = None
    text: Text = ""


class HandoverInfo(Part):
    """From one station to the next. `by`: pipeline (one workflow reaches both), event or schedule (starts the later one),
    person, nobody (one of the two is not there), unknown. `places` are the proofs of both sides where there are any."""

    start: str
    end: str
    by: CarrierName
    reason: Text
    places: tuple[PlaceInfo, ...] = ()


class LoopInfo(Part):
    """The loop of the life cycle from data to the next training. `first_break` is the number of the first hand-over that no
    automation makes (null where there is none), `manual` are those of all that a person makes."""

    stations: tuple[StationInfo, ...]
    handovers: tuple[HandoverInfo, ...]
    first_break: int | None = None
    manual: tuple[int, ...] = ()


class Statistics(Part):
    """Files that the snapshot lists, those that were read, and those that were parsed as Python."""

    files: int
    read: int
    parsed: int


class AttestationInfo(Part):
    """What a person stated: a practice at a rung or an item of a model (`MODEL/ITEM`), and whether it counts.

    `when` and `expires` are days, `place` is its line in the configuration. `state`: in_force and ending (at most 30
    days left) count. The others do not: expired; early (dated after the day of the audit); undated (no day is known to
    hold it against); barred (the policy refuses it); unused (nothing would be different without it); ignored (the
    audit is strict).
    """

    practice: str = ""
    rung: RungName | None = None
    item: str = ""
    statement: Text
    who: Text
    when: str
    expires: str
    link: Text = ""
    place: PlaceInfo
    state: StatementState
    days_left: int | None = None


class WaiverInfo(Part):
    """A gap that the team accepts for a time; with `path` only there. `state` as in attestations, and `too_long`: it
    lasts longer than the policy allows. It never changes a rating, a level or a gap."""

    practice: str
    path: Text = ""
    reason: Text
    owner: Text
    ticket: Text
    expires: str
    place: PlaceInfo
    state: StatementState
    days_left: int | None = None


class StatementsInfo(Part):
    """What people stated and waived in the configuration. `day` is the one by which they expire: SOURCE_DATE_EPOCH where
    it is set, else the commit's; empty where there is neither, or nothing is stated. `strict`: attestations do not count.
    """

    day: str = ""
    strict: bool = False
    attestations: tuple[AttestationInfo, ...] = ()
    waivers: tuple[WaiverInfo, ...] = ()


class Assessment(Part):
    """The result of one audit. `primary` is the model that a report shows first; `crosswalks` are those asked for."""

    schema_version: Literal["1"] = "1"
    tool: ToolInfo
    repository: RepositoryInfo
    primary: str
    practices: dict[str, PracticeInfo]
    scorecards: dict[str, ScorecardInfo]
    crosswalks: dict[str, CrosswalkInfo] = {}
    loop: LoopInfo | None = None
    """Null only in an audit by a version that did not draw it."""
    statements: StatementsInfo = StatementsInfo()
    metrics: dict[str, float] = {}
    blind_spots: tuple[BlindSpotInfo, ...] = ()
    statistics: Statistics


class Read(Protocol):
    """What was read of a snapshot: what it could not read, and how many files were listed, read and parsed."""

    @property
    def blind_spots(self) -> tuple[facts.BlindSpot, ...]: ...
    @property
    def listed(self) -> int: ...
    @property
    def read(self) -> int: ...
    @property
    def parsed(self) -> int: ...


def assess(
    snapshot: Snapshot,
    reading: Read,
    findings: Mapping[str, Finding],
    rubrics: Sequence[Rubric],
    crosswalks: Sequence[Crosswalk] = (),
) -> Assessment:
    """Score the findings by each rubric and put all together. The first rubric is the primary one."""
    from assessor.catalog.practices import load_practices
    from assessor.rubric.loop import find_loop

    practices = load_practices()
    stack = stacks((entry.path for entry in snapshot.files), snapshot.remote)
    metrics = measured(findings)
    cards = {rubric.id: _scored(rubric, findings, metrics, practices, frozenset(stack)) for rubric in rubrics}
    return Assessment(
        tool=ToolInfo(name="mlops-assessor", version=__version__, rules=rules_digest()),
        repository=_repository(snapshot, stack),
        primary=rubrics[0].id,
        practices={practice.id: practice_info(practice, findings[practice.id]) for practice in practices},
        scorecards=cards,
        crosswalks={crosswalk.id: crosswalk_info(crosswalk, findings) for crosswalk in crosswalks},
        loop=loop_info(find_loop(findings)),
        metrics=metrics,
        blind_spots=tuple(_blind_spot(spot) for spot in reading.blind_spots),
        statistics=Statistics(files=reading.listed, read=reading.read, parsed=reading.parsed),
    )


def _scored(
    rubric: Rubric,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    practices: Sequence[Practice],
    stack: frozenset[str],
) -> ScorecardInfo:
    from assessor.rubric.roadmap import QUICK_NODES, find_roadmap

    card = score(rubric, findings, metrics, practices=practices, stack=stack)
    roadmap = find_roadmap(
        rubric, findings, metrics, practices=practices, stack=stack, items=card.items, limit=QUICK_NODES
    )
    return scorecard_info(card, rubric.floor, roadmap)


def _repository(snapshot: Snapshot, stack: tuple[str, ...]) -> RepositoryInfo:
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
    """Twelve hexadecimal digits that change whenever the data by which practices are rated changes."""
    digest = hashlib.sha256()
    catalog = files("assessor.catalog")
    data = [item for folder in (catalog, catalog.joinpath("tools")) for item in folder.iterdir()]
    for item in sorted(data, key=lambda entry: entry.name):
        if item.name.endswith(".yaml"):
            digest.update(item.name.encode() + b"\0" + item.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


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
    )


def _place(place: facts.Place) -> PlaceInfo:
    return PlaceInfo(path=place.path, line=place.line, end_line=place.end_line)


def _blind_spot(spot: facts.BlindSpot) -> BlindSpotInfo:
    return BlindSpotInfo(place=_place(spot.place), reason=spot.reason, practices=spot.practices)


def _hop(hop: Hop) -> HopInfo:
    return HopInfo(text=hop.text, place=_place(hop.place))


def _evidence(evidence: Evidence) -> EvidenceInfo:
    return EvidenceInfo(
        rung=evidence.rung.value,
        tool=evidence.tool,
        place=_place(evidence.place),
        route=tuple(f"{hop.place} {hop.text}" for hop in evidence.route),
        hops=tuple(_hop(hop) for hop in evidence.route),
        text=evidence.text,
    )


def scorecard_info(card: Scorecard, floor: int, roadmap: Roadmap | None = None) -> ScorecardInfo:
    return ScorecardInfo(
        name=card.rubric_title,
        edition=card.edition,
        level=card.level,
        title=card.title,
        floor=floor,
        top=card.top,
        next_level=card.next_level,
        share=round(card.share, 3),
        levels=tuple(
            LevelInfo(
                level=r.level,
                title=r.title,
                own=r.own,
                reached=r.reached,
                share=round(r.share, 3),
                basis=basis_info(r.basis),
            )
            for r in card.levels
        ),
        dimensions={
            name: DimensionInfo(level=result.level, score=result.score, unknown=result.unknown)
            for name, result in card.dimensions.items()
        },
        gaps=tuple(_gap(gap) for gap in card.gaps),
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
        statements=card.statements,
        basis=basis_info(card.basis),
    )


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
    )


def _gap(gap: Gap) -> GapInfo:
    efforts: Collection[EffortName] = [step.effort for step in gap.steps]
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
        effort=max(efforts, key="SML".index, default=None),
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
        places=tuple(_place(proof.place) for proof in handover.proofs),
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an assessment's JSON."""
    schema = Assessment.model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mlops-assessor:assessment:1",
    }
    return head | schema
