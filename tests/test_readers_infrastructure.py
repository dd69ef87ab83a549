"""What the readers of infrastructure, cloud templates and monitoring see, and what they leave alone."""

from __future__ import annotations

import json
from textwrap import dedent
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure import cloud_templates, kubernetes, monitoring_config, terraform
from tests.bounds import within

READERS = (terraform, kubernetes, cloud_templates, monitoring_config)


def resources(path: str, text: str) -> list[Resource]:
    """What all readers together find in a text."""
    text = dedent(text).lstrip("\n")
    return [found for reader in READERS if reader.matches(path) for found in reader.read(path, text).resources]


def one(path: str, text: str, kind: str) -> Resource:
    found = [resource for resource in resources(path, text) if f"{resource.system}:{resource.kind}" == kind]
    assert len(found) == 1, [f"{r.system}:{r.kind}" for r in resources(path, text)]
    return found[0]


def value(resource: Resource, key: str) -> str:
    return next(text for name, text, _ in resource.settings if name == key)


# ---- which kinds, names and lines a text gives ----

_KINDS = [
    ("a.tf", 'resource "aws_sagemaker_endpoint" "api" {\n  name = "x"\n}\n', "terraform:aws_sagemaker_endpoint api 1"),
    ("a.tf", '# first\n\ndata "aws_ami" "ubuntu" {}\n', "terraform:data.aws_ami ubuntu 3"),
    ("a.tf", 'terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\n', "terraform:backend s3 3"),
    ("a.tf", 'module "net" {\n  source = "./net"\n}\n', "terraform:module net 1"),
    ("a.tf", 'variable "cron" { default = "0 1 * * *" }\n', "terraform:variable cron 1"),
    ("prod.tfvars", 'env = "prod"\n', "terraform:tfvars prod 1"),
    ("a.tf.json", '{"resource": {"aws_s3_bucket": {"b": {"bucket": "x"}}}}', "terraform:aws_s3_bucket b 1"),
    ("k.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n", "kubernetes:Service api 2"),
    ("k.json", '{"apiVersion": "v1",\n"kind": "Pod", "metadata": {"name": "p"}}', "kubernetes:Pod p 2"),
    ("c/Chart.yaml", "apiVersion: v2\nname: chart\n", "helm:Chart chart 1"),
    ("c/values-prod.yaml", "replicas: 2\n", "helm:values values-prod.yaml 1"),
    ("kustomization.yaml", "resources: [a.yaml]\nnamespace: prod\n", "kubernetes:Kustomization prod 1"),
    (
        "a.yml",
        "Resources:\n  Api:\n    Type: AWS::SageMaker::Endpoint\n",
        "cloudformation:AWS::SageMaker::Endpoint Api 2",
    ),
    ("a.bicep", "param x string\nresource ws 'Microsoft.X/y@2023-01-01' = {\n}\n", "bicep:Microsoft.X/y ws 2"),
    ("Pulumi.yaml", "name: infra\nruntime: python\n", "pulumi:project infra 1"),
    ("Pulumi.prod.yaml", "config:\n  aws:region: eu\n", "pulumi:stack prod 1"),
    ("Procfile", "# x\nweb: gunicorn app:app\n", "procfile:process web 2"),
    ("app.yaml", "runtime: python39\nentrypoint: gunicorn main:app\n", "appengine:service default 1"),
    ("bentofile.yaml", 'service: "service:svc"\n', "bentoml:bentofile service:svc 1"),
    ("cog.yaml", 'build: {gpu: true}\npredict: "predict.py:Predictor"\n', "cog:model predict.py:Predictor 2"),
    ("m/config.pbtxt", 'name: "net"\nplatform: "onnxruntime_onnx"\n', "triton:model net 2"),
    (
        "model-settings.json",
        '{"name": "iris", "implementation": "mlserver_sklearn.SKLearnModel"}',
        "mlserver:model iris 1",
    ),
    ("feature_store.yaml", "project: credit\nregistry: data/registry.db\n", "feast:feature_store credit 1"),
    ("prometheus.yml", "scrape_configs:\n  - job_name: api\n", "prometheus:scrape_config api 2"),
    ("rules.yml", "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: up == 0\n", "prometheus:alert_rule Down 4"),
    (
        "rules.yml",
        "groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: sum(x)\n",
        "prometheus:recording_rule a:b 4",
    ),
    ("d.yaml", "apiVersion: 1\nproviders:\n  - name: files\n", "grafana:dashboard_provider files 3"),
    ("d.yaml", "apiVersion: 1\ndatasources:\n  - name: prom\n", "grafana:datasource prom 3"),
]


