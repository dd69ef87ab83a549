"""`assessor baseline`: keep what a repository has reached, so that the gate fails for what falls below it."""

from __future__ import annotations

from pathlib import Path

import click

from assessor.cli import NamingGroup
from assessor.cli.scope import ScopeWishes, scope_options
from assessor.errors import UserError


@click.group(cls=NamingGroup)
def baseline() -> None:
    """Keep what a repository has reached; `assessor gate --baseline FILE` fails for what falls below it."""


@baseline.command()
@click.argument("target", default=".")
@click.option("--ref", metavar="REF", help="The state of this branch, tag or commit.")
@click.option("--rubric", "-r", metavar="NAME|FILE", default="", help="The maturity model whose levels are kept.")
@click.option(
    "--output", "-o", metavar="FILE|-", default="", help="The file; default: the configured one below TARGET."
)
@click.option(
    "--allow-lower", metavar="REASON", default="", help="Why the new baseline may keep less than the old one."
)
@click.option("--config", metavar="FILE", default="", help="Go by this configuration in place of TARGET's own.")
@scope_options
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def write(
    target: str,
    ref: str | None,
    rubric: str,
    output: str,
    allow_lower: str,
    config: str,
    scope: ScopeWishes,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Write the baseline of TARGET. It can only improve, unless --allow-lower says why it may not."""
    import os

    from assessor.cli.caching import user_cache
    from assessor.cli.earlier import audited_folder, read_baseline
    from assessor.cli.gate_case import prepare
    from assessor.cli.gate_wishes import Wishes
    from assessor.cli.output import print_line, write_output
    from assessor.cli.settings import today
    from assessor.policy.baseline import DEFAULT_NAME, as_text, baseline_of, written_anew
    from assessor.policy.comparing import rescored
    from assessor.policy.model import Gate
    from assessor.snapshot.named import place_below

    if scope.units:
        raise UserError("a baseline holds one state: give --unit NAME; `assessor audit --units` names them")
    if scope.unit and not output:
        own = f".assessor-baseline.{scope.unit.replace('/', '-')}.json"
        raise UserError(f"--unit {scope.unit} needs a file of its own, for example --output {own}")
    asked = Gate(rubric=rubric)
    wishes = Wishes(target, asked, ref, quiet=quiet, needs_conditions=False, scope=scope, config=config)
    with user_cache(wanted=not no_cache) as cache:
        case = prepare(wishes, cache)
    place = output or str(place_below(Path(target), case.loaded.config.baseline or DEFAULT_NAME))
    there = place != "-" and Path(place).is_file()
    old = read_baseline(Path(place), place, below=audited_folder(target)).baseline if there else None
    fresh = baseline_of(rescored(case.rubric, case.assessment))
    try:
        new = written_anew(old, fresh, allow_lower, today(os.environ))
    except ValueError as error:
        raise UserError(f"{place} would fall: {error}; give --allow-lower with the reason, if it is meant") from error
    write_output(as_text(new), place, is_data=True)
    if place != "-":
        print_line(f"{place}: level {new.level} of {new.rubric}, {len(new.practices)} practices")
