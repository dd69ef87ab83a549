"""The ratchet and the change mode of the gate: what fell, who allowed it, which line did it, and keys that stay."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.__main__ import main
from assessor.audit import audit
from assessor.catalog.loading import DataError, Source
from assessor.policy.baseline import as_text, baseline_of, lower_than, parse_baseline, written_anew
from assessor.policy.comparing import rescored
from assessor.policy.deciding import Ratchet, Since, decide
from assessor.policy.model import Config, Gate
from assessor.policy.statements import NOTHING_SAID, Statements
from assessor.render.ci import annotations as ci_messages
from assessor.render.ci import code_quality, sarif
from assessor.render.ci.gate_report import as_data
from assessor.render.ci.placed_gaps import place_gaps
from assessor.render.markdown import gate as gate_markdown
from assessor.rubric.loading import shipped_rubric
from tests.conftest import NO_CACHES, commit_files, write_files
from tests.gate_states import HOUSE, assessment
from tests.test_gate import statements, waive

if TYPE_CHECKING:
    from assessor.policy.baseline import Baseline
    from assessor.policy.verdicts import GateResult

SAMPLES = Path(__file__).parents[1] / "sample_repos"
UNIT, DRIFT = "testing.unit", "monitoring.drift"
DAY = date(2026, 6, 1)


def kept(**rungs: str) -> Baseline:
    return baseline_of(rescored(HOUSE, assessment(**rungs)))


def ratcheted(before: dict[str, str], after: dict[str, str], said: Statements = NOTHING_SAID) -> GateResult:
    ratchets = (Ratchet("base.json", kept(**before)),)
    return decide(Gate(), assessment(**after), HOUSE, said, ratchets=ratchets)


TESTED, AUTOMATED = {"testing__unit": "used"}, {"testing__unit": "automated"}
WHOLE = AUTOMATED | {"monitoring__drift": "used"}


@pytest.mark.parametrize(
    ("before", "after", "waives", "outcome", "seen"),
    [
        (TESTED, TESTED, [], "passed", "nothing fell"),
        (TESTED, WHOLE, [], "passed", "nothing fell"),
        (AUTOMATED, TESTED, [], "failed", "testing.unit fell automated → used"),
        (WHOLE, TESTED, [], "failed", "level of house fell 2 → 1; testing.unit fell"),
        (AUTOMATED, TESTED, [waive(UNIT)], "waived", "testing.unit fell automated → used"),
        (AUTOMATED, TESTED, [waive(UNIT, expires="2026-05-31")], "failed", "testing.unit fell automated → used"),
        (AUTOMATED, TESTED, [waive(DRIFT)], "failed", "testing.unit fell automated → used"),
        (WHOLE, {}, [waive(UNIT)], "failed", "monitoring.drift fell used → absent; 2 dim"),
        (AUTOMATED, {"testing__unit": "unknown"}, [], "undecided", "testing.unit was automated and is unknown"),
        (WHOLE, TESTED | {"monitoring__drift": "unknown"}, [], "failed", "monitoring.drift was used and is unknown"),
        (AUTOMATED, {"testing__unit": "not_applicable"}, [], "passed", "nothing fell"),
        ({"testing__unit": "unknown"}, {}, [], "passed", "nothing fell"),
    ],
)
def test_ratchet(before: dict[str, str], after: dict[str, str], waives: Any, outcome: str, seen: str) -> None:
    result = ratcheted(before, after, statements([], waives))
    verdict = result.verdicts[0]
    assert (verdict.condition, verdict.outcome.value) == ("baseline base.json", outcome)
    assert seen in verdict.seen
    assert result.exit_code == {"failed": 1, "undecided": 4}.get(outcome, 0)
    assert bool(verdict.blockers) == (outcome in ("failed", "undecided"))


def test_gaps_that_the_baseline_knows_are_counted_and_told_to_no_ci_system() -> None:
    result = ratcheted(AUTOMATED | {"monitoring__drift": "declared"}, AUTOMATED | {"monitoring__drift": "declared"})
    assert (result.hidden, as_data(result)["hidden"]) == ((DRIFT,), [DRIFT])
    gaps = place_gaps(assessment(**AUTOMATED), result, {"src/train.py"})
    assert [gap.suppressed for gap in gaps if gap.rule == DRIFT] == ["known by the baseline base.json"]
    told = (ci_messages.github(gaps), ci_messages.azure(gaps), code_quality.render(gaps))
    assert all(DRIFT not in text for text in told)
    run = json.loads(sarif.render(assessment(**AUTOMATED), gaps))["runs"][0]
    assert [bool(entry.get("suppressions")) for entry in run["results"] if entry["ruleId"] == DRIFT] == [True]


def test_a_gap_that_got_worse_is_told() -> None:
    after = assessment(**AUTOMATED)
    result = ratcheted(AUTOMATED | {"monitoring__drift": "declared"}, AUTOMATED)
    assert result.hidden == ()
    worst = place_gaps(after, result, {"src/train.py"})[0]
    assert (worst.rule, worst.severity, worst.suppressed) == (DRIFT, "error", "")


def test_a_baseline_of_another_model_compares_practices_only() -> None:
    baseline = kept(**AUTOMATED).model_copy(update={"rubric": "other", "level": 9})
    ratchets = (Ratchet("base.json", baseline),)
    assert decide(Gate(), assessment(**AUTOMATED), HOUSE, ratchets=ratchets).exit_code == 0
    assert decide(Gate(), assessment(**TESTED), HOUSE, ratchets=ratchets).exit_code == 1


def test_a_baseline_is_read_as_it_was_written() -> None:
    baseline = kept(**WHOLE)
    text = as_text(baseline)
    assert parse_baseline(Source("base.json", text)) == baseline
    assert text == as_text(parse_baseline(Source("base.json", text)))
    assert not re.search(r"train\.py|:7\b", text), "neither files nor lines"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "base.json:1: "),
        ("[]", "base.json:1: "),
        ('{"rubric": "house",\n "level": 1, "dimensions": {}, "practices": {"testing.unit": "great"}}', "base.json:2"),
        ('{"rubric": "house",\n "levl": 1, "dimensions": {}, "practices": {}}', "base.json:2: "),
        (f'"{"x" * 1_000_001}"', "longer than 1,000,000"),
    ],
)
def test_mistakes_in_a_baseline(text: str, told: str) -> None:
    with pytest.raises(DataError, match=re.escape(told)):
        parse_baseline(Source("base.json", text))


@pytest.mark.parametrize(
    ("old", "new", "lower"),
    [
        (TESTED, AUTOMATED, ()),
        (TESTED, TESTED, ()),
        (AUTOMATED, TESTED, ("testing.unit: automated became used",)),
        ({}, {"testing__unit": "unknown"}, ()),
        (TESTED, {"testing__unit": "unknown"}, ("level: 1 became 0", "testing.unit: used became unknown")),
    ],
)
def test_a_baseline_only_improves(old: dict[str, str], new: dict[str, str], lower: tuple[str, ...]) -> None:
    assert [line for line in lower_than(kept(**old), kept(**new)) if "dimension" not in line] == list(lower)
    if lower:
        with pytest.raises(ValueError, match="became"):
            written_anew(kept(**old), kept(**new), "too short"[:7], DAY)
    reason = "agreed in ML-7"
    fresh = written_anew(kept(**old), kept(**new), reason, DAY)
    assert [(entry.day, entry.reason) for entry in fresh.lowered] == [(DAY, reason)] * bool(lower)
    again = written_anew(fresh, kept(**WHOLE), "", DAY)
    assert again.lowered == fresh.lowered, "the history of a baseline stays"


WAIVED = Config.model_validate({"waivers": [waive(UNIT)]})
STRICT = Config.model_validate({"gate": {"min_level": 2}})


@pytest.mark.parametrize(
    ("since", "rungs", "allow", "outcomes"),
    [
        ({}, AUTOMATED, "", ["passed", "passed"]),
        ({}, WHOLE, "", ["passed", "passed"]),
        ({}, TESTED, "", ["failed", "passed"]),
        ({}, TESTED, "agreed in ML-7", ["failed", "passed"]),
        ({"after": WAIVED}, AUTOMATED, "", ["passed", "failed"]),
        ({"after": WAIVED}, AUTOMATED, "agreed in ML-7", ["passed", "waived"]),
        ({"before": WAIVED, "after": WAIVED}, AUTOMATED, "", ["passed", "passed"]),
        ({"before": WAIVED}, AUTOMATED, "", ["passed", "passed"]),
        ({"before": STRICT}, AUTOMATED, "", ["passed", "failed"]),
        ({"after": STRICT}, AUTOMATED, "", ["passed", "passed"]),
        ({"baseline_before": kept(**WHOLE)}, AUTOMATED, "", ["passed", "failed"]),
        ({"baseline_before": kept(**WHOLE), "baseline_after": kept(**AUTOMATED)}, AUTOMATED, "", ["passed", "failed"]),
        ({"baseline_before": kept(**TESTED), "baseline_after": kept(**WHOLE)}, AUTOMATED, "", ["passed", "passed"]),
        ({"baseline_after": kept(**TESTED)}, AUTOMATED, "", ["passed", "passed"]),
    ],
)
def test_since(since: dict[str, Any], rungs: dict[str, str], allow: str, outcomes: list[str]) -> None:
    left = Since("main", assessment(**AUTOMATED), **({"before": Config(), "after": Config()} | since))
    result = decide(Gate(), assessment(**rungs), HOUSE, since=left, allow_lower=allow)
    assert [verdict.outcome.value for verdict in result.verdicts] == outcomes
    assert result.exit_code == int("failed" in outcomes)


CI = """name: ci
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pip install -r requirements.txt
      - run: pytest
