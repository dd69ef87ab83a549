"""Schedules in words: `schedule (30 2 * * *)` reads `schedule (at 02:30: 30 2 * * *)`.

By cron-descriptor, which takes a sixth of a second to import and so is imported only where a report has a schedule. It
takes the names of days and months from the process and not from the language; those are Babel's here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assessor.render.views.texts import Texts

_SCHEDULE = re.compile(r"schedule \(((?:[\w*/,?#-]{1,40} ){4}[\w*/,?#-]{1,40})\)")
"""What a route or a finding says of a cron line of five fields."""
_LOCALES = {"en": "en_GB", "de": "de_DE"}


def with_schedules(value: Any, texts: Texts) -> Any:
    """A tree of plain values whose texts say schedules in words too."""
    if isinstance(value, str):
        return _SCHEDULE.sub(lambda found: _said(found, texts), value) if "schedule (" in value else value
    if isinstance(value, dict):
        return {key: with_schedules(item, texts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_schedules(item, texts) for item in value]
    return value


def _said(found: re.Match[str], texts: Texts) -> str:
    words = in_words(found[1], texts)
    return f"schedule ({words}: {found[1]})" if words else found[0]


def in_words(cron: str, texts: Texts) -> str:
    """When a cron line fires; empty for one that is no such line, for example with Jenkins' `H`."""
    return _described(cron, texts.language)


@cache
def _described(cron: str, language: str) -> str:
    from cron_descriptor import FormatError, MissingFieldError, Options, WrongArgumentError, get_description

    options = Options(locale_code=_LOCALES[language])
    options.use_24hour_time_format = True
    try:
        words = str(get_description(cron, options))
    except (FormatError, MissingFieldError, WrongArgumentError, ValueError, KeyError, IndexError):
        return ""
    for english, own in _names(language).items():
        words = words.replace(english, own)
    return words[:1].lower() + words[1:]


@cache
def _names(language: str) -> dict[str, str]:
    """English names of days and months → those of the language."""
    from babel.core import Locale

    english, locale = Locale.parse("en"), Locale.parse(language)
    pairs = [(english.days, locale.days), (english.months, locale.months)]
    return {
        name: own["format"]["wide"][number]
        for theirs, own in pairs
        for number, name in theirs["format"]["wide"].items()
    }
