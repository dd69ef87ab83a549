"""Languages that are read without a parser, one entry each: how a text is cut, what is a call, and what a test.

One more language is one entry here, its endings in `snapshot/roles.py` where its tests are told by their names, and its
packages in the catalogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Strings and comments to skip, names of calls, words that are no call, and what is loaded (its first group)."""

    skipped: str
    call: str
    words: frozenset[str]
    imports: re.Pattern[str] = NEVER

    def pattern(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?P<skip>{self.skipped})|(?P<call>{self.call})|(?P<open>[(\[{{])|(?P<close>[)\]}}])", re.DOTALL
        )


@dataclass(frozen=True, slots=True)
class Tests:
    """Paths of test files; how a test begins (its name is the group `name`), what asserts in its body, what before its
    name or at the beginning of its body skips it."""

    paths: re.Pattern[str]
    head: re.Pattern[str]
    asserts: re.Pattern[str]
    skipped: re.Pattern[str] = NEVER


@dataclass(frozen=True, slots=True)
class Language:
    """A language: the endings of its files, and its package registry as the catalogue names it."""

    name: str
    endings: tuple[str, ...]
    ecosystem: str
    tokens: Tokens | None = None
    tests: Tests | None = None


# Strings and comments that never close run to the end: `*+` gives nothing back, so that hostile text stays linear.
DOUBLE, QUOTE = r'"(?>(?:[^"\\]++|\\.)*)"?', r"'(?>(?:[^'\\]++|\\.)*)'?"
ONE_LINE = r'"(?>(?:[^"\\\n]++|\\.)*)"?|' + r"'(?>(?:[^'\\\n]|\\.){0,200})'"
LONG = r'"""(?>(?:[^"\\]++|\\.|"(?!""))*)(?:""")?'
SLASHES = r"//[^\n]*|/\*(?>(?:[^*]++|\*(?!/))*)(?:\*/)?"
DOTTED = r"[A-Za-z_][\w!]*(?:\.[A-Za-z_][\w!]*){0,20}(?=[ \t]*\()"
LETTER = r"(?<![\w.$@])"

_TEMPLATE = r"`(?>(?:[^`\\]++|\\.)*)`?"
_REGEX = r"/(?![*/ ])(?>(?:[^/\\\n\[]|\\[^\n]|\[(?>(?:[^\]\\\n]|\\[^\n]){0,80})\]){1,200})/[a-z]{0,8}"
_AFTER_SIGN = r"(?<=[(,=:\[!&|?{};\n])[ \t]{0,8}"
"""A slash there begins a regular expression; elsewhere it divides."""
_CHAINED = r"(?:(?<![\w$.@])|(?<=[)\]}\s]\.))"
"""A name begins here, or goes on behind what a call gave back (`client().chat(…)`)."""
_GENERIC = r"(?=(?:<[^<>()\n;=]{1,80}>)?[ \t]*\()"

