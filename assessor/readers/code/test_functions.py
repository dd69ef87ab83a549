"""Tests of Go, JavaScript and TypeScript, Java and Kotlin, Rust: functions that assert something. Nothing else is read.

Each becomes a call named `test case` with the function's name or title as argument. A skipped one is none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import SourceCall
from assessor.readers.texts.settings import Lines

MAX_TEXT = 300_000
"""Characters of a file that are read."""

MAX_TESTS = 500
MAX_BODY = 20_000
"""Characters after a test's head in which its assertion is looked for, if no other test begins before."""

TEST_CASE = "test case"


@dataclass(frozen=True, slots=True)
class _Language:
    """How a test begins (its name is the group `name`), what asserts in its body, what before its name skips it."""

    name: str
    head: re.Pattern[str]
    asserts: re.Pattern[str]
    skipped: re.Pattern[str]


_GO = _Language(
    "go",
    re.compile(r"^func (?P<name>Test\w*)\(\w+ \*testing\.T\)", re.MULTILINE),
    re.compile(r"\bt\.(?:Error|Fatal|Fail)\w*\(|\b(?:assert|require)\.\w+\(|\bExpect\("),
    re.compile(r"^\s*\{\s*t\.Skip"),
)
_JAVASCRIPT = _Language(
    "javascript",
    re.compile(
        r"(?<![\w.])(?:it|test)(?:\.(?:each|concurrent|only)\b(?:\([^()]{0,500}\))?)?\(\s*[\"'`](?P<name>[^\"'`\n]{1,200})"
    ),
    re.compile(r"\bexpect\((?!\s*(?:true|false|1)\s*\))|\bassert(?:\.\w+)?\((?!\s*true\s*\))"),
    re.compile(r"(?!)"),
)
_JVM = _Language(
    "java",
    re.compile(r"@(?:Parameterized|Repeated)?Test\b[^{};]{0,400}?\b(?:void|fun)\s+(?P<name>\w+|`[^`\n]{1,200}`)\s*\("),
    re.compile(r"\bassert\w*\s*\((?!\s*true\s*\))|\bverify\(|\bexpectThrows\(|\bshould\w+|\bandExpect\("),
    re.compile(r"@(?:Disabled|Ignore)\b"),
)
_RUST = _Language(
    "rust",
    re.compile(
        r"#\[(?:\w+::)?test[^\]\n]{0,100}\](?:\s{0,100}#\[[^\]\n]{0,100}\]){0,10}\s{0,100}(?:pub\s{1,20})?(?:async\s{1,20})?fn (?P<name>\w+)"
    ),
    re.compile(r"\b(?:assert|assert_eq|assert_ne|panic)!\s*\((?!\s*true\s*\))"),
    re.compile(r"#\[ignore"),
)
_ENDINGS = (".go", ".rs", ".java", ".kt", ".scala", "js", "ts", "jsx", "tsx")
_COMPILED = frozenset({".go", ".rs", ".java", ".kt", ".scala"})
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")
_BY_NAME: tuple[tuple[re.Pattern[str], _Language], ...] = (
    (re.compile(r"_test\.go$"), _GO),
    (re.compile(r"\.(?:test|spec)\.[cm]?[jt]sx?$|^(?=.*\.[cm]?[jt]sx?$)(?:[^/]*+/)*?__tests__/"), _JAVASCRIPT),
    (re.compile(r"(?:Test|Tests|IT|Spec)\.(?:java|kt|scala)$"), _JVM),
    (re.compile(r"\.rs$"), _RUST),
)


def matches(path: str) -> bool:
    return _language(path) is not None


def _language(path: str) -> _Language | None:
    if not path.lower().endswith(_ENDINGS):
        return None
    if posixpath.splitext(path)[1].lower() not in _COMPILED and not _SCRIPT.search(path):
        return None
    return next((language for pattern, language in _BY_NAME if pattern.search(path)), None)


def read(path: str, text: str) -> FileFacts:
    """Return the tests of a file that assert something."""
    language = _language(path)
    if language is None or len(text) > MAX_TEXT:
        return EMPTY
    calls = tuple(_tests(re.sub(r"^[ \t]*//[^\n]*", "", text, flags=re.MULTILINE), language))
    return FileFacts(source_calls=calls) if calls else EMPTY


def _tests(text: str, language: _Language) -> Iterator[SourceCall]:
    of: Callable[[int], int] = Lines(text).of
    heads = list(language.head.finditer(text))[:MAX_TESTS]
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        body = text[head.end() : min(end, head.end() + MAX_BODY)]
        before = text[max(0, head.start() - 100) : head.end()]
        if language.asserts.search(body) and not language.skipped.search(before) and not language.skipped.match(body):
            yield SourceCall(language.name, TEST_CASE, of(head.start()), head["name"])
