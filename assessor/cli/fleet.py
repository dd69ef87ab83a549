"""`assessor fleet`: many repositories, a row for each, and one report over all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli.reports import report_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assessor.cli.reports import Reports
    from assessor.fleet.engines import Engine
    from assessor.fleet.journal import Journal
    from assessor.fleet.running import Terms
    from assessor.overview import Overview
    from assessor.portfolio import Named, Row
    from assessor.rubric.model import Rubric

_MEGABYTE = 1_000_000
_MOST_BYTES = 2_000_000_000


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--rubric", metavar="NAME|FILE", default="stages", show_default=True, help="By this maturity model.")
@click.option("--workers", type=click.IntRange(1, 256), help="Repositories at once (default: one for each core).")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    default=1_800,
    show_default=True,
    help="For one repository.",
)
@click.option(
    "--memory", type=click.IntRange(min=200), metavar="MB", default=4_000, show_default=True, help="Of one worker."
)
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True, help="Who does the work."
)
@click.option("--scheduler", metavar="ADDRESS", default="", help="The Dask scheduler, for example tcp://10.0.0.1:8786.")
@click.option("--resume", is_flag=True, help="Go on from a run that was ended; needs --output FILE.jsonl as before.")
@click.option(
    "--reports", "folder", metavar="DIR", default="", help="Also write each repository's own HTML page there."
)
@click.option("--since", metavar="FILE.jsonl", default="", help="Say what changed since these results.")
@click.option("--anonymous", is_flag=True, help="Reports without names, addresses and owners.")
@report_options("fleet")
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="Neither rows nor progress on standard error.")
def fleet(
    sources: tuple[str, ...],
    rubric: str,
    workers: int | None,
    timeout: float,
    memory: int,
    engine: str,
    scheduler: str,
    resume: bool,
    folder: str,
    since: str,
    anonymous: bool,
    reports: Reports,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Audit many repositories, and show them side by side.

    SOURCES are folders, globs of folders, clone URLs, text files with one of these a line, CSV files (path or url, and
    name, ref, profile, owner, criticality), the JSON of `gh repo list --json nameWithOwner,url` or of GitLab's project
    API, and JSON lines that an earlier run wrote, whose rows are taken as they are. What goes wrong with a repository is
    its row; the exit code is 0 when every repository has one.
    """
    from assessor.cli.audit import chosen_rubrics
    from assessor.cli.output import tell
    from assessor.fleet.running import Terms
    from assessor.fleet.sources import find_sources
    from assessor.portfolio import refuse_mixed

    if scheduler and engine != "dask":
        raise UserError("--scheduler is Dask's; give --engine dask too")
    if engine == "dask" and not scheduler:
        raise UserError("--engine dask needs --scheduler ADDRESS, for example tcp://127.0.0.1:8786")
    results = next((place for form, place in reports.wanted if form == "jsonl" and place != "-"), "")
    if resume and not results:
        raise UserError("--resume goes on from the rows beside the results; give --output FILE.jsonl as before")
    found = find_sources(sources)
    for line in found.left_out:
        tell(line)
    model = chosen_rubrics((rubric,))[0]
    before = _earlier(since)
    terms = Terms(rubric, timeout, memory * _MEGABYTE, _folder(folder), reports.manner.language, not no_cache)
    run = _Run(found.named, terms, results, resume, model.id, quiet)
    rows = [*found.rows, *(run.rows(lambda: _engine(engine, scheduler, workers)) if found.named else ())]
    refuse_mixed(rows)
    shown = _overview(rows, before, since, model, anonymous=anonymous, folder=folder)
    reports.write_fleet(shown)
    if results:
        Path(f"{results}.part").unlink(missing_ok=True)


def _earlier(file: str) -> list[Row]:
    """The rows of earlier results. Raises UserError."""
    from assessor.portfolio import read_rows
    from assessor.snapshot.named import read_named

    if not file:
        return []
    if not Path(file).exists():
        raise UserError(f"--since {file}: there is no such file")
    return read_rows(file, read_named(Path(file), most=_MOST_BYTES))


def _folder(name: str) -> str:
    """The folder of the repositories' own reports, made where it is not there. Raises UserError."""
    if not name:
        return ""
    try:
        Path(name).mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"--reports {name} is no folder and cannot be made: {error.strerror}") from error
    return str(Path(name).absolute())


def _engine(name: str, scheduler: str, workers: int | None) -> Engine:
    from assessor.fleet.engines import Dask, Local
    from assessor.processes import spare_processes

    return Dask(scheduler) if name == "dask" else Local(workers or spare_processes() + 1)


def _overview(
    rows: Sequence[Row], before: Sequence[Row], since: str, model: Rubric, *, anonymous: bool, folder: str
) -> Overview:
    """The fleet by the model of its rows, where that is shipped; else by the asked one."""
    from assessor.catalog.practices import load_practices
    from assessor.overview import overview
    from assessor.rubric.loading import shipped_names, shipped_rubric

    own = next((row.standing.model for row in rows if row.standing), model.id)
    if own != model.id:
        if own not in shipped_names():
            raise UserError(f"the rows are by the model '{own}'; give its file with --rubric")
        model = shipped_rubric(own)
    address = os.path.relpath(folder) if folder else ""
    return overview(
        rows, model, load_practices(), before=before, compared=since, reports=address, is_anonymous=anonymous
    )


@dataclass(frozen=True)
class _Run:
    """The audits of one run: which repositories, on what terms, and the results' file, empty for none."""

    named: Sequence[Named]
    terms: Terms
    results: str
    resumes: bool
    model: str
    quiet: bool

    def rows(self, engine: Callable[[], Engine]) -> list[Row]:
        """All rows in the order of the list. Raises UserError where the journal cannot be written, or the engine stays away."""
        from assessor.assembling import rules_digest
        from assessor.fleet.journal import Journal, finished

        if not self.results:
            return self._ordered(self._made(self.named, engine, None))
        with Journal(self.results, resumes=self.resumes) as journal:
            known = finished(journal.known, self.named, rules_digest(), self.model)
            missing = [one for one in self.named if one.key not in known]
            return self._ordered([*known.values(), *self._made(missing, engine, journal)])

    def _ordered(self, rows: Iterable[Row]) -> list[Row]:
        by_key = {row.key: row for row in rows}
        return [by_key[one.key] for one in self.named]

    def _made(self, named: Sequence[Named], engine: Callable[[], Engine], journal: Journal | None) -> list[Row]:
        from assessor.fleet.running import rows_of

        if not named:
            return []
        from assessor.cli.fleet_progress import Shown

        shown = Shown(len(self.named), len(self.named) - len(named), quiet=self.quiet)
        made: list[Row] = []
        works = engine()
        try:
            for row in rows_of(named, self.terms, works):
                if journal:
                    journal.add(row)
                made.append(row)
                shown.row(row)
        finally:
            works.close()
            shown.close()
        return made
