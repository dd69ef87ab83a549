"""A pager for what is longer than the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from assessor.render.terminal.audit import MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE = ("", "cat")
"""What `PAGER` says where somebody wants no pager."""


def is_too_long(text: str, environment: Mapping[str, str] = os.environ) -> bool:
    """The text takes more lines than the terminal has and than an answer does, somebody sits there, and has not asked for
    none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or environment.get("TERM") == "dumb":
        return False
    if environment.get("PAGER", "less").strip() in _NONE:
        return False
    return text.count("\n") > max(shutil.get_terminal_size((100, 24)).lines - 1, MOST_LINES)


def show(text: str) -> None:
    """Show a made text by the user's pager, with its colours."""
    os.environ.setdefault("LESS", "-R")
    click.echo_via_pager(text.rstrip("\n"), color=True)
