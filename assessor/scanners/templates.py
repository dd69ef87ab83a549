"""What the sources of a template say: intent, at most declared, since the files are for other repositories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assessor.catalog.practices import practice_rungs
from assessor.facts.place import Place
from assessor.findings import Evidence, Finding, Rung

_MAX_PROOFS = 3


def with_templates(
    found: Mapping[str, Finding], made: Mapping[str, Finding], sources: Mapping[str, str]
) -> dict[str, Finding]:
    """The findings of a repository, declared where only what its templates make has the practice.

    `made`: the findings of the project that the templates make; `sources`: each path there → its source here.
    """
    return {name: _declared(finding, made[name], sources) for name, finding in found.items()}


def _declared(finding: Finding, made: Finding, sources: Mapping[str, str]) -> Finding:
    may_be = "declared" in practice_rungs()[finding.practice]
    if not may_be or finding.rung not in (Rung.ABSENT, Rung.UNKNOWN) or made.rung.height < Rung.DECLARED.height:
        return finding
    evidence = tuple(
        Evidence(finding.practice, Rung.DECLARED, Place(source, e.place.line), f"in a template: {e.text}", e.tool)
        for e in made.evidence
        if (source := sources.get(e.place.path))
    )[:_MAX_PROOFS]
    if not evidence:
        return finding
    return replace(finding, rung=Rung.DECLARED, summary=evidence[0].text, evidence=evidence)
