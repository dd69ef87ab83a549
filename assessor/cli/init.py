"""`assessor init`: a configuration and the CI file for the system that a repository uses; shown first, never overwriting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file to write, relative to the target; `note` says what to do where it is there already."""

    path: str
    text: str
    note: str = ""


def proposed_config(target: str) -> Proposal:
    """A configuration that the target's present state just passes. Raises UserError for a wrong target."""
    from assessor.cli.audit import run
    from assessor.policy.writing import BEGINNING
    from assessor.rubric.loading import DEFAULT

    assessment = run(target, None, (DEFAULT,), quiet=False)
    unknown = sum(info.rung == "unknown" for info in assessment.practices.values())
    level = assessment.scorecards[DEFAULT].level
    return Proposal("assessor.yaml", BEGINNING.format(rubric=DEFAULT, level=level, unknown=unknown))


def offer(folder: Path, proposals: Sequence[Proposal], *, write: bool) -> None:
    """Show each file; with `write` write those that are not there yet. Raises UserError where writing fails."""
    from assessor.cli.output import print_text

    for proposal in proposals:
        path = folder / proposal.path
        if path.exists() or path.is_symlink():
            print_text(f"# {path} is there already and stays as it is. {proposal.note}\n".replace(". \n", ".\n"))
            continue
        print_text(f"# {path}\n{proposal.text}\n")
        if write:
            _write_new(path, proposal.text)
            print_text(f"# written: {path}\n")
    if not write:
        print_text("# nothing is written yet; --write writes what is shown\n")


def _write_new(path: Path, text: str) -> None:
    """Create the file; one that came to be in the meantime is kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from error
