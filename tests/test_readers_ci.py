"""Readers of CI definitions: what starts a job, what it runs, on which lines, and what can never run."""

from __future__ import annotations

from textwrap import dedent
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessor.catalog.tools import load_tools
from assessor.facts.workflow import Job, Workflow
from assessor.readers.ci import (
    argo_tekton,
    azure_pipelines,
    bitbucket,
    circleci,
    cloud_build,
    drone,
    github_actions,
    gitlab_ci,
    jenkins,
    travis,
)
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.syntax.yaml_tree import YamlProblem, load
from tests.bounds import within

READERS = {
    github_actions: ".github/workflows/ci.yml",
    gitlab_ci: ".gitlab-ci.yml",
    azure_pipelines: "azure-pipelines.yml",
    jenkins: "Jenkinsfile",
    circleci: ".circleci/config.yml",
    bitbucket: "bitbucket-pipelines.yml",
    travis: ".travis.yml",
    cloud_build: "cloudbuild.yaml",
    argo_tekton: "deploy/workflow.yaml",
    drone: ".drone.yml",
}


def workflow(reader: ModuleType, text: str, path: str = "") -> Workflow:
    facts = reader.read(path or READERS[reader], dedent(text).lstrip("\n"))
    assert not facts.problems
    read: Workflow = facts.workflows[0]
    return read


def job(reader: ModuleType, text: str, name: str = "", path: str = "") -> Job:
    found = workflow(reader, text, path).jobs
    return next(each for each in found if each.id == name) if name else found[0]


def kinds(each: Workflow | Job) -> list[str]:
    return sorted({trigger.kind for trigger in each.triggers or ()})


def lines(each: Job) -> list[tuple[int, str]]:
    return [(command.line, command.text) for step in each.steps for command in step.commands]


def swallowed(each: Job) -> list[str]:
    return [command.text for step in each.steps for command in step.commands if command.swallowed]


# ---- all readers ----


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        (".github/workflows/ci.yml", github_actions),
        (".github/workflow/ci.yaml", github_actions),
        ("ml/.github/workflows/ci.yml", github_actions),
        (".github/actions/setup/action.yml", github_actions),
        (".gitlab-ci.yml", gitlab_ci),
        ("ci/templates/python.gitlab-ci.yml", gitlab_ci),
        (".gitlab/deploy.yml", gitlab_ci),
        ("azure-pipelines.yml", azure_pipelines),
        (".pipelines/train.yml", azure_pipelines),
        ("Jenkinsfile", jenkins),
        ("deploy/Jenkinsfile.train", jenkins),
        ("train.jenkinsfile", jenkins),
        (".circleci/config.yml", circleci),
        ("bitbucket-pipelines.yml", bitbucket),
        (".travis.yml", travis),
        ("ops/cloudbuild.prod.yaml", cloud_build),
        ("buildspec-train.yml", cloud_build),
    ],
)
def test_a_reader_knows_its_files(path: str, reader: ModuleType) -> None:
    assert reader.matches(path)


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        (".github/dependabot.yml", github_actions),
        ("workflows/ci.yml", github_actions),
        ("reaction.yml", github_actions),
        ("docs/gitlab.md", gitlab_ci),
        ("docs/Jenkinsfile.md", jenkins),
        ("jenkins/plugins.txt", jenkins),
        ("Jenkinsfiles.py", jenkins),
        ("circleci/config.yml", circleci),
        ("cloudbuild.py", cloud_build),
        ("src/buildspec.py", cloud_build),
        ("travis.yml", travis),
    ],
)
def test_a_reader_leaves_other_files_alone(path: str, reader: ModuleType) -> None:
    assert not reader.matches(path)


_WORDS = st.sampled_from(
    [
        "on:",
        "jobs:",
        "steps:",
        "run:",
        "-",
        "script:",
        "stage(",
        "{",
        "}",
        "'",
        '"',
        "'''",
        '"""',
        "${{",
        "}}",
        "$(",
        ")",
        "&&",
        "||",
        "!",
        "==",
        "false",
        "if:",
        "rules:",
        "when:",
        "never",
        "extends:",
        "[",
        "]\n",
        "",
        "",
        "",
        "!reference",
        ".a",
        "a",
        "b:",
        "sh",
        "pipeline",
        "stages",
        "steps",
        "node",
        "try",
        "catch",
        "(e)",
        "parallel",
        "trigger:",
        "pr:",
        "-",
        "task:",
        "inputs:",
        "\n",
        "\t",
        "\n\n",
        "|",
        ">",
        "#",
        "//",
        "/*",
        "*/\n",
        "",
        "",
        "",
        "needs:",
        "matrix:",
        "include:",
        "<<",
        "parameters.x",
        ">>",
        "workflows:",
        "requires:",
        "default",
        "pipelines:",
        "phases:",
        "commands:",
        "name:",
        "args:",
        "-c",
    ]
)
_SOUP = st.lists(_WORDS, max_size=60).map(" ".join)


@pytest.mark.parametrize("reader", READERS, ids=lambda module: module.__name__.rpartition(".")[2])
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=300) | _SOUP)
def test_never_raises_for_any_text(reader: ModuleType, text: str) -> None:
    assert reader.read(READERS[reader], text) == reader.read(READERS[reader], text)


_KEYS = st.sampled_from(
    [
        "on",
        "jobs",
        "steps",
        "run",
        "uses",
        "if",
        "needs",
        "with",
        "env",
        "strategy",
        "matrix",
        "include",
        "push",
        "schedule",
        "cron",
        "script",
        "stage",
        "stages",
        "rules",
        "when",
        "extends",
        "image",
        "trigger",
        "include",
        "default",
        "before_script",
        "only",
        "except",
        "variables",
        "pool",
        "task",
        "inputs",
        "inlineScript",
        "template",
        "job",
        "deployment",
        "environment",
        "parameters",
        "dependsOn",
        "condition",
        "workflows",
        "requires",
        "filters",
        "branches",
        "docker",
        "command",
        "pipelines",
        "step",
        "parallel",
        "pipe",
        "definitions",
        "phases",
        "build",
        "commands",
        "args",
        "name",
        "entrypoint",
        "resources",
        "schedules",
        "pr",
        "allow_failure",
        "changes",
    ]
)
_VALUES = st.recursive(
    st.sampled_from(["a", "b", "false", "${{ x }}", "echo hi && cd x", "$CI_COMMIT_TAG", "'a' == 'b'", "", "1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)


@pytest.mark.parametrize(
    "reader", [r for r in READERS if r is not jenkins], ids=lambda m: m.__name__.rpartition(".")[2]
)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=st.dictionaries(_KEYS, _VALUES, max_size=6))
def test_never_raises_for_any_tree(reader: ModuleType, value: object) -> None:
    import json

    reader.read(READERS[reader], json.dumps(value))


@pytest.mark.parametrize("reader", READERS, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "a: " * 50_000,
        "- " * 50_000,
        "? " * 50_000,
        "? -\t" * 50_000,
        "a:\n" + " " * 50_000 + "- a",
        "(" * 50_000,
        "{" * 50_000,
        "'" * 50_000,
        "stage('a') {" * 5_000,
        "if (a) " * 5_000,
    ],
    ids=[
        "brackets",
        "keys",
        "dashes",
        "questions",
        "mixed",
        "indentation",
        "parentheses",
        "braces",
        "quotes",
        "stages",
        "ifs",
    ],
)
def test_hostile_nesting_ends_soon(reader: ModuleType, text: str) -> None:
    reader.read(READERS[reader], text)


@pytest.mark.parametrize(
    "text", ["- " * 300 + "a", "? " * 300 + "a", "-\t? " * 300 + "a", "[" * 3000, "a:\n" + " " * 3000 + "a"]
)
def test_yaml_that_would_exhaust_the_stack_is_refused(text: str) -> None:
    with pytest.raises(YamlProblem, match="nested deeper"):
        load(text)


@pytest.mark.parametrize("text", ["- " * 50 + "a", "a: " + "-- " * 3000, "- - a\n" * 3000, "a:\n" + " " * 500 + "- a"])
def test_yaml_that_people_write_is_not_refused_for_its_depth(text: str) -> None:
    try:
        load(text)
    except YamlProblem as problem:
        assert "nested deeper" not in problem.reason


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))


