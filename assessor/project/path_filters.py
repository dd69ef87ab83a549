"""Filters of branches and paths as CI systems write them, matched without backtracking: the time grows with the length
of the text alone, whatever pattern the repository chose.

`*` stays in a folder, `**` does not, `?` is any one character but `/`, `[abc]` one of a class, and a bare folder means
all that lies below it. In a list, the last pattern that fits decides, and one with `!` takes away.
Rules: docs.github.com, "Filter pattern cheat sheet"; learn.microsoft.com, "Wildcards" of triggers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_MAX_PATTERN = 500
"""Characters of a pattern that are looked at; a longer one is taken to fit nothing."""
_MAX_PATTERNS = 300
"""Patterns of one filter; a longer list is taken to let pass."""
_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]/]{1,64}\]|.", re.DOTALL)
_WILD = re.compile(r"[*?\[]")


class Glob:
    """One pattern, made once. States are the bits of a number: bit i says that the first i tokens have been met."""

    def __init__(self, pattern: str) -> None:
        text = pattern.strip().removeprefix("./").lstrip("/")[: _MAX_PATTERN + 1]
        self.is_folder = text.endswith("/")
        plain = text.rstrip("/")
        self.below = not plain.endswith("*")
        first = _WILD.search(plain)
        self.prefix = plain[: first.start()] if first else plain
        self.is_plain = first is None
        self.tokens = _tokens(plain) if len(text) <= _MAX_PATTERN else []
        self.loops = sum(1 << i for i, (kind, _) in enumerate(self.tokens) if kind in ("*", "**", "dirs"))
        self.any = sum(1 << i for i, (kind, _) in enumerate(self.tokens) if kind in ("**", "dirs"))
        self.skips = sum(1 << i for i, (kind, _) in enumerate(self.tokens) if kind in ("*", "**"))
        self.folders = sum(1 << i for i, (kind, _) in enumerate(self.tokens) if kind == "folders")
        self.by_character: dict[str, int] = {}
        plain_runs = "".join(text if kind == "text" else "\0" for kind, text in self.tokens).split("\0")
        self.needle = max(plain_runs, key=len)
        """The longest text that whatever fits has in it: most that does not fit is known by its absence."""

    def matches(self, text: str) -> bool:
        """The whole text fits, or a folder on the way to it does."""
        if not self.tokens or self.needle not in text or not text.startswith(self.prefix):
            return False
        if self.is_plain:
            return text == self.prefix or text.startswith(self.prefix + "/")
        end = 1 << len(self.tokens)
        states = self._closed(1)
        for character in text:
            if states & end and self.below and character == "/":
                return True
            moved = (states & self._consuming(character)) << 1
            stay = states & (self.any if character == "/" else self.loops)
            states = self._closed(moved | stay)
            if not states:
                return False
        return bool(states & end)

    def _consuming(self, character: str) -> int:
        """The tokens that this character meets and leaves behind."""
        known = self.by_character.get(character)
        if known is None:
            known = sum(1 << i for i, token in enumerate(self.tokens) if _meets(token, character))
            self.by_character[character] = known
        return known

    def _closed(self, states: int) -> int:
        """With the states that need no character: after a star, and past folders of which there are none."""
        while True:
            more = states | (states & self.skips) << 1 | (states & self.folders) << 1 | (states & self.folders) << 2
            if more == states:
                return states
            states = more


_Token = tuple[str, str]


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for word in _TOKEN.findall(text):
        if word == "**/":
            found += [("folders", ""), ("dirs", "")]  # none at all, or any number with their `/`
        elif word in ("*", "**"):
            if not found or found[-1][0] != word:
                found.append((word, ""))
        elif word == "?" or (word[0] == "[" and len(word) > 1):
            found.append((word[0], word[1:-1]))
        else:
            found.append(("text", word))
    return found


def _meets(token: _Token, character: str) -> bool:
    kind, text = token
    if kind == "text":
        return text == character
    if kind == "?":
        return character != "/"
    if kind == "[":
        body = text[1:] if text[:1] in ("!", "^") else text
        is_in = character in body or any(
            a <= character <= b for a, dash, b in zip(body, body[1:], body[2:], strict=False) if dash == "-"
        )
        return is_in != (body != text)
    return kind == "dirs" and character == "/"


@lru_cache(maxsize=4_000)
def _glob(pattern: str) -> Glob:
    return Glob(pattern)


def matches_any(path: str, patterns: Sequence[str]) -> bool:
    """One of the patterns fits; those with `!` are looked over."""
    return any(_glob(pattern).matches(path) for pattern in patterns[:_MAX_PATTERNS] if not pattern.startswith("!"))


def passes(text: str, patterns: Sequence[str]) -> bool:
    """The ordered list lets a branch or path through: the last pattern that fits has no `!`."""
    if len(patterns) > _MAX_PATTERNS:
        return True
    for pattern in reversed(patterns):
        if _glob(pattern.removeprefix("!")).matches(text):
            return not pattern.startswith("!")
    return False


def lets_something_pass(patterns: Sequence[str], known: Iterable[str] | None) -> bool:
    """Some text passes the ordered list: one of the known ones or, where they are not known, one made of a pattern."""
    if len(patterns) > _MAX_PATTERNS or any("$" in pattern for pattern in patterns):
        return True
    if known is not None:
        return any(passes(text, patterns) for text in known)
    made = (pattern for pattern in patterns if not pattern.startswith("!"))
    return any(passes(text, patterns) for pattern in made for text in _examples(pattern))


def _examples(pattern: str) -> tuple[str, ...]:
    """Texts that the pattern fits; of one with wildcards two, so that a single exception does not take both."""
    if not _WILD.search(pattern):
        return (pattern,)
    return tuple(
        re.sub(r"\[[^\]]{0,500}\]", word[0], re.sub(r"\*+", word, pattern).replace("?", word[0]))
        for word in ("x7", "q/w")
    )
