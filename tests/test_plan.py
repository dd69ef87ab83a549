"""`assessor plan`: the way to a level, what follows from assumptions, and how wrong words are told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assessor.__main__ import main
from assessor.planning import Plan, json_schema, make_plan
from assessor.policy.config import profiles
from assessor.render.data import json_report
from assessor.render.markdown import plan as plan_markdown
from assessor.render.terminal import plan as plan_terminal
from assessor.render.views.texts import LANGUAGES
from assessor.rubric.loading import shipped_rubric
from assessor.rubric.target import Target
from tests.audited import audited_hostile, audited_sample
from tests.conftest import write_files

SAMPLES = Path(__file__).parents[1] / "sample_repos"


def plan_of(sample: str, rubric: str = "stages", target: Target | None = None, **assumed: str) -> Plan:
    """The plan of a sample; `testing__unit="used"` assumes."""
    rungs = {name.replace("__", "."): rung for name, rung in assumed.items()}
    return make_plan(audited_sample(sample), shipped_rubric(rubric), target or Target(), assumed=rungs)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["plan", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The JSON of the audit of a sample."""
    path = tmp_path_factory.mktemp("plan") / "audit.json"
    path.write_text(json_report.render(audited_sample("stage3_cicd")), "utf-8")
    return str(path)


