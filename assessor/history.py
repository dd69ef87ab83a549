"""A repository over time: its revisions audited from git's objects, by today's rules, and what moved between them.

What is known of a blob is never read again; revisions that follow each other share what is held in memory, and runs of
them are shared among processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assessor import __version__
from assessor.assembling import rules_digest
from assessor.errors import UserError
from assessor.processes import alone, shared, spare_processes
from assessor.project.scope import WHOLE, Scope
from assessor.snapshot.revisions import Past, Revision, every, since, since_time
from assessor.snapshot.snapshot import SnapshotError
from assessor.trend import CommitInfo, Move, Note, Point, Trend, moves_between, point_of, with_commits

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.cache.cache import Cache
    from assessor.cache.store import Store
    from assessor.reading import Progress
    from assessor.rubric.model import Rubric
    from assessor.snapshot.limits import Limits
    from assessor.snapshot.snapshot import Snapshot

_RUN = 6
"""Revisions in a row that one process takes at least: the first of a run is audited twice, to compare with."""
_LOOKED_AT = 200
"""Commits that may have moved a practice, as far as they are counted."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which revisions are asked for: `at` names them, else `every` says how they are taken from the line that leads to
    the tip (month, week, tag, a number of commits), `since` from when on; the newest `most` of them."""

    every: str = "month"
    since: str = ""
    at: tuple[str, ...] = ()
    most: int = 500


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run wrote to a file."""

    file: str = ""
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Wish:
    """Which revisions are wanted (the oldest first) of which opened repository, by which model."""

    place: str
    name: str
    """The repository's name where its place does not tell it."""
    tip: str
    limits: Limits
    rubric: Rubric
    revisions: tuple[Revision, ...]
    known: dict[str, Point] = field(default_factory=dict)
    """Points by commit that are by the same rules and model."""
    notes: tuple[Note, ...] = ()
    scope: Callable[[Snapshot], Scope] = lambda snapshot: WHOLE
    """What is rated of a revision; raises UserError where nothing of it is there."""
    open_store: Callable[[], Store | None] = lambda: None
    with_tables: bool = False
    """Rows of CSV are wanted for each revision."""


def choose(past: Past, choice: Choice, earlier: Earlier, rubric: Rubric) -> Wish:
    """What is to be audited: the chosen revisions or, behind those of an earlier run, the newer ones.

    Raises UserError for a wrong choice, SnapshotError where git cannot tell.
    """
    notes: list[Note] = []
    chosen = sorted(_chosen(past, choice, notes), key=lambda one: one.time)
    known: dict[str, Point] = {}
    if earlier.points:
        kept = past.known(point.revision.commit for point in earlier.points)
        named = {point.revision.commit: point.names for point in earlier.points}
        old = sorted((replace(one, names=named[one.commit]) for one in kept.values()), key=lambda one: one.time)
        last = old[-1].time if old else -1
        chosen = [*old, *(one for one in chosen if one.time > last and one.commit not in kept)]
        known = {point.revision.commit: point for point in earlier.points if _is_same(point, rubric)}
        notes += _about_earlier(earlier, kept, known)
    if len(chosen) > choice.most and not earlier.points:
        notes.append(Note("history.cut", (("number", len(chosen) - choice.most),)))
        chosen = chosen[-choice.most :]
    return Wish(past.place, past.given_name, past.tip, past.limits, rubric, tuple(chosen), known, tuple(notes))


def _chosen(past: Past, choice: Choice, notes: list[Note]) -> list[Revision]:
    """The chosen revisions, the newest first."""
    if choice.at:
        return past.named(choice.at)
    line = past.line()
    if not line.revisions:
        raise UserError(f"{past.name}: no commit that leads to {past.tip[:10]} holds this folder")
    if line.is_shallow:
        notes.append(Note("history.shallow", (("day", line.revisions[-1].day),)))
    if past.prefix:
        notes.append(Note("history.subfolder", (("folder", past.prefix), ("day", line.revisions[-1].day))))
    if line.is_capped:
        notes.append(Note("history.capped", (("number", len(line.revisions)),)))
    if choice.every == "tag":
        tags = past.tags()
        notes += [] if tags else [Note("history.no_tags")]
        chosen = tags if any(one.commit == past.tip for one in tags) else [*line.revisions[:1], *tags]
    else:
        chosen = every(choice.every)(line.revisions)
    return since(chosen, since_time(choice.since, line.revisions[0])) if choice.since else chosen


def _is_same(point: Point, rubric: Rubric) -> bool:
    """It was rated by these rules and this model."""
    by = (point.tool.version, point.tool.rules, point.standing.model, point.standing.digest)
    return by == (__version__, rules_digest(), rubric.id, rubric.digest)


def _about_earlier(earlier: Earlier, kept: Mapping[str, Revision], known: Mapping[str, Point]) -> Iterator[Note]:
    gone = sum(point.revision.commit not in kept for point in earlier.points)
    if gone:
        yield Note("history.rewritten", (("number", gone), ("file", earlier.file)))
    others = sum(commit not in known for commit in kept)
    if others:
        yield Note("history.other_rules", (("number", others), ("file", earlier.file)))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Neighbouring revisions to audit, by their numbers, which one process does in order."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What became of one revision."""

    number: int
    point: Point | None
    table: str = ""
    problem: str = ""


