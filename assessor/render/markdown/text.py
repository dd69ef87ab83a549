"""Texts in GitHub's Markdown: shown as they are, never obeyed; and a page that fits a limit by leaving rows out.

What a repository says may not link, mention a person or an issue, load a picture, close a table or hold HTML. GitHub
looks for mentions and addresses in the rendered page, where a backslash is gone; there a zero-width space parts them.
Sources: GitHub Flavored Markdown 0.29 (tables, autolinks); GitHub's limits for comments and job summaries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

COMMENT_BYTES = 65_536
"""GitHub takes 65,536 characters in a comment; bytes are never fewer."""
SUMMARY_BYTES = 1_048_576
"""GitHub takes 1 MiB in a job summary."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_SPECIAL = re.compile(r"[\\`*_\[\]~$&<>|]")
_MEANT = re.compile(r"(?<=[@#!])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_FIRST = re.compile(r"^([-+=#:]|\d+(?=[.)]))")
_CODE_SPAN = re.compile(r"`([^`]+)`")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no link, mention, emphasis, HTML, list or table cell comes of it."""
    plain = visible(text).strip()
    parted = _MEANT.sub("\u200b", plain)
    shown = _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), parted)
    return _FIRST.sub(lambda match: match[0] + "\\" if match[0].isdigit() else "\\" + match[0], shown)


def code(text: str) -> str:
    """Text as code, empty for none; as HTML where a backtick or a pipe would end the span or the table's cell."""
    shown = visible(text)
    if not shown.strip():
        return ""
    return f"<code>{escaped(shown)}</code>" if "`" in shown or "|" in shown else f"`{shown}`"


def prose(text: str) -> str:
    """A sentence, escaped, whose code spans stay code."""
    parts = _CODE_SPAN.split(text)
    if len(parts) == 1:
        return escaped(text)
    shown = []
    for number, part in enumerate(parts):
        space = " " if part[:1] == " " else ""
        end = " " if part.strip() and part[-1:] == " " else ""
        shown.append(code(part) if number % 2 else space + escaped(part) + end)
    return "".join(shown).strip()


def row(cells: Iterable[str]) -> str:
    """One row of a table. The cells are Markdown already."""
    return "| " + " | ".join(cells) + " |"


def table_head(titles: Sequence[str], numbers: Iterable[int] = ()) -> tuple[str, str]:
    """The head of a table; the columns counted in `numbers` are set to the right."""
    right = set(numbers)
    return row(titles), row("---:" if column in right else "---" for column in range(len(titles)))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together. The last of `rows` may be left out, the sooner the higher `rank` is.

    `head` and `foot` frame the rows; a block that has lost all of them keeps its head, which says what was there.
    """

    head: tuple[str, ...]
    rows: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    rank: int = 0
    left: int = 0
    """Rows that were left out."""

    def lines(self, told: Callable[[int], str]) -> list[str]:
        note = ["", told(self.left)] if self.left else []
        return [*self.head, *self.rows, *note, *self.foot]

    def size(self) -> int:
        """Bytes, each line with its break."""
        return sum(len(line.encode()) + 1 for line in (*self.head, *self.rows, *self.foot))


def fitted(blocks: Sequence[Block], limit: int, told: Callable[[int], str]) -> str:
    """The page in at most `limit` bytes. `told` says how many rows are left out at a place.

    Rows go first, from the end of the blocks of the highest rank; then whole blocks from the end.
    """
    note = len(told(10**9).encode()) + 2
    kept = list(blocks)
    room = limit - note
    excess = sum(block.size() for block in kept) - room
    for rank in sorted({block.rank for block in kept}, reverse=True):
        for number in reversed(range(len(kept))):
            if excess <= 0:
                break
            if kept[number].rank == rank and kept[number].rows:
                shorter = _shortened(kept[number], excess + note)
                excess += note + shorter.size() - kept[number].size()
                kept[number] = shorter
    dropped = 0
    while excess > 0 and len(kept) > 1:
        block = kept.pop()
        excess -= block.size()
        dropped += len(block.rows) + block.left + 1
    lines = [line for block in kept for line in block.lines(told)]
    return "\n".join([*lines, *(["", told(dropped)] if dropped else [])]) + "\n"


def _shortened(block: Block, excess: int) -> Block:
    """The block without as many of its last rows as have `excess` bytes together, or without any."""
    rows = list(block.rows)
    while rows and excess > 0:
        excess -= len(rows.pop().encode()) + 1
    return replace(block, rows=tuple(rows), left=block.left + len(block.rows) - len(rows))
