"""Definitions that clouds and platforms deploy or run, one resource for each object that they make.

CloudFormation and SAM, ARM, Bicep, Pulumi projects, Serverless Framework, Azure ML (jobs, pipelines, endpoints,
schedules), Databricks asset bundles, SageMaker and Kubeflow/Vertex pipeline definitions, GitHub branch rulesets, and
the small files of platforms (Procfile, Render, App Engine, Elastic Beanstalk, BentoML, Cog, Triton, MLServer, Feast).

A file is recognised by its shape; a cheap look for tell-tale words comes before any parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure import aws_pipelines
from assessor.readers.infrastructure.resource_fields import (
    Settings,
    beside,
    containers_of,
    documents,
    flat,
    handler_call,
    images_in,
    shell_text,
    started,
    unix,
)
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_MAX_RESOURCES = 1_000
_PLAIN_NAMES = frozenset({"Procfile", "config.pbtxt"})


def matches(path: str) -> bool:
    """YAML, JSON and Bicep files, and the platform files that have a name of their own."""
    name = path.rpartition("/")[2]
    return name in _PLAIN_NAMES or path.endswith((".yml", ".yaml", ".json", ".bicep", ".template", ".config"))


def read(path: str, text: str) -> FileFacts:
    """Resources of the systems named in the module's docstring."""
    text = unix(text)
    name = path.rpartition("/")[2]
    if path.endswith(".bicep"):
        return FileFacts(resources=tuple(_bicep(text)))
    if name == "Procfile":
        return FileFacts(resources=tuple(_procfile(text)))
    if name == "config.pbtxt":
        return FileFacts(resources=tuple(_triton(text)))
    found = next((shape for shape in _SHAPES if shape[0](path, text)), None)
    if found is None:
        return EMPTY
    parsed = documents(text)
    if isinstance(parsed, YamlProblem):
        if path.endswith(".config") or "{{" in text:
            return EMPTY
        return FileFacts(
            problems=((parsed.line, f"not {'JSON' if path.endswith('.json') else 'YAML'}: {parsed.reason}"),)
        )
    each = (item for document in parsed for item in found[1](name, document))
    resources = list(islice(each, _MAX_RESOURCES + 1))
    if len(resources) > _MAX_RESOURCES:
        problem = (1, f"more than {_MAX_RESOURCES:,} resources; the rest is not read")
        return FileFacts(resources=tuple(resources[:_MAX_RESOURCES]), problems=(problem,))
    pipelines = tuple(w for d in parsed for w in aws_pipelines.workflows(d)) if found[1] is _cloudformation else ()
    return FileFacts(resources=tuple(resources), workflows=pipelines)


# ---- CloudFormation and SAM ----


_FUNCTIONS = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})


def _cloudformation(name: str, document: Node) -> Iterator[Resource]:
    """Each logical resource: kind `AWS::SageMaker::Endpoint`, with its properties."""
    for key, body in document.get("Resources").items():
        kind = body.get("Type")
        if kind.kind != "scalar" or "::" not in kind.text:
            continue
        properties = body.get("Properties")
        containers = [node for _, node in properties.walk(2_000) if node.get("Image").kind == "scalar"]
        made = Resource("cloudformation", kind.text, key.text, key.line, flat(properties))
        yield replace(
            made,
            commands=(
                *(c for node in containers for c in started(node.get("EntryPoint"), node.get("Command"))),
                *(handler_call(properties) if kind.text in _FUNCTIONS else ()),
            ),
            images=tuple(dict.fromkeys(node.get("Image").text for node in containers)),
            schedule=_first(properties, "ScheduleExpression", "Schedule", "ScheduleConfig.ScheduleExpression"),
            event=_cloudformation_event(kind.text, properties),
            is_active=properties.get("State").text not in ("DISABLED",) and not properties.get("Enabled").is_false,
        )


