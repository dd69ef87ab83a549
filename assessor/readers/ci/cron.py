"""Cron lines: is there a date that meets one? Fields as POSIX has them, with names, ranges and steps, and as Quartz and
AWS do (seconds before or a year behind). What another dialect adds (`L`, `W`, `#`, Jenkins' `H`) is taken to be met."""

from __future__ import annotations

import re

from assessor.facts.dates import RULES_YEAR, is_past

_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month, in a leap year."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MAX_LENGTH = 200

_ITEM = re.compile(r"(\*|\?|\w+)(?:-(\w+))?(?:/(\d{1,4}))?")
_Field = frozenset[int] | None
"""The values that a field allows; None for all of them."""


class _Foreign(ValueError):
    """A field of a dialect that is not known here."""


def cron_can_fire(cron: str) -> bool:
    """False for a cron line that no date meets (`0 0 31 2 *`, `99 * * * *`, `cron(0 3 1 1 ? 2019)`), that is for a moment
    long past (`at(2019-01-01T03:00:00)`), or that does not have five fields."""
    text = cron.strip()
    if text.startswith("at("):
        return not is_past(text[3:])
    if text.startswith(("@", "rate(", "R/")) or "$" in text or "<<" in text or len(text) > _MAX_LENGTH:
        return True
    if text.startswith("cron("):
        text = text[5:].rstrip(" )")
    fields = text.lower().split()
    if len(fields) == 5:
        return _meets(fields)
    if len(fields) in (6, 7):
        return (_meets(fields[1:6]) or _meets(fields[:5])) and _has_year(fields[-1])
    return False


def _has_year(field: str) -> bool:
    """The last field is none of years, or has one that is not over."""
    years = [int(year) for year in re.findall(r"\d{4}", field)]
    return not years or "/" in field or max(years) >= RULES_YEAR


def _meets(fields: list[str]) -> bool:
    try:
        minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
        days, months = _values(fields[2], 1, 31), _values(fields[3], 1, 12, _MONTHS, 1)
        weekdays = _values(fields[4], 0, 7, _DAYS, 0)
    except _Foreign:
        return True
    if any(each is not None and not each for each in (minutes, hours, days, months, weekdays)):
        return False
    if days is None or weekdays is not None:
        return True  # with both given, either will do
    longest = max(_LONGEST[month - 1] for month in (months or range(1, 13)))
    return min(days) <= longest


def _values(field: str, low: int, high: int, names: tuple[str, ...] = (), first: int = 0) -> _Field:
    """The values of one field; those out of its range are none. Raises _Foreign."""
    if field in ("*", "?"):
        return None
    found: set[int] = set()
    for item in field.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise _Foreign
        start, end, step = match.groups()
        every = int(step) if step else 1
        if every == 0:
            continue
        if start in ("*", "?"):
            found.update(range(low, high + 1, every))
            continue
        begin = _number(start, names, first)
        last = _number(end, names, first) if end else high if step else begin
        if low <= begin <= last <= high:
            found.update(range(begin, last + 1, every))
        elif low <= last < begin <= high:
            raise _Foreign  # some systems wrap around
    return frozenset(found)


def _number(word: str, names: tuple[str, ...], first: int) -> int:
    if word[:3] in names:
        return names.index(word[:3]) + first
    if not word.isdecimal() or len(word) > 4:
        raise _Foreign
    return int(word)
