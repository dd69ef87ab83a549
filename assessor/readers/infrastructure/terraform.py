"""Terraform and OpenTofu: resources, data sources, modules and backends with their settings, by python-hcl2's grammar.

A block `resource "aws_sagemaker_endpoint" "x"` is a resource of kind `aws_sagemaker_endpoint`; `data "t" "x"` has kind
`data.t`; `module`, `provider`, `backend`, `variable` and `locals` have those kinds. Values stay as written: expressions
such as `var.schedule` are not evaluated.
Where the text does not parse, the first lines of blocks still give kinds and names, and the rest is told as a problem.

Language: developer.hashicorp.com/terraform/language/syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import HANDLER, MAX_SETTINGS, beside, documents, flat, unix
from assessor.readers.infrastructure.service_calls import service_calls
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import Node, YamlProblem

MAX_TEXT = 300_000
_MAX_DEPTH = 12
_MAX_VALUE = 300
_BLOCK_LINE = re.compile(
    r'^[ \t]*(resource|data|module|provider)[ \t]+"([\w.-]+)"(?:[ \t]+"([\w.-]+)")?[ \t]*\{', re.MULTILINE
)
_SCHEDULE_KEYS = frozenset(
    {
        "schedule_expression",
        "schedule",
        "cron",
        "cron_expression",
        "quartz_cron_expression",
        "cron_schedule",
        "schedule_cron",
        "cron_schedule_expression",
    }
)
_EVENT_KEY = re.compile(r"(?:^|\.)(?:event_pattern|file_arrival|table_update|event_trigger|event_type|events)(?:\.|$)")
_EVENT_KINDS = frozenset(
    {
        "aws_s3_bucket_notification",
        "aws_lambda_event_source_mapping",
        "azurerm_eventgrid_event_subscription",
        "azurerm_eventgrid_system_topic_event_subscription",
        "google_eventarc_trigger",
        "google_storage_notification",
    }
)
_IMAGE_KEYS = frozenset({"image", "image_uri", "container_image", "docker_image", "image_url", "docker_image_name"})
_COMMAND_KEYS = frozenset({"command", "args", "entrypoint", "container_entrypoint"})
_MAY_BE_EMPTY = frozenset({"default", "for_each"})
"""Keys whose empty list or object says something."""
_NOTHING = {"tuple": "[]", "object": "{}"}
_NOT_RESOURCES = frozenset({"moved", "import", "check", "removed"})


def matches(path: str) -> bool:
    """Terraform's files, their values (`.tfvars`) and Terragrunt's."""
    return path.endswith((".tf", ".tofu", ".tf.json", ".tfvars", "terragrunt.hcl"))


def read(path: str, text: str) -> FileFacts:
    """Resources of the system terraform."""
    text = unix(text)
    if path.endswith(".tf.json"):
        return FileFacts(resources=tuple(_json_resources(text)))
    if len(text) > MAX_TEXT:
        return _by_lines(text, 1, f"larger than {MAX_TEXT:,} characters, only the first lines of blocks are read")
    if not text.strip():
        return EMPTY
    tree, line, reason = _parse(text)
    if tree is None:
        return _by_lines(text, line, reason)
    body = _Body(text)
    body.take(tree, "", 0)
    name = path.rpartition("/")[2]
    if path.endswith((".tfvars", ".hcl")):
        kind = "tfvars" if path.endswith(".tfvars") else "terragrunt"
        values = tuple(body.settings) + tuple(s for block in body.blocks for s in block.settings)
        return FileFacts(resources=(Resource("terraform", kind, name.partition(".")[0], 1, values[:MAX_SETTINGS]),))
    return FileFacts(resources=tuple(found for block in body.blocks for found in _resources(block)))


def _parse(text: str) -> tuple[Any, int, str]:
    """(tree, 1, "") of a text, or (None, line, reason) where it does not parse."""
    import hcl2  # late: 100 ms that only repositories with Terraform need

    try:
        return hcl2.parses_to_tree(text if text.endswith("\n") else text + "\n"), 1, ""
    except Exception as error:  # lark's errors, and whatever else a hostile text provokes in it
        line = getattr(error, "line", 1)
        return None, line if isinstance(line, int) and line > 0 else 1, f"not HCL: {type(error).__name__}"


@dataclass
class _Block:
    """A block with its labels (`resource`, type, name) and all that is set in it."""

    labels: tuple[str, ...]
    line: int
    settings: list[tuple[str, str, int]] = field(default_factory=list)


class _Body:
    """Collects the attributes of a body as settings and its blocks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.settings: list[tuple[str, str, int]] = []
        self.blocks: list[_Block] = []

    def take(self, tree: Any, prefix: str, depth: int) -> None:
        for child in _trees(tree):
            if child.data == "body":
                self.take(child, prefix, depth)
            elif child.data == "attribute":
                self.attribute(child, prefix, depth)
            elif child.data == "block":
                self.block(child, prefix, depth)

    def block(self, tree: Any, prefix: str, depth: int) -> None:
        labels = tuple(self.source(part).strip('"') for part in _trees(tree) if part.data in ("identifier", "string"))
        if not labels:
            return
        inner = _Body(self.text)
        if depth < _MAX_DEPTH:
            # a `dynamic "x" { content { … } }` block stands for blocks x
            within = labels[1] if labels[0] == "dynamic" and len(labels) > 1 else ".".join(labels)
            key = "" if depth == 0 or within == "content" else _joined(prefix, within)
            for part in _trees(tree):
                if part.data == "body":
                    inner.take(part, key or ("" if depth == 0 else prefix), depth + 1)
        if depth == 0:
            self.blocks.append(_Block(labels, tree.meta.line, inner.settings[:MAX_SETTINGS]))
        elif inner.settings:
            self.settings += inner.settings
        else:
            self.settings.append((_joined(prefix, ".".join(labels)), "{}", tree.meta.line))

    def attribute(self, tree: Any, prefix: str, depth: int) -> None:
        parts = list(_trees(tree))
        if len(parts) < 2 or len(self.settings) >= MAX_SETTINGS:
            return
        self.value(_joined(prefix, self.source(parts[0])), parts[1], depth)

    def value(self, key: str, tree: Any, depth: int) -> None:
        """Add the scalars of a value; lists and objects by index and key, anything else as it is written."""
        inner = next(_trees(tree), None) if tree.data == "expr_term" else tree
        kind = inner.data if inner is not None else ""
        if depth >= _MAX_DEPTH or len(self.settings) >= MAX_SETTINGS or inner is None:
            kind = ""
        if kind in ("tuple", "object") and key in _MAY_BE_EMPTY and not any(_trees(inner)):
            self.settings.append((key, _NOTHING[kind], getattr(tree.meta, "line", 1)))
        elif kind == "tuple":
            for number, item in enumerate(part for part in _trees(inner) if part.data != "new_line_or_comment"):
                self.value(f"{key}.{number}", item, depth + 1)
        elif kind == "object":
            for element in _trees(inner):
                parts = list(_trees(element))
                if element.data == "object_elem" and len(parts) > 1:
                    self.value(_joined(key, self.source(parts[0]).strip('"()')), parts[-1], depth + 1)
        elif kind == "function_call" and self.source(inner).startswith(("jsonencode(", "yamlencode(")):
            arguments = next((part for part in _trees(inner) if part.data == "arguments"), None)
            first = next(_trees(arguments), None) if arguments is not None else None
            if first is not None:
                self.value(key, first, depth + 1)
        elif kind.startswith("heredoc"):
            self.settings.append((key, _heredoc(self.source(tree))[:5_000], tree.meta.line + 1))
        else:
            written = self.source(tree).strip()
            self.settings.append((key, _unquoted(written)[:_MAX_VALUE], getattr(tree.meta, "line", 1)))

    def source(self, tree: Any) -> str:
        start, end = getattr(tree.meta, "start_pos", None), getattr(tree.meta, "end_pos", None)
        return self.text[start:end] if start is not None else ""


