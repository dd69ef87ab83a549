"""The past of a repository: which revisions it has, which of them are looked at, and each as a snapshot.

All of them are read from git's objects through one glass; the working tree is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType

from assessor.errors import UserError
from assessor.snapshot.limits import DEFAULT_LIMITS, Limits
from assessor.snapshot.opening import Opened, open_repository_of, revision_snapshot
from assessor.snapshot.repository import resolve
from assessor.snapshot.safe_git import Git, GitFailed
from assessor.snapshot.snapshot import Snapshot, SnapshotError

_MOST_WORDS = 200
"""Characters of a commit's subject that are kept."""
_FORM = "--format=%H%x00%ct%x00%s"


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit: its full id, its committer's time in seconds since 1970, its subject, and the tags or refs that were
    asked for it."""

    commit: str
    time: int
    subject: str = ""
    names: tuple[str, ...] = ()

    @property
    def day(self) -> str:
        """The day of its time, in UTC."""
        return datetime.fromtimestamp(self.time, UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Line:
    """The first-parent line of a repository, the newest revision first, and what is known to be missing from it."""

    revisions: tuple[Revision, ...]
    is_shallow: bool = False
    is_capped: bool = False


class Past:
    """An opened repository whose revisions are looked at one after the other. A context manager.

    Raises SnapshotError where the target is no repository, has no commit, or lacks the revision.
    """

    def __init__(self, target: str, ref: str | None = None, limits: Limits = DEFAULT_LIMITS, *, name: str = "") -> None:
        self.limits = limits
        self._target = target
        opened = open_repository_of(target, ref, limits)
        self._opened: Opened = replace(opened, given_name=name) if name else opened

    @property
    def tip(self) -> str:
        """The full id of the newest commit that is looked at."""
        return self._opened.commit

    @property
    def name(self) -> str:
        return self._opened.name

    @property
    def given_name(self) -> str:
        """The name that the URL of a clone gives; empty where the folder tells it."""
        return self._opened.given_name

    @property
    def place(self) -> str:
        """Where other processes find the same repository: the target, or the clone that was made of it."""
        return str(self._opened.folder) if self._opened.extra else self._target

    @property
    def prefix(self) -> str:
        """The folder of the repository that is looked at; empty for all of it."""
        return self._opened.prefix

    def line(self) -> Line:
        """The first-parent line that leads to the tip. Raises SnapshotError where git cannot read it."""
        most = self.limits.max_commits
        words = ("rev-list", "--first-parent", "--no-commit-header", _FORM, f"--max-count={most + 1}", self.tip)
        found = list(self._revisions((*words, "--", *self._paths())))
        return Line(tuple(found[:most]), self._opened.repository.layout.is_shallow, len(found) > most)

    def tags(self) -> list[Revision]:
        """The tagged revisions that the tip goes back to, the newest first; tags of one commit stand together."""
        form = "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)"
        git = self._git()
        try:
            lines = git.run("for-each-ref", f"--merged={self.tip}", form, "refs/tags").decode("utf-8", "replace")
        except GitFailed as error:
            raise SnapshotError(f"git cannot read the tags: {error}") from error
        names: dict[str, list[str]] = {}
        for line in lines.splitlines():
            fields = line.split("\0")
            if len(fields) == 3:
                names.setdefault(fields[2] or fields[1], []).append(fields[0][:_MOST_WORDS])
        return sorted(self.described(names), key=lambda one: (-one.time, one.commit))

    def described(self, names: dict[str, list[str]]) -> list[Revision]:
        """The commits by id, each with its time, its subject and these names."""
        if not names:
            return []
        found = self._revisions(("rev-list", "--no-walk=unsorted", "--no-commit-header", _FORM, *names, "--"))
        return [replace(one, names=tuple(names.get(one.commit, ()))) for one in found]

    def named(self, refs: Sequence[str]) -> list[Revision]:
        """The revisions of these names. Raises SnapshotError for a name that means none."""
        names: dict[str, list[str]] = {}
        for ref in refs:
            if not ref.strip() or ref.startswith("-") or not ref.isprintable():
                raise SnapshotError(f"--at {ref!r} is no revision; give branches, tags or commits, with commas between")
            commit = resolve(self._opened.repository, ref)
            if not commit:
                raise SnapshotError(f"--at {ref}: no such revision in {self.name}; a shallow clone may lack it")
            names.setdefault(commit, []).append(ref)
        return self.described(names)

    def known(self, commits: Iterable[str]) -> dict[str, Revision]:
        """Those of the commits that the tip still goes back to; others are of a history that was rewritten."""
        asked = dict.fromkeys(commit for commit in commits if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit))
        kept: dict[str, list[str]] = {commit: [] for commit in asked if self._is_before_tip(commit)}
        return {one.commit: one for one in self.described(kept)}

    def _is_before_tip(self, commit: str) -> bool:
        try:
            self._git().run("merge-base", "--is-ancestor", commit, self.tip)
        except GitFailed:
            return False
        return True

    def touching(self, before: str, commit: str, paths: Sequence[str], most: int) -> list[Revision]:
        """The commits between two revisions that touch one of the paths, which are below the repository's top; the newest
        first, at most so many and one.

        Without paths, or where git cannot tell, there are none.
        """
        words = ("--literal-pathspecs", "rev-list", "--no-commit-header", _FORM, f"--max-count={most + 1}")
        if not paths:
            return []
        try:
            return list(self._revisions((*words, f"{before}..{commit}", "--", *paths)))
        except SnapshotError:
            return []

    def snapshot(self, revision: Revision) -> Snapshot:
        """The files at a revision; closing it leaves the repository open. Raises SnapshotError."""
        self._opened.repository.glass.allowance.spent = 0.0  # git's time is for one snapshot
        return revision_snapshot(self._opened, revision.commit, self.limits, is_past=True, is_shared=True)

    def _paths(self) -> tuple[str, ...]:
        return (self.prefix,) if self.prefix else ()

    def _git(self) -> Git:
        git = self._opened.repository.glass.git()
        git.allowance.spent = 0.0
        return git

    def _revisions(self, words: Sequence[str]) -> Iterator[Revision]:
        git = self._git()
        try:
            for record in git.parts(git.start(tuple(words)), b"\n"):
                fields = record.decode("utf-8", "replace").split("\0", 2)
                if len(fields) == 3 and fields[1].isdigit():
                    yield Revision(fields[0], min(int(fields[1][:12]), _LAST_TIME), fields[2][:_MOST_WORDS])
        except GitFailed as error:
            raise SnapshotError(f"git cannot read the history of {self.name}: {error}") from error

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Past:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


_LAST_TIME = 253_402_300_799
"""The end of the year 9999, beyond which there are no dates."""

# ---- which of them ----

_SPAN = re.compile(r"(\d{1,5})([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30.4375, "y": 365.25}


def span_seconds(option: str, text: str) -> int:
    """The length of `90d`, `12w`, `6m` or `2y` in seconds. Raises UserError that names the option."""
    found = _SPAN.fullmatch(text.strip().lower())
    if not found or not int(found[1]):
        raise UserError(f"{option} {text}: expected a number with d, w, m or y, for example 90d or 2y")
    return round(int(found[1]) * _DAYS[found[2]] * 86_400)


def since_time(text: str, tip: Revision) -> int:
    """From when on revisions are looked at: a span before the tip's own time, or the begin of a day (UTC). Raises UserError."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
        try:
            return int(datetime.fromisoformat(f"{text.strip()}T00:00:00+00:00").timestamp())
        except ValueError as error:
            raise UserError(f"--since {text}: no day of the calendar") from error
    if not _SPAN.fullmatch(text.strip().lower()):
        raise UserError(f"--since {text}: expected 90d, 12w, 6m, 2y or a day such as 2025-01-31")
    return tip.time - span_seconds("--since", text)


