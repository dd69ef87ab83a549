"""Serverless Framework: the service, its functions with what starts them, and the CloudFormation beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure import cloudformation
from assessor.readers.infrastructure.resource_fields import flat, handler_call
from assessor.readers.infrastructure.shapes import named
from assessor.readers.syntax.yaml_tree import Node

fits = named(r"serverless\.ya?ml")


def resources(name: str, document: Node) -> Iterator[Resource]:
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
    yield from cloudformation.resources(name, document.get("resources"))
