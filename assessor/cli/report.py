"""`assessor report`: the reports of an audit from its JSON, without the repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli.outside import letterhead_option
from assessor.cli.reports import report_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.cli.reports import Reports


unverified_option = click.option(
    "--unverified", is_flag=True, help="Also what was changed after it was written; the report then says so."
)


@click.command()
@click.argument("assessment", metavar="ASSESSMENT.json")
@click.option("--rubric", "-r", metavar="NAME", default="", help="Show this one of the maturity models in the file.")
@unverified_option
@letterhead_option
@report_options("audit")
def report(assessment: str, rubric: str, unverified: bool, letterhead: str, reports: Reports) -> None:
    """Show what `assessor audit --format json` wrote to ASSESSMENT.json (- is standard input), in any format.

    Nothing is audited again: ratings, levels and steps are those of the file. One that was changed since it was written is
    refused; see `assessor verify`.
    """
    from assessor.cli.letterhead import with_letterhead

    found = stored_assessment(assessment, unverified=unverified)
    reports.write(found, rubric=known_model(rubric, found), front=with_letterhead(None, letterhead))


def stored_assessment(file: str, *, unverified: bool = False) -> Assessment:
    """The assessment in a file, or in standard input for `-`. What does not fit its seal is marked where it is
    `unverified`; what bears none always is. Raises UserError, else also for what does not fit."""
    from assessor.assessment import SealInfo
    from assessor.seal import broken_parts
    from assessor.stored import assessment_of, read_tree

    name = "standard input" if file == "-" else file
    tree = read_tree(name, content_of(file))
    found, broken = assessment_of(name, tree), broken_parts(tree)
    if broken == ():
        return found
    if broken and not unverified:
        raise UserError(
            f"{name} was changed after it was written: {', '.join(broken)} do not fit its seal; `assessor verify` says more, "
            "--unverified shows it all the same, and says so"
        )
    return found.model_copy(update={"seal": SealInfo(digest="", parts={}, broken=broken or ("unsealed",))})


def content_of(file: str) -> bytes:
    """The bytes of a report that the command line names. Raises UserError."""
    from assessor.snapshot.named import read_named

    if file == "-":
        return _from_stdin()
    path = Path(file)
    if path.is_dir():
        raise UserError(f"{file} is a folder; give the JSON of an audit, or run `assessor audit {file}`")
    return read_named(path, most=_MOST_BYTES)


_MOST_BYTES = 200_000_000
"""The JSON of a repository of 100,000 files has some 10 MB."""


def _from_stdin() -> bytes:
    content = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise UserError(f"standard input: larger than {_MOST_BYTES:,} bytes")
    return content


def known_model(name: str, assessment: Assessment) -> str:
    """The name, if the assessment has a scorecard of that model (or it is empty). Raises UserError."""
    from assessor.catalog.loading import did_you_mean

    if name and name not in assessment.scorecards:
        known = assessment.scorecards
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise UserError(f"no model '{name}' in this assessment{hint}")
    return name
