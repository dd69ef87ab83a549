"""Configuration, policies, and what a change weakens: every mistake is one line with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.__main__ import main
from assessor.catalog.loading import DataError, Source
from assessor.catalog.practices import load_practices
from assessor.policy.config import find_config, parse_config, parse_policy, parse_pyproject, profiles, targets_of
from assessor.policy.effective import effective, weakened
from assessor.policy.model import Config, Gate, Policy
from assessor.policy.writing import BEGINNING, as_yaml
from assessor.rubric.loading import shipped_names, shipped_rubric
from tests.conftest import commit_files, write_files

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
rubric: google
profile: internal
gate:
  min_level: 1
  min: {testing: 1}
  require: {testing.unit: automated}
  min_score: 20.5
  max_unknown: 0
  max_waivers: 3
  strict: true
baseline: .assessor-baseline.json
attestations:
- practice: testing.unit
  rung: enforced
  statement: two reviews are required on main
  who: Ada L.
  when: 2026-01-01
  expires: 2026-12-31
  link: https://example.com/rules
- item: stages/rests-on-data-scientists
  statement: the platform team runs it as well
  who: Ada L.
  when: 2026-01-01
  expires: 2026-12-31
waivers:
- practice: monitoring.drift
  path: services/old
  reason: is retired in autumn
  owner: team-a
  ticket: 17
  expires: 2026-09-30
"""

ATTEST = "attestations:\n- practice: testing.unit\n  rung: used\n  statement: by hand, each week\n  who: Ada\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gate:\n  min_levl: 3\n", "assessor.yaml:2: gate.min_levl: unknown key 'min_levl'; did you mean 'min_level'?"),
        ("rubrik: stages\n", "assessor.yaml:1: rubrik: unknown key 'rubrik'; did you mean 'rubric'?"),
        (
            "gate:\n  min:\n    tests: 2\n",
            "assessor.yaml:3: gate.min.tests: no dimension 'tests'; did you mean 'testing'?",
        ),
        (
            "gate:\n  require:\n    testing.unt: used\n",
            "assessor.yaml:3: gate.require.testing.unt: no practice 'testing.unt'; did you mean 'testing.unit'?",
        ),
        (
            "gate:\n  require: {versioning.seeds: enforced}\n",
            "'versioning.seeds' defines no rung 'enforced'; it has used",
        ),
        ("gate:\n  max_unknown: -1\n", "assessor.yaml:2: gate.max_unknown: input should be greater than or equal to 0"),
        ("profile: regulatd\n", "assessor.yaml:1: no profile 'regulatd'; did you mean 'regulated'?"),
        ("profile: internal\ntargets: {level: 2}\n", "assessor.yaml:2: 'profile' and 'targets' say the same thing"),
        ("- a\n", "assessor.yaml:1: the file: expected keys with values"),
        ("gate: {\n", "assessor.yaml:"),
        ("gate: {}\ngate: {}\n", "assessor.yaml:2: the key 'gate' stands twice"),
        (f"{ATTEST}  when: 2026-01-01\n", "assessor.yaml:2: attestations.0: 'expires' is missing"),
        (f"{ATTEST}  when: 2026-01-01\n  expires: soon\n", "'soon' is no date; write YEAR-MONTH-DAY"),
        (
            f"{ATTEST}  when: 2026-01-01\n  expires: 2026-02-30\n",
            "assessor.yaml:7: attestations.0.expires: '2026-02-30'",
        ),
        (
            f"{ATTEST}  when: 2026-01-02\n  expires: 2026-01-01\n",
            "'expires' (2026-01-01) lies before 'when' (2026-01-02)",
        ),
        (
            f"{ATTEST}  item: a/b\n  when: 2026-01-02\n  expires: 2026-01-03\n",
            "either a 'practice' with a 'rung' or an 'item'",
        ),
        (f"{ATTEST}  when: 2026-01-02\n  expires: 2026-01-03\n  link: javascript:alert(1)\n", "assessor.yaml:8:"),
        ("waivers:\n- practice: testing.unit\n  reason: no time\n", "assessor.yaml:2: waivers.0: 'expires' is missing"),
        ("lock: [all]\n", "assessor.yaml:1: lock: unknown key 'lock'"),
        ("x" * 1_000_001, "assessor.yaml:1: longer than 1,000,000 characters"),
    ],
)
def test_mistakes(text: str, told: str) -> None:
    with pytest.raises(DataError) as error:
        parse_config(Source("assessor.yaml", text))
    assert told in str(error.value)
    assert all(line.startswith("assessor.yaml:") for line in str(error.value).splitlines())