def trace(wish: Wish, progress: Progress | None = None) -> Trend:
    """The points of all wanted revisions. A revision that cannot be read is told in a note and left out."""
    done: dict[int, _Seen] = {}
    missing = [number for number in range(len(wish.revisions)) if not _is_known(wish, number)]
    for number in set(range(len(wish.revisions))) - set(missing):
        done[number] = _Seen(number, wish.known[wish.revisions[number].commit])
    helpers = min(spare_processes(), max(len(missing) // _RUN - 1, 0))
    pieces = _pieces(missing, helpers + 1)
    for found, _ in shared(pieces, lambda piece: _here(wish, piece, progress), lambda p: _there(wish, p), helpers):
        done |= {seen.number: seen for seen in found}
        if progress:
            progress(f"{len(done)} of {len(wish.revisions)} revisions")
    return _joined(wish, [done[number] for number in sorted(done)])


def _is_known(wish: Wish, number: int) -> bool:
    """An earlier history has the point, compared with the same revision before it."""
    point = wish.known.get(wish.revisions[number].commit)
    before = wish.revisions[number - 1].commit if number else ""
    return point is not None and point.before == before and not wish.with_tables


def _pieces(numbers: Sequence[int], processes: int) -> list[_Piece]:
    """Runs of numbers without gaps, none longer than a fair share."""
    most = max(-(-len(numbers) // max(processes, 1)), _RUN)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1 and len(runs[-1]) < most:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [_Piece(tuple(run)) for run in runs]


def _there(wish: Wish, piece: _Piece) -> list[_Seen]:
    """The piece in a process of its own, which starts no further ones."""
    with alone():
        return list(_audited(wish, piece, None))


def _here(wish: Wish, piece: _Piece, progress: Progress | None) -> list[_Seen]:
    return list(_audited(wish, piece, progress))


def _audited(wish: Wish, piece: _Piece, progress: Progress | None) -> Iterator[_Seen]:
    from assessor.cache.carrying import Carrying
    from assessor.cache.version import rules_version

    cache = Carrying(wish.open_store(), rules_version() or b"unknown")
    with cache, Past(wish.place, wish.tip, wish.limits, name=wish.name) as past:
        before = piece.numbers[0] - 1
        earlier = _assessed_or_none(wish, past, before, cache) if before >= 0 else None
        for done, number in enumerate(piece.numbers):
            if progress:
                progress(f"revision {done + 1} of {len(piece.numbers)}: {wish.revisions[number].day}")
            try:
                now = _assessed(wish, past, wish.revisions[number], cache)
            except SnapshotError as error:
                yield _Seen(number, None, problem=str(error))
                continue
            yield _Seen(number, _point(wish, past, number, now, earlier), _table(wish, now.assessment))
            earlier = now


@dataclass(frozen=True, slots=True)
class _Assessed:
    """The assessment of a revision; its paths are below `top`, a folder of the repository, or of all of it."""

    assessment: Assessment
    top: str


def _assessed_or_none(wish: Wish, past: Past, number: int, cache: Cache) -> _Assessed | None:
    try:
        return _assessed(wish, past, wish.revisions[number], cache)
    except SnapshotError:
        return None


def _assessed(wish: Wish, past: Past, revision: Revision, cache: Cache) -> _Assessed:
    from assessor.audit import audit_snapshot

    with past.snapshot(revision) as snapshot:
        try:
            scope = wish.scope(snapshot)
        except UserError as error:  # what is rated today was not there then
            raise SnapshotError(str(error)) from error
        top = "" if snapshot.folder else past.prefix
        return _Assessed(audit_snapshot(snapshot, [wish.rubric], None, cache, scope=scope), top)


def _point(wish: Wish, past: Past, number: int, now: _Assessed, earlier: _Assessed | None) -> Point:
    revision = wish.revisions[number]
    before = earlier.assessment.repository.commit if earlier else ""
    moves: list[Move] = []
    if earlier:
        found = moves_between(earlier.assessment, now.assessment, wish.rubric.id)
        below = [(move, tuple(f"{now.top}/{path}" if now.top else path for path in paths)) for move, paths in found]
        moves = list(_told(past, before, revision, below))
    return point_of(now.assessment, wish.rubric.id, _commit(revision), revision.time, revision.names, before, moves)


def _told(past: Past, before: str, revision: Revision, moves: Sequence[tuple[Move, tuple[str, ...]]]) -> Iterator[Move]:
    """The moves with the commits that touch a file of their proof."""
    asked: dict[tuple[str, ...], list[Revision]] = {}
    for move, paths in moves:
        if paths not in asked:
            asked[paths] = past.touching(before, revision.commit, paths, _LOOKED_AT)
        found = asked[paths]
        yield with_commits(move, [_commit(one) for one in found], len(found))


def _commit(revision: Revision) -> CommitInfo:
    return CommitInfo(commit=revision.commit, day=revision.day, subject=revision.subject)


def _table(wish: Wish, now: Assessment) -> str:
    if not wish.with_tables:
        return ""
    from assessor.render.data import csv

    return csv.rows(now, rubric=wish.rubric.id)


def _joined(wish: Wish, seen: Sequence[_Seen]) -> Trend:
    points = tuple(one.point for one in seen if one.point)
    notes = [
        Note("history.left_out", (("commit", wish.revisions[one.number].commit[:10]), ("problem", one.problem)))
        for one in seen
        if one.problem
    ]
    tables = tuple(one.table for one in seen if one.point)
    levels = tuple((level.level, level.title) for level in wish.rubric.levels)
    return Trend(points, wish.rubric.id, wish.rubric.title, levels, (*wish.notes, *notes), tables)
