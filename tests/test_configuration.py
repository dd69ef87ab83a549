"""The page of the configuration has every key of the models and no other, and each mistake in one is a line with its place."""

from __future__ import annotations

import re
import typing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from assessor.__main__ import main
from assessor.catalog.loading import Source
from assessor.policy.config import parse_config, parse_pyproject
from assessor.policy.model import LOCKABLE, Config, Policy
from tests.conftest import write_files

PAGE = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")


def keys_of(model: type[BaseModel], before: str = "") -> set[str]:
    """Every key that a file may have, `attestations[].practice` for one of the entries of a list."""
    found = set()
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is None:
            found.add(before + name)
        else:
            dots = "." if field.annotation is inner else "[]."
            found |= keys_of(inner, f"{before}{name}{dots}")
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a field, or of the entries of a list; a map of them is one key."""
    if typing.get_origin(annotation) is dict:
        return None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((arg for arg in typing.get_args(annotation) if _model_in(arg)), None)


def test_the_page_has_every_key_and_no_other() -> None:
    rows = re.findall(r"^\| `([\w.\[\]]+)` \|", PAGE, re.MULTILINE)
    rows = [row for row in rows if not row.isupper()]
    assert len(rows) == len(set(rows))
    assert set(rows) - {"units"} == keys_of(Policy)  # a list, or the word `auto`
    of_policies = {"lock", "no_waivers", "no_attestations", "max_waiver_days", "profiles", "max_new_failures"}
    assert keys_of(Policy) - keys_of(Config) == of_policies


def test_what_can_be_locked_stands_on_the_page() -> None:
    (row,) = re.findall(r"^\| `lock` \|(.*)", PAGE, re.MULTILINE)
    named = set(re.findall(r"`([\w.]+)`", row)) - {"gate.KEY"}
    assert named == {"all", "gate", *(name for name in LOCKABLE if not name.startswith("gate."))}


def test_the_examples_are_right() -> None:
    yaml_text, *_ = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (toml_text,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert parse_config(Source("assessor.yaml", yaml_text)).effort.days.L == 10
    assert parse_pyproject(Source("pyproject.toml", toml_text)) == Config.model_validate(
        {"rubric": "stages", "gate": {"min_level": 2, "require": {"testing.unit": "automated"}}}
    )


MISTAKES = [
    ("rubrik: stages", "assessor.yaml:1: rubrik: unknown key 'rubrik'; did you mean 'rubric'?"),
    ("\nrubric: stagse", "assessor.yaml:2: rubric: no rubric 'stagse'; did you mean 'stages'?"),
    ("rubric: house.yaml", "assessor.yaml:1: rubric: no rubric file house.yaml in the repository"),
    ("profile: internl", "assessor.yaml:1: no profile 'internl'; did you mean 'internal'?"),
    ("gate:\n  min_levl: 2", "assessor.yaml:2: gate.min_levl: unknown key 'min_levl'; did you mean 'min_level'?"),
    (
        "gate:\n  require:\n    testing.unti: used",
        "assessor.yaml:3: gate.require.testing.unti: no practice 'testing.unti'; did you mean",
    ),
    ("gate:\n  require: {ci.lint: enforced}", "'ci.lint' defines no rung 'enforced'; it has"),
    ("gate:\n  min: {tests: 2}", "no dimension 'tests'"),
    ("targets: {level: two}", "assessor.yaml:1: targets.level: "),
    ("targets: {level: 9}", "assessor.yaml:1: targets.level: stages has no level 9"),
    ("profile: internal\ntargets: {level: 2}", "assessor.yaml:2: 'profile' and 'targets' say the same thing; keep one"),
    ("effort: {M: 0}", "assessor.yaml:1: effort.M: "),
    ("effort: {S: 3}", "assessor.yaml:1: effort: days must not fall from S over M to L, as 3, 2, 5 do"),
    ("effort: {XL: 3}", "assessor.yaml:1: effort.XL: unknown key 'XL'; did you mean 'L'?"),
    ("gate: [", "assessor.yaml:2: did not find"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
@pytest.mark.parametrize("command", ["audit", "plan"])
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, text: str, message: str
) -> None:
    write_files(tmp_path, {"assessor.yaml": text + "\n", "train.py": "import sklearn\n"})
    assert main([command, str(tmp_path), "--quiet"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert message in captured.err


def test_effort_counts_in_audits_and_plans(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_files(tmp_path, {"assessor.yaml": "effort: {S: 7, M: 7, L: 7}\n", "train.py": "import sklearn\n"})
    assert main(["audit", str(tmp_path), "--output", str(tmp_path / "audit.json")]) == 0
    for target in (tmp_path, tmp_path / "audit.json"):
        assert main(["plan", str(target)]) == 0
        assert "effort S takes one person 3.5 to 14 days, M 3.5 to 14 days, L 3.5 to 14 days" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gate: {min_level: 9}", "assessor.yaml:1: gate.min_level: min-level 9: stages has levels 1 to 5"),
        (
            "rubric: google\ngate:\n  min_level: 3",
            "assessor.yaml:3: gate.min_level: min-level 3: google has levels 0 to 2",
        ),
        ("gate:\n  min: {governance: 3}", "stages asks nothing of 'governance'"),
        ("gate: {rubric: ./nope.yaml}", "assessor.yaml:1: gate.rubric: no rubric file ./nope.yaml"),
        ("rubric: ./nope.yaml", "assessor.yaml:1: rubric: no rubric file ./nope.yaml in the repository"),
        ("targets: {level: 9}", "assessor.yaml:1: targets.level: stages has no level 9"),
        ("report: {logo: nope.png}", "assessor.yaml:1: report.logo: no file 'nope.png'"),
        ("report: {logo: README.md}", "assessor.yaml:1: report.logo: README.md"),
        ("baseline: nope.json", "assessor.yaml:1: baseline: there is no file nope.json"),
        ("baseline: README.md", "README.md:1"),
        ("gate: {min_level: 2, min: {testing: 3}}\ntargets: {level: 4}", ""),
    ],
)
def test_check_tries_all_that_will_be_used(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_files(tmp_path / "one", {"assessor.yaml": f"{text}\n", "README.md": "# One\n"})
    code = main(["config", "check", str(folder)])
    said = capsys.readouterr()
    assert code == (2 if told else 0)
    assert told in said.err if told else "no mistakes" in said.out


def test_check_tells_all_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "gate: {min_level: 9, min: {governance: 3}}\nreport: {logo: nope.png}\n"
    assert main(["config", "check", str(write_files(tmp_path, {"assessor.yaml": text}))]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
