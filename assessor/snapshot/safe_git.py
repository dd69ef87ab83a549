"""Starting git so that the audited repository cannot start anything.

A repository's own configuration can name programs (fsmonitor, hooks, filters, textconv, pagers, ssh, credentials). Two
walls keep them out. Objects, index and working tree are read through a *glass*: a temporary git directory with a
configuration of ours that points at the repository's objects, so its configuration is not even read. What must be asked
of the repository's own git directory (refs, the origin's URL) is asked with every such setting overridden and every
transport forbidden. Nothing is ever fetched, and git writes nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_OVERRIDES = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.editor": "true",
    "core.askPass": "true",
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.untrackedCache": "keep",
    "core.alternateRefsCommand": "true",
    "credential.helper": "",
    "diff.external": "",
    "gpg.program": "false",
    "log.showSignature": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.directory": "*",
    "submodule.recurse": "false",
    "uploadpack.packObjectsHook": "",
}
_KEPT = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""Variables of the caller that git needs. Its GIT_* variables (a hook sets GIT_DIR) are not passed on."""


class GitFailed(Exception):
    """A git process failed or took too long; the message is the first line of what it said."""


def environment(overrides: Mapping[str, str] = _OVERRIDES) -> dict[str, str]:
    """The environment for git on local objects: no system or user configuration, no prompt, no transport, no lock."""
    values = {name: os.environ[name] for name in _KEPT if name in os.environ}
    values |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "true",
        "GIT_ASKPASS": "true",
        "GIT_SSH_COMMAND": "false",
        "GIT_CONFIG_COUNT": str(len(overrides)),
    }
    for number, (key, value) in enumerate(overrides.items()):
        values[f"GIT_CONFIG_KEY_{number}"] = key
        values[f"GIT_CONFIG_VALUE_{number}"] = value
    return values


@dataclass(frozen=True)
class Git:
    """Git on one git directory. `variables` are added to the environment, `folder` is where it runs."""

    git_dir: Path
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 120.0

    def _environment(self) -> dict[str, str]:
        return environment() | {"GIT_DIR": str(self.git_dir)} | dict(self.variables)

    def start(self, arguments: Sequence[str], *, stdin: bool = False) -> subprocess.Popen[bytes]:
        """Start git. Raises GitFailed where it is not installed."""
        try:
            return subprocess.Popen(
                ["git", *arguments],
                cwd=self.folder or self.git_dir,
                env=self._environment(),
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if stdin else subprocess.PIPE,
            )
        except OSError as error:
            raise GitFailed(f"git cannot be started: {error.strerror}") from error

    def finish(self, process: subprocess.Popen[bytes]) -> bytes:
        """Wait for a started process. Raises GitFailed where it fails or takes longer than `seconds`."""
        try:
            out, said = process.communicate(timeout=self.seconds)
        except subprocess.TimeoutExpired as error:
            stop(process)
            raise GitFailed(f"git took longer than {self.seconds:g} seconds") from error
        if process.returncode == -signal.SIGKILL:  # by the watch in `records`
            raise GitFailed(f"git took longer than {self.seconds:g} seconds")
        if process.returncode:
            lines = (said or b"").decode("utf-8", "replace").strip().splitlines()
            raise GitFailed(lines[-1] if lines else f"git ended with code {process.returncode}")
        return out

    def run(self, *arguments: str) -> bytes:
        """What git prints. Raises GitFailed."""
        return self.finish(self.start(arguments))

    def records(self, process: subprocess.Popen[bytes], limit: int) -> tuple[list[bytes], bool]:
        """The first `limit` NUL-ended records that a started git prints, and whether it was stopped before the last.

        Raises GitFailed where git fails before that.
        """
        watch = threading.Timer(self.seconds, process.kill)
        watch.start()
        found: list[bytes] = []
        rest = b""
        try:
            assert process.stdout is not None
            while chunk := process.stdout.read(1 << 16):
                *whole, rest = (rest + chunk).split(b"\0")
                found += whole
                if len(found) > limit:
                    return found[:limit], True
            self.finish(process)
            return found, False
        finally:
            watch.cancel()
            stop(process)

    def blobs(self, ids: Iterable[str]) -> Iterator[bytes | None]:
        """The bytes of each object in turn, None for one that is absent, through one process. Raises GitFailed."""
        process = self.start(("cat-file", "--batch", "--buffer"), stdin=True)
        assert process.stdin is not None and process.stdout is not None
        wanted = list(ids)
        feeder = threading.Thread(target=_feed, args=(process, wanted), daemon=True)
        feeder.start()
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
            feeder.join(timeout=5)

    def sizes(self, ids: Sequence[str]) -> list[int | None]:
        """The size of each object, None for one that is absent."""
        process = self.start(("cat-file", "--batch-check=%(objectsize)", "--buffer"), stdin=True)
        try:
            out, _ = process.communicate("\n".join(ids).encode() + b"\n", timeout=self.seconds)
        except subprocess.TimeoutExpired as error:
            stop(process)
            raise GitFailed(f"git took longer than {self.seconds:g} seconds") from error
        return [int(line) if line.isdigit() else None for line in out.splitlines()]


