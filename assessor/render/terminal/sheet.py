"""The page of a terminal with the texts of one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.render.terminal.page import Page, page_for
from assessor.render.views.columns import cells
from assessor.render.views.texts import DEFAULT, Texts, load_texts

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Sheet(Page):
    """A page with the texts of one language."""

    t: Texts

    def word(self, key: str, **values: object) -> str:
        """A message, in ASCII where the page is."""
        return self.said(self.t(key, **values))

    def ours(self, text: str) -> str:
        """A text of the catalogue or a model, in the sheet's language."""
        return self.said(self.t.tr(text))

    def columns(self, keys: Sequence[str], least: int = 0) -> dict[str, str]:
        """The messages, all padded to the width of the longest with a space behind it."""
        words = {key: self.word(key) for key in keys}
        room = max(least, *(cells(word) + 1 for word in words.values()))
        return {key: word + " " * (room - cells(word)) for key, word in words.items()}

    def more(self, left: int) -> str:
        """That so many are left out, and how to see them."""
        return self.paint(f"  {self.said(self.t.count('terminal.more', left))}", "dim")


def sheet_for(width: int, *, colour: bool, unicode: bool, language: str = DEFAULT) -> Sheet:
    """A sheet of that width. Raises KeyError for a language without texts."""
    page = page_for(width, colour=colour, unicode=unicode)
    return Sheet(page.width, page.colour, page.glyphs, page.unicode, load_texts(language))
