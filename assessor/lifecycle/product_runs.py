"""Tests that run the project's product as a command: they render its template, call its command line, start its services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.programs import programs
from assessor.hits.scene import Scene, once
from assessor.project.invocations import interpret
from assessor.project.modules import ScopeKey
from assessor.project.started_calls import commands_started

_HERE = {".", "./", "..", "../", "../.."}
_RENDERING_CALLS = ("cookiecutter.cookiecutter", "copier.run_copy", "copier.copy", "cruft.create", "?.bake")


@dataclass(frozen=True, slots=True)
class ProductRun:
    """What the functions of a test run. `is_checked`: a failure of it fails the test by itself."""

    runs: bool = False
    together: bool = False
    is_checked: bool = False


def product_run(scene: Scene, keys: Iterable[ScopeKey]) -> ProductRun:
    """What a test runs of the product, in its own body, helpers and fixtures."""
    runs = together = checked = False
    for key in keys:
        own = _own_run(scene, *key)
        runs, together, checked = runs or own.runs, together or own.together, checked or own.is_checked
    return ProductRun(runs, together, checked)


@once
def _own_run(scene: Scene, path: str, number: int) -> ProductRun:
    """What one function runs of the product by itself; helpers and fixtures are shared by many tests."""
    return _run_in(scene, path, number)


def _run_in(scene: Scene, path: str, number: int) -> ProductRun:
    runs = together = checked = False
    for call in scene.modules.index(path).calls.get(number, ()):
        if matches_any_call(_RENDERING_CALLS, call.name):
            runs = True
            continue
        for command in commands_started(call, path):
            kind = _kind(scene, command.argv)
            runs, together = runs or bool(kind), together or kind == "together"
            checked = checked or (bool(kind) and (call.keyword("check") is True or "check_" in call.name))
    return ProductRun(runs, together, checked)


def _kind(scene: Scene, argv: tuple[str, ...]) -> str:
    invocation = interpret(argv)
    if invocation is None:
        return ""
    words = invocation.words
    if any(_begins(words, pattern) for pattern in programs().run_together):
        return "together"
    if any(_begins(words, pattern) for pattern in programs().render_templates):
        given = [word for word in words[1:] if not word.startswith("-")]
        return "template" if any(word in _HERE or "{}" in word or word.startswith("$") for word in given) else ""
    return "command" if words[0] in _own_commands(scene) else ""


def _begins(words: tuple[str, ...], pattern: str) -> bool:
    """The command line begins with the pattern; a program that the test has put somewhere has an unknown first word."""
    wanted = tuple(pattern.split())
    if words[: len(wanted)] == wanted:
        return True
    is_unknown = words[:1] in (("{}",), ("$X",)) or words[0].startswith(("{}/", "$X/"))
    return is_unknown and len(wanted) > 1 and words[1 : len(wanted)] == wanted[1:]


@once
def _own_commands(scene: Scene) -> frozenset[str]:
    """The commands that the project's packages install."""
    return frozenset(n for _, r in scene.project.having(lambda f: f.requirements) for n, _, _ in r.entry_points)
