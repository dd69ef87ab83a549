"""tox environments, after tox's documentation: tox.ini, `[tox]` in setup.cfg, tox.toml and `[tool.tox]` in pyproject.

The base `testenv` stands as a target named `*` too: tox makes of it every environment that is asked for and that no
section and no list names. A line `factor: command` is a command under the condition `factor`.
"""

from __future__ import annotations

import configparser
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from assessor.facts.commands import Command, Target
from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.syntax import shell
from assessor.readers.syntax.toml_text import TomlProblem, load_toml

TAKES_WORDS = "{posargs}"
"""Stands among the variables of a command that takes the words behind `tox --`."""


ENDINGS = (".ini", ".cfg", ".toml")


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in ("tox.ini", "setup.cfg", "tox.toml", "pyproject.toml")


def read(path: str, text: str) -> FileFacts:
    """Return one target for each environment; without an environment list the base `testenv` is `py`."""
    if "tox" not in text:
        return EMPTY
    name = path.rpartition("/")[2]
    if name == "tox.toml":
        return _toml(text, ())
    if name != "pyproject.toml":
        return _ini(text, "tox" if name == "tox.ini" else "tox:tox")
    legacy = re.search(r"legacy_tox_ini\s*=\s*(\"\"\"|''')(.*?)\1", text, re.DOTALL)
    if legacy:
        return _ini(legacy[2], "tox", text.count("\n", 0, legacy.start(2)))
    return _toml(text, ("tool", "tox"))


def _ini(text: str, head: str, offset: int = 0) -> FileFacts:
    parser = configparser.RawConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        return FileFacts(problems=((offset + 1, str(error).splitlines()[0]),))
    except AttributeError:  # configparser's own: it puts an indented line behind a value, and there is none
        return FileFacts(problems=((offset + 1, "a line goes on with the value of a key that has none"),))
    sections = [s for s in parser.sections() if s == "testenv" or s.startswith("testenv:")]
    if not sections:
        return EMPTY
    listed = parser.get(head, "envlist", fallback=None) or parser.get(head, "env_list", fallback="") or ""
    names = _envlist(listed)
    numbers = _numbered(text, offset)
    targets = []
    for name in dict.fromkeys([*names, *(s.partition(":")[2] for s in sections if ":" in s)]):
        own = f"testenv:{name}"
        section = own if parser.get(own, "commands", fallback=None) is not None else "testenv"
        folder = parser.get(own, "changedir", fallback=None) or parser.get("testenv", "changedir", fallback="") or ""
        made = _target(name, _rows(parser, section), _line(text, section) + offset, name in names, folder, numbers)
        made = _with_settings(made, parser, own)
        lost = (parser.get(own, "ignore_outcome", fallback="") or "").strip().lower() == "true"
        targets.append(_forgiven(made) if lost else made)
    base, line = _rows(parser, "testenv"), _line(text, "testenv") + offset
    folder = parser.get("testenv", "changedir", fallback="") or ""
    if not names and not parser.has_section("testenv:py"):
        targets.append(_with_settings(_target("py", base, line, True, folder, numbers), parser, "testenv"))
    if base.strip():
        targets.append(_target("*", base, line, False, folder, numbers))
    return FileFacts(targets=tuple(targets))


_REFERRED = re.compile(r"\{\[([^\]{}]+)\]([\w-]+)\}")


def _rows(parser: configparser.RawConfigParser, section: str) -> str:
    """The commands of a section, those before and after included, with `{[section]key}` filled in once."""

    def referred(found: re.Match[str]) -> str:
        return parser.get(found[1], found[2], fallback="") or ""

    keys = ("commands_pre", "commands", "commands_post")
    rows = "\n".join(parser.get(section, key, fallback="") or "" for key in keys)
    return _REFERRED.sub(referred, rows)[:100_000]


_SYSTEMS = ("linux", "darwin", "win", "mac", "bsd", "cygwin", ".*")


def _with_settings(target: Target, parser: configparser.RawConfigParser, section: str) -> Target:
    """The environment with the variables that it sets, and why it never runs: no system fits its platform."""

    def setting(*keys: str) -> str:
        found = (parser.get(place, key, fallback=None) for place in (section, "testenv") for key in keys)
        return next((text for text in found if text), "")

    rows = (row.partition("=")[::2] for row in setting("set_env", "setenv").splitlines() if "=" in row)
    env = tuple((name.strip(), value.strip()) for name, value in rows if "{" not in value)
    platform = setting("platform")
    never = "no system fits its platform" if platform and not any(word in platform for word in _SYSTEMS) else ""
    commands = tuple(replace(command, env=(*env, *command.env)) for command in target.commands) if env else None
    return replace(target, commands=commands or target.commands, never=never)


