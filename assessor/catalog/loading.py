"""The project's own YAML data (tools, practices, rubrics) as validated models whose errors name file and line.

A mistake in this data is ours or the rubric author's, so it stops the program: `DataError`, each line of which begins
`file:line:`. What the audited repository says is never loaded here.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assessor.readers.syntax.yaml_tree import Node, YamlProblem, load_one

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

T = TypeVar("T")

MAX_ERRORS = 10
"""Mistakes of one file that are told at once."""

_MOST_VALUES = 200_000
"""Values of one document; our own largest has some 20,000."""
_QUOTED = 40
"""Characters of a key or value that a message quotes."""

_INTEGER = re.compile(r"[-+]?\d{1,18}")
_NUMBER = re.compile(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?")


class Value(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DataError(ValueError):
    """A mistake in a data file; every line of the message begins `file:line:`."""


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML text and the name by which messages call it."""

    name: str
    text: str

    @classmethod
    def of(cls, source: Path | str | Source) -> Source:
        """A path is read (UTF-8) and named by its file name; a text is taken as it is. Raises DataError for a path that
        cannot be read."""
        if isinstance(source, Source):
            return source
        if isinstance(source, str):
            return cls("text", source)
        try:
            return cls(source.name, source.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{source.name}:1: cannot be read: {error}") from error


def load_value(
    source: Path | str | Source, shape: type[T], *, context: Mapping[str, Any] | None = None, is_shipped: bool = False
) -> T:
    """Validate a whole YAML document as `shape` (a model, or a container of models such as `dict[str, Model]`).

    `context` is handed to the models' validators. `is_shipped` says that the text travels with the package: it is read
    without lines first, in half the time, and once more with lines where something is wrong in it. Raises DataError.
    """
    read = Source.of(source)
    value = _without_lines(read.text) if is_shipped else _UNREADABLE
    if value is _UNREADABLE:
        value = _plain(read, _parsed(read))
    try:
        return cast("T", _adapter(cast("Any", shape)).validate_python(value, context=dict(context or {})))
    except ValidationError as error:
        root = _parsed(read)
        lines = sorted({_told(read.name, root, shape, detail) for detail in _causes(error)})
        raise DataError("\n".join(text for _, text in lines[:MAX_ERRORS])) from error


def check_tree(name: str, root: Node, values: Any, shape: type[T], *, context: Mapping[str, Any] | None = None) -> T:
    """Validate plain `values` as `shape`, for documents that are no YAML: `root` is the same document as a tree that
    knows the lines, `name` the file's name in the messages. Raises DataError."""
    try:
        return cast("T", _adapter(cast("Any", shape)).validate_python(values, context=dict(context or {})))
    except ValidationError as error:
        lines = sorted({_told(name, root, shape, detail) for detail in _causes(error)})
        raise DataError("\n".join(text for _, text in lines[:MAX_ERRORS])) from error


def _causes(error: ValidationError) -> list[ErrorDetails]:
    """The mistakes, without lists that are only too short because a mistake lies in each of their entries."""
    details = error.errors(include_url=False)
    places = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in places]


def load_models(
    source: Path | str | Source, model: type[T], *, context: Mapping[str, Any] | None = None, is_shipped: bool = False
) -> tuple[T, ...]:
    """Validate a YAML list of `model` entries; the arguments are those of `load_value`. Raises DataError."""
    return load_value(source, tuple[model, ...], context=context, is_shipped=is_shipped)  # type: ignore[valid-type]


def line_of(source: Path | str | Source, *keys: str | int) -> int:
    """The line on which the entry under `keys` begins, or the nearest entry above it that is there."""
    return _located(_parsed(Source.of(source)), keys)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest known word, empty where none is near.

    Of a dotted name the last word alone may be meant: `modle_card` is near `governance.model_card`.
    """
    names = list(known)
    if len(word) > 3 * _QUOTED:
        return ""
    by_word = {name.rpartition(".")[2]: name for name in names} | {name: name for name in names}
    near = difflib.get_close_matches(word, list(by_word), n=1, cutoff=0.6)
    return f"; did you mean '{by_word[near[0]]}'?" if near else ""


@lru_cache(maxsize=32)
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _parsed(source: Source) -> Node:
    try:
        root = load_one(source.text)
    except YamlProblem as problem:
        raise DataError(f"{source.name}:{problem.line}: {problem.reason}") from problem
    twice = next(_duplicates(root), None)
    if twice:
        raise DataError(f"{source.name}:{twice[1]}: the key '{quotable(twice[0])}' stands twice")
    return root


def _duplicates(root: Node) -> Iterator[tuple[str, int]]:
    waiting = [root]
    seen: set[int] = set()  # an alias is the same node again
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield from node.duplicates
        waiting += node.children
        waiting += [value for _, value in node.entries]


def _plain(source: Source, root: Node) -> Any:
    """Plain Python values by YAML 1.2's core schema: only `true`, `false`, `null` and numbers are no text.

    Raises DataError for a document whose aliases stand for more than _MOST_VALUES.
    """
    left = _MOST_VALUES

    def value(node: Node) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise DataError(
                f"{source.name}:{root.line}: more than {_MOST_VALUES:,} values; aliases count as what they name"
            )
        if node.kind == "map":
            return {key.text: value(below) for key, below in node.entries}
        if node.kind == "list":
            return [value(child) for child in node.children]
        if node.is_null:
            return None
        return node.text if node.quoted else _scalar(node.text)

    return value(root)


_UNREADABLE = object()


def _without_lines(text: str) -> Any:
    """The same plain values without a tree in between; _UNREADABLE for what only the tree can read or explain."""
    loader = _Untyped(text)
    try:
        node = loader.get_single_node()
        return _composed(node) if node is not None else None
    except (yaml.YAMLError, _OnlyTree, RecursionError):
        return _UNREADABLE
    finally:
        loader.dispose()


class _Untyped(_Loader):
    """Composes nodes without the types of YAML, which `_scalar` tells and which took a third of the time."""

    def descend_resolver(self, current_node: yaml.Node | None, current_index: Any) -> None:
        """Nothing: no path decides a type."""

    def ascend_resolver(self) -> None:
        """Nothing: no path decides a type."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        return "tag:yaml.org,2002:str"