def _cloudformation_event(kind: str, properties: Node) -> str:
    """An EventBridge pattern, a bucket's notification, or the event source of a SAM function."""
    if properties.get("EventPattern").is_map:
        return "EventPattern"
    if properties.get("NotificationConfiguration").is_map:
        return "NotificationConfiguration"
    for _, event in properties.get("Events").entries:
        if event.get("Type").text not in ("", "Api", "HttpApi", "Schedule", "ScheduleV2"):
            return event.get("Type").text
    return kind if kind == "AWS::Lambda::EventSourceMapping" else ""


def _first(node: Node, *keys: str) -> str:
    """The first scalar among keys anywhere below a node (a SAM schedule stands below `Events`)."""
    for path, leaf in node.walk(2_000):
        if leaf.kind == "scalar" and leaf.text and any(path == key or path.endswith("." + key) for key in keys):
            return leaf.text
    return ""


# ---- ARM, Bicep, Pulumi ----


def _arm(name: str, document: Node) -> Iterator[Resource]:
    """Resources of an ARM deployment template, nested ones too: kind `Microsoft.MachineLearningServices/workspaces`."""
    queue = [(item, "") for item in _members(document.get("resources"))]
    for item, parent in queue:
        kind = item.get("type")
        if kind.kind != "scalar" or len(queue) > _MAX_RESOURCES:
            continue
        whole = f"{parent}/{kind.text}" if parent and not kind.text.startswith("Microsoft.") else kind.text
        yield Resource("arm", whole, item.get("name").text, kind.line, flat(item), schedule=_recurrence(item))
        queue += [(child, whole) for child in _members(item.get("resources"))]
        inner = item.get("properties", "template", "resources")
        queue += [(child, "") for child in _members(inner)]


def _members(node: Node) -> tuple[Node, ...]:
    """The items of a list, or the values of a map (ARM's language version 2 names its resources)."""
    return tuple(value for _, value in node.entries) if node.is_map else node.each()


def _recurrence(item: Node) -> str:
    frequency = _first(item, "recurrence.frequency")
    return f"every {frequency}" if frequency else ""


_BICEP = re.compile(r"^[ \t]*(resource|module)[ \t]+(\w+)[ \t]+'([^'\n]+)'", re.MULTILINE)
_BICEP_SETTING = re.compile(r"^[ \t]*(\w+)[ \t]*:[ \t]*([^{\[\n][^\n]*)$", re.MULTILINE)


def _bicep(text: str) -> Iterator[Resource]:
    """Resources (kind without the API version) and modules; the simple `key: value` lines up to the next one."""
    starts = list(_BICEP.finditer(text[:500_000]))[:_MAX_RESOURCES]
    line, at = 1, 0
    for number, found in enumerate(starts):
        line += text.count("\n", at, found.start(1))
        at = found.start(1)
        end = starts[number + 1].start() if number + 1 < len(starts) else min(len(text), at + 20_000)
        settings = []
        for setting in _BICEP_SETTING.finditer(text, found.end(), end):
            where = line + text.count("\n", at, setting.start(1))
            settings.append((setting[1], setting[2].strip().strip("'")[:300], where))
            if len(settings) >= 100:
                break
        kind = "module" if found[1] == "module" else found[3].partition("@")[0]
        yield Resource("bicep", kind, found[2], line, tuple(settings))


def _pulumi(name: str, document: Node) -> Iterator[Resource]:
    """A Pulumi project with its YAML resources, or the configuration of one stack (`Pulumi.prod.yaml`)."""
    stack = name.removeprefix("Pulumi").rpartition(".")[0].strip(".")
    if stack:
        yield Resource("pulumi", "stack", stack, document.line, flat(document))
        return
    if not document.get("runtime"):
        return
    yield Resource("pulumi", "project", document.get("name").text, document.line, flat(document))
    for key, body in document.get("resources").items():
        if body.get("type").kind == "scalar":
            yield Resource("pulumi", body.get("type").text, key.text, key.line, flat(body))


# ---- Serverless Framework ----