def every(word: str) -> Callable[[Sequence[Revision]], list[Revision]]:
    """How revisions are chosen from a line, the newest first: the last of each month or week, or each N-th. Raises UserError."""
    if word in ("month", "week"):
        return lambda line: _last_of_each(line, _month if word == "month" else _week)
    if word.isascii() and word.isdigit() and 0 < int(word) < 1_000_000:
        return lambda line: list(line[:: int(word)])
    raise UserError(f"--every {word}: expected month, week, tag or a number of commits")


def _last_of_each(line: Sequence[Revision], period: Callable[[int], tuple[int, int]]) -> list[Revision]:
    """The last revision of each period. Clocks that went wrong cannot bring a later commit before an earlier one."""
    chosen: list[Revision] = []
    now, last = _LAST_TIME, None
    for one in line:
        now = min(now, one.time)
        if period(now) != last:
            chosen.append(one)
            last = period(now)
    return chosen


def _month(time: int) -> tuple[int, int]:
    day = datetime.fromtimestamp(time, UTC)
    return day.year, day.month


def _week(time: int) -> tuple[int, int]:
    return datetime.fromtimestamp(time, UTC).isocalendar()[:2]


def since(chosen: Sequence[Revision], begin: int) -> list[Revision]:
    """Those from a time on, and the one before, from which they rose or fell. The newest stand first."""
    after = [one for one in chosen if one.time >= begin]
    before = [one for one in chosen if one.time < begin]
    return [*after, *before[:1]]
