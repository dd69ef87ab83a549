"""Tests of Go, JavaScript and TypeScript, Java and Kotlin, Ruby, C# and Rust: functions that assert something.

Each becomes a call named `test case` with the function's name or title as argument. A skipped one is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import SourceCall
from assessor.readers.code.languages import LANGUAGES, Language, Tests
from assessor.readers.texts.settings import Lines

MAX_TEXT = 300_000
"""Characters of a file that are read."""

MAX_TESTS = 500
MAX_BODY = 20_000
"""Characters after a test's head in which its assertion is looked for, if no other test begins before."""

TEST_CASE = "test case"


_TESTED = tuple((language, language.tests) for language in LANGUAGES if language.tests)
_ENDINGS = tuple(ending for language, _ in _TESTED for ending in language.endings)


def matches(path: str) -> bool:
    return _language(path) is not None


def _language(path: str) -> tuple[Language, Tests] | None:
    if not path.lower().endswith(_ENDINGS):
        return None  # most paths end here, at little cost
    return next(((language, tests) for language, tests in _TESTED if tests.paths.search(path)), None)


def read(path: str, text: str) -> FileFacts:
    """Return the tests of a file that assert something."""
    language = _language(path)
    if language is None or len(text) > MAX_TEXT:
        return EMPTY
    sign = "#" if language[0].name == "ruby" else "//"
    calls = tuple(_tests(re.sub(rf"^[ \t]*{sign}[^\n]*", "", text, flags=re.MULTILINE), *language))
    return FileFacts(source_calls=calls) if calls else EMPTY


def _tests(text: str, language: Language, tests: Tests) -> Iterator[SourceCall]:
    of: Callable[[int], int] = Lines(text).of
    heads = list(tests.head.finditer(text))[:MAX_TESTS]
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        body = text[head.end() : min(end, head.end() + MAX_BODY)]
        before = text[max(0, head.start() - 100) : head.end()]
        if tests.asserts.search(body) and not tests.skipped.search(before) and not tests.skipped.match(body):
            yield SourceCall(language.name, TEST_CASE, of(head.start()), head["name"])
