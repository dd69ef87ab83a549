"""Targets: who sets them, what lies beyond them, and that every report says so; none of it changes a level or a rating."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from assessor.__main__ import main
from assessor.assessment import Assessment, json_schema
from assessor.catalog.loading import Source
from assessor.cli.formats import FORMATS, Manner
from assessor.errors import UserError
from assessor.policy.config import Loaded, parse_config, parse_policy, profiles
from assessor.policy.targets import TargetWishes, with_targets
from assessor.render.views.texts import LANGUAGES
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.target import Target
from assessor.stored import read_assessment
from tests.audited import audited_sample
from tests.conftest import write_files

SAMPLE = "stage2_pipeline"
RUBRICS = [shipped_rubric(name) for name in shipped_names()]


def loaded_of(text: str) -> Loaded:
    return Loaded(parse_config(Source("assessor.yaml", text)), "assessor.yaml", text)


def target_of(text: str = "", rubric: str = "stages", *, profile: str = "", policy: str = "") -> Target | None:
    """What a configuration, a profile and a policy want together; the configuration's model is its `rubric`."""
    loaded = loaded_of(text)
    rules = parse_policy(Source("policy.yaml", policy)) if policy else None
    wishes = TargetWishes(loaded, loaded.config.rubric or "stages", profile, rules)
    return wishes.target(shipped_rubric(rubric))


WANTED = [
    ("", "stages", None),
    ("targets: {level: 4}", "stages", Target(4, {}, "assessor.yaml")),
    ("targets: {level: 4}", "google", None),
    ("rubric: google\ntargets: {level: 1}", "google", Target(1, {}, "assessor.yaml")),
    ("rubric: google\ntargets: {level: 1}", "stages", None),
    ("targets: {dimensions: {testing: 4}}", "stages", Target(None, {"testing": 4}, "assessor.yaml")),
    ("profile: internal", "stages", Target(2, {"ci": 3}, "internal")),
    ("profile: internal", "google", Target(1, {}, "internal")),
    ("profile: internal", "aws", None),
]


@pytest.mark.parametrize(("text", "rubric", "target"), WANTED)
def test_what_a_configuration_wants(text: str, rubric: str, target: Target | None) -> None:
    assert target_of(text, rubric) == target


BOUND = [
    ("", "targets: {level: 3}", (3, {}, "policy")),
    ("targets: {level: 2}", "targets: {level: 3}", (3, {}, "policy")),
    ("targets: {level: 4}", "targets: {level: 3}", (4, {}, "assessor.yaml")),
    ("targets: {level: 4}", "targets: {level: 3, dimensions: {data: 4}}", (4, {"data": 4}, "policy")),
    ("targets: {level: 2}", "targets: {level: 3}\nlock: [gate]", (2, {}, "assessor.yaml")),
    ("profile: prototype", "profile: regulated", (5, {"versioning": 2}, "regulated")),
    ("targets: {level: 2}", "rubric: google\ntargets: {level: 2}", (2, {}, "assessor.yaml")),
]


@pytest.mark.parametrize(("text", "policy", "expected"), BOUND)
def test_a_locked_policy_asks_at_least(text: str, policy: str, expected: tuple[int, dict[str, int], str]) -> None:
    assert target_of(text, policy=policy) == Target(*expected)


def test_an_option_stands_above_the_configuration_and_below_a_locked_policy() -> None:
    assert target_of("profile: regulated", profile="prototype") == Target(1, {"versioning": 2}, "prototype")
    held = target_of("", profile="prototype", policy="targets: {level: 3}")
    assert held == Target(3, {"versioning": 2}, "policy")


