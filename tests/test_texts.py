"""The texts of reports: every language says the same things, with the same values to fill in."""

from __future__ import annotations

import re

import pytest

from assessor.render.texts import DEFAULT, LANGUAGES, load_texts

OTHERS = sorted(set(LANGUAGES) - {DEFAULT})
ALIKE = {
    "April",
    "August",
    "Branch",
    "Commit",
    "Dimension",
    "Governance",
    "November",
    "Repository",
    "September",
    "Training",
    "auto",
}
"""Words that are the same in two languages."""


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_message_and_no_other(language: str) -> None:
    assert set(load_texts(language).messages) == set(load_texts().messages)


@pytest.mark.parametrize("language", OTHERS)
def test_a_message_fills_in_the_same_values(language: str) -> None:
    english, other = load_texts().messages, load_texts(language).messages
    assert [key for key in english if fields(english[key]) != fields(other[key])] == []


def fields(message: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", message))


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    english, other = load_texts().messages, load_texts(language).messages
    assert [key for key in english if english[key] == other[key] and english[key] not in ALIKE] == []


@pytest.mark.parametrize(
    ("language", "value", "digits", "shown"),
    [
        ("en", 1234567, None, "1,234,567"),
        ("en", 1234.5, None, "1,234.5"),
        ("en", 75.0, 1, "75.0"),
        ("de", 1234567, None, "1.234.567"),
        ("de", 1234.5, None, "1.234,5"),
        ("de", 75.0, 1, "75,0"),
    ],
)
def test_numbers(language: str, value: float, digits: int | None, shown: str) -> None:
    assert load_texts(language).number(value, digits) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0%"), (0.001, "1%"), (0.125, "12%"), (0.5, "50%"), (0.999, "99%"), (1, "100%")]
)
def test_only_all_is_a_hundred_and_only_none_is_zero(share: float, shown: str) -> None:
    assert load_texts().percent(share) == shown


@pytest.mark.parametrize(
    ("language", "iso", "shown"),
    [
        ("en", "2024-05-06T07:08:09Z", "6 May 2024"),
        ("de", "2024-05-06T07:08:09Z", "6. Mai 2024"),
        ("en", "", ""),
        ("en", "no date", "no date"),
        ("en", "2024-13-40", "2024-13-40"),
    ],
)
def test_dates(language: str, iso: str, shown: str) -> None:
    assert load_texts(language).date(iso) == shown


def test_an_unknown_language() -> None:
    with pytest.raises(KeyError, match="there are en, de"):
        load_texts("fr")
