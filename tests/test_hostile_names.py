"""What a repository names may not lead out of it, and what it says may not be obeyed by a terminal or a CI system."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import yaml

from assessor.__main__ import main
from assessor.errors import UserError
from assessor.snapshot.named import named_text, place_below
from tests.conftest import write_files
from tests.hostile_repository import ATTACKS, write_hostile_repository

ROOT = Path(__file__).parents[1]
SECRET = "grey-heron-4711"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside" / "private.yaml"
    path.parent.mkdir()
    path.write_text(f"{SECRET}: {SECRET}\nother-{SECRET}: 1\n", "utf-8")
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    return write_files(root, {"train.py": "import sklearn\n"})


LINKED = [
    ("assessor.yaml", ["config", "check", "{root}"]),
    ("assessor.yaml", ["config", "check", "{root}/assessor.yaml"]),
    ("pyproject.toml", ["config", "check", "{root}"]),
    ("house.yaml", ["config", "check", "--policy", "{root}/house.yaml"]),
    ("house.yaml", ["audit", "{root}", "--rubric", "{root}/house.yaml"]),
    ("house.yaml", ["audit", "{root}", "--policy", "{root}/house.yaml"]),
    ("house.yaml", ["gate", "{root}", "--policy", "{root}/house.yaml", "--max-unknown", "100"]),
    ("house.yaml", ["rubrics", "check", "{root}/house.yaml"]),
    ("base.json", ["gate", "{root}", "--baseline", "{root}/base.json"]),
    ("base.json", ["report", "{root}/base.json"]),
    ("base.json", ["baseline", "write", "{root}", "--output", "{root}/base.json"]),
    (".assessor-baseline.json", ["baseline", "write", "{root}"]),
]


@pytest.mark.parametrize(("name", "words"), LINKED, ids=[" ".join(words) for _, words in LINKED])
@pytest.mark.parametrize("by", ["file", "folder"])
def test_no_line_of_a_file_outside_is_told(
    capsys: pytest.CaptureFixture[str], repository: Path, outside: Path, name: str, words: list[str], by: str
) -> None:
    if by == "file":
        (repository / name).symlink_to(outside)
    else:
        (repository / "link").symlink_to(outside.parent)
        (outside.parent / name).write_bytes(outside.read_bytes())
        words = [word.replace("{root}/", "{root}/link/") for word in words]
    before = {path: path.read_bytes() for path in outside.parent.iterdir()}
    code, out, err = run(capsys, *(word.format(root=repository) for word in words))
    assert SECRET not in out + err
    assert code == 2 or (by == "folder" and "link" not in " ".join(words))
    assert {path: path.read_bytes() for path in outside.parent.iterdir()} == before


def test_a_link_inside_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"conf/real.yaml": "a: 1\n"})
    (tmp_path / "linked.yaml").symlink_to("conf/real.yaml")
    monkeypatch.chdir(tmp_path)
    assert named_text(Path("linked.yaml"), below=tmp_path) == "a: 1\n"


@pytest.mark.parametrize("kind", ["large", "pipe", "device", "folder", "latin"])
def test_what_is_no_text_of_a_person_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "given"
    if kind == "large":
        with path.open("wb") as file:
            file.truncate(4 << 30)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "latin":
        path.write_bytes(b"\xff\xfe\x00")
    else:
        path = Path("/dev/zero")
    with pytest.raises(UserError, match=r"larger than|no regular file|cannot be read|not read"):
        named_text(path)


@pytest.mark.parametrize(
    "name", ["/etc/x.json", "../x.json", "a/../../x.json", ".git/config", "link/x.json", "pipe", ""]
)
def test_a_configured_place_stays_inside(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("../elsewhere")
    os.mkfifo(root / "pipe")
    with pytest.raises(UserError):
        place_below(root, name)
    assert place_below(root, "kept/base.json") == root / "kept" / "base.json"


@pytest.mark.parametrize("key", ["baseline", "rubric", "logo"])
@pytest.mark.parametrize(
    "name", ["/tmp/x.json", "../x.yaml", "a/../../b.yaml", ".git/config", "~/x.yaml", "a\\..\\b.png"]
)
def test_the_configuration_names_no_place_outside(
    capsys: pytest.CaptureFixture[str], repository: Path, tmp_path: Path, key: str, name: str
) -> None:
    inner = f"report:\n  logo: '{name}'\n" if key == "logo" else f"{key}: '{name}'\n"
    write_files(repository, {"assessor.yaml": inner})
    code, out, err = run(capsys, "baseline", "write", str(repository))
    assert (code, out) == (2, "")
    assert "is no path below the repository's root" in err
    assert not (tmp_path / "x.json").exists()


ALIASES = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)
)
LIMITED = {
    "aliases": (ALIASES, "more than 200,000 values"),
    "digits": (f"gate: {{min_level: {'9' * 100_000}}}\n", "gate.min_level"),
    "long key": (f"{'k' * 1_000}: 1\n", "unknown key 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…'"),
    "merged": (
        "a0: &a0 {k0: 1}\n" + "".join(f"a{i}: &a{i}\n  <<: *a{i - 1}\n  k{i}: 1\n" for i in range(1, 3000)),
        "nodes",
    ),
    "infinite": ("gate: {min_score: 1e999}\n", "gate.min_score"),
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_configuration_has_limits(capsys: pytest.CaptureFixture[str], repository: Path, name: str) -> None:
    text, told = LIMITED[name]
    write_files(repository, {"assessor.yaml": text})
    code, out, err = run(capsys, "audit", str(repository))
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert len(err) < 1000


@pytest.mark.parametrize("value", ["a = " + "9" * 10_000, "a" + ".a" * 5_000 + " = 1", "a = " + "[" * 5_000])
def test_a_table_in_pyproject_has_limits(capsys: pytest.CaptureFixture[str], repository: Path, value: str) -> None:
    write_files(repository, {"pyproject.toml": f"[tool.assessor]\n{value}\n"})
    code, _, err = run(capsys, "audit", str(repository))
    assert code == 2
    assert err.startswith("assessor: pyproject.toml:")


# ---- what is said ----

HOSTILE = (
    "\x1b[2J\x1b]0;pwned\x07 \u202egpj.exe\u202c \x9b31m ##vso[task.complete result=Succeeded;] ##[error]x "
    "##teamcity[buildStatus] \r::stop-commands::x \n::error::x \n  ::set-output name=x::y"
)
OBEYED = re.compile(r"##(?:\[|vso\[|teamcity\[)|^[^\S\n]*::", re.IGNORECASE | re.MULTILINE)


def assert_harmless(text: str, *, own: str = "") -> None:
    """No character is obeyed by a terminal, no line by a CI system; `own` begins lines that are meant to be."""
    if own:
        assert own in ("::", "##vso[task.logissue ", "##teamcity[")
        text = "\n".join(line.removeprefix(own) for line in text.split("\n"))
    assert not OBEYED.search(text), OBEYED.search(text)
    bad = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign not in "\n\r\u200b"}
    assert not bad


def configurations() -> dict[str, str]:
    shown = json.dumps(HOSTILE)
    return {
        "key": f"{shown}: 1\n",
        "inner key": f"gate: {{{shown}: 1}}\n",
        "profile": f"profile: {shown}\n",
        "rubric": f"rubric: {shown}\n",
        "logo": f"report: {{logo: {shown}}}\n",
        "baseline": f"baseline: {shown}\n",
        "dimension": f"gate: {{min: {{{shown}: 1}}}}\n",
        "practice": f"gate: {{require: {{{shown}: used}}}}\n",
        "organisation": f"report: {{organisation: {json.dumps(HOSTILE[:100])}}}\n",
        "day": f"waivers: [{{practice: testing.unit, reason: {shown}, owner: {shown}, ticket: x, expires: {shown}}}]\n",
        "broken": f"a: [{HOSTILE}\n",
        "waiver": yaml.safe_dump(
            {"waivers": [{"practice": "testing.unit", "reason": HOSTILE, "owner": HOSTILE, "ticket": HOSTILE, "expires": "2026-01-01"}]}
        ),
    }  # fmt: skip


COMMANDS = [
    ["audit", "{root}"],
    ["audit", "{root}", "-v"],
    ["audit", "{root}", "--format", "pdf", "--output", "{root}/../x.pdf"],
    ["gate", "{root}", "--max-unknown", "100"],
    ["plan", "{root}"],
    ["baseline", "write", "{root}", "--output", "{root}/../base.json"],
    ["config", "check", "{root}"],
    ["config", "show", "{root}"],
]


@pytest.mark.parametrize("name", configurations())
def test_messages_do_not_obey_the_configuration(
    capsys: pytest.CaptureFixture[str], repository: Path, name: str
) -> None:
    write_files(repository, {"assessor.yaml": configurations()[name]})
    for words in COMMANDS:
        code, out, err = run(capsys, *(word.format(root=repository) for word in words))
        assert code in (0, 1, 2, 4), (words, err)
        assert_harmless(out)
        assert_harmless(err)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_hostile_repository(tmp_path_factory.mktemp("hostile"))
    names = ("::stop-commands::abc.py", "::error::pwned.py", "##vso[task.complete].py", "\u202e##[error]gpj.py")
    for name in names:
        (root / name).write_text("import mlflow\nmlflow.log_metric('a', 1)\nprint 1\n", "utf-8")
    return root


OUTPUTS = [
    *(["audit", "{root}", "--format", form] for form in ("terminal", "json", "html", "md", "md-long", "csv", "badge", "shields")),
    ["audit", "{root}", "-v"],
    ["audit", "{root}", "-v", "--language", "de"],
    ["plan", "{root}"],
    ["plan", "{root}", "--format", "md"],
    ["plan", "{root}", "--format", "json"],
    *(["gate", "{root}", "--min-level", "5", "--format", form]
      for form in ("terminal", "json", "sarif", "junit", "gitlab", "github", "md", "azure", "teamcity")),
]  # fmt: skip
OWN = {"github": "::", "azure": "##vso[task.logissue ", "teamcity": "##teamcity["}


@pytest.mark.parametrize("words", OUTPUTS, ids=[" ".join(words[2:]) or words[0] for words in OUTPUTS])
@pytest.mark.parametrize("columns", ["60", "100"])
def test_no_output_obeys_the_repository(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, hostile: Path, words: list[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = run(capsys, *(word.format(root=hostile) for word in words))
    assert code in (0, 1, 4)
    form = words[words.index("--format") + 1] if "--format" in words else ""
    assert out
    assert_harmless(out, own=OWN.get(form, ""))
    assert_harmless(err)


def test_the_attacks_are_attacks() -> None:
    """The check finds what it is there for, or nothing above would mean anything."""
    for text in (HOSTILE, ATTACKS["command"], ATTACKS["terminal"], ATTACKS["direction"]):
        with pytest.raises(AssertionError):
            assert_harmless(text)


# ---- faults of the machine ----


def started(*words: str, **others: object) -> subprocess.CompletedProcess[str]:
    settings: dict[str, object] = {"capture_output": True, "text": True, "timeout": 120, "check": False} | others
    return subprocess.run([sys.executable, "-m", "assessor", *words], **settings)  # type: ignore[call-overload, no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirection", "code", "lines"),
    [(">/dev/full", 2, 1), (">&-", 2, 1), ("2>&-", 0, 0), ("2>/dev/full", 0, 0), ("<&-", 0, 0), ("| true", 0, 0)],
)
def test_streams_that_are_closed_or_full(repository: Path, redirection: str, code: int, lines: int) -> None:
    command = (
        f"{sys.executable} -m assessor gate --max-unknown 100 {repository} {redirection}; echo ${{PIPESTATUS[0]}} >&3"
    )
    done = subprocess.run(
        ["bash", "-c", f"exec 3>{repository}/../code; {command}"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (repository / "../code").read_text().strip() == str(code)
    assert len(done.stderr.splitlines()) == lines
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_deleted_folder_and_a_home_that_is_not_there(repository: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"cd {gone} && rmdir {gone} && {sys.executable} -I -m assessor audit {repository}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2)
    home = tmp_path / "no" / "home"
    environment = {k: v for k, v in os.environ.items() if k != "MLOPS_ASSESSOR_CACHE"} | {"HOME": str(home)}
    assert started("audit", str(repository), env=environment).returncode == 0
    assert not home.exists()
