"""YAML as a tree that keeps lines, for readers that must point at what they read.

Scalars stay text: YAML 1.1 would turn the key `on` into the boolean true and `3.10` into 3.1, and the providers'
own parsers do not. Custom tags (`!reference`, `!Ref`) are kept. Merge keys (`<<`) are filled in. Aliases share one
node, so an alias bomb costs nothing here; whoever walks the tree must bound its own walk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MAX_DEPTH = 100
"""Deeper nesting than this is no configuration that a person wrote."""

MAX_NODES = 200_000
"""Nodes of one file that are kept."""


class YamlProblem(ValueError):
    """A text that is no YAML; `line` is where the parser stopped."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"{reason} (line {line})")
        self.line = line
        self.reason = reason


@dataclass(slots=True, eq=False)
class Node:
    """One YAML node. Every accessor answers for every kind, with NOTHING or an empty value where it does not apply.

    Nobody changes one. It is not frozen, since that makes it three times as costly to make, and files have many.
    """

    kind: str
    """scalar, list, map or nothing"""
    line: int = 1
    text: str = ""
    """The scalar's text; empty for the other kinds."""
    tag: str = ""
    """A custom tag with its `!`; empty for YAML's own."""
    quoted: bool = False
    block: bool = False
    """A `|` or `>` scalar: its text starts on the line after `line`."""
    entries: tuple[tuple[Node, Node], ...] = ()
    children: tuple[Node, ...] = ()
    duplicates: tuple[tuple[str, int], ...] = ()
    """Keys that stand twice in this map, with the line of the second; the last one wins."""
    _index: Mapping[str, Node] | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return self.kind != "nothing"

    @property
    def is_map(self) -> bool:
        return self.kind == "map"

    @property
    def is_list(self) -> bool:
        return self.kind == "list"

    @property
    def is_null(self) -> bool:
        """Missing, or written as nothing, `~` or `null`."""
        return not self or (
            self.kind == "scalar" and not self.quoted and self.text in ("", "~", "null", "Null", "NULL")
        )

    @property
    def is_true(self) -> bool:
        return self.kind == "scalar" and self.text.lower() in ("true", "yes", "on")

    @property
    def is_false(self) -> bool:
        return self.kind == "scalar" and self.text.lower() in ("false", "no", "off")

    @property
    def text_line(self) -> int:
        """The line on which the scalar's text begins."""
        return self.line + 1 if self.block else self.line

    def get(self, *keys: str) -> Node:
        """Follow map keys downwards; NOTHING where one is missing."""
        node = self
        for key in keys:
            node = node._index.get(key, NOTHING) if node._index else NOTHING
        return node

    def items(self) -> tuple[tuple[Node, Node], ...]:
        """The (key node, value node) pairs of a map; empty for the other kinds."""
        return self.entries

    def each(self) -> tuple[Node, ...]:
        """The items of a list; a scalar or map as a list of one; empty for null."""
        if self.kind == "list":
            return self.children
        return () if self.is_null else (self,)

    def texts(self) -> tuple[str, ...]:
        """The texts of the scalars of `each()`; for a map its keys."""
        if self.kind == "map":
            return tuple(key.text for key, _ in self.entries)
        return tuple(node.text for node in self.each() if node.kind == "scalar")

    def walk(self, limit: int = 20_000) -> Iterator[tuple[str, Node]]:
        """Yield (dotted key path, node) of this node and all below, depth first, at most `limit` of them."""
        stack: list[tuple[str, Node]] = [("", self)]
        while stack and limit > 0:
            path, node = stack.pop()
            limit -= 1
            yield path, node
            below = [(key.text, value) for key, value in node.entries] or [
                (str(i), c) for i, c in enumerate(node.children)
            ]
            stack.extend((f"{path}.{key}" if path else key, child) for key, child in reversed(below))


NOTHING = Node("nothing")


def load(text: str) -> tuple[Node, ...]:
    """Parse all documents of a YAML text. Raises YamlProblem where it is no YAML, is too deep or too large."""
    found = _load(text)
    if isinstance(found, YamlProblem):
        raise found
    return found


@lru_cache(maxsize=2)
def _load(text: str) -> tuple[Node, ...] | YamlProblem:
    """Several readers look at one file one after the other: it is parsed once."""
    try:
        return _parse(text)
    except YamlProblem as problem:
        return problem


