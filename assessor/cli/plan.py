"""`assessor plan`: the cheapest steps to a level, and what would follow if some practices were at other rungs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assessor.cli import completion
from assessor.cli.reports import report_options
from assessor.cli.scope import NO_WISHES, ScopeWishes, audit_wanted, scope_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assessor.assessment import Assessment
    from assessor.cli.reports import Reports
    from assessor.rubric.model import Rubric
    from assessor.rubric.target import Target


@click.command()
@click.argument("target", metavar="[TARGET|AUDIT.json]", default=".")
@click.option("--ref", metavar="REF", help="Plan for this branch, tag or commit, without checking it out.")
@click.option(
    "--rubric",
    "-r",
    metavar="NAME|FILE",
    default="",
    shell_complete=completion.rubrics,
    help="By this maturity model (default: the configuration's).",
)
@click.option(
    "--to",
    "level",
    metavar="LEVEL|target",
    default="",
    shell_complete=completion.levels,
    help="To this level, by number, id or title, or to the configuration's target (default: to the next level).",
)
@click.option(
    "--profile",
    metavar="NAME",
    default="",
    shell_complete=completion.profiles,
    help="To the target of a profile, such as customer-facing.",
)
@click.option(
    "--assume",
    "assumptions",
    metavar="PRACTICE=RUNG",
    multiple=True,
    shell_complete=completion.practice_rungs,
    help="Take a practice to be at this rung, and say what follows. May be given again.",
)
@click.option("--config", metavar="FILE", default="", help="Go by this configuration in place of TARGET's own.")
@scope_options
@report_options("plan")
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def plan(
    target: str,
    ref: str | None,
    rubric: str,
    level: str,
    profile: str,
    assumptions: tuple[str, ...],
    config: str,
    scope: ScopeWishes,
    reports: Reports,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Say the cheapest ordered steps from TARGET's level to the next one, or to another.

    TARGET is a folder, a git directory, a clone URL, or what `assessor audit --format json` wrote. No cheaper set of
    steps leads there, unless the plan says so.
    """
    from assessor.planning import make_plan

    if level and profile:
        raise UserError("--to and --profile both say where to go; keep one")
    if scope.units:
        raise UserError("a plan is for one thing: give --unit NAME; `assessor audit --units` names them")
    assumed = parse_assumptions(assumptions)
    if target.endswith(".json") or target == "-":
        if scope != NO_WISHES or config:
            raise UserError(f"{target} is an audit already; what is rated was said when it was made")
        assessment, model = _stored(target, ref, rubric)
    else:
        assessment, model = _audited(target, ref, rubric, config, scope, no_cache=no_cache, quiet=quiet)
    unrated = next((name for name in assumed if name not in assessment.practices), "")
    if unrated:
        raise UserError(f"{target} does not rate {unrated}; another version of the assessor wrote it")
    reports.write_plan(make_plan(assessment, model, _goal(level, profile, model, assessment), assumed=assumed))


def parse_assumptions(texts: Iterable[str]) -> dict[str, str]:
    """Practice → rung of `PRACTICE=RUNG` texts. Raises UserError for a wrong one, with the nearest right word."""
    from assessor.catalog.loading import did_you_mean
    from assessor.catalog.practices import RUNGS, practice_rungs

    found: dict[str, str] = {}
    for text in texts:
        name, sign, rung = (part.strip() for part in text.partition("="))
        if not sign:
            raise UserError(f"--assume '{text}': expected PRACTICE=RUNG, such as testing.unit=automated")
        if name not in practice_rungs():
            hint = did_you_mean(name, practice_rungs()) or "; see assessor practices"
            raise UserError(f"--assume: no practice '{name}'{hint}")
        known = ["absent", *(known for known in RUNGS if known in practice_rungs()[name])]
        if rung not in known:
            near = did_you_mean(rung, known) if rung not in RUNGS else ""
            raise UserError(f"--assume: {name} has no rung '{rung}'{near or '; it has ' + ', '.join(known)}")
        if found.setdefault(name, rung) != rung:
            raise UserError(f"--assume: {name} is taken to be at {found[name]} and at {rung}; keep one")
    return found


def _goal(level: str, profile: str, rubric: Rubric, assessment: Assessment) -> Target:
    """Where to go by the options; the next level without any. Raises UserError."""
    from assessor.policy.targets import target_of_level, target_of_profile
    from assessor.rubric.target import Target

    if profile:
        return target_of_profile(profile, rubric)
    if level == "target":
        known = assessment.scorecards[rubric.id].target if rubric.id in assessment.scorecards else None
        if known is None:
            raise UserError(
                f"--to target: the configuration sets no target by {rubric.id}; name a level or a --profile"
            )
        return Target(known.level, known.dimensions, known.source)
    return target_of_level(level, rubric) if level else Target()


def _stored(file: str, ref: str | None, rubric: str) -> tuple[Assessment, Rubric]:
    """The assessment in a file and the model: the one it shows, unless another one is named. Raises UserError."""
    from assessor.catalog.loading import DataError
    from assessor.cli.report import stored_assessment
    from assessor.cli.settings import one_line
    from assessor.rubric.loading import find_rubric, shipped_names

    if ref:
        raise UserError(f"--ref says which state of a repository to audit; {file} is an audit already")
    assessment = stored_assessment(file)
    name = rubric or assessment.primary
    if not rubric and name not in shipped_names():
        raise UserError(f"{file} shows the model '{name}', which is not shipped; give its file with --rubric")
    try:
        return assessment, find_rubric(name)
    except DataError as error:
        raise UserError(one_line(error)) from error


def _audited(
    target: str, ref: str | None, rubric: str, config: str, scope: ScopeWishes, *, no_cache: bool, quiet: bool
) -> tuple[Assessment, Rubric]:
    """An audit of the target by one model: the one that is named, else the configuration's. Raises UserError."""
    from assessor.cli.caching import user_cache
    from assessor.cli.progress import ProgressLine
    from assessor.cli.settings import load_config, load_rubric, own_rubric
    from assessor.policy.model import Gate
    from assessor.policy.targets import TargetWishes, with_targets
    from assessor.snapshot import SnapshotError, open_snapshot

    progress = ProgressLine(sys.stderr, quiet=quiet)
    try:
        with user_cache(wanted=not no_cache) as cache, open_snapshot(target, ref) as snapshot:
            loaded = load_config(snapshot, config)
            own = own_rubric(loaded, snapshot)
            model = load_rubric(rubric, Gate(rubric=rubric), None, snapshot) if rubric else own
            assessment = audit_wanted(snapshot, loaded, [model], scope, progress, cache)
            return with_targets(assessment, [model], TargetWishes(loaded, own.id).target), model
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()