@pytest.mark.parametrize(("path", "text", "expected"), _KINDS, ids=[f"{p}-{e.split()[0]}" for p, _, e in _KINDS])
def test_kind_name_and_line(path: str, text: str, expected: str) -> None:
    found = resources(path, text)
    assert [f"{r.system}:{r.kind} {r.name} {r.line}" for r in found] == [expected]


@pytest.mark.parametrize(("path", "text", "expected"), _KINDS, ids=[f"{p}-{e.split()[0]}" for p, _, e in _KINDS])
def test_windows_line_ends_change_nothing(path: str, text: str, expected: str) -> None:
    assert resources(path, "\ufeff" + text.replace("\n", "\r\n")) == resources(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", ""),
        ("a.yaml", "# apiVersion: v1\n# kind: Pod\n"),
        ("a.yaml", "kind: Pod\nname: x\n"),
        ("a.yaml", "apiVersion: v1\n"),
        ("a.yaml", "kinds: [apiVersion, kind]\n"),
        ("params.yaml", "train:\n  lr: 0.1\nresources:\n  cpu: 2\n"),
        ("docker-compose.yml", "services:\n  api:\n    image: x\n"),
        (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps: []\n"),
        ("a.yml", "groups:\n  - name: students\n    members: [a]\n"),
        ("a.yml", "receivers: [a, b]\n"),
        ("a.yml", "Resources: AWS::X of Type\n"),
        ("environment.yml", "name: x\nchannels: [a]\ndependencies: [python]\n"),
        ("app.yaml", "name: not app engine\nruntime: fast\n"),
        ("config.json", '{"rules": [], "target": "x"}'),
        ("a.json", '{"panels": [], "schemaVersion": 3}'),
        ("a.json", '{"panels": 3, "schemaVersion": 3}'),
        ("a.json", '{"panels": ["schemaVersion"'),
        ("package.json", '{"name": "x", "version": "1"}'),
        ("a.tf", "# resource aws_x y\n"),
        ("schema.yaml", "$schema: https://json-schema.org/draft\ntype: object\n"),
        ("features.yaml", "project: x\n"),
    ],
)
def test_other_texts_are_left_alone(path: str, text: str) -> None:
    assert resources(path, text) == []
    for reader in READERS:
        if reader.matches(path):
            assert reader.read(path, text).problems == ()


# ---- Terraform ----

_TF = """
resource "aws_scheduler_schedule" "train" {
  schedule_expression = "cron(0 3 * * ? *)"
  target {
    arn = var.arn
  }
  tags = { team = "ml", "cost-center" = 7 }
}
resource "aws_ecs_task_definition" "t" {
  container_definitions = jsonencode([{ image = "repo/x:1", command = ["python", "train.py"] }])
  provisioner "local-exec" {
    command = <<-EOT
      set -e
      python deploy.py
    EOT
  }
}
resource "google_cloud_run_v2_service" "api" {
  template {
    containers {
      image = "gcr.io/x/y:1"
      dynamic "env" {
        for_each = var.env
        content { name = env.key }
      }
    }
  }
  traffic { percent = 10 }
  traffic { percent = 90 }
}
"""


def test_terraform_settings_commands_images_and_schedule() -> None:
    train, task, api = resources("a.tf", _TF)
    assert train.schedule == "cron(0 3 * * ? *)" and train.is_active
    assert ("target.arn", "var.arn", 4) in train.settings and ("tags.cost-center", "7", 6) in train.settings
    assert task.images == ("repo/x:1",)
    assert [(c.argv, c.line) for c in task.commands] == [
        (("python", "deploy.py"), 13),
        (("python", "train.py"), 9),
    ]
    assert api.images == ("gcr.io/x/y:1",)
    assert ("template.containers.env.name", "env.key", 23) in api.settings
    assert [text for key, text, _ in api.settings if key == "traffic.percent"] == ["10", "90"]


