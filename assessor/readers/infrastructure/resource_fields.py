"""What the readers of infrastructure share: flat settings, container commands, images and schedules of a YAML tree."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

from assessor.facts.commands import Command
from assessor.readers.syntax import shell, yaml_tree
from assessor.readers.syntax.yaml_tree import Node, YamlProblem

MAX_TEXT = 600_000
"""Characters of a YAML or JSON text that is parsed; a configuration that a person wrote is smaller."""

MAX_SETTINGS = 400
"""Settings of one resource (see facts.project_files.Resource)."""

_MAX_VALUE = 300
_MAX_NODES = 6_000
_MAX_ALIASES = 200
_ALIAS = re.compile(r"(?:^|[\s\[,{])\*[A-Za-z0-9_]")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "cmd", "powershell", "pwsh"})
_COMMAND_FLAG = re.compile(r"-[a-z]*c[a-z]*|/c", re.IGNORECASE)

Settings = tuple[tuple[str, str, int], ...]


def unix(text: str) -> str:
    """The text with `\\n` as the only line end and without a byte order mark; lines keep their numbers."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n") if "\r" in text or text.startswith("\ufeff") else text


@lru_cache(maxsize=2)
def documents(text: str) -> tuple[Node, ...] | YamlProblem:
    """The documents of a YAML text, or why it is none. Kept for the next reader of the same text."""
    if len(text) > MAX_TEXT:
        return YamlProblem(1, f"larger than {MAX_TEXT:,} characters")
    if text.count("*") > _MAX_ALIASES and len(_ALIAS.findall(text)) > _MAX_ALIASES:
        return YamlProblem(1, f"more than {_MAX_ALIASES} aliases")  # each may stand for the whole file
    try:
        return yaml_tree.load(text)
    except YamlProblem as problem:
        return problem


def flat(node: Node, prefix: str = "") -> Settings:
    """The scalars below a node as (dotted key, value, line), at most 400, values cut at 300 characters."""
    found: list[tuple[str, str, int]] = []
    for path, leaf in node.walk(_MAX_NODES):
        if leaf.kind == "scalar" and (path or prefix):
            key = f"{prefix}.{path}" if prefix and path else path or prefix
            found.append((key, leaf.text[:_MAX_VALUE], leaf.line))
            if len(found) >= MAX_SETTINGS:
                break
    return tuple(found)


def first(node: Node, *keys: str) -> str:
    """The first scalar among keys anywhere below a node (a SAM schedule stands below `Events`)."""
    for path, leaf in node.walk(2_000):
        if leaf.kind == "scalar" and leaf.text and any(path == key or path.endswith("." + key) for key in keys):
            return leaf.text
    return ""


def started(command: Node, arguments: Node = yaml_tree.NOTHING, cwd: str = "") -> tuple[Command, ...]:
    """What a container starts: `command` and `args` as lists of words, a shell with `-c TEXT`, or one shell text."""
    if command.kind == "scalar" and not arguments.is_list:
        return shell_text(command, cwd)
    nodes = [node for node in (*command.each(), *arguments.each()) if node.kind == "scalar"]
    words = [node.text for node in nodes]
    if not words:
        return ()
    if words[0].rpartition("/")[2].lower() in _SHELLS:
        for position, word in enumerate(words[1:-1], start=1):
            if _COMMAND_FLAG.fullmatch(word):
                return shell_text(nodes[position + 1], cwd, stops_on_error="e" in word and word.startswith("-"))
    line = command.line if command else arguments.line
    return (Command(tuple(word[:2_000] for word in words[:200]), line, cwd=cwd),)


def shell_text(node: Node, cwd: str = "", *, stops_on_error: bool = False) -> tuple[Command, ...]:
    """The commands of a scalar that a shell runs."""
    script = shell.parse(node.text, node.text_line, stops_on_error)
    if not cwd:
        return script.commands
    return tuple(
        Command(c.argv, c.line, c.swallowed, f"{cwd}/{c.cwd}" if c.cwd else cwd, c.env, c.condition)
        for c in script.commands
    )


HANDLER = "serverless-handler"
"""The program by which the automation graph knows a function's handler: `serverless-handler FILE FUNCTION`."""


def handler_call(function: Node) -> tuple[Command, ...]:
    """What a serverless Python function runs: its handler's module is imported and the handler called.

    `function` has `Handler` (or `handler`), and `CodeUri` or `Code` with a folder beside the template. The handler is a
    file's name, not a Python name: `start-train.handler` and `src/app.v2.handler` are allowed; dots stand for folders
    too. Rules: docs.aws.amazon.com/lambda, "Define Lambda function handler in Python".
    """
    handler = function.get("Handler") or function.get("handler")
    runtime = function.get("Runtime").text or function.get("runtime").text
    module, _, name = handler.text.rpartition(".")
    if runtime and not runtime.startswith(("python", "$")):
        return ()
    if handler.kind != "scalar" or not _MODULE_FILE.fullmatch(module) or not name.isidentifier():
        return ()
    code = function.get("CodeUri") or function.get("Code")
    folder = code.text if code.kind == "scalar" and "://" not in code.text and not code.text.endswith(".zip") else ""
    return (Command((HANDLER, f"{module.removeprefix('./')}.py", name), handler.line, cwd=beside(folder)),)


_MODULE_FILE = re.compile(r"(?:\./)?[\w-]+(?:[./][\w-]+)*")


def beside(folder: str) -> str:
    """A folder as seen from the file that names it, in the word that the automation graph knows for that."""
    plain = posixpath.normpath(folder) if folder else "."
    return shell.SCRIPT_FOLDER if plain == "." else f"{shell.SCRIPT_FOLDER}/{plain}"


def containers_of(node: Node) -> list[Node]:
    """Every map below a node that names an image as a text."""
    return [child for _, child in node.walk(_MAX_NODES) if child.get("image").kind == "scalar"]


def images_in(containers: Iterable[Node]) -> tuple[str, ...]:
    """The images that containers name, each once."""
    found = {container.get("image").text[:_MAX_VALUE]: None for container in containers}
    return tuple(image for image in found if image)[:100]


def chart_images(values: Node) -> tuple[str, ...]:
    """The images that a Helm chart's values name: `image: text`, or `repository` with `tag`."""
    found: dict[str, None] = {}
    for _, child in values.walk(_MAX_NODES):
        image, repository, tag = child.get("image"), child.get("repository"), child.get("tag")
        if image.kind == "scalar" and image.text:
            found[image.text[:_MAX_VALUE]] = None
        elif repository.kind == "scalar" and repository.text and tag:
            found[f"{repository.text[:_MAX_VALUE]}:{tag.text}".rstrip(":")] = None
    return tuple(found)[:100]


def commands_in(containers: Iterable[Node]) -> tuple[Command, ...]:
    """What containers start, in order."""
    found: list[Command] = []
    for container in containers:
        found += started(container.get("command"), container.get("args"), container.get("workingDir").text)
        if container.get("source").kind == "scalar":  # an Argo script template
            found += shell_text(container.get("source"))
        if len(found) > 500:
            break
    return tuple(found[:500])
