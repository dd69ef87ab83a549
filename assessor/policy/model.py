"""What a team agrees on, as data: conditions of the gate, targets, attestations and waivers. One schema for all of it.

`assessor.yaml`, `[tool.assessor]` in pyproject.toml and an organisation's policy file hold the same keys; a policy file
may also lock some of them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from assessor.catalog.loading import Value, did_you_mean
from assessor.catalog.practices import PracticeId, RungName, load_practices, practice_rungs
from assessor.rubric.effort import DAYS, Days

if TYPE_CHECKING:
    from collections.abc import Iterable


def _day(value: Any) -> Any:
    """A date is written `2026-12-31`; TOML gives one already."""
    if isinstance(value, date):
        return value
    text = str(value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"'{text[:40]}' is no date; write YEAR-MONTH-DAY, for example 2026-12-31")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no day of the calendar") from error


Day = Annotated[date, BeforeValidator(_day)]
Sentence = Annotated[str, Field(min_length=8, max_length=2000)]
Name = Annotated[str, Field(min_length=2, max_length=200)]


def _inside(name: str) -> str:
    """What a repository names lies in it: no file of the machine that audits it is read or written by its word."""
    parts = name.split("/")
    if name and (
        len(name) > 1000 or not name.isprintable() or name[0] in "/\\~" or {"..", ".git"} & set(parts) or "\\" in name
    ):
        raise ValueError(f"'{name[:40]}' is no path below the repository's root")
    return name


InsidePath = Annotated[str, AfterValidator(_inside)]
"""A path below the repository's root, with `/`; empty for none."""


def _dimension(name: str) -> str:
    known = dict.fromkeys(practice.dimension for practice in load_practices())
    if name not in known:
        raise ValueError(f"no dimension '{name}'{did_you_mean(name, known) or '; there are ' + ', '.join(known)}")
    return name


Dimension = Annotated[str, AfterValidator(_dimension)]


def refuse_undefined_rung(practice: str, rung: str) -> None:
    """Raise ValueError where the practice defines no such rung."""
    defined = practice_rungs()[practice]
    if rung not in defined:
        known = ", ".join(name for name in ("declared", "used", "automated", "enforced") if name in defined)
        raise ValueError(f"'{practice}' defines no rung '{rung}'; it has {known}")