@pytest.mark.parametrize(
    "reader", [r for r in READERS if r is not jenkins], ids=lambda m: m.__name__.rpartition(".")[2]
)
def test_aliases_that_expand_without_end(reader: ModuleType) -> None:
    text = f"{BOMB}apiVersion: tekton.dev/v1\njobs: *a39\nsteps: *a39\nscript: *a39\npipelines: {{default: *a39}}\n"
    assert not reader.read(READERS[reader], text).workflows


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (github_actions, "on: push\njobs:\n  a:\n    steps:\n    - run: |\n" + "        ${{ x\n" * 20_000),
        (jenkins, "sh " * 60_000),
        (jenkins, "node { sh '" + "${" * 50_000 + "' }"),
        (gitlab_ci, ".a:\n  script: [make]\n" + "".join(f"j{n}: {{extends: [.a]}}\n" for n in range(1_500))),
        (
            gitlab_ci,
            "default:\n  before_script:\n"
            + "    - make x\n" * 500
            + "".join(f"j{n}: {{script: [y]}}\n" for n in range(1_500)),
        ),
    ],
    ids=["open expressions", "shell words", "open interpolations", "many extends", "many defaults"],
)
def test_large_files_end_soon(reader: ModuleType, text: str) -> None:

    with within(20):
        reader.read(READERS[reader], text)


# ---- conditions ----


@pytest.mark.parametrize(
    ("expression", "never"),
    [
        ("false", True),
        ("${{ false }}", True),
        ("'a' == 'b'", True),
        ("'a' != 'A'", True),
        ("false && github.ref == 'x'", True),
        ("always() && (1 == 2 || !true)", True),
        ("github.ref == 'x' && false", True),
        ("''", True),
        ("null", True),
        ("true", False),
        ("'false'", False),
        ("github.ref == 'x'", False),
        ("github.ref == 'x' || true", False),
        ("false || github.actor == 'x'", False),
        ("${{ false }} || x", False),
        ("!cancelled()", False),
        ("contains(fromJSON('[1]'), 2)", False),
        ("this is no expression", False),
        ("((((", False),
        ("(" * 10_000, False),
    ],
)
def test_never_true(expression: str, never: bool) -> None:
    assert github_actions.never_true(expression) is never


@pytest.mark.parametrize(
    ("expression", "given_kinds", "left"),
    [
        ("github.event_name == 'workflow_dispatch'", "push manual schedule", "manual"),
        ("github.event_name != 'pull_request'", "push pull_request", "push pull_request"),
        ("github.event_name != 'schedule'", "push schedule", "push"),
        (
            "github.event_name == 'push' || github.event_name == 'schedule'",
            "push pull_request schedule",
            "push schedule",
        ),
        ("startsWith(github.ref, 'refs/tags')", "push tag pull_request schedule", "push tag"),
        ("github.ref == 'refs/heads/main'", "push tag schedule", "push schedule"),
        ("github.ref == 'refs/heads/main' && github.event_name == 'push'", "push pull_request manual", "push"),
        ("github.event.inputs.train == 'true'", "push schedule manual", "manual"),
        ("!github.event.pull_request.draft", "push pull_request", "push pull_request"),
        ("github.event.pull_request.merged == true", "push pull_request", "pull_request"),
        ("secrets.X && github.repository == 'a/b'", "push schedule", "push schedule"),
        ("needs.*.result == 'success'", "push", "push"),
        ("inputs.x == 'y'", "call push", "call"),
        ("false", "push manual", ""),
    ],
)
def test_restricts_to(expression: str, given_kinds: str, left: str) -> None:
    assert github_actions.restricts_to(expression, frozenset(given_kinds.split())) == frozenset(left.split())


@pytest.mark.parametrize(
    ("cron", "can"),
    [
        ("0 3 * * 1", True),
        ("0 0 31 2 *", False),
        ("0 0 30 4 *", True),
        ("0 0 31 4 *", False),
        ("every day", False),
        ("@daily", True),
    ],
)
def test_cron_can_fire(cron: str, can: bool) -> None:
    assert cron_can_fire(cron) is can


# ---- GitHub ----

STEPS = "runs-on: x, steps: [{run: make}]"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("push", [("push", 1)]),
        ("[push, pull_request]", [("push", 1), ("pull_request", 1)]),
        ("\n  push:\n    branches: [main]\n  workflow_dispatch:", [("push", 2), ("manual", 4)]),
        ("\n  schedule:\n    - cron: 0 1 * * *\n    - cron: 0 2 * * *", [("schedule", 3), ("schedule", 4)]),
        ("\n  push:\n    tags: [v*]", [("tag", 2)]),
        ("\n  push:\n    tags: [v*]\n    branches: [main]", [("push", 2)]),
        ("\n  issue_comment:\n    types: [created]", [("comment", 2)]),
        ("\n  pull_request_target:", [("pull_request", 2)]),
        ("\n  merge_group:", [("merge_request", 2)]),
        ("\n  workflow_call:", [("call", 2)]),
        ("[watch, create]", [("event", 1), ("event", 1)]),
    ],
)
def test_github_triggers(on: str, expected: list[tuple[str, int]]) -> None:
    found = workflow(github_actions, f"on: {on}\njobs:\n  a: {{{STEPS}}}\n")
    assert [(trigger.kind, trigger.line) for trigger in found.triggers] == expected
    assert not found.disabled


