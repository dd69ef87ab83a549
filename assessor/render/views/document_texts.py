"""The texts of documents (PDF, Markdown, comparisons): `reports/texts/LANGUAGE.documents.yaml` beside the common ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import yaml

from assessor.render.views.texts import Texts, load_texts
from assessor.resources import data_folder


@cache
def document_texts(language: str = "en") -> Texts:
    """The common texts of a language and those of documents. Raises KeyError for an unknown language."""
    common = load_texts(language)
    source = data_folder("reports").joinpath("texts", f"{language}.documents.yaml").read_text("utf-8")
    own = {str(key): str(text) for key, text in yaml.safe_load(source).items()}
    return replace(common, messages={**common.messages, **own})
