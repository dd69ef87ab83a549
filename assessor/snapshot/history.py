"""What git remembers: commits, authors, days, merges and tags, read by GitPython through the glass (see safe_git)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BOT = re.compile(
    r"\[bot\]|\b(?:github-actions|dependabot|renovate|greenkeeper|snyk-bot|pyup-bot|pre-commit-ci|mergify|semantic-release"
    r"|allcontributors|codecov|imgbot|whitesource|mend|jenkins|travis|gitlab-ci)\b|(?:-|_|\b)bot\b",
    re.IGNORECASE,
)


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
    glass: str,
    variables: Mapping[str, str],
    commit: str,
    *,
    prefix: str = "",
    limit: int = 20_000,
    seconds: float = 120.0,
    branches: Sequence[str] = (),
    until: int | None = None,
    is_shallow: bool = False,
) -> History:
    """The history that leads to a commit, of one folder where `prefix` names one.

    `glass` is a git directory of ours, `variables` the environment for git. Tags younger than `until` are left out.
    """
    import git  # late: 60 ms that only the history needs

    try:
        repo = git.Repo(glass)
        repo.git.update_environment(**variables, GIT_DIR=glass)
        tags = tuple(tag for tag in _tags(repo, seconds) if until is None or tag.time <= until)
        form = "--format=%P%x00%an%x00%ae%x00%at%x00%ad"
        options = ["--no-commit-header", form, "--date=short", f"--max-count={limit + 1}", commit]
        words = [*options, "--", *((prefix,) if prefix else ())]
        commits = list(_commits(repo.git.rev_list(*words, kill_after_timeout=seconds, stdout_as_string=False)))
    except (git.GitError, git.GitCommandError, OSError, ValueError) as error:
        reason = f"git history unreadable: {_first_line(error)}"
        return History(branches=tuple(branches), is_shallow=is_shallow, problem=reason)
    finally:
        if "repo" in locals():
            repo.close()
    return _summed(commits[:limit], tags, tuple(branches), is_shallow, is_capped=len(commits) > limit)


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "stderr", "") or error).strip().strip("'")
    return next((line.strip() for line in said.splitlines() if line.strip()), type(error).__name__)[:200]


def _tags(repo: Any, seconds: float) -> Iterator[Tag]:
    """Tags of commits; a tag of a blob, a tree or an absent object has no time and is left out."""
    form = "%(refname:strip=2)%00%(committerdate:unix)%00%(*committerdate:unix)"
    output = repo.git.for_each_ref(
        "refs/tags", format=form, kill_after_timeout=seconds, stdout_as_string=False, with_exceptions=False
    )
    for line in output.split(b"\n"):
        fields = line.decode("utf-8", "replace").split("\0")
        if len(fields) == 3 and (time := fields[1] or fields[2]).isdigit():
            yield Tag(fields[0], int(time))


def _commits(output: bytes) -> Iterator[_Commit]:
    for record in output.split(b"\n"):
        fields = record.decode("utf-8", "replace").split("\0")
        if len(fields) == 5 and fields[3].lstrip("-").isdigit():
            yield _Commit(fields[1], fields[2], int(fields[3]), " " in fields[0], fields[4])


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