@pytest.mark.parametrize(
    ("push", "active"),
    [
        ("{branches: [main]}", True),
        ("{branches: ['!main']}", False),
        ("{branches-ignore: ['**']}", False),
        ("{branches-ignore: ['**'], tags: ['*']}", True),
        ("{tags-ignore: ['**']}", False),
        ("{paths: [a]}", True),
    ],
)
def test_github_filters_that_nothing_passes(push: str, active: bool) -> None:
    found = workflow(github_actions, f"on: {{push: {push}}}\njobs:\n  a: {{{STEPS}}}\n")
    assert found.triggers[0].is_active is active


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        (f"on: push\njobs: {{a: {{{STEPS}}}}}", ".github/workflows/a.yml", ""),
        (f"on: push\njobs: {{a: {{{STEPS}}}}}", ".github/workflow/a.yml", "wrong folder"),
        (f"on: push\njobs: {{a: {{{STEPS}}}}}", "sub/.github/workflows/a.yml", "wrong folder"),
        (f"on: push\njobs: {{a: {{{STEPS}}}}}", ".github/workflows/sub/a.yml", "wrong folder"),
        ("on: push\njobs: {}", ".github/workflows/a.yml", "no jobs"),
        ("# nothing yet\n", ".github/workflows/a.yml", "empty file"),
        ("on: push", ".github/workflows/a.yml", "no jobs"),
        (f"jobs: {{a: {{{STEPS}}}}}", ".github/workflows/a.yml", "no triggers"),
        (
            f"on: push\njobs:\n  a: {{{STEPS}}}\n  a: {{{STEPS}}}",
            ".github/workflows/a.yml",
            "duplicate key 'a' on line 4",
        ),
        ("on: push\njobs: {a: {if: false, steps: [{run: x}]}}", ".github/workflows/a.yml", "every job is inactive"),
        ("on: push\njobs: {a: {runs-on: x}}", ".github/workflows/a.yml", "every job is inactive"),
    ],
)
def test_github_disabled(text: str, path: str, reason: str) -> None:
    disabled = workflow(github_actions, text, path).disabled
    assert disabled.startswith(reason) if reason else disabled == ""


GITHUB = """
    name: train
    on:
      push:
        branches: [main]
      pull_request:
      workflow_dispatch:
    permissions: read-all
    env: {STAGE: dev}
    defaults:
      run: {working-directory: ./src}
    jobs:
      test:
        runs-on: ubuntu-latest
        container: {image: "python:3.11"}
        services: {db: {image: "postgres:16"}}
        permissions: {contents: read}
        strategy:
          matrix:
            task: [lint, unit]
            include: [{task: slow}]
        continue-on-error: true
        steps:
          - uses: actions/checkout@v4
            with: {lfs: true}
          - name: Test
            run: |
              # a comment
              make ${{ matrix.task }}

              python -m app || true
          - run: tox
            if: env.STAGE == 'prod'
          - run: >
              pytest
              --cov src

              flake8
            working-directory: ${{ github.workspace }}/lib
            continue-on-error: true
      train:
        needs: [test]
        if: github.event_name == 'workflow_dispatch'
        environment: {name: production}
        steps: [{run: "python train.py"}]
      report:
        needs: train
        steps: [{run: "python report.py"}]
      always:
        needs: train
        if: always()
        steps: [{run: "python clean.py"}]
      deploy:
        if: github.ref == 'refs/heads/main'
        uses: ./.github/workflows/deploy.yml
        with: {target: prod}
"""


def test_github_job_as_a_whole() -> None:
    found = job(github_actions, GITHUB, "test")
    assert (found.line, found.image, found.services, found.can_fail) == (12, "python:3.11", ("postgres:16",), False)
    assert found.permissions == (("contents", "read"),)
    assert found.matrix == (("task", ("lint", "unit", "slow")),)
    assert [(step.line, step.name, step.uses) for step in found.steps[:2]] == [
        (23, "actions/checkout@v4", "actions/checkout@v4"),
        (25, "Test", ""),
    ]
    assert found.steps[0].input("lfs") == "true"


def test_github_lines_of_commands() -> None:
    found = job(github_actions, GITHUB, "test")
    assert sorted(c.text for c in found.steps[1].commands if c.line == 28) == ["make lint", "make slow", "make unit"]
    assert (30, "python -m app") in lines(found)
    assert "python -m app" in swallowed(found)
    assert [(c.line, c.text) for c in found.steps[3].commands] == [(34, "pytest --cov src"), (37, "flake8")]
    assert [step.cwd for step in found.steps] == ["", "src", "src", "lib"]
    assert not found.steps[3].can_fail


def test_github_step_that_a_constant_switches_off() -> None:
    step = job(github_actions, GITHUB, "test").steps[2]
    assert (step.condition, step.commands) == ("env.STAGE == 'prod'", ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test", None),
        ("train", ["manual"]),
        ("report", ["manual"]),
        ("always", None),
        ("deploy", ["manual", "push"]),
    ],
)
def test_github_triggers_of_a_job(name: str, expected: list[str] | None) -> None:
    found = job(github_actions, GITHUB, name)
    assert (None if found.triggers is None else kinds(found)) == expected


def test_github_reusable_workflow_and_environment() -> None:
    assert job(github_actions, GITHUB, "deploy").uses == "./.github/workflows/deploy.yml"
    assert job(github_actions, GITHUB, "deploy").inputs == (("target", "prod"),)
    assert job(github_actions, GITHUB, "train").environment == "production"
    assert workflow(github_actions, GITHUB).permissions == (("*", "read"),)


def test_github_job_after_one_that_never_runs_never_runs() -> None:
    text = f"on: push\njobs:\n  a: {{if: false, {STEPS}}}\n  b: {{needs: a, {STEPS}}}\n  c: {{{STEPS}}}\n"
    assert [each.is_active for each in workflow(github_actions, text).jobs] == [False, False, True]


@pytest.mark.parametrize(
    ("shell", "first_swallowed"),
    [
        ("", False),
        ("shell: bash", False),
        ("shell: sh", False),
        ("shell: bash -el {0}", False),
        ("shell: bash {0}", True),
        ("shell: bash -l {0}", True),
        ("shell: pwsh", False),
        ("shell: cmd", True),
    ],
)
def test_github_shells(shell: str, first_swallowed: bool) -> None:
    text = f"on: push\njobs:\n  a:\n    steps:\n    - run: |\n        make test\n        make pack\n      {shell}\n"
    assert ("make test" in swallowed(job(github_actions, text))) is first_swallowed


@pytest.mark.parametrize(("shell", "is_swallowed"), [("", True), ("shell: bash", False)])
def test_github_pipefail_only_where_bash_is_named(shell: str, is_swallowed: bool) -> None:
    text = f"on: push\njobs:\n  a:\n    steps:\n    - run: pytest | tee log\n      {shell}\n"
    assert ("pytest" in swallowed(job(github_actions, text))) is is_swallowed


def test_github_python_shell() -> None:
    text = "on: push\njobs: {a: {steps: [{run: 'import train', shell: python}]}}"
    assert lines(job(github_actions, text)) == [(2, "python -c import train")]


def test_github_composite_action() -> None:
    text = """
        name: Set up
        inputs: {extra: {default: dev}}
        runs:
          using: composite
          steps:
            - run: pip install -e ".[${{ inputs.extra }}]"
              shell: bash
    """
    found = workflow(github_actions, text, "setup/action.yml")
    assert (found.provider, kinds(found), found.jobs[0].id, found.env) == (
        "github-action",
        ["call"],
        "action",
        (("extra", "dev"),),
    )
    assert lines(found.jobs[0]) == [(6, "pip install -e .[$extra]")]


@pytest.mark.parametrize(
    ("runs", "uses", "commands"),
    [
        ("{using: node20, main: dist/index.js}", "dist/index.js", ["node dist/index.js"]),
        ("{using: docker, image: Dockerfile, args: [train]}", "Dockerfile", ["train"]),
    ],
)
def test_github_other_actions(runs: str, uses: str, commands: list[str]) -> None:
    found = job(github_actions, f"name: a\nruns: {runs}\n", path="action.yml")
    assert found.steps[0].uses == uses
    assert [command.text for command in found.steps[0].commands] == commands


