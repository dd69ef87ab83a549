"""What runs the gate elsewhere: the action, templates, hook and image. Linted, and run as each system would run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement

import assessor
from assessor.__main__ import main
from assessor.cli import COMMANDS
from assessor.cli.ci_files import SYSTEMS, ci_files
from assessor.cli.gate import gate
from assessor.readers.infrastructure import dockerfile
from assessor.render.markdown.gate import MARKER
from tests.conftest import commit_files, write_files

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
WORKFLOWS = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / "ci" / "github" / "workflow.yml"]
SCRIPTS = [
    path
    for pattern in (".ci/*", "ci/**/*.sh")
    for path in sorted(ROOT.glob(pattern))
    if "bash" in path.read_text()[:30]
]
TOOLS = Path(sys.executable).parent


def lint(*command: str) -> str:
    """What a linter says, empty where it is content."""
    found = subprocess.run(
        [TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return found.stdout + found.stderr if found.returncode else ""


# ---- linted ----


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actionlint(path: Path) -> None:
    assert not lint("actionlint", "-shellcheck", str(TOOLS / "shellcheck"), str(path))


def test_zizmor() -> None:
    assert not lint("zizmor", "--offline", "--quiet", "action.yml", ".github", "ci/github/workflow.yml")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck(path: Path) -> None:
    assert not lint("shellcheck", str(path))


def test_linters_find_something(tmp_path: Path) -> None:
    bad = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'echo ${{ github.event.issue.title }}'}]}}\n"
    path = write_files(tmp_path, {"bad.yml": bad, "bad.sh": "#!/bin/bash\necho $1\n"})
    assert "untrusted" in lint("actionlint", str(path / "bad.yml"))
    assert "template-injection" in lint("zizmor", "--offline", str(path / "bad.yml"))
    assert "SC2086" in lint("shellcheck", str(path / "bad.sh"))


SCHEMAS = {
    "github-actions": ["action.yml"],
    "github-workflows": [str(path.relative_to(ROOT)) for path in WORKFLOWS],
    "dependabot": [".github/dependabot.yml"],
    "azure-pipelines": ["ci/azure/gate.yml"],
    "gitlab-ci": ["templates/mlops-assessor.yml"],
}


def published_schema(name: str) -> dict[str, Any]:
    text = files("check_jsonschema").joinpath(f"builtin_schemas/vendor/{name}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def typed(text: str) -> Any:
    """YAML with booleans and numbers, as the schemas ask for them, but `on` as text."""
    return yaml.safe_load(re.sub(r"^on:", '"on":', text, flags=re.MULTILINE))


@pytest.mark.parametrize(("schema", "path"), [(name, path) for name, paths in SCHEMAS.items() for path in paths])
def test_published_schema(schema: str, path: str) -> None:
    text = (ROOT / path).read_text()
    documents = [typed(part) for part in re.split(r"^---\n", text, flags=re.MULTILINE)]
    rules = published_schema(schema)
    validator = jsonschema.validators.validator_for(rules)(rules)
    assert [error.message for document in documents for error in validator.iter_errors(document)] == []


# ---- pinned, and true to the rest of the project ----


def used_actions() -> list[tuple[str, str, str, str]]:
    """(file, action, version, comment) of every action that is used."""
    pattern = re.compile(r"uses: ([\w./-]+)@(\S+)(?: # (\S+))?")
    return [
        (path.name, *found) for path in [*WORKFLOWS, ROOT / "action.yml"] for found in pattern.findall(path.read_text())
    ]


def test_actions_are_pinned_by_commit_and_alike_everywhere() -> None:
    used = used_actions()
    assert len(used) >= 8
    assert [
        entry for entry in used if not re.fullmatch(r"[0-9a-f]{40}", entry[2]) or not entry[3].startswith("v")
    ] == []
    assert len({action for _, action, _, _ in used}) == len({(action, version) for _, action, version, _ in used})


def test_the_guide_shows_the_same_versions() -> None:
    guide = (ROOT / "docs" / "ci.md").read_text()
    known = {(action, version, comment) for _, action, version, comment in used_actions()}
    shown = set(re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\S+)", guide))
    assert shown and shown <= known
    assert "mlops-assessor==" not in guide


def test_the_project_meets_its_own_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", str(ROOT)]) == 0, capsys.readouterr().out


def run_texts() -> list[tuple[str, str]]:
    """(file, script) of every `run:` of the action and of the workflows."""
    found = [("action.yml", step["run"]) for step in ACTION["runs"]["steps"] if "run" in step]
    for path in WORKFLOWS:
        for job in typed(path.read_text())["jobs"].values():
            found += [(path.name, step["run"]) for step in job["steps"] if "run" in step]
    return found


def test_no_expression_stands_in_a_script() -> None:
    assert [text for _, text in run_texts() if "${{" in text] == []


def test_workflows_ask_for_no_more_than_they_need() -> None:
    for path in WORKFLOWS:
        workflow = typed(path.read_text())
        assert workflow["permissions"] == {}, path.name
        for job in workflow["jobs"].values():
            assert job["permissions"]["contents"] == "read"
            assert set(job["permissions"]) <= {"contents", "security-events"}
            assert job["timeout-minutes"] <= (240 if path.name == "nightly.yml" else 30)


def test_every_option_of_the_gate_is_an_input_and_is_handed_on() -> None:
    options = {option.lstrip("-") for parameter in gate.params for option in parameter.opts if option.startswith("--")}
    inputs = set(ACTION["inputs"])
    of_a_fleet = {"fleet", "max-new"}  # the action judges the repository that is checked out
    shown = {"format", "output", "quiet", "color", "no-cache", "limit-time", "limit-memory", "jobs"}
    assert options - inputs == shown | of_a_fleet
    judge = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "gate")
    script = (ROOT / "ci" / "github" / "gate.sh").read_text()
    handed = {name for name in judge["env"] if name.startswith("GATE_")}
    assert handed == set(re.findall(r"\bGATE_[A-Z_]+\b", script.split("set -euo")[1]))
    text = yaml.safe_dump(ACTION["runs"])
    assert [name for name in inputs if f"inputs.{name}" not in text] == []


@pytest.mark.parametrize(
    "path", ["templates/mlops-assessor.yml", "ci/azure/gate.yml", "ci/jenkins/Jenkinsfile", "ci/github/workflow.yml"]
)
def test_no_template_installs_a_name_from_an_index(path: str) -> None:
    text = (ROOT / path).read_text()
    assert "mlops-assessor==" not in text
    assert "PACKAGE" in text or "package" in text


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_written_file_installs_the_source_of_the_assessor(system: str) -> None:
    source = "git+https://example.com/acme/mlops-assessor@" + "0" * 40
    (with_source, *_), (without, *_) = ci_files(system, "main", (), source), ci_files(system, "main", ())
    assert with_source.text.count(source) == 1
    assert source not in without.text
    assert ci_files(system, "main", (), "x'; rm -rf / #")[0].text == without.text
    if system != "jenkins":
        typed(with_source.text.partition("---\n")[0] if system == "gitlab" else with_source.text)


def test_lock_has_every_dependency_with_digests() -> None:
    text = (ROOT / "ci" / "requirements.txt").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)(?: ;[^\\]*)? \\\n    --hash=sha256:", text, re.MULTILINE))
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert [line for line in wanted if not Requirement(line).specifier.contains(locked[Requirement(line).name])] == []
    assert len(locked) == len(re.findall(r"^[a-z]", text, re.MULTILINE)), "each entry has a digest"


def test_hook_starts_a_command_that_there_is() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, command = hook["entry"].split()
    assert program == "assessor" and command in COMMANDS
    assert hook["pass_filenames"] is False and hook["always_run"] is True


def test_image_runs_without_rights_and_has_what_reports_need() -> None:
    facts = dockerfile.read("Dockerfile", (ROOT / "Dockerfile").read_text()).dockerfile
    assert facts is not None
    assert facts.user == "10001"
    assert [command.argv for command in facts.entry] == [("assessor", "--help")]
    assert len({stage.image for stage in facts.stages}) == 1
    installed = {word for command in facts.commands if "apt-get" in command.argv for word in command.argv}
    wanted = re.search(r'pango="([^"]+)"', (ROOT / ".ci" / "system_packages.sh").read_text())
    assert wanted and {"git", *wanted[1].split()} - {"fonts-dejavu-core"} <= installed
    copied = {source for source, _, _ in facts.copies}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert {"assessor", "rubrics", "reports", "pyproject.toml", "ci/requirements.txt"} <= kept
    assert copied - kept <= {"/opt/assessor"}


# ---- run ----

HISTORY = {"commits": [{"author": "Ada <a@x.org>", "date": "2026-01-01T00:00:00Z", "message": "all", "files": "all"}]}
HOSTILE = dict.fromkeys(
    ("venv.py", "pip.py", "json.py", "assessor.py", "sitecustomize.py", "click.py"),
    "raise SystemExit('imported from the audited repository')\n",
)


@pytest.fixture()
def repository(tmp_path: Path) -> Path:
    """A repository with modules that must not be imported, and a name that would like to command the runner."""
    files = HOSTILE | {
        "README.md": "# Churn\n",
        "train.py": "from sklearn.linear_model import LinearRegression\n\nLinearRegression().fit([[1]], [1])\n",
        "::error::x.py": "import mlflow\n",
    }
    return commit_files(write_files(tmp_path / "repository", files), HISTORY)


@pytest.fixture()
def interpreter(tmp_path: Path) -> Path:
    """Stands for the environment's Python: `-I` as given, but with the checkout instead of an installed assessor."""
    path = tmp_path / "bin" / "assessor-python"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\n[ "$1" = -I ] || exit 99\nshift\nPYTHONPATH={ROOT} exec {sys.executable} -P "$@"\n')
    path.chmod(0o755)
    return path


