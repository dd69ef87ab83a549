"""What a repository is about: a whole system, training only, serving only, or no machine learning at all. Pure.

Maturity of machine learning can be rated only where there is some. Signs of it are findings of practices that nothing else
can show: code or a notebook that trains, a tracker, a registry, stored models, a search of hyperparameters, an evaluation,
drift, a model that is served; and a library of machine learning that is imported, or that a run installs before it starts
a script named for training. Data pipelines, seeds, web services and schedules are none: every kind of software has them.
Nor is a dependency that nothing here uses. A function named for training a model is only a reason not to say "none". What could not be read may be a sign, so that "none" is said only where everything that could tell was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from assessor.catalog.practices import Practice
from assessor.findings import Finding, Rung


class Kind(StrEnum):
    """What a repository is about."""

    SYSTEM = "system"
    """It trains and serves."""
    TRAINING = "training"
    """It trains; what uses its models is elsewhere."""
    SERVING = "serving"
    """It serves; its models come from elsewhere."""
    PARTS = "parts"
    """Pieces of machine learning, neither training nor serving."""
    NONE = "none"
    """Nothing trains, evaluates, stores or serves a model."""
    UNREAD = "unread"
    """There are files, and none could be read."""
    EMPTY = "empty"
    """There is no file."""

    @property
    def can_be_rated(self) -> bool:
        """There is something whose maturity a level can tell."""
        return self not in (Kind.NONE, Kind.UNREAD, Kind.EMPTY)


SAID = {
    Kind.SYSTEM: "Trains models and serves them.",
    Kind.TRAINING: "Training only: what uses its models is not in this repository.",
    Kind.SERVING: "Serving only: its models come from elsewhere.",
    Kind.PARTS: "Pieces of machine learning: nothing here trains a model or serves one.",
    Kind.NONE: "No machine learning was found here: no training, no model, and no library for either.",
    Kind.UNREAD: "No file could be read.",
    Kind.EMPTY: "There is no file here.",
}
"""What a report says of it, in English."""

TRAINS = ("training.scripted",)
SERVES = ("deployment.serving",)
SIGNS = (
    *TRAINS,
    *SERVES,
    "experiments.tracking",
    "experiments.registry",
    "experiments.tuning",
    "experiments.evaluation",
    "experiments.slices",
    "versioning.models",
    "testing.model",
    "data.feature_store",
    "monitoring.drift",
    "monitoring.performance",
    "governance.responsible_ai",
)
"""Practices that only machine learning shows; `declared` is a sign too, unless only a dependency declares it. Not a model
card: a page of such headings may speak of a model of data or of a domain, and pages alone show no learning."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a repository is about, and the practices and libraries that show it."""

    kind: Kind
    signs: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return SAID[self.kind]


class Seen(Protocol):
    """Numbers of files listed and read, the libraries of machine learning that are imported, the paths of the files that
    name dependencies, whether code of its own could not be read, and whether some is named for training a model."""

    @property
    def listed(self) -> int: ...
    @property
    def read(self) -> int: ...
    @property
    def libraries(self) -> tuple[str, ...]: ...
    @property
    def manifests(self) -> tuple[str, ...]: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def named(self) -> bool: ...


def subject_of(findings: Mapping[str, Finding], seen: Seen) -> Subject:
    """The subject by what was found."""
    if not seen.listed:
        return Subject(Kind.EMPTY)
    if not seen.read:
        return Subject(Kind.UNREAD)
    libraries, manifests = seen.libraries, frozenset(seen.manifests)
    signs = tuple(name for name in SIGNS if name in findings and _may_be(findings[name], manifests))
    trains, serves = (any(name in signs for name in names) for names in (TRAINS, SERVES))
    if trains:
        kind = Kind.SYSTEM if serves else Kind.TRAINING
    elif serves:
        kind = Kind.SERVING
    else:
        kind = Kind.PARTS if signs or libraries or seen.hidden or seen.named else Kind.NONE
    return Subject(kind, signs, libraries)


def _may_be(finding: Finding, manifests: Set[str]) -> bool:
    """It was seen elsewhere than among dependencies, or could not be read."""
    if finding.rung is Rung.DECLARED:
        return not all(proof.place.path in manifests for proof in finding.evidence)
    return finding.rung is Rung.UNKNOWN or finding.rung.height > 0


def without_learning(findings: Mapping[str, Finding], practices: Sequence[Practice]) -> dict[str, Finding]:
    """The findings where no machine learning was found: practices that need a model do not apply. What was seen of one all
    the same (a seed, a kept table of predictions) stays as it was found, but for mere intent (an unused dependency, a schedule
    of something else), and where data is prepared, checked or versioned the practices of data apply. Of what is only
    published, practices that need something that runs do not apply either."""
    need = {practice.id for practice in practices if practice.needs_model}
    if any(findings[name].rung.height > 0 for name in DATA_WORK if name in findings):
        need -= OF_DATA
    missing = dict.fromkeys(need, NO_MODEL)
    if _is_only_published(findings):
        missing |= dict.fromkeys((practice.id for practice in practices if practice.needs_run), NOTHING_RUNS)
    return {
        name: replace(finding, rung=Rung.NOT_APPLICABLE, summary=missing[name])
        if name in missing and (finding.rung is Rung.ABSENT or (name in need and finding.rung is Rung.DECLARED))
        else finding
        for name, finding in findings.items()
    }


def _is_only_published(findings: Mapping[str, Finding]) -> bool:
    """It has versions or packages for others, and nothing that runs: no service, container, infrastructure or collector,
    and nothing that comes near to one, such as pages that automation brings out."""
    running = (findings[name] for name in RUNS if name in findings)
    if any(found.rung.height > 0 or found.rung is Rung.UNKNOWN or found.near_misses for found in running):
        return False
    packaged = findings.get("deployment.packaging")
    if packaged and any(proof.tool == "docker" for proof in packaged.evidence):
        return False
    shown = (packaged, findings.get("versioning.releases"))
    return any(found.rung.height > Rung.DECLARED.height for found in shown if found)


DATA_WORK = ("data.pipeline", "data.validation", "versioning.data", "testing.data")
"""What shows that a project works on data, with or without a model."""
OF_DATA = frozenset({*DATA_WORK, "data.lineage", "data.documentation", "monitoring.freshness", "versioning.config"})
"""Practices that mean something for data alone."""
RUNS = (
    "deployment.serving",
    "deployment.infrastructure",
    "deployment.automation",
    "deployment.environments",
    "deployment.progressive",
    "deployment.rollback",
    "monitoring.service",
    "monitoring.alerting",
    "monitoring.dashboards",
)
"""Practices that show that something of the project runs somewhere, or is brought to where it does."""
NOTHING_RUNS = "this is published and not run: there is nothing to deploy or to watch"
"""The summary of a practice that does not apply to a library."""
NO_MODEL = "there is no model here"
"""The summary of a practice that does not apply for want of one."""
