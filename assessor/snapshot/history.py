"""What git remembers: commits, authors, days, merges and tags, read from git's own lists, one commit at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.snapshot.git_folder import GitFailed

if TYPE_CHECKING:
    from assessor.snapshot.safe_git import Git

_BOT = re.compile(
    r"\[bot\]|\b(?:github-actions|dependabot|renovate|greenkeeper|snyk-bot|pyup-bot|pre-commit-ci|mergify|semantic-release"
    r"|allcontributors|codecov|imgbot|whitesource|mend|jenkins|travis|gitlab-ci)\b|(?:-|_|\b)bot\b",
    re.IGNORECASE,
)


HIDDEN_BY_HISTORY = ("versioning.code", "versioning.releases")
"""The practices that a history which cannot be read may hide."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with the time of its commit, in seconds since 1970."""

    name: str
    time: int


@dataclass(frozen=True, slots=True)
class History:
    """What git remembers of the snapshot's files.

    `author_days` counts distinct (author, day in the author's own time zone) pairs. Bots are counted in `bot_commits` only. Authors with the
    same name or the same address are one.
    """

    commits: int = 0
    author_days: int = 0
    authors: int = 0
    bot_commits: int = 0
    merges: int = 0
    around: int = 0
    """Commits of the whole repository, known where those of a folder are of one author-day and the repository's are not."""
    first_time: int = 0
    last_time: int = 0
    tags: tuple[Tag, ...] = ()
    branches: tuple[str, ...] = ()
    is_shallow: bool = False
    is_capped: bool = False
    """There are more commits than were read."""
    problem: str = ""
    """Why the history could not be read in full."""

    @property
    def ref_names(self) -> tuple[str, ...]:
        return (*self.branches, *(tag.name for tag in self.tags))


@dataclass(frozen=True, slots=True)
class _Commit:
    name: str
    address: str
    time: int
    is_merge: bool
    day: str
    """The author's date, as `git log` shows it."""


def is_bot(name: str, address: str) -> bool:
    """The author is a program: `[bot]` (GitHub Apps), well known services, a name that ends in bot."""
    return bool(_BOT.search(name)) or bool(_BOT.search(address.partition("@")[0]))


def read_history(
    git: Git,
    commit: str,
    *,
    prefix: str = "",
    limit: int = 20_000,
    branches: Sequence[str] = (),
    until: int | None = None,
    is_shallow: bool = False,
) -> History:
    """The history that leads to a commit, of one folder where `prefix` names one.

    `git` reads through a glass (see safe_git). Tags younger than `until` are left out.
    """
    try:
        tags = tuple(tag for tag in _tags(git) if until is None or tag.time <= until)
        commits = list(_commits(git, commit, prefix, limit + 1))
        whole = [] if not prefix or _has_days(commits) else list(_commits(git, commit, "", limit))
    except GitFailed as error:
        reason = f"git history unreadable: {error}"[:200]
        return History(branches=tuple(branches), is_shallow=is_shallow, problem=reason)
    history = _summed(commits[:limit], tags, tuple(branches), is_shallow, is_capped=len(commits) > limit)
    return replace(history, around=len(whole)) if _has_days(whole) else history


def _has_days(commits: Sequence[_Commit]) -> bool:
    """The commits are of more than one author-day."""
    return _summed(commits, (), (), False, is_capped=False).author_days > 1


MAX_TAGS = 20_000
_MOST_NAME = 200
"""Characters of a name or an address that are kept."""


def _tags(git: Git) -> Iterator[Tag]:
    """Tags of commits; a tag of a blob, a tree or an absent object has no time and is left out."""
    form = "--format=%(refname:strip=2)%00%(committerdate:unix)%00%(*committerdate:unix)"
    process = git.start(("for-each-ref", f"--count={MAX_TAGS}", "--sort=-version:refname", form, "refs/tags"))
    try:
        for line in git.parts(process, b"\n"):
            fields = line.decode("utf-8", "replace").split("\0")
            if len(fields) == 3 and (time := fields[1] or fields[2]).isdigit():
                yield Tag(fields[0][:_MOST_NAME], int(time[:18]))
    except GitFailed as error:
        if "missing object" not in str(error):  # of a partial or damaged clone: the tags before it are known
            raise


def _commits(git: Git, commit: str, prefix: str, most: int) -> Iterator[_Commit]:
    form = "--format=%P%x00%an%x00%ae%x00%at%x00%ad"
    words = (
        "--no-commit-header",
        form,
        "--date=short",
        f"--max-count={most}",
        commit,
        "--",
        *((prefix,) if prefix else ()),
    )
    for record in git.parts(git.start(("rev-list", *words)), b"\n"):
        fields = record.decode("utf-8", "replace").split("\0")
        if len(fields) == 5 and fields[3].lstrip("-").isdigit():
            name, address = fields[1][:_MOST_NAME], fields[2][:_MOST_NAME]
            yield _Commit(name, address, int(fields[3][:18]), " " in fields[0], fields[4][:20])


def _summed(
    commits: Sequence[_Commit], tags: tuple[Tag, ...], branches: tuple[str, ...], is_shallow: bool, *, is_capped: bool
) -> History:
    people = [commit for commit in commits if not is_bot(commit.name, commit.address)]
    same = _Same()
    for commit in people:
        same.join(f"name {commit.name.strip().lower()}", f"address {commit.address.strip().lower()}")
    days = {(same.root(f"name {c.name.strip().lower()}"), c.day) for c in people}
    times = [commit.time for commit in commits]
    return History(
        commits=len(commits),
        author_days=len(days),
        authors=len({author for author, _ in days}),
        bot_commits=len(commits) - len(people),
        merges=sum(commit.is_merge for commit in commits),
        first_time=min(times, default=0),
        last_time=max(times, default=0),
        tags=tuple(sorted(tags, key=lambda tag: (tag.time, tag.name))),
        branches=branches,
        is_shallow=is_shallow,
        is_capped=is_capped,
    )


class _Same:
    """Names that are one person, joined as they are met."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        while (above := self.parent.setdefault(name, name)) != name:
            self.parent[name] = self.parent[above]
            name = above
        return name

    def join(self, one: str, other: str) -> None:
        self.parent[self.root(one)] = self.root(other)