def test_a_file_called_action_that_is_none_gives_nothing() -> None:
    assert not github_actions.read("config/action.yml", "name: x\nsteps: []\n").workflows


# ---- GitLab ----


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'schedule'}]", ["schedule"]),
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]", ["merge_request"]),
        ("rules: [{if: $CI_COMMIT_TAG}]", ["tag"]),
        ("rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", ["push"]),
        ("rules: [{if: $CI_COMMIT_BRANCH == 'main' && $CI_PIPELINE_SOURCE == 'push'}]", ["push"]),
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'web'}]", ["manual"]),
        ("rules: [{if: $CI_PIPELINE_SOURCE =~ /^(push|schedule)$/}]", ["push", "schedule", "tag"]),
        ("rules: [{if: $CI_COMMIT_TAG, when: never}, {when: on_success}]", ["merge_request", "push"]),
        ("rules: [{when: never}]", []),
        ("rules: [{if: $CI_COMMIT_BRANCH, when: manual}]", ["manual"]),
        ("rules: [{if: $FLAG == 'yes'}]", []),
        ("only: [schedules]", ["schedule"]),
        ("only: [main, tags]", ["push", "tag"]),
        ("only: [merge_requests]", ["merge_request"]),
        ("except: [tags]", ["push"]),
        ("only: {refs: [web]}", ["manual"]),
    ],
)
def test_gitlab_triggers_of_a_job(body: str, expected: list[str]) -> None:
    found = job(gitlab_ci, f"variables: {{FLAG: 'no'}}\ntrain:\n  script: [make]\n  {body}\n")
    assert kinds(found) == expected
    assert found.is_active is bool(expected)


@pytest.mark.parametrize(
    ("body", "manual", "can_fail"),
    [
        ("", False, True),
        ("when: manual", True, False),
        ("when: manual\n  allow_failure: false", True, True),
        ("rules: [{when: manual}]", True, True),
        ("rules: [{when: manual, allow_failure: true}]", True, False),
        ("rules: [{if: $CI_COMMIT_TAG, when: manual}, {when: on_success}]", False, True),
        ("allow_failure: true", False, False),
        ("when: manual\n  only: [main]", True, False),
    ],
)
def test_gitlab_manual_and_allowed_to_fail(body: str, manual: bool, can_fail: bool) -> None:
    found = job(gitlab_ci, f"deploy:\n  script: [make]\n  {body}\n")
    assert (found.manual, found.can_fail) == (manual, can_fail)


GITLAB = """
    include:
      - local: ci/python.yml
      - template: Security/SAST.gitlab-ci.yml
    stages: [check, train, ship]
    default:
      image: python:3.11
      before_script: [pip install -e .]
    .base: &base
      variables: {A: "1", B: "1"}
      retry: 1
    .steps:
      script:
        - echo one
        - cd src
    test:
      extends: .base
      stage: check
      variables: {B: "2"}
      script:
        - cd src
        - pytest
        - |
          if true; then
            flake8
          fi
    optional:
      stage: check
      when: manual
      script: [sleep 1]
    train:
      <<: *base
      stage: train
      image: {name: "trainer:1", entrypoint: [""]}
      before_script: []
      script:
        - !reference [.steps, script]
        - python train.py
      after_script: [rm -rf tmp]
      environment: {name: lab}
    early:
      stage: ship
      needs: [{job: test}]
      script: [make]
    child:
      stage: ship
      trigger: {include: [{local: child.yml}], strategy: depend}
    other:
      extends: .python
      script: [make]
"""


def test_gitlab_extends_and_defaults() -> None:
    found = job(gitlab_ci, GITLAB, "test")
    assert (found.env, found.image, found.line) == ((("A", "1"), ("B", "2")), "python:3.11", 15)
    assert [step.name for step in found.steps] == ["before_script", "script"]
    assert lines(found)[0] == (7, "pip install -e .")


def test_gitlab_lines_and_one_shell_for_all_items() -> None:
    found = job(gitlab_ci, GITLAB, "test").steps[1].commands
    by_text = {command.text: command for command in found}
    assert (by_text["pytest"].line, by_text["pytest"].cwd) == (21, "src")
    assert by_text["flake8"].line == 24


def test_gitlab_reference_merge_key_and_after_script() -> None:
    found = job(gitlab_ci, GITLAB, "train")
    assert (found.image, found.environment) == ("trainer:1", "lab")
    assert (13, "echo one") in lines(found)
    train = next(c for step in found.steps for c in step.commands if c.text == "python train.py")
    assert (train.line, train.cwd) == (37, "src")
    assert [step.can_fail for step in found.steps] == [True, False]


@pytest.mark.parametrize(
    ("name", "needs"),
    [("test", ()), ("train", ("test",)), ("early", ("test",)), ("child", ("test", "train"))],
)
def test_gitlab_needs_follow_the_stages_without_optional_jobs(name: str, needs: tuple[str, ...]) -> None:
    assert job(gitlab_ci, GITLAB, name).needs == needs


def test_gitlab_child_pipeline_and_includes() -> None:
    assert job(gitlab_ci, GITLAB, "child").uses == "child.yml"
    assert workflow(gitlab_ci, GITLAB).includes == (("ci/python.yml", 2),)
    assert job(gitlab_ci, GITLAB, "include ci/python.yml").uses == "ci/python.yml"
    assert job(gitlab_ci, GITLAB, "include Security/SAST.gitlab-ci.yml").steps[0].uses == "Security/SAST.gitlab-ci.yml"


def test_gitlab_template_of_another_file_is_a_step_that_names_it() -> None:
    step = job(gitlab_ci, GITLAB, "other").steps[0]
    assert (step.uses, step.line) == ("ci/python.yml@.python", 48)
    assert step.input("sections") == "before_script,after_script"


def test_gitlab_hidden_jobs_are_inactive_and_keep_their_steps() -> None:
    found = job(gitlab_ci, GITLAB, ".steps")
    assert not found.is_active
    assert lines(found)[0] == (13, "echo one")


@pytest.mark.parametrize(
    ("rules", "expected", "disabled"),
    [
        ("[{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]", ["merge_request"], False),
        ("[{if: $CI_COMMIT_TAG, when: never}, {if: $CI_COMMIT_BRANCH}]", ["push"], False),
        ("[{when: never}]", [], True),
    ],
)
def test_gitlab_workflow_rules(rules: str, expected: list[str], disabled: bool) -> None:
    found = workflow(gitlab_ci, f"workflow:\n  rules: {rules}\ntest: {{script: [make]}}\n")
    assert kinds(found) == expected
    assert bool(found.disabled) is disabled


def test_gitlab_included_file_is_called() -> None:
    assert kinds(workflow(gitlab_ci, "test: {script: [make]}\n", "ci/test.gitlab-ci.yml")) == ["call"]


@pytest.mark.parametrize(
    "text", ["a: {b: c}\n", "- a\n", "image: python\nservices: [a]\n", "on: push\njobs: {a: {steps: [{run: x}]}}\n"]
)
def test_yaml_that_is_no_gitlab_pipeline(text: str) -> None:
    assert not gitlab_ci.read("ci/settings.yml", text).workflows


