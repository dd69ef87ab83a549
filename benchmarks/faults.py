"""What comes of faults: each is made many times at moments chosen by chance, and every answer is compared with the right one.

    python benchmarks/faults.py [TIMES] [--only NAME] [--seed N]

prints a Markdown table (docs/reliability.md has one): how often the answer was the right one, how often it was one clear
line, and how often it was lost or wrong: other bytes, half a report, a traceback, an exit code that says something else,
a process or a folder left behind. Needs Linux; full and read-only places need root (a tmpfs), and are left out without.

The audits run in forks of this process, which has the package loaded: what is faulted is the whole command, not the
start of Python.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

RIGHT, LINE, WRONG = "right", "one line", "lost or wrong"
_FILES = 20


@dataclass
class Ended:
    """How one command ended; `out` is the report, None where there is none."""

    code: int
    said: str
    out: bytes | None


@dataclass
class Bench:
    """A folder with a repository, and what the right report of it is."""

    top: Path
    times: int
    chance: random.Random
    right: bytes = b""
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def repository(self) -> Path:
        return self.top / "repository"

    def fresh(self, name: str) -> Path:
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.top))

    def begin(self, words: list[str], place: Path, cache: Path, **streams: Path | int) -> int:
        """Start a command in a fork; the number of its process, which leads a session of its own."""
        (place / "tmp").mkdir(exist_ok=True)
        process = os.fork()
        if process:
            return process
        code = 99
        try:
            os.setsid()
            os.environ |= {"TMPDIR": str(place / "tmp"), "MLOPS_ASSESSOR_CACHE": str(cache), "HOME": str(place)}
            tempfile.tempdir = None
            if "home" in streams:
                os.environ["HOME"] = str(streams["home"])
                del os.environ["MLOPS_ASSESSOR_CACHE"]
            _redirect(place, streams)
            sys.argv = ["assessor", *words]
            from assessor.__main__ import run

            run()
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
            _flush()
        finally:  # a signal may come here too, and nothing of the parent's must be done
            os._exit(code)

    def ended(self, process: int, place: Path, seconds: float = 120.0) -> Ended:
        """Wait for it; a command that does not end is killed and counts as code -1."""
        begun = time.monotonic()
        while True:
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                break
            if time.monotonic() - begun > seconds:
                os.killpg(process, signal.SIGKILL)
                os.waitpid(process, 0)
                code = -1
                break
            time.sleep(0.002)
        report = place / "report.json"
        said = (place / "err").read_text("utf-8", "replace") if (place / "err").exists() else ""
        return Ended(code, said, report.read_bytes() if report.exists() else None)

    def audit(self, cache: Path, place: Path | None = None, **streams: Path | int) -> Ended:
        place = place or self.fresh("run")
        return self.ended(self.begin(self.words(place), place, cache, **streams), place)

    def words(self, place: Path) -> list[str]:
        return ["audit", str(self.repository), "--format", "json", "--output", str(place / "report.json")]

    def judged(self, ended: Ended, *, may_fail: bool = False) -> str:
        if "Traceback" in ended.said:
            return self.failed(ended)
        if ended.code == 0 and ended.out == self.right:
            return RIGHT
        is_line = ended.code == 2 and ended.said.count("\n") == 1
        return LINE if may_fail and is_line and ended.out in (None, b"old") else self.failed(ended)

    def failed(self, ended: Ended, why: str = "") -> str:
        self.wrong.append(
            f"code {ended.code} {why} {ended.said[-300:]!r} {None if ended.out is None else len(ended.out)}"
        )
        return WRONG


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue


def _redirect(place: Path, streams: dict[str, Path | int]) -> None:
    errors = os.open(place / "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(errors, 2)
    if isinstance(reading := streams.get("closed"), int):
        os.close(reading)
    target = streams.get("stdout", Path(os.devnull))
    if isinstance(target, Path):
        os.dup2(os.open(target, os.O_WRONLY | os.O_CREAT), 1)
    else:
        os.dup2(target, 1)


def _left(session: int) -> list[int]:
    """The processes of a session that still live."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _gone(session: int) -> bool:
    """Nothing of a session is left within two seconds."""
    for _ in range(100):
        if not _left(session):
            return True
        time.sleep(0.02)
    for process in _left(session):
        os.kill(process, signal.SIGKILL)
    return False


