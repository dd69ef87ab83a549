"""The gate: every condition in every outcome, exit codes, several at once, and what one line says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from assessor.__main__ import main
from assessor.assessment import EvidenceInfo, PlaceInfo
from assessor.catalog.loading import Source
from assessor.catalog.practices import load_practices
from assessor.errors import UserError
from assessor.policy.gate import judge
from assessor.policy.model import Attestation, Gate, Policy, Waiver
from assessor.policy.statements import NOTHING_SAID, Statements, on_day
from assessor.policy.verdicts import GateResult, Outcome
from assessor.render.ci.gate_report import as_data, render_json, render_text, verdict_line
from assessor.rubric.loading import parse_rubric
from tests.conftest import write_files
from tests.gate_states import HOUSE, assessment

if TYPE_CHECKING:
    from pathlib import Path

    from assessor.rubric.model import Rubric

TODAY = date(2026, 6, 1)


def attest(practice: str = "", rung: str = "", item: str = "", expires: str = "2027-01-01") -> dict[str, Any]:
    about = {"item": item} if item else {"practice": practice, "rung": rung}
    said = {"statement": "we checked it by hand", "who": "Ada L.", "when": "2026-01-01", "expires": expires}
    return about | said


def waive(practice: str, path: str | None = None, expires: str = "2027-01-01") -> dict[str, Any]:
    why = {"reason": "will be replaced soon", "owner": "team-a", "ticket": "ML-7", "expires": expires}
    return {"practice": practice, "path": path} | why


def statements(attests: Any = (), waives: Any = (), policy: Policy | None = None) -> Statements:
    said = tuple(Attestation.model_validate(entry) for entry in attests)
    return on_day(said, tuple(Waiver.model_validate(entry) for entry in waives), TODAY, policy)


def decide(gate: dict[str, Any], rungs: dict[str, str], said: Statements = NOTHING_SAID) -> GateResult:
    return judge(Gate.model_validate(gate), assessment(**rungs), HOUSE, said)


UNIT, DRIFT = "testing.unit", "monitoring.drift"
BOTH = {"testing__unit": "automated", "monitoring__drift": "used"}
ONLY_UNIT = {"testing__unit": "automated"}
UNSURE = {"testing__unit": "automated", "monitoring__drift": "unknown"}


@pytest.mark.parametrize(
    ("gate", "rungs", "attests", "waives", "outcome"),
    [
        # min_level
        ({"min_level": 2}, BOTH, [], [], "passed"),
        ({"min_level": 2}, ONLY_UNIT, [], [], "failed"),
        ({"min_level": 1}, ONLY_UNIT, [], [], "passed"),
        ({"min_level": 2}, UNSURE, [], [], "undecided"),
        ({"min_level": 2}, {"monitoring__drift": "unknown"}, [], [], "failed"),
        ({"min_level": 2}, BOTH | {"monitoring__drift": "not_applicable"}, [], [], "passed"),
        ({"min_level": 2}, ONLY_UNIT, [attest(DRIFT, "used")], [], "attested"),
        ({"min_level": 2}, UNSURE, [attest(DRIFT, "used")], [], "attested"),
        ({"min_level": 2, "strict": True}, ONLY_UNIT, [attest(DRIFT, "used")], [], "failed"),
        ({"min_level": 2}, ONLY_UNIT, [attest(DRIFT, "declared")], [], "failed"),
        ({"min_level": 2}, ONLY_UNIT, [attest(DRIFT, "used", expires="2026-05-31")], [], "failed"),
        ({"min_level": 2}, ONLY_UNIT, [attest(DRIFT, "used", expires="2026-06-01")], [], "attested"),
        ({"min_level": 2}, ONLY_UNIT, [], [waive(DRIFT)], "waived"),
        ({"min_level": 2, "strict": True}, ONLY_UNIT, [], [waive(DRIFT)], "waived"),
        ({"min_level": 2}, ONLY_UNIT, [], [waive(DRIFT, expires="2026-05-31")], "failed"),
        ({"min_level": 2}, ONLY_UNIT, [], [waive(DRIFT, expires="2026-06-01")], "waived"),
        ({"min_level": 2}, ONLY_UNIT, [], [waive(UNIT)], "failed"),
        ({"min_level": 2}, UNSURE, [], [waive(DRIFT)], "waived"),
        ({"min_level": 2}, {}, [attest(UNIT, "automated")], [waive(DRIFT)], "waived"),
        # min DIMENSION
        ({"min": {"monitoring": 2}}, BOTH, [], [], "passed"),
        ({"min": {"monitoring": 2}}, ONLY_UNIT, [], [], "failed"),
        ({"min": {"monitoring": 2}}, UNSURE, [], [], "undecided"),
        ({"min": {"monitoring": 2}}, {"monitoring__drift": "not_applicable"}, [], [], "passed"),
        ({"min": {"monitoring": 2}}, {}, [attest(DRIFT, "used")], [], "attested"),
        ({"min": {"monitoring": 2}, "strict": True}, {}, [attest(DRIFT, "used")], [], "failed"),
        ({"min": {"monitoring": 2}}, {}, [attest(DRIFT, "used", expires="2026-05-31")], [], "failed"),
        ({"min": {"monitoring": 2}}, {}, [], [waive(DRIFT)], "waived"),
        ({"min": {"monitoring": 2}}, {}, [], [waive(DRIFT, expires="2026-02-01")], "failed"),
        ({"min": {"testing": 1}}, {"testing__unit": "used"}, [], [], "passed"),
        # require
        ({"require": {UNIT: "used"}}, {"testing__unit": "enforced"}, [], [], "passed"),
        ({"require": {UNIT: "automated"}}, {"testing__unit": "used"}, [], [], "failed"),
        ({"require": {UNIT: "used"}}, {"testing__unit": "unknown"}, [], [], "undecided"),
        ({"require": {UNIT: "used"}}, {"testing__unit": "not_applicable"}, [], [], "passed"),
        ({"require": {UNIT: "used"}}, {}, [attest(UNIT, "used")], [], "attested"),
        ({"require": {UNIT: "used"}, "strict": True}, {}, [attest(UNIT, "used")], [], "failed"),
        ({"require": {UNIT: "used"}}, {}, [attest(UNIT, "used", expires="2026-03-01")], [], "failed"),
        ({"require": {UNIT: "used"}}, {}, [], [waive(UNIT)], "waived"),
        ({"require": {UNIT: "used"}}, {}, [], [waive(UNIT, expires="2026-03-01")], "failed"),
        ({"require": {UNIT: "enforced"}}, {"testing__unit": "used"}, [], [waive(UNIT, path="src")], "waived"),
        ({"require": {UNIT: "enforced"}}, {"testing__unit": "used"}, [], [waive(UNIT, path="src/*.py")], "waived"),
        ({"require": {UNIT: "enforced"}}, {"testing__unit": "used"}, [], [waive(UNIT, path="lib")], "failed"),
        ({"require": {UNIT: "enforced"}}, {}, [], [waive(UNIT, path="src")], "failed"),
        # min_score
        ({"min_score": 0}, {}, [], [], "passed"),
        ({"min_score": 1}, {"testing__unit": "enforced"}, [], [], "passed"),
        ({"min_score": 99}, BOTH, [], [], "failed"),
        ({"min_score": 1}, {"testing__unit": "unknown"}, [], [], "undecided"),
        ({"min_score": 1}, {}, [attest(UNIT, "enforced")], [], "attested"),
        ({"min_score": 1}, {}, [], [waive(UNIT)], "waived"),
        ({"min_score": 1}, {}, [], [waive(UNIT, expires="2026-03-01")], "failed"),
        # max_unknown
        ({"max_unknown": 0}, BOTH, [], [], "passed"),
        ({"max_unknown": 0}, UNSURE, [], [], "failed"),
        ({"max_unknown": 1}, UNSURE, [], [], "passed"),
        ({"max_unknown": 0}, UNSURE, [attest(DRIFT, "used")], [], "passed"),
        ({"max_unknown": 0}, UNSURE, [], [waive(DRIFT)], "waived"),
        ({"max_unknown": 0}, UNSURE, [], [waive(DRIFT, expires="2026-03-01")], "failed"),
        # max_waivers
        ({"max_waivers": 0}, {}, [], [], "passed"),
        ({"max_waivers": 0}, {}, [], [waive(DRIFT)], "failed"),
        ({"max_waivers": 1}, {}, [], [waive(DRIFT)], "passed"),
        ({"max_waivers": 0}, {}, [], [waive(DRIFT, expires="2026-03-01")], "passed"),
    ],
)
def test_each_condition(gate: dict[str, Any], rungs: dict[str, str], attests: Any, waives: Any, outcome: str) -> None:
    result = decide(gate, rungs, statements(attests, waives))
    assert [verdict.outcome.value for verdict in result.verdicts] == [outcome]
    assert result.exit_code == {"failed": 1, "undecided": 4}.get(outcome, 0)


@pytest.mark.parametrize(
    ("gate", "rungs", "outcomes", "code"),
    [
        ({"min_level": 2, "max_unknown": 0}, BOTH, ["passed", "passed"], 0),
        ({"min_level": 2, "max_unknown": 0}, UNSURE, ["undecided", "failed"], 1),
        ({"min_level": 2, "max_unknown": 1}, UNSURE, ["undecided", "passed"], 4),
        ({"min_level": 1, "min": {"testing": 2}, "require": {DRIFT: "used"}}, {}, ["failed"] * 3, 1),
    ],
)
def test_several_conditions(gate: dict[str, Any], rungs: dict[str, str], outcomes: list[str], code: int) -> None:
    result = decide(gate, rungs)
    assert [verdict.outcome.value for verdict in result.verdicts] == outcomes
    assert result.exit_code == code


def test_nothing_to_assess_cannot_be_decided() -> None:
    result = judge(Gate(min_level=0), assessment(0), HOUSE)
    assert (result.exit_code, result.verdicts[0].seen) == (4, "no file could be read")


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ({"min_level": 7}, "min-level 7: house has levels 0 to 2"),
        ({"min": {"testing": 3}}, "min testing=3: house has levels 0 to 2"),
        ({"min": {"governance": 1}}, "house asks nothing of 'governance'"),
    ],
)
def test_a_condition_that_no_repository_can_meet_is_wrong_use(gate: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told.replace("(", "\\(")):
        decide(gate, {})


def test_a_failed_condition_is_one_line_with_place_and_the_whole_step() -> None:
    result = decide({"require": {UNIT: "enforced"}}, {"testing__unit": "used"})
    line = verdict_line(result.verdicts[0])
    step = next(p for p in load_practices() if p.id == UNIT).steps_to(["automated", "enforced"])
    assert line == f"require testing.unit=enforced: used; testing.unit used → enforced (src/train.py:7): {step}"
    assert "\n" not in line


def test_undecided_names_what_could_not_be_read() -> None:
    result = decide({"min_level": 2}, UNSURE)
    assert [blocker.practice for blocker in result.verdicts[0].blockers] == [DRIFT]
    assert "does not parse" in verdict_line(result.verdicts[0])


def test_what_a_pass_rests_on_is_said() -> None:
    said = statements([attest(DRIFT, "used")], [waive("data.lineage")])
    result = decide({"min_level": 2}, ONLY_UNIT, said)
    assert "rests on monitoring.drift=used attested by Ada L. until 2027-01-01" in verdict_line(result.verdicts[0])
    result = decide({"min_level": 2}, ONLY_UNIT, statements([], [waive(DRIFT)]))
    assert "monitoring.drift waived by team-a until 2027-01-01 (ML-7)" in verdict_line(result.verdicts[0])


def test_expired_ending_and_unused_statements_are_told() -> None:
    said = statements(
        [attest(DRIFT, "used", expires="2026-05-31"), attest(UNIT, "used")],
        [waive("data.lineage", expires="2026-06-11"), waive("ci.lint", path="nowhere")],
    )
    notes = decide({"min_level": 0}, {"testing__unit": "enforced"}, said).notes
    assert notes == (
        "the attestation of monitoring.drift=used does not count: it expired on 2026-05-31",
        "the waiver of data.lineage ends in 10 days",
        "the waiver of ci.lint in nowhere is not used; remove it",
        "the attestation of testing.unit=used is not used: what was observed is no less",
    )


@pytest.mark.parametrize(
    ("policy", "attests", "waives", "outcome"),
    [
        ({"no_waivers": [DRIFT]}, [], [waive(DRIFT)], "failed"),
        ({"max_waiver_days": 90}, [], [waive(DRIFT)], "failed"),
        ({"max_waiver_days": 90}, [], [waive(DRIFT, expires="2026-08-01")], "waived"),
        ({"no_attestations": [DRIFT]}, [attest(DRIFT, "used")], [], "failed"),
    ],
)
def test_a_policy_refuses_statements(policy: dict[str, Any], attests: Any, waives: Any, outcome: str) -> None:
    said = statements(attests, waives, Policy.model_validate(policy))
    assert decide({"require": {DRIFT: "used"}}, {}, said).verdicts[0].outcome == outcome
    assert bool(said.refused) == (outcome == "failed")


def test_an_attested_item_of_the_model_counts_for_that_model_only() -> None:
    wanted: Rubric = parse_rubric(
        Source("h.yaml", HOUSE_ATTEST.replace("ID", "house")),
    )
    for item, level in (("house/people", 1), ("other/people", 0)):
        result = judge(Gate(min_level=1), assessment(), wanted, statements([attest(item=item)]))
        assert (result.exit_code == 0) == (level == 1), item


HOUSE_ATTEST = """
id: ID
title: House rules
edition: '1'
source: us
levels:
- {level: 0, id: h0, title: Nothing}
- level: 1
  id: h1
  title: Known
  supporting_share: 0.5
  items:
  - {id: people, text: people know what to do, requires: {attest: people know what to do}}
  - {id: tests, text: there are tests, requires: {testing.unit: used}}
