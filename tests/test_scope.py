"""Which part of a repository is rated: globs of the configuration and the command line, sub-folders, whose a job is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assessor.__main__ import main
from assessor.project.scope import Scope, Zone, glob_of, scope_of
from assessor.project.units import find_units, scope_of_unit
from assessor.snapshot.opening import stands_alone
from tests.conftest import commit_files, write_files

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = """\
import joblib
from sklearn.linear_model import LogisticRegression


def train(x, y):
    model = LogisticRegression()
    model.fit(x, y)
    joblib.dump(model, "model.joblib")
    return model


if __name__ == "__main__":
    train([[1], [2]], [0, 1])
"""
TEST = """\
from train import train


def test_train():
    assert train([[1], [2]], [0, 1]).predict([[1]]) == [0]
"""
ONE = """\
on: {push: {paths: ["services/one/**"]}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest services/one/tests
"""
BOTH = """\
on: [push]
jobs:
  lint:
    runs-on: ubuntu-latest
    strategy: {matrix: {service: [one, two]}}
    defaults: {run: {working-directory: "services/${{ matrix.service }}"}}
    steps:
      - run: ruff check .
  train-two:
    runs-on: ubuntu-latest
    steps:
      - run: python services/two/train.py
  types:
    runs-on: ubuntu-latest
    steps:
      - run: mypy .
"""
HISTORY = {
    "commits": [
        {"author": "Ada <ada@example.com>", "date": f"2024-05-0{day}T10:00:00Z", "message": "m", "files": files}
        for day, files in ((1, ["services/*"]), (2, "all"))
    ]
}


def monorepo(folder: Path) -> Path:
    files = {".github/workflows/one.yml": ONE, ".github/workflows/all.yml": BOTH}
    for name in ("one", "two"):
        files |= {
            f"services/{name}/train.py": TRAIN,
            f"services/{name}/tests/test_train.py": TEST,
            f"services/{name}/requirements.txt": "scikit-learn==1.5.0\n",
        }
    return write_files(folder, files)


def audited(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["audit", *words, "--format", "json", "--quiet"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def rungs(report: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: report["practices"][name]["rung"] for name in names}


@pytest.mark.parametrize(
    ("pattern", "fits", "not_"),
    [
        ("*.ipynb", "deep/down/a.ipynb", "a.py"),
        ("notebooks", "x/notebooks/a.py", "notebook/a.py"),
        ("docs/**", "docs/a/b.py", "x/docs/a.py"),
        ("/build", "build/a", "x/build/a"),
        ("third/*/old/", "third/a/old/b.py", "third/a/b/old/c.py"),
    ],
)
def test_globs_are_those_of_gitignore(pattern: str, fits: str, not_: str) -> None:
    scope = Scope(exclude=(glob_of(pattern),))
    assert scope.zone(fits) is Zone.LEFT_OUT
    assert scope.zone(not_) is Zone.OWN


def test_a_glob_takes_back() -> None:
    scope = scope_of("", (), ("legacy/**", "!legacy/keep/**"))
    assert scope.zone("legacy/a.py") is Zone.LEFT_OUT
    assert scope.zone("legacy/keep/a.py") is Zone.OWN


def test_what_is_excluded_proves_nothing_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = monorepo(tmp_path)
    before = audited(capsys, str(root))
    report = audited(capsys, str(root), "--exclude", "services/one", "--exclude", "tests/")
    assert before["practices"]["testing.unit"]["rung"] == "automated"
    assert report["practices"]["testing.unit"]["rung"] == "absent"
    paths = [e["place"]["path"] for p in report["practices"].values() for e in p["evidence"]]
    assert paths
    assert not [path for path in paths if path.startswith("services/one") or "/tests/" in path]
    assert report["scope"]["exclude"] == ["services/one", "**/tests/"]
    assert report["scope"]["left_out"] == 4
    assert report["statistics"]["files"] == before["statistics"]["files"] - 4


def test_a_way_does_not_break_at_what_is_excluded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = audited(capsys, str(monorepo(tmp_path)), "--exclude", "services/two/train.py")
    assert "does not exist" not in json.dumps(report)


def test_configuration_and_command_line_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = monorepo(tmp_path)
    by_option = audited(capsys, str(root), "--include", "services/two/**", "--exclude", "*.md")
    write_files(root, {"assessor.yaml": "include: [services/two/**]\nexclude: ['*.md']\n"})
    by_file = audited(capsys, str(root))
    assert by_option["practices"] == by_file["practices"]
    assert by_file["scope"]["include"] == ["services/two/**"]


@pytest.mark.parametrize("form", ["terminal", "html", "md", "md-long"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_report_names_the_scope(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, language: str
) -> None:
    root = monorepo(tmp_path)
    words = ["audit", str(root), "--exclude", "services/one/**", "--include", "services/**"]
    assert main([*words, "--format", form, "--language", language, "--quiet"]) == 0
    shown = capsys.readouterr().out.replace("\\", "").replace("\n", " ")
    assert "services/one/" in shown
    assert ("Left out" if language == "en" else "Ausgelassen") in shown


def test_a_sub_folder_has_the_ci_and_history_of_the_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = commit_files(monorepo(tmp_path), HISTORY)
    one, two = (audited(capsys, str(root / "services" / name)) for name in ("one", "two"))
    assert one["repository"]["name"].endswith("/services/one")
    assert one["scope"]["folder"] == "services/one"
    assert rungs(one, "testing.unit", "ci.lint", "ci.types", "training.scripted", "versioning.code") == {
        "testing.unit": "automated",
        "ci.lint": "automated",
        "ci.types": "automated",
        "training.scripted": "used",
        "versioning.code": "used",
    }
    assert rungs(two, "testing.unit", "ci.lint", "ci.types", "training.scripted") == {
        "testing.unit": "used",
        "ci.lint": "automated",
        "ci.types": "automated",
        "training.scripted": "automated",
    }
    for report, name in ((one, "one"), (two, "two")):
        paths = {e["place"]["path"] for p in report["practices"].values() for e in p["evidence"]}
        assert all(path.startswith((f"services/{name}/", ".github/")) for path in paths)


def test_a_folder_of_its_own_that_came_in_one_commit_is_in_a_repository_with_a_history(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = [{"author": "Ada <ada@example.com>", "date": f"2024-05-0{day}T10:00:00Z", "message": "m"} for day in (1, 2)]
    files = {"one/train.py": TRAIN, "one/Jenkinsfile": "pipeline {}\n", "two/README.md": "# Two\n"}
    root = commit_files(
        write_files(tmp_path, files),
        {"commits": [days[0] | {"files": ["one/*"]}, days[1] | {"files": ["two/README.md"]}]},
    )
    found = audited(capsys, str(root / "one"))["practices"]["versioning.code"]
    assert (found["rung"], found["summary"]) == (
        "used",
        "1 commit in a repository of 2 commits on more than one author-day",
    )


def test_a_revision_of_a_sub_folder_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = commit_files(monorepo(tmp_path), HISTORY)
    tree = audited(capsys, str(root / "services/one"))
    revision = audited(capsys, str(root / "services/one"), "--ref", "main")
    assert tree["practices"] == revision["practices"]
    assert tree["scope"] == revision["scope"]


def test_the_configuration_of_a_sub_folder_stands_before_the_roots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = monorepo(tmp_path)
    write_files(root, {"assessor.yaml": "exclude: [services/one/tests]\n"})
    commit_files(root, HISTORY)
    assert audited(capsys, str(root / "services/one"))["scope"]["exclude"] == ["services/one/tests"]
    write_files(root, {"services/one/assessor.yaml": "exclude: [/train.py]\n"})
    assert audited(capsys, str(root / "services/one"))["scope"]["exclude"] == ["services/one/train.py"]


@pytest.mark.parametrize(
    ("folder", "files", "alone"),
    [
        ("services/one", ["train.py"], False),
        ("services/one", [".github/workflows"], True),
        ("examples/churn", ["train.py"], True),
        ("sample_repos/churn", ["train.py"], True),
    ],
)
def test_examples_and_what_has_ci_of_its_own_stand_alone(folder: str, files: list[str], alone: bool) -> None:
    assert stands_alone(folder, files.__contains__) is alone


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--exclude", "../x"], "is no glob of paths below the repository's root"),
        (["--exclude", "**"], "include and exclude leave no file to rate"),
        (["--include", "nothing/here/**"], "include and exclude leave no file to rate"),
    ],
)
def test_wrong_globs_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["audit", str(monorepo(tmp_path)), "--quiet", *words]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_policy_that_gives_globs_is_not_widened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = monorepo(tmp_path / "repo")
    write_files(root, {"assessor.yaml": "exclude: [services/two/**]\n"})
    write_files(tmp_path, {"policy.yaml": "exclude: ['*.md']\n", "none.yaml": "lock: [exclude]\n"})
    for name, left in (("policy.yaml", ["**/*.md"]), ("none.yaml", [])):
        words = ("--policy", str(tmp_path / name), "--exclude", "services/one/**")
        assert audited(capsys, str(root), *words)["scope"]["exclude"] == left


def test_leaving_more_out_weakens_a_configuration(tmp_path: Path) -> None:
    from assessor.policy.effective import weakened
    from assessor.policy.model import Config

    before, after = Config(), Config(include=("src/**",), exclude=("legacy/**",))
    assert weakened(before, after) == ("exclude: legacy/** added", "include: became src/**")
    assert weakened(after, before) == ()


# ---- units by the names of files ----


def test_units_are_outer_folders_with_a_mark_and_code() -> None:
    paths = [
        "a/pyproject.toml", "a/src/a/x.py", "a/docker/Dockerfile", "b/Dockerfile", "b/serve.py",
        "c/requirements.txt", "docs/pyproject.toml", "docs/conf.py", "examples/d/setup.py", "examples/d/e.py", "libs/l.py",
    ]  # fmt: skip
    assert [unit.name for unit in find_units(paths)] == ["a", "b"]


def test_the_root_is_a_unit_where_it_has_a_manifest_and_code() -> None:
    paths = ["pyproject.toml", "src/x.py", "web/package.json", "web/app.ts"]
    units = find_units(paths)
    assert [unit.name for unit in units] == [".", "web"]
    root = scope_of_unit(units[0], units)
    assert root.zone("src/x.py") is Zone.OWN
    assert root.zone("web/app.ts") is not Zone.OWN


def test_one_project_has_no_units() -> None:
    assert find_units(["pyproject.toml", "src/x.py", "tests/test_x.py"]) == []
    assert find_units(["api/Dockerfile", "api/x.py"]) == []