def test_a_whole_configuration() -> None:
    config = parse_config(Source("assessor.yaml", WHOLE))
    assert config.gate.min == {"testing": 1}
    assert [entry.subject for entry in config.attestations] == [
        "testing.unit=enforced",
        "stages/rests-on-data-scientists",
    ]
    assert (config.waivers[0].ticket, config.waivers[0].subject) == ("17", "monitoring.drift in services/old")
    assert parse_config(Source("again", as_yaml(config))) == config


def test_the_beginning_is_a_right_configuration() -> None:
    text = BEGINNING.format(rubric="stages", level="  min_level: 1", unknown=0, baseline="")
    assert parse_config(Source("a", text)).gate == Gate(min_level=1, max_unknown=0)
    assert parse_config(
        Source("a", text.replace("# attest", "attest").replace("# waivers", "waivers").replace("#   ", "  "))
    )


TOML = """\
[project]
name = "x"

[tool.assessor.gate]
min_level = 3
KEY

[[tool.assessor.waivers]]
practice = "testing.unit"
reason = "because of that"
owner = "me and you"
ticket = "A-1"
expires = 2026-12-01

[[tool.assessor.waivers]]
practice = "PRACTICE"
reason = "because of that"
owner = "me and you"
ticket = "A-2"
expires = "2026-12-01"
"""


def test_pyproject() -> None:
    right = TOML.replace("KEY", "").replace("PRACTICE", "testing.data")
    config = parse_pyproject(Source("pyproject.toml", right))
    assert config is not None
    assert [str(waiver.expires) for waiver in config.waivers] == ["2026-12-01", "2026-12-01"]
    for key, practice, told in (
        (
            "min_levl = 1",
            "testing.data",
            "pyproject.toml:6: gate.min_levl: unknown key 'min_levl'; did you mean 'min_level'?",
        ),
        ("", "testing.dat", "pyproject.toml:16: waivers.1.practice: no practice 'testing.dat'"),
        ("", "testing.unit", "pyproject.toml:16: waivers: 'testing.unit' stands twice"),
        ("= 1", "testing.unit", "pyproject.toml:6: not TOML"),
    ):
        with pytest.raises(DataError) as error:
            parse_pyproject(Source("pyproject.toml", TOML.replace("KEY", key).replace("PRACTICE", practice)))
        assert told in str(error.value)


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({}, ""),
        ({"pyproject.toml": "[project]\nname = 'x'\n"}, ""),
        ({"pyproject.toml": "broken ["}, ""),
        ({"pyproject.toml": "[tool.assessor]\nrubric = 'google'\n"}, "pyproject.toml"),
        ({"assessor.yml": "rubric: google\n", "pyproject.toml": "[project]\n"}, "assessor.yml"),
    ],
)
def test_where_the_configuration_lies(files: dict[str, str], path: str) -> None:
    loaded = find_config(files.get)
    assert loaded.path == path
    assert loaded.config.rubric == ("google" if path else "")


def test_two_configurations_are_one_too_many() -> None:
    files = {"assessor.yaml": "rubric: google\n", "pyproject.toml": "[tool.assessor]\nrubric = 'google'\n"}
    with pytest.raises(DataError, match=r"assessor.yaml and \[tool.assessor\] in pyproject.toml; keep one"):
        find_config(files.get)


@pytest.mark.parametrize("name", sorted(profiles()))
def test_profiles_fit_the_shipped_rubrics(name: str) -> None:
    profile = profiles()[name]
    assert set(profile.targets) <= set(shipped_names())
    for rubric, targets in profile.targets.items():
        model = shipped_rubric(rubric)
        levels = [level for level in (targets.level, *targets.dimensions.values()) if level is not None]
        assert all(model.floor <= level <= model.top for level in levels)
        assert targets_of(Config(profile=name), rubric) == targets


STRICT: dict[str, Any] = {
    "min_level": 3,
    "min": {"testing": 3},
    "require": {"testing.unit": "automated"},
    "min_score": 50,
    "max_unknown": 2,
    "max_waivers": 1,
}
LAX: dict[str, Any] = {
    "min_level": 1,
    "min": {"testing": 1, "ci": 2},
    "require": {"testing.unit": "used", "ci.lint": "used"},
    "min_score": 5,
    "max_unknown": 9,
    "max_waivers": 9,
}


def both(strict: dict[str, Any], lax: dict[str, Any]) -> Gate:
    joined = lax["min"] | strict["min"], lax["require"] | strict["require"]
    return Gate.model_validate({**strict, "min": joined[0], "require": joined[1], "rubric": "stages"})


