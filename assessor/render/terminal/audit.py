"""The assessment as text for a terminal: it ends with the answer, since that is what stays on the screen.

Without `verbose` it has at most `MOST_LINES`; with 1 it tells of each practice, with 2 every proof, before the answer.

Pure: the caller says how wide the text may be, whether it may hold colour and characters beyond ASCII. What the
repository says is escaped: control characters and marks that turn the direction of writing are shown, not obeyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.assessment import Assessment
from assessor.render.terminal import details
from assessor.render.terminal.answer import SHORTER, WHOLE, answer, dimensions, look_next, no_answer
from assessor.render.terminal.loop import broken_line, loop_lines
from assessor.render.terminal.sheet import sheet_for
from assessor.render.terminal.statements import short_line, statement_lines
from assessor.render.terminal.units import unit_lines
from assessor.render.views import seal_words
from assessor.render.views.columns import cells
from assessor.render.views.found_words import in_language
from assessor.render.views.scope_words import scope_lines
from assessor.render.views.texts import DEFAULT
from assessor.render.views.view import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import ScorecardInfo
    from assessor.render.terminal.sheet import Sheet

MOST_LINES = 40
"""Of an audit without `verbose` and without crosswalks: what a small window shows at once."""


def render(
    assessment: Assessment,
    *,
    width: int = 100,
    colour: bool = False,
    unicode: bool = True,
    verbose: int = 0,
    rubric: str = "",
    language: str = DEFAULT,
) -> str:
    """The text, ended by a line break. `rubric` is the scorecard shown; the assessment's primary one if empty."""
    page = sheet_for(width, colour=colour, unicode=unicode, language=language)
    if verbose or language != DEFAULT:
        assessment = Assessment.model_validate(in_language(shown(assessment.model_dump()), page.t)[0])
    name = rubric or assessment.primary
    card = assessment.scorecards[name]
    if assessment.subject and assessment.subject.kind in ("empty", "unread"):
        lines = [*_header(page, assessment), *details.blind_spots(page, assessment), *no_answer(page, assessment)]
    elif verbose:
        lines = _long(page, assessment, name, verbose)
    else:
        lines = _short(page, assessment, card)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _short(page: Sheet, assessment: Assessment, card: ScorecardInfo) -> list[str]:
    """Header, dimensions (or the units of a monorepo) and the answer, with as much of each step as there is room for."""
    crosswalks = [line for crosswalk in assessment.crosswalks.values() for line in details.crosswalk(page, crosswalk)]
    units = list(unit_lines(page, assessment, verbose=False))
    first = [*_header(page, assessment), *(units or dimensions(page, assessment, card)), *_beside(page, assessment)]
    last = list(look_next(page, card, verbose=0))
    told: list[str] = []
    for detail in SHORTER:
        told = list(answer(page, assessment, card, detail, stairs=False))
        if len(first) + len(told) + len(last) <= MOST_LINES:
            break
    return [*crosswalks, *first, *told, *last]


def _beside(page: Sheet, assessment: Assessment) -> Iterator[str]:
    """One line each of what `verbose` tells in full: the loop, statements, blind spots."""
    found = [broken_line(page, assessment.loop)] if assessment.loop else []
    found += list(short_line(page, assessment))
    if assessment.blind_spots:
        first = assessment.blind_spots[0]
        count = page.t.count("terminal.blind_short", len(assessment.blind_spots))
        found += [page.said(f"{count}: {first.place} {first.reason}")]
    for line in found:
        yield page.paint("  " + page.cut(line, page.width - 2), "dim")


def _long(page: Sheet, assessment: Assessment, name: str, verbose: int) -> list[str]:
    card = assessment.scorecards[name]
    return [
        *_header(page, assessment, verbose),
        *details.practices(page, assessment, card, proofs=verbose > 1),
        *(details.items(page, card) if verbose > 1 else ()),
        *(line for crosswalk in assessment.crosswalks.values() for line in details.crosswalk(page, crosswalk)),
        *details.blind_spots(page, assessment),
        *statement_lines(page, assessment, card),
        *details.others(page, assessment, name),
        *(loop_lines(page, assessment.loop) if assessment.loop else ()),
        *details.gaps(page, assessment, card),
        *unit_lines(page, assessment, verbose=True),
        *dimensions(page, assessment, card),
        *answer(page, assessment, card, WHOLE, stairs=True),
        *look_next(page, card, verbose=verbose),
    ]


def _header(page: Sheet, assessment: Assessment, verbose: int = 0) -> Iterator[str]:
    """The repository and its state, what was read, and by which version and rules."""
    repository = assessment.repository
    state = [page.said(repository.branch)] if repository.branch else []
    state += (
        [repository.commit[:10]]
        if repository.commit
        else [page.word("report.unborn" if repository.branch else "report.no_commit")]
    )
    state += [repository.date[:10]] if repository.date else []
    state += [page.word("report.dirty")] if repository.dirty and repository.commit else []
    tool = assessment.tool
    made = page.word("report.rules", name=tool.name, version=tool.version, rules=tool.rules)
    name = page.said(repository.name)
    room = page.width - cells(name) - cells(made)
    yield page.paint(page.cut(name, page.width), "bold") + (" " * room + page.paint(made, "dim") if room > 1 else "")
    yield page.paint(page.cut(page.glyphs.dot.join(state), page.width), "dim")
    counts = assessment.statistics
    numbers = {"files": counts.files, "read": counts.read, "parsed": counts.parsed}
    read = [page.said(page.t.count(f"terminal.{name}", number)) for name, number in numbers.items()]
    read += [] if room > 1 else [made]
    yield page.paint(page.cut(page.glyphs.dot.join(read), page.width), "dim")
    if told := seal_words.warning(assessment, page.t):
        yield from page.wrapped("", page.said(told), 0, "red")
    if verbose and (seal := seal_words.digest(assessment)):
        yield from page.wrapped("", page.said(page.word("seal.line", digest=seal)), 0, "dim")
    for line in scope_lines(assessment, page.t):
        shown = page.said(line)
        yield from page.wrapped("", shown if verbose else page.cut(shown, page.width), 0, "dim")
