"""CloudFormation and SAM templates: one resource for each logical resource, and the pipelines that they define."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.cloud_conditions import never_met
from assessor.readers.infrastructure.resource_fields import first, flat, handler_call, started
from assessor.readers.infrastructure.service_calls import service_calls
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding("Resources", "Type", "AWS::")

_FUNCTIONS = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})


def resources(name: str, document: Node) -> Iterator[Resource]:
    """Each logical resource: kind `AWS::SageMaker::Endpoint`, with its properties."""
    unmet = never_met(document)
    for key, body in document.get("Resources").items():
        kind = body.get("Type")
        if kind.kind != "scalar" or "::" not in kind.text:
            continue
        properties = body.get("Properties")
        containers = [node for _, node in properties.walk(2_000) if node.get("Image").kind == "scalar"]
        made = Resource("cloudformation", kind.text, key.text, key.line, flat(properties))
        yield from service_calls(made.settings)
        yield replace(
            made,
            commands=(
                *(c for node in containers for c in started(node.get("EntryPoint"), node.get("Command"))),
                *(handler_call(properties) if kind.text in _FUNCTIONS else ()),
            ),
            images=tuple(dict.fromkeys(node.get("Image").text for node in containers)),
            schedule=first(properties, "ScheduleExpression", "Schedule", "ScheduleConfig.ScheduleExpression"),
            event=_cloudformation_event(kind.text, properties),
            is_active=body.get("Condition").text not in unmet and not _is_off(properties),
        )


def _is_off(properties: Node) -> bool:
    """The rule, schedule or event source is switched off; of a function's own events, all are that start it alone."""
    events = [
        body.get("Properties")
        for _, body in properties.get("Events").items()
        if body.get("Type").text not in ("", "Api", "HttpApi")
    ]
    return _says_off(properties) or (bool(events) and all(_says_off(event) for event in events))


def _says_off(node: Node) -> bool:
    return node.get("State").text == "DISABLED" or node.get("Enabled").is_false


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
