"""Staleness: the age of a model or of the data is compared with a limit, and something follows when it is too old.

The age of a person is no staleness, and neither is that of a cache: what is compared must be named for the age of a
model, of data or of the last training, or be the time of a data file held against today.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.python import Comparison, PythonFacts, Scope
from assessor.hits.scene import Scene
from assessor.scanners.claims import Claim, Code, Statement, products

PRACTICE = "monitoring.freshness"


def freshness(scene: Scene) -> Iterator[Statement]:
    """A check of age in code or configuration is used; in a run without a person, automated."""
    yield from products(scene, PRACTICE, notebooks=False)
    for file in scene.project.code_files:
        code = file.code
        assert code is not None
        for comparison in (*code.comparisons, *(test for test in code.tests if test.operator)):
            about = _about(code, comparison)
            if about:
                yield Claim(Code(file, comparison.scope, comparison.line), f"{about} is held against a limit")


def _about(code: PythonFacts, comparison: Comparison) -> str:
    """What of a model or of data a comparison holds against a limit; empty where nothing follows from it."""
    follows = comparison.outcome != "none" or comparison.gives
    if not follows or any(speaks_of("pause", name) for name in comparison.names):
        return ""
    scope = code.scopes[comparison.scope]
    return next(_ages(comparison), "") or _checked(scope) or _limited(scope, comparison) or _file_time(code, comparison)


def _ages(comparison: Comparison) -> Iterator[str]:
    yield from (name for name in comparison.names if speaks_of("age_of_model_or_data", name))


def _checked(scope: Scope) -> str:
    """A function named for a check of staleness compares something."""
    named = scope.kind not in ("module", "main") and speaks_of("checks_age", scope.name.rpartition(".")[2])
    return f"the age in {scope.name}()" if named else ""


def _limited(scope: Scope, comparison: Comparison) -> str:
    """A function about data or a model that is told how old it may be, and holds dates or the limit against each other."""
    limit = next((name for name in scope.parameters if speaks_of("limit_of_age", name)), "")
    if not limit or not speaks_of("of_data_or_model", scope.name.rpartition(".")[2]):
        return ""
    held = limit.lower() in comparison.names or any(speaks_of("dates", name) for name in comparison.names)
    return f"the age in {scope.name}()" if held else ""


def _file_time(code: PythonFacts, comparison: Comparison) -> str:
    """The time of a file of data, or a date named for data, against today, where the function then leaves or stops, or gives
    the answer."""
    decides = comparison.gives or comparison.outcome in ("return", "raise", "exit", "call")
    if not decides or not any(speaks_of("now", name) for name in comparison.names):
        return ""
    asked = {c.name.rpartition(".")[2] for c in code.calls if c.scope == comparison.scope}
    dated = any(speaks_of("date_of_data", name) for name in comparison.names)
    of_file = any(speaks_of("asks_file_time", name) for name in asked) and any(
        speaks_of("path_of_data", text.value) for text in code.texts if text.scope in (comparison.scope, 0)
    )
    return "the time of the data" if dated or of_file else ""
