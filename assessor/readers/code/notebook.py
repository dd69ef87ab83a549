"""Jupyter notebooks (nbformat 3 and 4): code cells as one Python source, stored outputs, shell lines and prose.

The JSON is walked by hand down to the cells and decoded in C below that, which gives the exact place of every source
line and stays linear for notebooks with megabytes of stored images. Magics are blanked so that the rest is Python; a
cell that is no Python is left out and reported.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
import warnings
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.python import MODULE, NotebookFacts, PythonFacts, Scope
from assessor.readers.code.python import read_source
from assessor.readers.syntax.density import MAX_TOKENS, TOO_DENSE, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MARKDOWN = 2_000
"""Characters of the Markdown cells that are kept."""

MAX_CELL = 200_000
"""Characters of one code cell that are read as Python; a longer one is pasted data."""

MAX_CELLS = 5_000
"""Cells of one notebook that are read; the largest met has 400."""

MAX_LINES = 100_000
"""Lines of one notebook's cells that are read."""

MAX_PROBLEMS = 10
"""Cells of one notebook that are reported as no Python."""


ENDINGS = (".ipynb",)


def matches(path: str) -> bool:
    return path.endswith(".ipynb")


def read(path: str, text: str) -> FileFacts:
    """Return the notebook's facts; a text that is no notebook is a problem."""
    if not text.strip():
        return EMPTY
    walk = _JsonWalk(text)
    notebook = _Notebook()
    try:
        _walk_notebook(walk, notebook)
    except _TooLong:
        notebook.cut_at = walk.line()
    except (ValueError, IndexError, RecursionError) as error:
        offset = error.pos if isinstance(error, json.JSONDecodeError) else walk.at
        return FileFacts(problems=((text.count("\n", 0, offset) + 1, "not a notebook: broken JSON"),))
    if not notebook.has_cells:
        return FileFacts(problems=((1, "not a notebook: no cells"),))
    return _facts(notebook)


# --- JSON with places ---------------------------------------------------------------------------------------------

_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
_DECODER = json.JSONDecoder()