def _serverless(name: str, document: Node) -> Iterator[Resource]:
    provider = document.get("provider", "name").text or document.get("provider").text
    service = document.get("service", "name").text or document.get("service").text
    if not provider:
        return
    yield Resource("serverless", "service", service, document.line, flat(document.get("provider"), "provider"))
    for key, function in document.get("functions").items():
        schedule, event, active = "", "", True
        for item in function.get("events").each():
            for kind, body in item.items():
                if kind.text == "schedule":
                    schedule = body.get("rate").each()[0].text if body.is_map and body.get("rate").each() else body.text
                    active = not body.get("enabled").is_false
                elif kind.text not in ("http", "httpApi", "alb", "websocket"):
                    event = kind.text
        image = function.get("image")
        images = (image.text,) if image.kind == "scalar" else ()
        found = Resource("serverless", "function", key.text, key.line, flat(function), handler_call(function), images)
        yield replace(found, schedule=schedule, event=event, is_active=active)
    yield from _cloudformation(name, document.get("resources"))


# ---- Azure ML ----

_AZUREML_SCHEMA = re.compile(r"azureml(?:schemas)?[\w./-]*?/([\w-]+)\.schema\.json")


def _azureml(name: str, document: Node) -> Iterator[Resource]:
    """A YAML file of the Azure ML CLI: kind by its `$schema` (commandJob, pipelineJob, managedOnlineDeployment …)."""
    found = _AZUREML_SCHEMA.search(document.get("$schema").text[:300])
    if not found:
        return
    trigger = document.get("trigger")
    schedule = trigger.get("expression").text or (
        f"every {trigger.get('frequency').text}" if trigger.get("frequency") else ""
    )
    kind = "monitorSchedule" if document.get("create_monitor") else found[1][0].lower() + found[1][1:]
    commands = tuple(command for job in _azureml_jobs(document) for command in _azureml_command(job))
    yield Resource(
        "azureml",
        kind,
        document.get("name").text or document.get("display_name").text,
        document.get("$schema").line,
        flat(document),
        commands,
        images_in(containers_of(document)),
        schedule,
        is_active=not document.get("is_enabled").is_false,
    )


def _azureml_jobs(document: Node) -> Iterator[Node]:
    """The job itself, the jobs of a pipeline, and the job that a schedule creates."""
    yield document
    for jobs in (document.get("jobs"), document.get("create_job", "jobs")):
        for _, job in jobs.entries:
            yield job
            if job.get("component").is_map:
                yield job.get("component")
    if document.get("create_job").is_map:
        yield document.get("create_job")


def _azureml_command(job: Node) -> tuple[Command, ...]:
    """`command` runs in the folder `code`, which counts from the YAML file's folder."""
    if job.get("command").kind != "scalar":
        return ()
    code = job.get("code").text
    return shell_text(job.get("command"), "" if ":" in code else beside(code))  # `azureml:name@version` is no folder


# ---- Databricks ----

_BUNDLE_KINDS = {
    "jobs": "job",
    "pipelines": "pipeline",
    "experiments": "experiment",
    "models": "model",
    "registered_models": "registered_model",
    "model_serving_endpoints": "model_serving_endpoint",
    "quality_monitors": "quality_monitor",
    "schemas": "schema",
    "volumes": "volume",
    "clusters": "cluster",
    "dashboards": "dashboard",
    "apps": "app",
}


def _databricks(name: str, document: Node) -> Iterator[Resource]:
    """An asset bundle: the bundle, its targets, and its resources (`resources.jobs.NAME`, also below a target)."""
    variables = _bundle_variables(document)
    if document.get("bundle").is_map:
        settings = (*flat(document.get("bundle"), "bundle"), *flat(document.get("variables"), "variables"))
        yield Resource("databricks", "bundle", document.get("bundle", "name").text, document.line, settings)
    for key, target in document.get("targets").items():
        yield Resource("databricks", "target", key.text, key.line, flat(target))
        yield from _bundle_resources(target.get("resources"), variables)
    yield from _bundle_resources(document.get("resources"), variables)


