"""`assessor rubrics`: the maturity models and crosswalks that are shipped, and a check of a file that holds one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli.listing import json_option, print_json
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.model import Rubric


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def rubrics(ctx: click.Context, as_json: bool) -> None:
    """List the maturity models and crosswalks that are shipped; `check FILE` checks a file that holds one."""
    if ctx.invoked_subcommand is not None:
        return
    from assessor.cli.output import print_text
    from assessor.rubric.loading import DEFAULT, crosswalk_names, shipped_crosswalk, shipped_names, shipped_rubric

    found = [shipped_rubric(name) for name in shipped_names()] + [shipped_crosswalk(name) for name in crosswalk_names()]
    if as_json:
        print_json([_row(model) for model in found])
        return
    width = max(len(model.id) for model in found)
    lines = []
    for model in found:
        default = " (default)" if model.id == DEFAULT else ""
        lines.append(f"{model.id:<{width}}  {model.title}{default}; {_extent(model)}; edition {model.edition}\n")
    print_text("".join(lines))


def _row(model: Rubric | Crosswalk) -> dict[str, object]:
    from assessor.rubric.loading import DEFAULT
    from assessor.rubric.model import Rubric

    row: dict[str, object] = {"id": model.id, "title": model.title, "edition": model.edition, "url": model.url}
    if not isinstance(model, Rubric):
        return row | {"kind": "crosswalk", "controls": len(model.controls)}
    levels = {str(level.level): level.title for level in model.levels}
    return row | {"kind": "rubric", "default": model.id == DEFAULT, "items": len(model.items), "levels": levels}


def _extent(model: Rubric | Crosswalk) -> str:
    """How much there is in it: levels and items, or controls."""
    from assessor.rubric.model import Rubric

    if isinstance(model, Rubric):
        return f"levels {model.floor} to {model.top}, {len(model.items)} items"
    observable = sum(control.is_observable for control in model.controls)
    return f"{len(model.controls)} controls, {observable} of them observable"


@rubrics.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the FILE of a rubric, an extension of one, or a crosswalk; each mistake is one line, `file:line: what`."""
    from assessor.catalog.loading import DataError
    from assessor.cli.output import print_line, tell
    from assessor.rubric.loading import read_file

    try:
        model = read_file(file)
    except DataError as error:
        *others, last = str(error).splitlines()
        for line in others:
            tell(line)
        raise UserError(last) from error
    print_line(f"{file}: {model.title}, {_extent(model)}, no mistakes")