def test_gitlab_extends_in_a_circle() -> None:
    assert job(gitlab_ci, "a:\n  extends: b\n  script: [make]\nb: {extends: a}\n", "a").is_active


# ---- Azure ----

AZURE = """
    trigger:
      branches: {include: [main]}
      paths: {include: [src/*], exclude: [docs]}
    schedules:
      - cron: 0 3 * * 1
        branches: {include: [main]}
    resources:
      containers:
        - container: ml
          image: mlops:1
      pipelines:
        - pipeline: data
          source: data-ci
          trigger: true
    variables:
      - template: vars.yml
      - {name: ENV, value: dev}
    stages:
      - stage: Test
        jobs:
          - job: unit
            container: ml
            steps:
              - script: |
                  flake8
                  pytest
                displayName: Unit tests
              - ${{ if eq(parameters.deep, true) }}:
                  - bash: make deep
              - task: AzureCLI@2
                inputs:
                  scriptType: bash
                  scriptLocation: inlineScript
                  workingDirectory: $(Build.SourcesDirectory)/ml
                  inlineScript: |
                    set -e
                    python -m $(module) --env ${{ parameters.env }} $(pwd)
                    az ml job create
              - task: PythonScript@0
                inputs: {scriptSource: filePath, scriptPath: train.py, arguments: --epochs 3}
              - template: steps.yml
                parameters: {name: x}
              - script: make never
                condition: false
              - script: make quiet
                continueOnError: true
      - stage: Approve
        jobs:
          - job: wait
            pool: server
            steps: [{task: ManualValidation@0}]
      - stage: Deploy
        condition: >-
          and(succeeded(), ne(variables['Build.Reason'], 'Schedule'),
          eq(variables['Build.SourceBranch'], 'refs/heads/main'))
        jobs:
          - deployment: ship
            environment: production.cluster
            strategy:
              canary:
                deploy: {steps: [{bash: make ship}]}
                on: {failure: {steps: [{bash: make rollback}]}}
          - template: jobs/smoke.yml
          - job: after
            dependsOn: ship
            steps: [{bash: make after}]
      - stage: Free
        dependsOn: []
        jobs: [{job: a, steps: [{script: make}]}]
"""


def test_azure_triggers() -> None:
    found = workflow(azure_pipelines, AZURE)
    assert [(t.kind, t.line) for t in found.triggers] == [("push", 1), ("schedule", 5), ("pipeline", 14)]
    assert found.triggers[0].paths == ("src/**",)  # Azure: everything below
    assert found.triggers[0].paths_ignore == ("docs",)
    assert found.triggers[2].sources == ("data-ci",)
    assert found.includes == (("vars.yml", 16),)


def test_azure_steps() -> None:
    found = job(azure_pipelines, AZURE, "Test.unit")
    assert (found.image, found.line) == ("mlops:1", 21)
    assert lines(found)[:3] == [(25, "flake8"), (26, "pytest"), (29, "make deep")]
    assert swallowed(found) == ["flake8", "pwd"]
    cli = found.steps[2]
    assert (cli.uses, cli.cwd) == ("AzureCLI@2", "ml")
    assert [(c.line, c.text) for c in cli.commands if c.argv[0] == "python"] == [
        (37, "python -m $module --env $env $()")
    ]
    assert [c.text for c in found.steps[3].commands] == ["python train.py --epochs 3"]
    assert (found.steps[4].uses, found.steps[4].inputs) == ("steps.yml", (("name", "x"),))
    assert found.steps[5].commands == ()
    assert not found.steps[6].can_fail


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("Test.unit", ()),
        ("Approve.wait", ("Test.unit",)),
        ("Deploy.ship", ("Approve.wait",)),
        ("Deploy.template jobs/smoke.yml", ("Approve.wait",)),
        ("Deploy.after", ("Deploy.ship", "Approve.wait")),
        ("Free.a", ()),
    ],
)
def test_azure_needs(name: str, needs: tuple[str, ...]) -> None:
    assert job(azure_pipelines, AZURE, name).needs == needs


def test_azure_deployment_approval_and_condition() -> None:
    ship = job(azure_pipelines, AZURE, "Deploy.ship")
    assert (ship.environment, kinds(ship)) == ("production", ["pipeline", "push"])
    assert [(step.commands[0].text, step.condition) for step in ship.steps] == [
        ("make ship", ""),
        ("make rollback", "failed()"),
    ]
    assert job(azure_pipelines, AZURE, "Approve.wait").approval
    assert job(azure_pipelines, AZURE, "Deploy.template jobs/smoke.yml").uses == "jobs/smoke.yml"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("pool: x", ["push"]),
        ("trigger: none", ["manual"]),
        ("trigger: none\npr: [main]", ["pull_request"]),
        ("trigger: [main]\npr: none", ["push"]),
        ("trigger: {tags: {include: [v*]}}", ["tag"]),
        ("trigger: none\nschedules: [{cron: '0 1 * * *', branches: {include: [main]}}]", ["schedule"]),
        ("trigger: none\nresources: {pipelines: [{pipeline: a, source: b}]}", ["manual"]),
        ("parameters: [{name: a}]", ["call"]),
    ],
)
def test_azure_when_it_starts(head: str, expected: list[str]) -> None:
    assert kinds(workflow(azure_pipelines, f"{head}\nsteps:\n- script: make\n", "ci/a.yml")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs:\n  a:\n    steps:\n    - script: x\n",
        "steps:\n- name: gcr.io/x\n  args: [a]\n",
        "steps:\n- name: gcr.io/x\n  script: make\n",
        "stages:\n  train:\n    cmd: python train.py\n",
        "apiVersion: v1\nkind: Pod\nsteps:\n- script: a\n",
        "stages: [a, b]\ntest:\n  stage: a\n  script: make\n",
        "script: a\n",
        "jobs:\n  build:\n    steps:\n      - checkout\n",
        "template: {{ .Values.x }}\n",
    ],
)
def test_yaml_that_is_no_azure_pipeline(text: str) -> None:
    facts = azure_pipelines.read("config/a.yml", text)
    assert not facts.workflows
    assert not facts.problems


def test_azure_extends_with_stages_in_its_parameters() -> None:
    text = "trigger: [main]\nextends:\n  template: base.yml\n  parameters:\n    steps:\n    - script: make train\n"
    found = workflow(azure_pipelines, text)
    assert [each.uses for each in found.jobs] == ["base.yml", ""]
    assert lines(found.jobs[1]) == [(6, "make train")]


# ---- Jenkins ----

JENKINS = """
    #!/usr/bin/env groovy
    @Library('shared') _
    // sh 'commented'
    pipeline {
      agent { docker { image 'python:3.11' } }
      triggers { cron('H 3 * * *'); pollSCM 'H/5 * * * *' }
      environment { STAGE = 'dev' }
      parameters { string(name: 'MODEL', defaultValue: 'a') }
      stages {
        stage('Test') {
          parallel {
            stage('unit') { steps { sh 'pytest' } }
            stage('lint') { steps { sh "flake8 ${params.MODEL}" } }
          }
        }
        stage('Train') {
          when { branch 'main' }
          steps {
            dir('ml') {
              sh '''
                set +x
                python train.py
              '''
            }
            catchError(buildResult: 'SUCCESS') { sh 'python plot.py' }
            script {
              def status = sh(script: 'python check.py', returnStatus: true)
              if (status != 0) { error 'bad' }
              if (false) { sh 'never' }
            }
            /* sh 'in a comment' */
          }
          post { failure { sh 'python alert.py' } }
        }
        stage('Approve') { steps { input message: 'Ship?' } }
        stage('Ship')
        {
          when { expression { return false } }
          steps { sh 'make ship' }
        }
        stage('Last') { steps { notifySlack channel: '#ml', text: 'done' } }
      }
      post { always { sh 'make clean' } }
    }
"""


