"""Documents of data: cards, dictionaries, sheets, and pages with a section that describes the columns."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator

from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.project_files import Document
from assessor.findings import NearMiss
from assessor.hits.scene import Scene
from assessor.lifecycle.filled import filled_lines
from assessor.project.model import Role
from assessor.readers.texts.documents import is_dictionary_sheet, names_data
from assessor.scanners.claims import NONE, Claim, Statement, seen

_READ = frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION, Role.DATA})
MIN_WORDS = 25
MIN_COLUMNS = 5
"""Columns that a section describes: fewer stand in any example."""
_MIN_DESCRIPTION = 2
"""Words that describe a column."""
_MAX_NAME = 40


def documentation(scene: Scene) -> Iterator[Statement]:
    """Used: a data card, dictionary, datasheet or schema documentation for the project's own data."""
    for file, document in scene.project.having(lambda f: f.document, _READ):
        if document.kind != "data_card":
            if line := _describes_columns(document):
                yield Claim(file.at(line), f"{file.path} describes the columns of the data")
            continue
        if _is_of_a_corpus(scene, file.path, document):
            continue
        is_table = bool(document.lines) and file.path.endswith((".yml", ".yaml", ".json"))
        said = filled_lines(document)
        words = document.words if len(said) == len(document.lines) else len(" ".join(said).split())
        if words >= MIN_WORDS or len(said) >= MIN_COLUMNS or is_table:
            yield Claim(file.at(1), f"{file.path} documents the data")
        else:
            yield NearMiss(file.at(1), f"{file.path} is too short to document data")
    for path in sorted(scene.project.own):
        if is_dictionary_sheet(path):
            yield Claim(Place(path, 1), f"{path} is a data dictionary")
    for hit in scene.hits("data.documentation"):
        yield seen(hit, counts=NONE)


_MIN_CORPUS = 3
"""Pages beside each other that are themselves the data, where none of them says what the data holds."""


def _is_of_a_corpus(scene: Scene, path: str, document: Document) -> bool:
    """One of several texts in a folder of data, under a name of its own and without a part about columns: the project reads
    it, it does not describe what the project reads."""
    folder = posixpath.dirname(path)
    if not path.lower().endswith(_PAGES) or names_data(path) or _tells_of_data(document):
        return False
    beside = (other for other in scene.project.own if other.startswith(f"{folder}/"))
    texts = [other for other in beside if other.lower().endswith(_PAGES) and not names_data(other)]
    return len(texts) >= _MIN_CORPUS


_PAGES = (".md", ".markdown", ".mdx", ".rst", ".adoc")


def _tells_of_data(document: Document) -> bool:
    return bool(_table_of_columns(document)) or any(
        speaks_of("describes_data", title) for title, _ in document.headings
    )


def _describes_columns(document: Document) -> int:
    """The line of a section about data that names several columns and says what each is; 0 where there is none."""
    if document.kind not in ("readme", "doc"):
        return 0
    if line := _table_of_columns(document):
        return line
    ends = [*(line for _, line in document.headings[1:]), math.inf]
    for (heading, start), end in zip(document.headings, ends, strict=False):
        if speaks_of("describes_data", heading):
            told = {name for text, line in document.lines if start < line < end and (name := _column(text))}
            if len(told) >= MIN_COLUMNS:
                return start
    return 0


def _table_of_columns(document: Document) -> int:
    """The line of a table that is headed so: a column for names of columns, and one for what they mean or hold."""
    start = last = count = 0
    above: list[str] = []
    titles = {line for _, line in document.headings}
    for text, line in document.lines:
        cells = [cell.strip(" *`_").lower() for cell in text.strip("| ").split("|")] if text.startswith("|") else []
        above = [] if line in titles else above
        if _heads_columns(cells) and not any(speaks_of("message_of_an_interface", said) for said in above):
            start, count = line, 0
        elif start and cells and line <= last + 1:
            count += bool(_column(text))
            if count >= _MIN_ROWS:
                return start
        last = line
        above = [*above[:1], *above[1:][-_NEAR:], text] if not cells else above
    return 0


def _heads_columns(cells: list[str]) -> bool:
    """The head of a table names columns and what they mean; nothing that somebody has to set."""
    return len(cells) > 1 and cells[0] in _NAMED and bool(_TOLD & {*cells[1:]}) and not _is_of_settings(cells)


def _is_of_settings(heads: list[str]) -> bool:
    return any(word in _SET for head in heads for word in head.split())


_NAMED = frozenset({"column", "field", "variable", "feature", "attribute"})
_TOLD = frozenset({"meaning", "description", "definition", "explanation"})
_SET = frozenset({"default", "defaults", "required", "value"})
"""Words in the heads of a table of what somebody has to set."""
_MIN_ROWS = 2
_NEAR = 2
"""Lines above a table that introduce it, beside the heading."""


def _column(line: str) -> str:
    """The column that a list item (`- age: years`) or the row of a table describes; empty for other lines."""
    name, _, told = _row(line) if line.startswith("|") else _item(line)
    name = name.strip(" *`_")
    is_name = 0 < len(name) <= _MAX_NAME and " " not in name and name[0].isalpha() and not {"/", "."} & set(name)
    return name if is_name and len(told.replace("|", " ").split()) >= _MIN_DESCRIPTION else ""


def _row(line: str) -> tuple[str, str, str]:
    return line.strip("| ").partition("|")


def _item(line: str) -> tuple[str, str, str]:
    text = line[1:].strip() if line[:2] in ("- ", "* ", "+ ") else ""
    ends = [at for mark in (":", " - ", " – ", " — ") if (at := text.find(mark)) > 0]
    return (text[: min(ends)], ":", text[min(ends) + 1 :].lstrip("*: ")) if ends else ("", "", "")