def _parse(text: str) -> tuple[Node, ...]:
    _refuse_depth(text)
    try:
        parser = _Parser(text)
    except (yaml.YAMLError, ValueError) as error:
        raise YamlProblem(1, str(error).splitlines()[0]) from error
    try:
        return tuple(_Builder(parser.get_event, text.count("\n") + 1).documents())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(min(mark.line, text.count("\n")) + 1 if mark else 1, error.problem or "not YAML") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, YamlProblem):
            raise
        raise YamlProblem(1, str(error).splitlines()[0] if str(error) else "not YAML") from error
    finally:
        parser.dispose()


def load_one(text: str) -> Node:
    """Parse the first document of a YAML text; NOTHING for an empty one. Raises YamlProblem."""
    documents = load(text)
    return documents[0] if documents else NOTHING


_BRACKETS = re.compile(r"[\[\]{}]")
_TWO_OPENED = (re.compile(r"-[ \t]+[-?][ \t]"), re.compile(r"\?[ \t]+[-?][ \t]"))
"""Two block collections opened on one line; with one character in front, which is found far quicker than a choice."""
_MANY_OPENED = re.compile(rf"(?:[-?][ \t]+){{{MAX_DEPTH}}}")
_INDENTED = "\n" + 20 * MAX_DEPTH * " "


def _refuse_depth(text: str) -> None:
    """Refuse what would make the recursive C parser run out of stack: deep flow collections, many block collections
    opened on one line, an indentation no one writes."""
    depth = 0
    for bracket in _BRACKETS.findall(text) if text.count("[") + text.count("{") > 10 * MAX_DEPTH else ():
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > 10 * MAX_DEPTH:
            raise YamlProblem(1, f"nested deeper than {10 * MAX_DEPTH} brackets")
    opened = any(two.search(text) for two in _TWO_OPENED) and _MANY_OPENED.search(text)
    if opened or _INDENTED in text or text.startswith(_INDENTED[1:]):
        raise YamlProblem(1, f"nested deeper than {MAX_DEPTH} levels")


class _Builder:
    """Builds nodes of the events of PyYAML's parser; an alias is the node that it names."""

    def __init__(self, following: Callable[[], Any], lines: int) -> None:
        self.following = following
        self.lines = lines
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def documents(self) -> Iterator[Node]:
        self.following()  # the stream begins
        while type(self.following()) is not yaml.StreamEndEvent:
            self.anchors.clear()
            yield self.build(self.following(), 0)
            self.following()  # the document ends

    def build(self, event: Any, depth: int) -> Node:
        """The node that begins with an event; those that belong to it are taken."""
        self.count += 1
        kind, line = type(event), event.start_mark.line + 1
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            raise YamlProblem(line, f"deeper than {MAX_DEPTH} levels or more than {MAX_NODES} nodes")
        anchor = event.anchor
        if kind is yaml.AliasEvent:
            if anchor not in self.anchors:
                raise YamlProblem(min(line, self.lines), "found undefined alias")
            return self.anchors[anchor]
        if anchor is not None:
            if anchor in self.anchors:
                raise YamlProblem(min(line, self.lines), "second occurrence of an anchor")
            self.anchors[anchor] = NOTHING  # an alias to an ancestor ends here
        tag = event.tag
        tag = tag if tag and tag[0] == "!" and tag != "!" else ""
        if kind is yaml.ScalarEvent:
            style = event.style
            block = style == "|" or style == ">"
            made = Node("scalar", line, event.value, tag, block or style == "'" or style == '"', block)
        elif kind is yaml.SequenceStartEvent:
            made = Node("list", line, tag=tag, children=tuple(self.items(depth)))
        else:
            made = self.mapping(depth, line, tag)
        if anchor is not None:
            self.anchors[anchor] = made
        return made

    def items(self, depth: int) -> Iterator[Node]:
        while type(event := self.following()) is not yaml.SequenceEndEvent:
            yield self.build(event, depth + 1)

    def mapping(self, depth: int, line: int, tag: str) -> Node:
        own: dict[str, tuple[Node, Node]] = {}
        merged: dict[str, tuple[Node, Node]] = {}
        duplicates = []
        while type(event := self.following()) is not yaml.MappingEndEvent:
            key, value = self.build(event, depth + 1), self.build(self.following(), depth + 1)
            if key.text == "<<" and not key.quoted:
                for source in value.each():
                    self.count += len(source.entries)
                    for inner_key, inner_value in source.entries:
                        merged.setdefault(inner_key.text, (inner_key, inner_value))
                continue
            if key.text in own:
                duplicates.append((key.text, key.line))
            own[key.text] = (key, value)
        entries = {**own, **{name: pair for name, pair in merged.items() if name not in own}} if merged else own
        index = {name: value for name, (_, value) in entries.items()}
        return Node("map", line, tag=tag, entries=tuple(entries.values()), duplicates=tuple(duplicates), _index=index)