# ---- the faults: each yields one judgement for each time ----


def killed(bench: Bench, number: signal.Signals, victim: Callable[[int], int | None]) -> Iterator[str]:
    """A signal at any moment, then the same audit again on the cache that is left."""
    cache = bench.fresh("cache")
    for at in range(bench.times):
        if at % 10 == 0:
            cache = bench.fresh("cache")
        place = bench.fresh("run")
        process = bench.begin(bench.words(place), place, cache)
        time.sleep(bench.chance.uniform(0, bench.seconds))
        chosen = victim(process)
        if chosen is not None:
            with suppress(ProcessLookupError):
                os.kill(chosen, number)
        ended = bench.ended(process, place)
        yield _after_signal(bench, ended, process, place, number, itself=chosen == process, cache=cache)
        shutil.rmtree(place, ignore_errors=True)


def _after_signal(
    bench: Bench, ended: Ended, process: int, place: Path, number: signal.Signals, *, itself: bool, cache: Path
) -> str:
    if not _gone(process):
        return bench.failed(ended, "a process is left")
    if "Traceback" in ended.said or ended.out not in (None, bench.right):
        return bench.failed(ended, "half a report")
    if not itself or ended.code == 0:
        return bench.judged(ended)
    told = {-number, 128 + number, *((1, 130) if number == signal.SIGINT else ())}
    if ended.code not in told:
        return bench.failed(ended, "another code")
    if number != signal.SIGKILL and list((place / "tmp").iterdir()):
        return bench.failed(ended, f"left in the temporary folder: {list((place / 'tmp').iterdir())}")
    return bench.judged(bench.audit(cache))


def _itself(process: int) -> int:
    return process


def _helper(process: int) -> int | None:
    """One of the processes that it has started."""
    others = [other for other in _left(process) if other != process and _is_ours(other)]
    return random.choice(others) if others else None


def _is_ours(process: int) -> bool:
    """A fork of this program, not git."""
    try:
        return os.readlink(f"/proc/{process}/exe") == os.readlink("/proc/self/exe")  # noqa: PTH115 - no regular files
    except OSError:
        return False


def damaged(bench: Bench) -> Iterator[str]:
    """A cache of which some bytes were changed, or that is cut, empty, noise or another thing."""
    cache = bench.fresh("cache")
    bench.audit(cache)
    whole = {path.relative_to(cache): path.read_bytes() for path in cache.rglob("*") if path.is_file()}
    for at in range(bench.times):
        hurt = bench.fresh("cache")
        for name, data in whole.items():
            path = hurt / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _hurt(path, data, at, bench.chance)
        yield bench.judged(bench.audit(hurt))
        shutil.rmtree(hurt, ignore_errors=True)


def _hurt(path: Path, data: bytes, at: int, chance: random.Random) -> None:
    kind = at % 6
    if kind == 5:
        path.mkdir()
        return
    changed = bytearray(data)
    if kind < 3:
        for _ in range(10 ** (kind + 1)):
            changed[chance.randrange(len(changed) if at % 2 else min(len(changed), 8_192))] = chance.randrange(256)
    path.write_bytes([changed, changed, changed, data[: chance.randrange(len(data))], chance.randbytes(5_000)][kind])


def together(bench: Bench) -> Iterator[str]:
    """Ten audits at once on one cache that is empty."""
    for start in range(0, bench.times, 10):
        cache = bench.fresh("cache")
        places = [bench.fresh("run") for _ in range(min(10, bench.times - start))]
        processes = [bench.begin(bench.words(place), place, cache) for place in places]
        yield from [bench.judged(bench.ended(process, place)) for process, place in zip(processes, places, strict=True)]


