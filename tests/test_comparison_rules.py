"""What two audits by different rules owe to the rules: the model's digest, and the older state judged by the newer rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assessor.__main__ import main
from assessor.assembling import scored
from assessor.assessment import Assessment
from assessor.catalog.loading import Source
from assessor.comparison import ModelChange, compare
from assessor.findings import Finding, Rung
from assessor.render.data import json_report
from assessor.render.terminal import comparison as comparison_terminal
from assessor.rubric.loading import parse_rubric, shipped_names, shipped_rubric
from assessor.rubric.model import Rubric
from tests.audited import audited_sample
from tests.test_comparison import BY_HAND, NEXT, ON_PUSH, state, unit

HEAD = "id: house\ntitle: House rules\nedition: '1'\nsource: us\nlevels:\n- {level: 0, id: h0, title: Nothing}\n"
REGRADED = unit(BY_HAND, rung=Rung.AUTOMATED)
"""The same proof on another rung: only other rules can do that."""


def house(rung: str, text: str = "it is tested") -> Rubric:
    item = f"{{id: tested, text: {text}, required: true, requires: {{testing.unit: {rung}}}}}"
    return parse_rubric(Source("house.yaml", HEAD + f"- {{level: 1, id: h1, title: More, items: [{item}]}}\n"))


def by(rubric: Rubric, assessment: Assessment) -> Assessment:
    """The assessment by this model alone."""
    found = {name: Finding(name, Rung(info.rung), "") for name, info in assessment.practices.items()}
    card = scored(rubric, found, {})
    return assessment.model_copy(update={"primary": rubric.id, "scorecards": {rubric.id: card}})


def change(old: Assessment, new: Assessment, *rubrics: Rubric) -> ModelChange:
    (found,) = compare(old, new, rubrics={rubric.id: rubric for rubric in rubrics}).models
    return found


def test_a_digest_changes_with_what_the_model_says() -> None:
    digests = [house("used").digest, house("automated").digest, house("used", "it was tested").digest]
    digests += [shipped_rubric(name).digest for name in shipped_names()]
    assert len(set(digests)) == len(digests)
    assert house("used").digest == house("used").digest


used, automated = house("used"), house("automated")
CASES = [
    ("the model asks for more", state(unit(BY_HAND)), used, state(unit(BY_HAND)), automated, (1, 0, True, 0)),
    ("so it does, and the work is done", state(unit(BY_HAND)), used, state(unit(ON_PUSH)), automated, (1, 1, True, 0)),
    ("the model asks for less", state(unit(BY_HAND)), automated, state(unit(BY_HAND)), used, (0, 1, True, 1)),
    ("other words", state(unit(BY_HAND)), used, state(unit(BY_HAND)), house("used", "it was tested"), (1, 1, True, 1)),
    (
        "the same rules",
        state(unit(BY_HAND)),
        automated,
        state(unit(ON_PUSH), commit=NEXT),
        automated,
        (0, 1, False, None),
    ),
    (
        "the rules rate the same proof higher",
        state(unit(BY_HAND)),
        automated,
        state(REGRADED, rules="r2", commit=NEXT),
        automated,
        (0, 1, False, 1),
    ),
    (
        "whose doing it is cannot be told",
        state(unit(BY_HAND)),
        automated,
        state(unit(ON_PUSH), rules="r2", commit=NEXT),
        automated,
        (0, 1, False, None),
    ),
]


@pytest.mark.parametrize(("about", "old", "before", "new", "after", "expected"), CASES, ids=[case[0] for case in CASES])
def test_the_older_state_by_the_newer_rules(
    about: str,
    old: Assessment,
    before: Rubric,
    new: Assessment,
    after: Rubric,
    expected: tuple[int, int, bool, int | None],
) -> None:
    found = change(by(before, old), by(after, new), after)
    assert (found.old, found.new, found.model_changed, found.by_rules) == expected, about


def test_without_the_newer_model_nothing_is_told() -> None:
    old, new = by(used, state(unit(BY_HAND))), by(automated, state(unit(BY_HAND)))
    assert change(old, new).by_rules is None
    assert change(old, new, used).by_rules is None
    told = comparison_terminal.render(compare(old, new, rubrics={"house": automated}))
    assert "House rules now asks for something different." in told
    assert "The newer rules alone take the older state from level 1 to level 0." in told


def test_two_audits_by_two_models_of_one_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """End to end: an audit by a version whose model had other words."""
    now = json.loads(json_report.render(audited_sample("stage3_cicd")))
    assert {card["digest"] for card in now["scorecards"].values()} == {
        shipped_rubric(n).digest for n in shipped_names()
    }
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    new.write_text(json.dumps(now), "utf-8")
    now["scorecards"]["stages"] |= {"digest": "0" * 12, "level": 2}
    old.write_text(json.dumps(now), "utf-8")
    assert main(["compare", str(old), str(new)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "The newer rules alone take the older state from level 2 to level 3." in text
    assert main(["compare", str(new), str(new)]) == 0
    assert "The newer rules" not in capsys.readouterr().out
