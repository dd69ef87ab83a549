"""Registries as data: how a call is known as a package's, and mistakes in the data."""

from __future__ import annotations

import pytest

from assessor.catalog.loading import DataError, Source
from assessor.catalog.registries import parse_registries, registries, source_call
from assessor.catalog.source_patterns import source_pattern
from assessor.readers.code.languages import LANGUAGES


def test_each_registry_is_that_of_a_language() -> None:
    assert registries().keys() <= {language.ecosystem for language in LANGUAGES}


@pytest.mark.parametrize(
    ("pattern", "loaded", "declared", "is_its"),
    [
        ("npm:openai::responses.create", set(), {"npm:openai"}, True),
        ("npm:openai::embed", set(), {"npm:openai"}, False),
        ("npm:openai::embed", {"openai/beta"}, set(), True),
        ("npm:openai::embed", {"openai.beta"}, set(), False),
        ("gem:torch-rb::Torch.load", set(), {"gem:torch-rb"}, True),
        ("gem:torch-rb::Torch.load", set(), {"npm:torch-rb"}, False),
        ("go:github.com/x/onnx::Run", set(), {"go:github.com/x/onnx"}, False),
        ("go:github.com/x/onnx::Run", {"github.com/x/onnx/v2"}, set(), True),
        ("nuget:Microsoft.ML::Fit", {"Microsoft.ML.Data"}, set(), True),
    ],
)
def test_what_shows_that_a_call_is_the_packages(
    pattern: str, loaded: set[str], declared: set[str], is_its: bool
) -> None:
    assert source_pattern(source_call(pattern)).is_loaded(loaded, declared) is is_its


@pytest.mark.parametrize("text", ["openai::create", "npm:openai:create", "cargo:candle::run"])
def test_other_texts_are_no_patterns(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        source_call(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: npm, separator: '-', known_by: loading}\n", "separator"),
        ("- {id: npm, separator: /, known_by: name}\n", "known_by"),
        ("- {id: npm, separator: /, known_by: chain}\n- {id: npm, separator: /, known_by: chain}\n", "two entries"),
    ],
)
def test_mistakes_in_the_data_are_named(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_registries(Source("registries.yaml", text))
