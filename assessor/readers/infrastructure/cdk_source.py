"""The source of an AWS CDK app cut into calls: strings and comments are known, nothing of it is run."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

_MAX_CALLS = 3_000
_STRINGS = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
PYTHON = re.compile(rf"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|#[^\n]*|{_STRINGS}")
SCRIPT = re.compile(rf"//[^\n]*|/\*(?>(?:[^*]++|\*(?!/))*)(?:\*/)?|{_STRINGS}|`(?:[^`\\]|\\.)*`")
_CALL = re.compile(r"(?:\bnew\s+)?(?<![\w$])(?<![\w$]\.)([A-Za-z_$][\w$]*+(?>(?:\.[A-Za-z_$][\w$]*+)*))\s*+\(")
_ASSIGNED = re.compile(
    r"(?:\b(?:this|self)\.)?(?<![\w$])([A-Za-z_$][\w$]*+)\s*+(?::\s*+[\w.<>]++\s*+)?=\s*+(?:new\s++)?$"
)
_TEXT = r"\s*[:=]\s*[\"'`]([^\"'`\n]*)[\"'`]"
QUOTED = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
WORD = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call with the variable that its result is given to."""

    name: str
    start: int
    opened: int
    end: int
    variable: str
    line: int

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


class CutSource:
    """A text and its calls, in their order."""

    def __init__(self, text: str, skipped: re.Pattern[str]) -> None:
        self.text = text
        self.blank = skipped.sub(_blanked, text)
        """The text with strings and comments blanked out, of the same length."""
        self.plain = skipped.sub(lambda m: m[0] if m[0][0] in "\"'`" and m[0][:3] not in _DOCS else _blanked(m), text)
        self.lines = [0, *(found.end() for found in re.finditer(r"\n", text))]
        self.calls = list(self._calls())

    def line(self, offset: int) -> int:
        return bisect_right(self.lines, offset)

    def _calls(self) -> Iterator[MadeCall]:
        closing = self._closing()
        for number, found in enumerate(_CALL.finditer(self.blank)):
            end = closing.get(found.end() - 1)
            if number >= _MAX_CALLS:
                return
            if end is not None:
                before = self.blank[max(0, found.start() - 120) : found.start()]
                assigned = _ASSIGNED.search(before)
                variable = assigned[1] if assigned else ""
                yield MadeCall(found[1], found.start(), found.end(), end, variable, self.line(found.start()))

    def _closing(self) -> dict[int, int]:
        """Where each round bracket closes."""
        found: dict[int, int] = {}
        open_at: list[int] = []
        for mark in re.finditer(r"[()]", self.blank):
            if mark[0] == "(":
                open_at.append(mark.start())
            elif open_at:
                found[open_at.pop()] = mark.start()
        return found

    def body(self, name: str) -> tuple[int, int] | None:
        """Where the body of a function or method of that name begins and ends; None where none is defined here."""
        for call in self.calls:
            if call.last != name:
                continue
            opened = _BODY.match(self.blank, call.end + 1)
            if opened and opened[0].endswith("{"):
                return opened.end(), self._braces.get(opened.end() - 1, len(self.text))
            if opened and opened[0].endswith(":") and _DEFINES.search(self.blank[max(0, call.start - 20) : call.start]):
                return opened.end(), self._dedented(call)
        return None

    @cached_property
    def _braces(self) -> dict[int, int]:
        """Where each curly bracket closes."""
        found: dict[int, int] = {}
        open_at: list[int] = []
        for mark in re.finditer(r"[{}]", self.blank):
            if mark[0] == "{":
                open_at.append(mark.start())
            elif open_at:
                found[open_at.pop()] = mark.start()
        return found

    def _dedented(self, head: MadeCall) -> int:
        """Where the block below a line of Python ends: before the next line that stands no deeper than it."""
        first, after = self.lines[head.line - 1], self.line(head.end)
        depth = _indent(self.blank[first : head.start])
        for start, end in pairwise([*self.lines[after:], len(self.text)]):
            line = self.blank[start:end]
            if line.strip() and _indent(line) <= depth:
                return start
        return len(self.text)

    def given(self, call: MadeCall, *names: str) -> str:
        """The text given under the first of some names; empty where none is a literal."""
        found = re.compile(rf"\b(?:{'|'.join(names)}){_TEXT}").search(self.plain, call.opened, call.end)
        return found[1] if found else ""

    def number(self, call: MadeCall, *names: str) -> int:
        """The number given under one of some names; 1 where none is."""
        found = re.compile(rf"\b(?:{'|'.join(names)})\s*[:=]\s*(\d{{1,4}})").search(self.plain, call.opened, call.end)
        return int(found[1]) if found else 1

    def words(self, call: MadeCall) -> set[str]:
        """The identifiers in a call's arguments."""
        return {word[0] for word in WORD.finditer(self.blank, call.opened, call.end)}

    def first_text(self, call: MadeCall) -> str:
        """The first literal in a call's arguments."""
        found = QUOTED.search(self.plain, call.opened, call.end)
        return next(filter(None, found.groups()), "") if found else ""


_BODY = re.compile(r"\s*+(?:(?::|->)\s*+[\w.<>\[\], |]{1,200}?)?\s*+(?:\{|:(?=\s*\n))")
"""What stands between a function's parameters and its body: the type of its result."""
_DEFINES = re.compile(r"\bdef\s+$")

_DOCS = ('"""', "'''")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blanked(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
