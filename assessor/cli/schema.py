"""`assessor schema`: the JSON Schema of the JSON of an audit, a comparison, a plan, a history or a fleet."""

from __future__ import annotations

import click


@click.command()
@click.argument("kind", type=click.Choice(["audit", "comparison", "plan", "history", "fleet"]), default="audit")
def schema(kind: str) -> None:
    """Print the JSON Schema of what `audit`, `compare` or `plan` prints with `--format json`, or of one line of what
    `history` or `fleet` prints with `--format jsonl`."""
    from assessor.cli.output import print_bytes
    from assessor.render.data.schema import schema_text

    print_bytes(schema_text(kind).encode("utf-8"))