@pytest.mark.parametrize(
    ("body", "schedule", "event", "active"),
    [
        ('schedule = "0 1 * * *"', "0 1 * * *", "", True),
        ("schedule = var.cron", "var.cron", "", True),
        ("schedule = null", "", "", True),
        ('schedule = "x"\n paused = true', "x", "", False),
        ('schedule_expression = "rate(1 day)"\n state = "DISABLED"', "rate(1 day)", "", False),
        ('schedule_expression = "rate(1 day)"\n count = 0', "rate(1 day)", "", False),
        ('schedule { quartz_cron_expression = "0 0 6"\n pause_status = "PAUSED" }', "0 0 6", "", False),
        ('event_pattern = jsonencode({ source = ["aws.s3"] })', "", "aws.s3", True),
        ('frequency = "PT5M"', "", "", True),
    ],
)
def test_terraform_schedules_and_events(body: str, schedule: str, event: str, active: bool) -> None:
    found = one("a.tf", f'resource "x" "y" {{\n {body}\n}}\n', "terraform:x")
    assert (found.schedule, found.event, found.is_active) == (schedule, event, active)


def test_terraform_that_does_not_parse_still_gives_its_blocks_and_a_problem() -> None:
    text = 'resource "aws_x" "a" {\n  b = = 1\n}\n\ndata "aws_y" "c" {\n}\n'
    facts = terraform.read("a.tf", text)
    assert [(r.kind, r.name, r.line) for r in facts.resources] == [("aws_x", "a", 1), ("data.aws_y", "c", 5)]
    assert facts.problems[0][0] == 2 and "not HCL" in facts.problems[0][1]
    large = 'resource "aws_x" "a" {}\n' + "# x\n" * 100_000
    assert terraform.read("a.tf", large).resources and "larger" in terraform.read("a.tf", large).problems[0][1]


# ---- Kubernetes ----

_CRONJOB = """
apiVersion: v1
kind: Namespace
metadata: {name: ml}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: retrain
spec:
  schedule: "0 3 * * 1"
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
            - name: pull
              image: alpine
              command: ["/bin/sh", "-ec"]
              args:
                - |
                  dvc pull
                  echo done
          containers:
            - name: train
              image: ghcr.io/x/train:1.0
              command: [python, -m]
              args: [proj.train, --epochs, "3"]
"""


def test_cronjob() -> None:
    found = one("k.yaml", _CRONJOB, "kubernetes:CronJob")
    assert (found.name, found.line, found.schedule, found.is_active) == ("retrain", 6, "0 3 * * 1", True)
    assert found.images == ("alpine", "ghcr.io/x/train:1.0")
    assert [(c.text, c.line) for c in found.commands] == [
        ("dvc pull", 21),
        ("echo done", 22),
        ("python -m proj.train --epochs 3", 26),
    ]


@pytest.mark.parametrize(
    ("spec", "schedule", "active"),
    [
        ("schedule: '@daily'", "@daily", True),
        ("schedule: '@daily'\n  suspend: true", "@daily", False),
        ("trigger: {cronSchedule: {cron: '1 2 3'}}\n  enabled: false", "1 2 3", False),
        ("trigger: {periodicSchedule: {intervalSecond: 60}}", "every 60 seconds", True),
        ("schedules: ['5 4 * * *']", "5 4 * * *", True),
        ("replicas: 1", "", True),
    ],
)
def test_kubernetes_schedules(spec: str, schedule: str, active: bool) -> None:
    found = one("k.yaml", f"apiVersion: v1\nkind: Any\nspec:\n  {spec}\n", "kubernetes:Any")
    assert (found.schedule, found.is_active) == (schedule, active)


@pytest.mark.parametrize(
    ("kind", "spec", "key", "expected"),
    [
        ("Application", "source: {path: deploy/prod}", "spec.source.path", "deploy/prod"),
        ("Rollout", "strategy: {canary: {steps: [{setWeight: 20}]}}", "spec.strategy.canary.steps.0.setWeight", "20"),
        ("Canary", "analysis: {threshold: 5}", "spec.analysis.threshold", "5"),
        ("InferenceService", "predictor: {canaryTrafficPercent: 10}", "spec.predictor.canaryTrafficPercent", "10"),
        ("VirtualService", "http: [{route: [{weight: 90}]}]", "spec.http.0.route.0.weight", "90"),
        ("ServiceMonitor", "endpoints: [{port: web}]", "spec.endpoints.0.port", "web"),
        ("SeldonDeployment", "predictors: [{traffic: 25}]", "spec.predictors.0.traffic", "25"),
    ],
)
def test_operators_objects_keep_their_settings(kind: str, spec: str, key: str, expected: str) -> None:
    found = one("k.yaml", f"apiVersion: x/v1\nkind: {kind}\nspec:\n  {spec}\n", f"kubernetes:{kind}")
    assert value(found, key) == expected and value(found, "apiVersion") == "x/v1"


