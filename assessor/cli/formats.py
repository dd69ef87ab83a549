"""The formats of reports, of an audit, of a comparison of two, of a plan, of a history and of a fleet: by what each is made.

A renderer is imported when its format is written, so that the list of formats costs nothing.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypedDict

from assessor.render.views.texts import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from assessor.assessment import Assessment
    from assessor.comparison import Comparison
    from assessor.overview import Overview
    from assessor.planning import Plan
    from assessor.render.pdf.audit import Front, Paper
    from assessor.trend import Trend

Subject = Literal["audit", "comparison", "plan", "history", "fleet"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a report shall be made. `rubric` is the model shown; the assessment's primary one if empty."""

    rubric: str = ""
    language: str = DEFAULT
    verbose: int = 0
    """1 for every practice, 2 for every proof."""
    colour: bool | None = None
    """What the user asked for; None where nothing."""
    to_file: bool = False
    paper: Paper = "a4"
    may_page: bool = False
    """Text for a terminal may be shown by a pager where it is long."""
    quiet: bool = False
    front: Front | None = None
    """What the repository's configuration puts on documents."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form of a report. Each subject's field renders it, None where the subject does not have this form.

    `endings` are those of files from which the format is guessed.
    """

    audit: Callable[[Assessment, Manner], str | bytes] | None = None
    comparison: Callable[[Comparison, Manner], str | bytes] | None = None
    endings: tuple[str, ...] = ()
    is_data: bool = False
    """UTF-8 also on a standard output of another encoding."""
    is_page: bool = False
    """Something on a desktop can open it."""
    is_binary: bool = False
    is_slow: bool = False
    """Making it takes seconds, so it is told that it is made."""
    plan: Callable[[Plan, Manner], str | bytes] | None = None
    history: Callable[[Trend, Manner], str | bytes] | None = None
    fleet: Callable[[Overview, Manner], str | bytes] | None = None


class _Look(TypedDict):
    width: int
    colour: bool
    unicode: bool


def _look(manner: Manner) -> _Look:
    from assessor.cli.output import look_of

    look = look_of(sys.stdout, os.environ, manner.colour, is_file=manner.to_file)
    return {"width": look.width, "colour": look.colour, "unicode": look.unicode}