def closed_output(bench: Bench) -> Iterator[str]:
    """Nobody reads standard output any more, or it is full: one line and 2, or nothing and the code of the command."""
    for at in range(bench.times):
        place = bench.fresh("run")
        words = ["audit", str(bench.repository), "--format", "json"]
        if at % 2:
            process = bench.begin(words, place, place / "cache", stdout=Path("/dev/full"))
        else:
            reading, writing = os.pipe()
            process = bench.begin(words, place, place / "cache", stdout=writing, closed=reading)
            os.close(writing)
            os.read(reading, bench.chance.choice((1, 1_000))) if at % 4 else None
            os.close(reading)
        ended = bench.ended(process, place)
        is_quiet = ended.code in (0, 2) and ended.said.count("\n") <= 1 and "Traceback" not in ended.said
        yield LINE if is_quiet else bench.failed(ended)


def no_home(bench: Bench) -> Iterator[str]:
    for at in range(bench.times):
        place = bench.fresh("run")
        home = [place / "no/such", Path("/dev/null"), Path("/proc/none")][at % 3]
        ended = bench.audit(place, place, home=home)
        yield bench.judged(ended) if not (place / "no").exists() else bench.failed(ended, "made a home")


@contextmanager
def small_disk(bench: Bench, size: str, *options: str) -> Iterator[Path]:
    place = bench.fresh("disk")
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "tmpfs", str(place)], check=True
    )
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def full_cache(bench: Bench) -> Iterator[str]:
    for _ in range(bench.times):
        with small_disk(bench, f"{bench.chance.choice((4, 16, 64, 200, 500))}k") as disk:
            yield bench.judged(bench.audit(disk))


def full_report(bench: Bench) -> Iterator[str]:
    """The report does not fit: one line, and the old one is whole."""
    for _ in range(bench.times):
        with small_disk(bench, f"{bench.chance.choice((8, 16, 32))}k") as disk:
            (disk / "report.json").write_bytes(b"old")
            place = bench.fresh("run")
            process = bench.begin(bench.words(disk), place, place / "cache")
            ended = bench.ended(process, place)
            ended.out = (disk / "report.json").read_bytes()
            ended.said += "".join(f"\nleft {path}\n\n" for path in disk.iterdir() if path.name != "report.json")
            yield bench.judged(ended, may_fail=True)


def full_temporary(bench: Bench) -> Iterator[str]:
    """No room where git's directory of ours is made: without a history, or one line; never half."""
    for _ in range(bench.times):
        place = bench.fresh("run")
        (place / "tmp").mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=3", "tmpfs", str(place / "tmp")], check=True)
        try:
            ended = bench.audit(place / "cache", place)
        finally:
            subprocess.run(["umount", "--lazy", str(place / "tmp")], check=True)
        is_told = ended.code == 0 and ended.out is not None and b"git cannot read" in ended.out
        yield RIGHT if is_told else bench.judged(ended, may_fail=True)


def read_only(bench: Bench) -> Iterator[str]:
    """A cache that cannot be written, a report that cannot: the answer, or one line."""
    for at in range(bench.times):
        with small_disk(bench, "1m") as disk:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            place = bench.fresh("run")
            process = bench.begin(
                bench.words(disk if at % 2 else place), place, disk if not at % 2 else place / "cache"
            )
            yield bench.judged(bench.ended(process, place), may_fail=bool(at % 2))


@dataclass(frozen=True)
class Fault:
    """`make` yields one judgement for each time; a small disk `needs_mount`, which root may."""

    title: str
    make: Callable[[Bench], Iterator[str]]
    needs_mount: bool = False