"""
PROJECT = {
    "README.md": "# Churn\n",
    "requirements.txt": "scikit-learn==1.5.0\npytest==8.0.0\n",
    "churn.py": "from sklearn.linear_model import LogisticRegression\n\n\n"
    "def train(x, y):\n    return LogisticRegression().fit(x, y)\n",
    "tests/test_churn.py": "from churn import train\n\n\n"
    "def test_train():\n    assert train([[0], [1]], [0, 1]).predict([[1]])[0] == 1\n",
    ".github/workflows/ci.yml": CI,
}
COMMIT = {"author": "Ada <ada@example.com>", "date": "2026-05-01T10:00:00+00:00", "message": "Begin", "files": "all"}


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose first commit has the tag `base` and a baseline; tests change the working tree."""
    root = write_files(tmp_path / "churn", PROJECT)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    assert main(["baseline", "write", str(root), "--quiet"]) == 0
    write_files(root, {"assessor.yaml": "baseline: .assessor-baseline.json\ngate: {min_level: 1}\n"})
    return commit_files(root, {"commits": [COMMIT], "tags": [{"name": "base", "commit": 1}]})


def judged(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["gate", str(root), "--quiet", *options])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


WAIVER = """
waivers:
- {practice: testing.unit, reason: no time for it now, owner: us, ticket: ML-7, expires: 2026-12-31}
"""


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({".github/workflows/ci.yml": CI.replace("pytest", "echo fine")}, "it was at .github/workflows/ci.yml:8"),
        ({".github/workflows/ci.yml": CI.replace("[push]", "[workflow_dispatch]")}, "testing.unit: automated → used"),
        ({"assessor.yaml": "baseline: .assessor-baseline.json\n"}, "gate.min_level: 1 became nothing"),
        ({"assessor.yaml": "gate: {min_level: 1}\n"}, "baseline: '.assessor-baseline.json' became ''"),
        (
            {"assessor.yaml": "baseline: .assessor-baseline.json\ngate: {min_level: 1}\n" + WAIVER},
            "waiver of testing.unit added, until 2026-12-31",
        ),
    ],
)
def test_a_branch_that_lowers_something_is_seen(
    branch: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], told: str
) -> None:
    write_files(branch, files)
    code, text = judged(branch, capsys, "--since", "base")
    assert code == 1
    assert told in text


