"""Python of a version that is newer than the interpreter's, written the older way, so that every interpreter reads the same.

Formatted strings may hold their own quotes, backslashes, comments and line ends since 3.12 (PEP 701), functions and classes
have type parameters and `type` names one (PEP 695), `t"…"` is a template since 3.14 (PEP 750), and `except A, B:` needs no
brackets (PEP 758). Lines stay where they are; columns do not. What a formatted string holds that cannot be written the older
way is left out of it: only the first name stays.
"""

from __future__ import annotations

import re

MAX_TEXT = 2_000_000
"""Characters beyond which a text is left as it is."""
_MAX_DEPTH = 12

_TYPE = re.compile(r"^([ \t]*)type[ \t]+(\w+)(?:\[[^\]\n]{0,300}\])?([ \t]*=(?!=))", re.MULTILINE)
_GENERIC = re.compile(
    r"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)\[[^\[\]\n]{0,300}(?:\[[^\[\]\n]{0,300}\][^\[\]\n]{0,300})*\]",
    re.MULTILINE,
)
_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)([ \t]*:)", re.MULTILINE)
_START = re.compile(r"#[^\n]*|([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_NAME = re.compile(r"[A-Za-z_]\w*")


def in_older_syntax(text: str) -> str:
    """The text with as many lines, in which what 3.12 to 3.14 added is written as 3.11 reads it; other text stays."""
    if len(text) > MAX_TEXT:
        return text
    text = _EXCEPT.sub(r"\1(\2)\3", _GENERIC.sub(r"\1", _TYPE.sub(r"\1\2\3", text)))
    made, position = [], 0
    while found := _START.search(text, position):
        made.append(text[position : found.start()])
        quote = found[2]
        if quote is None:
            made.append(found[0])
            position = found.end()
            continue
        prefix = found[1].lower()
        is_word = found.start() > 0 and (text[found.start() - 1].isalnum() or text[found.start() - 1] == "_")
        if not is_word and ("f" in prefix or "t" in prefix):
            made.append(found[0].replace("t", "f").replace("T", "f"))
            position = _formatted(text, found.end(), quote, "r" in prefix, made)
        else:
            position = _plain(text, found.end(), quote)
            made.append(text[found.start() : position])
    return "".join((*made, text[position:]))


def _plain(text: str, start: int, quote: str) -> int:
    """Where a string ends that is not formatted; a single-quoted one at the latest with its line."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        elif text[at] == "\n" and len(quote) == 1:
            return at
        else:
            at += 1
    return len(text)


def _formatted(text: str, start: int, quote: str, is_raw: bool, made: list[str]) -> int:
    """Write a formatted string's content, and return where it ends."""
    at = kept = start
    while at < len(text):
        sign = text[at]
        if (sign == "\\" and not is_raw and text[at + 1 : at + 2] not in ("{", "}")) or text.startswith(
            ("{{", "}}"), at
        ):
            at += 2
        elif sign == "{":
            end = _field(text, at + 1, 0)
            field = text[at + 1 : end]
            older = _older(field, quote)
            lost = field.count("\n") - older.count("\n")  # they go on behind the field
            made.append(text[kept : at + 1] + older + text[end : end + 1] + "\\\n" * lost)
            at = kept = end + 1
        elif text.startswith(quote, at):
            made.append(text[kept : at + len(quote)])
            return at + len(quote)
        elif sign == "\n" and len(quote) == 1:
            break
        else:
            at += 1
    made.append(text[kept:at])
    return at


def _field(text: str, start: int, depth: int) -> int:
    """Where the closing brace of a replacement field stands."""
    at, open_brackets = start, 0
    while at < len(text):
        sign = text[at]
        if sign in "\"'":
            at = _nested(text, at, depth)
            continue
        if sign == ":" and not open_brackets:
            return _specification(text, at + 1, depth)
        if sign in "([{":
            open_brackets += 1
        elif sign in ")]":
            open_brackets -= 1
        elif sign == "}":
            if not open_brackets:
                return at
            open_brackets -= 1
        elif sign == "#":
            at = text.find("\n", at)
            if at < 0:
                return len(text)
        at += 1
    return at


def _specification(text: str, start: int, depth: int) -> int:
    """Where the closing brace stands behind a format specification, which may hold fields of its own."""
    at = start
    while at < len(text) and text[at] not in "}\n":
        at = _field(text, at + 1, depth + 1) + 1 if text[at] == "{" and depth <= _MAX_DEPTH else at + 1
    return at


def _nested(text: str, at: int, depth: int) -> int:
    """Where a string ends that stands inside a field."""
    quote = text[at : at + 3] if text[at : at + 3] in ('"""', "'''") else text[at]
    before = text[max(at - 2, 0) : at].lower()
    if "f" not in before or depth > _MAX_DEPTH:
        return _plain(text, at + len(quote), quote)
    inner = at + len(quote)
    while inner < len(text) and not text.startswith(quote, inner):
        if text[inner] == "\\" or text.startswith(("{{", "}}"), inner):
            inner += 2
        elif text[inner] == "{":
            inner = _field(text, inner + 1, depth + 1) + 1
        elif text[inner] == "\n" and len(quote) == 1:
            return inner
        else:
            inner += 1
    return inner + len(quote)


def _older(field: str, quote: str) -> str:
    """A replacement field without what 3.11 does not allow in a string of these quotes."""
    is_plain = "\\" not in field and ((len(quote) == 3 and "#" not in field) or "\n" not in field)
    if is_plain and quote not in field:
        return field
    other = "'" if quote[0] == '"' else '"'
    if is_plain and other not in field and not re.search(rf"[fFtT][rR]?{quote[0]}", field) and '"""' not in field:
        return field.replace(quote[0], other)
    name = _NAME.match(field.strip())
    return (name[0] if name else "_") + ("\n" * field.count("\n") if len(quote) == 3 else "")
