"""What a repository says, made harmless wherever it is shown.

Control characters and marks that turn the direction of writing are shown as their codes, not obeyed. CI systems pick
commands out of a log: Azure Pipelines `##vso[` and TeamCity `##teamcity[` anywhere in a line, GitHub `##[` anywhere and
`::` where a line begins, after blanks (actions/runner, ActionCommand.cs). Neither is left in what we show.
"""

from __future__ import annotations

import re
import unicodedata

_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)
_AT_START = re.compile(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*:)(?=:)", re.MULTILINE)
_OBEYED = re.compile(
    "[\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Of what JSON leaves as it is: controls, marks of direction and other characters that are not seen (Cc, Cf, Zl, Zp)."""


def visible(text: str) -> str:
    """The text on one line, with every character that a terminal would obey instead of show written as its code."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_visible(sign) for sign in text)
    return _COMMAND.sub("# #", text) if "##" in text else text


def inert(page: str) -> str:
    """A page of several lines, none of which begins with `::`. What stands in it is visible already."""
    return _AT_START.sub(r"\1 ", page) if "::" in page else page


def inert_json(text: str) -> str:
    """JSON of the same values without a character that a log or a terminal would obey."""
    shown = _COMMAND.sub(r"#\\u0023", text) if "##" in text else text
    return shown if shown.isascii() and "\x7f" not in shown else _OBEYED.sub(_json_code, shown)


def _json_code(found: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in memoryview(found[0].encode("utf-16-le")).cast("H"))


def _visible(sign: str) -> str:
    if sign in "\t\n\r":
        return " "
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        code = ord(sign)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    return sign
