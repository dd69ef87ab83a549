"""The gate over a fleet: each repository judged by the policy of its profile, and how many failures are new. Pure.

Repositories without machine learning are left out. One that could not be audited is undecided, as is one where only the
unknown stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessor.assessment import Assessment, PracticeInfo, RepositoryInfo, Statistics, SubjectInfo, ToolInfo
from assessor.catalog.practices import load_practices
from assessor.policy.effective import effective
from assessor.policy.gate import judge
from assessor.policy.model import Config, Gate, Policy
from assessor.policy.verdicts import FAILED, PASSED, UNDECIDED, Outcome, Verdict, worst
from assessor.portfolio import Row
from assessor.record import Standing
from assessor.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class Judged:
    """One repository: what became of its conditions, and whether it failed in the earlier results too."""

    row: Row
    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    is_known: bool = False

    @property
    def told(self) -> str:
        """The conditions that were not met, with what was seen."""
        if self.row.status == "fault":
            return self.row.reason
        open_ones = [verdict for verdict in self.verdicts if not verdict.outcome.lets_pass]
        return "; ".join(f"{verdict.condition}: {verdict.seen}" for verdict in open_ones)


@dataclass(frozen=True, slots=True)
class FleetResult:
    """All repositories that were judged, those left out, and how many new failures are let pass."""

    judged: tuple[Judged, ...]
    left_out: int
    most: int

    @property
    def failed(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.outcome is Outcome.FAILED)

    @property
    def new(self) -> tuple[Judged, ...]:
        """Failures that the earlier results did not have."""
        return tuple(one for one in self.failed if not one.is_known)

    @property
    def undecided(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.outcome is Outcome.UNDECIDED)

    @property
    def exit_code(self) -> int:
        if len(self.new) > self.most:
            return FAILED
        return UNDECIDED if self.undecided else PASSED


def judge_fleet(
    rows: Iterable[Row],
    rubric: Rubric,
    options: Gate,
    policy: Policy | None,
    before: Sequence[Row] = (),
    most: int | None = None,
) -> FleetResult:
    """Judge each row by the options and by what the policy asks of its profile, and say what failed in `before` already.

    Raises UserError for a condition that the rubric cannot answer.
    """
    earlier = {row.key: row for row in before}
    judged, left_out = [], 0
    gates: dict[str, Gate] = {}
    for row in rows:
        if row.status == "audited" and not row.is_rated:
            left_out += 1
            continue
        if row.profile not in gates:
            gates[row.profile] = conditions_of(row.profile, options, policy)
        one = _judged(row, rubric, gates[row.profile])
        known = earlier.get(row.key)
        is_known = (
            one.outcome is Outcome.FAILED
            and known is not None
            and known.is_rated
            and _judged(known, rubric, gates[row.profile]).outcome is Outcome.FAILED
        )
        judged.append(Judged(row, one.outcome, one.verdicts, is_known))
    ordered = sorted(judged, key=lambda one: (-list(Outcome).index(one.outcome), one.is_known, one.row.name))
    return FleetResult(tuple(ordered), left_out, _most(most, policy))


def conditions_of(profile: str, options: Gate, policy: Policy | None) -> Gate:
    """What is asked of repositories of a profile: the policy's conditions for all, above them those for the profile, and the
    options as far as the policy lets them."""
    if policy is None:
        return effective(Config(), options).gate
    own = policy.profiles.get(profile)
    given = policy if own is None else policy.model_copy(update={"gate": _above(policy.gate, own)})
    return effective(Config(), options, given).gate


def _above(all_: Gate, own: Gate) -> Gate:
    from assessor.policy.effective import overlaid

    return overlaid(all_, own)


def _most(asked: int | None, policy: Policy | None) -> int:
    """How many new failures are let pass: what is asked, at most what the policy lets pass."""
    given = policy.max_new_failures if policy else None
    if asked is None or given is None:
        return asked if given is None and asked is not None else given or 0
    return min(asked, given) if policy and policy.locks("max_new_failures") else asked


def _judged(row: Row, rubric: Rubric, gate: Gate) -> Judged:
    if row.standing is None or row.tool is None:
        return Judged(row, Outcome.UNDECIDED, ())
    result = judge(gate, assessment_of(row, row.standing, row.tool), rubric)
    return Judged(row, worst(verdict.outcome for verdict in result.verdicts), result.verdicts)


def assessment_of(row: Row, standing: Standing, tool: ToolInfo) -> Assessment:
    """As much of the assessment as the record kept: rungs and measures, without proof."""
    known: Mapping[str, object] = standing.practices
    practices = {
        practice.id: PracticeInfo(
            title=practice.title,
            dimension=practice.dimension,
            rungs=tuple(practice.rungs),
            rung=standing.practices[practice.id],
            summary="",
        )
        for practice in load_practices()
        if practice.id in known
    }
    return Assessment(
        tool=tool,
        repository=RepositoryInfo(name=row.name, commit=row.commit, date=row.day),
        primary=standing.model,
        subject=SubjectInfo(kind=standing.subject, text=""),
        practices=practices,
        scorecards={},
        metrics=standing.metrics,
        statistics=Statistics(files=row.files, read=max(row.files, 1), parsed=0),
    )
