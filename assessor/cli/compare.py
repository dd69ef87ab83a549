"""`assessor compare`: what differs between two audits, from their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assessor.cli.report import unverified_option
from assessor.cli.reports import report_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.cli.reports import Reports


@click.command()
@click.argument("old", metavar="OLD.json")
@click.argument("new", metavar="NEW.json")
@click.option(
    "--rubric", "-r", metavar="NAME", default="", help="Compare by this maturity model (default: the newer audit's)."
)
@unverified_option
@report_options("comparison")
def compare(old: str, new: str, rubric: str, unverified: bool, reports: Reports) -> None:
    """Say what rose and what fell between two audits, with the proof that came or went (`-` is standard input).

    Both files are what `assessor audit --format json` wrote. What changed only because the rules did is told apart. A file
    that was changed since it was written is refused; see `assessor verify`.
    """
    from assessor.cli.report import known_model, stored_assessment
    from assessor.comparison import compare as compare_assessments
    from assessor.rubric.loading import shipped_names, shipped_rubric

    if old == new == "-":
        raise UserError("only one of the two audits can come from standard input")
    before, after = (stored_assessment(file, unverified=unverified) for file in (old, new))
    at_hand = {name: shipped_rubric(name) for name in shipped_names() if name in after.scorecards}
    found = compare_assessments(before, after, model=known_model(rubric, after), rubrics=at_hand)
    reports.write_comparison(found)
