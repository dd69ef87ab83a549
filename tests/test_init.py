"""`assessor init` shows what it would write, writes what is agreed to, overwrites nothing, and its files are right."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from assessor.__main__ import main
from assessor.cli import init as init_module
from assessor.cli.ci_files import SYSTEMS, ci_files
from assessor.cli.init import main_branch
from tests.conftest import commit_files, write_files
from tests.test_ci_packages import HISTORY, lint, published_schema, typed

TRAIN = {"train.py": "from sklearn.linear_model import LinearRegression\n\nLinearRegression().fit([[1]], [1])\n"}
OF = {
    "github": {".github/workflows/ci.yml": "on: push\njobs: {t: {runs-on: x, steps: [{run: pytest}]}}\n"},
    "gitlab": {".gitlab-ci.yml": "test: {script: [pytest]}\n"},
    "azure": {"azure-pipelines.yml": "steps: [{bash: pytest}]\n"},
    "jenkins": {"Jenkinsfile": "pipeline { agent any; stages { stage('t') { steps { sh 'pytest' } } } }\n"},
}
WRITTEN = {
    "github": ".github/workflows/mlops-maturity.yml",
    "gitlab": ".gitlab/mlops-maturity.yml",
    "azure": ".azure-pipelines/mlops-maturity.yml",
    "jenkins": "Jenkinsfile.mlops-maturity",
}


def repository(folder: Path, system: str) -> Path:
    return commit_files(write_files(folder / system, TRAIN | OF.get(system, {})), HISTORY)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.parametrize("system", SYSTEMS)
def test_shown_then_written_then_kept(system: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, system)
    before = sorted(folder.rglob("*"))
    code, shown = run(capsys, "init", str(folder))
    assert code == 0 and "nothing is written yet" in shown
    assert sorted(folder.rglob("*")) == before

    code, told = run(capsys, "init", str(folder), "--write")
    paths = {"assessor.yaml", ".assessor-baseline.json", WRITTEN[system]}
    assert code == 0 and set(re.findall(r"^# written: (.*)$", told, re.MULTILINE)) == {str(folder / p) for p in paths}
    assert all((folder / path).read_text() in shown for path in paths), "what was shown is what is written"
    assert run(capsys, "gate", str(folder))[0] == 0, "the present state just passes"

    (folder / WRITTEN[system]).write_text("mine\n")
    code, told = run(capsys, "init", str(folder), "--write")
    assert code == 0 and told.count("is there already and stays as it is") == 2 and "# written" not in told
    assert (folder / WRITTEN[system]).read_text() == "mine\n"


@pytest.mark.parametrize("branch", ["main", "develop", "release/2.x", "no: [plain] name"])
def test_written_workflow_passes_the_linters(branch: str, tmp_path: Path) -> None:
    (proposal,) = ci_files("github", branch, ())
    path = write_files(tmp_path, {proposal.path: proposal.text}) / proposal.path
    assert not lint("actionlint", str(path))
    assert not lint("zizmor", "--offline", "--quiet", str(path))
    wanted = branch if branch.isascii() and " " not in branch else "main"
    assert typed(proposal.text)["on"]["push"]["branches"] == [wanted]


@pytest.mark.parametrize(("system", "schema"), [("azure", "azure-pipelines"), ("gitlab", "gitlab-ci")])
def test_written_pipeline_fits_the_published_schema(system: str, schema: str) -> None:
    rules = published_schema(schema)
    validator = jsonschema.validators.validator_for(rules)(rules)
    for proposal in ci_files(system, "main", ()):
        for part in re.split(r"^---\n", proposal.text, flags=re.MULTILINE):
            assert [error.message for error in validator.iter_errors(typed(part))] == []


@pytest.mark.parametrize(
    ("system", "paths", "expected"),
    [
        ("gitlab", [".gitlab-ci.yml"], [".gitlab/mlops-maturity.yml"]),
        ("gitlab", [], [".gitlab/mlops-maturity.yml", ".gitlab-ci.yml"]),
        ("jenkins", [], ["Jenkinsfile"]),
        ("jenkins", ["Jenkinsfile"], ["Jenkinsfile.mlops-maturity"]),
    ],
)
def test_files_of_a_system(system: str, paths: list[str], expected: list[str]) -> None:
    proposals = ci_files(system, "main", paths)
    assert [proposal.path for proposal in proposals] == expected
    assert bool(proposals[0].note) == bool(paths), "what is left to do by hand is said"


def test_included_pipeline_is_the_one_that_is_written() -> None:
    job, pipeline = ci_files("gitlab", "main", ())
    assert yaml.safe_load(pipeline.text) == {"include": [{"local": job.path}]}


@pytest.mark.parametrize(
    ("branches", "current", "expected"),
    [
        (("main", "x"), "x", "main"),
        (("origin/master", "x"), "x", "master"),
        (("x",), "x", "x"),
        ((), "", "main"),
    ],
)
def test_main_branch(branches: tuple[str, ...], current: str, expected: str) -> None:
    assert main_branch(branches, current) == expected


def test_without_a_system_only_the_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, "none")
    code, said = run(capsys, "init", str(folder))
    assert code == 0 and "no CI system is seen here; --ci names one: github" in said
    assert ".github" not in run(capsys, "init", str(folder), "--ci", "none")[1]
    both = run(capsys, "init", str(folder), "--ci", "github", "--ci", "gitlab")[1]
    assert WRITTEN["github"] in both and WRITTEN["gitlab"] in both


def test_a_configuration_in_pyproject_stays_the_only_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "one", {"pyproject.toml": "[tool.assessor.gate]\nmin_level = 1\n"})
    said = run(capsys, "init", str(folder), "--ci", "none", "--write")[1]
    assert "pyproject.toml is there already" in said and not (folder / "assessor.yaml").exists()


@pytest.mark.parametrize(("answer", "written"), [(True, True), (False, False)])
def test_who_sits_at_a_terminal_is_asked(
    answer: bool, written: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository(tmp_path, "github")
    monkeypatch.setattr(init_module, "_at_terminal", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question: answer)
    run(capsys, "init", str(folder))
    assert (folder / "assessor.yaml").exists() == written


def test_nothing_is_written_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = write_files(tmp_path / "one", TRAIN)
    (folder / ".github").symlink_to(outside)
    code, said = run(capsys, "init", str(folder), "--ci", "github", "--write")
    assert code == 2 and "leads out of the repository" in said
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [("nowhere", "is no folder"), ("file", "is no folder"), ("https://x.org/a.git", "no folder")],
)
def test_only_a_working_tree(
    target: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_files(tmp_path, {"file": ""}))
    code, said = run(capsys, "init", target)
    assert code == 2 and expected in said


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (".circleci/config.yml", "CircleCI"),
        ("bitbucket-pipelines.yml", "Bitbucket Pipelines"),
        (".travis.yml", "Travis CI"),
        (".drone.yml", "Drone"),
        (".buildkite/pipeline.yml", "Buildkite"),
        (".teamcity/settings.kts", "TeamCity"),
        ("cloud.yaml", ""),
    ],
)
def test_every_ci_system_that_is_known_by_its_files_is_seen(
    path: str, title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = commit_files(write_files(tmp_path / "one", TRAIN | {path: "version: 2\n"}), HISTORY)
    said = run(capsys, "init", str(folder), "--write")[1]
    assert ("no CI system is seen here" in said) is (not title)
    script = folder / "mlops-maturity.sh"
    assert script.exists() is bool(title)
    if title:
        assert f"# {title}: call it in a job" in said
        assert not lint("shellcheck", str(script))
        assert "pip install --quiet mlops" not in script.read_text(), "no index is asked by a name that is not ours"


def test_the_first_gate_can_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, "github")
    run(capsys, "init", str(folder), "--write")
    assert "min_level" not in (folder / "assessor.yaml").read_text(), "the lowest level asks for nothing"
    assert run(capsys, "gate", str(folder))[0] == 0
    (folder / ".github/workflows/ci.yml").unlink()
    code, said = run(capsys, "gate", str(folder))
    assert code == 1 and "ci." in said
