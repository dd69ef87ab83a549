"""Justfiles, after the just manual: recipes with commands and dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.commands import Command, Inclusion, Target
from assessor.facts.file import FileFacts
from assessor.readers.syntax import shell

_RECIPE = re.compile(r"""^@?([A-Za-z_][\w-]*+)(?:\s(?>(?:[^:'"]|'[^']*+'|"[^"]*+")*))?:(?!=)\s*+(.*)$""")
_VARIABLE = re.compile(r"^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*[\"']?([^\"'`]*)[\"']?\s*$")
_MODULE = re.compile(r"^mod\??\s+([A-Za-z_][\w-]*)(?:\s+['\"]([^'\"]+)['\"])?\s*(?:#.*)?$")
_IMPORT = re.compile(r"^import\??\s+['\"]([^'\"]+)['\"]")
_NAME = r"[A-Za-z_][\w-]*"
MAX_LINES = 10_000


def matches(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name in ("justfile", ".justfile") or name.endswith(".just")


def read(path: str, text: str) -> FileFacts:
    """Return the recipes in order; the first is the default. A recipe with a shebang is one shell text."""
    variables: dict[str, str] = {}
    found: list[tuple[str, int, tuple[str, ...], list[tuple[int, str]]]] = []
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        if line[:1] in (" ", "\t"):
            if found and line.strip():
                found[-1][3].append((number, line.strip()))
            continue
        if variable := _VARIABLE.match(line):
            variables[variable[1]] = variable[2]
        elif (recipe := _RECIPE.match(line)) and not line.startswith("#"):
            needs = tuple(re.findall(rf"{_NAME}(?:::{_NAME})*", recipe[2].split("#")[0]))
            found.append((recipe[1], number, needs, []))
    return FileFacts(
        targets=tuple(
            Target("just", name, line, _commands(body, variables), needs, is_default=index == 0)
            for index, (name, line, needs, body) in enumerate(found)
        ),
        inclusions=tuple(_inclusions(text)),
    )


def _inclusions(text: str) -> Iterator[Inclusion]:
    """`mod ml` brings the recipes of ml.just or ml/justfile as `ml::name`, run in their folder; `import` those of a file."""
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        if module := _MODULE.match(line):
            name, given = module[1], module[2]
            paths = (f"{name}.just", f"{name}/mod.just", f"{name}/justfile", f"{name}/.justfile")
            if given:
                paths = (given, f"{given}/mod.just", f"{given}/justfile", f"{given}/.justfile")
            yield Inclusion("just", f"{name}::", paths, None, number)
        elif imported := _IMPORT.match(line):
            yield Inclusion("just", "", (imported[1],), "", number)


def _commands(body: list[tuple[int, str]], variables: dict[str, str]) -> tuple[Command, ...]:
    def filled(text: str) -> str:
        return re.sub(r"\{\{\s*([\w-]+)\s*\}\}", lambda m: variables.get(m[1], f"${m[1]}"), text)

    if body and body[0][1].startswith("#!"):
        if not re.search(r"\b(?:ba|z|da)?sh\b", body[0][1]):
            return ()
        return shell.parse(filled("\n".join(line for _, line in body)), body[0][0]).commands
    commands: list[Command] = []
    for number, line in body:
        lost = line.startswith(("-", "@-"))
        for command in shell.parse(filled(line.lstrip("@-")), number, stops_on_error=True).commands:
            commands.append(replace(command, swallowed=command.swallowed or lost))
    return tuple(commands)
