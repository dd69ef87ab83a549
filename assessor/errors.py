"""Wrong use, as opposed to a bug of ours: the command line turns it into one clear line and exit code 2."""

from __future__ import annotations


class UserError(Exception):
    """What the user gave is wrong. One line: what is wrong, what was expected, the nearest right name."""
