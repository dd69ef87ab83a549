"""Python source to facts, by one walk over one parsed tree.

What counts: imports with their aliases, calls by resolved dotted name with literal arguments and the conditions they
stand under, functions with decorators and assertions, comparisons with what follows from them. Prose does not count:
comments and docstrings are not read. A file that does not parse (Python 2, a merge conflict) is a problem; its imports
are still found line by line.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from assessor.facts.file import FileFacts
from assessor.facts.python import MODULE, Import, PythonFacts, Scope
from assessor.readers.code.python.asked_marks import asked_marks
from assessor.readers.code.python.metrics import measure
from assessor.readers.code.python.nodes import MAX_ITEMS
from assessor.readers.code.python.statements import Walk
from assessor.readers.code.python.tests import forgives_tests, stops_tests, tests_need
from assessor.readers.syntax.density import TOO_DENSE, is_dense
from assessor.readers.syntax.newer_python import in_older_syntax

_TEST_PATH = re.compile(r"(?:^|/)(?:tests?|testing|conftest)(?:/|\.py)|(?:^|/)test_[^/]*$|_test\.py$")


def matches(path: str) -> bool:
    """Python modules and stubs of scripts: `*.py`, `*.pyw`; type stubs (`*.pyi`) hold no code."""
    return path.endswith((".py", ".pyw"))


def read(path: str, text: str) -> FileFacts:
    """Return the facts of a module. The path decides only whether complexity is measured: that of tests says nothing."""
    if is_dense(text):
        return FileFacts(python=_broken(text), problems=((1, TOO_DENSE),))
    try:
        tree = _parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = f"does not parse as Python 3: {getattr(error, 'msg', None) or type(error).__name__}"
        return FileFacts(python=_broken(text), problems=((line, reason),))
    try:
        module = path.rpartition("/")[2].rpartition(".")[0]
        measured = not _TEST_PATH.search(path)
        return FileFacts(python=_facts(tree, text, Walk(tree, lambda line: line, module), measured))
    except RecursionError:
        return FileFacts(python=_broken(text), problems=((1, "nested too deeply to read"),))


def read_source(source: str, line_of: Callable[[int], int]) -> PythonFacts:
    """Return the facts of source that stands inside another file (a notebook).

    `line_of` gives for a line of `source` the line of that file. Broken source gives facts with `broken` set.
    """
    try:
        tree = _parse(source)
        return _facts(tree, source, Walk(tree, line_of, cells=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _broken(source, line_of)


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes of the audited code are not our news
        try:
            return ast.parse(text)
        except SyntaxError as problem:
            other = _MAGIC.sub("", text) if _CELL_MARK.search(text) else text  # a notebook kept as a script
            for tried in dict.fromkeys((other, in_older_syntax(other))):
                with suppress(SyntaxError, ValueError):
                    if tried != text:
                        return ast.parse(tried)
            raise problem


_CELL_MARK = re.compile(r"^# (?:Databricks notebook source|%%|In\[)", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*[%!][^\n]*", re.MULTILINE)
"""Lines that IPython or Databricks runs itself (`%cd src`, `!pip install x`)."""


def _facts(tree: ast.Module, text: str, walk: Walk, measured: bool = False) -> PythonFacts:
    walk.module(tree)
    lines = _source_lines(text)
    return PythonFacts(
        scopes=tuple(scope.frozen() for scope in walk.scopes),
        imports=tuple(walk.imports),
        calls=tuple(walk.calls),
        references=tuple(walk.references.values()),
        classes=tuple(replace(c, attributes=walk.attributes_of(c.name)) for c in walk.classes),
        comparisons=tuple(c.frozen() for c in walk.decided if c.is_sized),
        tests=tuple(
            c.frozen() for c in walk.decided if not c.is_sized and (c.stops or c.gives or c.leaves or c.follows)
        ),
        differences=walk.differences.frozen(),
        raises=tuple(walk.raises),
        constants=tuple(walk.constants),
        texts=tuple(walk.texts),
        stops_tests=walk.module_name == "conftest" and stops_tests(tree.body),
        forgives_tests=walk.module_name == "conftest" and forgives_tests(tree.body),
        asked_marks=asked_marks(tree.body) if walk.module_name == "conftest" else (),
        tests_need=tests_need(tree.body),
        source_lines=lines,
        metrics=measure(tree, text, lines) if measured else None,
    )


_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\w+)|import[ \t]+([\w.]+))", re.MULTILINE)


def _broken(text: str, line_of: Callable[[int], int] = lambda line: line) -> PythonFacts:
    imports = []
    seen = at = 0
    for found in _IMPORT.finditer(text):
        seen, at = seen + text.count("\n", at, found.start()), found.start()
        line = line_of(seen + 1)
        target = f"{found[1]}.{found[2]}" if found[1] else found[3]
        imports.append(Import(target, target.rpartition(".")[2], line, MODULE))
        if len(imports) >= MAX_ITEMS:
            break
    body = Scope("<module>", 1, text.count("\n") + 1, "module")
    main = Scope("<main>", 0, 0, "main")
    return PythonFacts((body, main), tuple(imports), source_lines=_source_lines(text), broken=True)


def _source_lines(text: str) -> int:
    """Lines that are neither blank nor a comment; docstrings count, as in most line counters."""
    return sum([line != "" and line[0] != "#" for line in map(str.lstrip, text.splitlines())])