WRONG = [
    (["--to", "9"], "stages has no level '9'; it has 1 (Manual process), 2 ("),
    (["--to", "stages.44"], "stages has no level 'stages.44'; did you mean 'stages.4'?"),
    (["--to", "Manual proces"], "did you mean 'Manual process'?"),
    (["--rubric", "stage"], "no rubric 'stage'; did you mean 'stages'?"),
    (["--profile", "regulatd"], "no profile 'regulatd'; did you mean 'regulated'?"),
    (["--profile", "regulated", "--rubric", "aws"], "'regulated' has no target by aws; it has one by stages, google"),
    (["--profile", "regulated", "--to", "5"], "--to and --profile both say where to go; keep one"),
    (["--assume", "testing.unit"], "--assume 'testing.unit': expected PRACTICE=RUNG"),
    (["--assume", "testing.unti=used"], "no practice 'testing.unti'; did you mean 'testing.unit'?"),
    (["--assume", "testing.unit=autmated"], "testing.unit has no rung 'autmated'; did you mean 'automated'?"),
    (["--assume", "ci.lint=enforced"], "ci.lint has no rung 'enforced'; it has absent, declared, used, automated"),
    (["--assume", "ci.lint=used", "--assume", "ci.lint=automated"], "taken to be at used and at automated; keep one"),
    (["--ref", "main"], "is an audit already"),
    (["--format", "html"], "'html' is not one of 'terminal', 'json', 'md'"),
    (["--output", "plan.pdf"], "its ending says no format"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=str)
def test_wrong_use_is_one_line(
    capsys: pytest.CaptureFixture[str], stored: str, options: list[str], message: str
) -> None:
    code, out, err = told(capsys, stored, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


RIGHT: list[tuple[list[str], dict[str, Any]]] = [
    ([], {"model": "stages", "now.level": 3, "start.level": 3, "goal.level": 4, "goal.source": "", "end.level": 4}),
    (["--to", "5"], {"goal.level": 5, "goal.source": "", "end.level": 5}),
    (["--to", "continuous integration"], {"goal.level": 4, "end.level": 4}),
    (["--to", "2"], {"goal.level": 2, "steps": [], "days": 0}),
    (["--rubric", "google"], {"model": "google", "now.level": 1, "goal.level": 2, "end.level": 2}),
    (["--profile", "internal"], {"goal.level": 2, "goal.dimensions": {"ci": 3}}),
    (["--assume", "ci.pipeline=absent"], {"now.level": 3, "start.level": 2, "goal.level": 3}),
]


@pytest.mark.parametrize(("options", "expected"), RIGHT, ids=str)
def test_where_a_plan_leads(
    capsys: pytest.CaptureFixture[str], stored: str, options: list[str], expected: dict[str, Any]
) -> None:
    code, out, err = told(capsys, stored, *options, "--format", "json")
    assert (code, err) == (0, "")
    plan = json.loads(out)
    jsonschema.validate(plan, json_schema())
    found = {key: plan[key] if "." not in key else plan[key.split(".")[0]][key.split(".")[1]] for key in expected}
    assert found == expected


def test_a_folder_and_its_audit_have_the_same_plan(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder, file = str(SAMPLES / "stage2_pipeline"), str(tmp_path / "audit.json")
    assert main(["audit", folder, "--output", file]) == 0
    plans = [told(capsys, target, "--format", "json")[1] for target in (folder, file)]
    assert plans[0] == plans[1]
    assert json.loads(plans[0])["steps"]


def test_the_configuration_names_the_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_files(tmp_path, {"assessor.yaml": "rubric: google\n", "train.py": "import sklearn\n"})
    assert json.loads(told(capsys, str(tmp_path), "--format", "json")[1])["model"] == "google"
    assert json.loads(told(capsys, str(tmp_path), "--format", "json", "--rubric", "aws")[1])["model"] == "aws"


def test_what_one_change_gives_is_one_step() -> None:
    first = plan_of("stage2_pipeline").steps[0]
    assert first.change
    assert len(first.raises) > 1
    assert first.days < len(first.raises) * 0.5


def test_assuming_all_steps_leaves_none() -> None:
    before = plan_of("stage2_pipeline")
    rises = {raised.practice.replace(".", "__"): raised.wanted for step in before.steps for raised in step.raises}
    after = plan_of("stage2_pipeline", target=Target(before.goal.level), **rises)
    assert (after.now.level, after.start.level, after.steps) == (2, before.goal.level, ())
    assert after.is_reached


def test_a_plan_to_dimensions_lifts_them() -> None:
    target = Target(2, {"testing": 4, "monitoring": 5}, "house")
    plan = plan_of("stage2_pipeline", target=target)
    assert plan.now.level == plan.end.level == 2
    assert plan.steps
    assert {name: plan.end.dimensions[name] for name in target.dimensions} == dict(target.dimensions)
    alone = plan_of("stage2_pipeline", target=Target(2, {"testing": 4}, "house"))
    assert 0 < alone.days < plan.days


def test_what_only_a_statement_mends_is_named() -> None:
    plan = plan_of("stage5_cd", "marvelous", Target(1))
    assert plan.blocked
    assert plan.end.level is not None
    assert plan.end.level < plan.goal.level
    assert "No cheaper set" not in plan_terminal.render(plan)
    assert "They do not lead there on their own" in " ".join(plan_terminal.render(plan).split())
    assert all(plan.items[item] in plan_markdown.render(plan).replace("\\", "") for item in plan.blocked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_shown_in_full(language: str) -> None:
    plan = plan_of("stage1_manual", "google", Target(2, {"testing": 2}, "house"), ci__lint="used")
    for text in (
        plan_terminal.render(plan, width=120, language=language),
        plan_markdown.render(plan, language=language),
    ):
        flat = " ".join(text.replace("\\", "").replace("`", "").split())
        for raised in (raised for step in plan.steps for raised in step.raises):
            assert raised.practice in flat
        assert "ci.lint" in flat
        assert "house" in flat


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert plan_terminal.render(plan_of("stage1_manual")) == plan_terminal.render(plan_of("stage1_manual"))
    assert plan_terminal.render(plan_of("stage1_manual"), unicode=False).isascii()


def test_what_a_repository_says_is_not_obeyed(tmp_path: Path) -> None:
    plan = make_plan(audited_hostile(tmp_path), shipped_rubric("stages"), Target())
    assert "\x1b" not in plan_terminal.render(plan)
    outside = re.sub(r"`[^`]*`|<code>.*?</code>", "", plan_markdown.render(plan))  # what is code is shown as it is
    assert "<script" not in outside


def test_the_page_has_the_shipped_profiles() -> None:
    page = (SAMPLES.parent / "docs" / "plan.md").read_text()
    rows = {row.split("|")[1].strip(" `"): row for row in page.splitlines() if row.startswith("| `")}
    for profile in profiles().values():
        for cell, name in zip(rows[profile.name].split("|")[3:5], ("stages", "google"), strict=True):
            target = profile.targets[name]
            numbers = [int(number) for number in re.findall(r"\d", cell)]
            assert numbers == [target.level, *(target.dimensions[name] for name in re.findall(r"(\w+) \d", cell))]
            assert len(numbers) == 1 + len(target.dimensions)
