"""Where a repository wants to be by one maturity model: a level, and levels of dimensions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Target:
    """A level of a model and levels of dimensions; None and none where nothing is wanted of them.

    `source` says who set it where that is not whoever asks: the name of a profile, or the configuration's file.
    """

    level: int | None = None
    dimensions: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
