"""Rules and schedules of EventBridge in AWS CDK code, with what they start: a function, a pipeline of SageMaker.

A target may be given in the rule, added to its variable, or by a function of the app that is handed the rule. Rules:
docs.aws.amazon.com/cdk "aws-events", "aws-events-targets", "aws-scheduler".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.facts.workflow import Trigger
from assessor.readers.infrastructure.cdk_source import CutSource, MadeCall
from assessor.readers.infrastructure.resource_fields import HANDLER

_STATE_CHANGES = ("on_state_change", "onStateChange")
_SCHEDULE = re.compile(r"\b(?:schedule|schedule_expression|scheduleExpression)\s*[:=]\s*")
_CLOCK = re.compile(
    r"\.(?:expression|cron|rate)\s*\(([^()]{0,80}(?:\([^()]{0,40}\)[^()]{0,40})?)\)|[\"'`]((?:cron|rate)\([^)]{0,80}\))"
)
_PATTERN = re.compile(r"\b(?:event_pattern|eventPattern)\s*[:=]")
_WHAT = re.compile(r"\b(?:detail_type|detailType)[\"']?\s*[:=]\s*\[\s*[\"'`]([^\"'`\n]{1,120})")
_OFF = re.compile(r"\benabled\s*[:=]\s*(?:False|false)\b|\bstate\s*[:=]\s*[\"']DISABLED")
_FOLDER = re.compile(r"\b(?:from_asset|fromAsset)\(\s*[\"'`]([^\"'`\n]{1,200})")
_HANDLER_NAME = re.compile(r"[\w./-]{1,200}\.[A-Za-z_]\w*")
_FUNCTIONS = ("Function", "DockerImageFunction", "PythonFunction")


def rules(source: CutSource) -> Iterator[Resource]:
    """One resource for what starts each rule, by the clock and by events, that starts something known."""
    if "event" not in source.text.lower() and "schedule" not in source.text.lower():
        return
    for call in source.calls:
        if _is_rule(source, call):
            spans = _spans(source, call)
            settings = (
                (("SageMakerPipelineParameters", "the pipeline", call.line),) if _names_pipeline(source, spans) else ()
            )
            commands = tuple(_handlers(source, spans))
            if settings or commands:
                yield from _starts(source, call, settings, commands)


def pipeline_triggers(source: CutSource) -> Mapping[str, list[Trigger]]:
    """What rules start code pipelines, by the variable of the pipeline that a target names (`targets.CodePipeline(delivery)`)."""
    found: dict[str, list[Trigger]] = defaultdict(list)
    targets = [call for call in source.calls if call.last == "CodePipeline"]
    for rule in source.calls if targets else ():
        for span in _spans(source, rule) if _is_rule(source, rule) else ():
            for target in targets:
                if span.opened <= target.start < span.end:
                    for word in source.words(target):
                        found[word] += _clock_and_events(source, rule)
    return found


def _clock_and_events(source: CutSource, rule: MadeCall) -> Iterator[Trigger]:
    for made in _starts(source, rule, (), ()):
        yield Trigger("schedule" if made.schedule else "event", made.line, is_active=made.is_active)


def _is_rule(source: CutSource, call: MadeCall) -> bool:
    if call.last in ("Rule", "CfnRule"):
        return "event" in call.name.lower() or re.search(r"aws[_-]events", source.text) is not None
    return call.last in _STATE_CHANGES or (call.last in ("CfnSchedule", "Schedule") and "scheduler" in source.text)


def _starts(
    source: CutSource, call: MadeCall, settings: tuple[tuple[str, str, int], ...], commands: tuple[Command, ...]
) -> Iterator[Resource]:
    text = source.plain[call.opened : call.end]
    name, is_active = source.first_text(call), not _OFF.search(text)
    if _SCHEDULE.search(text):
        clock = _CLOCK.search(text)
        cron = next((part for part in clock.groups() if part), "") if clock else ""
        cron = " ".join(cron.split()).strip("\"'`") or "a schedule"
        yield Resource("cdk", "Rule", name, call.line, settings, commands, schedule=cron, is_active=is_active)
    if _PATTERN.search(text):
        found = _WHAT.search(text)
        event = found[1] if found else "an event"
        yield Resource("cdk", "Rule", name, call.line, settings, commands, is_active=is_active, event=event)


def _spans(source: CutSource, rule: MadeCall) -> list[MadeCall]:
    """The rule's own call, those on its variable (`rule.add_target(...)`), and those that are handed it."""
    spans = [rule]
    for call in source.calls if rule.variable else ():
        on_it = call.name.rpartition(".")[0].rpartition(".")[2] == rule.variable
        if call.start > rule.end and (on_it or rule.variable in source.words(call)):
            spans.append(call)
        if call.start > rule.end and call.variable == rule.variable:
            break  # the name means something else from here on
    return spans


def _names_pipeline(source: CutSource, spans: list[MadeCall]) -> bool:
    """A target is a pipeline of SageMaker, by its class, its parameters or the address that it is given."""
    words = {word.replace("_", "").lower() for call in spans for word in (*source.words(call), *call.name.split("."))}
    inside = any("sagemakerpipelineparameter" in word or word.startswith("sagemakerstartpipeline") for word in words)
    handed = {word for call in spans[1:] for word in (*source.words(call), *call.name.split("."))}
    return inside or "sagemakerpipeline" in words or any("sagemaker_pipeline" in word for word in handed)


def _handlers(source: CutSource, spans: list[MadeCall]) -> Iterator[Command]:
    """What the functions run that targets name: the handler in the folder of their code."""
    named = {word for call in spans for word in source.words(call)}
    for call in source.calls:
        if call.last in _FUNCTIONS and call.variable in named:
            handler = source.given(call, "handler") or ("index.handler" if call.last == "PythonFunction" else "")
            if call.last == "PythonFunction" and "." not in handler:
                handler = f"{source.given(call, 'index').removesuffix('.py') or 'index'}.{handler}"
            folder = _FOLDER.search(source.plain, call.opened, call.end)
            path = folder[1] if folder else source.given(call, "entry")
            module, _, name = handler.rpartition(".")
            if _HANDLER_NAME.fullmatch(handler):
                yield Command((HANDLER, f"{module}.py", name), call.line, cwd=path.removeprefix("./"))
