"""A page for a terminal: how wide a text is, colour, signs beyond ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.render.views.columns import cells, fitting, wrap
from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_WIDTH = 60
MAX_WIDTH = 120
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs of a page."""

    full: str = "●"
    open: str = "○"
    none: str = "·"
    bar: str = "█"
    empty: str = "░"
    then: str = " › "
    arrow: str = "→"
    here: str = "▶"
    done: str = "✓"
    foot: str = "━━"
    riser: str = "┏━"
    corner: str = "┛"
    next_foot: str = "──"
    next_riser: str = "┌─"
    next_corner: str = "┘"
    more: str = "…"
    rule: str = "─"
    dot: str = " · "


_ASCII = Glyphs(
    "#", "-", ".", "#", ".", " > ", "->", ">", "*", "==", "==", "|", "--", "--", "|", "~", "-", " - "
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What the receiver can show, and how to fit and paint text for it."""

    width: int
    colour: bool
    glyphs: Glyphs
    unicode: bool

    def paint(self, text: str, style: str) -> str:
        if not self.colour or not style or not text:
            return text
        codes = ";".join(_CODES[word] for word in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"

    def said(self, text: str) -> str:
        """What a repository or the catalogue says, escaped, and in ASCII where the page is."""
        shown = visible(text)
        if self.unicode or shown.isascii():
            return shown
        plain = shown.translate(_PLAIN)
        return plain.encode("ascii", "backslashreplace").decode("ascii")

    def cut(self, text: str, width: int) -> str:
        """The text in at most `width` columns."""
        if cells(text) <= width:
            return text
        return fitting(text, width - 1).rstrip() + self.glyphs.more

    def pad(self, text: str, width: int) -> str:
        shown = self.cut(text, width)
        return shown + " " * (width - cells(shown))

    def wrapped(self, label: str, text: str, indent: int, style: str = "") -> Iterator[str]:
        """A label, and beside it the text in as many lines as it takes."""
        space = " " * (indent + len(label))
        room = max(self.width - len(space), 20)
        for number, line in enumerate(wrap(text, room)):
            head = " " * indent + self.paint(label, "dim") if number == 0 else space
            yield head + self.paint(line, style)

    def heading(self, text: str, right: str = "") -> tuple[str, str]:
        text = self.cut(text, self.width)
        gap = self.width - cells(text) - cells(right)
        return "", self.paint(text, "bold") + (" " * gap + self.paint(right, "dim") if right and gap > 1 else "")


_PLAIN = {
    ord(sign): text
    for sign, text in {
        "→": "->", "›": ">", "…": "...", "–": "-", "—": "-", "·": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x",
        "≥": ">=", "≤": "<=",
    }.items()
}  # fmt: skip


def page_for(width: int, *, colour: bool, unicode: bool) -> Page:
    """A page of that width, within the bounds of what can be read."""
    return Page(max(MIN_WIDTH, min(width, MAX_WIDTH)), colour, Glyphs() if unicode else _ASCII, unicode)