def _terminal(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.terminal import audit as terminal

    look = _look(manner)
    return terminal.render(assessment, verbose=manner.verbose, rubric=manner.rubric, language=manner.language, **look)


def _compared_terminal(comparison: Comparison, manner: Manner) -> str:
    from assessor.render.terminal import comparison as comparison_terminal

    return comparison_terminal.render(
        comparison, verbose=bool(manner.verbose), language=manner.language, **_look(manner)
    )


def _planned_terminal(plan: Plan, manner: Manner) -> str:
    from assessor.render.terminal import plan as plan_terminal

    return plan_terminal.render(plan, language=manner.language, **_look(manner))


def _json(shown: Assessment | Comparison | Plan, manner: Manner) -> str:
    from assessor.render.data import json_report

    return json_report.render(shown)


def _html(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.html import audit as html

    return html.render(assessment, rubric=manner.rubric, language=manner.language)


def _pdf(assessment: Assessment, manner: Manner) -> bytes:
    from assessor.render.pdf import audit as pdf

    front = replace(manner.front or pdf.Front(), paper=manner.paper)
    return pdf.render(assessment, rubric=manner.rubric, front=front, language=manner.language)


def _compared_html(comparison: Comparison, manner: Manner) -> str:
    from assessor.render.html import comparison as comparison_html

    return comparison_html.render(comparison, language=manner.language)


def _compared_pdf(comparison: Comparison, manner: Manner) -> bytes:
    from assessor.render.pdf import comparison as comparison_pdf

    return comparison_pdf.render(comparison, paper=manner.paper, language=manner.language)


def _markdown(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.markdown import audit as markdown

    return markdown.render(assessment, rubric=manner.rubric, language=manner.language)


def _compared_markdown(comparison: Comparison, manner: Manner) -> str:
    from assessor.render.markdown import comparison as comparison_markdown

    return comparison_markdown.render(comparison, language=manner.language)


def _planned_markdown(plan: Plan, manner: Manner) -> str:
    from assessor.render.markdown import plan as plan_markdown

    return plan_markdown.render(plan, language=manner.language)


def _markdown_document(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.markdown import audit_long as markdown_document

    return markdown_document.render(assessment, rubric=manner.rubric, language=manner.language)


def _csv(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.data import csv

    mark = "\ufeff" if manner.to_file else ""  # without it Excel takes a file for one of another encoding
    return mark + csv.render(assessment, rubric=manner.rubric)


def _history_terminal(trend: Trend, manner: Manner) -> str:
    from assessor.render.terminal import history as history_terminal

    return history_terminal.render(trend, verbose=bool(manner.verbose), language=manner.language, **_look(manner))


def _history_lines(trend: Trend, manner: Manner) -> str:
    from assessor.render.data import lines

    return lines.render(trend.points)


def _history_csv(trend: Trend, manner: Manner) -> str:
    from assessor.render.data import csv

    return csv.table(csv.COLUMNS, ()) + "".join(trend.tables)


def _history_html(trend: Trend, manner: Manner) -> str:
    from assessor.render.html import history as history_html

    return history_html.render(trend, language=manner.language)


def _history_pdf(trend: Trend, manner: Manner) -> bytes:
    from assessor.render.pdf import history as history_pdf

    return history_pdf.render(trend, paper=manner.paper, language=manner.language)


def _fleet_terminal(shown: Overview, manner: Manner) -> str:
    from assessor.render.terminal import fleet as fleet_terminal

    return fleet_terminal.render(shown, verbose=manner.verbose > 0, language=manner.language, **_look(manner))


def _fleet_lines(shown: Overview, manner: Manner) -> str:
    from assessor.render.data import lines

    return lines.render(shown.listed)


def _fleet_csv(shown: Overview, manner: Manner) -> str:
    from assessor.render.data import fleet_table

    return fleet_table.render_csv(shown.listed)


def _fleet_parquet(shown: Overview, manner: Manner) -> bytes:
    from assessor.render.data import fleet_table

    return fleet_table.render_parquet(shown.listed)


def _in_toto(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.data import in_toto

    return in_toto.render(assessment)


def _fleet_html(shown: Overview, manner: Manner) -> str:
    from assessor.render.html import fleet as fleet_html

    return fleet_html.render(shown, language=manner.language)


def _fleet_pdf(shown: Overview, manner: Manner) -> bytes:
    from assessor.render.pdf import fleet as fleet_pdf

    return fleet_pdf.render(shown, paper=manner.paper, language=manner.language)


def _badge(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.data import badge

    return badge.render(assessment, rubric=manner.rubric, language=manner.language)


def _shields(assessment: Assessment, manner: Manner) -> str:
    from assessor.render.data import badge

    return badge.render_endpoint(assessment, rubric=manner.rubric, language=manner.language)


FORMATS = {
    "terminal": Format(
        _terminal,
        _compared_terminal,
        (".txt",),
        plan=_planned_terminal,
        history=_history_terminal,
        fleet=_fleet_terminal,
    ),
    "json": Format(_json, _json, (".json",), is_data=True, plan=_json),
    "jsonl": Format(None, None, (".jsonl", ".ndjson"), is_data=True, history=_history_lines, fleet=_fleet_lines),
    "html": Format(
        _html, _compared_html, (".html", ".htm"), is_data=True, is_page=True, history=_history_html, fleet=_fleet_html
    ),
    "pdf": Format(
        _pdf,
        _compared_pdf,
        (".pdf",),
        is_page=True,
        is_binary=True,
        is_slow=True,
        history=_history_pdf,
        fleet=_fleet_pdf,
    ),
    "md": Format(_markdown, _compared_markdown, (".md", ".markdown"), is_data=True, plan=_planned_markdown),
    "md-long": Format(_markdown_document, is_data=True),
    "csv": Format(_csv, None, (".csv",), is_data=True, history=_history_csv, fleet=_fleet_csv),
    "parquet": Format(None, None, (".parquet",), is_binary=True, fleet=_fleet_parquet),
    "badge": Format(_badge, None, (".svg",), is_data=True),
    "in-toto": Format(_in_toto, is_data=True),
    "shields": Format(_shields, is_data=True),
}
"""Name → format, in the order in which help names them."""


def formats_of(subject: Subject) -> dict[str, Format]:
    """The formats that a subject has."""
    return {name: form for name, form in FORMATS.items() if getattr(form, subject)}