@pytest.mark.parametrize("by", ["repository", "command line"])
@pytest.mark.parametrize(
    ("policy", "asked", "expected"),
    [
        ({"gate": STRICT}, LAX, both(STRICT, LAX)),
        ({"gate": LAX}, STRICT, both(STRICT, LAX)),
        ({"gate": STRICT, "lock": ["gate"]}, LAX, both(STRICT, LAX)),
        ({"gate": STRICT, "lock": []}, LAX, Gate.model_validate({**LAX, "rubric": "stages"})),
        (
            {"gate": STRICT, "lock": ["gate.min_level"]},
            LAX,
            Gate.model_validate({**LAX, "min_level": 3, "rubric": "stages"}),
        ),
        ({"gate": {"strict": True}}, {"strict": False}, Gate(strict=True, rubric="stages")),
        ({"gate": {"min_level": 3}}, {"min_level": 0, "rubric": "google"}, Gate(min_level=3, rubric="stages")),
        ({"rubric": "google"}, {"min_level": 3, "rubric": "stages"}, Gate(rubric="google")),
        ({"rubric": "google", "lock": []}, {"min_level": 3, "rubric": "stages"}, Gate(rubric="stages", min_level=3)),
    ],
)
def test_a_policy_is_a_lower_bound(by: str, policy: dict[str, Any], asked: dict[str, Any], expected: Gate) -> None:
    gate = Gate.model_validate(asked)
    own, options = (Config(gate=gate), Gate()) if by == "repository" else (Config(), gate)
    assert effective(own, options, Policy.model_validate(policy)).gate == expected


LEVELS = st.none() | st.integers(0, 5)
RUNGS = {practice.id: list(practice.rungs) for practice in load_practices()}
GATES = st.builds(
    Gate,
    min_level=LEVELS,
    min=st.dictionaries(st.sampled_from(["testing", "ci", "data"]), st.integers(0, 5)),
    require=st.dictionaries(st.sampled_from(["testing.unit", "ci.lint"]), st.sampled_from(["used", "automated"])),
    min_score=st.none() | st.integers(0, 100).map(float),
    max_unknown=LEVELS,
    max_waivers=LEVELS,
    strict=st.booleans(),
)


@settings(max_examples=100)
@given(GATES, GATES, GATES)
def test_nothing_that_a_repository_says_weakens_a_locked_policy(own: Gate, options: Gate, law: Gate) -> None:
    found = effective(Config(gate=own), options, Policy(gate=law)).gate
    assert not weakened(Config(gate=law), Config(gate=found))


@pytest.mark.parametrize(
    ("lock", "told"),
    [("[gate.min_levl]", "'gate.min_levl' cannot be locked; did you mean 'gate.min_level'?"), ("7", "lock")],
)
def test_a_wrong_lock(lock: str, told: str) -> None:
    with pytest.raises(DataError, match=told.replace("(", "\\(").replace("?", "\\?")):
        parse_policy(Source("policy.yaml", f"lock: {lock}\n"))


WAIVER = {"practice": "testing.unit", "reason": "no time now", "owner": "us", "ticket": "1", "expires": "2026-05-01"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {}, []),
        ({"gate": {"min_level": 3}}, {"gate": {"min_level": 4}}, []),
        ({"gate": {"min_level": 3}}, {"gate": {"min_level": 2}}, ["gate.min_level: 3 became 2"]),
        ({"gate": {"min_level": 3}}, {}, ["gate.min_level: 3 became nothing"]),
        ({"gate": {"max_unknown": 0}}, {"gate": {"max_unknown": 5}}, ["gate.max_unknown: 0 became 5"]),
        ({"gate": {"min": {"ci": 2}}}, {"gate": {"min": {"ci": 1}}}, ["gate.min ci: 2 became 1"]),
        ({"gate": {"require": {"ci.lint": "automated"}}}, {}, ["gate.require ci.lint: automated became nothing"]),
        ({"gate": {"strict": True}}, {}, ["gate.strict: true became false"]),
        ({}, {"rubric": "google"}, ["rubric: stages became google"]),
        ({}, {"waivers": [WAIVER]}, ["waiver of testing.unit added, until 2026-05-01"]),
        (
            {"waivers": [WAIVER]},
            {"waivers": [WAIVER | {"expires": "2026-06-01"}]},
            ["waiver of testing.unit lasts until 2026-06-01, before until 2026-05-01"],
        ),
        ({"waivers": [WAIVER]}, {}, []),
        ({"profile": "regulated"}, {}, ["profile: 'regulated' became ''"]),
        ({"targets": {"level": 3}}, {"targets": {"level": 2}}, ["targets.level: 3 became 2"]),
        ({"baseline": "a.json"}, {"baseline": "b.json"}, ["baseline: 'a.json' became 'b.json'"]),
    ],
)
def test_what_a_change_weakens(before: dict[str, Any], after: dict[str, Any], told: list[str]) -> None:
    assert list(weakened(Config.model_validate(before), Config.model_validate(after))) == told