def _forgiven(target: Target) -> Target:
    return replace(target, commands=tuple(replace(command, swallowed=True) for command in target.commands))


def _envlist(text: str) -> list[str]:
    """Expand `py{311,312}-lint` and split at commas and lines."""
    found = []
    for item in re.split(r"[,\n](?![^{}]{0,500}\})", text):
        parts = re.split(r"\{([^}]{0,500})\}", item.strip())
        names = [""]
        for index, part in enumerate(parts[:9]):
            options = part.split(",") if index % 2 else [part]
            names = [left + right.strip() for left in names for right in options][:200]
        found += [name for name in names if name]
    return found


def _line(text: str, section: str) -> int:
    at = text.find(f"[{section}]")
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


_FACTOR = re.compile(r"([\w.!{},-]+):\s+(\S.*)")


def _numbered(text: str, offset: int) -> dict[str, list[int]]:
    """The lines on which each row of a file stands, without the key in front of a section's first command."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(text.splitlines(), start=1 + offset):
        found[re.sub(r"^commands\w*\s*=\s*", "", line.strip())].append(number)
    return found


def _target(
    name: str, commands: str, line: int, default: bool, folder: str, numbers: Mapping[str, list[int]]
) -> Target:
    found: list[Command] = []
    folder = re.sub(r"\{(?:toxinidir|tox_root)\}/?", "", folder)
    for row in commands.replace("\\\n", " ").splitlines():
        row = row.strip()
        at = next((number for number in numbers.get(row, ()) if number >= line), line)
        factor = _FACTOR.match(row)
        condition, row = (factor[1], factor[2]) if factor else ("", row)
        if condition and name != "*":
            if not has_factors(name, condition):
                continue
            condition = ""
        lost = row.startswith("-")
        row = row.lstrip("-! ")
        takes_words = "{posargs" in row
        plain = re.sub(r"\{posargs:?([^}]{0,500})\}", r"\1", row)
        plain = re.sub(
            r"\{(?:toxinidir|tox_root)\}/?|\{env(?:py|_?python)[^}]{0,200}\}",
            lambda m: "python" if "py" in m[0] else "",
            plain,
        )
        for command in shell.parse(plain, at, stops_on_error=True).commands:
            swallowed = command.swallowed or lost
            cwd = f"{folder}/{command.cwd}".rstrip("/") if folder else command.cwd
            env = (*command.env, (TAKES_WORDS, "1")) if takes_words else command.env
            found.append(replace(command, line=at, swallowed=swallowed, condition=condition, cwd=cwd, env=env))
    return Target("tox", name, line, tuple(found), is_default=default)


def has_factors(name: str, condition: str) -> bool:
    """The environment's name holds all factors of one alternative: `py311-unit` of `py{310,311}-unit,lint`, not of `!py311`."""
    factors = {*name.split("-"), name}
    return any(
        all((factor.removeprefix("!") in factors) is not factor.startswith("!") for factor in alternative.split("-"))
        for alternative in _envlist(condition)
    )


def _toml(text: str, below: tuple[str, ...]) -> FileFacts:
    try:
        root: object = load_toml(text)
    except TomlProblem:
        return EMPTY
    for key in below:
        root = root.get(key, {}) if isinstance(root, dict) else {}
    if not isinstance(root, dict):
        return EMPTY
    base = root.get("env_run_base", {})
    envs = root.get("env", {})
    targets = []
    names = [n for n in root.get("env_list", []) if isinstance(n, str)] or (["py"] if base else [])
    for name in dict.fromkeys([*names, *(envs if isinstance(envs, dict) else ())]):
        own = envs.get(name, {}) if isinstance(envs, dict) else {}
        rows = own.get("commands") if isinstance(own, dict) else None
        rows = rows or (base.get("commands", []) if isinstance(base, dict) else [])
        line = (
            _line(text, ".".join([*below, "env", name]))
            if name in envs
            else _line(text, ".".join([*below, "env_run_base"]))
        )
        commands = [Command(tuple(_words(row)), line) for row in rows if isinstance(row, list)]
        targets.append(Target("tox", name, line, tuple(c for c in commands if c.argv), is_default=name in names))
    implicit = base.get("commands", []) if isinstance(base, dict) else []
    commands = [Command(tuple(_words(row)), 1) for row in implicit if isinstance(row, list)] if implicit else []
    if commands:
        line = _line(text, ".".join([*below, "env_run_base"]))
        found = tuple(replace(command, line=line) for command in commands if command.argv)
        targets.append(Target("tox", "*", line, found))
    return FileFacts(targets=tuple(targets))


def _words(row: list[object]) -> list[str]:
    words: list[str] = []
    for item in row:
        if isinstance(item, str):
            words.append(item)
        elif isinstance(item, Mapping) and isinstance(item.get("default"), list):
            words += [str(word) for word in item["default"]]
    return words
