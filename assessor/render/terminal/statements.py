"""Attestations and waivers for a terminal: apart from what was observed, those that do not count first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views.columns import cells
from assessor.render.views.statement_words import StatementWords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment, AttestationInfo, ScorecardInfo, WaiverInfo
    from assessor.render.terminal.sheet import Sheet

_STYLE = {"in_force": "green", "ending": "yellow", "unused": "dim", "ignored": "dim"}
_REFUSED = "red"


def level_line(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    """The level with attestations, where it is another one."""
    told = StatementWords(assessment, page.t).other_level(card)
    if told:
        yield from page.wrapped("  ", page.said(told), 0, "cyan")


def short_line(page: Sheet, assessment: Assessment) -> Iterator[str]:
    """How many statements there are; nothing where there is none."""
    words = StatementWords(assessment, page.t)
    if words.are_there:
        yield page.said(page.t.count("count.statements", len(words.entries)))


def statement_lines(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> Iterator[str]:
    """What people stated, then what they waived; nothing where there is neither."""
    words = StatementWords(assessment, page.t)
    if not words.are_there:
        return
    yield from page.heading(page.word("statements.title"), page.said(words.day()))
    if card.attested:
        yield from page.wrapped("  ", page.said(words.level(card)), 0)
    for remark in words.remarks():
        yield from page.wrapped("  ", page.said(remark), 0, _REFUSED)
    for entry in words.entries:
        yield from _entry(page, words, entry)


def note_lines(page: Sheet, assessment: Assessment, practice: str) -> Iterator[str]:
    """What counts as stated or waived of a practice that has a gap."""
    for note in StatementWords(assessment, page.t).practice_notes(practice):
        yield from page.wrapped("", page.said(note), 4, "cyan")


def _entry(page: Sheet, words: StatementWords, entry: AttestationInfo | WaiverInfo) -> Iterator[str]:
    style = _STYLE.get(entry.state, _REFUSED)
    end = page.word(f"statements.words.{entry.state}")
    kind = page.word(f"{words.kind(entry)}.kind")
    title = page.cut(f"{kind}: {page.said(words.title(entry))}", page.width - cells(end) - 4)
    yield ""
    yield f"  {title}{' ' * max(page.width - 2 - cells(title) - cells(end), 2)}{page.paint(end, style)}"
    if words.is_told(entry):
        yield from page.wrapped("", page.said(words.sentence(entry)), 4, style)
    yield from page.wrapped("", page.said(words.text(entry)), 4)
    ends = [words.signed(entry), words.link(entry), str(entry.place)]
    yield from page.wrapped("", page.said(page.glyphs.dot.join(end for end in ends if end)), 4, "dim")
