"""A maturity model as data: levels, items and what each item asks of the practices.

An expression says what an item asks:

    {practice: rung}                    that practice at that rung or higher; several pairs mean all of them
    any_of: [...]                       one of these is enough
    all_of: [...]                       each of these
    n_of: {n: 2, of: [...]}             at least n of these
    {metric: NAME, at_most: 10}         a measured number within a bound (`at_least` likewise)
    attest: TEXT                        no repository can show it; a signed statement can

How items make a level is the rubric's `scoring`:

    levels    items stand in levels. `required` items and a share of the supporting ones must hold, and all lower levels
    sum       items stand in sections and give points; the sum of all sections decides by the levels' bounds
    minimum   the same, but the lowest section's sum decides

Where levels have items, sections are the columns that the model draws beside them, and an item may name one.
An item with `lack: true` describes a weakness of a low level: it earns nothing, and what it `requires` shows that the
weakness is overcome.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from assessor.catalog.loading import Value, did_you_mean
from assessor.catalog.practices import PracticeId, RungName, practice_rungs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_KEYWORDS = ("any_of", "all_of", "n_of", "metric", "attest", "practice")


class AtRung(Value):
    """A practice at a rung or higher."""

    practice: PracticeId
    rung: RungName

    @model_validator(mode="after")
    def _rung_is_defined(self) -> AtRung:
        defined = practice_rungs()[self.practice]
        if self.rung not in defined:
            known = ", ".join(rung for rung in ("declared", "used", "automated", "enforced") if rung in defined)
            raise ValueError(f"'{self.practice}' defines no rung '{self.rung}'; it has {known}")
        return self


class AnyOf(Value):
    """One of these is enough."""

    any_of: Annotated[tuple[Expression, ...], Field(min_length=1)]


class AllOf(Value):
    """Each of these."""

    all_of: Annotated[tuple[Expression, ...], Field(min_length=1)]


class Choice(Value):
    """How many of which."""

    n: Annotated[int, Field(ge=1)]
    of: Annotated[tuple[Expression, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_met(self) -> Choice:
        if self.n > len(self.of):
            raise ValueError(f"'n' is {self.n}, but only {len(self.of)} are listed")
        return self


class NOf(Value):
    """At least n of these."""

    n_of: Choice


class Bound(Value):
    """A measured number within a bound."""

    metric: str
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Bound:
        if self.at_most is None and self.at_least is None:
            raise ValueError("a metric needs 'at_most' or 'at_least'")
        return self


class Attest(Value):
    """What only a person can state."""

    attest: Annotated[str, Field(min_length=8)]


def _shaped(value: Any) -> Any:
    """Bring the short form `{practice: rung}` into the shape of the models; leave everything else as it is."""
    if not isinstance(value, dict) or not value or any(key in _KEYWORDS for key in value):
        return value
    for key, rung in value.items():
        if not isinstance(rung, str):
            raise ValueError(f"'{key}' is neither a practice with a rung nor a rule{did_you_mean(str(key), _KEYWORDS)}")
    pairs = [{"practice": practice, "rung": rung} for practice, rung in value.items()]
    return pairs[0] if len(pairs) == 1 else {"all_of": pairs}


def _kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((word for word in _KEYWORDS if word in value), None)
    return next((word for word in _KEYWORDS if hasattr(value, word)), None)


Expression = Annotated[
    Union[  # noqa: UP007 - the members carry tags
        Annotated[AnyOf, Tag("any_of")],
        Annotated[AllOf, Tag("all_of")],
        Annotated[NOf, Tag("n_of")],
        Annotated[Bound, Tag("metric")],
        Annotated[Attest, Tag("attest")],
        Annotated[AtRung, Tag("practice")],
    ],
    Discriminator(
        _kind,
        custom_error_type="expression",
        custom_error_message="expected {practice: rung}, any_of, all_of, n_of, metric or attest",
    ),
    BeforeValidator(_shaped),
]
"""What an item asks; see the head of this module."""

for _model in (AnyOf, AllOf, Choice, NOf):
    _model.model_rebuild()


def leaves(expression: Expression) -> Iterator[AtRung | Bound | Attest]:
    """The single demands of an expression, in the order in which they are written."""
    for child in children(expression):
        yield from leaves(child)
    if isinstance(expression, AtRung | Bound | Attest):
        yield expression


def children(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly below one; empty for a single demand."""
    match expression:
        case AnyOf():
            return expression.any_of
        case AllOf():
            return expression.all_of
        case NOf():
            return expression.n_of.of
    return ()


Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class Partial(Value):
    """What a part of an item's points asks, such as half a point for what a person does by hand and writes down."""

    points: Annotated[float, Field(gt=0)]
    requires: Expression


