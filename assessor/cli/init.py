"""`assessor init`: a configuration and the CI file for the system that a repository uses; shown first, never overwriting."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli.ci_files import SYSTEMS, Proposal, ci_files, gate_script, other_systems
from assessor.cli.own_source import OwnSource, own_source
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.assessment import Assessment


@click.command()
@click.argument("target", default=".", metavar="[FOLDER]")
@click.option(
    "--ci",
    "asked",
    type=click.Choice([*SYSTEMS, "none"]),
    multiple=True,
    help="The CI system; default: those that the repository uses. May be given again.",
)
@click.option("--write", is_flag=True, help="Write what is shown without asking.")
def init(target: str, asked: tuple[str, ...], write: bool) -> None:
    """Show a configuration that FOLDER just passes and the CI file that judges by it, and write them if you agree.

    A file that is there already is never touched. Where nobody can be asked, nothing is written without --write.
    """
    from assessor.cli.output import tell

    seen = examine(target)
    systems = asked or seen.assessment.repository.stack
    others = () if asked or systems else other_systems(seen.paths)
    proposals = list(seen.config)
    source = own_source()
    for system in systems:
        if system != "none":
            proposals += ci_files(system, seen.branch, seen.paths, source.requirement)
    proposals += [gate_script(others, source.requirement)] if others else []
    if others or any(system != "none" for system in systems):
        tell(_from_where(source))
    if not systems and not others:
        tell(f"no CI system is seen here; --ci names one: {', '.join(SYSTEMS)}")
    offer(Path(target), proposals, write=write)


def _from_where(source: OwnSource) -> str:
    """What the job installs, in a line."""
    if source.requirement:
        return f"the job installs {source.requirement}: {source.said}"
    return f"say in the file what the job installs (it fails until then): this assessor cannot tell, {source.said}"


@dataclass(frozen=True, slots=True)
class Examined:
    """What there is: the state, the main branch, all paths, and the configuration with its baseline (to propose, where there
    is none)."""

    assessment: Assessment
    branch: str
    paths: frozenset[str]
    config: tuple[Proposal, ...]


def examine(target: str) -> Examined:
    """Audit a working tree. Raises UserError for a target that is no folder, and for a mistake in its configuration."""
    from assessor.audit import audit_snapshot
    from assessor.cli.caching import user_cache
    from assessor.cli.progress import ProgressLine
    from assessor.cli.scope import wanted_scope
    from assessor.cli.settings import load_config
    from assessor.rubric.loading import DEFAULT, find_rubric
    from assessor.snapshot import SnapshotError, open_snapshot

    if not Path(target).is_dir():
        raise UserError(f"{target} is no folder; `assessor init` writes into a working tree")
    progress = ProgressLine(sys.stderr)
    try:
        with open_snapshot(target) as snapshot, user_cache(wanted=True) as cache:
            loaded = load_config(snapshot)
            scope = wanted_scope(snapshot, loaded)
            assessment = audit_snapshot(snapshot, [find_rubric(DEFAULT)], progress, cache, scope=scope)
            history = snapshot.history()
            branch = main_branch(history.branches if history else (), snapshot.branch)
            config = (Proposal(loaded.path, ""),) if loaded.path else _config(assessment)
            return Examined(assessment, branch, frozenset(snapshot.by_path), config)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()


def main_branch(branches: Sequence[str], current: str) -> str:
    """The branch that changes are merged into, by the usual names; else the one that is checked out."""
    usual = [name for name in ("main", "master") if name in branches or f"origin/{name}" in branches]
    return (usual or [current or "main"])[0]


def _config(assessment: Assessment) -> tuple[Proposal, ...]:
    """A configuration that the present state just passes, and the baseline below which nothing may fall."""
    from assessor.policy.baseline import DEFAULT_NAME, as_text, baseline_of
    from assessor.policy.comparing import rescored
    from assessor.policy.writing import BASELINE, BEGINNING
    from assessor.rubric.loading import find_rubric

    unknown = sum(info.rung == "unknown" for info in assessment.practices.values())
    card = assessment.scorecards[assessment.primary]
    is_above = card.level is not None and card.level > min(level.level for level in card.levels)
    level = (
        f"  # The level that is reached today; raise it when you climb.\n  min_level: {card.level}\n"
        if is_above
        else ""
    )
    kept = "" if card.level is None else BASELINE.format(baseline=DEFAULT_NAME)
    text = BEGINNING.format(rubric=assessment.primary, level=level, unknown=unknown, baseline=kept)
    state = rescored(find_rubric(assessment.primary), assessment)
    return (Proposal("assessor.yaml", text), *([Proposal(DEFAULT_NAME, as_text(baseline_of(state)))] if kept else []))


def offer(folder: Path, proposals: Sequence[Proposal], *, write: bool) -> None:
    """Show each file and, with `write` or where the user agrees, write those that are not there yet. Raises UserError."""
    from assessor.cli.output import print_text

    missing = []
    for proposal in proposals:
        path = folder / proposal.path
        if path.exists() or path.is_symlink():
            print_text(f"# {path} is there already and stays as it is.\n")
        else:
            print_text(f"# {path}\n{proposal.text}\n")
            if proposal.note:
                print_text(f"# {proposal.note}\n\n")
            missing.append(proposal)
    if missing and (write or (_at_terminal() and click.confirm("Write this?"))):
        for proposal in missing:
            _write_new(folder, proposal)
            print_text(f"# written: {folder / proposal.path}\n")
    elif missing:
        print_text("# nothing is written yet; --write writes what is shown\n")


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _write_new(folder: Path, proposal: Proposal) -> None:
    """Create the file below the folder; one that came to be in the meantime is kept."""
    path = folder / proposal.path
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{path} is not written: {path.parent} leads out of the repository")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(proposal.text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from error
