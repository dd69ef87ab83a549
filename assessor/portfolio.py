"""Many repositories side by side: the record of each audit, and what they have in common. Pure.

One row dumped is one line of the JSON lines of a fleet. Repositories without machine learning, and those that could not
be audited, are told apart and left out of every mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assessor.assessment import EffortName, Part, RungName, Text, ToolInfo, schema_of
from assessor.errors import UserError
from assessor.record import Standing, read_lines, standing_of
from assessor.snapshot.clone import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assessor.assessment import Assessment

StatusName = Literal["audited", "fault"]


class GapRecord(Part):
    """A practice that the model asks at a rung, and does not get; `blocking` gaps keep the next level away."""

    practice: str
    wanted: RungName
    blocking: bool
    effort: EffortName | None = None


class TargetRecord(Part):
    """Where the repository wants to be, and who wants it; see `TargetInfo`."""

    level: int | None
    dimensions: dict[str, int]
    source: Text
    reached: bool
    days: float


class Row(Part):
    """One repository of a fleet. `source` and `ref` say which one; `owner`, `criticality` and `profile` are those of the list
    that named it. A `fault` has its reason and nothing else. `report` is the address of its own report beside the fleet's."""

    schema_version: Literal["1"] = "1"
    kind: Literal["repository"] = "repository"
    name: Text
    source: Text
    ref: Text = ""
    profile: Text = ""
    owner: Text = ""
    criticality: Text = ""
    status: StatusName
    reason: Text = ""
    tool: ToolInfo | None = None
    commit: Text = ""
    day: str = ""
    files: int = 0
    unread: int = 0
    standing: Standing | None = None
    target: TargetRecord | None = None
    gaps: tuple[GapRecord, ...] = ()
    report: Text = ""

    @property
    def key(self) -> tuple[str, str]:
        """What names the repository in a list and in its results."""
        return self.source, self.ref

    @property
    def is_rated(self) -> bool:
        """It was audited, and there is machine learning in it."""
        return self.standing is not None and self.standing.can_be_rated

    @property
    def level(self) -> int | None:
        return self.standing.level if self.standing else None


@dataclass(frozen=True, slots=True)
class Named:
    """A repository as a list names it. `target` is a folder, a git directory or a clone URL."""

    target: str
    ref: str = ""
    name: str = ""
    profile: str = ""
    owner: str = ""
    criticality: str = ""

    @property
    def source(self) -> str:
        """The target as it may be written down."""
        return without_credentials(self.target)

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.ref


def row_of(named: Named, assessment: Assessment, report: str = "") -> Row:
    """The record of an audit by its primary model."""
    card = assessment.scorecards[assessment.primary]
    repository, target = assessment.repository, card.target
    gaps = {gap.practice: gap for gap in reversed(card.gaps) if not gap.later}
    return Row(
        **_named(named),
        status="audited",
        tool=assessment.tool,
        commit=repository.commit,
        day=repository.date[:10],
        files=assessment.statistics.files,
        unread=len(assessment.blind_spots),
        standing=standing_of(assessment),
        target=target
        and TargetRecord(
            level=target.level,
            dimensions=target.dimensions,
            source=target.source,
            reached=target.reached,
            days=target.roadmap_days,
        ),
        gaps=tuple(
            GapRecord(practice=gap.practice, wanted=gap.wanted, blocking=gap.blocking, effort=gap.effort)
            for gap in sorted(gaps.values(), key=lambda gap: (not gap.blocking, gap.practice))
        )
        if card.level is not None
        else (),
        report=report,
    )


def fault_of(named: Named, reason: str) -> Row:
    """The record of a repository that could not be audited, and why."""
    return Row(**_named(named), status="fault", reason=" ".join(reason.split())[:1000])


def _named(named: Named) -> dict[str, Any]:
    return {
        "name": named.name,
        "source": named.source,
        "ref": named.ref,
        "profile": named.profile,
        "owner": named.owner,
        "criticality": named.criticality,
    }


def read_rows(name: str, data: bytes) -> list[Row]:
    """The rows of a fleet's JSON lines. Raises UserError with file and line for what is none."""
    return read_lines(Row, "repository of a fleet", name, data)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By position, the highest first; then what has none: without machine learning, and the faults at the end."""
    return sorted(rows, key=_rank)


def _rank(row: Row) -> tuple[int, float, str, str]:
    if row.status == "fault":
        return 2, 0.0, row.name, row.source
    if not row.is_rated or row.standing is None:
        return 1, 0.0, row.name, row.source
    index = row.standing.index if row.standing.index is not None else float(row.standing.level or 0)
    return 0, -index, row.name, row.source


def refuse_mixed(rows: Sequence[Row]) -> None:
    """Raise UserError where rows of several models stand together, which cannot be compared."""
    found = sorted({row.standing.model for row in rows if row.standing})
    if len(found) > 1:
        raise UserError(
            f"rows by {' and by '.join(found)} cannot be shown together; give --rubric when they are audited"
        )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a fleet's JSON lines."""
    return schema_of(Row, "repository")
