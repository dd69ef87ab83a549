"""`assessor gate --fleet`: a fleet's results judged by one policy; one table, one exit code."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.policy.fleet_gate import FleetResult
    from assessor.policy.model import Gate
    from assessor.portfolio import Row
    from assessor.rubric.model import Rubric

FORMATS = ("terminal", "json")
_MOST_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class FleetWishes:
    """The results to judge, the conditions of the command line, and the earlier results that a failure may be known from."""

    file: str
    options: Gate
    policy: str = ""
    baseline: str = ""
    most: int | None = None


def judge_results(wishes: FleetWishes) -> FleetResult:
    """The verdicts. Raises UserError for wrong files and conditions."""
    from assessor.cli.settings import read_policy
    from assessor.policy.fleet_gate import conditions_of, judge_fleet

    rows = _rows("--fleet", wishes.file)
    named = read_policy(wishes.policy)
    policy = named.policy if named else None
    asked = conditions_of("", wishes.options, policy)
    if asked.is_empty and not (policy and policy.profiles):
        raise UserError(
            "no condition; give one, for example --min-level 2, or --policy FILE with `gate:` or `profiles:`"
        )
    before = _rows("--baseline", wishes.baseline) if wishes.baseline else []
    return judge_fleet(rows, _model(rows, asked), wishes.options, policy, before, wishes.most)


def _rows(option: str, file: str) -> list[Row]:
    from assessor.portfolio import read_rows, refuse_mixed
    from assessor.snapshot.named import read_named

    if not Path(file).exists():
        raise UserError(f"{option} {file}: there is no such file; `assessor fleet --output {file}` writes one")
    rows = read_rows(file, read_named(Path(file), most=_MOST_BYTES))
    refuse_mixed(rows)
    return rows


def _model(rows: Sequence[Row], asked: Gate) -> Rubric:
    """The model of the rows, which has to be the one that is asked for. Raises UserError."""
    from assessor.catalog.loading import DataError
    from assessor.rubric.loading import find_rubric

    own = next((row.standing.model for row in rows if row.standing), asked.rubric)
    try:
        found = find_rubric(asked.rubric)
    except DataError as error:
        raise UserError(str(error).splitlines()[0]) from error
    if found.id != own:
        raise UserError(f"the rows are by {own}, the conditions by {found.id}; audit with --rubric {asked.rubric}")
    return found


def write(wanted: Sequence[tuple[str, str]], result: FleetResult, colour: bool | None) -> None:
    """Write each format to its place. Raises UserError for a format that a fleet does not have."""
    from assessor.cli.output import look_of, write_output
    from assessor.render.ci import fleet_gate

    for form, place in wanted:
        if form not in FORMATS:
            raise UserError(f"--format {form}: a fleet's gate speaks {' and '.join(FORMATS)}")
        if form == "json":
            write_output(json.dumps(fleet_gate.plain(result), indent=2) + "\n", place, is_data=True)
        else:
            look = look_of(sys.stdout, os.environ, colour, is_file=place != "-")
            write_output(fleet_gate.render(result, width=look.width, colour=look.colour, unicode=look.unicode), place)
