"""Case files: tests/cases/DIMENSION/NAME.yaml, each a small repository and the rungs that an expert gives it.

    about: one sentence, what is proved
    files: {path: text}
    git: {commits: [...], tags: [...]}        optional, as `commit_files` takes it; without it the folder is plain
    expect: {practice: rung | [rungs]}        only these are checked; several where experts could differ
    expect_route: {practice: [text, ...]}     a route of the practice's evidence has hops with these texts, in order
    expect_blind: [path]                      these files are told as blind spots
    at_most: rung                             no practice is rated higher
    never_shown: [text]                       stands in nothing that the audit says

A file may hold several such documents, the cases of one practice.
Every case is also checked for what must hold of any audit: `_broken_routes` below.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from assessor.findings import LADDER, Finding, Rung
from tests.conftest import commit_files, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CASES = Path(__file__).parent / "cases"
PRACTICES = Path(__file__).parents[1] / "assessor" / "catalog" / "practices.yaml"
KEYS = {"about", "files", "git", "expect", "expect_route", "expect_blind", "at_most", "never_shown"}


@cache
def load(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(yaml.load_all(path.read_text(), Loader=yaml.CSafeLoader))


def _named() -> Iterator[tuple[Path, int, str]]:
    for path in sorted(CASES.glob("*/*.yaml")):
        several = path.read_text().count("\n---\n")
        for number in range(several + 1):
            yield path, number, f"{path.parent.name}/{path.stem}" + (f"/{number + 1}" if several else "")


NAMED = list(_named())
each_case = pytest.mark.parametrize(("path", "number"), [item[:2] for item in NAMED], ids=[item[2] for item in NAMED])


def audit(case: Mapping[str, Any], folder: Path) -> Mapping[str, Finding]:
    from assessor.audit import findings

    write_files(folder, case["files"])
    if "git" in case:
        commit_files(folder, case["git"])
    return findings(str(folder))


@each_case
def test_case(path: Path, number: int, tmp_path: Path) -> None:
    case = load(path)[number]
    found = audit(case, tmp_path)
    wrong = [
        *_wrong_rungs(found, case.get("expect", {})),
        *_too_high(found, case.get("at_most")),
        *_missing_routes(found, case.get("expect_route", {})),
        *_missing_blind_spots(found, case.get("expect_blind", ())),
        *(f"shows {text[:4]}..." for text in case.get("never_shown", ()) if text in repr(found)),
        *_broken_routes(found, tmp_path),
    ]
    assert not wrong, case["about"] + "\n" + "\n".join(wrong)


def _wrong_rungs(found: Mapping[str, Finding], expected: Mapping[str, str | list[str]]) -> list[str]:
    wrong = []
    for practice, rungs in expected.items():
        finding = found[practice]
        if finding.rung not in (rungs if isinstance(rungs, list) else [rungs]):
            proof = [f"{proof.rung} {proof.place} {proof.text}" for proof in finding.evidence[:3]]
            wrong.append(f"{practice} is {finding.rung}, expected {rungs}: {finding.summary} {proof}")
    return wrong


def _too_high(found: Mapping[str, Finding], highest: str | None) -> list[str]:
    if highest is None:
        return []
    limit = Rung(highest).height
    return [f"{name} is {f.rung}: {f.summary}" for name, f in found.items() if f.rung.height > limit]


def _hops(finding: Finding) -> list[list[str]]:
    return [[f"{hop.text} {hop.place}" for hop in evidence.route] for evidence in finding.evidence if evidence.route]


def _goes_by(route: list[str], wanted: list[str]) -> bool:
    hops = iter(route)
    return all(any(text in hop for hop in hops) for text in wanted)


def _missing_routes(found: Mapping[str, Finding], expected: Mapping[str, list[str]]) -> list[str]:
    return [
        f"{practice} has no route by {wanted}: {_hops(found[practice])}"
        for practice, wanted in expected.items()
        if not any(_goes_by(route, wanted) for route in _hops(found[practice]))
    ]


def _missing_blind_spots(found: Mapping[str, Finding], expected: list[str]) -> list[str]:
    told = {spot.place.path for finding in found.values() for spot in finding.blind_spots}
    return [f"{path} is no blind spot" for path in expected if path not in told]


def _broken_routes(found: Mapping[str, Finding], folder: Path) -> list[str]:
    """Each automated or enforced proof has a route, and all that is cited exists: file and line."""
    wrong = []
    for practice, finding in found.items():
        for evidence in finding.evidence:
            if evidence.rung.height >= Rung.AUTOMATED.height and not evidence.route:
                wrong.append(f"{practice}: {evidence.rung} at {evidence.place} without a route")
            for place in (evidence.place, *(hop.place for hop in evidence.route)):
                path = folder / place.path
                if place.path and not path.exists():
                    wrong.append(f"{practice}: {place.path} does not exist")
                elif path.is_file() and place.line > max(1, len(path.read_bytes().splitlines())):
                    wrong.append(f"{practice}: {place} lies behind the end of the file")
    return wrong


def test_the_fake_ranks_below_a_good_service_in_a_sub_folder(tmp_path: Path) -> None:
    def height(name: str) -> int:
        found = audit(load(CASES / "wild" / f"{name}.yaml")[0], tmp_path / name)
        return sum(max(0, finding.rung.height) for finding in found.values())

    assert height("good_service_in_a_subfolder") > height("keyword_stuffed_fake")


@each_case
def test_case_file_is_well_formed(path: Path, number: int) -> None:
    case = load(path)[number]
    assert set(case) <= KEYS
    assert case["about"]
    assert set(case) & {"expect", "expect_blind", "at_most"}
    for rungs in case.get("expect", {}).values():
        for rung in rungs if isinstance(rungs, list) else [rungs]:
            assert Rung(rung)


def test_each_practice_has_a_case_for_each_rung_and_one_below() -> None:
    """A rule that no case can break is not a rule: each rung that a practice defines is expected somewhere."""
    practices = yaml.safe_load(PRACTICES.read_text()) if PRACTICES.exists() else {}
    expected: dict[str, set[str]] = {}
    for path, number, _ in NAMED:
        for practice, rungs in load(path)[number].get("expect", {}).items():
            expected.setdefault(practice, set()).update(rungs if isinstance(rungs, list) else [rungs])
    ladder = {rung.value for rung in LADDER} - {Rung.ABSENT}
    missing = [
        f"{dimension}.{name}: {rung}"
        for dimension, group in practices.items()
        for name, definition in group.items()
        for rung in [*(set(definition) & ladder), Rung.ABSENT]
        if rung not in expected.get(f"{dimension}.{name}", set())
        and not (rung == Rung.ABSENT and expected.get(f"{dimension}.{name}", set()) & {"declared"})
    ]
    assert not missing