def _bundle_variables(document: Node) -> dict[str, set[str]]:
    """Every value that a variable has in this file: its default and what targets give it."""
    values: dict[str, set[str]] = {}
    for key, body in document.get("variables").items():
        values.setdefault(key.text, set()).add(body.get("default").text)
    for _, target in document.get("targets").entries:
        for key, body in target.get("variables").items():
            values.setdefault(key.text, set()).add(body.get("default").text or body.text)
    return values


def _bundle_resources(resources: Node, variables: dict[str, set[str]]) -> Iterator[Resource]:
    for section, bodies in resources.items():
        kind = _BUNDLE_KINDS.get(section.text)
        for key, body in bodies.items() if kind else ():
            assert kind is not None
            made = Resource("databricks", kind, body.get("name").text or key.text, key.line, flat(body))
            if kind not in ("job", "pipeline", "quality_monitor"):
                yield made
                continue
            schedule, event, pause = _bundle_trigger(body)
            commands = tuple(c for task in body.get("tasks").each() for c in _bundle_task(task))
            active = not _only_paused(pause.text, variables)
            yield replace(made, commands=commands, schedule=schedule, event=event, is_active=active)


def _bundle_trigger(body: Node) -> tuple[str, str, Node]:
    """(schedule, event, pause status) of a job: cron, a period, new files, changed tables, or always running."""
    schedule, trigger, continuous = body.get("schedule"), body.get("trigger"), body.get("continuous")
    if schedule.get("quartz_cron_expression"):
        return schedule.get("quartz_cron_expression").text, "", schedule.get("pause_status")
    if trigger.get("periodic"):
        period = trigger.get("periodic")
        return (
            f"every {period.get('interval').text} {period.get('unit').text}".rstrip(),
            "",
            trigger.get("pause_status"),
        )
    for kind in ("file_arrival", "table_update", "table", "model"):
        if trigger.get(kind):
            return "", kind, trigger.get("pause_status")
    if continuous.is_map or continuous.is_true:
        return "continuous", "", continuous.get("pause_status")
    return "", "", NOTHING


def _only_paused(text: str, variables: dict[str, set[str]]) -> bool:
    """PAUSED as written, or a variable that has no other value in this file."""
    found = re.fullmatch(r"\$\{var\.(\w+)\}", text)
    values = variables.get(found[1], set()) if found else {text}
    return bool(values) and all(value.upper() == "PAUSED" for value in values)


def _bundle_task(task: Node) -> Iterator[Command]:
    """What one task starts: a Python file, the entry point of a wheel, a notebook, also inside a for-each task."""
    if task.get("for_each_task", "task").is_map:
        task = task.get("for_each_task", "task")
    file = task.get("spark_python_task", "python_file")
    if file.kind == "scalar":
        words = ("python", file.text, *task.get("spark_python_task", "parameters").texts())
        yield Command(words, file.line, cwd=beside(""))
    wheel = task.get("python_wheel_task")
    if wheel.get("entry_point").kind == "scalar":
        yield Command((wheel.get("entry_point").text, *wheel.get("parameters").texts()), wheel.get("entry_point").line)
    notebook = task.get("notebook_task", "notebook_path")
    if notebook.kind == "scalar" and notebook.text:
        path = notebook.text if notebook.text.endswith((".py", ".ipynb", ".sql", ".r", ".R")) else f"{notebook.text}.py"
        yield Command(("databricks-notebook", path), notebook.line, cwd=beside(""))


# ---- pipeline definitions ----


def _sagemaker(name: str, document: Node) -> Iterator[Resource]:
    """A SageMaker pipeline definition (JSON with `Version: 2020-12-01` and `Steps`)."""
    steps = document.get("Steps").each()
    if not steps or not all(step.get("Type") for step in steps):
        return
    yield Resource(
        "sagemaker", "pipeline", name.partition(".")[0], document.line, flat(document.get("Parameters"), "Parameters")
    )
    for step in steps:
        yield Resource("sagemaker", f"{step.get('Type').text}Step", step.get("Name").text, step.line, flat(step))


