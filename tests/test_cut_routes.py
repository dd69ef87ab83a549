"""Cutting any hop of the way to a rating lowers it, and no other rating rises.

Each proof of `automated` and `enforced` in the samples has a route, with file and line. Each hop that can be cut is cut, one
at a time: the file that it leads to is moved away, its job gets a condition that is never true or a branch that nobody has,
its trigger or schedule is taken away, its command or the name of its function is replaced. Then no proof may still go by the
hop, so that a rating that stays has another way to stand on; no rating may rise; and some must have fallen.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assessor.audit import findings
from assessor.findings import Finding, Hop, Rung
from tests.conftest import commit_files

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLES = Path(__file__).parents[1] / "sample_repos"
NAMES = ("stage2_pipeline", "stage3_cicd", "stage4_ci", "stage5_cd")

Lines = list[str]


@cache
def before(name: str) -> Mapping[str, Finding]:
    return findings(str(SAMPLES / name))


def proofs(found: Mapping[str, Finding]) -> Iterator[tuple[str, Rung, tuple[Hop, ...]]]:
    """(practice, rung, route) of each proof of automation."""
    for practice, finding in found.items():
        for evidence in finding.evidence:
            if evidence.rung.height >= Rung.AUTOMATED.height:
                yield practice, evidence.rung, evidence.route


@cache
def hops(name: str) -> tuple[tuple[Hop, Hop | None], ...]:
    """Each hop of the sample's proofs once, with a hop that stands before it (None for the first of a route)."""
    found: dict[tuple[str, int, str], tuple[Hop, Hop | None]] = {}
    for _, _, route in proofs(before(name)):
        for number, hop in enumerate(route):
            place = (hop.place.path, hop.place.line, hop.text)
            found.setdefault(place, (hop, route[number - 1] if number else None))
    return tuple(found.values())


# ---- cuts: each changes the lines of the hop's file, and is False where it does not fit the hop ----


def never(lines: Lines, hop: Hop, _: Hop | None) -> bool:
    return _condition(lines, hop, "if: false", "rules: [{when: never}]")


def branch_nobody_has(lines: Lines, hop: Hop, _: Hop | None) -> bool:
    """A workflow of GitHub waits for a push to it, a job of GitLab asks for it."""
    if hop.triggers and "/workflows/" in hop.place.path:
        _other_events(lines, "on: {push: {branches: [zz-nobody-has-this]}}")
        return True
    asked = "rules: [{if: '$CI_COMMIT_BRANCH == \"zz-nobody-has-this\"'}]"
    return hop.place.path.endswith(".gitlab-ci.yml") and _condition(lines, hop, "", asked)


def _other_events(lines: Lines, events: str) -> None:
    start = next(n for n, line in enumerate(lines) if re.match(r"[\"']?on[\"']?:", line))
    _drop_keys(lines, start, 0, ("on:", '"on":', "'on':"))
    lines.insert(start, events)


def _condition(lines: Lines, hop: Hop, github: str, gitlab: str) -> bool:
    """A job of GitHub or GitLab gets another condition in the place of its own."""
    is_gitlab = hop.place.path.endswith(".gitlab-ci.yml")
    if not hop.text.startswith("job ") or not (is_gitlab or "/workflows/" in hop.place.path):
        return False
    start = hop.place.line - 1
    indent = len(lines[start]) - len(lines[start].lstrip()) + 2
    own = ("rules:", "only:", "when:") if is_gitlab else ("if:",)
    _drop_keys(lines, start + 1, indent, own)
    lines.insert(start + 1, " " * indent + (gitlab if is_gitlab else github))
    return True


def _drop_keys(lines: Lines, start: int, indent: int, names: tuple[str, ...]) -> None:
    """Take keys of that indentation away, with what stands below them; up to the end of the block."""
    number, dropping = start, False
    while number < len(lines):
        depth = len(lines[number]) - len(lines[number].lstrip())
        if lines[number].strip() and depth < indent:
            return
        is_item = depth == indent and lines[number].lstrip().startswith("- ")
        if lines[number].strip() and depth == indent and not is_item:
            dropping = lines[number].lstrip().startswith(names)
        if dropping:
            del lines[number]
        else:
            number += 1


def no_start(lines: Lines, hop: Hop, _: Hop | None) -> bool:
    """What starts the run is taken away: the events of a workflow, the schedule of a DAG, a deployment or a CronJob."""
    if not hop.triggers:
        return False
    path, number = hop.place.path, hop.place.line - 1
    if "/workflows/" in path:
        _other_events(lines, "on: workflow_dispatch")
        return True
    if path.endswith("prefect.yaml"):
        lines[number] = re.sub(r"cron:.*", 'cron: ""', lines[number])
        return True
    if hop.text.startswith("CronJob"):
        at = next(n for n in range(number, len(lines)) if lines[n].lstrip().startswith("schedule:"))
        lines.insert(at, " " * (len(lines[at]) - len(lines[at].lstrip())) + "suspend: true")
        return True
    if path.endswith(".py") and "schedule" in hop.text:
        for n in range(max(0, number - 2), min(len(lines), number + 12)):
            changed = re.sub(r"schedule(_interval)?=[^,)]+", "schedule=None", lines[n])
            changed = re.sub(r"\bcron_expression=", "enabled=False, cron_expression=", changed)
            if changed != lines[n]:
                lines[n] = changed
                return True
    return False