class Runner:
    """Runs steps of the action as GitHub's runner does: env from expressions, `bash -e -o pipefail`, files for outputs."""

    def __init__(self, folder: Path, workspace: Path, interpreter: Path) -> None:
        self.temp, self.workspace = folder / "temp", workspace
        self.temp.mkdir()
        self.summary = folder / "summary.md"
        self.outputs: dict[str, dict[str, str]] = {"install": {"python": str(interpreter)}}
        self.path = os.environ["PATH"]

    def value(self, expression: str, inputs: Mapping[str, str]) -> str:
        def look_up(match: re.Match[str]) -> str:
            scope, _, name = match[1].partition(".")
            if scope == "inputs":
                return inputs.get(name, str(ACTION["inputs"][name]["default"]))
            if scope == "steps":
                step, _, output = name.partition(".outputs.")
                return self.outputs.get(step, {}).get(output, "")
            return {"github.action_path": str(ROOT), "github.event.pull_request.number": "7"}[match[1]]

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", look_up, expression)

    def run(self, step_name: str, **given: str) -> subprocess.CompletedProcess[str]:
        step = next(step for step in ACTION["runs"]["steps"] if step["name"] == step_name)
        inputs = {name.replace("_", "-"): value for name, value in given.items()}
        output = self.temp / "output"
        output.write_text("")
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        environment = {name: self.value(text, inputs) for name, text in step["env"].items()}
        environment |= {
            "PATH": self.path,
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_REPOSITORY": "owner/name",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = (line.partition("=") for line in output.read_text().splitlines())
        self.outputs[step.get("id", "")] = {name: value for name, _, value in lines}
        return done


@pytest.fixture()
def runner(tmp_path: Path, repository: Path, interpreter: Path) -> Runner:
    return Runner(tmp_path, repository, interpreter)


@pytest.mark.parametrize(
    ("inputs", "code", "result"),
    [
        ({"min_level": "1"}, 0, "passed"),
        ({"min_level": "3"}, 1, "failed"),
        ({"require": "\n  testing.unit=automated\n\n versioning.code=used\n"}, 1, "failed"),
        ({"min": "testing=1\nci=1"}, 0, "passed"),
        ({"min_level": "3", "enforce": "false"}, 0, "failed"),
        ({"min_level": "1", "cache": "true", "strict": "true"}, 0, "passed"),
        ({"min_level": "9"}, 2, "error"),
        ({"min_level": "1", "ref": "nowhere"}, 2, "error"),
        ({"min_level": "9", "enforce": "false"}, 2, "error"),
        ({}, 2, "error"),
    ],
    ids=lambda value: " ".join(value) or "no condition" if isinstance(value, dict) else str(value),
)
def test_judge(runner: Runner, inputs: dict[str, str], code: int, result: str) -> None:
    done = runner.run("Judge", **inputs)
    assert done.returncode == code, done.stdout + done.stderr
    outputs = runner.outputs["gate"]
    assert outputs["result"] == result
    if result == "error":
        assert "could not run" in done.stdout
        return
    assert outputs["level"] == "1"
    assert json.loads(Path(outputs["json"]).read_text())["result"] == result
    assert Path(outputs["markdown"]).read_text().startswith(MARKER)
    assert runner.summary.read_text().startswith(MARKER)
    assert (runner.temp / "mlops-assessor-cache").exists() == ("cache" in inputs)


def test_what_the_repository_says_commands_nothing(runner: Runner) -> None:
    said = runner.run("Judge", require="experiments.tracking=automated").stdout
    stopped, _, after = said.partition("::stop-commands::")[2].partition("\n")
    assert re.fullmatch(r"[0-9a-f]{32}", stopped)
    log, _, commands = after.partition(f"\n::{stopped}::\n")
    assert "::error::x.py" in log
    lines = commands.splitlines()
    assert lines and all(re.match(r"::(error|warning|notice) (file=|title=)", line) for line in lines)


@pytest.mark.parametrize("name", ["path", "ref", "require", "policy", "sarif"])
def test_an_input_is_a_value_and_nothing_else(runner: Runner, name: str) -> None:
    text = "$(touch pwned); touch pwned; `touch pwned` ' || touch pwned \" && touch pwned --output=pwned"
    runner.run("Judge", **{"min_level": "1", name: text})
    assert not (runner.workspace / "pwned").exists()


def test_reports_are_written_where_they_are_asked(runner: Runner) -> None:
    runner.run("Judge", min_level="1", sarif="out.sarif", junit="out.xml", annotations="false", summary="false")
    assert json.loads((runner.workspace / "out.sarif").read_text())["version"] == "2.1.0"
    assert (runner.workspace / "out.xml").read_text().startswith("<?xml")
    assert not runner.summary.exists()


GH = """#!/bin/sh
printf '%s\\n' "$*" >>"$HOME/asked"
case "$*" in
  *--paginate*) printf '%s' "$(cat "$HOME/comments")" ;;
  *) [ ! -e "$HOME/forbidden" ] || exit 1 ;;
esac
"""


@pytest.mark.parametrize(
    ("comments", "quiet", "expected"),
    [
        ("", "false", "--method POST repos/owner/name/issues/7/comments"),
        ("", "true", None),
        ("11\n12\n", "false", "--method PATCH repos/owner/name/issues/comments/11"),
        ("11\n", "true", "--method PATCH repos/owner/name/issues/comments/11"),
    ],
    ids=["first", "quiet", "again", "quiet again"],
)
def test_comment_is_edited_in_place(
    runner: Runner, comments: str, quiet: str, expected: str | None, tmp_path: Path
) -> None:
    prepare_comment(runner, tmp_path, comments, quiet)
    done = runner.run("Comment", comment="true", token="secret")
    assert done.returncode == 0, done.stderr
    first, *others = (runner.temp / "asked").read_text().splitlines()
    assert "repos/owner/name/issues/7/comments" in first and MARKER in first and 'type == "Bot"' in first
    file = runner.outputs["gate"]["markdown"]
    assert others == ([f"api --silent {expected} --field body=@{file}"] if expected else [])
    assert "secret" not in done.stdout + done.stderr


def test_a_comment_that_is_forbidden_is_a_warning(runner: Runner, tmp_path: Path) -> None:
    prepare_comment(runner, tmp_path, "", "false")
    (runner.temp / "forbidden").touch()
    done = runner.run("Comment")
    assert done.returncode == 0 and "::warning" in done.stdout


def prepare_comment(runner: Runner, tmp_path: Path, comments: str, quiet: str) -> None:
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    runner.path = f"{tmp_path / 'bin'}:{runner.path}"
    (runner.temp / "comments").write_text(comments)
    runner.outputs["gate"] = {"markdown": str(tmp_path / "gate.md"), "quiet": quiet}


# ---- the other systems, run with a Python that makes and fills environments at once ----

PYTHON = """#!/bin/sh
case "$*" in
  "-I -m venv "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
  "-I -m pip install --quiet git+https://example.com/mlops-assessor@0") ;;
  "-I -m assessor "*) shift; PYTHONPATH=ROOT exec INTERPRETER -P "$@" ;;
  *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""


def scripts_of(system: str) -> list[tuple[str, str]]:
    """(shell, script) of each step that a system runs, by its template."""
    (proposal, *_) = ci_files(system, "main", ())
    if system == "jenkins":
        return [("sh -e", text) for text in re.findall(r"sh '''\n(.*?)'''", proposal.text, re.DOTALL)]
    if system == "gitlab":
        job = yaml.safe_load(proposal.text.partition("---\n")[2])["$[[ inputs.job ]]"]
        return [("sh -e", "\n".join(job["script"]))]
    tree = typed(proposal.text)
    steps = tree["jobs"]["gate"]["steps"] if system == "github" else tree["steps"]
    shell = "bash -e -o pipefail" if system == "github" else "bash"
    return [(shell, step.get("run") or step["bash"]) for step in steps if "run" in step or "bash" in step]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(("level", "code"), [(1, 0), (3, 1)])
def test_templates_run_the_gate(system: str, level: int, code: int, repository: Path, tmp_path: Path) -> None:
    write_files(repository, {"assessor.yaml": f"gate: {{min_level: {level}}}\n"})
    text = PYTHON.replace("VERSION", assessor.__version__).replace("ROOT", str(ROOT))
    write_files(tmp_path / "bin", {"python": text.replace("INTERPRETER", sys.executable)})
    (tmp_path / "bin" / "python").chmod(0o755)
    temp = tmp_path / "temp"
    temp.mkdir()
    places = ("RUNNER_TEMP", "AGENT_TEMPDIRECTORY", "WORKSPACE_TMP", "TMPDIR")
    environment = dict.fromkeys(places, str(temp)) | {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(temp),
        "PACKAGE": "git+https://example.com/mlops-assessor@0",
        "ASSESSOR_PACKAGE": "git+https://example.com/mlops-assessor@0",
        "ASSESSOR_OPTIONS": "--max-unknown 50",
        "BASE": "",
        "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
    }
    codes = []
    for shell, script in scripts_of(system):
        (temp / "script").write_text(script)
        done = subprocess.run(
            [*shell.split(), str(temp / "script")],
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        codes.append(done.returncode)
        said = done.stdout + done.stderr
    assert codes == [*[0] * (len(codes) - 1), code], said
    assert f"gate {'passed' if code == 0 else 'failed'}" in said
    written = {path.name for path in [*temp.iterdir(), *repository.iterdir()]}
    assert {"summary.md", "mlops-maturity.md"} & written
    assert system == "github" or "mlops-maturity.xml" in written