def test_jenkins_triggers_and_image() -> None:
    found = workflow(jenkins, JENKINS)
    assert [(t.kind, t.line, t.cron) for t in found.triggers] == [
        ("schedule", 6, "H 3 * * *"),
        ("poll", 6, "H/5 * * * *"),
    ]
    assert found.env == (("STAGE", "dev"),)
    assert job(jenkins, JENKINS, "Train").image == "python:3.11"


@pytest.mark.parametrize(
    ("name", "line", "needs"),
    [
        ("unit", 12, ()),
        ("lint", 13, ()),
        ("Train", 16, ("unit", "lint")),
        ("Approve", 35, ("Train",)),
        ("Ship", 36, ("Approve",)),
    ],
)
def test_jenkins_stages(name: str, line: int, needs: tuple[str, ...]) -> None:
    found = job(jenkins, JENKINS, name)
    assert (found.line, found.needs) == (line, needs)


def test_jenkins_steps() -> None:
    found = job(jenkins, JENKINS, "Train")
    assert [each for each in lines(found) if each[1].startswith("python")] == [
        (22, "python train.py"),
        (25, "python plot.py"),
        (27, "python check.py"),
        (33, "python alert.py"),
    ]
    assert "never" not in [text for _, text in lines(found)]
    assert swallowed(found) == ["python check.py"]
    assert [(step.cwd, step.can_fail, step.condition) for step in found.steps] == [
        ("ml", True, ""),
        ("", False, ""),
        ("", True, ""),
        ("", True, "failure"),
    ]


def test_jenkins_gates() -> None:
    assert job(jenkins, JENKINS, "Approve").approval
    assert not job(jenkins, JENKINS, "Ship").is_active
    assert job(jenkins, JENKINS, "lint").steps[0].commands[0].text == "flake8 $MODEL"
    assert job(jenkins, JENKINS, "Last").steps[0].uses == "notifySlack"
    assert lines(job(jenkins, JENKINS, "post")) == [(43, "make clean")]


def test_jenkins_scripted() -> None:
    text = """
        properties([pipelineTriggers([cron('@daily')])])
        node('gpu') {
          checkout scm
          stage('Test') {
            try {
              sh 'pytest'
            } catch (e) {
              echo 'never mind'
            }
          }
          stage('Strict') {
            try { sh 'make check' }
            catch (e) { throw e }
          }
          parallel a: { sh 'make a' }, b: { stage('inner') { sh 'make b' } }
          stage('End') { bat "train.bat" ; sh(returnStdout: true, script: "python a.py") }
        }
    """
    found = {each.id: each for each in workflow(jenkins, text).jobs}
    assert kinds(workflow(jenkins, text)) == ["schedule"]
    assert [found[name].steps[0].can_fail for name in ("Test", "Strict")] == [False, True]
    assert found["a"].needs == ("Strict",)
    assert set(found["End"].needs) == {"a", "inner"}
    assert [text for _, text in lines(found["End"])] == ["train.bat", "python a.py"]


def test_jenkins_functions_constants_and_docker() -> None:
    text = """
        image = 'trainer:1'
        def check(target) {
          sh "make ${target}"
        }
        def unused() { sh 'make unused' }
        stage('Build') {
          parallel 'first': {
            if (docs != 1) { ws('x') { check('a') } } else { echo 'no' }
          }, 'second': { node { def built = docker.build("app:${env.TAG}", "-f Dockerfile ml"); built.push('latest') } }
        }
        stage('Run') { sh "docker run ${image}" }
    """
    found = workflow(jenkins, text)
    assert {each.id: [text for _, text in lines(each)] for each in found.jobs} == {
        "first": ["make a"],
        "second": ["docker build -t app:$TAG -f Dockerfile ml", "docker push latest"],
        "Run": ["docker run $image"],
    }
    assert found.env == (("image", "trainer:1"),)
    assert found.jobs[2].needs == ("first", "second")


@pytest.mark.parametrize(
    ("script", "is_swallowed"),
    [
        ("'''\n  pytest\n  make\n'''", False),
        ("'''#!/bin/bash\n  pytest\n  make\n'''", True),
        ("'''#!/bin/bash -e\n  pytest\n  make\n'''", False),
        ("'pytest || true'", True),
    ],
)
def test_jenkins_shell_stops_unless_it_has_its_own_first_line(script: str, is_swallowed: bool) -> None:
    text = f"node {{ stage('a') {{ sh {script} }} }}"
    assert ("pytest" in swallowed(job(jenkins, text))) is is_swallowed


def test_jenkins_without_triggers_is_started_by_the_server() -> None:
    assert kinds(workflow(jenkins, "node { sh 'make' }")) == ["server"]


@pytest.mark.parametrize("text", ["", "  \n\n"])
def test_jenkins_empty_file_is_a_problem(text: str) -> None:
    facts = jenkins.read("Jenkinsfile", text)
    assert facts.problems
    assert not facts.workflows


@pytest.mark.parametrize("text", ["def x = 1\n", "// sh 'a'\n", "pipeline { stages { } }", "stage('a') { echo 'x' }"])
def test_jenkins_without_steps_runs_nothing(text: str) -> None:
    facts = jenkins.read("Jenkinsfile", text)
    assert all(each.disabled for each in facts.workflows)


# ---- CircleCI ----

CIRCLE = """
    version: 2.1
    orbs:
      python: circleci/python@2.1.1
    parameters:
      deploy: {type: boolean, default: false}
    executors:
      ml: {docker: [{image: "cimg/python:3.11"}, {image: "postgres:16"}]}
    commands:
      install:
        parameters: {extra: {default: dev}}
        steps:
          - run: pip install .[<< parameters.extra >>]
    jobs:
      test:
        executor: ml
        parameters: {target: {default: unit}}
        steps:
          - checkout
          - install: {extra: test}
          - python/install-packages: {pkg-manager: pip}
          - run:
              name: Test
              command: |
                make << parameters.target >>
                pytest | tee log
              working_directory: ml
          - when: {condition: false, steps: [{run: make never}]}
      train:
        docker: [{image: "x:1"}]
        steps: [{run: python train.py}]
    workflows:
      ci:
        jobs:
          - test: {target: all}
          - hold: {type: approval, requires: [test]}
          - train:
              requires: [hold]
              filters: {branches: {only: main}}
          - python/test: {requires: [test]}
          - released:
              filters: {tags: {only: /^v.*/}, branches: {ignore: /.*/}}
      nightly:
        triggers:
          - schedule:
              cron: 0 1 * * *
              filters: {branches: {only: [main]}}
        jobs: [train]
      deploy:
        when: << pipeline.parameters.deploy >>
        jobs: [train]
"""


