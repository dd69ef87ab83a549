"""`assessor rubrics`: the maturity models that are shipped, and a check of a file that holds one."""

from __future__ import annotations

from pathlib import Path

import click

from assessor.errors import UserError


@click.group(invoke_without_command=True)
@click.pass_context
def rubrics(ctx: click.Context) -> None:
    """List the maturity models that are shipped; `check FILE` checks a file that holds one."""
    if ctx.invoked_subcommand is not None:
        return
    from assessor.cli.output import print_text
    from assessor.rubric.loading import DEFAULT, shipped_names, shipped_rubric

    names = shipped_names()
    width = max(len(name) for name in names)
    lines = []
    for name in names:
        model = shipped_rubric(name)
        items = sum(len(level.items) for level in model.levels)
        default = " (default)" if name == DEFAULT else ""
        span = f"levels {model.floor} to {model.top}, {items} items"
        lines.append(f"{name:<{width}}  {model.title}{default}; {span}; edition {model.edition}\n")
    print_text("".join(lines))


@rubrics.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a rubric FILE; each mistake is one line, `file:line: what`."""
    from assessor.catalog.loading import DataError
    from assessor.cli.output import print_text
    from assessor.rubric.loading import read_rubric_file

    try:
        rubric = read_rubric_file(file)
    except DataError as error:
        *others, last = str(error).splitlines()
        for line in others:
            click.echo(f"assessor: {line}", err=True)
        raise UserError(last) from error
    items = sum(len(level.items) for level in rubric.levels)
    print_text(f"{file}: {rubric.title}, levels {rubric.floor} to {rubric.top}, {items} items, no mistakes\n")
