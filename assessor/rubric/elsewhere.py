"""The plan of a repository that only serves: about serving, since its models are made elsewhere. Pure.

What a model asks about training cannot be mended here: it stands in the way, and is told so. In its place stands what such
a repository owes to the models that it serves (`serving.yaml`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from assessor.catalog.loading import Source
from assessor.catalog.practices import Practice, load_practices
from assessor.findings import Finding
from assessor.rubric.effort import DAYS, Days
from assessor.rubric.loading import parse_rubric
from assessor.rubric.model import Rubric
from assessor.rubric.results import ItemResult
from assessor.rubric.roadmap import Roadmap, assume, find_roadmap
from assessor.rubric.search import NODES
from assessor.rubric.subject import Kind

MADE_ELSEWHERE = frozenset(
    practice.id
    for practice in load_practices()
    if practice.dimension in ("training", "experiments")
    or practice.id in ("data.pipeline", "data.validation", "data.lineage", "data.parity", "versioning.seeds")
)
"""Practices of making a model: whoever only serves cannot raise them."""


@cache
def serving_care() -> Rubric:
    """What is owed to models that come from elsewhere. Raises DataError for a mistake in the file."""
    text = files("assessor.rubric").joinpath("serving.yaml").read_text("utf-8")
    return parse_rubric(Source("serving.yaml", text))


def find_way(
    kind: str,
    rubric: Rubric,
    findings: Mapping[str, Finding],
    metrics: Mapping[str, float],
    *,
    target: int | None = None,
    dimensions: Mapping[str, int] | None = None,
    days: Days = DAYS,
    practices: Sequence[Practice] | None = None,
    stack: Sequence[str] = (),
    attested: Collection[str] = (),
    items: Sequence[ItemResult] | None = None,
    limit: int = NODES,
) -> Roadmap:
    """`find_roadmap` for a repository of a `kind` (see `subject`)."""
    fixed = MADE_ELSEWHERE if kind == Kind.SERVING else frozenset[str]()
    found = find_roadmap(
        rubric,
        findings,
        metrics,
        target=target,
        dimensions=dimensions,
        days=days,
        practices=practices,
        stack=stack,
        attested=attested,
        items=items,
        limit=limit,
        fixed=fixed,
    )
    if not fixed or not found.blocked:
        return found
    after = assume_kept(findings, found.raises)
    care = find_roadmap(serving_care(), after, {}, target=1, days=days, practices=practices, stack=stack, limit=limit)
    steps = tuple(replace(step, level=found.target, reaches=None, unlocks=()) for step in care.steps)
    raises = {**found.raises, **care.raises}
    exact = found.exact and care.exact
    return replace(
        found,
        steps=(*found.steps, *steps),
        days=found.days + care.days,
        exact=exact,
        at_least=found.at_least + care.at_least,
        raises=raises,
    )


def assume_kept(findings: Mapping[str, Finding], wanted: Mapping[str, str]) -> dict[str, Finding]:
    """The findings with these practices at these rungs, and with the proofs that they have."""
    lifted = assume(findings, wanted)
    return {
        name: replace(finding, evidence=findings[name].evidence, near_misses=findings[name].near_misses)
        if name in wanted and name in findings
        else finding
        for name, finding in lifted.items()
    }
