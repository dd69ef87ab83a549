"""The record of one audit: where a repository stands by one maturity model, small enough to keep thousands of them.

It has no proof; the assessment that it was taken from has. Rungs and numbers are those of the assessment.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field, ValidationError

from assessor.assessment import Part, RungName, SubjectName
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assessor.assessment import Assessment

Record = TypeVar("Record", bound=Part)


class Standing(Part):
    """Level, position and points by one model, and the rung of each practice.

    `level` is null where there is nothing to rate. `points` is the mean of the dimensions' points, 0 to 100, null without
    a level; `levels` and `scores` are by dimension. `digest` changes with the content of the model. `metrics` are what was
    measured, so that the standing can be scored again.
    """

    subject: SubjectName
    model: str
    digest: str
    level: int | None
    index: float | None
    title: str
    floor: int
    top: int
    points: float | None
    levels: dict[str, int | None]
    scores: dict[str, float]
    practices: dict[str, RungName]
    metrics: dict[str, float] = Field(default_factory=dict)

    @property
    def can_be_rated(self) -> bool:
        """There is machine learning whose maturity a level can tell."""
        return self.level is not None


def standing_of(assessment: Assessment, model: str = "") -> Standing:
    """Where the audited repository stands by a model, the assessment's primary one if empty.

    Raises KeyError for a model that was not applied.
    """
    name = model or assessment.primary
    card = assessment.scorecards[name]
    scores = {dimension: result.score for dimension, result in card.dimensions.items()}
    return Standing(
        subject=assessment.subject.kind if assessment.subject else "system",
        model=name,
        digest=card.digest,
        level=card.level,
        index=card.index,
        title=card.title,
        floor=card.floor,
        top=card.top,
        points=mean_of(scores.values()) if card.level is not None else None,
        levels={dimension: result.level for dimension, result in card.dimensions.items()},
        scores=scores,
        practices={practice: info.rung for practice, info in assessment.practices.items()},
        metrics=dict(assessment.metrics),
    )


def mean_of(values: Iterable[float]) -> float:
    """The mean, rounded to a tenth; 0 of nothing."""
    found = list(values)
    return round(math.fsum(found) / len(found), 1) if found else 0.0


def read_lines(record: type[Record], what: str, name: str, data: bytes) -> list[Record]:
    """The records of a file of JSON lines, `what` being one of them in words. Raises UserError with file and line for what
    is none."""
    found = []
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            try:
                found.append(record.model_validate_json(line))
            except ValidationError as error:
                raise UserError(f"{name}:{number}: no {what}: {_told(error)}") from error
    return found


def _told(error: ValidationError) -> str:
    """The first mistake in a few words."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where + ': ' if where else ''}{first['msg'].lower()[:200]}"