FAULTS: dict[str, Fault] = {
    "kill": Fault("SIGKILL at any moment, then again", lambda b: killed(b, signal.SIGKILL, _itself)),
    "term": Fault("SIGTERM at any moment, then again", lambda b: killed(b, signal.SIGTERM, _itself)),
    "hup": Fault("SIGHUP at any moment, then again", lambda b: killed(b, signal.SIGHUP, _itself)),
    "int": Fault("SIGINT at any moment, then again", lambda b: killed(b, signal.SIGINT, _itself)),
    "helper": Fault("a helper killed at any moment", lambda b: killed(b, signal.SIGKILL, _helper)),
    "cache": Fault("a damaged cache", damaged),
    "together": Fault("ten audits at once on one empty cache", together),
    "stdout": Fault("standard output closed early or full", closed_output),
    "home": Fault("no HOME", no_home),
    "full-cache": Fault("no room for the cache", full_cache, needs_mount=True),
    "full-report": Fault("no room for the report", full_report, needs_mount=True),
    "full-tmp": Fault("no room for temporary files", full_temporary, needs_mount=True),
    "read-only": Fault("cache or report in a read-only place", read_only, needs_mount=True),
}


def make_repository(root: Path) -> None:
    """A small repository of many files, with a history."""
    sample = Path(__file__).parents[1] / "sample_repos" / "stage3_cicd"
    shutil.copytree(sample, root, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    (root / "many").mkdir()
    for number in range(_FILES):
        (root / "many" / f"m{number}.py").write_text(
            f"import json\n\n\ndef f{number}(x):\n    return json.loads(x)[{number}]\n"
        )
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "A"), ("EMAIL", "a@b.org"), ("DATE", "2024-01-01T00:00:00Z"))}  # fmt: skip
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "m"]):
        subprocess.run(["git", *words], cwd=root, env=os.environ | who, check=True)


def measure(top: Path, times: int, seed: int, only: str = "") -> dict[str, Counter[str]]:
    """Judgements by the name of the fault; prints what was lost or wrong to standard error."""
    os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
    bench = Bench(top, times, random.Random(seed))
    make_repository(bench.repository)
    import assessor.audit
    import assessor.cli.audit
    import assessor.snapshot.gitpython  # noqa: F401 - loaded before the forks
    from assessor import audit, reading

    reading.PARALLEL_FROM = audit.PARALLEL_FROM = 1  # so that helpers read and rate these few files too

    from assessor.__main__ import main as command

    os.environ["MLOPS_ASSESSOR_CACHE"] = str(bench.fresh("cache"))
    assert command(bench.words(bench.fresh("run"))) == 0  # what it loads is loaded for all forks
    first = bench.audit(bench.fresh("cache"))
    assert first.code == 0 and first.out, first
    begun = time.monotonic()
    bench.right = bench.audit(bench.fresh("cache")).out or b""
    bench.seconds = time.monotonic() - begun
    assert bench.right == first.out
    found: dict[str, Counter[str]] = {}
    for name, fault in FAULTS.items():
        if (only and name != only) or (fault.needs_mount and (os.geteuid() != 0 or not shutil.which("mount"))):
            continue
        found[name] = Counter(fault.make(bench))
        for line in bench.wrong:
            print(f"{name}: {line}", file=sys.stderr)
        bench.wrong.clear()
        print(f"{name}: {dict(found[name])}", file=sys.stderr, flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Make each fault many times and count what comes of it.")
    parser.add_argument("times", nargs="?", type=int, default=100)
    parser.add_argument("--only", default="", choices=["", *FAULTS])
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as top:
        found = measure(Path(top), chosen.times, chosen.seed, chosen.only)
    print(f"| fault | times | {RIGHT} | {LINE} | {WRONG} |\n| --- | ---: | ---: | ---: | ---: |")
    for name, counted in found.items():
        print(f"| {FAULTS[name].title} | {counted.total()} | {counted[RIGHT]} | {counted[LINE]} | {counted[WRONG]} |")
    return 1 if any(counted[WRONG] for counted in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
