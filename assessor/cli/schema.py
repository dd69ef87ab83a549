"""`assessor schema`: the JSON Schema of an audit's JSON, of a comparison's or of a plan's."""

from __future__ import annotations

import click


@click.command()
@click.argument("kind", type=click.Choice(["audit", "comparison", "plan"]), default="audit")
def schema(kind: str) -> None:
    """Print the JSON Schema of what `audit`, `compare` or `plan` prints with `--format json`."""
    from assessor.cli.output import print_bytes
    from assessor.render.data.schema import schema_text

    print_bytes(schema_text(kind).encode("utf-8"))
