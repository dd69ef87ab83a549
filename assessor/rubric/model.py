"""A maturity model as data: levels, items and what each item asks of the practices.

An expression says what an item asks:

    {practice: rung}                    that practice at that rung or higher; several pairs mean all of them
    any_of: [...]                       one of these is enough
    all_of: [...]                       each of these
    n_of: {n: 2, of: [...]}             at least n of these
    {metric: NAME, at_most: 10}         a measured number within a bound (`at_least` likewise)
    attest: TEXT                        no repository can show it; a signed statement can

Items are `required`, or supporting: of these a level wants a share. An item with `lack: true` describes a weakness of a
low level: it earns nothing, and what it `requires` shows that the weakness is overcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Union

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


class Item(Value):
    """One statement of a model, in our words. `source` is its id in the list of the published model's statements."""

    id: Identifier
    text: Annotated[str, Field(min_length=8)]
    source: str = ""
    requires: Expression
    required: bool = False
    lack: bool = False
    dimension: str = ""
    note: str = ""

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
    """One level: its number in the published model, and what it asks."""

    level: Annotated[int, Field(ge=0)]
    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    about: str = ""
    supporting_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of its applicable supporting items that must hold."""
    items: tuple[Item, ...] = ()


class Rubric(Value):
    """A maturity model. The first level is the floor: nothing is required for it."""

    id: Identifier
    title: Annotated[str, Field(min_length=2)]
    edition: str
    source: str
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    licence: str = ""
    about: str = ""
    levels: tuple[Level, ...]

    @property
    def floor(self) -> int:
        return self.levels[0].level

    @property
    def top(self) -> int:
        return self.levels[-1].level

    def title_of(self, level: int) -> str:
        """The title of a level by its number. KeyError for a number that is no level."""
        return {entry.level: entry.title for entry in self.levels}[level]


def mistakes(rubric: Rubric, dimensions: Collection[str]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What only the whole shows to be wrong, as (keys that lead to the place in the file, message)."""
    if len(rubric.levels) < 2:
        yield ("levels",), "a rubric needs two levels at least"
    seen: set[str] = set()
    for number, level in enumerate(rubric.levels):
        here = ("levels", number)
        if level.level != rubric.floor + number:
            yield (*here, "level"), f"levels rise by one: expected {rubric.floor + number}, found {level.level}"
        if level.id in seen:
            yield (*here, "id"), f"the id '{level.id}' stands twice"
        seen.add(level.id)
        for position, item in enumerate(level.items):
            there = (*here, "items", position)
            if item.id in seen:
                yield (*there, "id"), f"the id '{item.id}' stands twice"
            seen.add(item.id)
            if item.required and number == 0:
                yield (*there, "required"), f"the floor level requires nothing, but '{item.id}' is required"
            if item.area and item.area not in dimensions:
                hint = did_you_mean(item.area, dimensions)
                yield (*there, "dimension"), f"no dimension '{item.area}'{hint}"
