"""What a repository says, made harmless wherever it is shown.

Control characters and marks that turn the direction of writing are shown as their codes, not obeyed.
"""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """The text on one line, with every character that a terminal would obey instead of show written as its code."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(sign) for sign in text)


def _visible(sign: str) -> str:
    if sign in "\t\n\r":
        return " "
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        code = ord(sign)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    return sign
