"""The languages of reports are complete: the same keys and values to fill in, and every text of the catalogue."""

from __future__ import annotations

import re
import string

import pytest

from assessor.catalog.practices import load_practices
from assessor.readers.syntax.yaml_tree import load_one
from assessor.render.views.document_texts import document_texts
from assessor.render.views.texts import DEFAULT, LANGUAGES, Texts, load_texts
from assessor.resources import data_folder
from assessor.rubric.changes import load_changes
from assessor.rubric.loading import crosswalk_names, shipped_crosswalk, shipped_names, shipped_rubric
from assessor.rubric.loop import load_stations

OTHERS = pytest.mark.parametrize("language", [name for name in LANGUAGES if name != DEFAULT])
SAME_IN_GERMAN = re.compile(
    r"Commit|Branch|Repository|Dimension|Training|Governance|April|August|September|November|Logo|Assessor|assessor explain|\W+|n/a"
)
"""Words that are the same in both languages."""


def messages(language: str) -> dict[str, str]:
    return dict(document_texts(language).messages)


def named(message: str) -> set[str]:
    """The values that a message has filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_no_key_stands_twice() -> None:
    for file in data_folder("reports").joinpath("texts").iterdir():
        nodes = load_one(file.read_text("utf-8")).walk()
        assert [(file.name, *twice) for _, node in nodes for twice in node.duplicates] == []


@OTHERS
def test_no_message_is_missing_and_none_is_too_many(language: str) -> None:
    english, other = messages(DEFAULT), messages(language)
    assert {"missing": sorted(english.keys() - other.keys()), "unknown": sorted(other.keys() - english.keys())} == {
        "missing": [],
        "unknown": [],
    }


@OTHERS
def test_messages_have_the_same_values_filled_in(language: str) -> None:
    english, other = messages(DEFAULT), messages(language)
    assert {key for key in english.keys() & other.keys() if named(english[key]) != named(other[key])} == set()


@OTHERS
def test_messages_are_translated(language: str) -> None:
    english, other = messages(DEFAULT), messages(language)
    same = {key: text for key, text in english.items() if other.get(key) == text and re.search(r"[a-z]{2}", text)}
    words = {key: re.sub(r"\{\w+\}", "", text) for key, text in same.items()}
    assert {key: same[key] for key, text in words.items() if not SAME_IN_GERMAN.fullmatch(text.strip())} == {}


def _said() -> set[str]:
    """All texts that the catalogue, the shipped models and the loop can put into a report."""
    practices, models = load_practices(), [shipped_rubric(name) for name in shipped_names()]
    crosswalks = [shipped_crosswalk(name) for name in crosswalk_names()]
    said = {text for p in practices for text in (p.title, p.absent, p.why, *p.rungs.values(), *p.fix.values())}
    said |= {text for p in practices for text in p.do.values()}
    said |= {text for p in practices for variant in p.variants.values() for text in variant.values()}
    said |= {model.title for model in models} | {level.title for model in models for level in model.levels}
    said |= {model.unit for model in models}
    said |= {section.title for model in models for section in model.sections}
    said |= {item.text for model in models for item in model.items}
    for crosswalk in crosswalks:
        said |= {crosswalk.title, crosswalk.source, crosswalk.scope, *(group.title for group in crosswalk.groups)}
        said |= {text for control in crosswalk.controls for text in (control.text, control.attest, control.note)}
    said |= {change.title for change in load_changes()}
    said |= {text for station in load_stations() for text in (station.title, station.done)}
    return said - {""}


@OTHERS
def test_the_catalogue_is_translated_in_full(language: str) -> None:
    translated, said = load_texts(language).translations, _said()
    assert {"missing": sorted(said - translated.keys()), "stale": sorted(translated.keys() - said)} == {
        "missing": [],
        "stale": [],
    }


def test_several_sentences_are_translated_together() -> None:
    german = Texts("de", {}, {"One.": "Eins.", "Two (e.g. a).": "Zwei (z. B. a).", "Three.": "Drei."})
    assert german.tr("One. Two (e.g. a). Three.") == "Eins. Zwei (z. B. a). Drei."
    assert not german.is_foreign("One. Three.")
    assert german.tr("One. Four. Three.") == "One. Four. Three."
    assert german.is_foreign("One. Four.")


@OTHERS
def test_translations_keep_what_is_code(language: str) -> None:
    code = re.compile(r"`[^`]+`")
    pairs = load_texts(language).translations.items()
    assert [text for text, other in pairs if sorted(code.findall(text)) != sorted(code.findall(other))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_depends_on_a_number_has_both_forms(language: str) -> None:
    ends = {key.rpartition(".")[::2] for key in messages(language) if key.endswith((".one", ".other"))}
    stems = {stem for stem, _ in ends} - {"terminal", "compare"}
    assert {stem for stem in stems if {(stem, "one"), (stem, "other")} - ends} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(1234567, None, "1.234.567"), (12.34, None, "12,3"), (12.0, None, "12"), (0.5, 2, "0,50"), (-3, None, "-3")],
)
def test_numbers(language: str, value: float, digits: int | None, shown: str) -> None:
    english = shown.translate(str.maketrans(".,", ",."))
    assert load_texts(language).number(value, digits) == (shown if language == "de" else english)


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.994, "99%"), (0.999, "99%"), (1.0, "100%")]
)
def test_only_all_is_all_and_only_nothing_is_nothing(share: float, shown: str) -> None:
    assert load_texts().percent(share) == shown


@pytest.mark.parametrize(
    ("language", "iso", "shown"),
    [
        ("en", "2024-05-06T07:08:09Z", "6 May 2024"),
        ("de", "2024-05-06T07:08:09Z", "6. Mai 2024"),
        ("de", "yesterday", "yesterday"),
        ("de", "", ""),
        ("en", "2024-99-06", "2024-99-06"),
    ],
)
def test_dates(language: str, iso: str, shown: str) -> None:
    assert load_texts(language).date(iso) == shown


def test_a_text_that_changed_is_shown_in_english() -> None:
    texts = Texts("de", {}, {"old": "alt"})
    assert (texts.tr("old"), texts.tr("older")) == ("alt", "older")
    assert (texts.is_foreign("old"), texts.is_foreign("older")) == (False, True)


def test_an_unknown_language_is_told() -> None:
    with pytest.raises(KeyError, match="no texts in 'fr'; there are en, de"):
        load_texts("fr")
