"""The command line: what each command prints, how wrong use is told, exit codes, and that starting is quick."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
from click.shell_completion import ShellComplete

import assessor
from assessor.__main__ import main
from assessor.assessment import Assessment, json_schema
from assessor.catalog.practices import load_practices
from assessor.cli import COMMANDS, cli
from assessor.cli.explain import known_words
from assessor.cli.output import look_of, write_output
from assessor.cli.progress import ProgressLine
from assessor.errors import UserError
from assessor.rubric.loading import shipped_names
from tests.conftest import write_files

ROOT = Path(__file__).parents[1]
HEAVY = ("weasyprint", "git", "pydantic", "yaml", "jinja2", "rich", "hcl2", "tree_sitter", "assessor.audit")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a little of everything, outside of any git repository."""
    return write_files(
        tmp_path_factory.mktemp("cli") / "project",
        {
            "README.md": "# Churn\n",
            "train.py": "from sklearn.linear_model import LinearRegression\n\nLinearRegression().fit([[1]], [1])\n",
            "broken.py": "def (:\n",
        },
    )


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def started(*arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_starting_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from assessor.__main__ import main
main({arguments!r})
print("loaded", sorted(name for name in {HEAVY!r} if name in sys.modules))
"""
    run_ = started("-c", code)
    assert run_.returncode == 0, run_.stderr
    assert run_.stdout.decode().splitlines()[-1] == "loaded []"


@pytest.mark.slow
def test_as_a_module() -> None:
    run_ = started("-m", "assessor", "--version")
    assert run_.stdout.decode() == f"assessor {assessor.__version__}\n"


def test_the_version_is_that_of_the_distribution() -> None:
    project_ = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project_["version"] == assessor.__version__


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: assessor {command}")


def test_no_command_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys)[0] == 2


WRONG = [
    (["audti"], "no command 'audti'; did you mean 'audit'?"),
    (["audit", "--fromat", "json"], "--fromat"),
    (["audit", "--format", "pfd"], "'pfd' is not one of 'terminal', 'json'"),
    (["audit", "{project}/nowhere"], "does not exist"),
    (["audit", "{project}/train.py"], "is a file"),
    (["audit", "{project}", "--ref", "main"], "no revision 'main'"),
    (["audit", "{project}", "--rubric", "stage"], "no rubric 'stage'; did you mean 'stages'?"),
    (["audit", "{project}", "--rubric", "{project}/none.yaml"], "no rubric file"),
    (["audit", "{project}", "--rubric", "{rubric}"], "bad.yaml:8: a.requires"),
    (["audit", "{project}", "--output", "{project}"], "is a folder"),
    (["audit", "{project}", "--output", "{project}/no/report.json"], "there is no folder"),
    (["rubrics", "check", "{rubric}"], "bad.yaml:8: a.requires"),
    (["rubrics", "chek"], "chek"),
    (["explain", "modle_card"], "did you mean 'governance.model_card'?"),
    (["explain", "pipeline"], "not clear; there are data.pipeline, training.pipeline, ci.pipeline"),
    (["explain"], "NAME"),
]

BAD_RUBRIC = """id: bad
title: Bad
edition: "1"
source: us
levels:
- {level: 0, id: b0, title: Nothing}
- {level: 1, id: b1, title: Some, supporting_share: 1, items: [
  {id: a, text: it is tested, requires: {testing.unti: used}}]}
"""


@pytest.mark.parametrize(("arguments", "told"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_use_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    rubric = tmp_path / "bad.yaml"
    rubric.write_text(BAD_RUBRIC, "utf-8")
    words = [word.format(project=project, rubric=rubric) for word in arguments]
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert told in err
    assert err.startswith("assessor: ")
    assert err.count("\n") == 1


def test_a_bug_of_ours_is_a_traceback_and_exit_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("never so")

    monkeypatch.setattr("assessor.audit.audit_parts", fail)
    code, _, err = run(capsys, "audit", str(project))
    assert code == 3
    assert "RuntimeError: never so" in err
    assert "bug" in err.splitlines()[-1]


def test_audit_as_json_fits_the_published_schema(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, out, err = run(capsys, "audit", str(project), "--format", "json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    jsonschema.validate(report, json.loads((ROOT / "assessor" / "assessment.schema.json").read_text("utf-8")))
    assert set(report["scorecards"]) >= {"stages", "google"}
    assert list(report["practices"]) == [practice.id for practice in load_practices()]
    assert Assessment.model_validate_json(out).model_dump_json(indent=2) + "\n" == out


def test_two_audits_give_the_same_bytes(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    first = run(capsys, "audit", str(project), "--format", "json")
    assert run(capsys, "audit", str(project), "--format", "json") == first


def test_audit_on_a_terminal(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, out, err = run(capsys, "audit", str(project), "--no-color")
    assert (code, err) == (0, "")
    assert "Level 1: Manual process" in out
    assert "broken.py" in out
    assert "\x1b" not in out


def test_the_asked_rubric_is_shown_and_all_are_scored(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    own = project.parent / "own.yaml"
    own.write_text(BAD_RUBRIC.replace("unti", "unit").replace("Some", "Something"), "utf-8")
    code, out, _ = run(capsys, "audit", str(project), "--rubric", str(own), "--format", "json")
    report = json.loads(out)
    assert code == 0
    assert report["primary"] == "bad"
    assert set(report["scorecards"]) == {"bad", *shipped_names()}
    assert "Level 0: Nothing" in run(capsys, "audit", str(project), "--rubric", str(own))[1]
    assert "Level 0: Manual process" in run(capsys, "audit", str(project), "--rubric", "google")[1]


@pytest.mark.parametrize("form", ["json", "terminal"])
def test_output_goes_to_a_file(capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "report"
    target.write_text("old", "utf-8")
    target.chmod(0o640)
    assert run(capsys, "audit", str(project), "--format", form, "--output", str(target)) == (0, "", "")
    assert "Manual process" in target.read_text("utf-8")
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report"
    target.write_text("old", "utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UserError, match="No space left"):
        write_output("new", str(target))
    assert target.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["practices"], "monitoring.drift"),
        (["rubrics"], "  Five stages of MLOps maturity (default); levels 1 to 5, 41 items; edition 1"),
        (["rubrics", "check", str(ROOT / "rubrics" / "google.yaml")], "no mistakes"),
        (["explain", "drift"], "monitoring.drift: Detection of data and prediction drift"),
        (["explain", "Training.Validation_Gate"], "training.validation_gate: Check that a new model must pass"),
        (["explain", "stages"], "Level 5: Continuous delivery"),
        (["explain", str(ROOT / "rubrics" / "stages.yaml")], "Level 5: Continuous delivery"),
        (["explain", "google"], "supporting  Components run in a described, isolated environment"),
    ],
)
def test_what_commands_print(capsys: pytest.CaptureFixture[str], arguments: list[str], shown: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, err) == (0, "")
    assert shown in out


def test_every_practice_and_tool_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    from assessor.catalog.tools import load_tools

    for name in [*(practice.id for practice in load_practices()), *(tool.id for tool in load_tools())]:
        assert run(capsys, "explain", name)[0] == 0, name


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["practices", "drift", "detection"], ["monitoring.drift"]),
        (["practices", "-d", "quality", "HOOKS"], ["quality.hooks"]),
        (["tools", "--practice", "monitoring.drift", "evidently"], ["evidently"]),
        (["rubrics"], None),
    ],
)
def test_lists_can_be_filtered_and_read_by_programs(
    capsys: pytest.CaptureFixture[str], arguments: list[str], ids: list[str] | None
) -> None:
    rows = json.loads(run(capsys, *arguments, "--json")[1])
    table = [line.split()[0] for line in run(capsys, *arguments)[1].splitlines()]
    assert [row["id"] for row in rows] == (ids or table) == table


def test_what_a_model_asks_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    all_, asked = (run(capsys, "practices", *more)[1].splitlines() for more in ([], ["-r", "google"]))
    assert 0 < len(asked) < len(all_)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("monitoring", "Does anyone learn when"),
        ("automated", "A route leads there"),
        ("stages.3", "Level 3 of 5: CI/CD pipeline automation"),
        ("level 3", "Level 3 of 5: CI/CD pipeline automation"),
        ("google.2", "Level 2 of 2"),
        ("Manual process", "Level 1 of 5"),
        ("ml-test-score.2", "It is reached by points"),
        ("data in", "station 1 of 10"),
        ("loop", "10 stations from data to the next training"),
        ("gated", "training.validation_gate"),
        ("customer-facing", "stages      level 4, monitoring at level 5"),
        ("eu-ai-act", "EU AI Act"),
    ],
)
def test_words_of_a_report_are_explained(capsys: pytest.CaptureFixture[str], name: str, shown: str) -> None:
    assert shown in run(capsys, "explain", name)[1]


def test_each_known_word_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for name in known_words():
        assert run(capsys, "explain", name)[0] == 0, name


@pytest.mark.parametrize(
    ("words", "begun", "proposed"),
    [
        ("explain", "training.val", "training.validation_gate"),
        ("explain", "stages.", "stages.4"),
        ("audit --rubric", "goo", "google"),
        ("audit --crosswalk", "eu", "eu-ai-act"),
        ("audit --profile", "cust", "customer-facing"),
        ("audit --format", "", "pdf"),
        ("gate --require", "testing.u", "testing.unit="),
        ("gate --require", "testing.unit=", "testing.unit=enforced"),
        ("gate --min", "mon", "monitoring="),
        ("gate --min-level", "", "5"),
        ("plan --to", "", "5"),
        ("practices --dimension", "g", "governance"),
        ("tools --practice", "monitoring.d", "monitoring.drift"),
    ],
)
def test_the_shell_proposes_values(words: str, begun: str, proposed: str) -> None:
    complete = ShellComplete(cli, {}, "assessor", "_ASSESSOR_COMPLETE")
    assert proposed in [item.value for item in complete.get_completions(words.split(), begun)]


def test_formats_are_known_in_any_case_and_options_have_a_letter(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    assert run(capsys, "audit", str(project), "-f", "HTML", "-o", str(page), "-r", "google", "-l", "DE")[0] == 0
    assert 'lang="de"' in page.read_text("utf-8")
    assert run(capsys, "-V")[1] == f"assessor {assessor.__version__}\n"


def test_tools_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    from assessor.catalog.tools import load_tools

    out = run(capsys, "tools")[1]
    assert [line.split()[0] for line in out.splitlines()] == [tool.id for tool in load_tools()]


def test_the_shipped_schema_is_that_of_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = (ROOT / "assessor" / "assessment.schema.json").read_text("utf-8")
    assert json.loads(shipped) == json_schema()
    assert run(capsys, "schema")[1] == shipped


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "asked", "colour"),
    [
        (Terminal(), {}, None, True),
        (Terminal(), {"NO_COLOR": "1"}, None, False),
        (Terminal(), {"NO_COLOR": ""}, None, True),
        (Terminal(), {"TERM": "dumb"}, None, False),
        (Terminal(), {}, False, False),
        (Terminal(), {"NO_COLOR": "1"}, True, True),
        (io.StringIO(), {"FORCE_COLOR": "1"}, None, True),
        (io.StringIO(), {"CLICOLOR_FORCE": "1"}, None, True),
        (io.StringIO(), {"FORCE_COLOR": "0"}, None, False),
        (io.StringIO(), {"FORCE_COLOR": ""}, None, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, None, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, False, False),
        (io.StringIO(), {}, None, False),
        (io.StringIO(), {}, True, True),
    ],
)
def test_when_there_is_colour(
    stream: io.StringIO, environment: dict[str, str], asked: bool | None, colour: bool
) -> None:
    assert look_of(stream, environment, asked).colour is colour


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "is_ascii"), [("ascii", True), ("latin-1", True), ("utf-8", False)])
def test_ascii_where_the_encoding_has_no_more(project: Path, encoding: str, is_ascii: bool) -> None:
    run_ = started("-m", "assessor", "audit", str(project), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert run_.returncode == 0, run_.stderr
    assert run_.stdout.isascii() is is_ascii


@pytest.mark.slow
def test_json_is_utf8_whatever_the_encoding(tmp_path: Path) -> None:
    write_files(tmp_path / "漢字", {"größe.py": "def (:\n"})
    command = ["-m", "assessor", "audit", str(tmp_path / "漢字"), "--format", "json"]
    run_ = started(*command, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert json.loads(run_.stdout)["repository"]["name"] == "漢字"


@pytest.mark.slow
def test_a_closed_pipe_is_no_bug(project: Path) -> None:
    command = f"{sys.executable} -m assessor audit {project} | head -1; echo ${{PIPESTATUS[0]}}"
    run_ = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run_.stderr == ""
    assert run_.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize(
    ("stream", "seconds", "shown"),
    [(Terminal(), 5.0, True), (Terminal(), 0.5, False), (io.StringIO(), 5.0, False)],
)
def test_progress_only_on_long_work_at_a_terminal(stream: io.StringIO, seconds: float, shown: bool) -> None:
    clock = iter([0.0, 0.0, 0.0, seconds, seconds])
    line = ProgressLine(stream, now=lambda: next(clock))
    line("reading", 0, 400)
    line("reading", 200, 400)
    assert ("reading" in stream.getvalue()) is shown
    if shown:
        assert "████████████░░░░░░░░░░░░  200 of 400  0:05 left" in stream.getvalue()
    line.close()
    assert stream.getvalue().endswith("\r\x1b[K") is shown


def test_work_that_is_known_to_be_long_is_told_at_once() -> None:
    stream = Terminal()
    ProgressLine(stream, is_long=True)("drawing the PDF")
    assert "drawing the PDF …" in stream.getvalue()


def on_a_terminal(*arguments: str, interrupt_at: bytes = b"", **variables: str) -> tuple[int, bytes]:
    """(exit code, output) of a run at a terminal of 24 lines; Ctrl-C is pressed once when `interrupt_at` is shown."""
    import pty

    pid, terminal = pty.fork()
    if not pid:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell has what it starts in the background ignore it
        os.environ.update(variables | {"PYTHONPATH": str(ROOT), "LINES": "24", "COLUMNS": "80", "TERM": "xterm"})
        os.execv(sys.executable, [sys.executable, "-m", "assessor", *arguments])
    shown = b""
    with suppress(OSError):  # the end of a terminal
        while part := os.read(terminal, 65_536):
            shown += part
            if interrupt_at and interrupt_at in shown:
                os.write(terminal, b"\x03")
                interrupt_at = b""
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


@pytest.mark.slow
def test_what_is_longer_than_the_terminal_is_paged_and_the_answer_stays(project: Path, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\ncat > {tmp_path}/paged\n", "utf-8")
    pager.chmod(0o755)
    code, shown = on_a_terminal("audit", str(project), "-v", "--no-color", PAGER=str(pager))
    assert (code, b"By other models" in shown, b"Level 1: Manual process" in shown) == (0, False, True)
    assert "By other models" in (tmp_path / "paged").read_text("utf-8")
    (tmp_path / "paged").unlink()
    for arguments in (["audit", str(project)], ["audit", str(project), "-v", "--no-pager"]):
        assert b"Level 1" in on_a_terminal(*arguments, PAGER=str(pager))[1]
        assert not (tmp_path / "paged").exists()


@pytest.mark.slow
def test_ctrl_c_leaves_one_line(tmp_path: Path) -> None:
    write_files(tmp_path, {f"m{number}.py": "import numpy as np\n" * 2_000 for number in range(600)})
    code, shown = on_a_terminal("audit", str(tmp_path), "--no-cache", interrupt_at=b"reading")
    assert code == 130
    after = shown.rpartition(b"\x1b[K")[2].replace(b"^C", b"").split()
    assert after == [b"assessor:", b"stopped"]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("min_level: 3", "unknown key 'min_level' here; it stands below 'gate'"),
        ('"just text"', "expected keys with values"),
        ("gate: {min_level: three}", "gate.min_level: expected a whole number"),
        ("gate: {min_levl: 3}", "did you mean 'min_level'?"),
    ],
)
def test_mistakes_of_a_configuration_in_words(
    config: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, {"assessor.yaml": f"{config}\n"})
    code, _, err = run(capsys, "config", "check", str(tmp_path))
    assert code == 2 and told in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["baseline", "show"], "no command 'show'; there are write"),
        (["audit", "github.com/a/b"], "for a repository on a server write https://github.com/a/b"),
        (["gate", ".", "--require", "testing.unit"], "for example --require testing.unit=automated"),
    ],
)
def test_wrong_use_says_what_would_be_right(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2 and told in err


def test_a_repository_without_a_commit_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, {"a.py": "x = 1\n"})
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    assert "main · no commit yet\n" in run(capsys, "audit", str(tmp_path), "--no-cache")[1]


def test_a_table_in_a_file_is_marked_as_utf8_for_spreadsheets(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "audit", str(project), "-o", str(tmp_path / "a.csv"))[0] == 0
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfdimension,")
    assert run(capsys, "audit", str(project), "-f", "csv")[1].startswith("dimension,")