_JAVASCRIPT = Tokens(
    skipped=rf"{SLASHES}|{_TEMPLATE}|{_AFTER_SIGN}{_REGEX}|{ONE_LINE}",
    call=rf"{_CHAINED}(?<!function )[A-Za-z_$][\w$]*(?:[?!]?\.[A-Za-z_$][\w$]*){{0,20}}{_GENERIC}",
    words=frozenset(
        [
            "if",
            "for",
            "while",
            "switch",
            "catch",
            "return",
            "function",
            "super",
            "await",
            "typeof",
            "new",
            "in",
            "of",
            "do",
            "with",
            "yield",
            "throw",
            "void",
        ]
    ),
    imports=re.compile(
        r"(?:\bfrom\s{0,5}|\bimport\s{0,5}\(?\s{0,5}|\brequire\s{0,5}\(\s{0,5})[\"']([^\"'\n]{1,200})[\"']"
    ),
)
_HEREDOC = r"<<[~-]?(?P<quote>[\"'`]?)(?P<end>[A-Z_]{2,40})(?P=quote)[^\n]*\n(?:[^\n]*\n){0,200}?[ \t]*(?P=end)\b"
_CONSTANT = r"[A-Z]\w*(?:::[A-Z]\w*){0,8}"
_METHODS = r"(?:&?\.[a-z_]\w*[?!]?){1,20}"
_RUBY = Tokens(
    skipped=(
        rf"\#[^\n]*|^=begin\b(?:[^\n]*\n){{0,500}}?=end\b|{_HEREDOC}|{_AFTER_SIGN}{_REGEX}|{DOUBLE}"
        r"|(?<!\?)'(?>(?:[^'\\]|\\.){0,2000})'"
        r"|%[wWiIqQrsx]?(?:\[[^\]]{0,2000}\]|\{[^}]{0,2000}\}|(?<=[wWiIqQrsx])\([^)]{0,2000}\))"
    ),
    call=(
        rf"(?<![\w.:@$])(?:::)?{_CONSTANT}{_METHODS}"
        rf"|(?<![\w:$])(?<!def )(?<!def self\.)(?:@?[a-z_]\w*[?!]?|(?<=[)\]}}\s]))(?:&?\.[a-z_]\w*[?!]?){{0,20}}(?=\()"
        r"|(?<![\w.:@$])(?:acts_as_chat|acts_as_message|acts_as_tool_call|has_neighbors|searchkick)\b"
    ),
    words=frozenset(
        [
            "if",
            "unless",
            "while",
            "until",
            "case",
            "when",
            "and",
            "or",
            "not",
            "return",
            "yield",
            "puts",
            "print",
            "def",
            "in",
            "then",
            "elsif",
        ]
    ),
    imports=re.compile(r"^[ \t]*(?:require|load)[ \t(]+[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE),
)
_GO = Tokens(
    skipped=rf"{SLASHES}|`[^`]*+`?|{ONE_LINE}",
    call=rf"{_CHAINED}(?<!func ){DOTTED}",
    words=frozenset(
        [
            "if",
            "for",
            "switch",
            "return",
            "func",
            "select",
            "go",
            "defer",
            "range",
            "make",
            "append",
            "len",
            "cap",
            "new",
            "panic",
            "map",
        ]
    ),
    imports=re.compile(
        r"^(?:import[ \t]+|[ \t]+)(?:[\w.]+[ \t]+)?\"([\w.~/-]{1,200})\"[ \t]*(?://[^\n]*)?$", re.MULTILINE
    ),
)
_CSHARP = Tokens(
    skipped=rf"{SLASHES}|[$@]{{1,2}}{DOUBLE}|{LONG}|{ONE_LINE}|^[ \t]*\#[^\n]*",
    call=rf"{_CHAINED}[A-Za-z_]\w*(?:[?!]?\.[A-Za-z_]\w*){{0,20}}{_GENERIC}",
    words=frozenset(
        [
            "if",
            "for",
            "foreach",
            "while",
            "switch",
            "catch",
            "return",
            "using",
            "lock",
            "fixed",
            "typeof",
            "nameof",
            "sizeof",
            "new",
            "when",
        ]
    ),
    imports=re.compile(r"^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([A-Z][\w.]{1,200})[ \t]*;", re.MULTILINE),
)

_JAVASCRIPT_TESTS = Tests(
    re.compile(r"\.(?:test|spec)\.[cm]?[jt]sx?$|^(?=.*\.[cm]?[jt]sx?$)(?:[^/]*+/)*?__tests__/"),
    re.compile(
        r"(?<![\w.])(?:it|test)(?:\.(?:each|concurrent|only)\b(?:\([^()]{0,500}\))?)?\(\s*[\"'`](?P<name>[^\"'`\n]{1,200})"
    ),
    re.compile(r"\bexpect\((?!\s*(?:true|false|1)\s*\))|\bassert(?:\.\w+)?\((?!\s*true\s*\))"),
)
_RUBY_TESTS = Tests(
    re.compile(r"_(?:spec|test)\.rb$|^(?:[^/]*+/)*?test/(?:[^/]*+/)*?test_[^/]*\.rb$"),
    re.compile(
        r"^[ \t]*(?:(?:it|specify|scenario|example|test)[ \t(]+[\"']|it (?=\{)|def (?=test_))(?P<name>[^\"'\n]{1,120})",
        re.MULTILINE,
    ),
    re.compile(
        r"\bexpect[ ({](?!\s*true\s*\))|\bis_expected\b|\bassert\w*[ (](?!\s*true\s*(?:\)|$))|\brefute\w*[ (]"
        r"|\.should\b|\bmust_[a-z_]+\b|\bhave_enqueued\w+",
        re.MULTILINE,
    ),
    re.compile(r"\A[\"')\s]{0,20}(?:do\s{1,40})?(?:skip|pending)\b"),
)
_GO_TESTS = Tests(
    re.compile(r"_test\.go$"),
    re.compile(r"^func (?P<name>Test\w*)\(\w+ \*testing\.T\)", re.MULTILINE),
    re.compile(r"\bt\.(?:Error|Fatal|Fail)\w*\(|\b(?:assert|require)\.\w+\(|\bExpect\("),
    re.compile(r"^\s*\{\s*t\.Skip"),
)
_JVM_TESTS = Tests(
    re.compile(r"(?:Test|Tests|IT|Spec)\.(?:java|kt|scala)$"),
    re.compile(r"@(?:Parameterized|Repeated)?Test\b[^{};]{0,400}?\b(?:void|fun)\s+(?P<name>\w+|`[^`\n]{1,200}`)\s*\("),
    re.compile(r"\bassert\w*\s*\((?!\s*true\s*\))|\bverify\(|\bexpectThrows\(|\bshould\w+|\bandExpect\("),
    re.compile(r"@(?:Disabled|Ignore)\b"),
)
_CSHARP_TESTS = Tests(
    re.compile(r"(?:Tests?|Specs?)\.cs$|^(?=.*\.cs$)(?:[^/]*+/)*?(?:[^/]*\.)?Tests?/"),
    re.compile(
        r"\[(?:Fact|Theory|Test|TestMethod|TestCase|DataTestMethod)\b[^\]\n]{0,200}\][^{};]{0,400}?"
        r"\b(?:void|Task)\s+(?P<name>\w+)\s*\("
    ),
    re.compile(
        r"\bAssert\.\w+\s*(?:<[^<>()\n]{0,80}>\s*)?\((?!\s*true\s*\))|\.Should\w*\(|\bShould\w*\(|\.Verify\w*\("
    ),
    re.compile(r"\[Ignore|\bSkip\s*="),
)
_RUST_TESTS = Tests(
    re.compile(r"\.rs$"),
    re.compile(
        r"#\[(?:\w+::)?test[^\]\n]{0,100}\](?:\s{0,100}#\[[^\]\n]{0,100}\]){0,10}\s{0,100}(?:pub\s{1,20})?(?:async\s{1,20})?fn (?P<name>\w+)"
    ),
    re.compile(r"\b(?:assert|assert_eq|assert_ne|panic)!\s*\((?!\s*true\s*\))"),
    re.compile(r"#\[ignore"),
)

R = Tokens(
    rf'#[^\n]*|[rR]"-{{0,5}}\((?>(?:[^)]++|\)(?!-{{0,5}}"))*)(?:\)-{{0,5}}")?|{DOUBLE}|{QUOTE}',
    r"(?<![\w.])(?:[A-Za-z.][\w.]*:::?)?(?:[A-Za-z.][\w.]*|`[^`\n]{1,80}`)(?=[ \t]*\()",
    frozenset({"if", "for", "while", "function", "return", "repeat", "else", "in"}),
)
JULIA = Tokens(
    rf"#=(?>(?:[^=]++|=(?!#))*)(?:=#)?|#[^\n]*|{LONG}|\"(?>(?:[^\"\\\n]++|\\.)*)\"?",
    LETTER + DOTTED,
    frozenset({"if", "for", "while", "function", "return", "elseif", "let", "macro", "struct", "where", "in"}),
)
JVM = Tokens(
    rf"{SLASHES}|{LONG}|{ONE_LINE}",
    LETTER + DOTTED,
    frozenset(
        ["if", "for", "while", "switch", "catch", "return", "synchronized", "super", "this", "match", "try", "new"]
    ),
)

LANGUAGES = (
    Language("r", (".r",), "r", R),
    Language("julia", (".jl",), "julia", JULIA),
    Language("java", (".java", ".scala", ".kt"), "java", JVM, _JVM_TESTS),
    Language(
        "javascript",
        (".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts"),
        "npm",
        _JAVASCRIPT,
        _JAVASCRIPT_TESTS,
    ),
    Language("ruby", (".rb", ".rake", ".ru"), "gem", _RUBY, _RUBY_TESTS),
    Language("go", (".go",), "go", _GO, _GO_TESTS),
    Language("csharp", (".cs",), "nuget", _CSHARP, _CSHARP_TESTS),
    Language("rust", (".rs",), "cargo", None, _RUST_TESTS),
)