def _feed(process: subprocess.Popen[bytes], ids: Sequence[str]) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # git was stopped: the reader left early
        process.stdin.write("".join(f"{name}\n" for name in ids).encode())
        process.stdin.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and close its pipes; nothing happens where it has ended."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError, ValueError):
                pipe.close()
    process.wait()


@dataclass(frozen=True)
class Layout:
    """Where a repository keeps its parts; a linked worktree has its own `git_dir` beside the `common` one."""

    git_dir: Path
    common: Path
    worktree: Path | None
    """The top of the working tree; None for a bare repository."""

    @property
    def is_shallow(self) -> bool:
        return (self.common / "shallow").is_file()


def is_git_dir(folder: Path) -> bool:
    """Git's own test (setup.c, is_git_directory): HEAD, and objects and refs there or in `commondir`."""
    head = folder / "HEAD"
    if not (head.is_file() or head.is_symlink()):
        return False
    common = _common(folder)
    return (common / "objects").is_dir() and (common / "refs").is_dir()


def _common(git_dir: Path) -> Path:
    text = _small_text(git_dir / "commondir")
    return Path(os.path.normpath(git_dir / text)) if text else git_dir


def _small_text(path: Path) -> str:
    """The text of a small regular file, empty for anything else: a FIFO must not stop the audit."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(4096).decode("utf-8", "surrogateescape").strip()


def find_layout(folder: Path) -> Layout | None:
    """The repository that a folder belongs to: its own `.git`, a bare directory, or the `.git` of a folder above."""
    for place in (folder, *folder.parents):
        dot_git = place / ".git"
        if dot_git.is_dir() and is_git_dir(dot_git):
            return Layout(dot_git, _common(dot_git), place)
        text = _small_text(dot_git)
        if text.startswith("gitdir:"):
            linked = Path(os.path.normpath(place / text.removeprefix("gitdir:").strip()))
            if linked.is_dir() and is_git_dir(linked):
                return Layout(linked, _common(linked), place)
        if is_git_dir(place):  # below it there is nothing to audit but git's own files
            return Layout(place, _common(place), None) if place == folder else None
    return None


class Glass:
    """A temporary git directory of ours through which a repository's objects and index are read."""

    def __init__(self, layout: Layout, algorithm: str, refs: Mapping[str, str], seconds: float) -> None:
        self.layout = layout
        self.algorithm = algorithm
        self.seconds = seconds
        self._temporary = tempfile.TemporaryDirectory(prefix="assessor-git-", ignore_cleanup_errors=True)
        self.path = Path(self._temporary.name)
        for name in ("refs/heads", "refs/tags", "objects", "info"):
            (self.path / name).mkdir(parents=True)
        (self.path / "HEAD").write_text("ref: refs/heads/none\n")
        version = "" if algorithm == "sha1" else f"\n[extensions]\n\tobjectFormat = {algorithm}"
        (self.path / "config").write_text(
            f"[core]\n\trepositoryformatversion = {int(bool(version))}\n\tbare = false{version}\n"
        )
        packed = "".join(f"{value} {name}\n" for name, value in sorted(refs.items()) if " " not in name)
        (self.path / "packed-refs").write_bytes(packed.encode("utf-8", "surrogateescape"))
        self._copy("shallow", layout.common)
        self._copy("info/exclude", layout.common)
        for shared in layout.git_dir.glob("sharedindex.*"):
            with suppress(OSError):
                (self.path / shared.name).symlink_to(shared)

    def _copy(self, name: str, source: Path) -> None:
        path = source / name
        if path.is_file():
            with suppress(OSError):
                (self.path / name).write_bytes(path.read_bytes())

    @property
    def variables(self) -> dict[str, str]:
        """The environment that points git at the repository's objects."""
        return {"GIT_OBJECT_DIRECTORY": str(self.layout.common / "objects")}

    def git(self) -> Git:
        """Git on the objects."""
        return Git(self.path, variables=self.variables, seconds=self.seconds)

    def git_in(self, folder: Path, top: Path) -> Git:
        """Git on the index and the working tree, run in a folder of it."""
        index = self.layout.git_dir / "index"
        own = {"GIT_WORK_TREE": str(top), "GIT_INDEX_FILE": str(index if index.is_file() else self.path / "index")}
        return Git(self.path, folder, self.variables | own, self.seconds)

    def close(self) -> None:
        self._temporary.cleanup()
