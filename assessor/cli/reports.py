"""Which reports the command line asks for: formats, places, look; and the writing of all of them in one go."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assessor.cli.formats import FORMATS, Manner, formats_of
from assessor.errors import UserError
from assessor.render.views.texts import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assessor.assessment import Assessment
    from assessor.cli.formats import Format, Subject
    from assessor.comparison import Comparison
    from assessor.overview import Overview
    from assessor.planning import Plan
    from assessor.render.pdf.audit import Front, Paper
    from assessor.trend import Trend


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports that are asked for: each format with its place, and how to make them."""

    wanted: tuple[tuple[str, str], ...]
    manner: Manner
    is_opened: bool = False

    @property
    def has_document(self) -> bool:
        """One of them shows what the configuration puts on documents."""
        return any(name == "pdf" for name, _ in self.wanted)

    def write(self, assessment: Assessment, *, rubric: str = "", front: Front | None = None) -> None:
        """Write each report of an audit, then open the page if that is asked. `rubric` is the model shown.

        Raises UserError where a file cannot be written or a renderer's library is missing.
        """

        def render(form: Format, manner: Manner) -> str | bytes:
            assert form.audit
            return form.audit(assessment, replace(manner, rubric=rubric, front=front))

        self._write_each(render)

    def write_comparison(self, comparison: Comparison) -> None:
        """The same for a comparison of two audits."""

        def render(form: Format, manner: Manner) -> str | bytes:
            assert form.comparison
            return form.comparison(comparison, manner)

        self._write_each(render)

    def write_plan(self, plan: Plan) -> None:
        """The same for a plan."""

        def render(form: Format, manner: Manner) -> str | bytes:
            assert form.plan
            return form.plan(plan, manner)

        self._write_each(render)

    def write_history(self, trend: Trend) -> None:
        """The same for a history."""

        def render(form: Format, manner: Manner) -> str | bytes:
            assert form.history
            return form.history(trend, manner)

        self._write_each(render)

    def write_fleet(self, shown: Overview) -> None:
        """The same for a fleet."""

        def render(form: Format, manner: Manner) -> str | bytes:
            assert form.fleet
            return form.fleet(shown, manner)

        self._write_each(render)

    def asks(self, name: str) -> bool:
        """One of them has this format."""
        return any(form == name for form, _ in self.wanted)

    def _write_each(self, render: Callable[[Format, Manner], str | bytes]) -> None:
        from assessor.cli.output import write_output
        from assessor.cli.progress import ProgressLine

        progress = ProgressLine(sys.stderr, quiet=self.manner.quiet, is_long=True)
        for name, place in self.wanted:
            form = FORMATS[name]
            manner = replace(self.manner, to_file=place != "-")
            if form.is_slow:
                progress(f"drawing the {name.upper()}")
            try:
                content = render(form, manner)
            finally:
                progress.close()
            if name == "terminal" and place == "-" and manner.may_page and isinstance(content, str):
                content = _paged(content, partial(render, form, replace(manner, verbose=0)))
            write_output(content, place, is_data=form.is_data)
        if self.is_opened:
            _open(_pages(self.wanted)[0])


def _paged(text: str, answer: Callable[[], str | bytes]) -> str | bytes:
    """What is left to print: the text, or where a pager has shown it since it is long, the answer, which then stays on the
    screen."""
    from assessor.cli import paging

    if not paging.is_too_long(text):
        return text
    paging.show(text)
    return answer()


def _options(subject: Subject) -> tuple[Callable[..., Any], ...]:
    return (*_form_options(subject), *(() if subject == "plan" else _page_options()), *_look_options())


def _form_options(subject: Subject) -> tuple[Callable[..., Any], ...]:
    return (
        click.option(
            "--format",
            "-f",
            "formats",
            type=click.Choice(list(formats_of(subject)), case_sensitive=False),
            multiple=True,
            help="Form of the report (default: terminal). May be given again, see --output.",
        ),
        click.option(
            "--output",
            "-o",
            "outputs",
            metavar="FILE|-",
            type=click.Path(allow_dash=True),
            multiple=True,
            help="Where the format given in the same place goes; - is standard output. Without any --format the "
            "file's ending says the format.",
        ),
    )


def _page_options() -> tuple[Callable[..., Any], ...]:
    return (
        click.option("--open", "is_opened", is_flag=True, help="Open the HTML or PDF report once it is written."),
        click.option(
            "--paper",
            type=click.Choice(["a4", "letter"], case_sensitive=False),
            default="a4",
            show_default=True,
            help="Paper of a PDF.",
        ),
        click.option("--verbose", "-v", count=True, help="Every practice; -vv every proof, near miss and item too."),
    )


def _look_options() -> tuple[Callable[..., Any], ...]:
    return (
        click.option(
            "--language",
            "-l",
            type=click.Choice(list(LANGUAGES), case_sensitive=False),
            default=DEFAULT,
            show_default=True,
            help="Its language.",
        ),
        click.option(
            "--color/--no-color", "colour", default=None, help="Force or forbid colour, as FORCE_COLOR and NO_COLOR do."
        ),
        click.option(
            "--no-pager", is_flag=True, help="Print also what is longer than the terminal; so does PAGER=cat."
        ),
    )


def report_options(subject: Subject) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of reports; it gets them as one argument `reports`, checked before it starts."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_reports(
            *,
            formats: tuple[str, ...],
            outputs: tuple[str, ...],
            language: str,
            colour: bool | None,
            is_opened: bool = False,
            paper: Paper = "a4",
            verbose: int = 0,
            no_pager: bool = False,
            **others: Any,
        ) -> None:
            manner = Manner(
                language=language,
                verbose=verbose,
                colour=colour,
                paper=paper,
                may_page=not no_pager,
                quiet=bool(others.get("quiet")),
            )
            command(reports=asked_reports(subject, formats, outputs, manner, is_opened=is_opened), **others)

        for option in reversed(_options(subject)):
            with_reports = option(with_reports)
        return with_reports

    return decorate


def asked_reports(
    subject: Subject, formats: Sequence[str], outputs: Sequence[str], manner: Manner, *, is_opened: bool = False
) -> Reports:
    """The reports of the options. Raises UserError for wrong pairs, and for --open without a page in a file."""
    from assessor.cli.output import paired, refuse_terminal

    wanted = paired(formats, outputs, guess=partial(guessed_format, subject))
    for name, place in wanted:
        if FORMATS[name].is_binary:
            refuse_terminal(place)
    if is_opened and not _pages(wanted):
        raise UserError("--open opens an HTML or PDF report in a file; give one, for example --output report.html")
    return Reports(tuple(wanted), manner, is_opened)


def guessed_format(subject: Subject, place: str) -> str:
    """The format that a file's ending says; the terminal's for standard output. Raises UserError for another ending."""
    if place == "-":
        return "terminal"
    ending, formats = Path(place).suffix.lower(), formats_of(subject)
    found = next((name for name, form in formats.items() if ending in form.endings), "")
    if not found:
        known = ", ".join(ending for form in formats.values() for ending in form.endings)
        raise UserError(f"--output {place}: its ending says no format ({known} do); give --format")
    return found


def _pages(wanted: Sequence[tuple[str, str]]) -> list[str]:
    return [place for name, place in wanted if FORMATS[name].is_page and place != "-"]


def _open(page: str) -> None:
    """Open a page with the desktop's own program; a line on standard error where there is none."""
    from assessor.cli.output import tell

    if click.launch(str(Path(page).absolute())) != 0:
        tell(f"{page} is written, but nothing here opens it")