class Item(Value):
    """One statement of a model, in our words. `source` names the statement of the published model.

    `points` and `partial` matter only where points are counted; `section` only where items stand in levels: there it is
    the column that the item belongs to.
    """

    id: Identifier
    text: Annotated[str, Field(min_length=8)]
    source: str = ""
    requires: Expression
    required: bool = False
    lack: bool = False
    dimension: str = ""
    note: str = ""
    section: str = ""
    points: Annotated[float, Field(gt=0)] = 1.0
    partial: Partial | None = None

    @model_validator(mode="after")
    def _part_is_less(self) -> Item:
        if self.partial is not None and self.partial.points >= self.points:
            raise ValueError(
                f"'partial' gives {self.partial.points:g} points, no less than the whole ({self.points:g})"
            )
        return self

    @model_validator(mode="after")
    def _lack_earns_nothing(self) -> Item:
        if self.lack and self.required:
            raise ValueError("a weakness ('lack') cannot be required")
        if self.required and isinstance(self.requires, Attest):
            raise ValueError("what only a statement can show cannot be required")
        return self

    @property
    def area(self) -> str:
        """The dimension it belongs to: as written, or that of the first practice it asks; empty where it asks none."""
        first = next((leaf.practice for leaf in leaves(self.requires) if isinstance(leaf, AtRung)), "")
        return self.dimension or first.partition(".")[0]


class Level(Value):
    """One level: its number in the published model, and what it asks: items, or a bound that the points must pass."""

    level: Annotated[int, Field(ge=0)]
    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    about: str = ""
    supporting_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of its applicable supporting items that must hold."""
    above: float | None = None
    """Points must be more than this."""
    at_least: float | None = None
    """Points must be this or more."""
    items: tuple[Item, ...] = ()

    @property
    def bound(self) -> float | None:
        return self.above if self.above is not None else self.at_least

    def is_met_by(self, points: float) -> bool:
        """Whether so many points pass its bound; without a bound any do."""
        if self.above is not None:
            return points > self.above + TINY
        return self.at_least is None or points >= self.at_least - TINY


TINY = 1e-9
"""Points that differ by less are equal: they are sums of halves, scaled."""


class Section(Value):
    """A part of the model beside its levels: a group of items that give points, or a column over all levels."""

    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    about: str = ""
    counts: bool = True
    """Its points decide; else they are told beside."""
    items: tuple[Item, ...] = ()

    @property
    def full(self) -> float:
        """The points of all its items."""
        return math.fsum(item.points for item in self.items if not item.lack)


Scoring = Literal["levels", "sum", "minimum"]


class Rubric(Value):
    """A maturity model. The first level is the floor: nothing is required for it."""

    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    edition: str
    source: str
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    licence: str = ""
    about: str = ""
    scoring: Scoring = "levels"
    unit: str = "points"
    """What is counted, for reports: points, tests, statements."""
    levels: tuple[Level, ...]
    sections: tuple[Section, ...] = ()

    @property
    def counts_points(self) -> bool:
        """Items give points; else levels have items."""
        return self.scoring != "levels"

    @property
    def floor(self) -> int:
        return self.levels[0].level

    @property
    def top(self) -> int:
        return self.levels[-1].level

    @property
    def full(self) -> float:
        """The most points that can be had: of the smallest section that counts, or of all that count."""
        sums = [section.full for section in self.sections if section.counts]
        return (min(sums) if self.scoring == "minimum" else math.fsum(sums)) if sums else 0.0

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change whenever anything that the model says changes."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:12]

    def levels_of(self, dimension: str) -> tuple[int, ...]:
        """The levels that a dimension can have: those that ask something of it; every one where points are counted."""
        asking = {entry.level for entry in self.placed if entry.item.area == dimension}
        if asking and self.counts_points:
            return tuple(level.level for level in self.levels)
        return tuple(sorted(asking))

    def title_of(self, level: int) -> str:
        """The title of a level by its number. KeyError for a number that is no level."""
        return {entry.level: entry.title for entry in self.levels}[level]

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every item with its place, in the order of the file.

        Where points are counted an item belongs to no single level; it stands at the first one above the floor, from
        which on points are asked.
        """
        found = [
            Placed(item, level.level, item.section, ("levels", number, "items", position))
            for number, level in enumerate(self.levels)
            for position, item in enumerate(level.items)
        ]
        first = min(self.floor + 1, self.top)
        found += [
            Placed(item, first, section.id, ("sections", number, "items", position))
            for number, section in enumerate(self.sections)
            for position, item in enumerate(section.items)
        ]
        return tuple(found)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the file."""
        return tuple(entry.item for entry in self.placed)

    def statements(self) -> dict[str, frozenset[str]]:
        """What an attestation may name → the statements that it makes.

        That is an item's id, and where a part of its points has a statement of its own, `ID.partly`.
        """
        found: dict[str, frozenset[str]] = {}
        for item in self.items:
            part = frozenset(_attested(item.partial.requires)) if item.partial else frozenset()
            if whole := frozenset(_attested(item.requires)):
                found[item.id] = whole | part
            if part:
                found[item.id + PARTLY] = part
        return found


PARTLY = ".partly"
"""The end of the name by which an attestation means only the part of an item's points."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, the level and section that it stands in, and the keys that lead to it in the file."""

    item: Item
    level: int
    section: str
    keys: tuple[str | int, ...]


