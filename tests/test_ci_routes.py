"""Routes of CI under attack: filters and calls that a repository can make large end in time, and are told where cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.audit import findings
from assessor.facts.file import FileFacts
from assessor.facts.role import Role
from assessor.project.model import Project, ProjectFile
from assessor.project.path_filters import Glob, lets_something_pass, matches_any, passes
from assessor.project.runs import MAX_RUNS, workflow_runs
from assessor.readers.registry import read, readers_of
from tests.bounds import within
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("src", "src/a/b.py", True),
        ("src/", "src/a/b.py", True),
        ("src", "srcs/a.py", False),
        ("src/*", "src/a.py", True),
        ("src/*", "src/a/b.py", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/a/b.py", False),
        ("**.py", "src/a/b.py", True),
        ("**/*.py", "b.py", True),
        ("**/*.py", "src/a/b.py", True),
        ("src/**", "src/a/b.py", True),
        ("src/**/b.py", "src/b.py", True),
        ("src/**/b.py", "src/x/y/b.py", True),
        ("src/**/b.py", "src/xb.py", False),
        ("**", "a/b", True),
        ("*", "a/b", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("v[0-9]*", "v2.0", True),
        ("v[!0-9]*", "v2.0", False),
        ("rel/**-alpha", "rel/1/2-alpha", True),
        ("**/a/**/c", "x/a/y/a/z/c", True),
        ("a.b", "axb", False),
        ("a" * 600, "a" * 600, False),
    ],
)
def test_glob(pattern: str, path: str, fits: bool) -> None:
    assert Glob(pattern).matches(path) is fits
    assert matches_any(path, (pattern,)) is fits


@given(st.text(alphabet="ab/*?[].", max_size=12), st.text(alphabet="ab/.", max_size=12))
def test_glob_never_raises_and_finds_itself(pattern: str, path: str) -> None:
    Glob(pattern).matches(path)
    if path.strip("/.") == path and path:
        assert Glob(path).matches(path)


def test_filters_are_ordered() -> None:
    assert passes("rel/1", ("rel/**", "!rel/**-alpha"))
    assert not passes("rel/1-alpha", ("rel/**", "!rel/**-alpha"))
    assert passes("rel/1-alpha", ("rel/**", "!rel/**-alpha", "rel/1-*"))
    assert not lets_something_pass(("main", "!main"), None)
    assert lets_something_pass(("feat/**", "!feat/old"), None)
    assert not lets_something_pass(("**", "!**"), ["a", "b/c"])


@pytest.mark.parametrize(
    "pattern", ["*a" * 200 + "b", "**/" * 150 + "b", "**a" * 150 + "b", "*" * 400 + "b", "?*" * 200]
)
def test_a_pattern_takes_time_for_the_length_of_the_path_alone(pattern: str) -> None:
    with within(4):
        for _ in range(20):
            assert not Glob(pattern).matches("a/" * 2_000 + "c/")


def _project(files: dict[str, str]) -> Project:
    found = {
        path: ProjectFile(path, Role.FIRST_PARTY, len(text), read(path, text, readers_of(path)))
        for path, text in files.items()
    }
    return Project(found, None, (), frozenset(found))


def _calls(name: str, count: int) -> str:
    jobs = "".join(f"  j{i}: {{uses: ./.github/workflows/{name}}}\n" for i in range(count))
    return f"on: [push, workflow_call]\njobs:\n{jobs}"


def test_workflows_that_call_themselves_end() -> None:
    runs = list(workflow_runs(_project({".github/workflows/a.yml": _calls("a.yml", 60)})))
    assert 60 <= len(runs) <= 200


def test_workflows_that_double_end() -> None:
    files = {f".github/workflows/w{i}.yml": _calls(f"w{i + 1}.yml", 40) for i in range(7)}
    files[".github/workflows/w7.yml"] = "on: workflow_call\njobs: {x: {runs-on: a, steps: [{run: pytest}]}}\n"
    with within(10):
        runs = list(workflow_runs(_project(files)))
        assert len(runs) <= MAX_RUNS
        assert any("w7.yml" in run.path for run in runs)


def test_jobs_that_all_need_each_other_end() -> None:
    jobs = "".join(
        f"  j{i}: {{needs: [{', '.join(f'j{k}' for k in range(i))}], runs-on: a, steps: [{{run: ls}}]}}\n"
        for i in range(300)
    )
    with within(15):
        runs = list(workflow_runs(_project({".github/workflows/a.yml": f"on: push\njobs:\n{jobs}"})))
        assert len(runs) == 300
        assert len(runs[-1].guards) == 299


def test_many_patterns_and_files_end() -> None:
    paths = "".join(f"      - 'a{i}/**/x*y*z{i}.txt'\n" for i in range(5_000))
    files = {
        ".github/workflows/a.yml": f"on:\n  push:\n    paths:\n{paths}jobs: {{x: {{runs-on: a, steps: [{{run: ls}}]}}}}\n"
    }
    project = _project(files)
    listed = frozenset([*files, *(f"a{i}/b/xxyy{i}.md" for i in range(3_000))])
    with within(10):
        list(workflow_runs(Project(project.files, None, (), listed)))


@pytest.mark.parametrize(
    "files",
    [
        {"act/action.yml": "runs:\n  using: composite\n  steps:\n" + "  - uses: ./act\n" * 200,
         ".github/workflows/a.yml": "on: push\njobs: {x: {runs-on: a, steps: [{uses: ./act}, {run: pytest}]}}\n"},
        {"azure-pipelines.yml": "steps:\n" + "- template: t.yml\n" * 100, "t.yml": "steps:\n" + "- template: t.yml\n" * 100},
        {"azure-pipelines.yml": "jobs:\n" + "- template: t.yml\n" * 100, "t.yml": "jobs:\n" + "- template: t.yml\n" * 100},
        {f"ci/g{i}.yml" if i else ".gitlab-ci.yml":
         "include:\n" + "".join(f"- local: ci/g{k}.yml\n" for k in range(1, 60)) + f"j{i}:\n  script: [pytest]\n" for i in range(60)},
    ],
    ids=["composite", "azure-steps", "azure-jobs", "gitlab-includes"],
)  # fmt: skip
def test_templates_that_call_themselves_end(files: dict[str, str], tmp_path: Path) -> None:
    write_files(tmp_path, files)
    with within(20):
        assert findings(str(tmp_path))["ci.pipeline"]


def test_empty() -> None:
    assert list(workflow_runs(_project({"a.py": ""}))) == []
    assert FileFacts().workflows == ()


def test_a_budget_that_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessor.project.runs.MAX_RUNS", 3)
    jobs = "".join(f"  j{i}: {{runs-on: a, steps: [{{run: ls}}]}}\n" for i in range(5))
    write_files(tmp_path, {".github/workflows/a.yml": f"on: push\njobs:\n{jobs}"})
    found = findings(str(tmp_path))["ci.lint"]
    assert found.rung.value == "unknown"
    assert "not followed" in found.blind_spots[0].reason