def test_spark_and_ray_jobs_start_their_main_file() -> None:
    spark = (
        "apiVersion: x\nkind: SparkApplication\nspec:\n  mainApplicationFile: local:///app/train.py\n  arguments: [a]\n"
    )
    assert one("k.yaml", spark, "kubernetes:SparkApplication").commands[0].argv == (
        "spark-submit",
        "/app/train.py",
        "a",
    )
    ray = "apiVersion: x\nkind: RayJob\nspec:\n  entrypoint: python train.py --lr 1\n"
    assert one("k.yaml", ray, "kubernetes:RayJob").commands[0].argv == ("python", "train.py", "--lr", "1")


def test_lists_and_definitions_of_kinds() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- apiVersion: v1\n  kind: Service\n"
    assert [r.kind for r in resources("k.yaml", text)] == ["Pod", "Service"]
    crd = "apiVersion: x\nkind: CustomResourceDefinition\nspec:\n  names: {kind: Foo}\n  versions: [{image: x}]\n"
    assert one("k.yaml", crd, "kubernetes:CustomResourceDefinition").images == ()


def test_helm_template_is_read_without_its_actions() -> None:
    text = """
    {{- /* a comment
      over { lines } */}}
    {{- if .Values.enabled }}
    apiVersion: batch/v1
    kind: CronJob
    metadata:
      name: {{ include "x.name" . }}
      labels:
        {{- include "x.labels" . | nindent 4 }}
    spec:
      schedule: {{ .Values.schedule | quote }}
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
    {{- end }}
    """
    found = one("chart/templates/cron.yaml", text, "helm:CronJob")
    assert found.line == 5 and found.schedule.startswith("$.Values.schedule")
    assert found.images == ("$.Values.image.repository:$.Values.image.tag",)


def test_template_that_is_no_yaml_is_read_line_by_line() -> None:
    text = "apiVersion: v1\nkind: Deployment\nspec:\n{{ if x }}\n  a: [\n{{ end }}\n  image: repo/x:1\n"
    found = one("chart/templates/d.yaml", text, "helm:Deployment")
    assert found.images == ("repo/x:1",) and found.line == 2
    assert kubernetes.read("chart/templates/d.yaml", text).problems == ()


def test_broken_manifest_is_a_problem_and_still_tells_its_kind() -> None:
    facts = kubernetes.read("k.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n")
    assert [r.kind for r in facts.resources] == ["Pod"] and "not YAML" in facts.problems[0][1]


def test_argo_expressions_are_no_templates() -> None:
    text = """
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    spec:
      templates:
        - name: a
          container:
            image: "repo:{{inputs.parameters.tag}}"
            command: [python, train.py]
            args: ["{{workflow.name}}"]
    """
    found = one("w.yaml", text, "kubernetes:Workflow")
    assert found.images == ("repo:{{inputs.parameters.tag}}",)
    assert found.commands[0].argv == ("python", "train.py", "{{workflow.name}}")


def test_rules_and_dashboards_inside_kubernetes_objects() -> None:
    rule = (
        "apiVersion: x\nkind: PrometheusRule\nspec:\n  groups:\n  - rules:\n    - alert: Drift\n      expr: psi > 1\n"
    )
    assert one("k.yaml", rule, "prometheus:alert_rule").line == 6
    config = """
    apiVersion: v1
    kind: ConfigMap
    data:
      prometheus.yml: |
        global: {}
        scrape_configs:
          - job_name: api
      board.json: |
        {"title": "Model", "schemaVersion": 1, "panels": [{"title": "p"}]}
    """
    assert one("k.yaml", config, "prometheus:scrape_config").line == 7
    assert one("k.yaml", config, "grafana:dashboard").line == 9