def test_a_branch_that_edits_the_baseline_is_seen(branch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = branch / ".assessor-baseline.json"
    data = json.loads(path.read_text())
    assert data["practices"]["testing.unit"] == "automated"
    data["practices"]["testing.unit"] = "absent"
    path.write_text(json.dumps(data))
    code, text = judged(branch, capsys, "--since", "base")
    assert (code, "baseline testing.unit: automated became absent" in text) == (1, True)
    code, text = judged(branch, capsys, "--since", "base", "--allow-lower", "agreed in ML-7")
    assert (code, "allowed: agreed in ML-7" in text) == (0, True)


def test_a_locked_policy_keeps_its_own_baseline(
    branch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(branch / ".assessor-baseline.json", tmp_path / "kept.json")
    (tmp_path / "policy.yaml").write_text("baseline: kept.json\nno_waivers: [testing.unit]\nlock: [all]\n")
    write_files(branch, {".github/workflows/ci.yml": CI.replace("pytest", "echo"), "assessor.yaml": WAIVER.lstrip()})
    (branch / ".assessor-baseline.json").unlink()
    code, text = judged(branch, capsys, "--policy", str(tmp_path / "policy.yaml"))
    assert (code, "baseline kept.json" in text) == (1, True)
    assert "the policy lets nobody waive this practice" in text


def test_a_branch_that_raises_something_names_the_line(branch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lint = CI + "      - run: ruff check .\n"
    write_files(branch, {".github/workflows/ci.yml": lint})
    code, text = judged(branch, capsys, "--since", "base", "--format", "json", "--output", "-")
    changes = json.loads(text[: text.rindex("}") + 1])["changes"]
    found = {change["subject"]: (change["before"], change["place"]) for change in changes}
    assert code == 0
    assert found["ci.lint"] == ("absent", ".github/workflows/ci.yml:9")


def test_an_unchanged_branch_is_quiet(branch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(branch, {"README.md": "# Churn, told better\n"})
    code, text = judged(branch, capsys, "--since", "base", "--format", "md", "--output", "-")
    comment = text.partition(gate_markdown.MARKER)[2]
    assert code == 0
    assert "|" not in comment.partition("passed    ")[0]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--since", "nowhere"], "no revision 'nowhere'"),
        (["--since", "--upload-pack=x"], "is no revision"),
        (["--baseline", "nowhere.json"], "no baseline file nowhere.json; `assessor baseline write` makes one"),
        (["--allow-lower", "agreed in ML-7"], "give --since too"),
    ],
)
def test_wrong_use(branch: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str) -> None:
    code, text = judged(branch, capsys, *options)
    assert (code, told in text) == (2, True)


def test_since_needs_a_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_files(tmp_path / "plain", PROJECT)
    code, text = judged(root, capsys, "--since", "main")
    assert (code, "is in no git repository" in text) == (2, True)


def test_write_refuses_to_fall(branch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (branch / ".assessor-baseline.json").read_text()
    write_files(branch, {".github/workflows/ci.yml": CI.replace("pytest", "echo")})
    assert main(["baseline", "write", str(branch), "--quiet"]) == 2
    assert "testing.unit: automated became used" in capsys.readouterr().err
    assert (branch / ".assessor-baseline.json").read_text() == before
    assert main(["baseline", "write", str(branch), "--quiet", "--allow-lower", "agreed in ML-7"]) == 0
    lowered = json.loads((branch / ".assessor-baseline.json").read_text())["lowered"]
    assert [entry["reason"] for entry in lowered] == ["agreed in ML-7"]
    assert lowered[0]["day"] == "2026-05-28"


# ---- keys that stay ----


def blank_lines(path: Path, text: str) -> tuple[Path, str]:
    return path, "\n\n" + text if path.suffix in (".py", ".yml", ".yaml", ".tf", ".toml") else text


def reordered(path: Path, text: str) -> tuple[Path, str]:
    """Top-level keys of CI files in the opposite order; comments and anchors would not survive it, and Helm's templates are no YAML."""
    if path.suffix not in (".yml", ".yaml") or any(sign in text for sign in ("&", "!", "{{ .")):
        return path, text
    documents = list(yaml.load_all(text, Loader=yaml.BaseLoader))
    if len(documents) != 1 or not isinstance(documents[0], dict):
        return path, text
    return path, yaml.safe_dump(dict(reversed(documents[0].items())), sort_keys=False, width=4096)


def renamed(path: Path, text: str) -> tuple[Path, str]:
    """Test files get another name that the test runner still collects."""
    is_test = path.name.startswith("test_") and path.suffix == ".py"
    return (path.with_name(f"test_again_{path.name}") if is_test else path), text


def moved(path: Path, text: str) -> tuple[Path, str]:
    """Test files go one folder deeper."""
    is_test = path.name.startswith("test_") and path.suffix == ".py"
    return (path.parent / "more" / path.name if is_test else path), text


CHANGES = (blank_lines, reordered, renamed, moved)


def keys_of(root: Path) -> tuple[str, list[str]]:
    """The baseline's text and the fingerprints of all gaps."""
    rubric = shipped_rubric("stages")
    seen = audit(str(root), None, [rubric])
    result = decide(Gate(min_level=5), seen, rubric)
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return as_text(baseline_of(rescored(rubric, seen))), sorted(gap.key for gap in place_gaps(seen, result, files))


@pytest.fixture(scope="module")
def keys() -> dict[str, tuple[str, list[str]]]:
    return {}


@given(
    sample=st.sampled_from(sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())),
    chosen=st.sets(st.sampled_from(CHANGES), min_size=1),
)
@settings(max_examples=12)
def test_keys_stay(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Any], sample: str, chosen: set[Any]
) -> None:
    root = tmp_path_factory.mktemp("keys") / sample
    for path in sorted((SAMPLES / sample).rglob("*")):
        if path.is_file():
            place, content = path.relative_to(SAMPLES / sample), path.read_bytes()
            for change in CHANGES:
                if change in chosen and b"\0" not in content:
                    place, text = change(place, content.decode("utf-8", "surrogateescape"))
                    content = text.encode("utf-8", "surrogateescape")
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_bytes(content)
    if sample not in keys:  # as it is, but outside of this repository, whose history would be the sample's
        plain = tmp_path_factory.mktemp("plain") / sample
        keys[sample] = keys_of(Path(shutil.copytree(SAMPLES / sample, plain, ignore=NO_CACHES)))
    assert keys_of(root) == keys[sample]