"""


def test_output_escapes_what_the_repository_says() -> None:
    seen = assessment(testing__unit="used")
    info = seen.practices[UNIT]
    hostile = EvidenceInfo(rung="used", place=PlaceInfo(path="a\x1b[2J\nFAILED.py", line=1))
    practices = dict(seen.practices) | {UNIT: info.model_copy(update={"evidence": (hostile,)})}
    seen = seen.model_copy(update={"practices": practices})
    result = judge(Gate.model_validate({"require": {UNIT: "enforced"}}), seen, HOUSE)
    text = render_text(seen, result)
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    assert as_data(result)["result"] == "failed"
    assert render_json(seen, result).endswith("}\n")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_reads_what_stands_in_the_way_in_lines_of_its_own(width: int) -> None:
    result = judge(Gate.model_validate({"require": {UNIT: "enforced"}}), assessment(testing__unit="used"), HOUSE)
    in_log, at_terminal = (render_text(assessment(), result, width=given) for given in (None, width))
    assert len(in_log.splitlines()) == 2
    lines = at_terminal.splitlines()[:-1]
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("FAILED    require testing.unit=enforced")
    assert lines[1].startswith("          testing.unit used → enforced")
    assert set(" ".join(lines).split()) == set(in_log.splitlines()[0].replace(";", "").split())


def test_outcomes_are_ordered_worst_last() -> None:
    assert list(Outcome)[-1] is Outcome.FAILED


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"README.md": "# Churn\n", "train.py": "import sklearn\n"}
    return write_files(tmp_path_factory.mktemp("gate") / "project", files)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--min-level", "1"], 0, "gate passed: 1 condition"),
        (["--min-level", "3", "--require", "testing.unit=used"], 1, "gate failed: 2 of 2 conditions"),
        ([], 2, "no condition"),
        (["--min-level", "12"], 2, "stages has levels 1 to 5"),
        (["--min-level", "three"], 2, "'three' is no number; give a whole number from 0 on, for example 3"),
        (["--min", "tests=1"], 2, "did you mean 'testing'?"),
        (["--min", "testing"], 2, "expected NAME=VALUE"),
        (["--require", "testing.unt=used"], 2, "did you mean 'testing.unit'?"),
        (["--require", "versioning.seeds=enforced"], 2, "defines no rung 'enforced'"),
        (["--rubric", "stage", "--min-level", "1"], 2, "did you mean 'stages'?"),
    ],
)
def test_exit_codes(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    assert main(["gate", str(project), *arguments]) == code
    captured = capsys.readouterr()
    assert told in captured.out + captured.err


def test_an_empty_folder_cannot_be_judged(tmp_path: Path) -> None:
    assert main(["gate", str(tmp_path), "--min-level", "1"]) == 4


def test_a_bug_of_ours_is_no_answer(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessor.policy.deciding.decide", lambda *_, **__: 1 / 0)
    assert main(["gate", str(project), "--min-level", "1"]) == 3
