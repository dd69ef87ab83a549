"""Snakemake: the rules of a Snakefile with their inputs, outputs and what they run.

A rule is known by its first line and its keywords by their indentation; expressions (`expand(...)`, functions of wildcards)
are not evaluated, the texts in them are taken as they stand.

Language: snakemake.readthedocs.io, "Snakefiles and Rules".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from textwrap import dedent

from assessor.facts.commands import Command, Target
from assessor.facts.file import FileFacts
from assessor.facts.place import Setting
from assessor.readers.syntax import shell

MAX_LINES = 10_000
_MAX_RULE_LINES = 400

_RULE = re.compile(r"^(?:rule|checkpoint)[ \t]+(\w+)[ \t]*:[ \t]*(?:#.*)?$")
_KEYWORD = re.compile(r"^[ \t]+(input|output|shell|script|notebook|run|params|log|metrics)[ \t]*:[ \t]*(.*)$")
_OTHER_KEYWORD = re.compile(r"^[ \t]+[a-z_]+[ \t]*:(?!=)")
_TEXT = re.compile(r"\"\"\"(.*?)\"\"\"|'''(.*?)'''|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'", re.DOTALL)
_OF_RULE = re.compile(r"\brules\.(\w+)\.output")
_INCLUDE = re.compile(r"^(include|configfile)[ \t]*:[ \t]*[\"']([^\"'\n]+)[\"']")
_IMPORT = re.compile(r"^(?:from[ \t]+\S+[ \t]+import|import)[ \t]")
_OF_CONFIG = re.compile(r"\bconfig(?:\[[\"']?|\.get\([\"'])(\w{1,60})")
_FILLED = re.compile(r"\{(?:input|output|params|wildcards|threads|log|resources|config)[^{}]*\}")


@dataclass
class _Rule:
    name: str
    line: int
    parts: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def text(self, keyword: str) -> str:
        return "\n".join(line for _, line in self.parts.get(keyword, ()))

    def first_line(self, keyword: str) -> int:
        return next((number for number, _ in self.parts.get(keyword, ())), self.line)


def matches(path: str) -> bool:
    """`Snakefile` and the files that it includes (`*.smk`)."""
    name = path.rpartition("/")[2]
    return name == "Snakefile" or name.endswith((".smk", ".snakefile"))


def read(path: str, text: str) -> FileFacts:
    """Return the rules in order; the first one is the default. Files that it includes are settings `include`,
    files of settings that it reads `configfile`."""
    lines = text.splitlines()[:MAX_LINES]
    folder = path.rpartition("/")[0]
    imports = [line for line in lines if _IMPORT.match(line)]
    rules = list(_rules(lines))
    included = [(found[1], found[2], number) for number, line in enumerate(lines, 1) if (found := _INCLUDE.match(line))]
    return FileFacts(
        targets=tuple(
            replace(_target(rule, folder, imports), is_default=number == 0) for number, rule in enumerate(rules)
        ),
        settings=tuple(Setting(*entry) for entry in included),
    )


def _rules(lines: list[str]) -> Iterator[_Rule]:
    rule: _Rule | None = None
    keyword = ""
    for number, line in enumerate(lines, 1):
        if found := _RULE.match(line):
            if rule:
                yield rule
            rule, keyword = _Rule(found[1], number), ""
        elif line.strip() and not line.startswith((" ", "\t", "#")):
            if rule:
                yield rule
            rule = None
        elif rule and number - rule.line < _MAX_RULE_LINES:
            if (given := _KEYWORD.match(line)) and not _is_deeper(line, rule, keyword):
                keyword = given[1]
                rule.parts[keyword] = [(number, given[2])]
            elif keyword and _OTHER_KEYWORD.match(line) and not _is_deeper(line, rule, keyword):
                keyword = ""
            elif keyword and not line.lstrip().startswith("#"):
                rule.parts[keyword].append((number, line))
    if rule:
        yield rule


def _is_deeper(line: str, rule: _Rule, keyword: str) -> bool:
    """The line belongs to the Python of a `run:` block, whose lines stand deeper than the keyword itself."""
    if keyword != "run":
        return False
    body = [text for _, text in rule.parts["run"] if text.strip()]
    return bool(body) and _indent(line) >= _indent(body[-1] if len(body) == 1 else body[0])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _target(rule: _Rule, folder: str, imports: list[str]) -> Target:
    needs = tuple(dict.fromkeys(_OF_RULE.findall(rule.text("input"))))
    return Target(
        "snakemake",
        rule.name,
        rule.line,
        tuple(_commands(rule, folder, imports)),
        needs,
        (*_texts(rule.text("input")), *_settings(rule)),
        _texts(rule.text("output")),
    )


def _settings(rule: _Rule) -> Iterator[str]:
    """What the rule takes from the files of settings: `config["depth"]` as `config:depth`."""
    for keyword in ("params", "shell", "run"):
        yield from dict.fromkeys(f"config:{name}" for name in _OF_CONFIG.findall(rule.text(keyword)))


def _commands(rule: _Rule, folder: str, imports: list[str]) -> Iterator[Command]:
    if "shell" in rule.parts:
        line = rule.first_line("shell")
        joined = "".join(_texts(rule.text("shell")))
        for command in shell.parse(_FILLED.sub("x", joined), line, stops_on_error=True).commands:
            yield replace(command, line=max(command.line, line))
    for keyword in ("script", "notebook"):
        for name in _texts(rule.text(keyword))[:1]:
            started = f"{folder}/{name}" if folder else name
            program = "papermill" if keyword == "notebook" else _INTERPRETERS.get(name.rpartition(".")[2], "")
            if program:
                yield Command((program, started), rule.first_line(keyword))
    if "run" in rule.parts:
        body = dedent("\n".join(line for _, line in rule.parts["run"][1:]))
        yield Command(("python", "-c", "\n".join([*imports, body])), rule.first_line("run"))


_INTERPRETERS = {"py": "python", "R": "Rscript", "r": "Rscript", "jl": "julia", "sh": "bash"}


def _texts(code: str) -> tuple[str, ...]:
    """The texts that stand in some Python, without what is commented out."""
    return tuple(next(group for group in found.groups() if group is not None) for found in _TEXT.finditer(code))