@pytest.mark.parametrize(
    ("config", "policy", "arguments", "code", "told"),
    [
        ("gate: {min_level: 1}\n", "", [], 0, "min-level 1"),
        ("gate: {min_level: 4}\n", "", [], 1, "min-level 4"),
        ("gate: {min_level: 4}\n", "", ["--min-level", "1"], 0, "min-level 1"),
        (
            "gate: {min_level: 4}\n",
            "gate: {min_level: 5}\n",
            ["--min-level", "1"],
            1,
            "the policy asks min-level 5; 1 does not",
        ),
        ("", "gate: {require: {testing.unit: used}}\n", [], 1, "require testing.unit=used"),
        ("gate: {min_levl: 4}\n", "", [], 2, "assessor.yaml:1: gate.min_levl"),
        ("rubric: stage\n", "", ["--min-level", "1"], 2, "did you mean 'stages'?"),
        (
            "rubric: ../../etc/passwd\n",
            "",
            ["--min-level", "1"],
            2,
            "is no path below the repository's root",
        ),
        ("", "gate: {min_levl: 1}\n", ["--min-level", "1"], 2, "policy.yaml:1: gate.min_levl"),
        ("{}", "", [], 2, "no condition"),
    ],
)
def test_the_gate_reads_configuration_and_policy(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    config: str,
    policy: str,
    arguments: list[str],
    code: int,
    told: str,
) -> None:
    project = write_files(
        tmp_path / "p", {"README.md": "# hi\n", "train.py": "import sklearn\n", "assessor.yaml": config or "{}\n"}
    )
    extra = ["--policy", str(write_files(tmp_path, {"policy.yaml": policy}) / "policy.yaml")] if policy else []
    assert main(["gate", str(project), *arguments, *extra]) == code
    captured = capsys.readouterr()
    assert told in captured.out + captured.err


def test_the_gate_reads_the_configuration_of_the_revision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit = {"author": "A <a@b.c>", "date": "2026-01-01T00:00:00", "message": "m", "files": "all"}
    project = write_files(tmp_path, {"train.py": "import sklearn\n", "assessor.yaml": "gate: {min_level: 1}\n"})
    commit_files(project, {"commits": [commit]})
    write_files(project, {"assessor.yaml": "gate: {min_level: 5}\n"})
    assert main(["gate", str(project), "--ref", "main"]) == 0
    assert main(["gate", str(project)]) == 1


@pytest.mark.parametrize(("epoch", "code"), [("1764000000", 0), ("1796000000", 1)])
def test_statements_expire_by_the_day_of_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: str, code: int
) -> None:
    said = "attestations: [{practice: testing.unit, rung: used, statement: by hand each week, who: Ada, when: 2025-01-01, expires: 2026-06-01}]"
    project = write_files(
        tmp_path, {"a.py": "import sklearn\n", "assessor.yaml": f"gate: {{require: {{testing.unit: used}}}}\n{said}\n"}
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert main(["gate", str(project)]) == code


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["config", "show", "{project}"], 0, "rubric: google"),
        (["config", "check", "{project}"], 0, "assessor.yaml: no mistakes"),
        (["config", "check", "{project}/assessor.yaml"], 0, "no mistakes"),
        (["config", "check", "{project}/bad.yaml"], 2, "bad.yaml:2: gate.min_levl"),
        (["config", "check", "{project}/none.yaml"], 2, "none.yaml does not exist"),
        (["config", "check", "--policy", "{project}/policy.yaml"], 0, "no mistakes"),
        (["config", "show", "{project}", "--policy", "{project}/policy.yaml"], 0, "min_level: 2"),
        (["config", "show", "{project}", "--policy", "{project}/nowhere"], 2, "no policy file"),
    ],
)
def test_the_config_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    files = {
        "assessor.yaml": "rubric: google\ngate: {min_level: 1}\n",
        "bad.yaml": "gate:\n  min_levl: 1\n  max_unknwn: 1\n",
        "policy.yaml": "rubric: google\ngate: {min_level: 2}\nlock: [gate]\n",
    }
    project = write_files(tmp_path / "project", files)
    assert main([word.format(project=project) for word in arguments]) == code
    captured = capsys.readouterr()
    assert told in captured.out + captured.err
