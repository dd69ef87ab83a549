"""One small project, written for every CI system that is read, gets the same ratings; a way that is cut lowers them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from assessor.audit import findings
from assessor.catalog.reads import load_reads
from assessor.findings import LADDER, Rung
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT = {
    "requirements.txt": "scikit-learn==1.5.0\npandas==2.2.2\njoblib==1.4.2\npytest==8.2.2\nruff==0.5.0\n",
    "orchard/__init__.py": "",
    "orchard/fit.py": dedent("""\
        import joblib
        import pandas as pd
        from sklearn.linear_model import Ridge


        def features(rows):
            return rows[["sun", "rain"]].fillna(0)


        def main():
            rows = pd.read_csv("data/trees.csv")
            model = Ridge().fit(features(rows), rows["apples"])
            joblib.dump(model, "model.joblib")


        if __name__ == "__main__":
            main()
        """),
    "tests/test_fit.py": dedent("""\
        import pandas as pd

        from orchard.fit import features


        def test_features_have_no_holes():
            assert features(pd.DataFrame({"sun": [None], "rain": [1]})).isna().sum().sum() == 0
        """),
    "Dockerfile": 'FROM python:3.12.4-slim\nCOPY . .\nCMD ["python", "-m", "orchard.fit"]\n',
}
LINT, TEST, FIT, BUILD, SHIP = (
    "ruff check orchard",
    "pytest tests",
    "python -m orchard.fit",
    "docker build -t registry.example.org/orchard:$TAG .",
    "gcloud run deploy orchard --image registry.example.org/orchard --quiet",
)
WANTED = {
    "ci.pipeline": "automated",
    "ci.lint": "automated",
    "testing.unit": "enforced",
    "training.scripted": "automated",
    "ci.ml": "automated",
    "ci.build": "enforced",
    "deployment.automation": "enforced",
}

SYSTEMS: Mapping[str, tuple[str, str]] = {
    "github": (
        ".github/workflows/ci.yml",
        f"""\
        on: push
        jobs:
          check:
            runs-on: ubuntu-latest
            steps: [{{uses: actions/checkout@v4}}, {{run: "{LINT}"}}, {{run: "{TEST}"}}, {{run: "{FIT}"}}]
          ship:
            needs: check
            runs-on: ubuntu-latest
            steps: [{{uses: actions/checkout@v4}}, {{run: "{BUILD}"}}, {{run: "{SHIP}"}}]
        """,
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        f"""\
        stages: [check, ship]
        check:
          stage: check
          script: ["{LINT}", "{TEST}", "{FIT}"]
        ship:
          stage: ship
          script: ["{BUILD}", "{SHIP}"]
        """,
    ),
    "azure": (
        "azure-pipelines.yml",
        f"""\
        trigger: ["*"]
        jobs:
        - job: check
          steps: [{{script: "{LINT}"}}, {{script: "{TEST}"}}, {{script: "{FIT}"}}]
        - job: ship
          dependsOn: check
          steps: [{{script: "{BUILD}"}}, {{script: "{SHIP}"}}]
        """,
    ),
    "jenkins": (
        "Jenkinsfile",
        f"""\
        pipeline {{
          agent any
          stages {{
            stage('check') {{ steps {{
              sh '{LINT}'
              sh '{TEST}'
              sh '{FIT}'
            }} }}
            stage('ship') {{ steps {{
              sh '{BUILD}'
              sh '{SHIP}'
            }} }}
          }}
        }}
        """,
    ),
    "circleci": (
        ".circleci/config.yml",
        f"""\
        version: 2.1
        jobs:
          check:
            docker: [{{image: "cimg/python:3.12"}}]
            steps: [checkout, {{run: "{LINT}"}}, {{run: "{TEST}"}}, {{run: "{FIT}"}}]
          ship:
            docker: [{{image: "cimg/python:3.12"}}]
            steps: [checkout, {{run: "{BUILD}"}}, {{run: "{SHIP}"}}]
        workflows:
          main:
            jobs: [check, {{ship: {{requires: [check]}}}}]
        """,
    ),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        f"""\
        pipelines:
          default:
          - step: {{name: check, script: ["{LINT}", "{TEST}", "{FIT}"]}}
          - step: {{name: ship, script: ["{BUILD}", "{SHIP}"]}}
        """,
    ),
    "travis": (
        ".travis.yml",
        f"""\
        language: python
        jobs:
          include:
          - {{stage: check, script: ["{LINT}", "{TEST}", "{FIT}"]}}
          - {{stage: ship, script: ["{BUILD}", "{SHIP}"]}}
        """,
    ),
    "cloudbuild": (
        "build/main.yaml",
        f"""\
        steps:
        - {{name: "python:3.12", entrypoint: bash, args: ["-ec", "{LINT} && {TEST} && {FIT}"]}}
        - {{name: "gcr.io/cloud-builders/docker", args: [build, -t, "registry.example.org/orchard:$TAG", .]}}
        - {{name: "gcr.io/cloud-builders/gcloud", args: [run, deploy, orchard, --image, registry.example.org/orchard]}}
        """,
    ),
    "codebuild": (
        "build/spec.yaml",
        f"""\
        version: 0.2
        phases:
          pre_build: {{commands: ["{LINT}", "{TEST}", "{FIT}"]}}
          build: {{commands: ["{BUILD}", "{SHIP}"]}}
        """,
    ),
    "drone": (
        ".drone.yml",
        f"""\
        kind: pipeline
        type: docker
        name: main
        steps:
        - {{name: check, image: "python:3.12", commands: ["{LINT}", "{TEST}", "{FIT}"]}}
        - {{name: ship, image: "docker:27", commands: ["{BUILD}", "{SHIP}"]}}
        """,
    ),
    "woodpecker": (
        ".woodpecker.yml",
        f"""\
        when: {{event: push}}
        steps:
          check: {{image: "python:3.12", commands: ["{LINT}", "{TEST}", "{FIT}"]}}
          ship: {{image: "docker:27", commands: ["{BUILD}", "{SHIP}"]}}
        """,
    ),
    "buildkite": (
        ".buildkite/pipeline.yml",
        f"""\
        steps:
        - {{label: check, commands: ["{LINT}", "{TEST}", "{FIT}"]}}
        - wait
        - {{label: ship, commands: ["{BUILD}", "{SHIP}"]}}
        """,
    ),
    "semaphore": (
        ".semaphore/semaphore.yml",
        f"""\
        version: v1.0
        blocks:
        - {{name: check, task: {{jobs: [{{name: all, commands: [checkout, "{LINT}", "{TEST}", "{FIT}"]}}]}}}}
        - {{name: ship, task: {{jobs: [{{name: all, commands: [checkout, "{BUILD}", "{SHIP}"]}}]}}}}
        """,
    ),
    "appveyor": (
        "appveyor.yml",
        f"""\
        image: Ubuntu
        build: false
        test_script: [{{sh: "{LINT}"}}, {{sh: "{TEST}"}}, {{sh: "{FIT}"}}]
        deploy_script: [{{sh: "{BUILD}"}}, {{sh: "{SHIP}"}}]
        """,
    ),
    "cirrus": (
        ".cirrus.yml",
        f"""\
        check_task:
          container: {{image: "python:3.12"}}
          check_script: ["{LINT}", "{TEST}", "{FIT}"]
        ship_task:
          depends_on: [check]
          container: {{image: "docker:27"}}
          ship_script: ["{BUILD}", "{SHIP}"]
        """,
    ),
    "taskcluster": (
        ".taskcluster.yml",
        f"""\
        version: 1
        tasks:
          $if: 'tasks_for == "github-push"'
          then:
          - taskId: {{$eval: "as_slugid('check')"}}
            metadata: {{name: check}}
            payload:
              image: python:3.12
              command: [/bin/bash, -ec, "git clone $URL orchard-src && cd orchard-src && {LINT} && {TEST} && {FIT}"]
          - taskId: {{$eval: "as_slugid('ship')"}}
            dependencies: [{{$eval: "as_slugid('check')"}}]
            metadata: {{name: ship}}
            payload:
              image: docker:27
              command: [/bin/bash, -ec, "git clone $URL orchard-src && cd orchard-src && {BUILD} && {SHIP}"]
        """,
    ),
    "taskgraph": (
        "taskcluster/kinds/all/kind.yml",
        f"""\
        loader: taskgraph.loader.transform:loader
        transforms: [taskgraph.transforms.run, taskgraph.transforms.task]
        task-defaults:
          run-on-tasks-for: [github-push]
          run: {{using: run-task, cwd: "{{checkout}}"}}
        tasks:
          check:
            run: {{command: "{LINT} && {TEST} && {FIT}"}}
          ship:
            dependencies: {{check: all-check}}
            run: {{command: "{BUILD} && {SHIP}"}}
        """,
    ),
    "codepipeline": (
        "build/pipeline.yaml",
        f"""\
        Resources:
          Check:
            Type: AWS::CodeBuild::Project
            Properties:
              Artifacts: {{Type: CODEPIPELINE}}
              Source:
                Type: CODEPIPELINE
                BuildSpec: |
                  version: 0.2
                  phases: {{build: {{commands: ["{LINT}", "{TEST}", "{FIT}"]}}}}
          Ship:
            Type: AWS::CodeBuild::Project
            Properties:
              Artifacts: {{Type: CODEPIPELINE}}
              Source:
                Type: CODEPIPELINE
                BuildSpec: |
                  version: 0.2
                  phases: {{build: {{commands: ["{BUILD}", "{SHIP}"]}}}}
          Main:
            Type: AWS::CodePipeline::Pipeline
            Properties:
              Stages:
              - Name: source
                Actions:
                - Name: source
                  ActionTypeId: {{Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: "1"}}
                  Configuration: {{FullRepositoryId: orchard/orchard, BranchName: main}}
              - Name: check
                Actions:
                - Name: check
                  ActionTypeId: {{Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}}
                  Configuration: {{ProjectName: !Ref Check}}
              - Name: ship
                Actions:
                - Name: ship
                  ActionTypeId: {{Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}}
                  Configuration: {{ProjectName: !Ref Ship}}
        """,
    ),
    "tekton": (
        ".tekton/push.yaml",
        f"""\
        apiVersion: tekton.dev/v1
        kind: PipelineRun
        metadata:
          name: main
          annotations: {{pipelinesascode.tekton.dev/on-event: "[push]"}}
        spec:
          pipelineSpec:
            tasks:
            - name: check
              taskSpec: {{steps: [{{name: all, image: "python:3.12", script: "#!/bin/sh -e\\n{LINT}\\n{TEST}\\n{FIT}"}}]}}
            - name: ship
              runAfter: [check]
              taskSpec: {{steps: [{{name: all, image: "docker:27", script: "#!/bin/sh -e\\n{BUILD}\\n{SHIP}"}}]}}
        """,
    ),
}


BESIDE: Mapping[str, dict[str, str]] = {
    "taskgraph": {
        ".taskcluster.yml": dedent("""\
            version: 1
            tasks:
            - provisionerId: p
              workerType: w
              payload: {image: "mozillareleases/taskgraph:decision", command: [bash, -cx, "taskgraph decision --root ."]}
            """)
    },
}
"""Files without which a system does not look at its definitions."""


def _rated(folder: Path, path: str, text: str, beside: Mapping[str, str] | None = None) -> dict[str, str]:
    write_files(folder, {**PROJECT, **(beside or {}), path: dedent(text)})
    found = findings(str(folder))
    return {practice: found[practice].rung.value for practice in WANTED}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_gives_the_same_ratings(system: str, tmp_path: Path) -> None:
    assert _rated(tmp_path, *SYSTEMS[system], BESIDE.get(system)) == WANTED


NAMED = {
    "github": "github-actions", "gitlab": "gitlab-ci", "azure": "azure-pipelines", "bitbucket": "bitbucket-pipelines",
    "travis": "travis-ci", "cloudbuild": "cloud-build", "cirrus": "cirrus-ci",
}  # fmt: skip


def test_every_system_that_is_read_takes_part() -> None:
    read = {entry.id for entry in load_reads() if entry.kind == "ci" and entry.reader}
    assert {NAMED.get(system, system) for system in SYSTEMS} == read


HOPS = (
    ("pytest tests", "pytest checks", {"testing.unit"}),
    ("ruff check orchard", "true", {"ci.lint"}),
    ("orchard.fit", "orchard.train", {"training.scripted", "ci.ml"}),
)
"""What is changed on the way, what into, and the practices that must fall (others may)."""


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: hop[0])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_way_that_is_cut_lowers_its_ratings_and_none_rises(
    system: str, hop: tuple[str, str, set[str]], tmp_path: Path
) -> None:
    path, text = SYSTEMS[system]
    before, after, falling = hop
    assert before in text
    rated = _rated(tmp_path, path, text.replace(before, after), BESIDE.get(system))
    height = {rung.value: rung.height for rung in LADDER}
    assert all(height[rated[p]] <= height[WANTED[p]] for p in WANTED)
    assert falling <= {p for p in WANTED if height[rated[p]] < height[WANTED[p]]}


STARTS = {
    "github": ("on: push", "on: {push: {paths: ['nowhere/**']}}"),
    "gitlab": ("  stage: check\n", "  stage: check\n  rules: [{when: never}]\n"),
    "azure": ('trigger: ["*"]', "trigger: none"),
    "jenkins": ("stage('check') {", "stage('check') { when { expression { false } }"),
    "circleci": ("main:\n", "main:\n    when: false\n"),
    "bitbucket": ("{name: check,", "{trigger: manual, name: check,"),
    "travis": ("language: python", "if: false"),
    "drone": ("type: docker", "trigger: {event: [promote]}"),
    "woodpecker": ("{event: push}", "{event: manual}"),
    "buildkite": ("- {label: check,", "- block: ask\n- {label: check,"),
    "semaphore": ("- {name: check,", "- {name: check, run: {when: 'false'},"),
    "cirrus": ("check_task:\n", "check_task:\n  trigger_type: manual\n"),
    "taskcluster": ("github-push", "action"),
    "taskgraph": ("run-on-tasks-for: [github-push]", "run-on-tasks-for: []"),
    "codepipeline": ("BranchName: main", "BranchName: main, DetectChanges: false"),
    "tekton": ("pipelinesascode.tekton.dev/on-event", "example.org/on-event"),
}
"""For each system whose file says what starts it: the same file that nothing or only a person starts."""


@pytest.mark.parametrize("system", STARTS)
def test_a_start_that_is_cut_lowers_all_that_it_starts(system: str, tmp_path: Path) -> None:
    path, text = SYSTEMS[system]
    text = dedent(text)
    before, after = STARTS[system]
    changed = text.replace(before, after, 1)
    assert changed != text
    rated = _rated(tmp_path, path, changed, BESIDE.get(system))
    height = {rung.value: rung.height for rung in LADDER}
    assert all(height[rated[p]] <= height[WANTED[p]] for p in WANTED)
    for practice in ("testing.unit", "training.scripted", "ci.lint"):
        assert height[rated[practice]] < height[Rung.AUTOMATED.value], practice


CLOCKS: Mapping[str, tuple[str, str]] = {
    "github": (
        ".github/workflows/fit.yml",
        f"""\
        on: {{schedule: [{{cron: "0 3 1 * *"}}]}}
        jobs:
          fit:
            runs-on: ubuntu-latest
            steps: [{{uses: actions/checkout@v4}}, {{run: "{FIT}"}}]
        """,
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        f"""\
        fit:
          script: ["{FIT}"]
          rules: [{{if: '$CI_PIPELINE_SOURCE == "schedule"'}}]
        """,
    ),
    "azure": (
        "azure-pipelines.yml",
        f"""\
        trigger: none
        schedules: [{{cron: "0 3 1 * *", always: true, branches: {{include: [main]}}}}]
        steps:
        - script: {FIT}
        """,
    ),
    "jenkins": (
        "Jenkinsfile",
        f"""\
        pipeline {{
          agent any
          triggers {{ cron('0 3 1 * *') }}
          stages {{ stage('fit') {{ steps {{ sh '{FIT}' }} }} }}
        }}
        """,
    ),
    "circleci": (
        ".circleci/config.yml",
        f"""\
        version: 2.1
        jobs:
          fit:
            docker: [{{image: "cimg/python:3.12"}}]
            steps: [checkout, {{run: "{FIT}"}}]
        workflows:
          monthly:
            triggers: [{{schedule: {{cron: "0 3 1 * *", filters: {{branches: {{only: [main]}}}}}}}}]
            jobs: [fit]
        """,
    ),
    "travis": (
        ".travis.yml",
        f"""\
        language: python
        jobs:
          include: [{{if: type = cron, script: "{FIT}"}}]
        """,
    ),
    "drone": (
        ".drone.yml",
        f"""\
        kind: pipeline
        type: docker
        name: monthly
        trigger: {{event: [cron]}}
        steps: [{{name: fit, image: "python:3.12", commands: ["{FIT}"]}}]
        """,
    ),
    "woodpecker": (
        ".woodpecker.yml",
        f"""\
        when: {{event: cron, cron: monthly}}
        steps:
          fit: {{image: "python:3.12", commands: ["{FIT}"]}}
        """,
    ),
    "buildkite": (
        ".buildkite/pipeline.yml",
        f"""\
        steps: [{{label: fit, command: "{FIT}", if: 'build.source == "schedule"'}}]
        """,
    ),
    "cirrus": (
        ".cirrus.yml",
        f"""\
        fit_task:
          only_if: $CIRRUS_CRON == 'monthly'
          container: {{image: "python:3.12"}}
          fit_script: ["{FIT}"]
        """,
    ),
    "codebuild": (
        "build/project.yaml",
        f"""\
        Resources:
          Fit:
            Type: AWS::CodeBuild::Project
            Properties:
              Artifacts: {{Type: NO_ARTIFACTS}}
              Source:
                Type: GITHUB
                Location: https://github.com/orchard/orchard
                BuildSpec: |
                  version: 0.2
                  phases: {{build: {{commands: ["{FIT}"]}}}}
          Monthly:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: cron(0 3 1 * ? *)
              Targets: [{{Id: fit, Arn: !GetAtt Fit.Arn, RoleArn: "arn:aws:iam::123456789012:role/start"}}]
        """,
    ),
    "codepipeline": (
        "build/pipeline.yaml",
        f"""\
        Resources:
          Fit:
            Type: AWS::CodeBuild::Project
            Properties:
              Artifacts: {{Type: CODEPIPELINE}}
              Source:
                Type: CODEPIPELINE
                BuildSpec: |
                  version: 0.2
                  phases: {{build: {{commands: ["{FIT}"]}}}}
          Main:
            Type: AWS::CodePipeline::Pipeline
            Properties:
              Stages:
              - Name: source
                Actions:
                - Name: source
                  ActionTypeId: {{Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: "1"}}
                  Configuration: {{FullRepositoryId: orchard/orchard, BranchName: main, DetectChanges: false}}
              - Name: fit
                Actions:
                - Name: fit
                  ActionTypeId: {{Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}}
                  Configuration: {{ProjectName: !Ref Fit}}
          Monthly:
            Type: AWS::Scheduler::Schedule
            Properties:
              ScheduleExpression: cron(0 3 1 * ? *)
              Target:
                Arn: !Sub "arn:aws:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:${{Main}}"
                RoleArn: arn:aws:iam::123456789012:role/start
        """,
    ),
    "taskcluster": (
        "hooks/fit.json",
        f"""\
        {{
          "schedule": ["0 3 1 * *"],
          "metadata": {{"name": "fit", "owner": "trees@example.org"}},
          "task": {{
            "payload": {{
              "image": "python:3.12",
              "command": ["/bin/bash", "-ec", "git clone https://git.example.org/orchard && cd orchard && {FIT}"],
              "maxRunTime": 7200
            }},
            "provisionerId": "p"
          }}
        }}
        """,
    ),
    "tekton": (
        "tekton/fit.yaml",
        f"""\
        apiVersion: tekton.dev/v1
        kind: Task
        metadata: {{name: fit}}
        spec:
          steps: [{{name: fit, image: "registry.example.org/orchard", script: "#!/bin/sh -e\\n{FIT}"}}]
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: {{name: monthly}}
        spec:
          schedule: "0 3 1 * *"
          jobTemplate:
            spec:
              template:
                spec:
                  containers: [{{name: start, image: "registry.example.org/tkn", command: [tkn, task, start, fit]}}]
        """,
    ),
    "argo": (
        "workflows/fit.yaml",
        f"""\
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        metadata: {{name: fit}}
        spec:
          schedule: "0 3 1 * *"
          workflowSpec:
            entrypoint: fit
            templates: [{{name: fit, container: {{image: "registry.example.org/orchard", command: [sh, -c], args: ["{FIT}"]}}}}]
        """,
    ),
}
"""The training alone, on a schedule: in the file where the system takes one there, else asked for by a condition."""
WITHOUT_CLOCK = {
    "bitbucket": "schedules are set in the web interface, for a branch or a custom pipeline; no file tells or asks for them",
    "cloudbuild": "a build has no clock; a trigger on the server is started by Cloud Scheduler",
    "semaphore": "schedules (tasks) are set in the web interface; no condition of a block asks for them",
    "appveyor": "schedules are set in the web interface; a build knows them by a variable of its shell alone",
    "taskgraph": "what `.cron.yml` starts is chosen by Python of the repository (target methods), which is not read",
}
"""Systems that have no clock of their own inside a repository, and why."""


def test_every_system_has_a_clock_or_a_reason() -> None:
    assert set(CLOCKS) - {"argo"} == set(SYSTEMS) - set(WITHOUT_CLOCK)


MONTHLY = {"0 3 1 * *": "0 3 31 2 *", "0 3 1 * ? *": "0 3 31 2 ? *"}
"""Cron lines of the table, the second one of AWS, and what they become when they can never fire."""


def _trained(folder: Path, path: str, text: str) -> tuple[str, str]:
    write_files(folder, {**PROJECT, path: dedent(text)})
    found = findings(str(folder))
    return found["training.schedule"].rung.value, found["training.scripted"].rung.value


@pytest.mark.parametrize("system", CLOCKS)
def test_training_on_a_schedule_is_known_in_every_system(system: str, tmp_path: Path) -> None:
    assert _trained(tmp_path, *CLOCKS[system]) == ("automated", "automated")


@pytest.mark.parametrize("system", [name for name, (_, text) in CLOCKS.items() if any(c in text for c in MONTHLY)])
def test_a_date_that_never_comes_is_no_schedule_in_any_system(system: str, tmp_path: Path) -> None:
    path, text = CLOCKS[system]
    for cron, never in MONTHLY.items():
        text = text.replace(cron, never)
    schedule, trained = _trained(tmp_path, path, text)
    assert (schedule in ("absent", "declared"), trained) == (True, "used")
