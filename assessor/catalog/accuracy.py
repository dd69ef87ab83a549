"""How often a rating was right on repositories that nobody had looked at, as docs/accuracy.md has it.

The figures are first measurements against labels given blind; see `docs/accuracy.py`, which writes accuracy.yaml.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import NonNegativeInt, model_validator

from assessor.catalog.loading import Source, Value, load_value
from assessor.catalog.practices import PracticeId, practice_rungs

DOUBTFUL = 0.8
"""A practice that was right less often says so beside its rating."""


class Accuracy(Value):
    """`right` of `of` sure labels were met exactly."""

    right: NonNegativeInt
    of: NonNegativeInt

    @model_validator(mode="after")
    def _is_a_share(self) -> Accuracy:
        if not 0 < self.of >= self.right:
            raise ValueError(f"{self.right} of {self.of} is no share")
        return self

    @property
    def is_doubtful(self) -> bool:
        """Right less often than a rating should be."""
        return self.right < DOUBTFUL * self.of


@cache
def load_accuracy() -> dict[str, Accuracy]:
    """The figures of each practice that was labelled. Raises DataError for a mistake in the data."""
    text = files("assessor.catalog").joinpath("accuracy.yaml").read_text("utf-8")
    model = dict[PracticeId, Accuracy]
    return load_value(Source("accuracy.yaml", text), model, context={"practices": practice_rungs()}, is_shipped=True)
