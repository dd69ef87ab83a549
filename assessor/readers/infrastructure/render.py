"""Render's blueprint."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import MAX_SETTINGS, Settings, flat, shell_text
from assessor.readers.infrastructure.shapes import named
from assessor.readers.syntax.yaml_tree import Node

fits = named(r"render\.ya?ml")


def resources(name: str, document: Node) -> Iterator[Resource]:
    """Render's blueprint: services (web, worker, cron) with what builds and starts them."""
    for service in document.get("services").each():
        kind = service.get("type").text
        if not kind or not service.get("name"):
            continue
        commands = tuple(c for key in ("buildCommand", "startCommand") for c in _shell_of(service.get(key)))
        schedule = service.get("schedule").text if kind == "cron" else ""
        yield Resource(
            "render", kind, service.get("name").text, service.line, _settings(service), commands, schedule=schedule,
        )  # fmt: skip


def _settings(service: Node) -> Settings:
    """Render deploys a service on each push to its branch, unless the blueprint says no."""
    off = service.get("autoDeploy").is_false or service.get("autoDeployTrigger").text == "off"
    return (("gitops.sync", "by hand" if off else "automated", service.line), *flat(service))[:MAX_SETTINGS]


def _shell_of(node: Node) -> tuple[Command, ...]:
    return shell_text(node) if node.kind == "scalar" and node.text else ()
