"""`assessor history`: how a repository developed, from git's objects alone."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli.limits import limit_options
from assessor.cli.reports import report_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assessor.cache.store import Store
    from assessor.cli.reports import Reports
    from assessor.project.scope import Scope
    from assessor.rubric.model import Rubric
    from assessor.snapshot.limits import Limits
    from assessor.snapshot.revisions import Past
    from assessor.snapshot.snapshot import Snapshot
    from assessor.trend import Point, Trend

_MOST_BYTES = 200_000_000


@click.command()
@click.argument("target", default=".")
@click.option("--ref", metavar="REF", help="The history that leads to this branch, tag or commit (default: HEAD).")
@click.option("--since", metavar="SPAN|DAY", default="", help="Only the last 90d, 12w, 6m or 2y, or from a day on.")
@click.option(
    "--every",
    metavar="month|week|tag|N",
    default="month",
    show_default=True,
    help="The last revision of each month or week, each tag, or each N-th commit.",
)
@click.option("--at", metavar="REF,…", default="", help="At these revisions instead.")
@click.option(
    "--rubric", metavar="NAME|FILE", default="", help="By this maturity model (default: the configuration's)."
)
@click.option(
    "--append",
    metavar="FILE.jsonl",
    default="",
    help="Go on from what an earlier run wrote there: only newer revisions are read, and the file is brought up to date.",
)
@click.option(
    "--fail-if-fell-within",
    "fell_within",
    metavar="SPAN",
    default="",
    help="Exit with 1 if a practice fell in the last 90d (before the newest commit), and has not come back.",
)
@click.option(
    "--most", type=click.IntRange(min=1), default=500, show_default=True, help="Revisions at most, the newest."
)
@report_options("history")
@limit_options
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
@click.pass_context
def history(
    ctx: click.Context,
    target: str,
    ref: str | None,
    since: str,
    every: str,
    at: str,
    rubric: str,
    append: str,
    fell_within: str,
    most: int,
    reports: Reports,
    limits: Limits,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Rate TARGET (a folder, a git directory or a clone URL) at past revisions, and say what rose and fell.

    The working tree is not touched and nothing is checked out. All revisions are rated by today's rules. The exit code is
    0, or 1 where --fail-if-fell-within found a fall.
    """
    from assessor.cli.output import tell, write_output
    from assessor.cli.progress import ProgressLine
    from assessor.history import Choice, Earlier, choose, trace
    from assessor.render.data import lines
    from assessor.snapshot import SnapshotError
    from assessor.snapshot.revisions import Past, span_seconds

    if at and since:
        raise UserError("--at names the revisions, so --since has nothing to say; keep one")
    choice = Choice(every, since, tuple(one.strip() for one in at.split(",")) if at else (), most)
    within = span_seconds("--fail-if-fell-within", fell_within) if fell_within else 0
    earlier = _earlier(append)
    progress = ProgressLine(sys.stderr, quiet=quiet)
    try:
        with Past(target, ref, limits) as past:
            model, scope = _model(past, rubric)
            wish = choose(past, choice, Earlier(append, tuple(earlier)), model)
            tables = reports.asks("csv")
            trend = trace(replace(wish, scope=scope, open_store=_store_of(no_cache), with_tables=tables), progress)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()
    if not trend.points:
        raise UserError(f"{target}: none of its revisions can be read")
    if append:
        write_output(lines.render(trend.points), append, is_data=True)
    reports.write_history(trend)
    fallen = _fallen(trend, within) if within else ()
    for line in fallen:
        tell(line)
    ctx.exit(1 if fallen else 0)


def _earlier(append: str) -> list[Point]:
    """The points of the file that is gone on from; none where it is not there yet. Raises UserError."""
    from assessor.cli.output import check_place
    from assessor.snapshot.named import read_named
    from assessor.trend import read_points

    if not append:
        return []
    check_place("--append", append)
    return read_points(append, read_named(Path(append), most=_MOST_BYTES)) if Path(append).exists() else []


def _model(past: Past, name: str) -> tuple[Rubric, Callable[[Snapshot], Scope]]:
    """The asked model, or the one that the configuration of the newest revision names, and what that wants to be rated.

    Raises UserError.
    """
    from assessor.catalog.loading import DataError
    from assessor.cli.scope import wanted_scope
    from assessor.cli.settings import load_config, one_line, own_rubric
    from assessor.rubric.loading import find_rubric

    with past.snapshot(next(iter(past.described({past.tip: []})))) as snapshot:
        loaded = load_config(snapshot)
        try:
            model = find_rubric(name) if name else own_rubric(loaded, snapshot)
        except DataError as error:
            raise UserError(one_line(error)) from error
    return model, lambda snapshot: wanted_scope(snapshot, loaded)


def _store_of(no_cache: bool) -> Callable[[], Store | None]:
    """What opens the user's cache in the process that asks."""
    from assessor.cli.caching import user_store

    return (lambda: None) if no_cache else user_store


def _fallen(trend: Trend, within: int) -> list[str]:
    """A line for each practice that fell in so many seconds before the newest revision and has not come back."""
    from assessor.trend import standing_falls

    return [
        f"{fall.move.practice} fell from {fall.move.old} to {fall.move.new} "
        f"at {fall.point.revision.commit[:10]} ({fall.point.revision.day}) and has not come back"
        for fall in standing_falls(trend.points, trend.last.time - within)
    ]
