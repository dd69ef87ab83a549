"""Where a repository stood at revisions of its past, what rose and fell between them, and what that came from.

Pure: assessments of neighbouring revisions in, points out. All of them are by the same rules, today's, so that what moved
is the repository. One point dumped is one line of the JSON lines of a history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from assessor.assessment import Part, PlaceInfo, RungName, Text, ToolInfo, schema_of
from assessor.comparison import PracticeChange, compare
from assessor.findings import Rung
from assessor.record import Standing, read_lines, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assessor.assessment import Assessment, EvidenceInfo

WayName = Literal["rose", "fell", "other"]
MOST_COMMITS = 5
"""Commits that are named where several may have moved a practice."""


class CommitInfo(Part):
    """One commit: its id, its day (UTC) and its subject."""

    commit: str
    day: str
    subject: Text = ""


class ProofInfo(Part):
    """The proof that came (`gone` is false) or went: the tool, the place and the sentence."""

    gone: bool
    place: PlaceInfo
    tool: Text = ""
    text: Text = ""


class Move(Part):
    """One practice that moved since the revision before. `way` is `other` where a side has no rung (unknown, not applicable).

    `commits` are those between the two that touch a file of the proof, the newest first, of `of` such; with one the move
    is its work. Empty where no commit can be told.
    """

    practice: str
    title: str
    dimension: str
    old: RungName
    new: RungName
    way: WayName
    proof: ProofInfo | None = None
    commits: tuple[CommitInfo, ...] = ()
    of: int = 0


class Point(Part):
    """Where the repository stood at one revision. `before` is the revision with which `moves` compares; empty for the first.

    `names` are the tags or refs by which it was asked for. `unread` counts what could not be read.
    """

    schema_version: Literal["1"] = "1"
    kind: Literal["revision"] = "revision"
    tool: ToolInfo
    repository: Text
    revision: CommitInfo
    time: int
    names: tuple[Text, ...] = ()
    before: str = ""
    standing: Standing
    unread: int = 0
    moves: tuple[Move, ...] = ()

    @property
    def rose(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.way == "rose")

    @property
    def fell(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.way == "fell")


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader has to know beside the points: the key of a message and what it has filled in."""

    key: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """The points of a history, the oldest first, by one maturity model. `levels` are its numbers and titles, `tables` the rows
    of each point's CSV."""

    points: tuple[Point, ...]
    model: str
    model_name: str
    levels: tuple[tuple[int, str], ...]
    notes: tuple[Note, ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Those that any point has, in the model's order."""
        return tuple(dict.fromkeys(name for point in reversed(self.points) for name in point.standing.scores))

    def scores(self, dimension: str) -> tuple[float | None, ...]:
        """The points of a dimension at each revision; None where there was nothing to rate."""
        return tuple(
            point.standing.scores.get(dimension) if point.standing.can_be_rated else None for point in self.points
        )


def point_of(
    assessment: Assessment,
    model: str,
    revision: CommitInfo,
    time: int,
    names: Sequence[str] = (),
    before: str = "",
    moves: Iterable[Move] = (),
) -> Point:
    """The point of an assessed revision."""
    return Point(
        tool=assessment.tool,
        repository=assessment.repository.name,
        revision=revision,
        time=time,
        names=tuple(names),
        before=before,
        standing=standing_of(assessment, model),
        unread=len(assessment.blind_spots),
        moves=tuple(moves),
    )


def moves_between(old: Assessment, new: Assessment, model: str) -> list[tuple[Move, tuple[str, ...]]]:
    """The practices whose rung differs, each with the files of its proof, by which its commits are looked for."""
    changes = compare(old, new, model=model).practices
    return [_move(change) for change in changes if change.old != change.new and change.old and change.new]


def _move(change: PracticeChange) -> tuple[Move, tuple[str, ...]]:
    assert change.old and change.new
    way: WayName = "other" if change.direction == "same" else change.direction
    proof, gone = _proof(change)
    shown = None
    if proof:
        shown = ProofInfo(gone=gone, place=proof.place, tool=proof.tool, text=proof.text)
    move = Move(
        practice=change.practice,
        title=change.title,
        dimension=change.dimension,
        old=change.old,
        new=change.new,
        way=way,
        proof=shown,
    )
    paths = (proof.place.path, *(hop.place.path for hop in proof.hops)) if proof else ()
    return move, tuple(dict.fromkeys(paths))


def _proof(change: PracticeChange) -> tuple[EvidenceInfo | None, bool]:
    """The proof that speaks for the move, and whether it went: of a fall one that held the old rung and is gone, or is
    worth less now; else one that came for the new rung."""
    is_fall = change.direction == "fell"
    went = [*change.vanished, *(pair.old for pair in change.regraded)]
    came = [*change.appeared, *(pair.new for pair in change.regraded)]
    first, rung = (went, change.old) if is_fall else (came, change.new)
    told = next((proof for proof in first if proof.rung == rung), None) or next(iter(first), None)
    if told is None:
        return next(iter(came if is_fall else went), None), not is_fall
    return told, is_fall


def with_commits(move: Move, commits: Sequence[CommitInfo], of: int) -> Move:
    """The move with the commits that may have made it."""
    return move.model_copy(update={"commits": tuple(commits[:MOST_COMMITS]), "of": of})


@dataclass(frozen=True, slots=True)
class Fall:
    """A practice that fell and has not come back."""

    point: Point
    move: Move


def standing_falls(points: Sequence[Point], since: int) -> list[Fall]:
    """What fell at a point from a time on, and is below where it was before that fall at the last point."""
    found: dict[str, Fall] = {}
    for point in points:
        for move in point.fell:
            if point.time >= since:
                found.setdefault(move.practice, Fall(point, move))
    last = points[-1].standing.practices if points else {}
    return [fall for name, fall in found.items() if _height(last.get(name)) < _height(fall.move.old)]


def _height(rung: str | None) -> int:
    return Rung(rung).height if rung else -1


def read_points(name: str, data: bytes) -> list[Point]:
    """The points of an earlier history's JSON lines. Raises UserError with file and line for what is none."""
    return read_lines(Point, "revision of a history", name, data)


def day_of_time(time: int) -> str:
    """The day of a time in seconds since 1970, in UTC."""
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a history's JSON lines."""
    return schema_of(Point, "revision")
