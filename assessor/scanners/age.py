"""Staleness: the age of a model or of the data is compared with a limit, and something follows when it is too old.

The age of a person is no staleness, and neither is that of a cache: what is compared must be named for the age of a
model, of data or of the last training.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.python import Comparison, Scope
from assessor.findings import Finding
from assessor.hits.scene import Scene
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude

PRACTICE = "monitoring.freshness"


_WHAT = r"(?:model|data|dataset|features?|training|artifact|champion|prediction|table|partition|snapshot|source)"


_AGE = re.compile(
    rf"^(?:max_?|min_?|allowed_?|current_?|latest_?)*{_WHAT}s?_?(?:age|staleness|freshness)(?:_?(?:in_?)?(?:days|hours|minutes|seconds|h|d|s|limit|max|"
    rf"threshold|sla|delta))*$"
    rf"|^(?:days|hours|minutes|seconds|time)_since_(?:last_)?(?:train\w*|retrain\w*|update\w*|refresh\w*|ingest\w*|{_WHAT}\w*)$"
    rf"|^(?:max_)?staleness(?:_(?:days|hours|minutes|limit|threshold|seconds))?$|^stale_(?:after|threshold|days|hours)\w*$"
    rf"|^freshness_(?:sla|limit|threshold|hours|days|minutes)\w*$|^(?:max_age|age)_(?:days|hours)_of_{_WHAT}$"
)


_CHECK = re.compile(
    rf"(?:check|is|assert|verify|ensure|monitor|validate|detect)_(?:the_)?(?:stale_?{_WHAT}|{_WHAT}s?_(?:is_)?(?:staleness|stale|freshness|fresh|age|up_to_date|"
    rf"outdated|too_old))|(?:check|verify|assert|monitor)_(?:staleness|freshness)"
)


def freshness(scene: Scene) -> Finding:
    """A check of age in code or configuration is used; in a run without a person, automated."""
    evidence = ladder.plain(scene, PRACTICE, notebooks=False)
    for file in scene.project.code_files:
        code = file.code
        assert code is not None
        for comparison in code.comparisons:
            scope = code.scopes[comparison.scope]
            if comparison.outcome != "none" and _is_about_age(comparison, scope):
                text = f"{_named(comparison, scope)} is held against a limit"
                evidence.append(ladder.scope_evidence(scene, PRACTICE, file, comparison.scope, comparison.line, text))
    return conclude(PRACTICE, evidence)


_WAITS = re.compile(r"cool_?down|backoff|retry|timeout")
"""A pause between two trainings is a limit of another kind."""


def _is_about_age(comparison: Comparison, scope: Scope) -> bool:
    if any(_WAITS.search(name) for name in comparison.names):
        return False
    return any(_ages(comparison)) or (
        scope.kind not in ("module", "main") and bool(_CHECK.search(scope.name.rpartition(".")[2].lower()))
    )


def _ages(comparison: Comparison) -> Iterator[str]:
    yield from (name for name in comparison.names if _AGE.search(name))


def _named(comparison: Comparison, scope: Scope) -> str:
    return next(_ages(comparison), "") or f"the age in {scope.name}()"
