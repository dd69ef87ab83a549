"""Reading a repository through git so that the audited repository cannot start anything.

A repository's own configuration can name programs (fsmonitor, hooks, filters, textconv, pagers, ssh, credentials). Two
walls keep them out. Refs, objects, index and working tree are read through a *glass*: a temporary git directory with a
configuration of ours that points at the repository's parts, so its configuration is not even read; what is wanted of it
(the origin's URL, the form of objects) is read as data. And every such setting is overridden, every transport forbidden.
Nothing is ever fetched, and git writes nothing.
"""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from assessor.leavings import own_prefix, remove_stale
from assessor.snapshot.git_folder import GitFailed, Layout, refuse_odd, refuse_odd_rules, small_text
from assessor.snapshot.git_process import MOST_BYTES, Watch, environment, git_program, stop

__all__ = ["Allowance", "Git", "GitFailed", "Glass", "Layout"]

_MOST_PART = 1_000_000
_MOST_BYTES = 200_000_000
"""Bytes of one record and of all records that are taken from git; 20,000 commits or 50,000 files have a few millions."""


@dataclass
class Allowance:
    """Seconds that all calls of git for one snapshot may take together."""

    seconds: float
    spent: float = 0.0

    @property
    def left(self) -> float:
        return max(self.seconds - self.spent, 0.1)

    def told(self) -> GitFailed:
        return GitFailed(
            f"git took longer than {self.seconds:g} seconds, or than {Watch.PROCESSOR_SECONDS:g} of the processor, "
            f"or more than {MOST_BYTES / 1e6:,.0f} MB of memory"
        )

    @contextmanager
    def spending(self) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.spent += time.monotonic() - begun


@dataclass(frozen=True)
class Git:
    """Git on one git directory. `variables` are added to the environment, `folder` is where it runs."""

    git_dir: Path
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=lambda: Allowance(120.0))

    def start(self, words: Sequence[str], *, stdin: bool = False) -> subprocess.Popen[bytes]:
        """Start git, which the caller ends by `stop`. Raises GitFailed where it is not installed or cannot be started."""
        git_program()
        from assessor.snapshot.gitpython import Command  # late: 60 ms that only an audit with git needs

        variables = environment() | {"GIT_DIR": str(self.git_dir)} | dict(self.variables)
        try:
            return Command().begun(words, self.folder or self.git_dir, variables, stdin=stdin)
        except OSError as error:
            raise GitFailed(f"git cannot be started: {error.strerror}") from error

    def finish(self, process: subprocess.Popen[bytes]) -> bytes:
        """Wait for a started process. Raises GitFailed where it fails or takes longer than `seconds`."""
        try:
            with self.allowance.spending(), Watch(process, self.allowance.left):
                out, said = process.communicate()
        finally:
            stop(process)
        if process.returncode == -signal.SIGKILL:  # by the watch
            raise self.allowance.told()
        if process.returncode:
            lines = (said or b"").decode("utf-8", "replace").strip().splitlines()
            raise GitFailed(
                lines[-1].replace(str(self.git_dir), ".git") if lines else f"git ended with code {process.returncode}"
            )
        return out

    def run(self, *arguments: str) -> bytes:
        """What git prints. Raises GitFailed."""
        return self.finish(self.start(arguments))

    def records(self, process: subprocess.Popen[bytes], limit: int) -> tuple[list[bytes], bool]:
        """The first `limit` NUL-ended records that a started git prints, and whether it was stopped before the last.

        Raises GitFailed where git fails before that.
        """
        found: list[bytes] = []
        for record in self.parts(process, b"\0"):
            if len(found) == limit:
                return found, True
            found.append(record)
        return found, False

    def parts(self, process: subprocess.Popen[bytes], end: bytes) -> Iterator[bytes]:
        """What a started git prints, part by part, each of which `end` ends; leaving early stops git.

        Raises GitFailed where git fails, takes too long, or prints a part or a whole that no honest repository has.
        """
        rest, size = b"", 0
        try:
            with self.allowance.spending(), Watch(process, self.allowance.left):
                assert process.stdout is not None
                while chunk := process.stdout.read(1 << 16):
                    size += len(chunk)
                    *whole, rest = (rest + chunk).split(end)
                    yield from whole
                    if len(rest) > _MOST_PART or size > _MOST_BYTES:
                        raise GitFailed("git prints more than a repository of people has")
            self.finish(process)
        finally:
            stop(process)

    def blobs(self, ids: Iterable[str]) -> Iterator[bytes | None]:
        """The bytes of each object in turn, None for one that is absent, through one process. Raises GitFailed."""
        process = self.start(("cat-file", "--batch", "--buffer"), stdin=True)
        assert process.stdin is not None and process.stdout is not None
        wanted = list(ids)
        beside = [
            threading.Thread(target=_feed, args=(process, wanted), daemon=True),
            threading.Thread(target=_drain, args=(process.stderr,), daemon=True),
        ]
        for thread in beside:
            thread.start()
        out = process.stdout
        try:
            for _ in wanted:
                header = out.readline().split()
                if len(header) == 3 and header[2].isdigit():
                    size = int(header[2])
                    data = out.read(size + 1)
                    if len(data) != size + 1:
                        raise GitFailed("git stopped in the middle of an object")
                    yield data[:-1]
                elif header:
                    yield None
                else:
                    raise GitFailed("git stopped reading objects")
        finally:
            stop(process)
            for thread in beside:
                thread.join(timeout=5)

    def sizes(self, ids: Sequence[str]) -> list[int | None]:
        """The size of each object, None for one that is absent."""
        process = self.start(("cat-file", "--batch-check=%(objectsize)", "--buffer"), stdin=True)
        try:
            with self.allowance.spending(), Watch(process, self.allowance.left):
                out, _ = process.communicate("\n".join(ids).encode() + b"\n")
        finally:
            stop(process)
        if process.returncode == -signal.SIGKILL:
            raise self.allowance.told()
        return [int(line) if line.isdigit() else None for line in out.splitlines()]


