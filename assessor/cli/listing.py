"""`assessor practices` and `assessor tools`: what is rated, and by what it is recognised."""

from __future__ import annotations

import click


@click.command()
def practices() -> None:
    """List the practices that are rated, with the rungs that each defines."""
    from assessor.catalog.practices import load_practices
    from assessor.cli.output import print_text

    catalogue = load_practices()
    width = max(len(practice.id) for practice in catalogue)
    rungs = max(len(", ".join(practice.rungs)) for practice in catalogue)
    print_text("".join(f"{p.id:<{width}}  {', '.join(p.rungs):<{rungs}}  {p.title}\n" for p in catalogue))


@click.command()
def tools() -> None:
    """List the tools that are recognised, with the practices that each can prove."""
    from assessor.catalog.tools import load_tools
    from assessor.cli.output import print_text

    catalogue = load_tools()
    width = max((len(tool.id) for tool in catalogue), default=0)
    lines = []
    for tool in catalogue:
        proved = dict.fromkeys([proof.practice for proof in tool.proves] + list(tool.declares))
        lines.append(f"{tool.id:<{width}}  {tool.category:<16}  {', '.join(proved)}\n")
    print_text("".join(lines))
