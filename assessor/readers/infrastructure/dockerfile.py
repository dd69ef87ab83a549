"""Dockerfiles, after the Dockerfile reference: stages, what RUN does, what the container starts."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace

from assessor.facts.commands import Command
from assessor.facts.file import FileFacts
from assessor.facts.project_files import BuildStage, Dockerfile
from assessor.readers.syntax import shell

_INSTRUCTION = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_PAIR = re.compile(r"""(?<!\w)([A-Za-z_]\w*+)=("(?>(?:[^"\\]|\\.){0,2000})"|'[^']{0,2000}'|(?:[^\s\\]|\\.)*)""")
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]{0,1000}))?\}|\$(\w+)")
_FLAGS = re.compile(r"(?>(?:--\S++[\s\\]++)+)")
_CONTINUED = "\\\n"
MAX_LINES = 5_000


def matches(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    if name.endswith((".md", ".sh", ".py", ".yml", ".yaml", ".json", ".txt", ".j2", ".dockerignore")):
        return False
    return name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile"))


def read(path: str, text: str) -> FileFacts:
    """Return the stages, commands and entry of a Dockerfile. An empty one is a problem and no Dockerfile."""
    if not text.strip():
        return FileFacts(problems=((1, "an empty Dockerfile"),))
    reader = _Reader()
    for line, content, document in _instructions(text):
        reader.instruction(line, content, document)
    if not reader.stages:
        return FileFacts(problems=((1, "a Dockerfile without FROM"),))
    return FileFacts(dockerfile=reader.finished())


def _instructions(text: str) -> list[tuple[int, str, str]]:
    """(line, instruction with its continuations as a shell writes them, here-document) in order."""
    lines = text.splitlines()[:MAX_LINES]
    found, number = [], 0
    while number < len(lines):
        start = number
        parts: list[str] = []
        while number < len(lines):
            line = lines[number]
            number += 1
            if parts and line.lstrip().startswith("#"):
                continue
            if line.rstrip().endswith(("\\", "`")):
                parts.append(line.rstrip()[:-1] + _CONTINUED)
                continue
            parts.append(line)
            break
        content, document = "".join(parts), ""
        if not content.strip() or content.lstrip().startswith("#"):
            continue
        marker = _HEREDOC.search(content) if content.lstrip()[:4].upper() in ("RUN ", "COPY") else None
        if marker:
            body = []
            while number < len(lines) and lines[number].strip() != marker[1]:
                body.append(lines[number])
                number += 1
            number += 1
            document = "\n".join(body)
        found.append((start + 1, content, document))
    return found


class _Reader:
    def __init__(self) -> None:
        self.stages: list[BuildStage] = []
        self.arguments: dict[str, str] = {}
        self.env: dict[str, str] = {}
        self.commands: list[Command] = []
        self.copies: list[tuple[str, str, int]] = []
        self.entry: tuple[int, list[str]] | None = None
        self.command: tuple[int, list[str], bool] | None = None
        self.workdir = ""
        self.user = ""

    def instruction(self, line: int, content: str, document: str) -> None:
        found = _INSTRUCTION.match(content)
        handler = getattr(self, f"on_{found[1].lower()}", None) if found else None
        if found and handler:
            text = found[2].strip()
            is_shell = found[1].lower() in ("run", "cmd", "entrypoint")
            handler(line, text if is_shell else text.replace(_CONTINUED, "\n"), document)

    def filled(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            return self.arguments.get(found[1] or found[3], found[2] or found[0])

        return _VARIABLE.sub(value, text)

    def on_arg(self, line: int, text: str, document: str) -> None:
        name, equals, value = text.partition("=")
        if equals:
            self.arguments[name.strip()] = value.strip().strip("\"'")

    def on_env(self, line: int, text: str, document: str) -> None:
        """`ENV A=1 B=2`, or `ENV A 1`."""
        pairs = _PAIR.findall(text)
        if not pairs:
            name, _, value = text.partition(" ")
            pairs = [(name, value)]
        for name, value in pairs:
            self.arguments[name.strip()] = self.env[name.strip()] = value.strip().strip("\"'")

    def with_env(self, commands: Iterable[Command]) -> list[Command]:
        """The commands with the variables that the image has by then."""
        own = tuple(self.env.items())
        return [replace(command, env=(*own, *command.env)) for command in commands] if own else list(commands)

    def on_from(self, line: int, text: str, document: str) -> None:
        words = [w for w in self.filled(" ".join(text.split())).split() if not w.startswith("--")]
        if not words:
            return
        name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
        self.stages.append(BuildStage(name, words[0], line))
        self.entry, self.command, self.workdir, self.user = None, None, "", ""
        self.env = {}

    def on_workdir(self, line: int, text: str, document: str) -> None:
        self.workdir = posixpath.join(self.workdir, self.filled(text))

    def on_user(self, line: int, text: str, document: str) -> None:
        self.user = text

    def on_copy(self, line: int, text: str, document: str) -> None:
        if "--from=" in text or document:
            return
        words = _exec_form(text) or [w for w in text.split() if not w.startswith("--")]
        self.copies += [(source, words[-1], line) for source in words[:-1]]

    on_add = on_copy

    def on_run(self, line: int, text: str, document: str) -> None:
        flags = _FLAGS.match(text)
        plain = text[flags.end() :] if flags else text
        line += text.count("\n", 0, len(text) - len(plain))
        words = _exec_form(plain)
        if document:
            parsed = shell.parse(document, line + 1, stops_on_error=True).commands
        elif words:
            parsed = (Command(tuple(words), line),)
        else:
            parsed = shell.parse(plain, line, stops_on_error=True).commands
        self.commands += self.with_env(parsed)

    def on_entrypoint(self, line: int, text: str, document: str) -> None:
        self.entry = (line, _exec_form(text) or ["sh", "-c", text])

    def on_cmd(self, line: int, text: str, document: str) -> None:
        words = _exec_form(text)
        self.command = (line, words or ["sh", "-c", text], words is not None)

    def started(self) -> tuple[Command, ...]:
        """ENTRYPOINT with CMD as its arguments; a shell-form entry takes none."""
        if self.entry is None and self.command is None:
            return ()
        line, words = self.entry or (self.command[0], [])  # type: ignore[index]
        words = list(words)
        if self.command and words[:2] != ["sh", "-c"]:
            words += self.command[1]
        if (
            words[:2] in (["sh", "-c"], ["/bin/sh", "-c"], ["bash", "-c"], ["/bin/bash", "-c"], ["bash", "-lc"])
            and len(words) > 2
        ):
            return tuple(replace(c, line=line) for c in shell.parse(words[2], line).commands)
        if words[:1] and words[0] in ("sh", "bash", "/bin/sh", "/bin/bash") and len(words) > 1:
            return (Command(("bash", *words[1:]), line),)
        return (Command(tuple(words), line),)

    def finished(self) -> Dockerfile:
        words = self.entry[1] if self.entry else []
        return Dockerfile(
            tuple(self.stages),
            tuple(self.commands),
            tuple(self.with_env(self.started())),
            () if words[:2] == ["sh", "-c"] else tuple(words),
            tuple(self.copies),
            self.workdir,
            self.user,
        )


def _exec_form(text: str) -> list[str] | None:
    if not text.startswith("["):
        return None
    try:
        words = json.loads(text.replace(_CONTINUED, "\n"))
    except (ValueError, RecursionError):  # thousands of brackets
        return None
    return [str(word) for word in words] if isinstance(words, list) else None
