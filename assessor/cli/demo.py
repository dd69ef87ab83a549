"""`assessor demo`: audit one of the sample repositories that travel with the package, with the history that it is to have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli import completion
from assessor.cli.reports import report_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.cli.reports import Reports


@click.command()
@click.argument("sample", default="stage3_cicd", shell_complete=completion.samples)
@click.option("--list", "lists", is_flag=True, help="Name the samples, each with what it shows.")
@click.option("--keep", metavar="FOLDER", default="", help="Make the repository there, and leave it to look at.")
@report_options("audit")
def demo(sample: str, lists: bool, keep: str, reports: Reports) -> None:
    """Audit SAMPLE, a small but complete repository made for its stage (default: stage3_cicd), in a folder of its own."""
    import tempfile

    from assessor.cli.audit import AuditWishes, run
    from assessor.cli.letterhead import front_of
    from assessor.cli.output import print_line, print_text
    from assessor.cli.settings import load_config
    from assessor.samples import make_sample, samples

    known = samples()
    if lists:
        width = max(map(len, known))
        print_text("".join(f"{name:<{width}}  {about}\n" for name, about in known.items()))
        return
    if sample not in known:
        from assessor.catalog.loading import did_you_mean

        raise UserError(f"no sample '{sample}'{did_you_mean(sample, known) or '; there are ' + ', '.join(known)}")
    if keep and Path(keep).exists():
        raise UserError(f"--keep {keep} is there already; give the name of a new folder")
    with tempfile.TemporaryDirectory(prefix="assessor-demo-") as temporary:
        folder = Path(keep) if keep else Path(temporary) / sample
        make_sample(sample, folder)
        fronts = []
        found = run(
            AuditWishes(str(folder), no_cache=not keep),
            lambda snapshot: fronts.append(front_of(snapshot, load_config(snapshot))),
        )
    reports.write(found, front=fronts[0])
    if keep:
        print_line(f"the repository is kept: {folder}")