def _attested(expression: Expression) -> Iterator[str]:
    yield from (leaf.attest for leaf in leaves(expression) if isinstance(leaf, Attest))


_Mistake = tuple[tuple[str | int, ...], str]


def mistakes(rubric: Rubric, dimensions: Collection[str]) -> Iterator[_Mistake]:
    """What only the whole shows to be wrong, as (keys that lead to the place in the file, message)."""
    if len(rubric.levels) < 2:
        yield ("levels",), "a rubric needs two levels at least"
    yield from _wrong_numbers(rubric)
    yield from _twice(rubric)
    yield from _wrong_items(rubric, dimensions)
    yield from _wrong_ladder(rubric) if not rubric.counts_points else _wrong_bounds(rubric)


def _wrong_numbers(rubric: Rubric) -> Iterator[_Mistake]:
    for number, level in enumerate(rubric.levels):
        if level.level != rubric.floor + number:
            message = f"levels rise by one: expected {rubric.floor + number}, found {level.level}"
            yield ("levels", number, "level"), message


def _twice(rubric: Rubric) -> Iterator[_Mistake]:
    named: list[tuple[str, tuple[str | int, ...]]] = []
    named += [(level.id, ("levels", number, "id")) for number, level in enumerate(rubric.levels)]
    named += [(section.id, ("sections", number, "id")) for number, section in enumerate(rubric.sections)]
    named += [(entry.item.id, (*entry.keys, "id")) for entry in rubric.placed]
    seen: set[str] = set()
    for name, keys in named:
        if name in seen:
            yield keys, f"the id '{name}' stands twice"
        seen.add(name)


def _wrong_items(rubric: Rubric, dimensions: Collection[str]) -> Iterator[_Mistake]:
    for entry in rubric.placed:
        item = entry.item
        if item.area and item.area not in dimensions:
            yield (*entry.keys, "dimension"), f"no dimension '{item.area}'{did_you_mean(item.area, dimensions)}"
        if item.required and entry.keys[:2] == ("levels", 0):
            yield (*entry.keys, "required"), f"the floor level requires nothing, but '{item.id}' is required"


def _wrong_ladder(rubric: Rubric) -> Iterator[_Mistake]:
    """Where levels have items: sections are columns, and nothing is counted."""
    columns = [section.id for section in rubric.sections]
    for number, section in enumerate(rubric.sections):
        if section.items:
            yield ("sections", number, "items"), "items stand in levels; with 'scoring: sum' or 'minimum' in sections"
    for number, level in enumerate(rubric.levels):
        if level.bound is not None:
            yield ("levels", number), "a bound of points needs 'scoring: sum' or 'minimum'"
    for entry in rubric.placed:
        if entry.item.section and entry.item.section not in columns:
            name = entry.item.section
            yield (*entry.keys, "section"), f"no section '{name}'{did_you_mean(name, columns)}"
        if entry.item.partial:
            yield (*entry.keys, "partial"), "a part of the points needs 'scoring: sum' or 'minimum'"


def _wrong_bounds(rubric: Rubric) -> Iterator[_Mistake]:
    """Where points are counted: items stand in sections, and the levels' bounds rise."""
    before = -1.0
    for number, level in enumerate(rubric.levels):
        here = ("levels", number)
        if level.items:
            yield (*here, "items"), f"with 'scoring: {rubric.scoring}' items stand in sections"
        bound = level.bound
        if number == 0:
            if level.above is not None or level.at_least:
                yield here, "the floor level has no bound"
            continue
        if level.above is not None and level.at_least is not None:
            yield here, "'above' and 'at_least' exclude each other"
        elif bound is None:
            yield here, "a level needs a bound, 'above' or 'at_least'"
        elif bound <= before and number > 1:
            yield here, f"bounds rise: {bound:g} is no more than {before:g}"
        elif bound + (TINY if level.above is not None else 0.0) > rubric.full:
            yield here, f"nobody can reach it: there are {rubric.full:g} {rubric.unit}"
        before = bound if bound is not None else before
    for entry in rubric.placed:
        if entry.item.required or entry.item.section:
            key = "required" if entry.item.required else "section"
            yield (*entry.keys, key), f"'{key}' is for rubrics whose levels have items"