WRONG = [
    ("\ntargets:\n  level: 6", "assessor.yaml:3: targets.level: stages has no level 6; its levels are 1 to 5"),
    ("targets:\n  dimensions:\n    testing: 0", "assessor.yaml:3: targets.dimensions.testing: stages has no level 0"),
    (
        "rubric: google\ntargets: {dimensions: {governance: 1}}",
        ":2: targets.dimensions.governance: google asks nothing",
    ),
    ("targets: {dimensions: {ci: 5}}", "targets.dimensions.ci: stages asks nothing of ci above level 4"),
    ("rubric: aws\nprofile: internal", "assessor.yaml:2: the profile 'internal' has no target by aws"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_target_that_no_model_can_give_is_one_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as told:
        target_of(text, loaded_of(text).config.rubric or "stages")
    assert message in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", sorted(profiles()))
def test_the_shipped_profiles_want_what_their_models_can_give(name: str) -> None:
    """Each level of a dimension is one that it can have, so that a reached target is also shown as reached."""
    for rubric, targets in profiles()[name].targets.items():
        assert targets.level is not None
        for dimension, level in targets.dimensions.items():
            assert level in shipped_rubric(rubric).levels_of(dimension)
            assert level > targets.level


# ---- beside an assessment ----


def laid(sample: str, target: Target, rubric: str = "stages") -> Assessment:
    return with_targets(
        audited_sample(sample), RUBRICS, lambda model: target if model.id == rubric else None
    ).model_copy(update={"primary": rubric})


LATER = [
    ("stages", Target(2), True, "all"),
    ("stages", Target(2, {"ci": 3}), False, "some"),
    ("stages", Target(1), True, "all"),
    ("stages", Target(3), False, "none"),
    ("stages", Target(5), False, "none"),
    ("stages", Target(None, {"testing": 4}), False, "some"),
    ("stages", Target(None, {"testing": 2}), True, "all"),
    ("marvelous", Target(0), True, "all"),
    ("marvelous", Target(1), False, "none"),
]


@pytest.mark.parametrize(("rubric", "target", "reached", "later"), LATER)
def test_what_lies_beyond_the_target_comes_later(rubric: str, target: Target, reached: bool, later: str) -> None:
    before, after = audited_sample(SAMPLE).scorecards[rubric], laid(SAMPLE, target, rubric).scorecards[rubric]
    assert after.target
    assert (after.target.reached, after.target.roadmap == ()) == (reached, reached)
    flags = {gap.later for gap in after.gaps}
    assert flags == {"all": {True}, "some": {True, False}, "none": {False}}[later]
    same = {"target": None, "gaps": tuple(gap.model_copy(update={"later": False}) for gap in after.gaps)}
    assert after.model_copy(update=same) == before


def test_the_other_models_stay_as_they_are() -> None:
    after = laid(SAMPLE, Target(2)).scorecards
    assert {name for name, card in after.items() if card.target} == {"stages"}
    assert all(after[name] == card for name, card in audited_sample(SAMPLE).scorecards.items() if name != "stages")


SHOWN = ("terminal", "md", "md-long", "html")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", SHOWN)
def test_reports_tell_the_target_and_what_can_wait(form: str, language: str) -> None:
    words = {"en": ("Target (house)", "can wait"), "de": ("Ziel (house)", "kann warten")}[language]
    render = FORMATS[form].audit
    assert render
    for target, days in ((Target(2, {}, "house"), False), (Target(4, {"testing": 4}, "house"), True)):
        text = render(laid(SAMPLE, target), Manner(language=language))
        assert isinstance(text, str)
        plain = " ".join(text.replace("\\", "").split())
        assert words[0] in plain
        assert (words[1] in plain) != days
    assert words[0] not in str(render(audited_sample(SAMPLE), Manner(language=language)))


def test_the_table_has_a_column_for_it() -> None:
    render = FORMATS["csv"].audit
    assert render
    rows = list(csv.DictReader(io.StringIO(str(render(laid(SAMPLE, Target(2, {"ci": 3})), Manner())))))
    assert {row["later"] for row in rows} == {"yes", "no", ""}
    assert all((row["later"] == "") == (row["wanted"] == "") for row in rows)


def test_the_json_holds_it(tmp_path: Path) -> None:
    render = FORMATS["json"].audit
    assert render
    text = str(render(laid(SAMPLE, Target(4, {"testing": 4}, "house")), Manner()))
    jsonschema.validate(json.loads(text), json_schema())
    assert read_assessment("audit.json", text.encode()).scorecards["stages"].target


# ---- the command line ----


def audited(capsys: pytest.CaptureFixture[str], *arguments: str) -> Assessment:
    assert main(["audit", *arguments, "--format", "json"]) == 0
    return Assessment.model_validate_json(capsys.readouterr().out)


def test_the_configuration_names_model_and_target(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = {"assessor.yaml": "rubric: google\ntargets: {level: 1}\n", "train.py": "import sklearn\n"}
    write_files(tmp_path, files)
    found = audited(capsys, str(tmp_path))
    assert found.primary == "google"
    assert {name for name, card in found.scorecards.items() if card.target} == {"google"}
    by_profile = audited(capsys, str(tmp_path), "--profile", "regulated")
    assert {name: card.target.source for name, card in by_profile.scorecards.items() if card.target} == {
        "stages": "regulated",
        "google": "regulated",
    }
    assert main(["plan", str(tmp_path), "--to", "target", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["goal"] == {
        "level": 1,
        "title": "ML pipeline automation",
        "dimensions": {},
        "source": "assessor.yaml",
    }


USE = [
    (["audit", "--profile", "internl"], "no profile 'internl'; did you mean 'internal'?"),
    (["audit", "--profile", "internal", "--rubric", "aws"], "the profile 'internal' has no target by aws"),
    (["plan", "--to", "target"], "--to target: the configuration sets no target by stages"),
]


@pytest.mark.parametrize(("arguments", "message"), USE)
def test_wrong_use_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    write_files(tmp_path, {"train.py": "import sklearn\n"})
    assert main([arguments[0], str(tmp_path), *arguments[1:]]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