class _JsonWalk:
    """A cursor over JSON text: enters objects and lists member by member, decodes values whole."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._line, self._counted = 1, 0

    def peek(self) -> str:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        """Decode the value at the cursor and go behind it."""
        self.peek()
        decoded, self.at = _DECODER.raw_decode(self.text, self.at)
        return decoded

    def line(self) -> int:
        """Line of the cursor; asked in rising order, so that each newline is counted once."""
        self.peek()
        if self.at < self._counted:
            self._line, self._counted = 1, 0
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def members(self) -> Iterator[str]:
        """Enter the object at the cursor; the caller must consume one value for each key that it is given."""
        self.expect("{")
        while self.peek() == '"':
            key = str(self.value())
            self.expect(":")
            yield key
            if self.peek() == ",":
                self.at += 1
        self.expect("}")

    def items(self) -> Iterator[int]:
        """Enter the list at the cursor; the caller must consume one value for each index that it is given."""
        self.expect("[")
        index = 0
        while self.peek() != "]":
            yield index
            index += 1
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "]":
                break
        self.expect("]")

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise json.JSONDecodeError(f"expected {mark}", self.text, min(self.at, len(self.text)))
        self.at += 1


class _TooLong(Exception):
    """A notebook has more lines than are read; what stands before is kept."""


# --- cells --------------------------------------------------------------------------------------------------------

_Lines = list[tuple[str, int]]
"""Source lines without their newline, each with its line in the file."""


@dataclass(slots=True)
class _Cell:
    kind: str = ""
    language: str = ""
    count: object = None
    lines: _Lines = field(default_factory=list)
    errors: int = 0
    output_bytes: int = 0


@dataclass(slots=True)
class _Notebook:
    cells: list[_Cell] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    has_cells: bool = False
    lines: int = 0
    cut_at: int = 0
    """The line of the first cell or line beyond those that are read."""


def _walk_notebook(walk: _JsonWalk, notebook: _Notebook) -> None:
    for key in walk.members():
        if key == "cells" and walk.peek() == "[":
            _walk_cells(walk, notebook)
        elif key == "worksheets" and walk.peek() == "[":
            for _ in walk.items():
                _walk_worksheet(walk, notebook)
        elif key == "metadata":
            metadata = walk.value()
            notebook.metadata = metadata if isinstance(metadata, dict) else {}
        else:
            walk.value()


def _walk_worksheet(walk: _JsonWalk, notebook: _Notebook) -> None:
    if walk.peek() != "{":
        walk.value()
        return
    for key in walk.members():
        if key == "cells" and walk.peek() == "[":
            _walk_cells(walk, notebook)
        else:
            walk.value()


def _walk_cells(walk: _JsonWalk, notebook: _Notebook) -> None:
    notebook.has_cells = True
    for _ in walk.items():
        if walk.peek() == "{" and len(notebook.cells) < MAX_CELLS:
            cell = _Cell()
            notebook.cells.append(cell)
            _walk_cell(walk, cell, MAX_LINES - notebook.lines)
            notebook.lines += len(cell.lines)
        else:
            notebook.cut_at = notebook.cut_at or (walk.line() if len(notebook.cells) >= MAX_CELLS else 0)
            walk.value()


def _walk_cell(walk: _JsonWalk, cell: _Cell, most: int) -> None:
    for key in walk.members():
        if key in ("source", "input"):  # nbformat 3 calls the source of a code cell input
            cell.lines = _walk_source(walk, most)
        elif key == "outputs":
            _walk_outputs(walk, cell)
        elif key in ("execution_count", "prompt_number"):
            cell.count = walk.value()
        elif key == "cell_type":
            cell.kind = str(walk.value())
        elif key == "language":
            cell.language = str(walk.value())
        else:
            walk.value()


def _walk_source(walk: _JsonWalk, most: int) -> _Lines:
    line = walk.line()
    if walk.peek() != "[":
        source = walk.value()
        return [(part, line) for part in _split(source)] if isinstance(source, str) else []
    pieces: list[tuple[list[str], int]] = []
    is_open = False
    for index in walk.items():
        if index > most:
            raise _TooLong
        line = walk.line()
        piece = walk.value()
        for part in _split(piece) if isinstance(piece, str) else ():
            if is_open:  # a list item need not be a whole line
                pieces[-1][0].append(part)
            else:
                pieces.append(([part], line))
            is_open = False
        is_open = isinstance(piece, str) and piece != "" and not piece.endswith(("\n", "\r"))
    return [("".join(parts), line) for parts, line in pieces]


def _split(source: str) -> list[str]:
    """Split where Python's tokeniser does, which is not everywhere that str.splitlines does."""
    parts = source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").split("\n")
    return parts[:-1] if parts[-1] == "" else parts


def _walk_outputs(walk: _JsonWalk, cell: _Cell) -> None:
    walk.peek()
    start = walk.at
    outputs = walk.value()
    if isinstance(outputs, list) and outputs:
        cell.output_bytes = len(walk.text[start : walk.at].encode("utf-8", "surrogatepass"))
        kinds = [output.get("output_type") for output in outputs if isinstance(output, dict)]
        cell.errors = kinds.count("error") + kinds.count("pyerr")


# --- facts --------------------------------------------------------------------------------------------------------


def _facts(notebook: _Notebook) -> FileFacts:
    code = [cell for cell in notebook.cells if cell.kind == "code" and any(text.strip() for text, _ in cell.lines)]
    language = _language(notebook, code)
    source = _Source()
    if notebook.cut_at:
        source.problems.append(
            (notebook.cut_at, f"more than {MAX_CELLS:,} cells or {MAX_LINES:,} lines; the rest is not read")
        )
    for cell in code if language == "python" else ():
        source.add(cell.lines)
    counts = [cell.count for cell in code if isinstance(cell.count, int)]
    facts = NotebookFacts(
        code=source.facts() if language == "python" else PythonFacts(scopes=_no_scopes()),
        language=language,
        code_cells=len(code),
        executed_cells=len(counts),
        in_order=all(before < after for before, after in pairwise(counts)),
        errors=sum(cell.errors for cell in notebook.cells),
        output_bytes=sum(cell.output_bytes for cell in notebook.cells),
        shell_lines=tuple(source.shell),
        markdown=_markdown(notebook),
    )
    return FileFacts(notebook=facts, problems=tuple(source.problems[:MAX_PROBLEMS]))


def _no_scopes() -> tuple[Scope, ...]:
    """The module and main scopes that every PythonFacts begins with."""
    return Scope("", 1, 1, "module"), Scope("", 1, 1, "main", parent=MODULE)


