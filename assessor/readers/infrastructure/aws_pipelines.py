"""Pipelines that a CloudFormation template defines: CodePipeline with its stages, CodeBuild projects with a webhook.

A stage's actions become jobs that need the actions before them. A CodeBuild action runs its project's build
specification, inline or as a file; a Lambda action runs the function's handler where the template says what it is.

Rules: docs.aws.amazon.com/codepipeline, "CodePipeline pipeline structure reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from assessor.facts.commands import Command
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.infrastructure.resource_fields import documents, flat, handler_call
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_EVENT_SOURCES = frozenset({"S3", "ECR"})
_PHASES = ("install", "pre_build", "build", "post_build")
_MAX_ACTIONS = 200
_NAME = re.compile(r"[A-Za-z][\w-]*")


def workflows(document: Node) -> Iterator[Workflow]:
    """The pipelines of one template, and its builds that a webhook or schedule starts."""
    resources = {key.text: body for key, body in document.get("Resources").items()}
    for key, body in document.get("Resources").items():
        properties = body.get("Properties")
        if body.get("Type").text == "AWS::CodePipeline::Pipeline":
            made = _pipeline(key, properties, resources)
            yield replace(made, triggers=(*made.triggers, *_started_by(key.text, made.name, resources)))
        elif body.get("Type").text == "AWS::CodeBuild::Project":
            triggers = tuple(_started_by(key.text, properties.get("Name").text, resources))
            triggers += (Trigger("push", key.line),) if properties.get("Triggers", "Webhook").is_true else ()
            if triggers:
                job = _build(Job(key.text, key.line), properties)
                yield Workflow("codebuild", key.text, key.line, triggers, (job,))


_RULES = frozenset({"AWS::Events::Rule", "AWS::Scheduler::Schedule"})
_OFF = "DISABLED"


def _started_by(key: str, name: str, resources: Mapping[str, Node]) -> Iterator[Trigger]:
    """Schedules of EventBridge whose target is the pipeline or build of that logical or own name."""
    for body in resources.values():
        properties = body.get("Properties")
        clock = properties.get("ScheduleExpression")
        targets = [*flat(properties.get("Targets"), "x"), *flat(properties.get("Target"), "x")]
        said = {word for _, value, _ in targets for word in _NAME.findall(value)}
        if body.get("Type").text in _RULES and clock.text and said & ({key, name} - {""}):
            yield Trigger("schedule", clock.line, cron=clock.text, is_active=properties.get("State").text != _OFF)


def _pipeline(key: Node, properties: Node, resources: Mapping[str, Node]) -> Workflow:
    triggers: list[Trigger] = []
    jobs: list[Job] = []
    before: tuple[str, ...] = ()
    for stage in properties.get("Stages").each():
        done: list[tuple[int, str]] = []
        for action in stage.get("Actions").each()[:_MAX_ACTIONS]:
            if action.get("ActionTypeId", "Category").text == "Source":
                triggers.append(_trigger(action))
                continue
            order = int(action.get("RunOrder").text) if action.get("RunOrder").text.isdecimal() else 1
            name = f"{stage.get('Name').text}/{action.get('Name').text}"
            needs = (*before, *(other for earlier, other in done if earlier < order))
            jobs.append(_job(name, stage.get("Name").text, needs, action, resources))
            done.append((order, name))
        before = tuple(name for _, name in done) or before
        if len(jobs) > _MAX_ACTIONS:
            break
    name = properties.get("Name").text or key.text
    return Workflow("codepipeline", name, key.line, tuple(triggers), tuple(jobs), disabled="" if jobs else "no actions")


def _trigger(action: Node) -> Trigger:
    """A repository's branch that is pushed to, or a new object or image."""
    if action.get("ActionTypeId", "Provider").text in _EVENT_SOURCES:
        return Trigger("event", action.line)
    configuration = action.get("Configuration")
    branch = configuration.get("BranchName") or configuration.get("Branch")
    if configuration.get("DetectChanges").is_false:
        return Trigger("push", action.line, is_active=False)
    is_literal = branch.kind == "scalar" and not branch.tag and "$" not in branch.text
    return Trigger("push", action.line, branches=(branch.text,) if is_literal and branch.text else ())


def _job(name: str, stage: str, needs: tuple[str, ...], action: Node, resources: Mapping[str, Node]) -> Job:
    kind = action.get("ActionTypeId")
    category, provider = kind.get("Category").text, kind.get("Provider").text
    configuration = action.get("Configuration")
    inputs = tuple((key, value) for key, value, _ in flat(configuration))[:50]
    uses = f"codepipeline/{category}/{provider}".lower()
    commands: tuple[Command, ...] = ()
    if provider == "Lambda":
        commands = handler_call(_referred(configuration.get("FunctionName"), resources).get("Properties"))
    step = Step(action.get("Name").text, action.line, uses, inputs, commands)
    job = Job(name, action.line, needs=needs, steps=(step,), approval=category == "Approval", stage=stage)
    if provider == "CodeBuild":
        return _build(job, _referred(configuration.get("ProjectName"), resources).get("Properties"))
    return job


def _referred(node: Node, resources: Mapping[str, Node]) -> Node:
    """The resource that `!Ref X`, `!GetAtt X.Name` or a name stands for."""
    name = (
        node.get("Ref").text
        or next(iter(node.get("Fn::GetAtt").texts()), "")
        or node.text
        or next(iter(node.texts()), "")
    )
    found = resources.get(name.partition(".")[0])
    if found is not None:
        return found
    named = (r for r in resources.values() for key in ("FunctionName", "Name") if _same(r.get("Properties", key), node))
    return next(named, NOTHING)


def _same(one: Node, other: Node) -> bool:
    """Both are written alike (a name joined of the same parts)."""
    if one.kind != other.kind or not one:
        return False
    left, right = [text for _, text, _ in flat(one, "x")], [text for _, text, _ in flat(other, "x")]
    return bool(left) and left == right


def _build(job: Job, project: Node) -> Job:
    """The job with the commands of a CodeBuild project: an inline specification, or the file `buildspec.yml`."""
    spec = project.get("Source", "BuildSpec")
    if not project:
        return job
    job = replace(job, image=project.get("Environment", "Image").text)
    text = spec.get("Fn::Sub") or spec
    if text.kind != "scalar" or "\n" not in text.text:
        path = text.text if text.kind == "scalar" and text.text else "buildspec.yml"
        return replace(job, uses=path)
    parsed = documents(text.text)
    if isinstance(parsed, YamlProblem):
        return job
    steps = []
    for document in parsed[:1]:
        for phase in _PHASES:
            body = document.get("phases", phase)
            found = [
                command
                for node in body.get("commands").each()
                for command in shell.parse(node.text, text.text_line + node.text_line - 1, True).commands
            ]
            if found:
                steps.append(Step(phase, text.text_line + body.line - 1, commands=tuple(found)))
    return replace(job, steps=(*job.steps, *steps))
