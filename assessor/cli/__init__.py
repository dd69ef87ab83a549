"""The command line: each command in a module of its own, imported when it is asked for, so that starting is quick."""

from __future__ import annotations

from importlib import import_module

import click

from assessor import __version__

COMMANDS = {
    "audit": ("assessor.cli.audit", "Rate a repository and say what to do next."),
    "baseline": ("assessor.cli.baseline", "Keep what a repository has reached, as a bound for the gate."),
    "cache": ("assessor.cli.caching", "Describe or clear the cache of what was read before."),
    "compare": ("assessor.cli.compare", "Say what differs between two audits."),
    "config": ("assessor.cli.config", "Show, check or begin the configuration of a repository."),
    "demo": ("assessor.cli.demo", "Audit a sample repository that travels with the package."),
    "explain": ("assessor.cli.explain", "Say what a practice, a tool or a rubric means."),
    "fleet": ("assessor.cli.fleet", "Audit many repositories, and show them side by side."),
    "gate": ("assessor.cli.gate", "Judge a repository by conditions; the exit code is the answer."),
    "history": ("assessor.cli.history", "Show how a repository developed, revision by revision."),
    "init": ("assessor.cli.init", "Begin: a configuration, and the workflow of your CI system."),
    "plan": ("assessor.cli.plan", "Say the cheapest steps to a level, and what would follow if something held."),
    "practices": ("assessor.cli.listing", "List the practices that are rated."),
    "report": ("assessor.cli.report", "Show an audit's JSON in another format, without the repository."),
    "rubrics": ("assessor.cli.rubrics", "List the maturity models, or check the file of one."),
    "schema": (
        "assessor.cli.schema",
        "Print the JSON Schema of the JSON of an audit, a comparison, a plan, a history or a fleet.",
    ),
    "tools": ("assessor.cli.listing", "List the tools that are recognised."),
    "verify": ("assessor.cli.verify", "Verify a stored report: its seal, its levels, and the repository once more."),
}
"""Name → the module that defines it, and its line in the help text, which would else need the import."""


class NamingGroup(click.Group):
    """A group that answers a wrong subcommand with those that there are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise click.UsageError(f"no command '{args[0]}'; there are {', '.join(self.commands)}", ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports a command only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"no command '{args[0]}'; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", "-V", message="%(prog)s %(version)s")
def cli() -> None:
    """Says how mature the MLOps practice of a machine-learning repository is, and proves it.

    Nothing of the repository is run, imported or installed.

    \b
    assessor audit .                        where it stands, and the first steps
    assessor audit . --output report.html   the same as a page with all proofs
    assessor plan . --to 3                  every step to a level
    assessor gate . --min-level 2           for CI: the exit code is the answer
    assessor explain training.pipeline      what a word of a report means
    """