def _trees(tree: Any) -> Iterator[Any]:
    return (child for child in tree.children if hasattr(child, "children"))


def _joined(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix else key


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _heredoc(text: str) -> str:
    """The lines of a heredoc without its markers."""
    lines = text.strip("\n").split("\n")
    return "\n".join(lines[1:-1]) if len(lines) > 2 else ""


def _resources(block: _Block) -> Iterator[Resource]:
    word, labels = block.labels[0], block.labels[1:]
    if word in _NOT_RESOURCES:
        return
    if word == "terraform":
        for key, _, line in block.settings:
            if key.startswith("backend."):
                yield Resource("terraform", "backend", key.split(".")[1], line, tuple(block.settings))
                break
        return
    if word in ("resource", "data") and len(labels) >= 2:
        yield _resource(labels[0] if word == "resource" else f"data.{labels[0]}", labels[1], block)
        yield from service_calls(block.settings)
    elif word in ("variable", "locals", "output"):
        yield Resource("terraform", word, labels[0] if labels else "", block.line, tuple(block.settings))
    elif labels:
        yield _resource(word, labels[0], block)


def _resource(kind: str, name: str, block: _Block) -> Resource:
    settings = tuple((key, value[:_MAX_VALUE], line) for key, value, line in block.settings)
    made = Resource("terraform", kind, name, block.line, settings)
    if kind.startswith("data."):
        return made
    images = tuple(dict.fromkeys(v for k, v, _ in settings if k.rpartition(".")[2] in _IMAGE_KEYS and v))
    return replace(
        made,
        commands=tuple(_commands(block.settings))[:200],
        images=images[:100],
        schedule=_schedule(settings),
        event=_event(kind, settings),
        is_active=not _is_off(settings),
    )


def _schedule(settings: tuple[tuple[str, str, int], ...]) -> str:
    for key, value, _ in settings:
        if key.rpartition(".")[2] in _SCHEDULE_KEYS and value not in ("", "null", "{}"):
            return value
    recurrence = [(k, v) for k, v, _ in settings if k.endswith("recurrence.frequency")]
    return f"every {recurrence[0][1]}" if recurrence else ""


def _event(kind: str, settings: tuple[tuple[str, str, int], ...]) -> str:
    for key, value, _ in settings:
        if _EVENT_KEY.search(key) and value not in ("", "null") and not key.endswith((".for_each", ".count")):
            return value
    return kind if kind in _EVENT_KINDS else ""


def _is_off(settings: tuple[tuple[str, str, int], ...]) -> bool:
    """Switched off as it is written: `count = 0`, `for_each = {}`, `is_enabled = false`, state DISABLED, PAUSED."""
    off = {
        ("count", "0"),
        ("for_each", "{}"),
        ("for_each", "[]"),
        ("for_each", "toset([])"),
        ("enabled", "false"),
        ("is_enabled", "false"),
        ("state", "DISABLED"),
        ("paused", "true"),
        ("pause_status", "PAUSED"),
        ("schedule_status", "DISABLED"),
    }
    return any((key.rpartition(".")[2], value) in off for key, value, _ in settings)


def _commands(settings: list[tuple[str, str, int]]) -> Iterator[Command]:
    """Commands of containers (a list of words) and of `local-exec` and `remote-exec` provisioners (a text)."""
    lists: dict[str, list[tuple[str, int]]] = {}
    for key, value, line in settings:
        parts = key.split(".")
        if len(parts) > 1 and parts[-1].isdigit() and parts[-2].lower() in _COMMAND_KEYS:
            lists.setdefault(".".join(parts[:-2]), []).append((value, line))
        elif "provisioner" in parts and (parts[-1] == "command" or parts[-2] == "inline"):
            yield from shell.parse(value, line).commands
    given = {key: (value, line) for key, value, line in settings}
    if "handler" in given and given.get("runtime", ("python", 0))[0].startswith(("python", "var.", "local.")):
        yield from _handler(*given["handler"])
    for key, words in lists.items():
        if key.endswith("image_config") and len(words) == 1 and (handled := tuple(_handler(*words[0]))):
            yield from handled  # the image of a Lambda function is told which handler to call
            continue
        yield Command(tuple(word for word, _ in words), words[0][1])


def _handler(handler: str, line: int) -> Iterator[Command]:
    """What a function runs whose handler is `file.function`."""
    module, _, name = handler.rpartition(".")
    if _MODULE_FILE.fullmatch(module) and name.isidentifier():
        yield Command((HANDLER, f"{module}.py", name), line, cwd=beside(""))


_MODULE_FILE = re.compile(r"[\w-]+(?:[./][\w-]+)*")


def _by_lines(text: str, line: int, reason: str) -> FileFacts:
    """What the first lines of blocks say, for a text that does not parse."""
    found, at, current = [], 0, 1
    for match in _BLOCK_LINE.finditer(text):
        start = match.start(1)
        current += text.count("\n", at, start)
        at = start
        word, first, second = match.groups()
        kind, name = (
            (first, second) if word == "resource" else (f"data.{first}", second) if word == "data" else (word, first)
        )
        found.append(Resource("terraform", kind, name or "", current))
        if len(found) >= 2_000:
            break
    return FileFacts(resources=tuple(found), problems=((line, reason),))


def _json_resources(text: str) -> Iterator[Resource]:
    parsed = documents(text)
    if isinstance(parsed, YamlProblem) or not parsed:
        return
    for word in ("resource", "data"):
        for kind, names in parsed[0].get(word).items():
            for name, body in names.items():
                block = _Block((word, kind.text, name.text), name.line, list(flat(_single(body))))
                yield from _resources(block)


def _single(body: Node) -> Node:
    """In JSON a block may stand in a list of one."""
    return body.children[0] if body.is_list and body.children else body
