"""A scanner that raises costs its own practices and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assessor.catalog.practices import load_practices
from assessor.catalog.tools import load_tools
from assessor.findings import Finding, Rung
from assessor.hits.scene import Scene
from assessor.project.automation import Automation
from assessor.project.modules import Modules
from assessor.reading import read_project, wanted_files
from assessor.scanners import testing
from assessor.scanners.every import SCANNERS, Scan, scan_all
from assessor.snapshot import open_snapshot

PRACTICES = [practice.id for practice in load_practices()]


def scene_of(folder: Path) -> Scene:
    (folder / "ci.py").write_text("import pytest\n\ndef grow(x):\n    return x + 1\n\nprint(grow(2))\n")
    with open_snapshot(str(folder)) as snapshot:
        project = read_project(wanted_files(snapshot), None).project
    modules = Modules(project)
    return Scene(project, modules, Automation(project, modules), load_tools())


def broken_after(count: int) -> Scan:
    """The scanner of testing, which raises after so many findings."""

    def scan(scene: Scene) -> Iterator[Finding]:
        for number, finding in enumerate(testing.scan(scene)):
            if number == count:
                raise RuntimeError("a bug of ours")
            yield finding

    return scan


def scanners_with(scan: Scan) -> list[tuple[str, Scan]]:
    return [(name, scan if name == "testing" else own) for name, own in SCANNERS]


@pytest.mark.parametrize("count", [0, 2])
def test_a_scanner_that_raises_costs_its_own_practices(tmp_path: Path, count: int) -> None:
    scene = scene_of(tmp_path)
    whole = scan_all(scene, PRACTICES)
    broken = scan_all(scene, PRACTICES, scanners_with(broken_after(count)))
    lost = {name for name in PRACTICES if broken[name] != whole[name]}
    rated = [finding.practice for finding in testing.scan(scene)]
    assert lost == set(rated[count:])
    assert {broken[name].rung for name in lost} == {Rung.UNKNOWN}


def test_the_reason_is_told_as_a_blind_spot(tmp_path: Path) -> None:
    finding = scan_all(scene_of(tmp_path), PRACTICES, scanners_with(broken_after(0)))["testing.unit"]
    spot = finding.blind_spots[0]
    assert spot.reason == "the testing scanner failed: RuntimeError: a bug of ours"
    assert set(spot.practices) == {name for name in PRACTICES if name.startswith("testing.")}
    assert finding.summary == spot.reason
