"""What comes from outside of the audited repository: a configuration, a policy from git, a letterhead; and where the
assessor itself came from."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from assessor.__main__ import main
from assessor.cli.outside import parsed_address
from assessor.cli.own_source import source_of
from assessor.errors import UserError
from tests.conftest import commit_files, write_files
from tests.test_scope import TRAIN

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = {"commits": [
    {"author": "Ada <ada@example.com>", "date": f"2024-05-0{day}T10:00:00Z", "message": "m", "files": files}
    for day, files in ((1, ["*.py"]), (2, "all"))
]}  # fmt: skip
LETTERHEAD = """\
organisation: Nordwind Audits
author: Grace Hopper
client: Acme Bank
scope: The churn model of the retail department.
summary: |
  Acme trains well, by hand.

  It should let a schedule do that.
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside") / "client"
    files = {"train.py": TRAIN, "assessor.yaml": "gate: {min_level: 5}\n", "docs/notes.md": "# Notes\n"}
    return commit_files(write_files(folder, files), HISTORY)


def policy_repository(folder: Path, text: str) -> tuple[str, str]:
    """(URL, commit) of a repository with a policy and a baseline beside it."""
    write_files(folder, {"mlops/policy.yaml": text, "train.py": TRAIN})
    commit_files(folder, HISTORY)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return f"file://{folder}", commit.stdout.strip()


def pdf_text(path: Path) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)).replace("\r\n", " ")


