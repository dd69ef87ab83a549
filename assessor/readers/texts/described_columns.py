"""Data dictionaries in YAML and JSON, known by what they say: columns with a meaning, or with a type and its bounds.

dbt's schema files, data contracts and lists of variables are of this kind. A table of two described columns or more, at
least half of all, is a document about data; each described column is one line of it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Document
from assessor.readers.syntax import yaml_tree

if TYPE_CHECKING:
    from assessor.readers.syntax.yaml_tree import Node

MAX_TEXT = 60_000
"""Characters of a file that is read for its columns."""

MIN_COLUMNS = 2

_LISTS = ("columns", "fields", "variables", "attributes", "features")
_MENTIONS = re.compile(rf"(?:^|[\s{{,\"'-])(?:{'|'.join(_LISTS)}|description)[\"']?\s*:", re.MULTILINE)
_NAMES = ("name", "column", "field", "variable", "column_name", "field_name", "variable_name", "feature")
_MEANINGS = ("description", "meaning", "definition", "doc", "comment", "desc")
_TYPES = ("type", "dtype", "data_type", "datatype")
_BOUNDS = (
    "min",
    "max",
    "minimum",
    "maximum",
    "range",
    "allowed_values",
    "accepted_values",
    "values",
    "enum",
    "unit",
    "units",
)
_NOT_DATA = re.compile(
    r"(?:^|/)(?:\.|charts?/|templates/|openapi|swagger|crds?/|action\.ya?ml$|package|tsconfig)", re.IGNORECASE
)


ENDINGS = (".yml", ".yaml", ".json")


def matches(path: str) -> bool:
    """YAML and JSON outside folders of charts, APIs and tools."""
    if not path.lower().endswith((".yml", ".yaml", ".json")):
        return False
    return posixpath.splitext(path)[1] != "" and not _NOT_DATA.search(path)


def read(path: str, text: str) -> FileFacts:
    """Return the dictionary as a data card, or nothing."""
    if len(text) > MAX_TEXT or not _MENTIONS.search(text):
        return EMPTY
    try:
        documents = yaml_tree.load(text)
    except (yaml_tree.YamlProblem, UnicodeError):
        return EMPTY  # the reader of its format tells the problem
    lines = [line for document in documents for line in _tables(document)]
    if len(lines) < MIN_COLUMNS:
        return EMPTY
    title = path.rsplit("/", 1)[-1]
    words = sum(len(line.split()) for line, _ in lines)
    return FileFacts(document=Document("data_card", title, words=words, lines=tuple(lines)))


def _tables(document: Node) -> Iterator[tuple[str, int]]:
    if document.is_list:
        yield from _described(document)
    for key, node in document.walk(limit=2_000):
        if key.rpartition(".")[2] in _LISTS:
            yield from _described(node)
        elif node.is_list and key.rpartition(".")[2] in _TABLES:
            yield from _described_tables(node)


_TABLES = ("models", "tables", "seeds", "snapshots")
"""Lists of tables in dbt's schema files, each with its columns."""


def _described_tables(tables: Node) -> Iterator[tuple[str, int]]:
    """Tables with a description of their own and one of a column: two lines of documentation, though short of a list."""
    for table in tables.children:
        columns = table.get("columns") if table.is_map else None
        meaning = _first(table, _MEANINGS) if columns else ""
        if not (columns and meaning) or _described(columns):
            continue
        found = [
            (name, c) for c in columns.children if c.is_map and (name := _first(c, _NAMES)) and _first(c, _MEANINGS)
        ]
        if found and 2 * (len(found) + 1) >= len(columns.children) + 1:
            yield (f"{_first(table, _NAMES)}: {meaning}"[:300], table.line)
            yield from ((f"{name}: {_first(column, _MEANINGS)}"[:300], column.line) for name, column in found)


def _described(table: Node) -> list[tuple[str, int]]:
    """The described columns of a table (a list of maps, or a map of maps); none where most have no description."""
    columns = [(_first(item, _NAMES), item) for item in table.children if item.is_map]
    columns += [(key.text, value) for key, value in table.items() if value.is_map]
    found = []
    for name, column in columns:
        meaning = _first(column, _MEANINGS)
        kind = _first(column, _TYPES)
        bounded = kind and any(column.get(key) for key in _BOUNDS)
        if name and (meaning or bounded) and not _is_a_setting(column, kind):
            found.append((f"{name}: {meaning or kind}"[:300], column.line))
    return found if len(found) >= MIN_COLUMNS and 2 * len(found) >= len(columns) else []


def _is_a_setting(entry: Node, kind: str) -> bool:
    """What somebody may give, with what holds where nobody does: a variable of a bundle, no column."""
    return not kind and "default" in entry.texts()


def _first(node: Node, keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := node.get(key).text.strip())), "")
