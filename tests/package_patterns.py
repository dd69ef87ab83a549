"""Every regular expression of the package with the way it is asked: on a whole text, at its start, or all over it.

Expressions that a module keeps are taken from the module, those that stand in a call (`re.sub(r"…", …)`) from the source.
How an expression is asked matters: `\\s*x` is linear at the start of a text, and quadratic where it is looked for.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assessor

WHOLE, START, ANYWHERE = "fullmatch", "match", "finditer"
_METHODS = {
    "fullmatch": WHOLE, "match": START, "search": ANYWHERE, "sub": ANYWHERE, "subn": ANYWHERE, "findall": ANYWHERE,
    "finditer": ANYWHERE, "split": ANYWHERE,
}  # fmt: skip
_PLAIN = frozenset({"pattern", "flags", "groups", "groupindex"})
"""What may be asked of an expression without running it."""


@dataclass(frozen=True)
class Asked:
    """An expression, one way in which it is asked, and one place where it stands."""

    pattern: re.Pattern[str]
    way: str
    where: str

    def __str__(self) -> str:
        return f"{self.where} {self.way} {self.pattern.pattern[:120]!r}"


def asked_patterns() -> list[Asked]:
    """Each expression once for each way."""
    found: dict[tuple[str, int, str], Asked] = {}
    for asked in (*_kept(), *_in_calls()):
        found.setdefault((asked.pattern.pattern, asked.pattern.flags, asked.way), asked)
    return list(found.values())


def _sources() -> Iterator[tuple[str, Path]]:
    for module in pkgutil.walk_packages(assessor.__path__, "assessor."):
        if module.name != "assessor.__main__":
            path = importlib.import_module(module.name).__file__
            yield module.name, Path(str(path))


def _kept() -> Iterator[Asked]:
    """Of modules' variables. One that is handed on, or that stands in a container, may be asked in each way."""
    ways = _ways()
    for name, _ in _sources():
        for variable, value in list(vars(importlib.import_module(name)).items()):
            own = ways.get((name, variable)) if variable.startswith("_") else ways.get(("", variable))
            for pattern in patterns_in(value, 0):
                for way in sorted(own or {WHOLE, ANYWHERE} if pattern is value else {WHOLE, ANYWHERE}):
                    yield Asked(pattern, way, f"{name}.{variable}")


def _ways() -> dict[tuple[str, str], set[str]]:
    """The ways in which each name is asked (both where it is handed on), by (module, name); by ("", name) for what other modules may import."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module, path in _sources():
        tree = ast.parse(path.read_text("utf-8"))
        bases: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and (name := _name(node.value)):
                if node.attr in _METHODS:
                    found[_key(module, name)].add(_METHODS[node.attr])
                if node.attr in _METHODS or node.attr in _PLAIN:
                    bases.add(node.value)
        for node in ast.walk(tree):
            if node not in bases and (name := _name(node)) and isinstance(getattr(node, "ctx", None), ast.Load):
                found[_key(module, name)] |= {WHOLE, ANYWHERE}
    return found


def _name(node: ast.AST) -> str:
    """The last part of a name in capitals; empty for everything else."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name if name.isupper() else ""


def _key(module: str, name: str) -> tuple[str, str]:
    return (module if name.startswith("_") else "", name)


def patterns_in(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    """The expressions in a value and in what it holds."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif depth < 3 and isinstance(value, (tuple, list, frozenset, set)):
        for item in value:
            yield from patterns_in(item, depth + 1)
    elif depth < 3 and isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from patterns_in(item, depth + 1)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _in_calls() -> Iterator[Asked]:
    """Of `re.search(r"…", …)` and of `re.compile(r"…")` within functions; what an f-string takes from elsewhere is `aA0`."""
    for module, path in _sources():
        tree = ast.parse(path.read_text("utf-8"))
        within = {
            id(node) for function in ast.walk(tree) if isinstance(function, _FUNCTIONS) for node in ast.walk(function)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                method = ast.unparse(node.func)[3:]
                text = _text(node.args[0])
                if text is not None and (method in _METHODS or method == "compile"):
                    pattern = re.compile(text, _flags(node))
                    for way in (_METHODS[method],) if method in _METHODS else (WHOLE, ANYWHERE):
                        if method != "compile" or id(node) in within:
                            yield Asked(pattern, way, f"{module}:{node.lineno}")


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "aA0" for part in node.values)
    return None


def _flags(call: ast.Call) -> int:
    named = " ".join(ast.unparse(part) for part in (*call.args[1:], *(word.value for word in call.keywords)))
    return sum(getattr(re, name).value for name in dict.fromkeys(re.findall(r"\bre\.([A-Z]+)\b", named)))