def test_a_configuration_from_outside_stands_for_the_repositorys(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "client.yaml"
    config.write_text("gate: {min_level: 1}\nexclude: [docs/**]\n")
    assert main(["gate", str(root), "--quiet"]) == 1
    assert main(["gate", str(root), "--quiet", "--config", str(config)]) == 0
    capsys.readouterr()
    assert main(["audit", str(root), "--quiet", "--format", "json", "--config", str(config)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["repository"]["dirty"] is False
    assert report["scope"]["exclude"] == ["docs/**"]
    assert report["inputs"]["configuration"] == f"outside:{config}"


def test_what_a_configuration_from_outside_names_lies_beside_it(root: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"c/client.yaml": "baseline: state.json\n"})
    assert main(["baseline", "write", str(root), "--output", str(tmp_path / "c/state.json")]) in (0, 2)
    if (tmp_path / "c/state.json").exists():
        assert main(["gate", str(root), "--quiet", "--config", str(tmp_path / "c/client.yaml")]) == 0


def test_a_letterhead_stands_on_the_document(root: Path, tmp_path: Path) -> None:
    (tmp_path / "letterhead.yaml").write_text(LETTERHEAD)
    words = ["audit", str(root), "--quiet", "--letterhead", str(tmp_path / "letterhead.yaml")]
    assert main([*words, "--output", str(tmp_path / "r.pdf"), "--output", str(tmp_path / "r.json")]) == 0
    text = pdf_text(tmp_path / "r.pdf")
    for said in (
        "Nordwind Audits",
        "Grace Hopper",
        "Acme Bank",
        "retail department",
        "by hand.",
        "let a schedule do that",
    ):
        assert said in text
    assert main(["verify", str(tmp_path / "r.pdf"), "--repo", str(root), "--quiet"]) == 0
    again = ["report", str(tmp_path / "r.json"), "--letterhead", str(tmp_path / "letterhead.yaml")]
    assert main([*again, "--output", str(tmp_path / "again.pdf")]) == 0
    assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "r.pdf").read_bytes()


def test_a_policys_letterhead_stands_on_the_document(root: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("report: {organisation: Acme Platform, author: Ada}\n")
    words = ["audit", str(root), "--quiet", "--policy", str(tmp_path / "policy.yaml")]
    assert main([*words, "--output", str(tmp_path / "r.pdf")]) == 0
    assert "Acme Platform" in pdf_text(tmp_path / "r.pdf")


def test_a_policy_from_git_is_pinned_by_its_commit(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, commit = policy_repository(tmp_path / "policies", "gate: {require: {training.schedule: automated}}\n")
    address = f"git+{url}@{commit}#mlops/policy.yaml"
    assert main(["gate", str(root), "--quiet", "--min-level", "1", "--policy", address]) == 1
    assert "training.schedule" in capsys.readouterr().out
    assert main(["audit", str(root), "--quiet", "--format", "json", "--policy", address]) == 0
    inputs = json.loads(capsys.readouterr().out)["inputs"]
    assert inputs["policy"].endswith(f"policies@{commit}#mlops/policy.yaml")
    assert len(inputs["policy_digest"]) == 64


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url, commit: f"git+{url}@main#mlops/policy.yaml", "can be moved; pin it"),
        (lambda url, commit: f"git+{url}@{commit[:12]}#mlops/policy.yaml", "can be moved; pin it"),
        (lambda url, commit: f"git+{url}@{'0' * 40}#mlops/policy.yaml", "no revision"),
        (lambda url, commit: f"git+{url}@{commit}#mlops/polizy.yaml", "did you mean 'mlops/policy.yaml'?"),
        (lambda url, commit: f"git+{url}@{commit}#../policy.yaml", "no path below the repository's root"),
        (lambda url, commit: f"git+{url}#mlops/policy.yaml", "expected git+https://"),
    ],
)  # fmt: skip
def test_what_is_not_pinned_is_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, told: str
) -> None:
    url, commit = policy_repository(tmp_path / "policies", "gate: {min_level: 1}\n")
    assert main(["gate", str(root), "--quiet", "--policy", change(url, commit)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_credentials_of_an_address_are_not_told() -> None:
    with pytest.raises(UserError) as told:
        parsed_address("git+https://ada:secret@example.com/a.git@main#policy.yaml")
    assert "secret" not in str(told.value)
    commit = "0" * 40
    assert parsed_address(f"git+ssh://git@example.com/a.git@{commit}#p.yaml")[:2] == (
        "ssh://git@example.com/a.git",
        commit,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--config", "nowhere.yaml"], "--config: no file nowhere.yaml"),
        (["--letterhead", "nowhere.yaml"], "--letterhead: no file nowhere.yaml"),
    ],
)
def test_what_is_not_there_is_told(root: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert main(["audit", str(root), "--quiet", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_mistake_in_a_letterhead_has_its_line(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "letterhead.yaml"
    file.write_text("organisation: A\nautor: B\n")
    assert main(["audit", str(root), "--quiet", "--letterhead", str(file)]) == 2
    assert f"{file}:2: " in capsys.readouterr().err


# ---- where the assessor came from ----


class Installed:
    """An installed distribution as far as its source goes."""

    def __init__(self, told: dict[str, Any] | None) -> None:
        self.told = told

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.told is None else json.dumps(self.told)


@pytest.mark.parametrize(
    ("told", "requirement"),
    [
        (
            {"url": "https://ada:x@example.com/a.git", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}},
            f"git+https://example.com/a.git@{'0' * 40}",
        ),
        (
            {"url": "https://example.com/a-0.1.0-py3-none-any.whl", "archive_info": {"hashes": {"sha256": "ab" * 32}}},
            f"mlops-assessor @ https://example.com/a-0.1.0-py3-none-any.whl#sha256={'ab' * 32}",
        ),
        ({"url": "https://example.com/a.whl", "archive_info": {}}, ""),
        ({"url": "file:///nowhere/at/all", "dir_info": {}}, ""),
        (None, ""),
    ],
)
def test_the_source_is_a_commit_or_a_digest_and_never_a_name(told: dict[str, Any] | None, requirement: str) -> None:
    found = source_of(Installed(told))  # type: ignore[arg-type]
    assert found.requirement == requirement
    assert found.said


def test_a_folder_is_the_commit_of_its_repository(tmp_path: Path) -> None:
    folder = commit_files(write_files(tmp_path / "clone", {"a.py": "x = 1\n", "b.txt": "b\n"}), HISTORY)
    words = ["git", "remote", "add", "origin", "https://example.com/acme/assessor.git"]
    subprocess.run(words, cwd=folder, check=True)
    told = {"url": folder.as_uri(), "dir_info": {"editable": True}}
    found = source_of(Installed(told)).requirement  # type: ignore[arg-type]
    assert found.startswith("git+https://example.com/acme/assessor.git@")
    (folder / "a.py").write_text("x = 2\n")
    assert source_of(Installed(told)).requirement == ""  # type: ignore[arg-type]