class _OnlyTree(Exception):
    """A key that stands twice, a merge key, a tag."""


def _composed(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        made = {key.value: _composed(value) for key, value in node.value}
        if len(made) != len(node.value) or "<<" in made:
            raise _OnlyTree
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_composed(child) for child in node.value]
    if getattr(node, "style", None) in _QUOTES:
        return node.value
    return None if node.value in _NULLS else _scalar(node.value)


_QUOTES = ("'", '"', "|", ">")
_NULLS = ("", "~", "null", "Null", "NULL")


def _scalar(text: str) -> str | int | float | bool:
    if text[:1].isalpha():
        return text.lower() == "true" if text.lower() in ("true", "false") else text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _told(name: str, root: Node, shape: Any, detail: ErrorDetails) -> tuple[int, str]:
    """(line, message) of one mistake that pydantic found."""
    where, kind = detail["loc"], detail["type"]
    shown = ".".join(quotable(str(key)) for key in _known_part(root, where))
    if kind == "extra_forbidden":
        message = _unknown_key(str(where[-1]), shape)
    elif kind == "missing":
        message = f"'{where[-1]}' is missing"
    else:
        message = _IN_WORDS.get(kind, "") or detail["msg"].removeprefix("Value error, ")
        message = message[:1].lower() + message[1:]
    line = _located(root, where)
    return line, f"{name}:{line}: {_entry_name(root, where) or shown or 'the file'}: {message}"


_IN_WORDS = {
    "model_type": "expected keys with values (`key: value`)",
    "model_attributes_type": "expected keys with values (`key: value`)",
    "dict_type": "expected keys with values (`key: value`)",
    "list_type": "expected a list (`[one, two]`)",
    "tuple_type": "expected a list (`[one, two]`)",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected a text",
}
"""Kinds of pydantic's mistakes in words for people who write YAML."""


def _unknown_key(key: str, shape: Any) -> str:
    """That a key is not known, and where it belongs, or what comes near it."""
    message = f"unknown key '{quotable(key)}'"
    if key not in _field_names(shape):
        return message + did_you_mean(key, _field_names(shape))
    models = [item for item in (shape, *get_args(shape)) if isinstance(item, type) and issubclass(item, BaseModel)]
    fields = [(field.alias or name, field) for model in models for name, field in model.model_fields.items()]
    homes = [name for name, field in fields if key in _field_names(field.annotation)]
    return message + (f" here; it stands below '{homes[0]}'" if homes else " here")


def quotable(text: str) -> str:
    """So much of a key or a value of somebody's file as a message may quote."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _entry_name(root: Node, where: tuple[str | int, ...]) -> str:
    """The place in words: an entry's `id` in place of its number, then the keys below (`mlflow.proves.0.practice`)."""
    node = root
    words: list[str] = []
    for key in _known_part(root, where):
        node = _child(node, key) or node
        identity = node.get("id").text if isinstance(key, int) else ""
        words = [quotable(identity)] if identity else [*words, quotable(str(key))]
    return ".".join(words)


def _known_part(root: Node, where: tuple[str | int, ...]) -> list[str | int]:
    """The keys that lead somewhere in the file; pydantic adds the names of union members, which do not."""
    node = root
    kept: list[str | int] = []
    for key in where:
        child = _child(node, key)
        if child is not None:
            node = child
            kept.append(key)
    return kept


def _child(node: Node, key: str | int) -> Node | None:
    if isinstance(key, int):
        return node.children[key] if key < len(node.children) else None
    return node.get(key) or None


def _located(root: Node, where: tuple[str | int, ...]) -> int:
    """The line of the key of the innermost entry; a list item's own line."""
    node, line = root, root.line
    for key in where:
        child = _child(node, key)
        if child is None:
            continue
        line = child.line if isinstance(key, int) else next(k.line for k, _ in node.entries if k.text == key)
        node = child
    return line


def _field_names(shape: Any) -> set[str]:
    """The keys that a model or the models inside a container know."""
    found: set[str] = set()
    waiting: list[Any] = [shape]
    seen: set[int] = set()
    while waiting:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        waiting += get_args(item)
        if isinstance(item, type) and issubclass(item, BaseModel):
            found |= {field.alias or name for name, field in item.model_fields.items()}
            waiting += [field.annotation for field in item.model_fields.values()]
    return found
