"""Values of secrets are taken out of a text before any reader sees it, so that no fact, report or cache can hold one.

It takes out more than `secrets` reports: there a false alarm costs a rating, here a false alarm only shows `REDACTED`
where somebody wrote `changeme`. Lookups (`$TOKEN`, `${{ secrets.X }}`, `os.environ[…]`), names of secrets and words with
a meaning of their own (`id-token: write`) stay, since they say where a secret comes from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assessor.readers.texts import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "REDACTED"

_Span = tuple[int, int]

_BOUND = re.compile(
    r"(?:\\?[\"'])?\]?[ \t]*(?:"
    r":[ \t]*(?:str|Optional\[str\]|str[ \t]*\|[ \t]*None|SecretStr|string|String)[ \t]*=(?!=)"
    r"|:=|=>|<-|=(?![=~])|:(?![:/])|,(?=[ \t]*\\?[\"'])"
    r")[ \t]*(?:&[\w-]{1,40}[ \t]+)?"
)
"""What stands between a name and its value: the signs of assignment of the languages read here."""
_SPACED = re.compile(r"[ \t]+")
_QUOTED = re.compile(r"(?:SecretStr\(|Field\((?:default=)?|str\()?[ \t]*[rbuRBU]{0,2}\\?[\"']([^\"'\\\n]{4,400})")
_PLAIN = re.compile(r"([^\s\"'`,;|&<>(){}\[\]\\]{4,300})")
_COMPLAINT = (":?", "?")
"""Stands between a variable of the shell and what is said where it is missing (`${TOKEN:?set TOKEN}`): no value."""
_OPTION = re.compile(r"(?:^|[\s\"'=\[,])--?[\w-]*$")
_ENV = re.compile(r"^[ \t]*ENV[ \t]+[\w.-]*$")
_PASSWORD = re.compile(r"pass|pwd", re.IGNORECASE)
_MEANT = frozenset(
    [
        "true",
        "false",
        "null",
        "none",
        "yes",
        "no",
        "on",
        "off",
        "read",
        "write",
        "inherit",
        "required",
        "optional",
        "string",
        "str",
        "int",
        "text",
        "integer",
        "boolean",
        "secret",
        "password",
        "passwd",
        "token",
        "env",
        "file",
        "vault",
        "default",
        "empty",
        "generate",
        "random",
        "prompt",
        "stdin",
        "hidden",
    ]
)
_LOGIN = re.compile(r"(://[^\s:/@'\"<>`\\]{0,64}:)([^\s@'\",<>`/\\]{1,128})(?=@)")
_USER_TOKEN = re.compile(r"(://)([^\s:/@'\"<>`\\$]{20,128})(?=@)")
_SHORT_OPTION = re.compile(
    r"\b(?:twine|login|sshpass|mysql\w{0,10}|mariadb|htpasswd|redis-cli)\b([^\n;&|]{0,300}?[ \t\"',])-[pa][ =]?[\"', \t]{0,3}"
    r"([^\s\"',;&|<>\-][^\s\"',;&|<>]{3,200})"
)
_DASHED = ("-p", "-a")
_LOGGING_IN = ("twine", "login", "sshpass", "mysql", "mariadb", "htpasswd", "redis-cli")
"""What stands, beside one of _DASHED, in a line in which _SHORT_OPTION finds something; most hold none of it."""
_BASIC = re.compile(
    r"\b(?:curl|wget|http)\b[^\n;|]{0,300}?[ \t](?:-u|--user)[ =]?[\"']?([\w.@-]{0,64}:)([^\s\"':]{3,200})"
)
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}")
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{16,}")
_KEY_END = 20_000
"""Characters after the beginning of a private key in which its end is looked for."""


def redacted(path: str, text: str) -> str:
    """The text with MASK in the place of each value of a secret; lines stay where they are."""
    spans = sorted(_spans(path, text))
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for start, end in spans:
        if start >= at:
            parts += (text[at:start], _mask(text[start:end]))
            at = end
        elif end > at:  # it goes on beyond the one before
            at = end
    return "".join([*parts, text[at:]])


def _mask(value: str) -> str:
    """A number stays one, or JSON would break."""
    return "0" if value.isdecimal() else MASK


def _spans(path: str, text: str) -> Iterator[_Span]:
    for start, end, kind, _ in secrets.tokens(text):
        yield from _key_spans(text, start) if kind == "private_key" else ((start, end),)
    is_code = secrets.is_code(path)
    for start, end, lowered in secrets.telling_lines(text):
        line = text[start:end]
        if "://" in line and "@" in line:
            yield from ((start + first, start + last) for first, last in _logins(line))
        if secrets.may_name_secret(line, lowered):
            yield from ((start + first, start + last) for first, last in _bound_values(line, lowered, is_code))
    if "eyJ" in text:
        yield from (found.span() for found in _JWT.finditer(text))
    if any(option in text for option in _DASHED):
        yield from (found.span(2) for found in _short_options(text) if _is_value(found[2]))
    if "curl" in text or "wget" in text:
        yield from (found.span(2) for found in _BASIC.finditer(text) if _is_value(found[2]))


def _short_options(text: str) -> Iterator[re.Match[str]]:
    """Where _SHORT_OPTION stands, looked for in the lines that may hold it."""
    lines: dict[int, int] = {}
    for word in _LOGGING_IN:
        at = text.find(word)
        while at >= 0:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            lines[text.rfind("\n", 0, at) + 1] = end
            at = text.find(word, end)
    for start, end in lines.items():
        if any(text.find(option, start, end) >= 0 for option in _DASHED):
            yield from _SHORT_OPTION.finditer(text, start, end)


def _key_spans(text: str, start: int) -> Iterator[_Span]:
    """The lines of a private key between its marks."""
    end = text.find("-----END", start, start + _KEY_END)
    for found in _KEY_LINE.finditer(text, start, end if end > 0 else min(start + _KEY_END, len(text))):
        yield found.span()


def _logins(line: str) -> Iterator[_Span]:
    yield from (found.span(2) for found in _LOGIN.finditer(line) if _is_value(found[2]))
    yield from (found.span(2) for found in _USER_TOKEN.finditer(line))


def _bound_values(line: str, lowered: str, is_code: bool) -> Iterator[_Span]:
    for found in secrets.last_words(line, lowered):
        name = secrets.whole_name(line, found.start(), found.end())
        if name and not secrets.HARMLESS_KEY.search(name):
            yield from _after(line, found.end(), name, is_code)


def _after(line: str, at: int, name: str, is_code: bool) -> Iterator[_Span]:
    """The value that is bound to a name, as an assignment or as the argument of an option."""
    if line.startswith(_COMPLAINT, at):
        return
    before = line[max(at - 100, 0) : at]
    is_option = bool(_OPTION.search(before))
    bound = _BOUND.match(line, at)
    if bound is None and (is_option or _ENV.match(before)):
        bound = _SPACED.match(line, at)
    if bound is None:
        return
    quoted = _QUOTED.match(line, bound.end())
    value = quoted or (None if is_code and not is_option else _PLAIN.match(line, bound.end()))
    if value is None or not _is_value(value[1]):
        return
    is_argument = "," in bound[0] and not is_option
    if is_option or (_PASSWORD.search(name) and not is_argument) or _is_random(value[1]):
        yield value.span(1)


def _is_value(text: str) -> bool:
    """A literal and no lookup, no path, no word with a meaning."""
    return text.lower().strip("_-.") not in _MEANT and not secrets.LOOKUP.search(text) and text != MASK


def _is_random(text: str) -> bool:
    return not secrets.is_name(text)
