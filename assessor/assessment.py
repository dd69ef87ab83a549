"""The assessment: everything that a renderer needs, as frozen models. Dumped, it is the stable JSON of an audit.

`schema_version` changes when a field is removed or changes its meaning; new fields may come at any time. The schema
made from these models is shipped as `assessment.schema.json`; a test compares the two.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _encodable(value: Any) -> Any:
    """Names of files may hold bytes that are no UTF-8; they are escaped (`\\udc80`), since JSON cannot carry them."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_encodable)]
SubjectName = Literal["system", "training", "serving", "parts", "none", "unread", "empty"]
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
    """What made the assessment. `rules` is a digest of practices, tools and the releases of the parsers:
    equal digests rate alike."""

    name: str
    version: str
    rules: str
    docs: str = ""
    """Where its documentation stands (https), by which reports link the page of each practice; empty where nobody said."""


class RepositoryInfo(Part):
    """Which state of which repository. `date` is the commit's, in UTC; `stack` are the CI systems found there."""

    name: Text
    commit: Text = ""
    dirty: bool = False
    date: str = ""
    remote: Text = ""
    branch: Text = ""
    stack: tuple[str, ...] = ()


class ScopeInfo(Part):
    """What of the repository is rated: globs of its own files (`include`; all where empty), of what is not read
    (`exclude`), the sub-folder and the unit that were asked for, and those of other units (`others`). `left_out` files are not read, `followed` ones were read
    only for what starts what. `units_found`: units that could be rated each for itself, and were not asked for."""

    folder: Text = ""
    unit: Text = ""
    include: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    shared: tuple[Text, ...] = ()
    others: tuple[Text, ...] = ()
    left_out: int = 0
    followed: int = 0
    units_found: int = 0

    @property
    def is_whole(self) -> bool:
        """Nothing of the repository is left out of the rating."""
        return not (self.folder or self.unit or self.include or self.exclude)


class PlaceInfo(Part):
    """A file (of another repository of a system as `NAME:path`), a line counted from 1 and, where known, the last line."""

    path: Text
    line: int = 1
    end_line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class HopInfo(Part):
    """One step of a route. `triggers`: the kinds of trigger (push, schedule, event) that start the run, on its first hop."""

    text: Text
    place: PlaceInfo
    triggers: tuple[Text, ...] = ()


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


class AccuracyInfo(Part):
    """How often the rating of a practice was right (`right` of `of`) on repositories that nobody had looked at before."""

    right: int
    of: int
    is_doubtful: bool
    """Right less often than four times in five."""


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
    accuracy: AccuracyInfo | None = None
    """None where it was not measured."""


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


class WhereInfo(Part):
    """A file of the repository that a step is about: `at` is worked on, `by` starts it without a person."""

    role: Literal["at", "by"]
    place: PlaceInfo


class RoadmapStepInfo(Part):
    """One piece of work on the cheapest way, in days of one person; what one change lifts together is one step.

    `title` is an imperative. `days` orders steps; what to tell is the estimate from `days_low` to `days_high` (both 0 in an
    audit by a version without it), and `effort` is the letter of `days`. `where` are the repository's own files where the
    step begins. `unlocks` are the items that hold after it and did not before; `level` is the level that it is needed for, `reaches`
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
    days_low: float = 0.0
    days_high: float = 0.0
    where: tuple[WhereInfo, ...] = ()


class GapInfo(Part):
    """A practice that should rise, what asks for it, why it matters and what to do in this repository's own stack.

    `blocking` gaps keep the next level away. `status` is `unknown` where what could show it was unreadable. `later`: it
    lies beyond the target, so it can wait.
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
    later: bool = False


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
    """One level: `own` says that its own items hold, `reached` that all lower ones do too; `share` is how much of the rungs
    that it asks is climbed, 1 exactly where its own items hold."""

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
    """One dimension: points, 0 to 100, alike in all models, and the highest level that it does not keep away (null where
    the model asks nothing of it), which is never below the level over all.

    Of the statements of `of_level` (the next level; at the top the top) about this dimension `asked` apply and `holds` hold.
    Where the model counts points they are all of its statements, and `of_level` is null.
    """

    level: int | None
    score: Annotated[float, Field(ge=0, le=100)]
    unknown: int = 0
    holds: int = 0
    asked: int = 0
    of_level: int | None = None


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


class TargetInfo(Part):
    """Where the repository wants to be by one model, and the cheapest way there.

    `level` is null where only levels of dimensions are wanted. `source` says who wants it: a profile's name, or the file
    of the configuration. The way is as in a scorecard, and empty once the target is reached.
    """

    level: int | None
    title: str = ""
    dimensions: dict[str, int] = {}
    source: Text
    reached: bool
    roadmap: tuple[RoadmapStepInfo, ...] = ()
    roadmap_days: float = 0.0
    roadmap_exact: bool = True
    roadmap_blocked: tuple[str, ...] = ()


class SubjectInfo(Part):
    """What the repository is about. `kind`: system (trains and serves), training or serving (only), parts (neither, but
    pieces of machine learning), none, unread (no file could be read), empty; the last three get no level. `text` is an
    English sentence; `signs` are the practices that show machine learning,
    `libraries` those of the catalogue's tools for it that are imported.

    `profile` is the shape beside the level: how changes are delivered (`delivery`), how it trains (`training`), what is
    watched (`watching`), each by the key of its answer; `profile_text` says it in English. Both are empty without a level.
    """

    kind: SubjectName
    text: str
    profile: dict[str, str] = {}
    profile_text: str = ""
    signs: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @property
    def can_be_rated(self) -> bool:
        """There is something whose maturity a level can tell."""
        return self.kind not in ("none", "unread", "empty")