def test_chart_images_and_kustomize_images() -> None:
    values = "image: {repository: repo/x, tag: '1.2'}\nsidecar: {image: 'y:3'}\n"
    assert one("values.yaml", values, "helm:values").images == ("repo/x:1.2", "y:3")
    text = "images:\n- name: x\n  newName: repo/x\n  newTag: v2\n"
    assert one("kustomization.yaml", text, "kubernetes:Kustomization").images == ("repo/x:v2",)


# ---- cloud templates ----


def test_cloudformation_schedules_and_events() -> None:
    text = """
    AWSTemplateFormatVersion: '2010-09-09'
    Resources:
      Nightly:
        Type: AWS::Events::Rule
        Properties: {ScheduleExpression: rate(1 day), State: DISABLED}
      OnData:
        Type: AWS::Events::Rule
        Properties:
          EventPattern: {source: [aws.s3]}
      Train:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: app.handler
          Events:
            Cron: {Type: Schedule, Properties: {Schedule: rate(7 days)}}
            New: {Type: S3, Properties: {Bucket: !Ref B}}
      Task:
        Type: AWS::ECS::TaskDefinition
        Properties:
          ContainerDefinitions:
            - Image: repo/x:1
              Command: [python, serve.py]
    """
    nightly, on_data, train, task = resources("t.yaml", text)
    assert (nightly.schedule, nightly.is_active, nightly.event) == ("rate(1 day)", False, "")
    assert (on_data.event, on_data.schedule) == ("EventPattern", "")
    assert (train.schedule, train.event, train.line) == ("rate(7 days)", "S3", 10)
    assert train.commands[0].argv == ("serverless-handler", "app.py", "handler")
    assert train.commands[0].cwd == "$SCRIPT_DIR/src"
    assert task.images == ("repo/x:1",) and task.commands[0].argv == ("python", "serve.py")


_CODEPIPELINE = """
Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - {Name: Code, ActionTypeId: {Category: Source, Provider: CodeCommit}, Configuration: {BranchName: main}}
        - Name: Build
          Actions:
            - {Name: Test, ActionTypeId: {Category: Build, Provider: CodeBuild},
               Configuration: {ProjectName: !Ref Unit}}
            - {Name: Image, ActionTypeId: {Category: Build, Provider: CodeBuild}, RunOrder: 2,
               Configuration: {ProjectName: !Ref Docker}}
        - Name: Train
          Actions:
            - {Name: Start, ActionTypeId: {Category: Invoke, Provider: Lambda},
               Configuration: {FunctionName: !Ref Start}}
            - {Name: Ask, ActionTypeId: {Category: Approval, Provider: Manual}, RunOrder: 2}
        - Name: Deploy
          Actions:
            - {Name: Stack, ActionTypeId: {Category: Deploy, Provider: CloudFormation}}
  Unit:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        BuildSpec: |
          phases:
            build:
              commands:
                - pytest
  Docker:
    Type: AWS::CodeBuild::Project
    Properties: {Source: {BuildSpec: image/buildspec.yml}}
  Start:
    Type: AWS::Lambda::Function
    Properties: {Handler: start.main, Runtime: python3.11, Code: functions}
"""


def test_codepipeline_is_a_workflow() -> None:
    (pipeline,) = cloud_templates.read("pipeline.yml", _CODEPIPELINE).workflows
    assert [(t.kind, t.branches) for t in pipeline.triggers] == [("push", ("main",))]
    test, image, start, ask, stack = pipeline.jobs
    assert [(c.text, c.line) for s in test.steps for c in s.commands] == [("pytest", 32)]
    assert (image.uses, image.needs) == ("image/buildspec.yml", ("Build/Test",))
    assert start.needs == ("Build/Test", "Build/Image")
    assert start.steps[0].commands[0].argv == ("serverless-handler", "start.py", "main")
    assert ask.approval and not stack.approval
    assert (stack.steps[0].uses, stack.needs) == ("codepipeline/deploy/cloudformation", ("Train/Start", "Train/Ask"))


def test_arm_template_with_nested_resources() -> None:
    text = json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "resources": [
                {
                    "type": "Microsoft.MachineLearningServices/workspaces",
                    "name": "ws",
                    "resources": [{"type": "computes", "name": "c"}],
                }
            ],
        }
    )
    assert [r.kind for r in resources("t.json", text)] == [
        "Microsoft.MachineLearningServices/workspaces",
        "Microsoft.MachineLearningServices/workspaces/computes",
    ]


