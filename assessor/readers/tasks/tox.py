"""tox environments, after tox's documentation: tox.ini, `[tox]` in setup.cfg, tox.toml and `[tool.tox]` in pyproject."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace

from assessor.facts.commands import Command, Target
from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.syntax import shell


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
    sections = [s for s in parser.sections() if s == "testenv" or s.startswith("testenv:")]
    if not sections:
        return EMPTY
    listed = parser.get(head, "envlist", fallback=None) or parser.get(head, "env_list", fallback="") or ""
    names = _envlist(listed)
    base = parser.get("testenv", "commands", fallback="") or ""
    targets = []
    for name in dict.fromkeys([*names, *(s.partition(":")[2] for s in sections if ":" in s)]):
        own = (
            parser.get(f"testenv:{name}", "commands", fallback=None) if parser.has_section(f"testenv:{name}") else None
        )
        section = f"testenv:{name}" if own is not None else "testenv"
        targets.append(_target(name, own if own is not None else base, _line(text, section) + offset, name in names))
    if not targets:
        targets.append(_target("py", base, _line(text, "testenv") + offset, True))
    return FileFacts(targets=tuple(targets))


def _envlist(text: str) -> list[str]:
    """Expand `py{311,312}-lint` and split at commas and lines."""
    found = []
    for item in re.split(r"[,\n](?![^{]*\})", text):
        parts = re.split(r"\{([^}]*)\}", item.strip())
        names = [""]
        for index, part in enumerate(parts[:9]):
            options = part.split(",") if index % 2 else [part]
            names = [left + right.strip() for left in names for right in options][:200]
        found += [name for name in names if name]
    return found


def _line(text: str, section: str) -> int:
    at = text.find(f"[{section}]")
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _target(name: str, commands: str, line: int, default: bool) -> Target:
    found: list[Command] = []
    for row in commands.replace("\\\n", " ").splitlines():
        row = row.strip()
        lost = row.startswith("-")
        plain = re.sub(r"\{posargs:?([^}]*)\}", r"\1", row.lstrip("-! "))
        plain = re.sub(
            r"\{(?:toxinidir|tox_root)\}/?|\{env(?:py|_?python)[^}]*\}",
            lambda m: "python" if "py" in m[0] else "",
            plain,
        )
        for command in shell.parse(plain, line, stops_on_error=True).commands:
            found.append(replace(command, line=line, swallowed=command.swallowed or lost))
    return Target("tox", name, line, tuple(found), is_default=default)


def _toml(text: str, below: tuple[str, ...]) -> FileFacts:
    try:
        root: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
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
    return FileFacts(targets=tuple(targets))


def _words(row: list[object]) -> list[str]:
    words: list[str] = []
    for item in row:
        if isinstance(item, str):
            words.append(item)
        elif isinstance(item, Mapping) and isinstance(item.get("default"), list):
            words += [str(word) for word in item["default"]]
    return words