def other_command(lines: Lines, hop: Hop, _: Hop | None) -> bool:
    """The command is replaced by one that does nothing."""
    number = hop.place.line - 1
    words = hop.text.removesuffix("…")
    if number >= len(lines) or " " not in words or words not in " ".join(lines[number].split()):
        return False
    if words.startswith(("job ", "on: ", "uses ", "build ", "start ", "hook ", "service ")):
        return False
    line = " ".join(lines[number].split())
    head = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    lines[number] = head + line.replace(words, "true")
    return True


def other_function(lines: Lines, hop: Hop, previous: Hop | None) -> bool:
    """The function that is called gets another name where it is defined; what a decorator hands on is called by none."""
    number = hop.place.line - 1
    name = hop.text.removesuffix("()").rpartition(".")[2]
    if not hop.text.endswith("()") or number >= len(lines) or name.startswith("test_") or previous is None:
        return False
    is_decorated = number > 0 and lines[number - 1].lstrip().startswith(("@", ")"))
    if is_decorated or not re.match(rf"\s*(?:async )?def {re.escape(name)}\(", lines[number]):
        return False
    lines[number] = lines[number].replace(f"def {name}(", f"def zz_{name}(", 1)
    return True


CUTS: Mapping[str, Callable[[Lines, Hop, Hop | None], bool]] = {
    cut.__name__: cut for cut in (never, branch_nobody_has, no_start, other_command, other_function)
}


def judged(folder: Path, said: str, gone: Callable[[Hop], bool], known: Mapping[str, Finding]) -> tuple[int, list[str]]:
    """How many ratings fall by the cut, and what is not as it must be."""
    after = findings(str(folder))
    wrong = [
        f"{said}: {practice} rises from {finding.rung} to {after[practice].rung}"
        for practice, finding in known.items()
        if after[practice].rung.height > finding.rung.height
    ]
    wrong += [
        f"{said}: {practice} still goes by it"
        for practice, _, route in proofs(after)
        if any(gone(passed) for passed in route)
    ]
    return sum(after[p].rung.height < finding.rung.height for p, finding in known.items()), wrong


def copied(name: str, folder: Path) -> Path:
    shutil.copytree(SAMPLES / name, folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    return folder


HISTORY = {
    "commits": [
        {"author": "Ada <ada@x.example>", "date": "2024-01-02T10:00:00+00:00", "message": "One", "files": "all"},
    ]
}
"""Only a history says which branches there are."""


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_hop_that_is_cut_is_gone_from_all_ways_and_no_rating_rises(name: str, cut: str, tmp_path: Path) -> None:
    wrong, count, fallen, known = list[str](), 0, 0, before(name)
    with_history = cut == branch_nobody_has.__name__
    if with_history:
        known = findings(str(commit_files(copied(name, tmp_path / "before"), HISTORY)))
    for number, (hop, previous) in enumerate(hops(name)):
        source = SAMPLES / name / hop.place.path
        lines = source.read_text().split("\n") if source.is_file() else []
        if not lines or not CUTS[cut](lines, hop, previous):
            continue
        folder = copied(name, tmp_path / str(number))
        (folder / hop.place.path).write_text("\n".join(lines))
        if with_history:
            commit_files(folder, HISTORY)
        key = (hop.place.path, hop.text, 0 if cut in MOVES_LINES else hop.place.line)

        def gone(passed: Hop, key: tuple[str, str, int] = key) -> bool:
            return key == (passed.place.path, passed.text, 0 if cut in MOVES_LINES else passed.place.line)

        lowered, found = judged(folder, f"{hop.text} {hop.place}", gone, known)
        wrong, count, fallen = wrong + found, count + 1, fallen + lowered
        shutil.rmtree(folder)
    assert not wrong, "\n".join(wrong)
    assert fallen or not count


MOVES_LINES = (never.__name__, branch_nobody_has.__name__, no_start.__name__)


def test_each_kind_of_cut_is_made() -> None:
    made = dict.fromkeys(CUTS, 0)
    for name in NAMES:
        for hop, previous in hops(name):
            source = SAMPLES / name / hop.place.path
            for cut in CUTS if source.is_file() else ():
                made[cut] += CUTS[cut](source.read_text().split("\n"), hop, previous)
    assert min(made.values()) >= 8, made
    assert sum(made.values()) >= 90, made


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_moved_away_is_gone_from_all_ways_and_no_rating_rises(name: str, tmp_path: Path) -> None:
    """Files that something else on the way calls; what a run begins in is no hop that is called."""
    called = dict.fromkeys(
        hop.place.path for hop, previous in hops(name) if previous is not None and previous.place.path != hop.place.path
    )
    wrong, fallen = list[str](), 0
    for number, path in enumerate(called):
        folder = copied(name, tmp_path / str(number))
        if not (folder / path).is_file():
            continue
        target = folder / "attic" / f"gone_{Path(path).name}"
        target.parent.mkdir(exist_ok=True)
        (folder / path).rename(target)

        def gone(passed: Hop, path: str = path) -> bool:
            return passed.place.path == path

        lowered, found = judged(folder, path, gone, before(name))
        wrong, fallen = wrong + found, fallen + lowered
        shutil.rmtree(folder)
    assert not wrong, "\n".join(wrong)
    assert fallen
