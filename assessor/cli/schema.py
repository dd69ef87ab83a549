"""`assessor schema`: the JSON Schema of an audit's JSON, or of a comparison's."""

from __future__ import annotations

import click


@click.command()
@click.argument("kind", type=click.Choice(["audit", "comparison"]), default="audit")
def schema(kind: str) -> None:
    """Print the JSON Schema of what `audit --format json` or `compare --format json` prints."""
    from assessor.cli.output import print_bytes
    from assessor.render.schema import schema_text

    print_bytes(schema_text(kind).encode("utf-8"))