def _kubeflow(name: str, document: Node) -> Iterator[Resource]:
    """A compiled Kubeflow or Vertex pipeline (`pipelineInfo` and `deploymentSpec`, perhaps below `pipelineSpec`)."""
    spec = document.get("pipelineSpec") if document.get("pipelineSpec").is_map else document
    info = spec.get("pipelineInfo", "name")
    if info.kind != "scalar":
        return
    tasks = spec.get("root", "dag", "tasks")
    settings = tuple((f"tasks.{key.text}", key.text, key.line) for key, _ in tasks.items())[:400]
    images = images_in(containers_of(spec.get("deploymentSpec")))
    yield Resource("kubeflow", "pipeline", info.text, info.line, settings, images=images)


# ---- GitHub ----


def _ruleset(name: str, document: Node) -> Iterator[Resource]:
    """A repository ruleset as GitHub exports it: active rulesets bind, `evaluate` and `disabled` ones do not.

    Settings: `enforcement`, `target`, `conditions…`, `rules.N…`; each required check also stands as
    `required_status_checks.N`.
    """
    rules = document.get("rules")
    if not document.get("enforcement") or not rules.is_list:
        return
    checks = [
        check.get("context")
        for rule in rules.each()
        for check in rule.get("parameters", "required_status_checks").each()
        if check.get("context").kind == "scalar"
    ]
    active = document.get("enforcement").text == "active"
    yield Resource(
        "github", "ruleset", document.get("name").text, document.line, _checked(checks, document), is_active=active
    )


def _checked(checks: list[Node], document: Node) -> Settings:
    named = ((f"required_status_checks.{number}", node.text, node.line) for number, node in enumerate(checks))
    return (*named, *flat(document))[:400]


def _repository_settings(name: str, document: Node) -> Iterator[Resource]:
    """`.github/settings.yml` (probot/settings): branch protection and rulesets as code."""
    for branch in document.get("branches").each():
        protection = branch.get("protection")
        if protection.is_map:
            contexts = list(protection.get("required_status_checks", "contexts").each())
            yield Resource(
                "github", "branch_protection", branch.get("name").text, branch.line, _checked(contexts, branch)
            )
    for ruleset in document.get("rulesets").each():
        yield from _ruleset(name, ruleset)


# ---- hosting platforms and model servers ----


def _procfile(text: str) -> Iterator[Resource]:
    """Heroku's process types: `web: gunicorn app:app`."""
    for number, line in enumerate(text.splitlines()[:200], start=1):
        found = re.match(r"([A-Za-z0-9_-]+):\s*(\S.*)", line)
        if found:
            commands = shell.parse(found[2], number).commands
            yield Resource("procfile", "process", found[1], number, (("command", found[2][:300], number),), commands)


def _render(name: str, document: Node) -> Iterator[Resource]:
    """Render's blueprint: services (web, worker, cron) with what builds and starts them."""
    for service in document.get("services").each():
        kind = service.get("type").text
        if not kind or not service.get("name"):
            continue
        commands = tuple(c for key in ("buildCommand", "startCommand") for c in _shell_of(service.get(key)))
        schedule = service.get("schedule").text if kind == "cron" else ""
        yield Resource(
            "render", kind, service.get("name").text, service.line, flat(service), commands, schedule=schedule,
            is_active=not service.get("autoDeploy").is_false,
        )  # fmt: skip


def _shell_of(node: Node) -> tuple[Command, ...]:
    return shell_text(node) if node.kind == "scalar" and node.text else ()


def _app_engine(name: str, document: Node) -> Iterator[Resource]:
    """Google App Engine's app.yaml: it has a runtime, and usually an entry point."""
    if document.get("runtime").kind == "scalar" and not document.get("name"):
        service = document.get("service").text or "default"
        commands = _shell_of(document.get("entrypoint"))
        yield Resource("appengine", "service", service, document.line, flat(document), commands)


def _beanstalk(name: str, document: Node) -> Iterator[Resource]:
    """Elastic Beanstalk's `.ebextensions/*.config`."""
    if any(document.get(key) for key in ("option_settings", "container_commands", "commands")):
        yield Resource("elasticbeanstalk", "environment", name, document.line, flat(document))


