"""`assessor audit`: rate a repository, score it, show or write the result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assessor.cli.reports import report_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assessor.assessment import Assessment
    from assessor.cli.reports import Reports
    from assessor.render.pdf import Front
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


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
@click.option(
    "--crosswalk",
    "crosswalks",
    metavar="NAME|FILE",
    multiple=True,
    help="Also say which controls of a framework (nist-ai-rmf, iso-42001, eu-ai-act) are supported. May be given again.",
)
@report_options("audit")
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def audit(
    target: str,
    ref: str | None,
    rubrics: tuple[str, ...],
    crosswalks: tuple[str, ...],
    reports: Reports,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Rate TARGET (a folder, a git directory or a clone URL) and say what to do next.

    The exit code is 0 for a finished audit, whatever the level; 2 for wrong use; 3 for a bug of ours.
    """
    from assessor.cli.letterhead import front_of

    fronts: list[Front] = []
    peek = (lambda snapshot: fronts.append(front_of(snapshot))) if reports.has_document else None
    assessment = run(target, ref, rubrics, quiet, crosswalks, no_cache=no_cache, peek=peek)
    reports.write(assessment, front=fronts[0] if fronts else None)


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


def chosen_crosswalks(names: tuple[str, ...]) -> list[Crosswalk]:
    """The asked crosswalks, each once. Raises UserError for an unknown name or a mistake in a file."""
    from assessor.catalog.loading import DataError
    from assessor.rubric.loading import find_crosswalk

    try:
        found = [find_crosswalk(name) for name in names]
    except DataError as error:
        raise UserError(first_line(error)) from error
    return list({crosswalk.id: crosswalk for crosswalk in found}.values())


def first_line(error: Exception) -> str:
    """The first mistake of several, with a word about the others."""
    first, *others = str(error).splitlines()
    return f"{first} (and {len(others)} more; assessor rubrics check FILE shows all)" if others else first


def run(
    target: str,
    ref: str | None,
    rubrics: tuple[str, ...],
    quiet: bool,
    crosswalks: tuple[str, ...] = (),
    *,
    no_cache: bool = False,
    peek: Callable[[Snapshot], None] | None = None,
) -> Assessment:
    """Audit with progress on standard error. `peek` gets the snapshot first, to read its configuration.

    Raises UserError for a wrong target, revision, rubric or crosswalk, and what `peek` raises.
    """
    from assessor.audit import audit_snapshot
    from assessor.cli.caching import user_cache
    from assessor.cli.output import ProgressLine
    from assessor.snapshot import SnapshotError, open_snapshot

    chosen, laid_beside = chosen_rubrics(rubrics), chosen_crosswalks(crosswalks)
    progress = ProgressLine(sys.stderr, quiet=quiet)
    try:
        with user_cache(wanted=not no_cache) as cache, open_snapshot(target, ref) as snapshot:
            if peek:
                peek(snapshot)
            return audit_snapshot(snapshot, chosen, progress, cache, laid_beside)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()
