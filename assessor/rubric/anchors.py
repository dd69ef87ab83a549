"""Where in a repository a step begins, in whose words it is told, and for how many things it has to be done. Pure.

Everything is taken from what was found: a file that proves a practice, a product in use, the CI system that runs. Nothing is
invented: where nothing was found, the step says no place and keeps its general words. The order is data: `anchors.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from assessor.catalog.loading import Source, Value, load_value
from assessor.catalog.practices import PracticeId
from assessor.facts.place import Place
from assessor.findings import Finding, Rung

Role = Literal["at", "by"]
"""The file to work on, and the one that starts it without a person."""
_CI = "ci.pipeline"
MOST_THINGS = 5
"""More than so many make a step no longer: by then it is done the same way each time."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place of the repository that a step is about."""

    role: Role
    place: Place


class Order(Value):
    """The file `anchors.yaml`."""

    at: dict[str, tuple[PracticeId, ...]]
    by: dict[str, tuple[PracticeId, ...]]
    last: tuple[PracticeId, ...]
    many: dict[str, tuple[PracticeId, ...]] = Field(default_factory=dict)


@cache
def load_order() -> Order:
    """The shipped order. Raises DataError."""
    text = files("assessor.rubric").joinpath("anchors.yaml").read_text("utf-8")
    found: Order = load_value(Source("anchors.yaml", text), Order, is_shipped=True)
    return found


def anchors(practice: str, wanted: str, findings: Mapping[str, Finding]) -> tuple[Anchor, ...]:
    """Where raising a practice to a rung begins; empty where nothing of the repository is known."""
    order = load_order()
    dimension = practice.partition(".")[0]
    near = order.at.get(practice, order.at.get(dimension, ()))
    at = next(_places((practice, *near, *order.last), findings), None)
    found = [Anchor("at", at)] if at else []
    if Rung(wanted).height >= Rung.AUTOMATED.height:
        starts = order.by.get(dimension, (_CI,))
        by = next((place for place in _places(starts, findings) if at is None or place.path != at.path), None)
        found += [Anchor("by", by)] if by else []
    return tuple(found)


def _places(practices: Sequence[str], findings: Mapping[str, Finding]) -> Iterator[Place]:
    """Files that prove the practices, in their order; of the first also what nearly proves it."""
    for number, name in enumerate(practices):
        finding = findings.get(name)
        if finding is None:
            continue
        places = [proof.place for proof in finding.evidence]
        places += [miss.place for miss in finding.near_misses] if number == 0 else []
        yield from (place for place in places if place.path not in ("", "."))


_PRODUCTS_FROM = (
    "training.pipeline", "training.schedule", "experiments.tracking", "experiments.registry", "versioning.data",
    "versioning.models", "data.lineage", "training.scripted", "deployment.automation", "deployment.infrastructure",
)  # fmt: skip
"""Practices whose products give a step its words, the most telling first."""
_CI_FILES = {"github": ".github/", "gitlab": ".gitlab", "azure": "azure-pipelines", "jenkins": "Jenkinsfile"}


def words_of(findings: Mapping[str, Finding], systems: Sequence[str] = ()) -> tuple[str, ...]:
    """In whose words steps are told: products in use, then the CI systems, that one first whose file runs on changes."""
    products = (
        proof.tool
        for name in _PRODUCTS_FROM
        if name in findings
        for proof in findings[name].evidence
        if proof.tool and proof.rung.height >= Rung.USED.height
    )
    runs = findings["ci.pipeline"].evidence if "ci.pipeline" in findings else ()
    first = [name for proof in runs for name, start in _CI_FILES.items() if proof.place.path.startswith(start)]
    ordered = [name for name in dict.fromkeys(first) if name in systems]
    return tuple(dict.fromkeys((*products, *ordered, *sorted(systems))))


def things(practices: Sequence[str], findings: Mapping[str, Finding]) -> int:
    """For how many things the practices have to be raised (training scripts, services), 1 to `MOST_THINGS`."""
    many = load_order().many
    counts = [1]
    for practice in practices:
        shown = many.get(practice, many.get(practice.partition(".")[0], ()))
        proofs = (proof for name in shown if name in findings for proof in findings[name].evidence)
        counts.append(len({proof.place.path for proof in proofs if proof.rung.height >= Rung.USED.height}))
    return min(max(counts), MOST_THINGS)