def test_serverless_functions() -> None:
    text = """
    service: scoring
    provider: {name: aws}
    functions:
      train:
        handler: a.b
        events:
          - schedule: {rate: [cron(0 1 * * ? *)], enabled: false}
      score:
        image: repo/x:1
        events:
          - s3: bucket
    """
    service, train, score = resources("serverless.yml", text)
    assert service.name == "scoring"
    assert (train.schedule, train.is_active) == ("cron(0 1 * * ? *)", False)
    assert (score.event, score.images) == ("s3", ("repo/x:1",))


_AZUREML = "$schema: https://azuremlschemas.azureedge.net/latest/{}.schema.json\n"


def test_azureml_pipeline_and_schedule() -> None:
    pipeline = _AZUREML.format("pipelineJob") + dedent("""
    name: training
    jobs:
      prep:
        code: ./src
        command: >-
          python prep.py --data ${{inputs.data}}
      train:
        code: ./src/train
        command: python train.py
    """)
    found = one("p.yml", pipeline, "azureml:pipelineJob")
    assert [(c.argv[:2], c.cwd) for c in found.commands] == [
        (("python", "prep.py"), "$SCRIPT_DIR/src"),
        (("python", "train.py"), "$SCRIPT_DIR/src/train"),
    ]
    cron = _AZUREML.format("schedule") + "name: s\ntrigger: {type: cron, expression: 0 0 * * 1}\ncreate_job: ./p.yml\n"
    assert one("s.yml", cron, "azureml:schedule").schedule == "0 0 * * 1"
    often = (
        _AZUREML.format("schedule") + "trigger: {type: recurrence, frequency: day, interval: 1}\nis_enabled: false\n"
    )
    assert (one("s.yml", often, "azureml:schedule").schedule, one("s.yml", often, "azureml:schedule").is_active) == (
        "every day",
        False,
    )
    monitor = _AZUREML.format("schedule") + "trigger: {frequency: day}\ncreate_monitor: {monitoring_signals: {}}\n"
    assert one("m.yml", monitor, "azureml:monitorSchedule").schedule == "every day"
    deployment = _AZUREML.format("managedOnlineDeployment") + "name: blue\nendpoint_name: e\n"
    assert one("d.yml", deployment, "azureml:managedOnlineDeployment").name == "blue"


def _bundle(pause: str, variables: str = "") -> str:
    return f"bundle: {{name: b}}\n{variables}\n" + dedent(f"""
    resources:
      jobs:
        train:
          name: train-job
          schedule: {{quartz_cron_expression: 0 0 6 * * ?, pause_status: "{pause}"}}
          tasks:
            - task_key: a
              spark_python_task: {{python_file: ../src/train.py, parameters: [--env, prod]}}
            - task_key: b
              python_wheel_task: {{package_name: p, entry_point: evaluate}}
            - task_key: c
              notebook_task: {{notebook_path: ../notebooks/Report}}
    """)


@pytest.mark.parametrize(
    ("pause", "variables", "active"),
    [
        ("UNPAUSED", "", True),
        ("PAUSED", "", False),
        ("${var.p}", "", True),
        ("${var.p}", "variables: {p: {default: PAUSED}}", False),
        ("${var.p}", "variables: {p: {default: PAUSED}}\ntargets: {prod: {variables: {p: UNPAUSED}}}", True),
    ],
)
def test_databricks_job(pause: str, variables: str, active: bool) -> None:
    found = one("databricks.yml", _bundle(pause, variables), "databricks:job")
    assert (found.name, found.schedule, found.is_active) == ("train-job", "0 0 6 * * ?", active)
    assert [c.argv for c in found.commands] == [
        ("python", "../src/train.py", "--env", "prod"),
        ("evaluate",),
        ("databricks-notebook", "../notebooks/Report.py"),
    ]


@pytest.mark.parametrize(
    ("trigger", "schedule", "event"),
    [
        ("trigger: {periodic: {interval: 2, unit: DAYS}}", "every 2 DAYS", ""),
        ("trigger: {file_arrival: {url: /x}}", "", "file_arrival"),
        ("trigger: {table_update: {table_names: [t]}}", "", "table_update"),
        ("continuous: {pause_status: UNPAUSED}", "continuous", ""),
        ("max_concurrent_runs: 1", "", ""),
    ],
)
def test_databricks_triggers_in_an_included_file(trigger: str, schedule: str, event: str) -> None:
    found = one("resources/a.yml", f"resources:\n  jobs:\n    a:\n      {trigger}\n", "databricks:job")
    assert (found.schedule, found.event) == (schedule, event)


