"""JUnit XML: valid by its schema, counted rightly, and readable whatever the repository is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as tree

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.assessment import RepositoryInfo
from assessor.policy.gate import judge
from assessor.policy.model import Gate, Waiver
from assessor.policy.statements import NOTHING_SAID, Statements
from assessor.policy.verdicts import GateResult
from assessor.render.ci import junit
from tests.gate_states import HOUSE, assessment

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "junit.xsd")
WAIVER = Waiver.model_validate(
    {"practice": "testing.unit", "reason": "no time now", "owner": "us", "ticket": "7", "expires": "2027-01-01"}
)


def rendered(gate: dict[str, Any], said: Statements = NOTHING_SAID, **rungs: str) -> tree.Element:
    seen = assessment(**rungs)
    text = junit.render(seen, judge(Gate.model_validate(gate), seen, HOUSE, said))
    SCHEMA.validate(text)
    return tree.fromstring(text)


@pytest.mark.parametrize(
    ("rungs", "said", "tag", "counts"),
    [
        ({"testing__unit": "used"}, NOTHING_SAID, "system-out", ("1", "0", "0", "0")),
        ({}, NOTHING_SAID, "failure", ("1", "1", "0", "0")),
        ({"testing__unit": "unknown"}, NOTHING_SAID, "error", ("1", "0", "1", "0")),
        ({}, Statements(waivers=(WAIVER,)), "skipped", ("1", "0", "0", "1")),
    ],
)
def test_each_condition_is_a_test(rungs: dict[str, str], said: Statements, tag: str, counts: tuple[str, ...]) -> None:
    root = rendered({"require": {"testing.unit": "used"}}, said, **rungs)
    suite = root[0]
    case = suite[0]
    assert (suite.get("name"), case.get("name")) == ("gate", "require testing.unit=used")
    assert [child.tag for child in case] == [tag]
    assert tuple(suite.get(kind) for kind in ("tests", "failures", "errors", "skipped")) == counts


def test_each_practice_is_a_test_and_no_failure_counts_twice() -> None:
    root = rendered({"require": {"testing.unit": "used", "monitoring.drift": "used", "ci.pipeline": "automated"}})
    cases = {case.get("name"): case for suite in root[1:] for case in suite}
    assert len(cases) == len(assessment().practices)
    assert str(cases["testing.unit"].findtext("skipped")).startswith("see require testing.unit=used: ")
    assert cases["testing.data"].find("skipped") is None
    assert (root.get("failures"), root.get("errors")) == ("3", "0")
    assert int(root.get("tests", "0")) == len(cases) + 3


@pytest.mark.parametrize("count", [0, 1, 30_000])
def test_any_number_of_conditions(count: int) -> None:
    verdict = judge(Gate(min_level=2), assessment(), HOUSE).verdicts[0]
    text = junit.render(assessment(), GateResult("house", (verdict,) * count))
    root = tree.fromstring(text)
    assert root[0].get("failures") == str(count)
    if count <= 1:
        SCHEMA.validate(text)


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_name_is_readable_xml(name: str) -> None:
    seen = assessment(path=name or "x", testing__unit="used").model_copy(
        update={"repository": RepositoryInfo(name=name)}
    )
    result = judge(Gate.model_validate({"require": {"testing.unit": "enforced"}}), seen, HOUSE)
    SCHEMA.validate(junit.render(seen, result))
