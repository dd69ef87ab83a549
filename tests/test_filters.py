"""Cheap looks that spare the costly ones change no answer: with and without them it is the same for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.project.path_filters import Glob
from assessor.readers.ci import cloud_build, taskcluster
from assessor.readers.infrastructure import cdk
from assessor.readers.texts import redaction, secrets

PIECES = (
    "password", "passWd", "SECRET", "secret_key", "api_key", "apikey", "API-KEY", "Access_Key", "storagekey", "key",
    "monkey", "token", "credential", "pwd", "paſſword", "api_Key", "İ", "ß", "ſecret", "://", "@", "user:", "bob",
    "=", ": ", '"', "'", " ", "\n", "\\n", "--", "-p ", "ENV ", "hunter2-Wq81", "Zq9!vTr4_ui", "x", "${X}", ",", "\r\n",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(max_size=60)
PATHS = st.sampled_from(["a.py", "a.yml", "a.ipynb", ".env", "Dockerfile", "README.md"])


def _without_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "may_name_secret", lambda line, lowered: True)


@given(PATHS, TEXTS)
def test_redaction_is_the_same_without_the_filter(path: str, text: str) -> None:
    filtered = redaction.redacted(path, text)
    with pytest.MonkeyPatch.context() as patch:
        _without_filter(patch)
        assert redaction.redacted(path, text) == filtered


@given(PATHS, TEXTS)
def test_credentials_are_the_same_without_the_filter(path: str, text: str) -> None:
    filtered = secrets.find(path, text)
    with pytest.MonkeyPatch.context() as patch:
        _without_filter(patch)
        assert secrets.find(path, text) == filtered


@given(TEXTS)
def test_telling_lines_are_those_with_a_telling_word(text: str) -> None:
    lines = re.findall(r"[^\n]*\n|[^\n]+$", text)
    told = [text[start:end] for start, end, _ in secrets.telling_lines(text)]
    words = ("pass", "pwd", "secret", "token", "key", "credential", "://")
    ascii_lowered = [(line.rstrip("\n"), re.sub("[A-Z]", lambda m: m[0].lower(), line)) for line in lines]
    if len(text.lower()) == len(text):
        ascii_lowered = [(line, line.lower()) for line, _ in ascii_lowered]
    assert told == [line for line, lowered in ascii_lowered if any(word in lowered for word in words)]


def test_every_last_word_passes_the_filter() -> None:
    for word in secrets.LAST_WORD.split("|"):
        for written in ("", "_", "-"):
            plain = word.replace("[_-]?", written)
            assert secrets.may_name_secret(f"x{plain}", f"x{plain}")
            assert re.fullmatch(secrets.LAST_WORD, plain)
    assert not secrets.may_name_secret("the monkey: 3", "the monkey: 3")


MARKS = (
    "aws-cdk-lib", "@aws-cdk/", "aws_cdk", "xaws_cdk", "aws-cdk", "steps", "phases", '"', "'", ":", "\n", " ", "{", "command",
    "payload", "\t", "import ", "from ", "x", "\r\n",
)  # fmt: skip


@given(st.lists(st.sampled_from(MARKS), max_size=12).map("".join))
def test_readers_choose_the_same_texts_without_the_first_look(text: str) -> None:
    assert cdk.uses_cdk(text) is (cdk._LIBRARY.search(text) is not None)
    assert cloud_build.may_build(text) is (cloud_build._QUICK.search(text) is not None)
    whole = taskcluster._QUICK.search(text) is not None and "command" in text
    assert taskcluster.may_hold_tasks(text) is whole


PATTERN_PIECES = ("*", "**", "**/", "/", "?", "[ab]", "[!a]", "[", "]", "a", "b", ".yml", "ci", "-", "x/")
PATTERNS = st.lists(st.sampled_from(PATTERN_PIECES), max_size=8).map("".join)
FILES = st.lists(st.sampled_from(("a", "b", "/", ".yml", "ci", "-", "x/", "[")), max_size=10).map("".join)


@given(PATTERNS, FILES)
def test_globs_are_the_same_without_their_longest_text(pattern: str, path: str) -> None:
    glob, plain = Glob(pattern), Glob(pattern)
    plain.needle = ""
    assert glob.matches(path) is plain.matches(path)