def circle(name: str) -> Workflow:
    facts = circleci.read(".circleci/config.yml", dedent(CIRCLE).lstrip("\n"))
    return next(each for each in facts.workflows if each.name.endswith(f" {name}"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ci", [("push", 32)]), ("nightly", [("schedule", 44)]), ("deploy", [("manual", 48)])],
)
def test_circleci_triggers(name: str, expected: list[tuple[str, int]]) -> None:
    assert [(trigger.kind, trigger.line) for trigger in circle(name).triggers] == expected


def test_circleci_jobs() -> None:
    found = {each.id: each for each in circle("ci").jobs}
    test = found["test"]
    assert (test.image, test.services) == ("cimg/python:3.11", ("postgres:16",))
    assert lines(test) == [(12, "pip install .[test]"), (24, "make all"), (25, "pytest"), (25, "tee log")]
    assert swallowed(test) == []
    assert [step.uses for step in test.steps if step.uses] == ["checkout", "circleci/python/install-packages@2.1.1"]
    assert test.steps[-1].cwd == "ml"
    assert (found["hold"].approval, found["hold"].needs, found["train"].needs) == (True, ("test",), ("hold",))
    assert [(t.kind, t.branches) for t in found["train"].triggers or ()] == [("push", ("main",))]
    assert kinds(found["released"]) == ["tag"]
    assert found["python/test"].steps[0].uses == "circleci/python/test@2.1.1"


def test_circleci_command_that_calls_itself() -> None:
    text = "version: 2.1\ncommands: {a: {steps: [a, a]}}\njobs: {build: {steps: [a]}}\n"
    assert not job(circleci, text).is_active


# ---- Bitbucket ----


def test_bitbucket() -> None:
    text = """
        image: python:3.11
        definitions:
          steps:
            - step: &test
                name: Test
                script:
                  - cd src
                  - pytest
                  - pipe: atlassian/aws-s3-deploy:1.1.0
                    variables: {LOCAL_PATH: out}
                  - make
                after-script: [make clean]
        pipelines:
          default:
            - step: *test
          branches:
            main:
              - parallel:
                  - step: *test
                  - step: {name: Lint, script: [flake8]}
              - step: {name: Ship, trigger: manual, deployment: production, script: [make ship]}
          custom:
            train: [{step: {script: [python train.py]}}]
          tags:
            v*: [{step: {script: [make release]}}]
          pull-requests:
            '**': [{step: *test}]
    """
    facts = bitbucket.read("bitbucket-pipelines.yml", dedent(text).lstrip("\n"))
    by_name = {each.name.partition(" ")[2]: each for each in facts.workflows}
    assert {name: kinds(each) for name, each in by_name.items()} == {
        "default": ["push"],
        "branches main": ["push"],
        "custom train": ["manual"],
        "tags v*": ["tag"],
        "pull-requests **": ["pull_request"],
    }
    test = by_name["default"].jobs[0]
    assert [each for each in lines(test) if each[1] != "cd src"] == [(8, "pytest"), (11, "make"), (12, "make clean")]
    assert [c.cwd for step in test.steps for c in step.commands if c.text in ("pytest", "make")] == ["src", "src"]
    assert next(step for step in test.steps if step.uses).uses == "atlassian/aws-s3-deploy@1.1.0"
    assert [step.can_fail for step in test.steps] == [True, True, True, False]
    ship = by_name["branches main"].jobs[2]
    assert (ship.needs, ship.manual, ship.environment) == (("Test", "Lint"), True, "production")


# ---- Travis ----


def test_travis() -> None:
    text = """
        branches: {only: [main]}
        install: pip install -e .
        script:
          - pytest
          - make lint
        after_success: codecov
        jobs:
          allow_failures: [{env: SLOW=1}]
          include:
            - stage: test
              env: SLOW=1
            - stage: train
              if: type = cron
              script: python train.py
              deploy: {provider: script, script: make ship, on: {branch: main}}
    """
    found = workflow(travis, text)
    assert kinds(found) == ["pull_request", "push", "schedule"]
    first, train = found.jobs
    assert lines(first) == [(2, "pip install -e ."), (4, "pytest"), (5, "make lint"), (6, "codecov")]
    assert [step.can_fail for step in first.steps] == [True, True, False]
    assert (first.can_fail, train.can_fail) == (False, True)
    assert (kinds(train), train.needs) == (["schedule"], (first.id,))
    assert [text for _, text in lines(train)] == ["pip install -e .", "python train.py", "codecov", "make ship"]


def test_travis_expands_languages_beside_included_jobs() -> None:
    text = """
        julia: [1.6]
        script: julia -e 'using Pkg; Pkg.test()'
        jobs: {include: [{stage: docs, script: julia docs/make.jl}]}
    """
    assert [job.stage for job in workflow(travis, text).jobs] == ["test", "docs"]


# ---- Cloud Build and CodeBuild ----


def test_cloud_build() -> None:
    text = """
        steps:
          - name: gcr.io/cloud-builders/docker
            args: [build, -t, "gcr.io/$PROJECT_ID/app:$_TAG", .]
          - name: python:3.11
            entrypoint: bash
            dir: ml
            args:
              - -c
              - |
                pip install .
                python train.py --env=$$HOME
          - name: gcr.io/google.com/cloudsdktool/cloud-sdk
            entrypoint: gcloud
            args: [run, deploy, app]
          - name: ubuntu
            script: |
              make test
              make pack
            allowFailure: true
        substitutions: {_TAG: latest}
    """
    found = workflow(cloud_build, text)
    steps = found.jobs[0].steps
    assert (kinds(found), found.env) == (["server"], (("_TAG", "latest"),))
    assert [(c.line, c.text) for c in steps[0].commands] == [(3, "docker build -t gcr.io/$PROJECT_ID/app:$_TAG .")]
    assert [(c.line, c.text, c.swallowed) for c in steps[1].commands] == [
        (10, "pip install .", True),
        (11, "python train.py --env=$HOME", False),
    ]
    assert steps[1].cwd == "ml"
    assert steps[2].commands[0].text == "gcloud run deploy app"
    assert (steps[3].can_fail, [c.line for c in steps[3].commands]) == (False, [17, 18])


def test_codebuild() -> None:
    text = """
        version: 0.2
        env: {variables: {STAGE: dev}}
        phases:
          install: {commands: [pip install .]}
          build:
            on-failure: CONTINUE
            commands:
              - cd ml
              - python train.py
            finally: [echo done]
    """
    found = workflow(cloud_build, text, "buildspec.yml")
    assert (found.provider, kinds(found)) == ("codebuild", ["server"])
    train = found.jobs[0].steps[1]
    assert [(c.line, c.text, c.cwd) for c in train.commands if c.argv[0] == "python"] == [(9, "python train.py", "ml")]
    assert [step.can_fail for step in found.jobs[0].steps] == [True, False, False]


def test_build_file_without_steps_gives_nothing() -> None:
    assert not cloud_build.read("cloudbuild.yaml", "a: b\n").workflows


# ---- Argo and Tekton ----

ARGO = """
    apiVersion: argoproj.io/v1alpha1
    kind: CronWorkflow
    metadata: {name: retrain}
    spec:
      schedule: "0 3 * * *"
      suspend: false
      workflowSpec:
        entrypoint: main
        arguments: {parameters: [{name: env, value: prod}]}
        onExit: tell
        notes: &train {parameters: [{name: script, value: train.py}]}
        templates:
          - name: main
            dag:
              tasks:
                - {name: train, template: python, depends: prepare.Succeeded, arguments: *train}
                - {name: prepare, template: python}
                - {name: check, templateRef: {name: shared, template: gate}, dependencies: [train]}
          - name: python
            inputs: {parameters: [{name: script, value: prepare.py}]}
            container:
              image: trainer:1
              command: [python, "{{inputs.parameters.script}}"]
              args: [--env, "{{workflow.parameters.env}}"]
          - name: tell
            script:
              image: alpine
              command: [sh]
              source: |
                echo done
                ./tell.sh
"""


def test_argo_cron_workflow() -> None:
    found = workflow(argo_tekton, ARGO)
    assert [(t.kind, t.line, t.cron, t.is_active) for t in found.triggers] == [("schedule", 5, "0 3 * * *", True)]
    jobs = {each.id: each for each in found.jobs}
    assert lines(jobs["main.train"]) == [(23, "python train.py --env prod")]
    assert lines(jobs["main.prepare"]) == [(23, "python prepare.py --env prod")]
    assert (jobs["main.train"].needs, jobs["main.train"].image) == (("main.prepare",), "trainer:1")
    assert (jobs["main.check"].uses, jobs["main.check"].needs) == ("shared/gate", ("main.train",))
    assert lines(jobs["onExit tell"])[-1] == (31, "./tell.sh")
    assert swallowed(jobs["onExit tell"]) == ["echo done"]


@pytest.mark.parametrize(
    ("change", "expected", "active"),
    [
        (("suspend: false", "suspend: true"), ["schedule"], False),
        (("kind: CronWorkflow", "kind: WorkflowTemplate"), ["call"], True),
        (("kind: CronWorkflow", "kind: Workflow"), ["manual"], True),
    ],
)
def test_argo_when_it_starts(change: tuple[str, str], expected: list[str], active: bool) -> None:
    found = workflow(argo_tekton, ARGO.replace(*change))
    assert (kinds(found), found.triggers[0].is_active) == (expected, active)


def test_argo_steps_and_sensor() -> None:
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: Sensor
        spec:
          dependencies: [{name: d, eventSourceName: new-data}]
          triggers:
            - template:
                argoWorkflow:
                  source:
                    resource:
                      kind: Workflow
                      spec:
                        entrypoint: main
                        templates:
                          - name: main
                            steps:
                              - - {name: a, template: run}
                                - {name: b, template: run}
                              - - {name: c, template: run, when: "x == y"}
                          - name: run
                            container: {image: x, command: [bash, -c], args: ["make a && make b"]}
    """
    found = workflow(argo_tekton, text)
    assert [(t.kind, t.sources) for t in found.triggers] == [("event", ("new-data",))]
    assert [each.id for each in found.jobs] == ["main.a", "main.b", "main.c"]
    assert (found.jobs[2].needs, found.jobs[2].condition) == (("main.a", "main.b"), "x == y")
    assert [text for _, text in lines(found.jobs[0])] == ["make a", "make b"]


TEKTON = """
    apiVersion: tekton.dev/v1
    kind: Pipeline
    metadata: {name: train}
    spec:
      params: [{name: env, default: dev}]
      tasks:
        - name: fetch
          taskRef: {name: git-clone}
        - name: train
          runAfter: [fetch]
          when: [{input: $(params.env), operator: in, values: [dev]}]
          taskSpec:
            steps:
              - name: run
                image: trainer:1
                workingDir: $(workspaces.source.path)/ml
                script: |
                  #!/usr/bin/env bash
                  set -e
                  python train.py --env $(params.env)
      finally:
        - {name: tell, taskRef: {name: slack}}
"""


def test_tekton_pipeline() -> None:
    found = workflow(argo_tekton, TEKTON)
    assert kinds(found) == ["call"]
    fetch, train, tell = found.jobs
    assert (fetch.uses, train.needs, tell.needs) == ("git-clone", ("fetch",), ("fetch", "train"))
    assert [(line, text) for line, text in lines(train) if text.startswith("python")] == [
        (20, "python train.py --env dev")
    ]
    assert (train.steps[0].cwd, train.image) == ("ml", "trainer:1")


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ("{}", ["manual"]),
        ('{pipelinesascode.tekton.dev/on-event: "[pull_request, push]"}', ["pull_request", "push"]),
        ('{pipelinesascode.tekton.dev/on-cel-expression: \'event == "push" && target_branch == "main"\'}', ["push"]),
    ],
)
def test_tekton_pipeline_run(annotations: str, expected: list[str]) -> None:
    head = f"apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata:\n  annotations: {annotations}\n"
    text = head + "spec: {pipelineRef: {name: train}}\n"
    found = workflow(argo_tekton, text)
    assert (kinds(found), found.jobs[0].uses) == (expected, "train")


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n",
        "{{ if .Values.x }}\napiVersion: tekton.dev/v1",
    ],
)
def test_other_objects_are_no_workflows(text: str) -> None:
    assert not argo_tekton.read("deploy/a.yaml", text).workflows


@pytest.mark.parametrize("word", ["template: a", "template: b"])
def test_argo_templates_that_use_each_other_end(word: str) -> None:
    tasks = ", ".join(f"{{name: t{n}, {word}}}" for n in range(9))
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        spec:
          entrypoint: a
          templates:
            - {{name: a, dag: {{tasks: [{tasks}]}}}}
            - {{name: b, dag: {{tasks: [{tasks.replace(word, "template: a")}]}}}}
    """
    assert not [each for each in workflow(argo_tekton, text).jobs if each.steps]


# ---- Drone and Woodpecker ----


def test_drone() -> None:
    text = """
        kind: pipeline
        name: train
        trigger: {event: [push, cron], branch: [main]}
        steps:
          - name: test
            image: python:3.11
            commands:
              - cd ml
              - pytest
          - name: train
            image: python:3.11
            commands: [python train.py]
            when: {event: [cron]}
            failure: ignore
          - name: ship
            image: plugins/docker
            settings: {repo: app}
    """
    found = workflow(drone, text)
    assert (found.provider, [(t.kind, t.line, t.branches) for t in found.triggers]) == (
        "drone",
        [("push", 3, ("main",)), ("schedule", 3, ("main",))],
    )
    test, train, ship = found.jobs
    assert [(c.line, c.text, c.cwd) for c in test.steps[0].commands if c.text == "pytest"] == [(9, "pytest", "ml")]
    assert (train.needs, kinds(train), train.can_fail) == (("test",), ["schedule"], False)
    assert (ship.steps[0].uses, ship.steps[0].inputs) == ("plugins/docker", (("repo", "app"),))


def test_no_word_is_without_effect_for_a_reader_and_a_proof_in_the_catalogue() -> None:
    proofs = {action for tool in load_tools() for proof in tool.proves for action in proof.actions}
    assert proofs
    assert not proofs & (jenkins.WITHOUT_EFFECT | jenkins.TRANSPARENT | circleci.WITHOUT_EFFECT)
