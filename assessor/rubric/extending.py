"""A rubric that changes a few items of another one: `extends: stages`, and what is different. Pure.

extends: stages                       a shipped rubric, or a file beside this one
id: house                             title, edition, source, about, … replace those of the other
change:                               items and levels by their id; what is not named stays
  kept-results: {required: false}
  stages.3: {supporting_share: 0.5}
remove: [room-to-explore]
add:                                  items at the end of a level or section
  stages.4: [{id: reviewed, text: …, requires: …}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from assessor.catalog.loading import DataError, Source, Value, did_you_mean, line_of
from assessor.rubric.model import Expression, Identifier, Item, Level, Partial, Rubric, Section

if TYPE_CHECKING:
    from collections.abc import Iterator


_Group = TypeVar("_Group", Level, Section)
_Entry = TypeVar("_Entry", Item, Level, Section)


class Change(Value):
    """What is different about an item, a level or a section; what is not given stays as it is."""

    text: Annotated[str, Field(min_length=8)] | None = None
    requires: Expression | None = None
    required: bool | None = None
    dimension: str | None = None
    note: str | None = None
    section: str | None = None
    points: Annotated[float, Field(gt=0)] | None = None
    partial: Partial | None = None
    title: Annotated[str, Field(min_length=2)] | None = None
    about: str | None = None
    supporting_share: Annotated[float, Field(ge=0, le=1)] | None = None
    above: float | None = None
    at_least: float | None = None
    counts: bool | None = None

    @property
    def given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


class Extension(Value):
    """The file of a rubric that extends another one."""

    extends: Annotated[str, Field(min_length=1)]
    id: Identifier
    title: Annotated[str, Field(min_length=2)] | None = None
    edition: str | None = None
    source: str | None = None
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] | None = None
    licence: str | None = None
    about: str | None = None
    change: dict[str, Change] = Field(default_factory=dict)
    remove: tuple[str, ...] = ()
    add: dict[str, tuple[Item, ...]] = Field(default_factory=dict)


def extended(base: Rubric, extension: Extension, source: Source) -> Rubric:
    """The base with the changes. Raises DataError with the extension's lines for what does not fit the base."""
    told = list(_unknown_names(base, extension, source))
    if told:
        raise DataError("\n".join(told))
    head = ("id", "title", "edition", "source", "url", "licence", "about")
    fields = {name: value for name in head if (value := getattr(extension, name)) is not None}
    fields.setdefault("title", f"{base.title}, changed")
    levels = tuple(_changed_group(level, extension, source) for level in base.levels)
    sections = tuple(_changed_group(section, extension, source) for section in base.sections)
    return Rubric.model_validate({**_plain(base), **fields, "levels": levels, "sections": sections})


def _unknown_names(base: Rubric, extension: Extension, source: Source) -> Iterator[str]:
    items = {item.id for item in base.items}
    groups = {level.id for level in base.levels} | {section.id for section in base.sections}
    for name in extension.change:
        if name not in items | groups:
            yield _told(source, ("change", name), f"{base.id} has no '{name}'{did_you_mean(name, items | groups)}")
    for number, name in enumerate(extension.remove):
        if name not in items:
            yield _told(source, ("remove", number), f"{base.id} has no item '{name}'{did_you_mean(name, items)}")
    for name in extension.add:
        if name not in groups:
            hint = did_you_mean(name, groups) or f"; there are {', '.join(sorted(groups))}"
            yield _told(source, ("add", name), f"{base.id} has no level or section '{name}'{hint}")


def _told(source: Source, keys: tuple[str | int, ...], message: str) -> str:
    return f"{source.name}:{line_of(source, *keys)}: {message}"


def _plain(value: Value) -> dict[str, Any]:
    """A model's fields, without going into them."""
    return {name: getattr(value, name) for name in type(value).model_fields}


def _changed_group(group: _Group, extension: Extension, source: Source) -> _Group:
    kept: list[Item] = [item for item in group.items if item.id not in extension.remove]
    items = (*(_changed(item, extension, source) for item in kept), *extension.add.get(group.id, ()))
    return _changed(group.model_copy(update={"items": items}), extension, source)


def _changed(value: _Entry, extension: Extension, source: Source) -> _Entry:
    change = extension.change.get(value.id)
    if change is None:
        return value
    wrong = [name for name in change.given if name not in type(value).model_fields]
    if wrong:
        kind = {Item: "an item", Level: "a level"}.get(type(value), "a section")
        raise DataError(_told(source, ("change", value.id, wrong[0]), f"{kind} has no '{wrong[0]}'"))
    try:
        return type(value).model_validate({**_plain(value), **change.given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        raise DataError(_told(source, ("change", value.id), f"{value.id}: {message}")) from error


def place_in(rubric: Rubric, keys: tuple[str | int, ...], extension: Extension) -> tuple[str | int, ...]:
    """Where in the extension's file the entry stands that `keys` lead to in the whole rubric; empty for the base's."""
    for length in range(len(keys), 1, -1):
        entry: Any = rubric
        for key in keys[:length]:
            entry = entry[key] if isinstance(key, int) else getattr(entry, key, None)
            if entry is None:
                break
        name = getattr(entry, "id", None)
        if name in extension.change:
            return ("change", name, *keys[length:])
        for group, items in extension.add.items():
            for number, item in enumerate(items):
                if item.id == name:
                    return ("add", group, number, *keys[length:])
    return ()