class Gate(Value):
    """The conditions of the gate; what is not given is not asked."""

    rubric: str = ""
    """Name or file of the maturity model whose levels are meant; the configuration's `rubric` if empty."""
    min_level: Annotated[int, Field(ge=0)] | None = None
    min_index: Annotated[float, Field(ge=0)] | None = None
    """The position that must be reached, such as 1.5: level 1 and half of level 2."""
    min: dict[Dimension, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """Dimension → the level that it must not keep away."""
    require: dict[PracticeId, RungName] = Field(default_factory=dict)
    min_score: Annotated[float, Field(ge=0, le=100)] | None = None
    """Mean of the dimensions' points, 0 to 100."""
    max_unknown: Annotated[int, Field(ge=0)] | None = None
    """Practices that could not be rated."""
    max_waivers: Annotated[int, Field(ge=0)] | None = None
    strict: bool = False
    """Attestations do not count."""
    allow_no_ml: bool = False
    """A repository without machine learning passes what asks for a level."""

    @model_validator(mode="after")
    def _rungs_are_defined(self) -> Gate:
        for practice, rung in self.require.items():
            refuse_undefined_rung(practice, rung)
        return self

    @property
    def is_empty(self) -> bool:
        """It asks nothing."""
        asked = (self.min_level, self.min_index, self.min_score, self.max_unknown, self.max_waivers)
        return all(value is None for value in asked) and not self.min and not self.require


class Attestation(Value):
    """What a person states where no file can show it: a practice at a rung, or an item of a maturity model.

    `item` is `RUBRIC/ITEM` (`assessor explain RUBRIC` lists them). It holds through the day `expires`.
    """

    practice: PracticeId | None = None
    rung: RungName | None = None
    item: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")] | None = None
    statement: Sentence
    who: Name
    when: Day
    expires: Day
    link: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Attestation:
        if (self.practice is None) == (self.item is None):
            raise ValueError("an attestation names either a 'practice' with a 'rung' or an 'item'")
        if (self.practice is None) != (self.rung is None):
            raise ValueError("an attestation of a practice needs a 'rung', one of an item has none")
        if self.practice and self.rung:
            refuse_undefined_rung(self.practice, self.rung)
        if self.expires < self.when:
            raise ValueError(f"'expires' ({self.expires}) lies before 'when' ({self.when})")
        return self

    @property
    def subject(self) -> str:
        return f"{self.practice}={self.rung}" if self.practice else str(self.item)


class Waiver(Value):
    """A gap that a team accepts for a time. It holds through the day `expires`.

    With `path` (a glob below the repository's root) it covers the practice only where that path is concerned.
    """

    practice: PracticeId
    path: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    reason: Sentence
    owner: Name
    ticket: Annotated[str, Field(min_length=1, max_length=500, coerce_numbers_to_str=True)]
    expires: Day

    @property
    def subject(self) -> str:
        return f"{self.practice} in {self.path}" if self.path else self.practice


class Targets(Value):
    """Where a repository wants to be: a level of its maturity model, and levels of dimensions."""

    level: Annotated[int, Field(ge=0)] | None = None
    dimensions: dict[Dimension, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class EffortDays(Value):
    """What the efforts of the practices take, in days of one person who knows the project."""

    S: Annotated[float, Field(gt=0, le=1000)] = DAYS.S
    M: Annotated[float, Field(gt=0, le=1000)] = DAYS.M
    L: Annotated[float, Field(gt=0, le=1000)] = DAYS.L

    @model_validator(mode="after")
    def _rise(self) -> EffortDays:
        if not self.S <= self.M <= self.L:
            raise ValueError(f"days must not fall from S over M to L, as {self.S:g}, {self.M:g}, {self.L:g} do")
        return self

    @property
    def days(self) -> Days:
        return Days(self.S, self.M, self.L)


class Report(Value):
    """What the owner, or who audits for somebody, puts on documents (PDF)."""

    organisation: Annotated[str, Field(max_length=120)] = ""
    author: Annotated[str, Field(max_length=200)] = ""
    client: Annotated[str, Field(max_length=200)] = ""
    scope: Annotated[str, Field(max_length=600)] = ""
    """What was looked at, and for what, in a sentence or two."""
    summary: Annotated[str, Field(max_length=4000)] = ""
    """The author's own words before the executive summary; paragraphs are parted by an empty line."""
    confidentiality: Annotated[str, Field(max_length=160)] = ""
    """A line on the cover and at the foot of each page."""
    logo: InsidePath = ""
    """A PNG or JPEG file of the repository, relative to its root."""


def _glob(pattern: str) -> str:
    """A glob below the repository's root, as in .gitignore; `!` takes back."""
    plain = pattern.removeprefix("!").lstrip("/")
    if not plain or len(pattern) > 400 or not pattern.isprintable() or "\\" in pattern or ".." in plain.split("/"):
        raise ValueError(f"'{pattern[:40]}' is no glob of paths below the repository's root")
    return pattern


PathGlob = Annotated[str, AfterValidator(_glob)]
PathGlobs = Annotated[tuple[PathGlob, ...], Field(max_length=200)]


class UnitEntry(Value):
    """A unit of a monorepo: its own files, and those that it shares with others; globs below the repository's root."""

    name: Annotated[str, Field(pattern=r"^\w[\w ./@+-]*$", max_length=100)]
    paths: Annotated[PathGlobs, Field(min_length=1)]
    shared: PathGlobs = ()


def _units(value: Any) -> Any:
    """`auto` is one entry for all that are found."""
    return (AUTO,) if value == "auto" else value


AUTO = UnitEntry(name="auto", paths=("**",))
"""Stands for the units that the repository's files show."""


class Config(Value):
    """A repository's configuration. Only data: nothing in it can name a program, a module or a URL to fetch."""

    include: PathGlobs = ()
    """Its own files; all where empty."""
    exclude: PathGlobs = ()
    """What is not read."""
    units: Annotated[tuple[UnitEntry, ...], BeforeValidator(_units), Field(max_length=100)] = ()
    """The units of a monorepo, each rated for itself; `auto` for those that its files show."""
    system: Annotated[tuple[Annotated[str, Field(min_length=2, max_length=500)], ...], Field(max_length=20)] = ()
    """The other repositories of the same system: names or addresses. Only a configuration from outside opens them."""
    rubric: InsidePath = ""
    profile: str = ""
    """Name of a shipped set of targets; see `profiles.yaml`."""
    targets: Targets = Targets()
    effort: EffortDays = EffortDays()
    gate: Gate = Gate()
    baseline: InsidePath = ""
    """The baseline file, relative to the repository's root."""
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    report: Report = Report()


LOCKABLE = (
    *(f"gate.{name}" for name in Gate.model_fields),
    "rubric",
    "profile",
    "targets",
    "max_new_failures",
    "baseline",
    "include",
    "exclude",
    "units",
)
"""What a policy can lock."""


def _lock(names: Iterable[str]) -> tuple[str, ...]:
    known = (*LOCKABLE, "gate", "all")
    for name in names:
        if name not in known:
            raise ValueError(
                f"'{name}' cannot be locked{did_you_mean(name, known) or '; there are ' + ', '.join(known)}"
            )
    return tuple(names)


class Policy(Config):
    """An organisation's policy: a configuration, and what a repository below it may not do.

    What it gives is a lower bound for every key in `lock` (all of them unless it says otherwise): a repository and the
    command line can ask for more, never for less. Keys left out of `lock` are defaults.
    """

    rubric: str = ""
    baseline: str = ""
    """The baseline file, relative to the policy's folder."""
    lock: Annotated[tuple[str, ...], AfterValidator(_lock)] = ("all",)
    no_waivers: tuple[PracticeId, ...] = ()
    """Practices that a repository cannot waive."""
    no_attestations: tuple[PracticeId, ...] = ()
    max_waiver_days: Annotated[int, Field(ge=1)] | None = None
    """A waiver of a repository that lasts longer from the day of the audit does not count."""
    profiles: dict[str, Gate] = Field(default_factory=dict)
    """Profile of a fleet's list → what is asked of its repositories beside `gate`; see `gate --fleet`."""
    max_new_failures: Annotated[int, Field(ge=0)] | None = None
    """How many repositories of a fleet may fail that did not fail before."""

    def locks(self, key: str) -> bool:
        """`key` as in LOCKABLE."""
        return bool({"all", key, key.partition(".")[0]} & set(self.lock))
