"""Dates as a repository writes them (`2019-12-31`, `2019-12-31T00:00:00Z`), held against the day before which nobody audits.

The clock is never asked, so that the same repository gives the same answer on every day. A date before these rules were
written is past whenever they are applied; one that is generations away does not come.
"""

from __future__ import annotations

import re

RULES_YEAR = 2025
"""No audit by these rules is older."""
_FAR = 50
"""Years ahead that no project plans for."""
_YEAR = re.compile(r"\s*(\d{4})-\d{1,2}-\d{1,2}(?!\d)")


def is_past(text: object) -> bool:
    """The text is a date before these rules."""
    year = _year(text)
    return year is not None and year < RULES_YEAR


def is_far(text: object) -> bool:
    """The text is a date that nobody waits for."""
    year = _year(text)
    return year is not None and year > RULES_YEAR + _FAR


def _year(text: object) -> int | None:
    found = _YEAR.match(text) if isinstance(text, str) else None
    return int(found[1]) if found else None