def test_databricks_targets_and_other_resources() -> None:
    text = (
        "targets: {dev: {mode: development}, prod: {mode: production}}\nresources: {model_serving_endpoints: {e: {}}}\n"
    )
    assert [f"{r.kind} {r.name}" for r in resources("databricks.yml", text)] == [
        "target dev",
        "target prod",
        "model_serving_endpoint e",
    ]


def test_sagemaker_and_kubeflow_pipelines() -> None:
    steps = json.dumps({"Version": "2020-12-01", "Steps": [{"Name": "Fit", "Type": "Training"}]})
    assert [f"{r.kind} {r.name}" for r in resources("p.json", steps)] == ["pipeline p", "TrainingStep Fit"]
    compiled = """
    deploymentSpec:
      executors:
        exec-a: {container: {image: 'python:3.11'}}
    pipelineInfo: {name: training}
    root: {dag: {tasks: {prep: {}, train: {}}}}
    """
    found = one("p.yaml", compiled, "kubeflow:pipeline")
    assert (found.name, found.images) == ("training", ("python:3.11",))
    assert [text for _, text, _ in found.settings] == ["prep", "train"]


@pytest.mark.parametrize(("enforcement", "active"), [("active", True), ("evaluate", False), ("disabled", False)])
def test_ruleset(enforcement: str, active: bool) -> None:
    rules = [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "test"}]}}]
    text = json.dumps({"name": "main", "target": "branch", "enforcement": enforcement, "rules": rules}, indent=1)
    found = one(".github/rulesets/main.json", text, "github:ruleset")
    assert found.is_active is active
    assert found.settings[0] == ("required_status_checks.0", "test", 11)


def test_branch_protection_as_code() -> None:
    text = "branches:\n  - name: main\n    protection:\n      required_status_checks:\n        contexts: [ci / test]\n"
    found = one(".github/settings.yml", text, "github:branch_protection")
    assert value(found, "required_status_checks.0") == "ci / test"


def test_render_services() -> None:
    text = """
    services:
      - {type: web, name: api, startCommand: uvicorn app:app}
      - {type: cron, name: t, schedule: 0 1 * * *}
    """
    web, cron = resources("render.yaml", text)
    assert web.commands[0].argv == ("uvicorn", "app:app") and cron.schedule == "0 1 * * *"


# ---- monitoring ----


def test_alertmanager_receiver_without_a_way_reaches_no_one() -> None:
    text = """
    route: {receiver: team}
    receivers:
      - name: team
        slack_configs: [{channel: '#ml'}]
      - name: none
    """
    team, none, route = resources("alertmanager.yml", text)
    assert (team.is_active, none.is_active, route.kind) == (True, False, "route")


def test_prometheus_file() -> None:
    text = """
    global: {scrape_interval: 15s}
    rule_files: [rules.yml]
    alerting: {alertmanagers: [{static_configs: [{targets: ['am:9093']}]}]}
    scrape_configs:
      - job_name: api
        static_configs: [{targets: ['api:8000']}]
    """
    found = resources("prometheus.yml", text)
    assert [r.kind for r in found] == ["scrape_config", "alerting", "rule_file"]
    assert value(found[0], "static_configs.0.targets.0") == "api:8000"


def test_promtail_scrapes_logs() -> None:
    text = "clients: [{url: 'http://loki'}]\nscrape_configs:\n- job_name: logs\n"
    assert one("promtail.yml", text, "promtail:scrape_config").name == "logs"


def test_grafana_dashboard_titles_queries_and_lines() -> None:
    board = {
        "title": "Model",
        "schemaVersion": 36,
        "panels": [
            {"title": "Drift", "targets": [{"expr": 'psi{model="a"}'}]},
            {"type": "row", "panels": [{"title": "Inner"}]},
        ],
    }
    found = one("grafana/model.json", json.dumps(board, indent=1), "grafana:dashboard")
    assert found.name == "Model"
    assert [(text, line) for _, text, line in found.settings] == [("Drift", 6), ('psi{model="a"}', 9), ("Inner", 17)]


