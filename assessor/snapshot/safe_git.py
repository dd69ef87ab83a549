"""Starting git so that the audited repository cannot start anything.

A repository's own configuration can name programs (fsmonitor, hooks, filters, textconv, pagers, ssh, credentials). Two
walls keep them out. Refs, objects, index and working tree are read through a *glass*: a temporary git directory with a
configuration of ours that points at the repository's parts, so its configuration is not even read; what is wanted of it
(the origin's URL, the form of objects) is read as data. And every such setting is overridden, every transport forbidden.
Nothing is ever fetched, and git writes nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from assessor.snapshot.git_folder import GitFailed, Layout, refuse_odd, refuse_odd_rules, small_text

__all__ = ["Allowance", "Git", "GitFailed", "Glass", "Layout", "environment", "git_program"]

_MOST_PART = 1_000_000
_MOST_BYTES = 200_000_000
"""Bytes of one record and of all records that are taken from git; 20,000 commits or 50,000 files have a few millions."""

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


def environment(overrides: Mapping[str, str] = _OVERRIDES) -> dict[str, str]:
    """The environment for git on local objects: no system or user configuration, no prompt, no transport, no lock."""
    values = {name: os.environ[name] for name in _KEPT if name in os.environ}
    values["PATH"] = absolute_path(values.get("PATH", os.defpath))
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


@dataclass
class Allowance:
    """Seconds that all calls of git for one snapshot may take together."""

    seconds: float
    spent: float = 0.0

    @property
    def left(self) -> float:
        return max(self.seconds - self.spent, 0.1)

    def told(self) -> GitFailed:
        return GitFailed(f"git took longer than {self.seconds:g} seconds")

    @contextmanager
    def spending(self) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.spent += time.monotonic() - begun


def git_program() -> str:
    """The path of git. Entries of PATH that are relative or empty are passed over: in the audited folder they would name
    a program of the repository. Raises GitFailed where there is none."""
    return _found_program(os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=4)
def _found_program(path: str) -> str:
    found = shutil.which("git", path=absolute_path(path)) if absolute_path(path) else None
    if found is None:
        raise GitFailed("git cannot be started: it is in no absolute folder of PATH")
    return found


def absolute_path(path: str) -> str:
    """The entries of a PATH that are absolute."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if os.path.isabs(entry))  # noqa: PTH117 - text


@dataclass(frozen=True)
class Git:
    """Git on one git directory. `variables` are added to the environment, `folder` is where it runs."""

    git_dir: Path
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=lambda: Allowance(120.0))

    def _environment(self) -> dict[str, str]:
        return environment() | {"GIT_DIR": str(self.git_dir)} | dict(self.variables)

    def start(self, arguments: Sequence[str], *, stdin: bool = False) -> subprocess.Popen[bytes]:
        """Start git. Raises GitFailed where it is not installed."""
        try:
            return subprocess.Popen(
                [git_program(), *arguments],
                cwd=self.folder or self.git_dir,
                env=self._environment(),
                process_group=0 if os.name == "posix" else None,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if stdin else subprocess.PIPE,
            )
        except OSError as error:
            raise GitFailed(f"git cannot be started: {error.strerror}") from error

    def finish(self, process: subprocess.Popen[bytes]) -> bytes:
        """Wait for a started process. Raises GitFailed where it fails or takes longer than `seconds`."""
        try:
            with self.allowance.spending(), _Watch(process, self.allowance.left):
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
            with self.allowance.spending(), _Watch(process, self.allowance.left):
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
            with self.allowance.spending(), _Watch(process, self.allowance.left):
                out, _ = process.communicate("\n".join(ids).encode() + b"\n")
        finally:
            stop(process)
        if process.returncode == -signal.SIGKILL:
            raise self.allowance.told()
        return [int(line) if line.isdigit() else None for line in out.splitlines()]


class _Watch(threading.Thread):
    """Kills git where it takes too long, or sleeps: on local files it works, or waits for a disk, but on a FIFO it sleeps
    for ever. A context manager: leaving it ends the watch."""

    _SLEEP_SECONDS = 5.0
    _LOOK_SECONDS = 0.5

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        super().__init__(daemon=True)
        self.process, self.seconds = process, seconds
        self.is_over = threading.Event()

    def run(self) -> None:
        begun = since = time.monotonic()
        before = ""
        while not self.is_over.wait(min(self._LOOK_SECONDS, self.seconds)):
            now, seen = time.monotonic(), _asleep(self.process.pid)
            if not seen or seen != before:
                before, since = seen, now
            if now - begun > self.seconds or now - since > self._SLEEP_SECONDS:
                _kill(self.process)
                return

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.is_over.set()


def _asleep(process: int) -> str:
    """The processor time that a sleeping process has had; empty where it works, or nothing can be known of it."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return f"{fields[11]} {fields[12]}" if fields[0] == "S" else ""


def _feed(process: subprocess.Popen[bytes], ids: Sequence[str]) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # git was stopped: the reader left early
        process.stdin.write("".join(f"{name}\n" for name in ids).encode())
        process.stdin.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill git with whatever it has started."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and close its pipes; nothing happens where it has ended."""
    if process.poll() is None:
        _kill(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError, ValueError):
                pipe.close()
    process.wait()


class Glass:
    """A temporary git directory of ours through which a repository's refs, objects and index are read.

    Its configuration is ours: of the repository's own nothing is read but the form of its objects and refs.
    """

    def __init__(self, layout: Layout, seconds: float) -> None:
        refuse_odd(layout)
        self.layout = layout
        self.allowance = Allowance(seconds)
        _remove_stale()
        self._temporary = tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)
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


def _remove_stale() -> None:
    """Remove the folders of audits that were killed."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for entry in found:
            owner = re.match(rf"{_PREFIX}(\d+)-", entry.name)
            if owner and _is_stale(entry, int(owner[1])):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_stale(entry: os.DirEntry[str], owner: int) -> bool:
    with suppress(OSError):
        status = entry.stat(follow_symlinks=False)
        if status.st_uid == os.getuid() and time.time() - status.st_mtime > _STALE_SECONDS:
            try:
                os.kill(owner, 0)
            except ProcessLookupError:
                return entry.is_dir(follow_symlinks=False)
    return False


def _head(git_dir: Path) -> str:
    """What HEAD says: a branch or a commit."""
    head = git_dir / "HEAD"
    if head.is_symlink():
        return f"ref: {head.readlink()}\n"
    return f"{small_text(head)}\n"