def _language(notebook: _Notebook, code: list[_Cell]) -> str:
    """Return the kernel's language in lower case (`python`, `r`, `julia`, `scala`); python where nothing is said."""
    kernel, info = notebook.metadata.get("kernelspec"), notebook.metadata.get("language_info")
    said = (kernel.get("language") if isinstance(kernel, dict) else "") or (
        info.get("name") if isinstance(info, dict) else ""
    )
    if not said and isinstance(kernel, dict):
        name = str(kernel.get("name", "")).lower()
        said = "r" if name == "ir" else "julia" if name.startswith("julia") else ""
    said = said or next((cell.language for cell in code if cell.language), "python")
    language = str(said).lower()
    return "python" if language.startswith(("python", "ipython", "pyspark")) else language


def _markdown(notebook: _Notebook) -> str:
    text = ""
    for cell in notebook.cells:
        if cell.kind in ("markdown", "heading") and len(text) < MAX_MARKDOWN:
            text += "\n".join(line for line, _ in cell.lines) + "\n\n"
    return text.strip()[:MAX_MARKDOWN]


_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "ipytest", "run_pytest", "wandb", "debug"})
"""Cell magics whose cell is Python; an unknown one's cell is Python where it parses."""

_SHELL_MAGICS = frozenset({"bash", "sh", "!", "shell", "sx", "system"})
_AWAIT = getattr(ast, "PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000) | ast.PyCF_ONLY_AST


def _without_first_indent(lines: _Lines) -> _Lines:
    """Take the first line's indentation off every line that begins with it, as IPython does before it runs a cell."""
    first = next((text for text, _ in lines if text.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [(text.removeprefix(indent), at) for text, at in lines] if indent else lines


class _Source:
    """The joined Python of the code cells, the line that each of its lines came from, and what was taken out."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.origins: list[int] = []
        self.shell: list[tuple[int, str]] = []
        self.problems: list[tuple[int, str]] = []
        self.parsed = 0
        self.refused: list[tuple[int, list[str]]] = []
        self.size = 0
        self.is_counted = False

    def add(self, lines: _Lines) -> None:
        start, first = len(self.lines), lines[0][1]
        if not self.has_room(lines):
            return
        lines = _without_first_indent(lines)
        python = self.python_of(lines)
        self.origins += [line for _, line in lines]
        accepted = _accepted(python)
        if accepted is None:
            self.problems.append((first, "code cell is not Python"))
            self.refused.append((start, python))
        else:
            self.parsed += 1
        self.lines += accepted if accepted is not None else [""] * len(lines)

    def has_room(self, lines: _Lines) -> bool:
        """These can be read too; the first that cannot are told. Characters are counted until they could be too many
        words and signs, then these."""
        if self.size > MAX_TOKENS:
            return False
        more = sum(len(text) + 1 for text, _ in lines)
        if self.size + more > MAX_TOKENS:
            self.size = self.size if self.is_counted else tokens("\n".join(self.lines))
            self.is_counted = True
            more = tokens("\n".join(text for text, _ in lines))
        self.size += more
        if self.size > MAX_TOKENS:
            self.problems.append((lines[0][1], TOO_DENSE))
        return self.size <= MAX_TOKENS

    def python_of(self, lines: _Lines) -> list[str]:
        """Return as many lines of Python; shell lines are noted on the way."""
        texts = [text for text, _ in lines]
        head = next((index for index, text in enumerate(texts) if text.strip()), 0)
        magic = re.match(r"%%(!|[\w.]+)[ \t]*(.*)", texts[head])
        if magic is None:
            return self.plain(lines)
        name = magic[1] if magic[1] != "script" else magic[2].split(" ")[0]
        if name in _SHELL_MAGICS:
            self.shell += [(at, text.strip()) for text, at in lines[head + 1 :] if text.strip()]
            return [""] * len(lines)
        rest = [("", at) for _, at in lines[: head + 1]] + lines[head + 1 :]
        python = self.plain(rest)
        is_python = name in _PYTHON_MAGICS or (name not in ("writefile", "file") and _parses("\n".join(python)))
        return python if is_python else [""] * len(lines)

    def plain(self, lines: _Lines) -> list[str]:
        texts = [text for text, _ in lines]
        return texts if _parses("\n".join(texts)) else self.without_magics(lines)

    def without_magics(self, lines: _Lines) -> list[str]:
        state = _LineState()
        found: list[str] = []
        command: list[str] = []  # lines of a shell command that goes on after a backslash
        for text, at in lines:
            if command:
                command.append(text.strip())
                found.append("")
            elif state.is_fresh and (replaced := _magic(text)):
                found.append(replaced.python)
                command = [replaced.command]
                self.shell.append((at, ""))
            else:
                state.take(text)
                found.append(text)
                continue
            if not command[-1].endswith("\\"):
                self.close_command(command)
                command = []
        if command:
            self.close_command(command)
        return found

    def close_command(self, pieces: list[str]) -> None:
        line, _ = self.shell.pop()
        whole = " ".join(piece.removesuffix("\\").strip() for piece in pieces).strip()
        if whole:
            self.shell.append((line, whole))

    def facts(self) -> PythonFacts:
        """Return the facts of all cells that parse; where none does, of all (as broken source)."""
        if not self.parsed:
            for start, lines in self.refused:
                self.lines[start : start + len(lines)] = lines
        origins = self.origins or [1]
        return read_source("\n".join(self.lines) + "\n", lambda line: origins[min(max(line, 1), len(origins)) - 1])


@dataclass(frozen=True, slots=True)
class _Magic:
    python: str
    command: str


_RUNNERS = {
    "pip": "pip",
    "conda": "conda",
    "mamba": "mamba",
    "uv": "uv",
    "sh": "",
    "sx": "",
    "system": "",
    "run": "python",
}


_BARE = re.compile(
    r"(?:pip|pip3|conda|mamba)[ ]+(?:install|uninstall|list|freeze|show)\b|(?:ls|cd|pwd|mkdir)(?:[ ]+[\w./~-]+)*$"
)
"""Magics that IPython runs without their percent sign."""


def _magic(text: str) -> _Magic | None:
    """Return what a line with a magic, `!` or `?` becomes in Python, and the command that it runs; None for Python."""
    stripped = text.strip()
    indent = text[: len(text) - len(text.lstrip())]
    assigned = re.match(r"([\w.,\[\]'\" ]{1,200}?)=\s*([!%])(?!=)(.*)", stripped)
    if assigned and (assigned[2] == "!" or re.match(r"[a-zA-Z]", assigned[3])):
        return _Magic(f"{indent}{assigned[1]}= None", _command(assigned[2] + assigned[3]))
    if stripped.startswith(("!", "%")):
        return _Magic(f"{indent}pass", _command(stripped))
    if not indent and _BARE.match(stripped):
        return _Magic("pass", stripped)
    if stripped.startswith("?") or re.match(r"[\w.*]+\?{1,2}$", stripped):
        return _Magic(f"{indent}pass", "")
    return None


def _command(magic: str) -> str:
    if magic.startswith("!"):
        return magic.lstrip("!").strip()
    name, _, rest = magic.lstrip("%").partition(" ")
    return f"{_RUNNERS[name]} {rest}".strip() if name in _RUNNERS else ""


_STATE_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#|[\[({]|[\])}]')


class _LineState:
    """Whether the next line begins a statement: not inside brackets or a long string, nor after a backslash."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""
        self.goes_on = False

    @property
    def is_fresh(self) -> bool:
        return not (self.depth or self.quote or self.goes_on)

    def take(self, line: str) -> None:
        at = 0
        while True:
            if self.quote:
                end = line.find(self.quote, at)
                if end < 0:
                    return
                at, self.quote = end + 3, ""
            match = _STATE_TOKEN.search(line, at)
            if match is None or match[0] == "#":
                break
            at = match.end()
            if match[0] in ('"""', "'''"):
                self.quote = match[0]
            elif match[0] in "[({":
                self.depth += 1
            elif match[0] in "])}":
                self.depth = max(0, self.depth - 1)
        self.goes_on = match is None and line.rstrip().endswith("\\")


def _parses(source: str, flags: int = ast.PyCF_ONLY_AST) -> bool:
    if len(source) > MAX_CELL:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes of the audited code are not our news
            compile(source + "\n", "<cell>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _accepted(lines: list[str]) -> list[str] | None:
    """Return the lines in a form that parses in a module: as they are, without indent, or without top-level await."""
    source = "\n".join(lines)
    if _parses(source):
        return lines
    dedented = textwrap.dedent(source)
    if _parses(dedented):
        return dedented.split("\n")
    if _parses(dedented, _AWAIT):
        without = re.sub(r"\basync[ \t]+(?=for\b|with\b)|\bawait[ \t]+", "", dedented)
        return without.split("\n") if _parses(without) else None
    return None