def test_grafana_alert_rule_and_contact_point() -> None:
    text = """
    apiVersion: 1
    groups:
      - name: g
        rules:
          - title: Slow
            isPaused: true
            data: [{refId: A}]
    contactPoints:
      - name: team
    """
    rule, contact = resources("alerts.yaml", text)
    assert (rule.kind, rule.is_active, contact.kind) == ("alert_rule", False, "contact_point")


def test_collector_pipelines() -> None:
    text = "receivers: {otlp: {}}\nexporters: {x: {}}\nservice:\n  pipelines:\n    metrics/a: {receivers: [otlp]}\n"
    found = one("otel.yaml", text, "opentelemetry:metrics_pipeline")
    assert (found.name, found.line) == ("metrics/a", 5)


# ---- any text ----

_WORDS = st.sampled_from(
    (
        *("apiVersion: v1\n", "kind: CronJob\n", "spec:\n", "  schedule: ", "{{ .Values.x }}", "{{- if", "/*"),
        *("*/", "{", "}", "[", "Resources:\n", "  a: {Type: AWS::X}\n", "scrape_configs:\n", "- ", "groups:\n"),
        *("rules:\n", '"panels": [', "]", "\t", '"schemaVersion"', 'resource "a" "b" {\n', "<<EOT\n", '"${'),
        *("\n", "---\n", "&a ", "*a", "<<: ", "!Ref ", ": ", "\r", "resources:\n", "  jobs:\n", "targets:\n"),
        *(
            "bundle:\n",
            "azureml/x.schema.json",
            "$schema: ",
            "pipelineInfo",
            "\0",
            "deploymentSpec",
        ),
    )
)
_PATHS = (
    *("a.tf", "a.tf.json", "a.tfvars", "a.yaml", "templates/a.yaml", "values.yaml", "Chart.yaml", "kustomization.yaml"),
    *("a.json", "a.bicep", "Procfile", "config.pbtxt", "databricks.yml", "serverless.yml", "app.yaml", "render.yaml"),
    *("Pulumi.yaml", ".ebextensions/a.config", ".github/settings.yml", "feature_store.yaml", "model-settings.json"),
    *("bentofile.yaml", "cog.yaml"),
)


@pytest.mark.parametrize("reader", READERS, ids=lambda module: module.__name__.rpartition(".")[2])
@given(text=st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=25).map("".join)), path=st.sampled_from(_PATHS))
@settings(max_examples=50, deadline=None)
def test_never_raises_and_lines_are_in_the_text(reader: ModuleType, text: str, path: str) -> None:
    if not reader.matches(path):
        return
    facts = reader.read(path, text)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 2
    for resource in facts.resources:
        assert 1 <= resource.line <= lines and len(resource.settings) <= 400
    assert all(line >= 1 and reason for line, reason in facts.problems)
    assert reader.read(path, text) == facts


@pytest.mark.parametrize(
    ("reader", "path", "text"),
    [
        (kubernetes, "a.yaml", "apiVersion: v1\nkind: x\n" + "{{/*" * 50_000),
        (kubernetes, "a.yaml", "apiVersion: v1\nkind: x\na: {{" + " " * 200_000),
        (kubernetes, "a.yaml", "apiVersion: v1\nkind: x\n" + "[" * 200_000),
        (kubernetes, "a.yaml", "apiVersion: v1\nkind: List\nitems:\n- &x {kind: P, a: 1}\n" + "- *x\n" * 50_000),
        (cloud_templates, "a.yaml", "resources:\n" * 20_000),
        (cloud_templates, "a.yaml", "resources:\n" + " " * 200_000),
        (cloud_templates, "a.json", '"Resources" "Type" "AWS::"' + '{"a":' * 50_000),
        (monitoring_config, "a.json", '{"schemaVersion":1,"panels":' + "[" * 200_000),
        (terraform, "a.tf", "a = " + "[" * 30_000 + "]" * 30_000 + "\n"),
        (terraform, "a.tf", '"${' * 60_000),
    ],
    ids=range(10),
)
def test_hostile_texts_are_read_in_bounded_time(reader: ModuleType, path: str, text: str) -> None:
    with within(4):
        reader.read(path, text)
