"""Crosswalks to frameworks that are no maturity models: complete, monotone, and never a word of compliance."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.__main__ import main
from assessor.catalog.practices import load_practices
from assessor.findings import LADDER, Finding, Rung
from assessor.resources import data_folder
from assessor.rubric.crosswalk import Support, supported
from assessor.rubric.loading import crosswalk_names, shipped_crosswalk

SAMPLE = Path(__file__).parents[1] / "sample_repos" / "stage4_ci"
PRACTICES = [practice.id for practice in load_practices()]

CONTROLS = [
    # crosswalk, what the framework calls the part, our group, its controls in the list of what a repository touches
    ("crosswalk-nist-ai-rmf", "GOVERN: 5 subcategories of 19", "govern", 5),
    ("crosswalk-nist-ai-rmf", "MAP: 6 of 18", "map", 6),
    ("crosswalk-nist-ai-rmf", "MEASURE: 12 of 22", "measure", 12),
    ("crosswalk-nist-ai-rmf", "MANAGE: 5 of 13", "manage", 5),
    ("crosswalk-iso-42001", "A.2 to A.5", "organisation", 4),
    ("crosswalk-iso-42001", "A.6.1, and each of A.6.2.2 to A.6.2.8", "life-cycle", 8),
    ("crosswalk-iso-42001", "A.7", "data", 1),
    ("crosswalk-iso-42001", "A.8 to A.10", "parties", 3),
    ("crosswalk-eu-ai-act", "Articles 9 to 15", "requirements", 7),
    ("crosswalk-eu-ai-act", "Annex IV: nine points, point 2 in six, 4 to 9 in one", "annex-iv", 9),
    ("crosswalk-eu-ai-act", "Articles 17 to 19, 50, 72, 73", "duties", 4),
]


@pytest.mark.parametrize(("name", "called", "group", "count"), CONTROLS, ids=lambda value: str(value))
def test_each_control_of_the_source_stands_in_its_group(name: str, called: str, group: str, count: int) -> None:
    groups = {entry.id: entry for entry in shipped_crosswalk(name).groups}
    assert len(groups[group].controls) == count, called


def test_the_table_covers_all_crosswalks() -> None:
    sums = {name: sum(count for other, _, _, count in CONTROLS if other == name) for name in crosswalk_names()}
    assert sums == {"crosswalk-nist-ai-rmf": 28, "crosswalk-iso-42001": 16, "crosswalk-eu-ai-act": 20}
    assert all(len(shipped_crosswalk(name).controls) == count for name, count in sums.items())


@pytest.mark.parametrize("name", crosswalk_names())
def test_no_word_says_that_a_law_or_standard_is_met(name: str) -> None:
    text = (data_folder("rubrics") / f"{name}.yaml").read_text("utf-8").lower()
    assert "supports" in text
    assert not re.search(r"\b(complies|compliant|compliance|conforms|fulfils|certified by)\b", text)


RUNGS = st.sampled_from([*LADDER, Rung.NOT_APPLICABLE, Rung.UNKNOWN])
RATINGS = st.lists(RUNGS, min_size=len(PRACTICES), max_size=len(PRACTICES))
HEIGHTS = {Support.UNSUPPORTED: 0, Support.UNKNOWN: 0, Support.PARTLY: 1, Support.SUPPORTED: 2}


def rated(rungs: list[Rung]) -> dict[str, Finding]:
    return {name: Finding(name, rung, "") for name, rung in zip(PRACTICES, rungs, strict=True)}


@pytest.mark.parametrize("name", crosswalk_names())
@settings(max_examples=40, deadline=None)
@given(rungs=RATINGS, place=st.integers(0, len(PRACTICES) - 1), data=st.data())
def test_a_higher_rung_never_supports_less(name: str, rungs: list[Rung], place: int, data: st.DataObject) -> None:
    if rungs[place] not in LADDER:
        rungs[place] = Rung.ABSENT
    higher = data.draw(st.sampled_from([rung for rung in LADDER if rung.height >= rungs[place].height]))
    crosswalk = shipped_crosswalk(name)
    before = supported(crosswalk, rated(rungs))
    after = supported(crosswalk, rated([*rungs[:place], higher, *rungs[place + 1 :]]))
    for old, new in zip(before, after, strict=True):
        assert (old.support in HEIGHTS) == (new.support in HEIGHTS)
        assert HEIGHTS.get(new.support, 0) >= HEIGHTS.get(old.support, 0)


@pytest.mark.parametrize(
    ("rungs", "support", "by"),
    [
        ({}, Support.UNSUPPORTED, []),
        ({"governance.objectives": "used"}, Support.PARTLY, ["governance.objectives"]),
        ({"governance.objectives": "used", "governance.model_card": "automated"}, Support.SUPPORTED,
         ["governance.objectives", "governance.model_card"]),
        ({"governance.objectives": "used", "governance.model_card": "not_applicable"}, Support.SUPPORTED,
         ["governance.objectives"]),
        ({"governance.objectives": "unknown"}, Support.UNKNOWN, []),
        ({"governance.objectives": "not_applicable", "governance.model_card": "not_applicable"},
         Support.NOT_APPLICABLE, []),
    ],
)  # fmt: skip
def test_what_supports_purpose_and_context(rungs: dict[str, str], support: Support, by: list[str]) -> None:
    found = {name: Finding(name, Rung(rungs.get(name, "absent")), "") for name in PRACTICES}
    results = {result.control.id: result for result in supported(shipped_crosswalk("crosswalk-nist-ai-rmf"), found)}
    assert results["nist.map_1_1"].support is support
    assert [name for name, _ in results["nist.map_1_1"].by] == by
    assert results["nist.measure_2_10"].support is Support.ATTEST


def test_an_audit_tells_the_asked_crosswalks_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(SAMPLE), "-q", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["crosswalks"] == {}
    assert main(["audit", str(SAMPLE), "-q", "--format", "json", "--crosswalk", "nist-ai-rmf"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["crosswalks"].values()
    assert sum(found["counts"].values()) == len(found["controls"]) == 28
    assert found["counts"]["supported"] > 5
    assert main(["audit", str(SAMPLE), "-q", "--crosswalk", "nist-ai-rmf"]) == 0
    out = capsys.readouterr().out
    assert "Whether a control is met is for people to say." in out
    assert "MEASURE 2.10" in out


def test_an_unknown_crosswalk_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(SAMPLE), "-q", "--crosswalk", "nist"]) == 2
    assert "no crosswalk 'crosswalk-nist'; " in capsys.readouterr().err


@pytest.mark.parametrize("name", crosswalk_names())
def test_a_crosswalk_can_be_explained_and_checked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    out = capsys.readouterr().out
    assert all(control.control in out for control in shipped_crosswalk(name).controls)
    assert main(["rubrics", "check", str(data_folder("rubrics") / f"{name}.yaml")]) == 0
    assert "no mistakes" in capsys.readouterr().out
