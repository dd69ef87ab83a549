"""Compose files, after the Compose specification: services with image, build, command and what they depend on."""

from __future__ import annotations

import re

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Service
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import Node, YamlProblem, load_one

_NAME = re.compile(
    r"^(?:docker-)?compose[\w.-]*\.ya?ml$|^[\w-]+[.-]docker-compose[\w.-]*\.ya?ml$|^[\w.-]*compose[\w.-]*\.ya?ml$"
)


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return bool(_NAME.match(path.rpartition("/")[2].lower()))


def read(path: str, text: str) -> FileFacts:
    """Return the services in order."""
    try:
        root = load_one(text)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    services = root.get("services")
    if not services.is_map:
        return EMPTY
    return FileFacts(services=tuple(_service(key, node) for key, node in services.items() if node.is_map))


def _service(key: Node, node: Node) -> Service:
    build = node.get("build")
    context = build.text if build.kind == "scalar" else build.get("context").text or ("." if build.is_map else "")
    commands = [*_commands(node.get("entrypoint")), *_commands(node.get("command"))]
    if node.get("entrypoint") and node.get("command") and len(commands) == 2 and node.get("entrypoint").is_list:
        commands = [Command(commands[0].argv + commands[1].argv, commands[0].line)]
    return Service(
        key.text,
        key.line,
        node.get("image").text,
        context,
        build.get("dockerfile").text,
        tuple(commands),
        node.get("depends_on").texts(),
        tuple(_volume(item) for item in node.get("volumes").each()),
        _environment(node.get("environment")),
        profiles=node.get("profiles").texts(),
        replicas=node.get("scale").text or node.get("deploy", "replicas").text,
    )


def _commands(node: Node) -> list[Command]:
    if node.is_list:
        words = [item.text for item in node.each()]
        if words[:2] in (["sh", "-c"], ["bash", "-c"], ["/bin/sh", "-c"], ["/bin/bash", "-c"]) and len(words) > 2:
            return list(shell.parse(words[2], node.line).commands)
        return [Command(tuple(words), node.line)] if words else []
    return list(shell.parse(node.text, node.text_line).commands) if node.text else []


def _volume(node: Node) -> str:
    return node.text or f"{node.get('source').text}:{node.get('target').text}"


def _environment(node: Node) -> tuple[tuple[str, str], ...]:
    if node.is_map:
        return tuple((key.text, value.text) for key, value in node.items())
    return tuple((name, value) for name, _, value in (item.text.partition("=") for item in node.each()))