def _feed(process: subprocess.Popen[bytes], ids: Sequence[str]) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # git was stopped: the reader left early
        process.stdin.write("".join(f"{name}\n" for name in ids).encode())
        process.stdin.close()


def _drain(pipe: IO[bytes] | None) -> None:
    """Read what git complains of, else it would wait with the pipe full."""
    with suppress(OSError, ValueError):  # closed: git was stopped
        while pipe and pipe.read(1 << 16):
            continue


class Glass:
    """A temporary git directory of ours through which a repository's refs, objects and index are read.

    Its configuration is ours: of the repository's own nothing is read but the form of its objects and refs.
    """

    def __init__(self, layout: Layout, seconds: float) -> None:
        refuse_odd(layout)
        self.layout = layout
        self.allowance = Allowance(seconds)
        remove_stale(_PREFIX, _STALE_SECONDS)
        prefix = own_prefix(Path(tempfile.gettempdir()), _PREFIX)
        self._temporary = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        self.path = Path(self._temporary.name)
        self.algorithm = self._configured()

    def _configured(self) -> str:
        """Write the glass; the name of its digest. Raises GitFailed."""
        for name in ("objects", "info"):
            (self.path / name).mkdir()
        (self.path / "HEAD").write_text(_head(self.layout.git_dir), "utf-8", "surrogateescape")
        algorithm, refs = (
            self.own_setting("extensions.objectformat") or "sha1",
            self.own_setting("extensions.refstorage"),
        )
        if algorithm not in ("sha1", "sha256") or refs not in ("", "files", "reftable"):
            raise GitFailed(f"its objects or refs have an unknown form ({algorithm[:20]!r}, {refs[:20]!r})")
        lines = [f"\tobjectFormat = {algorithm}"] * (algorithm != "sha1") + [f"\trefStorage = {refs}"] * bool(refs)
        extensions = "\n".join(["[extensions]", *lines]) if lines else ""
        (self.path / "config").write_text(
            f"[core]\n\trepositoryformatversion = {int(bool(lines))}\n\tbare = false\n{extensions}\n"
        )
        for name in ("refs", "packed-refs", "reftable", "shallow", "info/exclude"):
            if (self.layout.common / name).exists():
                (self.path / name).symlink_to(self.layout.common / name)
        for shared in self.layout.git_dir.glob("sharedindex.*"):
            (self.path / shared.name).symlink_to(shared)
        return algorithm

    def own_setting(self, name: str) -> str:
        """A value of the repository's own configuration, read as data: no file that it includes is opened."""
        found = self.own_settings(f"^{re.escape(name)}$")
        return next(iter(found.values()), "")

    def own_settings(self, pattern: str) -> dict[str, str]:
        """The values whose names match."""
        own = self.layout.common / "config"
        if not own.is_file():
            return {}
        words = ("config", "--file", str(own), "--no-includes", "-z", "--get-regexp", pattern)
        try:
            lines = self.git().run(*words).decode("utf-8", "replace").split("\0")
        except GitFailed:
            return {}
        return {name: value for name, _, value in (line.partition("\n") for line in lines if line)}

    @property
    def variables(self) -> dict[str, str]:
        """The environment that points git at the repository's objects."""
        return {"GIT_OBJECT_DIRECTORY": str(self.layout.common / "objects")}

    def git(self) -> Git:
        """Git on the objects and refs."""
        return Git(self.path, None, self.variables, self.allowance)

    def git_in(self, folder: Path, top: Path) -> Git:
        """Git on the index and the working tree, run in a folder of it. Raises GitFailed for odd rules in it."""
        refuse_odd_rules(top)
        refuse_odd_rules(folder)
        index = self.layout.git_dir / "index"
        own = {"GIT_WORK_TREE": str(top), "GIT_INDEX_FILE": str(index if index.is_file() else self.path / "index")}
        return Git(self.path, folder, self.variables | own, self.allowance)

    def close(self) -> None:
        self._temporary.cleanup()


_PREFIX = "assessor-git-"
_STALE_SECONDS = 6 * 3_600
"""A folder may be another container's, whose processes are not seen here; none works on one so long."""


def _head(git_dir: Path) -> str:
    """What HEAD says: a branch or a commit."""
    head = git_dir / "HEAD"
    if head.is_symlink():
        return f"ref: {head.readlink()}\n"
    return f"{small_text(head)}\n"