class ScorecardInfo(Part):
    """One maturity model applied.

    `level` is null, and `title` empty, where there is nothing to rate; `why_no_level` then says why. Else `level` is proven. `index` is the position as one number that sorts repositories: the level and, behind the point, how
    much of the next one is there (`share`), rounded down; 1.5 is level 1 and half of level 2. `possible_level` would hold if all that is unknown held and all that can be stated were stated;
    `points` and `possible` are the same interval where the model counts points (`scoring` is `sum`, or `minimum`: the
    lowest section decides), out of `full`. `statements` are items that would have to be stated for the next level.
    """

    name: str
    edition: str
    level: int | None
    title: str
    why_no_level: str = ""
    floor: int
    top: int
    next_level: int | None
    share: Share
    index: float | None = None
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
    digest: str = ""
    """Twelve hexadecimal digits that change with the content of the model; empty in an audit by a version without it."""
    target: TargetInfo | None = None
    """Null where neither a profile nor the configuration sets a target by this model."""

    @property
    def height(self) -> int:
        """The level, and one below the lowest where none is given: what levels are compared with."""
        return self.floor - 1 if self.level is None else self.level


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
    person, nobody (one of the two is not there), unknown. `places` are the proofs of both sides where there are any.
    `reason` is an English sentence, `why` its kind and `values` what it has filled in, for reports in another language."""

    start: str
    end: str
    by: CarrierName
    reason: Text
    why: str = ""
    values: dict[str, str] = {}
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


class ExchangeInfo(Part):
    """What one repository of a system makes and another takes: an image, a package, a model, or a dispatch that starts it."""

    kind: Literal["image", "package", "model", "dispatch"]
    name: Text
    maker: Text
    made: PlaceInfo
    taker: Text
    taken: PlaceInfo


class SystemInfo(Part):
    """The repositories of one system by the names that places have, the first one first, and the hops between them."""

    repositories: dict[Text, RepositoryInfo]
    hops: tuple[ExchangeInfo, ...] = ()


class UnitInfo(Part):
    """One unit of a monorepo, rated for itself by the primary model; all but its own rating is as in the whole's scorecard.

    `paths` and `shared` are globs; `steps` are the first ones of its plan.
    """

    name: Text
    paths: tuple[Text, ...]
    shared: tuple[Text, ...] = ()
    subject: SubjectInfo | None = None
    level: int | None
    title: str = ""
    index: float | None = None
    next_level: int | None = None
    share: Share = 0.0
    dimensions: dict[str, DimensionInfo] = {}
    practices: dict[str, RungName]
    steps: tuple[RoadmapStepInfo, ...] = ()
    blind_spots: int = 0
    statistics: Statistics


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


class InputsInfo(Part):
    """What an audit went by beside the repository's files: the configuration and the policy, each by its name and the
    SHA-256 of its text, both empty where there is none; the profile that an option named."""

    configuration: Text = ""
    configuration_digest: str = ""
    policy: Text = ""
    policy_digest: str = ""
    profile: str = ""


class SealInfo(Part):
    """SHA-256 over the assessment as it was made, and over each part of it (`assessor.seal`). `broken`: the parts that a
    stored assessment was found not to fit its seal; it is never part of a seal that fits."""

    digest: str
    parts: dict[str, str]
    broken: tuple[str, ...] = ()


class Assessment(Part):
    """The result of one audit. `primary` is the model that a report shows first; `crosswalks` are those asked for."""

    schema_version: Literal["1"] = "1"
    tool: ToolInfo
    repository: RepositoryInfo
    primary: str
    subject: SubjectInfo | None = None
    """Null only in an audit by a version that did not ask."""
    scope: ScopeInfo = ScopeInfo()
    units: tuple[UnitInfo, ...] = ()
    """Lowest first, those without machine learning last; empty where the repository is rated as one."""
    practices: dict[str, PracticeInfo]
    scorecards: dict[str, ScorecardInfo]
    crosswalks: dict[str, CrosswalkInfo] = {}
    loop: LoopInfo | None = None
    """Null where there is no machine learning, and in an audit by a version that did not draw it."""
    statements: StatementsInfo = StatementsInfo()
    effort: dict[EffortName, Annotated[float, Field(gt=0, le=1000)]] = {}
    """What the efforts take, in days of one person; empty in an audit by a version that did not say."""
    metrics: dict[str, float] = {}
    blind_spots: tuple[BlindSpotInfo, ...] = ()
    statistics: Statistics
    system: SystemInfo | None = None
    """Null where one repository is rated."""
    inputs: InputsInfo = InputsInfo()
    seal: SealInfo | None = None
    """Null in an assessment that no command wrote, and in one by a version without seals."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an assessment's JSON."""
    return schema_of(Assessment, "assessment")


def schema_of(part: type[Part], name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what is written as JSON, with the name of this document in its `$id`."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:mlops-assessor:{name}:1"}
    return head | part.model_json_schema(mode="serialization")
