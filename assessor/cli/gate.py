"""`assessor gate`: judge a repository by conditions, say exactly why, and answer by the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assessor.cli import completion
from assessor.cli.limits import limit_options
from assessor.cli.numbers import Number
from assessor.cli.outside import config_option
from assessor.cli.scope import ScopeWishes, scope_options
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.policy.model import Gate
    from assessor.snapshot.limits import Limits

FORMATS = ("terminal", "json", "sarif", "junit", "gitlab", "github", "md", "azure", "teamcity")
EXIT_HELP = """
    The exit code is 0 where the gate passed, 1 where it failed, 2 for wrong use or configuration, 3 for a bug of ours
    and 4 where it could not decide: nothing to assess, or only what is unknown stands in the way.
"""


@click.command(help=f"Judge TARGET (a folder, a git directory or a clone URL) by conditions.\n\n{EXIT_HELP}")
@click.argument("target", default=".")
@click.option("--ref", metavar="REF", help="Judge this branch, tag or commit, without checking it out.")
@click.option(
    "--rubric",
    "-r",
    metavar="NAME|FILE",
    default="",
    shell_complete=completion.rubrics,
    help="The maturity model whose levels are meant.",
)
@click.option(
    "--min-level",
    type=Number(least=0),
    metavar="N",
    shell_complete=completion.levels,
    help="The level that must be reached.",
)
@click.option(
    "--min-index",
    type=Number(least=0, whole=False),
    metavar="NUMBER",
    help="The position, such as 1.5: level 1 and half of 2.",
)
@click.option(
    "--min",
    "minima",
    metavar="DIMENSION=N",
    multiple=True,
    shell_complete=completion.dimension_levels,
    help="The level that a dimension must not block.",
)
@click.option(
    "--require",
    "required",
    metavar="PRACTICE=RUNG",
    multiple=True,
    shell_complete=completion.practice_rungs,
    help="The rung of one practice.",
)
@click.option(
    "--min-score",
    type=Number(least=0, most=100, whole=False),
    metavar="POINTS",
    help="Mean of the dimensions' points, 0 to 100.",
)
@click.option("--max-unknown", type=Number(least=0), metavar="N", help="How many practices may be unknown.")
@click.option("--max-waivers", type=Number(least=0), metavar="N", help="How many waivers there may be.")
@click.option("--strict", is_flag=True, help="Attestations do not count.")
@click.option("--allow-no-ml", is_flag=True, help="Let a repository without machine learning pass.")
@click.option(
    "--policy",
    metavar="FILE|GIT",
    default="",
    help="An organisation's policy, which the repository cannot weaken: a file or git+URL@COMMIT#PATH.",
)
@config_option
@click.option("--baseline", metavar="FILE", default="", help="Fail for what fell below this; see `assessor baseline`.")
@click.option("--since", metavar="REF", default="", help="Fail for what this branch lowered since it left REF.")
@click.option(
    "--allow-lower",
    metavar="REASON",
    default="",
    help="Why this branch may ask less of itself (configuration, waivers, baseline); with --since.",
)
@click.option(
    "--fleet",
    "results",
    metavar="FILE.jsonl",
    default="",
    help="Judge what `assessor fleet` wrote instead, by the policy of each profile; --baseline are earlier results.",
)
@click.option("--max-new", type=Number(least=0), metavar="N", help="With --fleet: how many new failures may be.")
@click.option(
    "--format",
    "-f",
    "formats",
    type=click.Choice(FORMATS, case_sensitive=False),
    multiple=True,
    help="May be given again, see --output.",
)
@click.option(
    "--output",
    "-o",
    "outputs",
    metavar="FILE|-",
    type=click.Path(allow_dash=True),
    multiple=True,
    help="Where the format given in the same place goes; the last format without one goes to standard output.",
)
@scope_options
@limit_options
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
@click.option(
    "--color/--no-color", "colour", default=None, help="Force or forbid colour, as FORCE_COLOR and NO_COLOR do."
)
@click.pass_context
def gate(
    ctx: click.Context,
    target: str,
    ref: str | None,
    rubric: str,
    min_level: int | None,
    min_index: float | None,
    minima: tuple[str, ...],
    required: tuple[str, ...],
    min_score: float | None,
    max_unknown: int | None,
    max_waivers: int | None,
    strict: bool,
    allow_no_ml: bool,
    policy: str,
    config: str,
    baseline: str,
    since: str,
    allow_lower: str,
    results: str,
    max_new: int | None,
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    scope: ScopeWishes,
    limits: Limits,
    no_cache: bool,
    quiet: bool,
    colour: bool | None,
) -> None:
    from dataclasses import replace

    from assessor.cli.caching import user_cache
    from assessor.cli.gate_case import prepare_all
    from assessor.cli.gate_outputs import write_all
    from assessor.cli.gate_wishes import Wishes
    from assessor.cli.output import paired
    from assessor.policy.deciding import decide
    from assessor.policy.verdicts import exit_code_of, worst

    wanted = paired(formats, outputs)
    options = conditions(
        rubric=rubric,
        min_level=min_level,
        min_index=min_index,
        min=pairs("--min", minima),
        require=pairs("--require", required),
        min_score=min_score,
        max_unknown=max_unknown,
        max_waivers=max_waivers,
        strict=strict,
        allow_no_ml=allow_no_ml,
    )
    if max_new is not None and not results:
        raise UserError("--max-new counts failures of a fleet; give --fleet FILE.jsonl too")
    if results:
        from assessor.cli.gate_fleet import FleetWishes, judge_results, write

        found = judge_results(FleetWishes(results, options, policy, baseline, max_new))
        write(wanted, found, colour)
        ctx.exit(found.exit_code)
    if allow_lower and not since:
        raise UserError("--allow-lower says why a branch may ask less of itself; give --since too")
    with user_cache(wanted=not no_cache) as cache:
        cases = prepare_all(
            Wishes(target, options, ref, policy, baseline, since, quiet, limits=limits, scope=scope, config=config),
            cache,
        )
    judged = []
    for case in cases:
        result = decide(
            case.effective.gate,
            case.assessment,
            case.rubric,
            case.statements,
            ratchets=case.ratchets,
            since=case.since,
            allow_lower=allow_lower.strip(),
        )
        judged.append((case, replace(result, notes=(*case.effective.notes, *result.notes))))
    write_all(wanted, judged, colour)
    ctx.exit(exit_code_of(worst(result.outcome for _, result in judged)))


def pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` words as a dictionary. Raises UserError."""
    found = {}
    for word in given:
        name, sign, value = word.partition("=")
        if not sign or not name.strip() or not value.strip():
            example = "testing.unit=automated" if option == "--require" else "testing=3"
            raise UserError(f"{option} {word}: expected NAME=VALUE, for example {option} {example}")
        found[name.strip()] = value.strip()
    return found


def conditions(**values: object) -> Gate:
    """The conditions of the options. Raises UserError that names the option and the nearest right word."""
    from pydantic import ValidationError

    from assessor.policy.model import Gate

    try:
        return Gate.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]).replace("_", "-") if first["loc"] else "require"
        about = ".".join(str(part) for part in first["loc"][1:] if part != "[key]")
        message = first["msg"].removeprefix("Value error, ")
        raise UserError(f"--{name}{' ' + about if about else ''}: {message[:1].lower()}{message[1:]}") from error