def _bento(name: str, document: Node) -> Iterator[Resource]:
    if document.get("service").kind == "scalar":
        yield Resource(
            "bentoml", "bentofile", document.get("service").text, document.get("service").line, flat(document)
        )


def _cog(name: str, document: Node) -> Iterator[Resource]:
    """Cog's model: `predict: "predict.py:Predictor"`."""
    if document.get("build") and document.get("predict").kind == "scalar":
        yield Resource("cog", "model", document.get("predict").text, document.get("predict").line, flat(document))


def _mlserver(name: str, document: Node) -> Iterator[Resource]:
    if document.get("implementation").kind == "scalar":
        yield Resource("mlserver", "model", document.get("name").text, document.line, flat(document))


def _triton(text: str) -> Iterator[Resource]:
    """Triton's model configuration (a protobuf text)."""
    found = re.search(r'^[ \t]*(?:platform|backend)[ \t]*:[ \t]*"([^"\n]+)"', text, re.MULTILINE)
    if found:
        line = text.count("\n", 0, found.start(1)) + 1
        name = re.search(r'^name[ \t]*:[ \t]*"([^"\n]+)"', text, re.MULTILINE)
        yield Resource("triton", "model", name[1] if name else "", line, (("backend", found[1], line),))


def _feast(name: str, document: Node) -> Iterator[Resource]:
    if document.get("project").kind == "scalar" and (document.get("registry") or document.get("provider")):
        yield Resource("feast", "feature_store", document.get("project").text, document.line, flat(document))


# ---- which shape ----

Recognise = Callable[[str, str], bool]
Reader = Callable[[str, Node], Iterator[Resource]]


def _named(pattern: str) -> Recognise:
    compiled = re.compile(pattern)
    return lambda path, text: compiled.fullmatch(path.rpartition("/")[2]) is not None


def _holding(*words: str, suffix: tuple[str, ...] = (".yml", ".yaml", ".json", ".template")) -> Recognise:
    return lambda path, text: path.endswith(suffix) and all(word in text for word in words)


def _bundle_like(path: str, text: str) -> bool:
    """A bundle's own file, or one that it includes: `resources:` with one of its sections at the next level."""
    name = path.rpartition("/")[2]
    if name in ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"):
        return True
    return path.endswith((".yml", ".yaml")) and "resources:" in text and _BUNDLE_PART.search(text) is not None


_BUNDLE_PART = re.compile(
    rf"^[ \t]*resources:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*[ \t]+(?:{'|'.join(_BUNDLE_KINDS)}):[ \t]*(?:#.*)?$", re.M
)

_SHAPES: tuple[tuple[Recognise, Reader], ...] = (
    (_named(r"serverless\.ya?ml"), _serverless),
    (_named(r"Pulumi(?:\.[\w-]+)?\.ya?ml"), _pulumi),
    (_named(r"render\.ya?ml"), _render),
    (_named(r"app\.ya?ml"), _app_engine),
    (_named(r"bentofile\.ya?ml"), _bento),
    (_named(r"cog\.ya?ml"), _cog),
    (_named(r"model-settings\.json"), _mlserver),
    (_named(r"feature_store\.ya?ml"), _feast),
    (lambda path, text: "/.ebextensions/" in f"/{path}", _beanstalk),
    (lambda path, text: path.endswith(".github/settings.yml"), _repository_settings),
    (_bundle_like, _databricks),
    (_holding("$schema", "azureml", ".schema.json"), _azureml),
    (_holding("Resources", "Type", "AWS::"), _cloudformation),
    (_holding("deploymentTemplate.json", "resources", suffix=(".json",)), _arm),
    (_holding('"enforcement"', '"rules"', '"target"', suffix=(".json",)), _ruleset),
    (_holding("2020-12-01", '"Steps"', suffix=(".json",)), _sagemaker),
    (_holding("pipelineInfo", "deploymentSpec"), _kubeflow),
)
"""How each shape is recognised and read; the first that fits reads the file."""
