"""The formats of reports: by what each is made, and how several are asked for and written in one go.

A renderer is imported when its format is written, so that the list of formats costs nothing.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assessor.errors import UserError
from assessor.render.texts import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assessor.assessment import Assessment
    from assessor.render.pdf import Paper


@dataclass(frozen=True, slots=True)
class Manner:
    """How a report shall be made. `rubric` is the model shown; the assessment's primary one if empty."""

    rubric: str = ""
    language: str = DEFAULT
    verbose: bool = False
    colour: bool | None = None
    """What the user asked for; None where nothing."""
    to_file: bool = False
    paper: Paper = "a4"


@dataclass(frozen=True, slots=True)
class Format:
    """One form of a report. `endings` are those of files from which it is guessed."""

    render: Callable[[Assessment, Manner], str | bytes]
    endings: tuple[str, ...] = ()
    is_data: bool = False
    """UTF-8 also on a standard output of another encoding."""
    is_page: bool = False
    """Something on a desktop can open it."""
    is_binary: bool = False


def _terminal(assessment: Assessment, manner: Manner) -> str:
    from assessor.cli.output import look_of
    from assessor.render import terminal

    look = look_of(sys.stdout, os.environ, manner.colour, is_file=manner.to_file)
    return terminal.render(
        assessment,
        width=look.width,
        colour=look.colour,
        unicode=look.unicode,
        verbose=manner.verbose,
        rubric=manner.rubric,
    )


def _json(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import json_report

    return json_report.render(assessment)


def _html(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import html

    return html.render(assessment, rubric=manner.rubric, language=manner.language)


def _markdown(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import markdown

    return markdown.render(assessment, rubric=manner.rubric, language=manner.language)


def _markdown_document(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import markdown_document

    return markdown_document.render(assessment, rubric=manner.rubric, language=manner.language)


def _csv(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import csv

    return csv.render(assessment, rubric=manner.rubric)


def _badge(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import badge

    return badge.render(assessment, rubric=manner.rubric, language=manner.language)


def _shields(assessment: Assessment, manner: Manner) -> str:
    from assessor.render import badge

    return badge.render_endpoint(assessment, rubric=manner.rubric, language=manner.language)


def _pdf(assessment: Assessment, manner: Manner) -> bytes:
    from assessor.render import pdf

    front = pdf.Front(paper=manner.paper)
    return pdf.render(assessment, rubric=manner.rubric, front=front, language=manner.language)


FORMATS = {
    "terminal": Format(_terminal, (".txt",)),
    "json": Format(_json, (".json",), is_data=True),
    "html": Format(_html, (".html", ".htm"), is_data=True, is_page=True),
    "pdf": Format(_pdf, (".pdf",), is_page=True, is_binary=True),
    "md": Format(_markdown, (".md", ".markdown"), is_data=True),
    "md-long": Format(_markdown_document, is_data=True),
    "csv": Format(_csv, (".csv",), is_data=True),
    "badge": Format(_badge, (".svg",), is_data=True),
    "shields": Format(_shields, is_data=True),
}
"""Name → format, in the order in which help names them."""


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports that the command line asks for: each format with its place, and how to make them."""

    wanted: tuple[tuple[str, str], ...]
    manner: Manner
    is_opened: bool = False

    def write(self, assessment: Assessment, *, rubric: str = "") -> None:
        """Write each report, then open the page if that is asked. `rubric` is the model shown.

        Raises UserError where a file cannot be written or a renderer's library is missing.
        """
        from assessor.cli.output import write_output

        for name, place in self.wanted:
            form = FORMATS[name]
            content = form.render(assessment, replace(self.manner, rubric=rubric, to_file=place != "-"))
            write_output(content, place, is_data=form.is_data)
        if self.is_opened:
            _open(_pages(self.wanted)[0])


_OPTIONS = (
    click.option(
        "--format",
        "formats",
        type=click.Choice(list(FORMATS)),
        multiple=True,
        help="Form of the report (default: terminal). May be given again, see --output.",
    ),
    click.option(
        "--output",
        "outputs",
        metavar="FILE|-",
        multiple=True,
        help="Where the format given in the same place goes; - is standard output. Without any --format the file's "
        "ending says the format.",
    ),
    click.option("--open", "is_opened", is_flag=True, help="Open the HTML or PDF report once it is written."),
    click.option(
        "--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Paper of a PDF."
    ),
    click.option("--verbose", "-v", is_flag=True, help="Show every proof, near miss, blind spot and item."),
    click.option("--color/--no-color", "colour", default=None, help="Force or forbid colour; NO_COLOR forbids it too."),
)


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of reports; it gets them as one argument `reports`, checked before it starts."""

    @wraps(command)
    def with_reports(
        *,
        formats: tuple[str, ...],
        outputs: tuple[str, ...],
        is_opened: bool,
        paper: Paper,
        verbose: bool,
        colour: bool | None,
        **others: Any,
    ) -> None:
        manner = Manner(verbose=verbose, colour=colour, paper=paper)
        command(reports=asked_reports(formats, outputs, manner, is_opened=is_opened), **others)

    for option in reversed(_OPTIONS):
        with_reports = option(with_reports)
    return with_reports


def asked_reports(
    formats: Sequence[str], outputs: Sequence[str], manner: Manner, *, is_opened: bool = False
) -> Reports:
    """The reports of the options. Raises UserError for wrong pairs, and for --open without a page in a file."""
    from assessor.cli.output import paired, refuse_terminal

    wanted = paired(formats, outputs, guess=guessed_format)
    for name, place in wanted:
        if FORMATS[name].is_binary:
            refuse_terminal(place)
    if is_opened and not _pages(wanted):
        raise UserError("--open opens an HTML or PDF report in a file; give one, for example --output report.html")
    return Reports(tuple(wanted), manner, is_opened)


def guessed_format(place: str) -> str:
    """The format that a file's ending says; the terminal's for standard output. Raises UserError for another ending."""
    if place == "-":
        return "terminal"
    ending = Path(place).suffix.lower()
    found = next((name for name, form in FORMATS.items() if ending in form.endings), "")
    if not found:
        known = ", ".join(ending for form in FORMATS.values() for ending in form.endings)
        raise UserError(f"--output {place}: its ending says no format ({known} do); give --format")
    return found


def _pages(wanted: Sequence[tuple[str, str]]) -> list[str]:
    return [place for name, place in wanted if FORMATS[name].is_page and place != "-"]


def _open(page: str) -> None:
    """Open a page with the desktop's own program; a line on standard error where there is none."""
    if click.launch(str(Path(page).absolute())) != 0:
        click.echo(f"assessor: {page} is written, but nothing here opens it", err=True)
