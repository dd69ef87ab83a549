"""`assessor audit`: rate a repository, score it, show or write the result."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.render.pdf import Paper
    from assessor.rubric.model import Rubric


@click.command()
@click.argument("target", default=".")
@click.option("--ref", metavar="REF", help="Audit this branch, tag or commit, without checking it out.")
@click.option(
    "--rubric",
    "rubrics",
    metavar="NAME|FILE",
    multiple=True,
    help="Show this maturity model (default: stages). May be given again; the first one is shown.",
)
@click.option("--format", "form", type=click.Choice(["terminal", "json", "pdf"]), default="terminal", show_default=True)
@click.option("--output", metavar="FILE|-", default="-", show_default=True, help="Write to this file; - is stdout.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Size of a PDF.")
@click.option("--verbose", "-v", is_flag=True, help="Show every proof, near miss, blind spot and item of the model.")
@click.option("--color/--no-color", "colour", default=None, help="Force or forbid colour; NO_COLOR forbids it too.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def audit(
    target: str,
    ref: str | None,
    rubrics: tuple[str, ...],
    form: str,
    output: str,
    paper: Paper,
    verbose: bool,
    colour: bool | None,
    quiet: bool,
) -> None:
    """Rate TARGET (a folder, a git directory or a clone URL) and say what to do next.

    The exit code is 0 for a finished audit, whatever the level; 2 for wrong use; 3 for a bug of ours.
    """
    from assessor.cli.output import refuse_terminal, write_bytes, write_output

    if form == "pdf":
        refuse_terminal(output)
    assessment = run(target, ref, rubrics, quiet)
    if form == "json":
        from assessor.render import json_report

        write_output(json_report.render(assessment), output, is_data=True)
    elif form == "pdf":
        from assessor.render import pdf

        write_bytes(pdf.render(assessment, front=pdf.Front(paper=paper)), output)
    else:
        write_output(_as_text(assessment, output, colour, verbose), output)


def chosen_rubrics(names: tuple[str, ...]) -> list[Rubric]:
    """The asked rubrics, then the shipped ones, each once; all are scored, the first one is shown.

    Raises UserError for an unknown name or a mistake in a file.
    """
    from assessor.catalog.loading import DataError
    from assessor.rubric.loading import find_rubric, shipped_names

    found: dict[str, Rubric] = {}
    try:
        for name in (*names, *shipped_names()):
            rubric = find_rubric(name)
            found.setdefault(rubric.id, rubric)
    except DataError as error:
        raise UserError(first_line(error)) from error
    return list(found.values())


def first_line(error: Exception) -> str:
    """The first mistake of several, with a word about the others."""
    first, *others = str(error).splitlines()
    return f"{first} (and {len(others)} more; assessor rubrics check FILE shows all)" if others else first


def run(target: str, ref: str | None, rubrics: tuple[str, ...], quiet: bool) -> Assessment:
    """Audit with progress on standard error. Raises UserError for a wrong target, revision or rubric."""
    from assessor.audit import audit as run_audit
    from assessor.cli.output import ProgressLine
    from assessor.snapshot import SnapshotError

    chosen = chosen_rubrics(rubrics)
    progress = ProgressLine(sys.stderr, quiet=quiet)
    try:
        return run_audit(target, ref, chosen, progress)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()


def _as_text(assessment: Assessment, output: str, colour: bool | None, verbose: bool) -> str:
    from assessor.cli.output import look_of
    from assessor.render import terminal

    look = look_of(sys.stdout, os.environ, colour, is_file=output != "-")
    return terminal.render(assessment, width=look.width, colour=look.colour, unicode=look.unicode, verbose=verbose)
