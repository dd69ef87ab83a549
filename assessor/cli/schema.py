"""`assessor schema`: the JSON Schema of an audit's JSON."""

from __future__ import annotations

import click


@click.command(help="Print the JSON Schema of what `audit --format json` prints.")
def schema() -> None:
    from assessor.cli.output import print_bytes
    from assessor.render.schema import schema_text

    print_bytes(schema_text().encode("utf-8"))
