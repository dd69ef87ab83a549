"""The texts of reports in one language: `reports/texts/LANGUAGE.yaml`, and translations of the catalogue's own texts.

A message has a dotted key and may have `{names}` to fill in; one that depends on a number has the plural forms that the
language has by CLDR (`one`, `other`). Numbers, plurals and dates are Babel's. What the catalogue and the shipped models say (titles, reasons, steps) is English in the assessment; another
language has it in `LANGUAGE.catalogue.yaml`, keyed by the English text, so that a changed text is never shown in an
outdated translation but in English. Sentences about what was found stand in `LANGUAGE.found.yaml` (`sentences.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Day
from functools import cache
from typing import TYPE_CHECKING, Any

from assessor.render.views.sentences import Sentences, sentences
from assessor.resources import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from babel.core import Locale

LANGUAGES = {"en": "English", "de": "Deutsch"}
DEFAULT = "en"
NONE_FOUND = sentences({}, {})


@dataclass(frozen=True)
class Texts:
    """The messages of one language, and how it writes numbers and dates."""

    language: str
    messages: Mapping[str, str]
    translations: Mapping[str, str]
    found: Sentences = NONE_FOUND
    """What scanners and readers say, in this language."""

    @property
    def locale(self) -> Locale:
        """What CLDR knows of the language."""
        return _locale(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """The message, filled in. Raises KeyError for an unknown key or a value that is missing."""
        message = self.messages[key]
        return message.format_map(values) if "{" in message else message

    def count(self, key: str, number: float, **values: object) -> str:
        """A message that depends on a number: the form for it, with `{number}` filled in."""
        form = self.locale.plural_form(number)
        return self(f"{key}.{form}", number=self.number(number), **values)

    def tr(self, text: str) -> str:
        """A text of the catalogue, or several sentences of it, in this language; itself where there is no translation."""
        return self._translated(text) or text

    def is_foreign(self, text: str) -> bool:
        """The text is shown in English although the report is in another language."""
        return self.language != DEFAULT and not self._translated(text)

    def _translated(self, text: str) -> str:
        """The translation; empty where the text, or one of its sentences, has none."""
        known = self.translations.get(text, "")
        end = -1
        while not known and self.translations and (end := text.find(". ", end + 1)) >= 0:
            first = self.translations.get(text[: end + 1], "")
            rest = self._translated(text[end + 2 :]) if first else ""
            known = f"{first} {rest}" if rest else ""
        return known

    def number(self, value: float, digits: int | None = None) -> str:
        """A number with the language's signs: `1,234.5` or `1.234,5`. `digits` are those after the point."""
        if digits is None:
            digits = 0 if float(value).is_integer() else 1
        from babel.numbers import format_decimal

        return format_decimal(round(value, digits), _PATTERNS[digits], locale=self.locale)

    def signed(self, value: float) -> str:
        """A difference with its sign: `+12.5`, `−3`."""
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        return sign + self.number(abs(round(value, 1)))

    def measure(self, value: float) -> str:
        """A measured number, with at most three digits after the point."""
        from babel.numbers import format_decimal

        return format_decimal(round(value, 3), "#,##0.###", locale=self.locale)

    def percent(self, share: float) -> str:
        """A share of 1 in whole percent. Only a full share is 100, and only none at all is 0."""
        shown = round(100 * share)
        if (shown == 100 and share < 1) or (shown == 0 and share > 0):
            shown = 99 if shown else 1
        return self("number.percent", number=shown)

    def date(self, iso: str) -> str:
        """The day of `YYYY-MM-DDTHH:MM:SSZ` in words; the text itself where it is no such date."""
        from babel.dates import format_date

        try:
            return format_date(Day.fromisoformat(iso[:10]), "long", locale=self.locale)
        except ValueError:
            return iso


_PATTERNS = ("#,##0", "#,##0.0", "#,##0.00", "#,##0.000")
"""By the digits behind the point."""
_LOCALES = {"en": "en_GB", "de": "de"}
"""English dates have the day first, as no other order is clear to all readers."""


@cache
def _locale(language: str) -> Locale:
    from babel.core import Locale

    return Locale.parse(_LOCALES[language])


@cache
def load_texts(language: str = DEFAULT) -> Texts:
    """The texts of one of LANGUAGES. Raises KeyError for another one."""
    if language not in LANGUAGES:
        raise KeyError(f"no texts in '{language}'; there are {', '.join(LANGUAGES)}")
    messages = dict(_flat(_read(f"{language}.yaml")))
    translations = {} if language == DEFAULT else _read(f"{language}.catalogue.yaml")
    found = NONE_FOUND if language == DEFAULT else sentences(_read(f"{language}.found.yaml"), translations)
    return Texts(language, messages, translations, found)


def _read(name: str) -> dict[str, Any]:
    import yaml  # late: the list of languages is asked for where no text is

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = data_folder("reports").joinpath("texts", name).read_text("utf-8")
    found = yaml.load(text, Loader=loader)
    return dict(found or {})


def _flat(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Nested messages with dotted keys."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
